"""What the ledger gives and takes that concerns nobody but the runs: runs and deliveries."""

from datetime import datetime

import msgspec

from models.alert import Alert
from models.vocabulary import DeliveryState


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one review. `state` is running, done, partial, failed or interrupted."""

    run_id: int
    review: str
    as_of: datetime
    state: str
    started_at: datetime
    finished_at: datetime | None
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
