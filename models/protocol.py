"""Shape of a review folder: what people decide, validated with the file, line and field named."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from models.database_names import TITLES
from models.eligibility import Eligibility, InterventionRow
from models.pico import Pico
from models.search_rows import SourceSearch, problems_of_searches
from models.terms import Row, Strict
from models.vocabulary import (
    ArmRole,
    Convention,
    Criterion,
    EvidenceWord,
    Interval,
    Measure,
    Model,
    ReportKind,
    StudyList,
    Verdict,
)

MOST_PEOPLE = 10**9
"""No study has more."""


class Timepoint(Strict):
    """A window of follow-up in days after the start of treatment, both ends included."""

    name: str
    from_days: Annotated[int, Field(gt=0, le=366_000)]
    to_days: Annotated[int, Field(gt=0, le=366_000)]

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.from_days > self.to_days:
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
    direction: Literal["higher", "lower"]
    timepoints: list[str]
    is_primary: bool = False
    mid: Annotated[float, Field(gt=0)] | None = None
    registry: Literal["outcome_measure", "deaths", "survivors", "serious_adverse_events", "none"]
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
    id: str
    title: str
    intervention: str
    control: str


class PoolingChoice(Strict):
    model: Model
    interval: Interval

    @model_validator(mode="after")
    def exists(self) -> Self:
        if self.interval is not Interval.WALD and self.model in {Model.COMMON, Model.MH, Model.PETO}:
            raise ValueError(f"{self.interval} needs a random-effects model, {self.model} is none; take wald")
        return self


class ConventionChoice(Strict):
    """Models shown for each kind of outcome; the first of a list is the headline."""

    name: Convention
    continuous: Annotated[list[PoolingChoice], Field(min_length=1)]
    dichotomous: Annotated[list[PoolingChoice], Field(min_length=1)]


class Thresholds(Strict):
    """Numbers of the update rules; changing one changes the protocol's version."""

    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.05
    borderline_p_low: Annotated[float, Field(ge=0, le=1)] = 0.04
    borderline_p_high: Annotated[float, Field(ge=0, le=1)] = 0.06
    relative_change: Annotated[float, Field(gt=0, le=1000)] = 0.5
    mid_fraction: Annotated[float, Field(gt=0, le=1000)] = 0.5
    participant_ratio: Annotated[float, Field(gt=0, le=1000)] = 0.5
    overdue_months: Annotated[int, Field(gt=0, le=1200)] = 12


class Retired(Strict):
    """A person's decision that the review will not be updated."""

    reason: str
    decided_on: date


class Protocol(Strict):
    """The review's question and how it is kept alive."""

    review: str
    title: str
    version: str
    question: str
    words: list[str] = []
    """Files of words that it shares with other reviews (`models.words`)."""
    pico: Pico
    searches: dict[str, SourceSearch]
    eligibility: Eligibility
    comparisons: Annotated[list[Comparison], Field(min_length=1)]
    timepoints: Annotated[list[Timepoint], Field(min_length=1)]
    outcomes: Annotated[list[Outcome], Field(min_length=1)]
    conventions: Annotated[list[ConventionChoice], Field(min_length=1)]
    thresholds: Thresholds = Thresholds()
    recipients: list[str] = []
    watched_from: date | None = None
    """Day since which a review without a published version is watched: what was public by then is found, and no news."""
    retired: Retired | None = None

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
    def asks_one_question(self) -> Self:
        """Eligibility, rules and decision are about one question: of two comparisons they would mix the numbers."""
        if len(self.comparisons) > 1:
            ids = ", ".join(comparison.id for comparison in self.comparisons)
            raise ValueError(f"comparisons {ids}: keep one, and give each other one a review folder of its own")
        return self

    @model_validator(mode="after")
    def names_exist(self) -> Self:
        known = {timepoint.name for timepoint in self.timepoints}
        for outcome in self.outcomes:
            if unknown := set(outcome.timepoints) - known:
                raise ValueError(f"outcome {outcome.id} names unknown timepoints {sorted(unknown)}")
        return self

    def with_interventions(self, rows: Sequence[InterventionRow]) -> Self:
        """The protocol with the names of interventions beside its words: those it judges by, and those it searches."""
        return self.model_copy(
            update={
                "eligibility": self.eligibility.with_interventions(rows),
                "pico": self.pico.with_interventions(rows),
            }
        )

    def timepoint(self, name: str) -> Timepoint:
        return next(item for item in self.timepoints if item.name == name)

    def outcome(self, outcome_id: str) -> Outcome:
        return next(item for item in self.outcomes if item.id == outcome_id)


class PublishedStudy(Strict):
    study_id: str
    label: str
    n_randomised: Annotated[int, Field(gt=0, le=MOST_PEOPLE)] | None = None
    contributes_data: bool = False
    evidence: EvidenceWord


