"""A draft of a protocol's words from the registrations of the review's own studies, and what it would find of them.

Frequency and contrast, and no meaning: a person takes away what does not belong, and adds what these studies did not
need. Words that all reviews share (designs, controls, procedures) are not repeated.
"""

from collections.abc import Callable, Iterable, Sequence

from judging import draft_terms
from judging.draft_terms import Drafted, Studies
from models.eligibility import Eligibility
from models.pico import Pico
from models.protocol import Comparison
from models.terms import TermRule
from models.trial import TrialRecord
from models.value import Value
from studies import fields
from studies.arm_roles import INACTIVE
from studies.prose import is_prose
from studies.terms import Field, find

_SHARED = Eligibility.model_validate({"population": TermRule(), "intervention": TermRule()})
"""The words that every review has."""
_FURTHER = 15
"""Names beside the drafted words that are shown."""

Records = tuple[TrialRecord, ...]


class OwnStudy(Value, frozen=True, kw_only=True):
    """A study of the review's lists with its newest registrations; none where no night has brought any."""

    label: str
    list: str
    records: tuple[TrialRecord, ...] = ()


class Draft(Value, frozen=True, kw_only=True):
    """Drafted words, by what they are for; `further` are not taken, for a person to choose from.

    Attributes
    ----------
    n_own, n_others : studies with a registration, and records of others, that the counts are of
    """

    n_own: int
    n_others: int
    population: tuple[Drafted, ...]
    abbreviations: tuple[Drafted, ...] = ()
    intervention: tuple[Drafted, ...] = ()
    comparator: tuple[Drafted, ...] = ()
    further_population: tuple[Drafted, ...] = ()
    further_intervention: tuple[Drafted, ...] = ()

    @property
    def eligibility(self) -> Eligibility:
        """The rules that judge by these words; without any, as long as there are none of people or of treatments."""
        if not (self.population and self.intervention):
            return Eligibility.model_validate({})
        rules = {
            "population": (*self.population, *self.abbreviations),
            "intervention": self.intervention,
            "comparator": self.comparator,
        }
        return Eligibility.model_validate(
            {name: TermRule(terms=[item.term for item in terms]) for name, terms in rules.items()}
        )

    @property
    def pico(self) -> Pico:
        """The question that searches by these words."""
        if not self.population:
            return Pico()
        return Pico(
            population=search_words(self.population),
            abbreviations=search_words(self.abbreviations),
            intervention=search_words(self.intervention),
        )


def search_words(terms: Sequence[Drafted]) -> list[str]:
    """Terms as words to search by, which sources write with endings of their own."""
    return list(dict.fromkeys(item.term.rstrip("*").replace("’", "'") for item in terms))


def draft(studies: Sequence[OwnStudy], others: Sequence[TrialRecord], comparisons: Sequence[Comparison] = ()) -> Draft:
    """Words that the own studies with a registration have.

    Parameters
    ----------
    studies : of the review's lists
    others : records known besides; without any, nothing tells a frequent word from a telling one
    comparisons : whose control arms' names are no intervention
    """
    own = [study.records for study in studies if study.records]
    foreign = [(record,) for record in others]
    people = _Corpus(own, foreign, _of_people)
    population = people.cover(_is_spelled_out)
    whole = _Corpus(own, foreign, searched_texts)
    named, given = _Corpus(own, foreign, _names_of_what_is_given), _Corpus(own, foreign, _of_what_is_given)
    taken = [item.term for item in population]
    controls, aims = ([getattr(item, name) for item in comparisons] for name in ("control", "intervention"))

    def is_given(term: str) -> bool:
        is_control = draft_terms.is_within(term, controls) and not draft_terms.is_within(term, aims)
        return not is_control and not draft_terms.is_within(term, taken) and not draft_terms.has_one_of(taken, [term])

    intervention = given.cover(is_given, [named])
    without = _Corpus(own, foreign, _of_controls)
    return Draft(
        n_own=len(own),
        n_others=len(foreign),
        population=population,
        abbreviations=whole.counted(draft_terms.abbreviations(taken, whole.own)),
        intervention=intervention,
        comparator=without.counted(_unknown_controls(without.own, given.own, intervention)),
        further_population=people.further(population, _is_spelled_out),
        further_intervention=given.further(intervention, is_given),
    )


