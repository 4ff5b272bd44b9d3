"""Rows of the CSV files in a review folder: what people decide, link, extract and judge."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from models.analysis import CONTRAST_MEASURES, Applicability
from models.logrank_faults import check_exact, faults_beside_a_test, faults_of_test
from models.terms import Row
from models.vocabulary import ArmRole, Criterion, EvidenceWord, Measure, ReportKind, StudyList, Verdict

Finite = Annotated[float, Field(allow_inf_nan=False)]


MOST_LOG = 100
"""Logarithms of ratios beyond it are slips: nothing is 10^43 times as frequent."""


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


class NumbersRow(Row):
    """What rows of numbers share: of which study they are, where they count, and where they were found.

    A row names its analysis, or the comparison, outcome and timepoint, of which it then counts in every analysis.
    """

    study_id: str
    comparison: str = ""
    outcome: str = ""
    timepoint: str = ""
    analysis: str = ""
    part: str = ""
    """Tells several rows of one study in one analysis apart, as its periods, doses or strata; they stay apart."""
    subgroup: str = ""
    subgroup_number: Annotated[int, Field(ge=1)] | None = None
    counts_in: Applicability = Applicability.BOTH
    as_published: bool = False
    """Stands as a published version has it, even where it gives no effect: nobody analysed, an SD of 0, an empty cell."""
    report: str
    table: str
    page: str | None = None
    population: str
    quantity: Literal["final", "change"] | None = None
    """Whether means are final values or changes from baseline."""
    is_adjusted: bool | None = None
    """Whether the numbers are adjusted for baseline values or other covariates, as least-squares means are."""
    extractor: str
    second_extractor: str = ""
    known_from: date
    evidence: EvidenceWord
    is_confirmed: bool
    note: str | None = None
    other_cells: str = ""
    """Cells of a data package that have no column here, as JSON; they are kept for the package that is written."""

    @model_validator(mode="after")
    def says_of_what(self) -> Self:
        place = (self.comparison, self.outcome, self.timepoint)
        if not self.analysis and not all(place):
            raise ValueError("give analysis, or comparison, outcome and timepoint")
        return self

    @model_validator(mode="after")
    def numbers_its_subgroup(self) -> Self:
        if self.subgroup and self.subgroup_number is None:
            raise ValueError(
                f"subgroup {self.subgroup!r} has no number; give subgroup_number, as 1, since names may repeat"
            )
        return self

    @model_validator(mode="after")
    def confirmed_by_evidence(self) -> Self:
        if self.is_confirmed and self.evidence in {EvidenceWord.MEMORY, EvidenceWord.INFERRED}:
            raise ValueError(
                f"a fact that is {self.evidence} cannot be confirmed: look it up and write verbatim, or is_confirmed false"
            )
        if self.is_confirmed and self.evidence is EvidenceWord.DERIVED and not self.note:
            raise ValueError("what is derived is confirmed with a note that says how it was computed")
        return self


class ExtractionRow(NumbersRow):
    """extraction.csv: one arm, one outcome, one time, with its place in a report.

    A mean has its standard deviation, or what the report gives in its place: the mean's standard error, or its 95 %
    confidence limits. A rate has its events and the person-time in which they came. Arms of a cross-over trial have the
    `correlation` within a person, those of a cluster-randomised trial `icc` and `cluster_size`; a control group that
    several rows share is divided by `shared_by`.
    """

    arm: ArmRole
    arm_label: str = ""
    """Tells several arms of one role apart; they are combined."""
    n_analysed: Annotated[int, Field(ge=0)]
    n_events: Annotated[int, Field(ge=0)] | None = None
    person_time: Annotated[float, Field(gt=0)] | None = None
    mean: float | None = None
    sd: Annotated[float, Field(ge=0)] | None = None
    se: Annotated[float, Field(gt=0)] | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    correlation: Annotated[float, Field(gt=-1, lt=1)] | None = None
    icc: Annotated[float, Field(ge=0, le=1)] | None = None
    cluster_size: Annotated[float, Field(ge=1)] | None = None
    shared_by: Annotated[int, Field(ge=1)] | None = None

    @field_validator("n_analysed", "sd")
    @classmethod
    def says_something(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value == 0 and not info.data.get("as_published"):
            raise ValueError("should be greater than 0; look it up, or leave the row out")
        return value

    @model_validator(mode="after")
    def complete(self) -> Self:
        dichotomous, continuous = self.n_events is not None, self.mean is not None
        if dichotomous and continuous:
            raise ValueError("give either n_events or mean with sd")
        if self.n_events is not None and self.person_time is None and self.n_events > self.n_analysed:
            raise ValueError(f"n_events {self.n_events} is more than n_analysed {self.n_analysed}")
        if self.as_published:
            return self
        if not dichotomous and not continuous:
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
        if self.sd and self.n_analysed < 2:
            raise ValueError("one person has no standard deviation")
        return self

    @model_validator(mode="after")
    def designed(self) -> Self:
        if (self.icc is None) != (self.cluster_size is None):
            raise ValueError("icc and cluster_size go together: give both, or neither")
        if self.correlation is not None and self.mean is None:
            raise ValueError("a correlation within a person belongs to means; for events give the paired contrast")
        if self.correlation is not None and self.icc is not None:
            raise ValueError("a cross-over trial of clusters is entered as the contrast that its report gives")
        if self.shared_by not in {None, 1} and self.arm is not ArmRole.CONTROL:
            raise ValueError("shared_by divides a control group; leave it empty here")
        return self


class ContrastRow(NumbersRow):
    """contrasts.csv: what a report gives ready: a difference between arms with its standard error or limits, or O - E.

    `estimate` and limits stand as they are printed: a ratio as a ratio, unless `is_log`. In place of a hazard ratio a row
    may have the log-rank test, by `z_value`, or by `p_value` with the arm that it `favours`, and the events behind it.
    """

    measure: Measure
    is_log: bool = False
    estimate: Finite | None = None
    se: Annotated[float, Field(ge=0)] | None = None
    """On the scale of the analysis: of the logarithm, for a ratio."""
    ci_low: Finite | None = None
    ci_high: Finite | None = None
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    p_value: Annotated[float, Field(gt=0, lt=1)] | None = None
    o_minus_e: Finite | None = None
    variance: Annotated[float, Field(ge=0)] | None = None
    n_intervention: Annotated[int, Field(ge=0)] | None = None
    n_control: Annotated[int, Field(ge=0)] | None = None
    events_intervention: Annotated[int, Field(ge=0)] | None = None
    events_control: Annotated[int, Field(ge=0)] | None = None
    events_total: Annotated[int, Field(ge=0)] | None = None
    """Events of both arms, where a report does not tell them apart."""
    z_value: Finite | None = None
    """Of a log-rank test, below 0 where the intervention has the lower hazard."""
    favours: ArmRole | None = None
    """Arm with the lower hazard (of a one-sided test: that it is for), which a p without an estimate does not tell."""
    is_one_sided: bool = False
    """Whether p_value is of a one-sided test."""
    adjusted_for: str = ""
    is_paired: bool | None = None
    """Whether it compares people with themselves, or within pairs or clusters, and its error says so."""

    @model_validator(mode="after")
    def complete(self) -> Self:
        if (self.o_minus_e is None) != (self.variance is None):
            raise ValueError("o_minus_e and variance go together: give both, or neither")
        has_limits = self.ci_low is not None
        if has_limits != (self.ci_high is not None):
            raise ValueError("ci_low and ci_high go together")
        if self.as_published and self.o_minus_e is None and not has_limits:
            return self
        if self.has_test:
            return self
        if (self.estimate is None) == (self.o_minus_e is None):
            raise ValueError("give either estimate, or o_minus_e with variance")
        if self.estimate is None:
            if has_limits or self.se is not None:
                raise ValueError("o_minus_e has its variance, and no se or limits; leave them empty")
            return self
        if self.se is None and not has_limits and self.p_value is None and not self.has_events_alone:
            raise ValueError("an estimate needs se, or ci_low with ci_high, or p_value")
        if self.ci_low is not None and self.ci_high is not None and not self.ci_low <= self.estimate <= self.ci_high:
            raise ValueError(f"estimate {self.estimate:g} is not between {self.ci_low:g} and {self.ci_high:g}")
        return self

    @field_validator("p_value", mode="before")
    @classmethod
    def is_exact(cls, value: Any) -> Any:
        return check_exact(value)

    @property
    def has_test(self) -> bool:
        """Whether a test with the events behind it stands in place of an estimate."""
        return (
            self.estimate is None and self.o_minus_e is None and (self.z_value is not None or self.p_value is not None)
        )

    @property
    def has_events_alone(self) -> bool:
        """Whether a hazard ratio has nothing beside it but the events, which tell its variance roughly."""
        has_events = self.events_total is not None or None not in (self.events_intervention, self.events_control)
        return self.measure is Measure.HR and self.estimate is not None and has_events

    @property
    def gives_o_minus_e(self) -> bool:
        """Whether O - E and V are told, or follow from a test."""
        return self.o_minus_e is not None or self.has_test

    @model_validator(mode="after")
    def tested(self) -> Self:
        faults = [*faults_beside_a_test(self), *(faults_of_test(self) if self.has_test else ())]
        if faults:
            raise ValueError(faults[0])
        return self

    @model_validator(mode="after")
    def on_its_scale(self) -> Self:
        from_ratio = {Measure.RR, Measure.OR, Measure.HR, Measure.IRR, Measure.ROM, Measure.ROM_GEOMETRIC}
        if self.measure not in CONTRAST_MEASURES and self.estimate is not None:
            raise ValueError(f"{self.measure} is given as o_minus_e with variance; an estimate of it is an OR")
        if (
            self.is_log
            and max(map(abs, filter(None, (self.estimate, self.ci_low, self.ci_high))), default=0) > MOST_LOG
        ):
            raise ValueError(
                "a logarithm of that size is no ratio that anybody measured; if it is a ratio, write is_log false"
            )
        if self.is_log and self.measure not in {*from_ratio, Measure.GEN}:
            raise ValueError(f"{self.measure} is no ratio; write is_log false")
        if self.measure in from_ratio and not self.is_log:
            low = min(value for value in (self.estimate, self.ci_low, 1.0) if value is not None)
            if low <= 0:
                raise ValueError(f"a ratio is above 0, and {low:g} is not; if it is a logarithm, write is_log true")
        return self


class RiskOfBiasRow(Row):
    """risk_of_bias.csv: a judgement on one domain of one study, as a version of the review states it.

    A tool that judges results, as RoB 2, names the analysis; one that judges studies leaves it empty.
    """

    study_id: str
    domain: str
    judgement: Literal[
        "low", "some concerns", "high", "unclear", "moderate", "serious", "critical", "no information",
        "not applicable", "not stated",
    ]  # fmt: skip
    tool: Literal["RoB 1", "RoB 2", "ROBINS-I", "other"] = "RoB 1"
    analysis: str = ""
    part: str = ""
    subgroup_number: Annotated[int, Field(ge=1)] | None = None
    version: str = ""
    """The version that states it; empty only while there is none."""
    source: str

    @model_validator(mode="after")
    def in_the_tools_words(self) -> Self:
        if (words := JUDGEMENTS.get(self.tool)) and self.judgement not in words:
            raise ValueError(f"{self.tool} has no judgement {self.judgement!r}; write one of {', '.join(words)}")
        return self


JUDGEMENTS = {
    "RoB 1": ("low", "high", "unclear", "not applicable", "not stated"),
    "RoB 2": ("low", "some concerns", "high", "not applicable", "not stated"),
    "ROBINS-I": ("low", "moderate", "serious", "critical", "no information", "not stated"),
}
"""Words of each tool: Higgins et al. (2011), BMJ 343:d5928; Sterne et al. (2019), BMJ 366:l4898; Sterne et al. (2016),
BMJ 355:i4919."""


class CertaintyRow(Row):
    """certainty.csv: GRADE certainty of one outcome, or of one analysis of it, as a version of the review states it."""

    analysis: str = ""
    comparison: str = ""
    outcome: str = ""
    timepoint: str = ""
    certainty: Literal["high", "moderate", "low", "very low", "not stated"]
    reasons: str
    version: str = ""
    """The version that states it; empty only while there is none."""
    source: str

    @model_validator(mode="after")
    def says_of_what(self) -> Self:
        if not self.analysis and not (self.outcome and self.timepoint):
            raise ValueError("give analysis, or outcome and timepoint")
        return self

    def is_of(self, analysis: str, place: tuple[str, str, str]) -> bool:
        """Whether it rates an analysis: it names that, or its outcome and time, of its comparison or of all."""
        if self.analysis:
            return self.analysis == analysis
        return self.comparison in {"", place[0]} and (self.outcome, self.timepoint) == place[1:]
