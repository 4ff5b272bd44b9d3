"""Shape of a review folder: what people decide, validated with the file, line and field named."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, field_validator, model_validator

from models.analysis import Analysis
from models.database_names import TITLES
from models.eligibility import Eligibility, InterventionRow
from models.pico import Pico
from models.plain_faults import refuse
from models.search_rows import SourceSearch, problems_of_searches
from models.supplement_choice import SupplementChoice
from models.terms import Strict
from models.vocabulary import TABLE_MEASURES, Convention, Interval, Measure, Model

NUMBERED = re.compile(r"[0-9]+(\.[0-9]+)*")
"""An analysis by its number, as 1.3."""

AS_ANALYSED = "as analysed"
"""Name of the time of analyses of which nobody tells a time."""


_WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(rf"{_WORD}(\.{_WORD})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


class Timepoint(Strict):
    """A window of follow-up in days after the start of treatment, both ends included.

    A time that has a name alone, as data packages give it, is entered by people: no registry's results are read for it.
    """

    name: str
    from_days: Annotated[int, Field(gt=0, le=366_000)] | None = None
    to_days: Annotated[int, Field(gt=0, le=366_000)] | None = None

    @property
    def is_told(self) -> bool:
        """Whether its name is a time that readers are told."""
        return self.name != AS_ANALYSED

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if (self.from_days is None) != (self.to_days is None):
            raise ValueError("from_days and to_days go together: give both, or neither")
        if self.from_days is not None and self.to_days is not None and self.from_days > self.to_days:
            raise ValueError(f"from_days {self.from_days} is after to_days {self.to_days}")
        return self


class Outcome(Strict):
    """An outcome of the review.

    `direction` says which way favours the intervention; `mid` is the smallest difference that matters
    to people, in units of the outcome; `registry` says where posted results may hold it.
    """

    id: str
    title: str
    short: str
    """A word or two for lists, where the title is too long."""
    measure: Measure
    unit: str
    direction: Literal["higher", "lower", "unknown"]
    timepoints: Annotated[list[str], Field(min_length=1)]
    is_primary: bool = False
    mid: Annotated[float, Field(gt=0)] | None = None
    registry: Literal["outcome_measure", "deaths", "survivors", "serious_adverse_events", "none"] = "none"
    title_terms: list[str] = []
    note: str = ""

    @model_validator(mode="after")
    def counts_what_it_means(self) -> Self:
        """A registry counts deaths: an outcome says whether it wants them, or those who live."""
        wanted = {"deaths": "lower", "survivors": "higher"}.get(self.registry, self.direction)
        if self.direction != wanted:
            other = {"deaths": "survivors", "survivors": "deaths"}[self.registry]
            raise ValueError(
                f"registry is {self.registry}, of which {wanted} is better, and direction says {self.direction}: write"
                f" registry: {other}, or direction: {wanted}"
            )
        return self


class Comparison(Strict):
    """Two interventions that are compared.

    `intervention_terms` and `control_terms` tell its arms apart by the words of their titles and descriptions, where
    the words of the protocol's eligibility do not: with several comparisons each needs its own.
    """

    id: str
    title: str
    intervention: str
    control: str
    intervention_terms: list[str] = []
    control_terms: list[str] = []
    part_of: str = ""
    """The comparison of which this one is a subgroup or sensitivity analysis."""


class PoolingChoice(Strict):
    model: Model
    interval: Interval = Interval.WALD

    @model_validator(mode="after")
    def exists(self) -> Self:
        if self.interval is not Interval.WALD and self.model in {Model.COMMON, Model.MH, Model.PETO}:
            raise ValueError(f"{self.interval} needs a random-effects model, {self.model} is none; take wald")
        return self


class ConventionChoice(Strict):
    """Models shown for each kind of outcome; the first of a list is the headline.

    Hazard ratios, rates and other estimates are pooled as means are. Under ``published`` each analysis is pooled as
    analyses.csv says, and the lists are for those of which it says nothing.
    """

    name: Convention
    continuous: list[PoolingChoice] = []
    dichotomous: list[PoolingChoice] = []

    @model_validator(mode="after")
    def says_how(self) -> Self:
        for kind in ("continuous", "dichotomous"):
            if self.name is not Convention.PUBLISHED and not getattr(self, kind):
                raise ValueError(f"convention {self.name} has no models for {kind} outcomes; give one, as REML")
        return self


class Thresholds(Strict):
    """Numbers of the update rules; changing one changes the protocol's version."""

    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    borderline_p_low: Annotated[float, Field(ge=0, le=1)] = 0.04
    borderline_p_high: Annotated[float, Field(ge=0, le=1)] = 0.06
    relative_change: Annotated[float, Field(gt=0, le=1000)] = 0.5
    mid_fraction: Annotated[float, Field(gt=0, le=1000)] = 0.5
    participant_ratio: Annotated[float, Field(gt=0, le=1000)] = 0.5
    overdue_months: Annotated[int, Field(gt=0, le=1200)] = 12


