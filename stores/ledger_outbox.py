"""The half of the ledger that remembers what was to be told: alerts, their deliveries, and what people said to them.

The wall clock is asked only for when a delivery is due.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from models.alert import Alert
from models.vocabulary import AlertGrade, DeliveryState
from stores.ledger_database import LedgerError
from stores.ledger_sessions import Sessions
from stores.ledger_tables import AlertRow, DeliveryRow, columns_of
from stores.ledger_values import Delivery, PendingDelivery

MAX_ATTEMPTS = 8
"""Attempts per alert and channel before one that calls for no action is given up: about a week of nights."""

FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=20)
"""Waits double between these; the longest is under a day, so that every nightly run tries again."""


class Outbox(Sessions):
    """Alerts and what became of them."""

    def tell(self, run_id: int, alert: Alert, channels: Sequence[str]) -> None:
        """Put one alert into the outbox by itself, of a night that came to no conclusion; the same again adds nothing."""
        with self._writing() as session:
            raise_alert(session, run_id, alert, channels)

    def alerts(self, review: str) -> tuple[Alert, ...]:
        """Every alert ever raised, oldest first."""
        query = select(AlertRow).where(AlertRow.review == review).order_by(AlertRow.raised_at, AlertRow.key)
        return self._values(query, Alert)

    def alert(self, key: str) -> Alert:
        """The alert of a key; LedgerError when there is none."""
        with self._reading() as session:
            return msgspec.convert(_alert(session, key), Alert, from_attributes=True)

    def pending(self, review: str) -> tuple[PendingDelivery, ...]:
        """What is due now: neither delivered nor given up, acknowledged or snoozed; oldest alert first."""
        now = self._now()
        query = (
            select(AlertRow, DeliveryRow)
            .join(DeliveryRow)
            .where(
                AlertRow.review == review,
                DeliveryRow.state == DeliveryState.PENDING,
                or_(DeliveryRow.next_attempt_at.is_(None), DeliveryRow.next_attempt_at <= now),
                AlertRow.acknowledged_at.is_(None),
                or_(AlertRow.snoozed_until.is_(None), AlertRow.snoozed_until <= now),
            )
            .order_by(AlertRow.raised_at, AlertRow.key, DeliveryRow.channel)
        )
        with self._reading() as session:
            return tuple(
                PendingDelivery(
                    alert=msgspec.convert(alert, Alert, from_attributes=True),
                    channel=delivery.channel,
                    n_attempts=delivery.n_attempts,
                )
                for alert, delivery in session.execute(query)
            )

    def deliveries(self, review: str) -> tuple[Delivery, ...]:
        """What became of every alert on every channel, oldest alert first."""
        query = (
            select(DeliveryRow)
            .join(AlertRow)
            .where(AlertRow.review == review)
            .order_by(AlertRow.raised_at, AlertRow.key, DeliveryRow.channel)
        )
        return self._values(query, Delivery)

    def record_delivery(self, key: str, channel: str, error: str = "", is_permanent: bool = False) -> None:
        """Record one attempt: delivered when there is no error, otherwise due again after a wait.

        The wait doubles from 10 minutes to 20 hours. It is given up at once when the error `is_permanent`, and
        after 8 attempts, unless the alert calls for action: that one is tried until it arrives or a person takes
        note of it. What is given up stays among the undelivered.
        """
        now = self._now()
        with self._writing() as session:
            row = session.get(DeliveryRow, (key, channel))
            if row is None:
                raise LedgerError(f"alert {key} is not addressed to channel {channel}")
            row.n_attempts += 1
            row.last_attempt_at, row.next_attempt_at, row.error = now, None, error
            if not error:
                row.state, row.delivered_at = DeliveryState.DELIVERED, now
            elif is_permanent or (row.n_attempts >= MAX_ATTEMPTS and not _calls_for_action(session, key)):
                row.state = DeliveryState.FAILED
            else:
                doublings = min(row.n_attempts - 1, MAX_ATTEMPTS)
                row.next_attempt_at = now + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)

    def acknowledge(self, key: str, by: str, at: datetime) -> Alert:
        """A person has taken note: nothing of this alert is sent any more. The first one stays on record."""
        with self._writing() as session:
            row = _alert(session, key)
            if row.acknowledged_at is None:
                row.acknowledged_by, row.acknowledged_at = by, at
            return msgspec.convert(row, Alert, from_attributes=True)

    def snooze(self, key: str, until: datetime) -> None:
        """Send nothing of this alert before a moment, and then send it again, whatever became of it before."""
        with self._writing() as session:
            row = _alert(session, key)
            if row.acknowledged_at is not None:
                raise LedgerError(f"alert {key} is acknowledged by {row.acknowledged_by}; it cannot be put off")
            row.snoozed_until = until
            _make_due(session, DeliveryRow.alert_key == key)

    def undelivered(self, review: str) -> tuple[Delivery, ...]:
        """What has not arrived and nobody has taken note of or put off, given up or not, oldest alert first."""
        query = (
            select(DeliveryRow)
            .join(AlertRow)
            .where(
                AlertRow.review == review,
                DeliveryRow.state != DeliveryState.DELIVERED,
                or_(DeliveryRow.delivered_at.is_(None), DeliveryRow.n_attempts > 0),
                AlertRow.acknowledged_at.is_(None),
                or_(AlertRow.snoozed_until.is_(None), AlertRow.snoozed_until <= self._now()),
            )
            .order_by(AlertRow.raised_at, AlertRow.key, DeliveryRow.channel)
        )
        return self._values(query, Delivery)

    def resend(self, key: str, channels: Sequence[str]) -> Alert:
        """Make an alert due now on channels, also where it had arrived, was given up, or was never addressed.

        Where it has not arrived on another channel it is waited for no longer.

        Raises
        ------
        LedgerError
            If there is no such alert, or a person has taken note of it.
        """
        with self._writing() as session:
            row = _alert(session, key)
            if row.acknowledged_at is not None:
                raise LedgerError(f"alert {key} is acknowledged by {row.acknowledged_by}; nothing of it is sent")
            row.snoozed_until = None
            elsewhere = DeliveryRow.channel.not_in(list(channels)) & (DeliveryRow.state != DeliveryState.DELIVERED)
            session.execute(delete(DeliveryRow).where(DeliveryRow.alert_key == key, elsewhere))
            for channel in channels:
                if session.get(DeliveryRow, (key, channel)) is None:
                    session.add(DeliveryRow(alert_key=key, channel=channel, state=DeliveryState.PENDING))
            session.flush()
            _make_due(session, (DeliveryRow.alert_key == key) & DeliveryRow.channel.in_(list(channels)))
            return msgspec.convert(row, Alert, from_attributes=True)


def _make_due(session: Session, wanted: ColumnElement[bool]) -> None:
    again = update(DeliveryRow).where(wanted)
    session.execute(again.values(state=DeliveryState.PENDING, n_attempts=0, next_attempt_at=None))


def _calls_for_action(session: Session, key: str) -> bool:
    alert = session.get(AlertRow, key)
    return alert is not None and alert.grade == AlertGrade.ACTION


def raise_alert(session: Session, run_id: int, alert: Alert, channels: Sequence[str]) -> None:
    if session.get(AlertRow, alert.key) is not None:
        return
    session.add(AlertRow(run_id=run_id, **columns_of(alert)))
    session.flush()
    session.add_all(
        DeliveryRow(alert_key=alert.key, channel=channel, state=DeliveryState.PENDING) for channel in channels
    )


def _alert(session: Session, key: str) -> AlertRow:
    row = session.get(AlertRow, key)
    if row is None:
        raise LedgerError(f"there is no alert {key!r} in this ledger; 'trialwatch alerts' lists them")
    return row
