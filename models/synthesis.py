"""What enters a pooled analysis and what comes out of it, and the verdict on the review."""

from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from models.analysis import Applicability, Method
from models.value import Value
from models.vocabulary import (
    RATIOS,
    ArmRole,
    Convention,
    EvidenceSet,
    EvidenceWord,
    Interval,
    Measure,
    Model,
    Rationale,
    Rule,
    SourceState,
    UpdateStatus,
)
from models.zero_cells import AddTo, ZeroDouble


class Subgroup(Value, frozen=True, kw_only=True):
    """A subgroup of an analysis: names may repeat, so the number tells."""

    number: int = 0
    """0 where the analysis has none."""
    name: str = ""


NO_SUBGROUP = Subgroup()


class ArmResult(Value, frozen=True, kw_only=True):
    """Numbers of one arm for one outcome at one time, with their source.

    Continuous outcomes have `mean` and `sd` on the scale of the outcome, dichotomous ones `n_events`.
    """

    study_id: str
    comparison: str
    outcome: str
    timepoint: str
    arm: ArmRole
    n_analysed: int
    n_events: int | None = None
    person_time: float | None = None
    mean: float | None = None
    sd: float | None = None
    analysis: str = ""
    """The one analysis that it counts in; empty: every one of its comparison, outcome and timepoint."""
    part: str = ""
    """Tells several rows of one study in one analysis apart; they are not combined."""
    subgroup: Subgroup = NO_SUBGROUP
    counts_in: Applicability = Applicability.BOTH
    correlation: float | None = None
    """Within a person, of a cross-over trial."""
    design_effect: float = 1.0
    """Factor by which the variance of a cluster-randomised trial grows."""
    shared_by: int = 1
    """Rows that share these people as their control group."""
    quantity: Literal["", "final", "change"] = ""
    """Whether means are final values or changes from baseline; empty where nobody says."""
    is_adjusted: bool | None = None
    report: str = ""
    place: str = ""
    """Table and page, or path into the raw record."""
    population: str = ""
    extractor: str = ""
    known_from: date | None = None
    evidence: EvidenceWord = EvidenceWord.VERBATIM
    is_confirmed: bool = False
    note: str = ""


class Contrast(Value, frozen=True, kw_only=True):
    """A difference between arms as a report gives it, on the analysis scale: `yi` with its standard error `sei`."""

    study_id: str
    comparison: str
    outcome: str
    timepoint: str
    measure: Measure
    yi: float
    sei: float | None
    """None where it was given as 0 or not at all, so that it is not estimable."""
    o_minus_e: float | None = None
    variance: float | None = None
    n_intervention: int = 0
    n_control: int = 0
    """0 where nobody tells how many."""
    events_intervention: int | None = None
    events_control: int | None = None
    analysis: str = ""
    part: str = ""
    subgroup: Subgroup = NO_SUBGROUP
    counts_in: Applicability = Applicability.BOTH
    quantity: Literal["", "final", "change"] = ""
    is_adjusted: bool | None = None
    report: str = ""
    place: str = ""
    known_from: date | None = None
    evidence: EvidenceWord = EvidenceWord.VERBATIM
    is_confirmed: bool = False
    note: str = ""


class EffectInput(Value, frozen=True, kw_only=True):
    """One row of one analysis, as a rule one study's contribution: effect and variance on the analysis scale.

    `yi` is the mean difference, or the log of a ratio; `vi` its sampling variance; None where the
    data do not determine them (both arms without events, an SD of 0).
    """

    study_id: str
    comparison: str
    outcome: str
    timepoint: str
    measure: Measure
    evidence_set: EvidenceSet
    n_intervention: int
    n_control: int
    yi: float | None = None
    vi: float | None = None
    events_intervention: int | None = None
    events_control: int | None = None
    mean_intervention: float | None = None
    sd_intervention: float | None = None
    mean_control: float | None = None
    sd_control: float | None = None
    time_intervention: float | None = None
    time_control: float | None = None
    """Person-time of a rate."""
    o_minus_e: float | None = None
    variance: float | None = None
    analysis: str = ""
    part: str = ""
    subgroup: Subgroup = NO_SUBGROUP
    counts_in: Applicability = Applicability.BOTH
    design_effect: float = 1.0
    """Factor by which people and events are divided where tables are pooled; `vi` has it already."""
    correlation: float | None = None
    """Within a person, of a cross-over trial."""
    is_contrast: bool = False
    """Whether it was given ready, so that counts beside it are for readers alone."""
    shared_by: int = 1
    """Rows that share the control group: by it people and events of that are divided; `vi` has it already."""
    quantity: Literal["", "final", "change"] = ""
    is_adjusted: bool | None = None
    """Whether its numbers are adjusted for baseline values or other covariates."""
    zero_add: float | None = None
    zero_to: AddTo | None = None
    zero_by_arm: bool | None = None
    zero_double: ZeroDouble | None = None
    """What its analysis says about zero cells."""
    zero_of_cells: bool = False
    """Whether that is about the cells that are pooled alone, as of Mantel-Haenszel; otherwise `yi` and `vi` have it."""
    source: str = ""
    known_from: date | None = None
    """Day on which the last of its numbers was known; None for those that nobody has entered."""
    evidence: EvidenceWord = EvidenceWord.VERBATIM
    note: str = ""

    @property
    def n_in_arms(self) -> int | None:
        """People of both arms, as RevMan adds them up: those of a cross-over count in each; None where none is told."""
        return self.n_intervention + round(self.n_control / self.shared_by) or None

    @property
    def n_participants(self) -> int | None:
        """People, each once: those of a cross-over are the same in both arms. None where nobody tells how many."""
        if self.correlation is None:
            return self.n_in_arms
        return max(self.n_intervention, self.n_control) or None

    @property
    def is_counted(self) -> bool:
        """Whether `n_participants` is all of them: a ready estimate may tell one arm, or none."""
        told = (self.n_intervention > 0, self.n_control > 0)
        return all(told) if self.correlation is None else any(told)

    @property
    def row(self) -> tuple[int, str, str, str]:
        """Which row of its analysis it is: subgroup by number and name, study, part."""
        return self.subgroup.number, self.subgroup.name, self.study_id, self.part