def _mail_address(text: str) -> str:
    """What a mail server can be given: one address alone."""
    address = text.strip()
    if not _ADDRESS.fullmatch(address):
        raise ValueError(
            "is no mail address: write one, as team@example.org; chats and webhooks are TRIALWATCH_CHANNELS"
        )
    return address


class Retired(Strict):
    """A person's decision that the review will not be updated."""

    reason: str
    decided_on: date


class Protocol(Strict):
    """The review's question and how it is kept alive."""

    review: str
    title: str
    version: str
    question: str = ""
    """Empty, as `pico` and `eligibility`, while nobody has written it of a review that was adopted."""
    words: list[str] = []
    """Files of words that it shares with other reviews (`models.words`)."""
    pico: Pico = Pico()
    searches: dict[str, SourceSearch]
    eligibility: Eligibility = Eligibility.model_validate({})
    comparisons: list[Comparison]
    timepoints: list[Timepoint]
    outcomes: list[Outcome]
    conventions: Annotated[list[ConventionChoice], Field(min_length=1)]
    thresholds: Thresholds = Thresholds()
    supplements: SupplementChoice = SupplementChoice()
    recipients: list[Annotated[str, AfterValidator(_mail_address)]] = []
    """Mail addresses of the review's own people, who are told beside those of the installation."""
    watched_from: date | None = None
    """Day since which a review without a published version is watched: what was public by then is found, and no news."""
    retired: Retired | None = None
    _analyses: tuple[Analysis, ...] = PrivateAttr(())

    @field_validator("pico")
    @classmethod
    def narrows_by_words_first(cls, pico: Pico) -> Pico:
        """Headings alone would miss what is not indexed yet, and sources without headings would not be narrowed."""
        if pico.narrows_in_vain:
            raise ValueError(
                "vocabulary or free_text give the intervention, and intervention has no words: give some, or leave out"
                " intervention under vocabulary and free_text"
            )
        return pico

    @field_validator("searches")
    @classmethod
    def names_databases_well(cls, searches: dict[str, SourceSearch]) -> dict[str, SourceSearch]:
        problems_of_searches(searches)
        return searches

    @property
    def by_hand(self) -> dict[str, str]:
        """Title of each database that people search by hand, by slug."""
        return {
            slug: search.title or TITLES[slug]
            for slug, search in self.searches.items()
            if slug in TITLES or (search and search.title)
        }

    @property
    def by_program(self) -> dict[str, SourceSearch]:
        """The sources that the program searches."""
        return {slug: search for slug, search in self.searches.items() if slug not in self.by_hand}

    @model_validator(mode="after")
    def names_once(self) -> Self:
        """Rows name comparisons, outcomes and times: a name that stands twice would be read as the first of them."""
        refuse("protocol", self._doubled_names())
        return self

    def _doubled_names(self) -> Iterator[tuple[tuple[str | int, ...], object, str]]:
        for kind, key, names in (
            ("comparisons", "id", [item.id for item in self.comparisons]),
            ("outcomes", "id", [item.id for item in self.outcomes]),
            ("timepoints", "name", [item.name for item in self.timepoints]),
        ):
            for at, name in enumerate(names):
                if name in names[:at]:
                    yield (kind, at, key), name, "stands twice: give each its own name"
        for at, outcome in enumerate(self.outcomes):
            for which, name in enumerate(outcome.timepoints):
                if name in outcome.timepoints[:which]:
                    yield ("outcomes", at, "timepoints", which), name, "stands twice: keep it once"

    @model_validator(mode="after")
    def compares_or_not(self) -> Self:
        """A review without analyses has none of the three; one that has some of them has forgotten the others."""
        names = ("comparisons", "timepoints", "outcomes")
        empty = [name for name in names if not getattr(self, name)]
        if 0 < len(empty) < len(names):
            raise ValueError(
                f"{' and '.join(empty)}: empty; give at least one, or leave all of {', '.join(names)} empty, as of a"
                " review without analyses"
            )
        return self

    @model_validator(mode="after")
    def names_exist(self) -> Self:
        refuse("protocol", self._unknown_names())
        return self

    def _unknown_names(self) -> Iterator[tuple[tuple[str | int, ...], object, str]]:
        times = [timepoint.name for timepoint in self.timepoints]
        for at, outcome in enumerate(self.outcomes):
            for which, name in enumerate(outcome.timepoints):
                if name not in times:
                    yield (
                        ("outcomes", at, "timepoints", which),
                        name,
                        f"is none of the timepoints: write one of {', '.join(times)}",
                    )
        known = [outcome.id for outcome in self.outcomes]
        for name in self.supplements.looks.g:
            if name not in known:
                says = "is none of the outcomes: " + (f"write one of {', '.join(known)}" if known else "remove it")
                yield ("supplements", "looks", "g", name), name, says
        for key in ("outcomes", "priors"):
            for name in getattr(self.supplements.bayes, key):
                if name not in known and not (key == "priors" and NUMBERED.fullmatch(name)):
                    says = "is none of the outcomes: " + (f"write one of {', '.join(known)}" if known else "remove it")
                    yield ("supplements", "bayes", key, name), name, says
        for at, comparison in enumerate(self.comparisons):
            others = sorted({item.id for item in self.comparisons} - {comparison.id})
            if comparison.part_of and comparison.part_of not in others:
                yield (
                    ("comparisons", at, "part_of"),
                    comparison.part_of,
                    f"is no other comparison: write one of {', '.join(others) or 'none'}",
                )

    def with_interventions(self, rows: Sequence[InterventionRow]) -> Self:
        """The protocol with the names of interventions beside its words: those it judges by, and those it searches."""
        return self.model_copy(
            update={
                "eligibility": self.eligibility.with_interventions(rows),
                "pico": self.pico.with_interventions(rows),
            }
        )

    @property
    def is_written(self) -> bool:
        """Whether there are words by which new studies are looked for and judged."""
        return self.pico.is_written and self.eligibility.is_written

    def with_analyses(self, rows: Sequence[Analysis]) -> Self:
        """The protocol with the analyses that analyses.csv tells of; each has its outcome's measure if it gives none."""
        protocol = self.model_copy()
        protocol._analyses = tuple(
            row.model_copy(update={"measure": row.measure or self.outcome(row.outcome).measure}) for row in rows
        )
        return protocol

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        """Everything that is pooled: what analyses.csv tells, or each outcome at each of its times in each comparison."""
        return self._analyses or tuple(
            Analysis(
                analysis=self._name(comparison, outcome, timepoint),
                comparison=comparison.id,
                outcome=outcome.id,
                timepoint=timepoint,
                measure=outcome.measure,
            )
            for comparison in self.comparisons
            for outcome in self.outcomes
            for timepoint in outcome.timepoints
        )

    def _name(self, comparison: Comparison, outcome: Outcome, timepoint: str) -> str:
        """A comparison has a place in the names of analyses only where there are several."""
        parts = (outcome.id, timepoint) if len(self.comparisons) == 1 else (comparison.id, outcome.id, timepoint)
        return ":".join(parts)

    def analysis(self, name: str) -> Analysis:
        return next(item for item in self.analyses if item.analysis == name)

    def comparison(self, comparison_id: str) -> Comparison:
        return next(item for item in self.comparisons if item.id == comparison_id)

    def is_primary(self, analysis: Analysis) -> bool:
        """Whether an analysis is among the first of its comparison: as it says itself, or as its outcome is."""
        return self.outcome(analysis.outcome).is_primary if analysis.is_primary is None else analysis.is_primary

    def choices(self, analysis: Analysis, convention: ConventionChoice) -> list[PoolingChoice]:
        """Models of an analysis under a convention, the headline first; none where nobody has chosen one."""
        if convention.name is Convention.PUBLISHED and analysis.method is not None:
            return [PoolingChoice(model=analysis.pooling_model, interval=analysis.interval)]
        return convention.dichotomous if analysis.measure in TABLE_MEASURES else convention.continuous

    def timepoint(self, name: str) -> Timepoint:
        return next(item for item in self.timepoints if item.name == name)

    def outcome(self, outcome_id: str) -> Outcome:
        return next(item for item in self.outcomes if item.id == outcome_id)
