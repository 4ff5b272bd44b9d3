"""Which studies a review is about: the terms of its question, and the interventions that it knows by name."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from models import design
from models.design_words import OBSERVATIONAL, TRIALS, Design
from models.limits import AgeRule, DatesRule, SettingRule
from models.near_words import nearest
from models.terms import Row, Strict, TermRule
from models.vocabulary import Criterion, EvidenceWord


def _beside(shared: TermRule) -> AfterValidator:
    """The words that all reviews share join a rule of the protocol as it is read."""
    return AfterValidator(lambda own: own.beside(shared))


_Own = Annotated[TermRule, _beside(TermRule())]
"""A rule of which all reviews share nothing: what it goes without must have come from a file of words."""


def _is_design(value: object) -> object:
    if isinstance(value, str) and value not in list(Design):
        raise ValueError(f"no design is called {value!r}; {nearest(value, Design)}")
    return value


_Design = Annotated[Design, BeforeValidator(_is_design)]


class InterventionRow(Row):
    """interventions.csv: an intervention by all its names and codes, and whether the review counts it.

    `names` are terms as in the protocol, separated by semicolons. A review may keep columns of its own beside these,
    as dose or route; what no source states is left empty.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    names: str
    counts: Literal["yes", "no", "person"]
    """``person`` where the review has not decided: the verdict is unclear."""
    evidence: EvidenceWord
    source: str

    @model_validator(mode="after")
    def named(self) -> Self:
        if not self.terms:
            raise ValueError("give at least one name")
        return self

    @property
    def terms(self) -> list[str]:
        return [name.strip() for name in self.names.split(";") if name.strip()]

    @property
    def further(self) -> dict[str, str]:
        """What stands in the review's own columns, where it is not empty."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


class LocalTreatment(Strict):
    """A treatment of one part of the body: `given` says that it is one, `parts` are those that are measured.

    A trial in which both are found may have allocated sides of a person rather than persons.
    """

    given: TermRule
    parts: TermRule


class Eligibility(Strict):
    """Terms of the review's question. Rules over registry fields, never lists of trial ids.

    Comparator, procedures and designs have words that all reviews share (`models.design`); a review names its own, and
    those of the shared that it goes without. An adopted review has no words at all until a person writes them.
    """

    _OWN: ClassVar = (
        "population", "not_population", "near_population", "other_populations", "intervention", "not_intervention",
        "needs_person",
    )  # fmt: skip
    population: _Own = TermRule()
    not_population: _Own = TermRule()
    """What an abbreviation of the population stands for elsewhere."""
    near_population: _Own = TermRule()
    """People whom the review may or may not mean: the verdict is unclear."""
    other_populations: _Own = TermRule()
    """People with other diseases: beside the population they leave it unclear, alone they are not it."""
    intervention: _Own = TermRule()
    not_intervention: _Own = TermRule()
    needs_person: _Own = TermRule()
    """Interventions on which the review has not decided: the verdict is unclear."""
    procedures: Annotated[TermRule, _beside(design.PROCEDURES)] = Field(TermRule(), validate_default=True)
    """What is done to obtain or give the intervention: given to some arms only, it is no co-intervention."""
    comparator: Annotated[TermRule, _beside(design.COMPARATOR)] = Field(TermRule(), validate_default=True)
    """Words by which an arm is recognised as placebo, sham or no treatment."""
    within_person: Annotated[TermRule, _beside(design.WITHIN_PERSON)] = Field(TermRule(), validate_default=True)
    """Words by which a trial is recognised that compares sides or sites of the same people."""
    local_treatment: LocalTreatment | None = None
    designs: list[_Design] = [Design.RANDOMISED]
    """Designs that the review takes. Randomised trials may cross over; clusters and what is nearly random are unclear
    unless they are named."""
    not_designs: list[_Design] = []
    """Designs that it does not take, although they are of a kind that it takes, as cross-over among the randomised."""
    age: AgeRule | None = None
    setting: SettingRule | None = None
    dates: DatesRule | None = None

    @property
    def takes_only_trials(self) -> bool:
        """Whether chance, or something like it, allocates in all that the review takes."""
        return TRIALS.issuperset(self.designs)

    @property
    def takes_observational(self) -> bool:
        return not OBSERVATIONAL.isdisjoint(self.designs)

    @property
    def asked(self) -> tuple[Criterion, ...]:
        """The criteria of the review, in order: ages, settings and dates only where it limits them."""
        limited = {Criterion.AGE: self.age, Criterion.SETTING: self.setting, Criterion.DATES: self.dates}
        return tuple(item for item in Criterion if item not in limited or limited[item] is not None)

    @property
    def required(self) -> tuple[Criterion, ...]:
        """The criteria of which a study that tells nothing is unclear."""
        limited = {Criterion.AGE: self.age, Criterion.SETTING: self.setting, Criterion.DATES: self.dates}
        return tuple(item for item in Criterion if item not in limited or ((rule := limited[item]) and rule.required))

    @property
    def is_written(self) -> bool:
        """Whether there are words to judge by: an adopted review has none until a person writes them."""
        return bool(self.population.terms and self.intervention.terms)

    @model_validator(mode="after")
    def takes_a_design(self) -> Self:
        if not self.designs:
            raise ValueError("designs: is empty; name one at least, as randomised, or leave it out")
        if both := [item for item in self.designs if item in self.not_designs]:
            raise ValueError(f"{', '.join(both)}: stands among designs and not_designs; keep one")
        return self

    @model_validator(mode="after")
    def written_whole(self) -> Self:
        """Words of the people alone, or of the intervention alone, would let everything through that they do not tell."""
        lacking = [name for name in ("population", "intervention") if not getattr(self, name).terms]
        is_begun = any(getattr(self, name).terms for name in self._OWN)
        if lacking and is_begun:
            raise ValueError(
                f"{' and '.join(lacking)}: has no terms; give some, or leave out all words until they are written"
            )
        return self

    def with_interventions(self, interventions: Sequence[InterventionRow]) -> "Eligibility":
        """The terms with the names of interventions beside them."""

        def also(rule: TermRule, answer: str) -> TermRule:
            names = [name for item in interventions if item.counts == answer for name in item.terms]
            return rule.model_copy(update={"terms": [*rule.terms, *names]})

        return self.model_copy(
            update={
                "intervention": also(self.intervention, "yes"),
                "not_intervention": also(self.not_intervention, "no"),
                "needs_person": also(self.needs_person, "person"),
            }
        )
