"""What the ledger gives and takes that concerns nobody but the runs: runs, source checks, deliveries."""

from datetime import date, datetime

import msgspec

from models.alert import Alert
from models.vocabulary import DeliveryState, SourceState


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one review. `state` is running, done, partial, failed or interrupted."""

    run_id: int
    review: str
    as_of: datetime
    state: str
    started_at: datetime
    finished_at: datetime | None


class SourceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """How one scope of one source (a search, the histories, …) was searched in one run."""

    source: str
    scope: str
    state: SourceState
    checked_at: datetime
    since: date | None = None
    n_records: int = 0
    n_expected: int | None = None
    n_requests: int = 0
    n_bytes: int = 0
    reason: str = ""


class PendingDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that is due on a channel."""

    alert: Alert
    channel: str
    n_attempts: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one alert on one channel."""

    alert_key: str
    channel: str
    state: DeliveryState
    n_attempts: int
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    error: str