class Weight(Value, frozen=True, kw_only=True):
    """Share of one row in a pooled effect, in per cent."""

    row: tuple[int, str, str, str]
    """As `EffectInput.row`."""
    pct: float


class PooledEffect(Value, frozen=True, kw_only=True):
    """One pooled estimate. Estimate and limits are on the natural scale (a ratio for RR), `se` and
    `tau2` on the analysis scale (log for RR). k = 0 has no estimate and a note saying so.
    """

    evidence_set: EvidenceSet
    convention: Convention
    comparison: str
    outcome: str
    timepoint: str
    analysis: str = ""
    subgroup: Subgroup = NO_SUBGROUP
    measure: Measure
    is_log: bool = False
    """Whether a measure that does not say so itself was pooled as logarithms."""
    model: Model
    interval: Interval
    level: float = 0.95
    k: int
    """Rows that were pooled, on which degrees of freedom rest."""
    n_studies: int
    """Different studies among them."""
    n_participants: int | None
    """People in them, each once in a row; None where no row tells how many."""
    n_is_least: bool = False
    """Whether rows do not tell all of their people, so that there are at least `n_participants`."""
    n_in_arms: int | None = None
    """Sum of all arms as RevMan prints it, in which people of a cross-over count twice."""
    yi: float | None = None
    """The estimate on the analysis scale."""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    se: float | None = None
    p_value: float | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    """Q-profile limits of tau2."""
    i2_pct: float | None = None
    h2: float | None = None
    q: float | None = None
    q_p: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    """Prediction interval on the natural scale; exists from two studies on beside Wald limits, where it rests on z,
    and from three on beside HKSJ limits, where it rests on t with `pi_df` degrees of freedom."""
    pi_df: int | None = None
    is_headline: bool = False
    """The line of its convention that rules compare and readers see first."""
    centre: Method | None = None
    """Around whose estimate Q was measured under a random-effects model, where that is not inverse variance."""
    weights: tuple[Weight, ...] = ()
    """Of every row that was pooled, in their order; they come to 100."""
    note: str = ""

    @property
    def is_ratio(self) -> bool:
        """Whether estimate and limits are ratios, pooled as logarithms."""
        return self.measure in RATIOS or self.is_log


class SubgroupTest(Value, frozen=True, kw_only=True):
    """Whether the subgroups of an analysis differ: chi-squared with `df`, its p, and I² between them, per cent."""

    evidence_set: EvidenceSet
    convention: Convention
    analysis: str
    model: Model
    interval: Interval
    chi2: float
    df: int
    p_value: float
    i2_pct: float


class Signal(Value, frozen=True, kw_only=True):
    """One rule applied to one analysis: whether it fired, what was measured and against what."""

    rule: Rule
    comparison: str = ""
    analysis: str = ""
    outcome: str
    timepoint: str
    evidence_set: EvidenceSet
    convention: Convention
    fired: bool
    value: float | None = None
    threshold: float | None = None
    explanation: str = ""

    @property
    def key(self) -> str:
        of_what = self.analysis or f"{self.outcome}:{self.timepoint}"
        return f"{self.rule}:{of_what}:{self.evidence_set}:{self.convention}"


class UpdateDecision(Value, frozen=True, kw_only=True):
    """One night's verdict on one review, in the words of Cochrane's Updating Classification System."""

    review: str
    decided_at: datetime
    status: UpdateStatus
    rationale: Rationale
    explanation: str
    """At most 400 characters."""
    baseline_version: str
    fired_rules: tuple[str, ...]
    """Keys of the signals that fired."""
    event_keys: tuple[str, ...]
    """Keys of the news events of grade action behind the status."""
    protocol_version: str
    is_confirmed_only: bool = True
    """False when a rule fired on provisional numbers only."""


class SourceFreshness(msgspec.Struct, frozen=True, kw_only=True):
    """How recently a source was searched to the end, as of the moment at which it was asked for.

    `is_overdue` means that the last search that reached the end is older than the source's limit, or that there
    was none: what happened there is not known. `is_stale` means that, or that the last check did not reach the end.
    A source that `is_by_hand` is a database that people search; its days count from the day of the search.
    """

    source: str
    title: str
    state: SourceState
    last_checked_at: datetime
    last_complete_at: datetime | None
    limit_days: int
    is_stale: bool
    n_records: int | None = None
    n_expected: int | None
    n_new: int | None = None
    """Of a database that is searched by hand: records of its last search of which nothing had told before."""
    is_by_hand: bool = False
    is_day_given: bool = True
    """False when the day of a search by hand is that of loading, for nobody told it."""
    is_overdue: bool = False
    last_sweep_at: datetime | None = None
    """When everything was last searched to the end, and not only what had changed."""
    reason: str = ""

    @property
    def due_on(self) -> date | None:
        """Last day on which its last search is within the limit; None when it was never searched."""
        return self.last_complete_at.date() + timedelta(days=self.limit_days) if self.last_complete_at else None
