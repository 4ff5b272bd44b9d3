"""Results as a registry posts them: who took part, what they were like, what was measured, what happened to them.

Texts ending in ``_text`` are verbatim.
"""

import msgspec

from models.value import Count, Value
from models.vocabulary import OutcomeRole


class ResultGroup(Value, frozen=True, kw_only=True):
    """A column of a results table. Its id is local to the table: titles, not ids, join tables."""

    id: str
    title: str
    description_text: str | None = None


class FlowCount(Value, frozen=True, kw_only=True):
    """Participants of one group at one milestone of one period, e.g. STARTED."""

    period: str
    milestone: str
    group_id: str
    count: Count | None = None
    n_units: Count | None = None
    """Eyes, knees, clusters …, where the flow counts them beside people: `ParticipantFlow.unit_text`."""
    comment_text: str | None = None
    milestone_text: str | None = None
    """What is said of the milestone as a whole."""


class DropOut(Value, frozen=True, kw_only=True):
    """Participants of one group who left in one period for one reason."""

    period: str
    reason_text: str
    group_id: str
    count: Count | None = None
    n_units: Count | None = None
    comment_text: str | None = None


class ParticipantFlow(Value, frozen=True, kw_only=True):
    groups: tuple[ResultGroup, ...] = ()
    counts: tuple[FlowCount, ...] = ()
    drop_outs: tuple[DropOut, ...] = ()
    unit_text: str | None = None
    recruitment_text: str | None = None
    pre_assignment_text: str | None = None


class Measurement(Value, frozen=True, kw_only=True):
    """One cell of a results table, numbers as the registry printed them (``-1.36``, ``NA``, ``<0.001``)."""

    group_id: str
    value_text: str | None = None
    spread_text: str | None = None
    lower_text: str | None = None
    upper_text: str | None = None
    class_title: str | None = None
    category_title: str | None = None
    comment_text: str | None = None


class UnitsAnalysed(Value, frozen=True, kw_only=True):
    """What was analysed beside people, e.g. eyes or knees, by group id."""

    unit_text: str
    counts: dict[str, int]


class MeasureTable(Value, frozen=True, kw_only=True):
    """A baseline characteristic or an outcome measure, cell by cell."""

    title: str
    role: OutcomeRole | None = None
    """None for a baseline characteristic."""
    time_frame: str | None = None
    population_text: str | None = None
    param_text: str | None = None
    """What `value_text` is, harmonised to upper case words: MEAN, COUNT_OF_PARTICIPANTS, …"""
    dispersion_text: str | None = None
    """What `spread_text` or the limits are, verbatim: Standard Deviation, 95% Confidence Interval, …"""
    unit_text: str | None = None
    groups: tuple[ResultGroup, ...] = ()
    denominators: dict[str, int] = msgspec.field(default_factory=dict)
    """Participants analysed, by group id."""
    unit_analysed_text: str | None = None
    """What the numbers are of where it is not participants."""
    other_denominators: tuple[UnitsAnalysed, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    path: str = ""
    """Where in the raw record this table stands."""


class PostedAnalysis(Value, frozen=True, kw_only=True):
    """A statistical analysis of one outcome as a registry posts it, every number as printed.

    Which group an estimate is of and which it is set against is not in any field: `groups` has no direction.
    """

    outcome_title: str
    role: OutcomeRole | None = None
    time_frame: str | None = None
    unit_text: str | None = None
    """Unit of the outcome, which is that of a difference and not that of a ratio."""
    groups: tuple[ResultGroup, ...] = ()
    """Groups that enter the analysis, in the registry's order."""
    group_text: str | None = None
    method_text: str | None = None
    method_comment_text: str | None = None
    p_text: str | None = None
    p_comment_text: str | None = None
    estimate_type_text: str | None = None
    """What `estimate_text` is: ``Odds Ratio (OR)``, ``Mean Difference (Final Values)``, or free words."""
    estimate_text: str | None = None
    estimate_comment_text: str | None = None
    ci_pct_text: str | None = None
    ci_sides_text: str | None = None
    """ONE_SIDED or TWO_SIDED."""
    ci_lower_text: str | None = None
    ci_upper_text: str | None = None
    ci_lower_comment_text: str | None = None
    ci_upper_comment_text: str | None = None
    dispersion_type_text: str | None = None
    """What `dispersion_text` is, in upper case words: STANDARD_ERROR_OF_MEAN, STANDARD_DEVIATION."""
    dispersion_text: str | None = None
    is_non_inferiority_tested: bool | None = None
    hypothesis_text: str | None = None
    """SUPERIORITY, NON_INFERIORITY, EQUIVALENCE …"""
    hypothesis_comment_text: str | None = None
    other_text: str | None = None
    path: str = ""
    """Where in the raw record this analysis stands."""


class Agreement(Value, frozen=True, kw_only=True):
    """What sponsor and investigators agreed on publishing: material for the risk of selective reporting."""

    is_investigator_employed: bool | None = None
    is_restrictive: bool | None = None
    restriction_text: str | None = None
    details_text: str | None = None


class AdverseGroup(Value, frozen=True, kw_only=True):
    """Group totals of the adverse-event module: participants, never events."""

    id: str
    title: str
    description_text: str | None = None
    serious_affected: Count | None = None
    serious_at_risk: Count | None = None
    other_affected: Count | None = None
    """Above the frequency threshold only: not total adverse events."""
    other_at_risk: Count | None = None
    deaths_affected: Count | None = None
    deaths_at_risk: Count | None = None
    path: str = ""


class AdverseEvents(Value, frozen=True, kw_only=True):
    time_frame: str | None = None
    frequency_threshold_text: str | None = None
    groups: tuple[AdverseGroup, ...] = ()


class PostedResults(Value, frozen=True, kw_only=True):
    """Results as posted in a registry."""

    flow: ParticipantFlow = ParticipantFlow()
    baseline: tuple[MeasureTable, ...] = ()
    outcomes: tuple[MeasureTable, ...] = ()
    analyses: tuple[PostedAnalysis, ...] = ()
    adverse_events: AdverseEvents = AdverseEvents()
    limitations_text: str | None = None
    agreement: Agreement | None = None
