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
    comment_text: str | None = None


class ParticipantFlow(Value, frozen=True, kw_only=True):
    groups: tuple[ResultGroup, ...] = ()
    counts: tuple[FlowCount, ...] = ()
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
    measurements: tuple[Measurement, ...] = ()
    path: str = ""
    """Where in the raw record this table stands."""


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
    adverse_events: AdverseEvents = AdverseEvents()
