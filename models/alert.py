"""An alert: one message about one night's news, addressed to the review's people."""

from datetime import datetime

import msgspec

from models.value import Value
from models.vocabulary import AlertGrade

LINE_WIDTH = 78
"""Characters of a line of an alert's body; only addresses may be longer."""


class Alert(Value, frozen=True, kw_only=True):
    """What goes into the outbox. `key` is the same for the same news, so nothing is sent twice."""

    key: str
    review: str
    grade: AlertGrade
    raised_at: datetime
    title: str
    body: str
    """Plain text in lines of at most `LINE_WIDTH` characters, complete without the page."""
    event_keys: tuple[str, ...] = ()
    signal_keys: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    """When a person who put it off is reminded of it."""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a night took place, and whether it may claim that there is nothing new."""

    review: str
    as_of: datetime
    n_new_versions: int
    n_new_events: int
    n_alerts: int
    stale_sources: tuple[str, ...]
    message: str