class _Corpus:
    """The texts of one kind of own studies and of others."""

    def __init__(
        self, own: Sequence[Records], foreign: Sequence[Records], of: Callable[[TrialRecord], list[str]]
    ) -> None:
        self.own, self.others = (
            Studies([text for record in records for text in of(record)] for records in group)
            for group in (own, foreign)
        )

    def cover(self, is_taken: Callable[[str], bool], first: Sequence["_Corpus"] = ()) -> tuple[Drafted, ...]:
        """Terms that name the own studies, from the texts of other corpora `first`."""
        found = draft_terms.cover(self.own, self.others, [*(item.own for item in first), self.own], is_taken)
        return self.counted(found)

    def counted(self, names: Iterable[str]) -> tuple[Drafted, ...]:
        """Names as terms, with the ending that own studies give them."""
        terms = dict.fromkeys(draft_terms.with_plural(name, self.own) for name in names)
        return tuple(Drafted(term=term, n_own=self.own.count(term), n_others=self.others.count(term)) for term in terms)

    def further(self, taken: Sequence[Drafted], is_taken: Callable[[str], bool]) -> tuple[Drafted, ...]:
        """Names as registered that no taken term finds, those of most own studies first."""
        known = [item.term for item in taken]
        found = {
            name
            for texts in self.own.texts
            for name in draft_terms.names(texts)
            if is_taken(name) and not draft_terms.has_one_of(known, [name])
        }
        counted = self.counted(sorted(found))
        return tuple(sorted(counted, key=lambda item: (-item.n_own, item.n_others, item.term))[:_FURTHER])


def _is_spelled_out(term: str) -> bool:
    """An abbreviation is drafted beside what it is short for."""
    return " " in term or not draft_terms.is_code(term)


def _of_people(record: TrialRecord) -> list[str]:
    return list(record.conditions) or [item.text for item in fields.titles(record)]


def searched_texts(record: TrialRecord) -> list[str]:
    """What registries are searched by population in."""
    return [item.text for item in (*fields.conditions(record), *fields.titles(record), *fields.keywords(record))]


def _of_what_is_given(record: TrialRecord) -> list[str]:
    return [*_names_of_what_is_given(record), *(item.text for item in fields.titles(record))]


def _names_of_what_is_given(record: TrialRecord) -> list[str]:
    """Names of what arms get that are no control, and labels of such arms."""
    inactive = {arm.label for arm in record.arms if arm.type in INACTIVE}
    products = [
        text
        for item in record.interventions
        if not item.arm_labels or set(item.arm_labels) - inactive
        for text in (item.name, *item.other_names)
    ]
    labels = [arm.label for arm in record.arms if arm.type not in INACTIVE]
    told = [text for text in (*products, *labels) if not is_prose(text)]
    return [text for text in told if not find(_SHARED.comparator, [Field("", text)])]


def _of_controls(record: TrialRecord) -> list[str]:
    """What stands in arms without treatment alone, by name."""
    inactive = {arm.label for arm in record.arms if arm.type in INACTIVE}
    return [
        text
        for item in record.interventions
        if item.arm_labels and not set(item.arm_labels) - inactive
        for text in (item.name, *item.other_names)
        if not is_prose(text)
    ]


def _unknown_controls(own: Studies, given: Studies, intervention: Sequence[Drafted]) -> list[str]:
    """Names of controls that the words of all reviews do not know, and that no own study gives or has in its titles."""
    known = [item.term for item in intervention]
    found = dict.fromkeys(name for texts in own.texts for name in draft_terms.names(texts))
    return [
        name
        for name in found
        if not find(_SHARED.comparator, [Field("", name)])
        and not draft_terms.has_one_of(known, [name])
        and not given.having(name)
    ]
