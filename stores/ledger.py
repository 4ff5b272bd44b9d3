"""What we and people did: runs, source checks, decisions, the outbox and its deliveries, in transactions.

Nothing else decides whether something was already said. Clocks of the world (`as_of`, `checked_at`)
arrive as arguments; the wall clock is asked only for when a run began and when a delivery is due.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from uuid import uuid4

import msgspec
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from models.alert import Alert, Heartbeat
from models.news import Emitted
from models.screening import Event
from models.synthesis import Signal, UpdateDecision
from models.vocabulary import AlertGrade, DeliveryState
from stores.ledger_database import LedgerError, only_writer
from stores.ledger_searches import Searches
from stores.ledger_tables import (
    AlertRow,
    ClaimRow,
    DecisionRow,
    DeliveryRow,
    EmittedEventRow,
    FiredSignalRow,
    HeartbeatRow,
    RunRow,
    StudyAliasRow,
    columns_of,
)
from stores.ledger_values import Delivery, PendingDelivery, Run

__all__ = ["Delivery", "Ledger", "LedgerError", "PendingDelivery", "Run"]

MAX_ATTEMPTS = 8
"""Attempts per alert and channel before one that calls for no action is given up: about a week of nights."""

FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=20)
"""Waits double between these; the longest is under a day, so that every nightly run tries again."""

Value = TypeVar("Value")


class Ledger(Searches):
    """The ledger at a SQLAlchemy address, opened and at the present revision.

    Parameters
    ----------
    url : ``sqlite:////folder/ledger.sqlite`` or ``postgresql+psycopg://user@host/database``
    now : the wall clock, UTC

    Raises
    ------
    LedgerError
        If it cannot be opened, is no ledger, or was written by a newer program.
    """

    # --- what this data folder holds, and who may write to it ---

    def registries(self) -> str | None:
        """``live`` or ``replay``; None as long as nothing has claimed the folder."""
        with self._reading() as session:
            row = session.get(ClaimRow, 1)
            return row.registries if row else None

    def claim(self, registries: str) -> None:
        """Say once whether this ledger holds live registries or a replay.

        Raises
        ------
        LedgerError
            If it holds the other: their histories must not mix.
        """
        with self._writing() as session:
            row = session.get(ClaimRow, 1)
            if row is None:
                session.add(ClaimRow(claim_id=1, registries=registries, claimed_at=self._now(), ledger_id=uuid4().hex))
            elif row.registries != registries:
                raise LedgerError(
                    f"this data folder holds {row.registries} registries and cannot take a run on {registries} ones: "
                    "their histories must not mix. Give another folder with --data or TRIALWATCH_DATA"
                )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer for the length of the block, on whichever machine; AlreadyRunning when another is."""
        with only_writer(self._engine):
            yield

    # --- runs ---

    def begin_run(self, review: str, as_of: datetime) -> int:
        """Begin a run and return its id; a run that never finished is marked interrupted."""
        unfinished = update(RunRow).where(RunRow.review == review, RunRow.state == "running")
        with self._writing() as session:
            session.execute(unfinished.values(state="interrupted"))
            row = RunRow(review=review, as_of=as_of, state="running", started_at=self._now())
            session.add(row)
            session.flush()
            return row.run_id

    def finish_run(self, run_id: int, state: str, reason: str = "") -> None:
        """End a run as ``done``, ``partial`` or ``failed``, with the reason if it is not done."""
        if state not in ("done", "partial", "failed"):
            raise LedgerError(f"run {run_id}: a run ends done, partial or failed, not {state!r}")
        with self._writing() as session:
            row = session.get(RunRow, run_id)
            if row is None:
                raise LedgerError(f"there is no run {run_id} in this ledger")
            row.state, row.finished_at, row.reason = state, self._now(), reason

    def runs(self, review: str) -> tuple[Run, ...]:
        """All runs of a review, oldest first."""
        return self._values(select(RunRow).where(RunRow.review == review).order_by(RunRow.run_id), Run)

    # --- conclusions ---

    def conclude(
        self,
        run_id: int,
        decision: UpdateDecision,
        *,
        events: Sequence[Event],
        signals: Sequence[Signal],
        alerts: Sequence[Alert],
        heartbeat: Heartbeat,
        channels: Sequence[str],
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Record one night's verdict, what it has dealt with and what is to be sent, all or nothing.

        Concluding the same night again adds nothing. `channels` names where new alerts go; one that is
        set up later receives no old alerts. `aliases` gives the study of every number that is known on the
        night: those that are new, or name another study than before, are kept from this night on.
        """
        review = decision.review
        with self._writing() as session:
            _append_decision(session, run_id, decision, signals)
            _append_events(session, run_id, decision, events)
            _append_aliases(session, review, decision.decided_at, aliases)
            for alert in alerts:
                _raise(session, run_id, alert, channels)
            _beat(session, run_id, heartbeat)

    def tell(self, run_id: int, alert: Alert, channels: Sequence[str]) -> None:
        """Put one alert into the outbox by itself, of a night that came to no conclusion; the same again adds nothing."""
        with self._writing() as session:
            _raise(session, run_id, alert, channels)

    def emitted_events(self, review: str, as_of: datetime) -> tuple[Emitted, ...]:
        """The events that another night than this one has dealt with.

        Those of this night itself are left out, so that a night that is run again finds the same news.
        """
        query = select(EmittedEventRow).where(EmittedEventRow.review == review, EmittedEventRow.concluded_at != as_of)
        with self._reading() as session:
            return tuple(Emitted.of_key(row.event_key, row.study_id, row.rests_on) for row in session.scalars(query))

    def study_aliases(self, review: str, as_of: datetime) -> dict[str, str]:
        """Id of the study that each number stood for on a night; a later word replaces an earlier one."""
        with self._reading() as session:
            return _aliases(session, review, as_of)

    def fired_signals(self, review: str, before: datetime) -> frozenset[str]:
        """Keys of the signals that were firing at the last conclusion before a moment."""
        last = (
            select(DecisionRow.decision_id)
            .where(DecisionRow.review == review, DecisionRow.decided_at < before)
            .order_by(DecisionRow.decided_at.desc(), DecisionRow.decision_id.desc())
            .limit(1)
            .scalar_subquery()
        )
        with self._reading() as session:
            return frozenset(
                session.scalars(select(FiredSignalRow.signal_key).where(FiredSignalRow.decision_id == last))
            )

    def decisions(self, review: str) -> tuple[UpdateDecision, ...]:
        """One decision per night, oldest first; of a night that was concluded twice, the later verdict."""
        query = select(DecisionRow).where(DecisionRow.review == review)
        decisions = self._values(query.order_by(DecisionRow.decided_at, DecisionRow.decision_id), UpdateDecision)
        return tuple({decision.decided_at: decision for decision in decisions}.values())

    def heartbeats(self, review: str) -> tuple[Heartbeat, ...]:
        """One heartbeat per night, oldest first."""
        query = select(HeartbeatRow).where(HeartbeatRow.review == review).order_by(HeartbeatRow.as_of)
        return self._values(query, Heartbeat)

    # --- the outbox ---

    def alerts(self, review: str) -> tuple[Alert, ...]:
        """Every alert ever raised, oldest first."""
        query = select(AlertRow).where(AlertRow.review == review).order_by(AlertRow.raised_at, AlertRow.key)
        return self._values(query, Alert)

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


def _raise(session: Session, run_id: int, alert: Alert, channels: Sequence[str]) -> None:
    if session.get(AlertRow, alert.key) is not None:
        return
    session.add(AlertRow(run_id=run_id, **columns_of(alert)))
    session.flush()
    session.add_all(
        DeliveryRow(alert_key=alert.key, channel=channel, state=DeliveryState.PENDING) for channel in channels
    )


def _append_events(session: Session, run_id: int, decision: UpdateDecision, events: Sequence[Event]) -> None:
    for event in events:
        if session.get(EmittedEventRow, (decision.review, event.key, event.rests_on)) is None:
            session.add(
                EmittedEventRow(
                    review=decision.review,
                    event_key=event.key,
                    rests_on=event.rests_on,
                    study_id=event.study_id,
                    run_id=run_id,
                    concluded_at=decision.decided_at,
                    first_seen_at=event.first_seen_at,
                )
            )


def _append_aliases(session: Session, review: str, known_at: datetime, aliases: Mapping[str, str]) -> None:
    known = _aliases(session, review, known_at)
    for alias, study_id in aliases.items():
        if known.get(alias) != study_id:
            session.merge(StudyAliasRow(review=review, alias=alias, known_at=known_at, study_id=study_id))


def _aliases(session: Session, review: str, as_of: datetime) -> dict[str, str]:
    query = (
        select(StudyAliasRow.alias, StudyAliasRow.study_id)
        .where(StudyAliasRow.review == review, StudyAliasRow.known_at <= as_of)
        .order_by(StudyAliasRow.known_at)
    )
    return {row.alias: row.study_id for row in session.execute(query)}


def _append_decision(session: Session, run_id: int, decision: UpdateDecision, signals: Sequence[Signal]) -> None:
    firing = sorted({signal.key for signal in signals if signal.fired})
    digest = hashlib.sha256(msgspec.json.encode((decision, firing))).hexdigest()
    last = session.scalar(
        select(DecisionRow.digest)
        .where(DecisionRow.review == decision.review, DecisionRow.decided_at == decision.decided_at)
        .order_by(DecisionRow.decision_id.desc())
        .limit(1)
    )
    if last == digest:
        return
    row = DecisionRow(run_id=run_id, digest=digest, **columns_of(decision))
    session.add(row)
    session.flush()
    session.add_all(FiredSignalRow(decision_id=row.decision_id, signal_key=key) for key in firing)


def _beat(session: Session, run_id: int, heartbeat: Heartbeat) -> None:
    """Keep one heartbeat per night: the later one, unless it would take back news that the earlier announced."""
    known = session.get(HeartbeatRow, (heartbeat.review, heartbeat.as_of))
    if known is None or (heartbeat.n_alerts >= known.n_alerts and heartbeat.n_new_events >= known.n_new_events):
        session.merge(HeartbeatRow(run_id=run_id, **columns_of(heartbeat)))


def _alert(session: Session, key: str) -> AlertRow:
    row = session.get(AlertRow, key)
    if row is None:
        raise LedgerError(f"there is no alert {key!r} in this ledger; 'trialwatch alerts' lists them")
    return row