class PublishedEstimate(Strict):
    """An estimate as printed. `decimals` is the precision to which it must be reproduced."""

    outcome: str
    timepoint: str
    measure: Measure
    estimate: Annotated[float, Field(allow_inf_nan=False)]
    ci_low: Annotated[float, Field(allow_inf_nan=False)]
    ci_high: Annotated[float, Field(allow_inf_nan=False)]
    decimals: Annotated[int, Field(ge=0, le=9)] = 2
    k: Annotated[int, Field(gt=0)]
    n_participants: Annotated[int, Field(gt=0, le=MOST_PEOPLE)] | None = None

    @model_validator(mode="after")
    def within_its_limits(self) -> Self:
        if not self.ci_low <= self.estimate <= self.ci_high:
            raise ValueError(f"estimate {self.estimate:g} is not between {self.ci_low:g} and {self.ci_high:g}")
        return self


class PublishedVersion(Strict):
    """One published state of the review; or the state before the first, which has no name and lists nothing."""

    version: str
    search_date: date
    publication_date: date | None = None
    publication_note: str = ""
    known_from: date | None = None
    """Day from which readers could read it, where that is not the day of publication."""
    databases: list[str] = []
    """Databases that its authors searched, as it names them."""
    included: list[PublishedStudy] = []
    ongoing: list[PublishedStudy] = []
    estimates: list[PublishedEstimate] = []

    @property
    def is_published(self) -> bool:
        return bool(self.version)

    @property
    def in_force_from(self) -> date:
        """Day from which the version could be read: nobody knows on the day of a search what will be printed of it."""
        return self.known_from or self.publication_date or self.search_date


class DecisionRow(Row):
    """decisions.csv: a person's verdict on one criterion of one study, or on its list."""

    study_id: str
    criterion: Criterion | Literal["list"]
    verdict: Verdict | StudyList
    decided_by: str
    known_from: date
    reason: str


class LinkRow(Row):
    """links.csv: a person links a record or report to a study, or forbids a link."""

    study_id: str
    item_id: str
    relation: Literal["record", "report"]
    kind: ReportKind | None = None
    is_linked: bool = True
    known_from: date
    decided_by: str
    reason: str


class SettledRow(Row):
    """settled.csv: a person has looked at something in the queue, and nothing is left to do about it."""

    item: Annotated[str, Field(pattern="^q[0-9a-f]{7}$")]
    """As the queue names it; what changes is another item."""
    kind: str
    subject: str
    field: str | None = None
    settled_by: str
    known_from: date
    reason: str


class ExtractionRow(Row):
    """extraction.csv: one arm, one outcome, one time, with its place in a report.

    A mean has its standard deviation, or what the report gives in its place: the mean's standard error, or its 95 %
    confidence limits.
    """

    study_id: str
    comparison: str
    outcome: str
    timepoint: str
    arm: ArmRole
    arm_label: str = ""
    """Tells several arms of one role apart; they are combined."""
    n_analysed: Annotated[int, Field(gt=0)]
    n_events: Annotated[int, Field(ge=0)] | None = None
    mean: float | None = None
    sd: Annotated[float, Field(gt=0)] | None = None
    se: Annotated[float, Field(gt=0)] | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    report: str
    table: str
    page: str | None = None
    population: str
    extractor: str
    known_from: date
    evidence: EvidenceWord
    is_confirmed: bool
    note: str | None = None

    @model_validator(mode="after")
    def complete(self) -> Self:
        dichotomous, continuous = self.n_events is not None, self.mean is not None
        if dichotomous == continuous:
            raise ValueError("give either n_events or mean with sd")
        has_limits = self.ci_low is not None
        if has_limits != (self.ci_high is not None):
            raise ValueError("ci_low and ci_high go together")
        if sum([self.sd is not None, self.se is not None, has_limits]) != continuous:
            raise ValueError("a mean, and nothing else, has one of sd, se, or ci_low with ci_high")
        if self.ci_low is not None and self.ci_high is not None and self.mean is not None:
            if not self.ci_low < self.mean < self.ci_high:
                raise ValueError(f"mean {self.mean:g} is not between {self.ci_low:g} and {self.ci_high:g}")
            if self.n_analysed < 2:
                raise ValueError("limits of one person's mean do not give a standard deviation")
        if self.n_events is not None and self.n_events > self.n_analysed:
            raise ValueError(f"n_events {self.n_events} is more than n_analysed {self.n_analysed}")
        if self.sd is not None and self.n_analysed < 2:
            raise ValueError("one person has no standard deviation")
        if self.is_confirmed and self.evidence in {EvidenceWord.MEMORY, EvidenceWord.INFERRED}:
            raise ValueError(
                f"a fact that is {self.evidence} cannot be confirmed: look it up and write verbatim, or is_confirmed false"
            )
        if self.is_confirmed and self.evidence is EvidenceWord.DERIVED and not self.note:
            raise ValueError("what is derived is confirmed with a note that says how it was computed")
        return self


class RiskOfBiasRow(Row):
    """risk_of_bias.csv: a judgement on one domain of one study, as a version of the review states it."""

    study_id: str
    domain: str
    judgement: Literal["low", "high", "unclear", "not stated"]
    version: str
    source: str


class CertaintyRow(Row):
    """certainty.csv: GRADE certainty of one outcome, as a version of the review states it."""

    outcome: str
    timepoint: str
    certainty: Literal["high", "moderate", "low", "very low", "not stated"]
    reasons: str
    version: str
    source: str
