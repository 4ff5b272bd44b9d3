"""What we and people did: runs, source checks, decisions and what they dealt with, in transactions.

Nothing else decides whether something was already said. Clocks of the world (`as_of`, `checked_at`)
arrive as arguments; the wall clock is asked only for when a run began and when a delivery is due.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from uuid import uuid4

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.alert import Alert, Heartbeat
from models.forecast import ForecastScore, KeptForecast
from models.news import Emitted
from models.screening import Event
from models.synthesis import Signal, UpdateDecision
from stores.ledger_database import LedgerError, only_writer
from stores.ledger_forecasts import Forecasts, keep_forecasts, keep_scores
from stores.ledger_outbox import MAX_ATTEMPTS, Outbox, raise_alert
from stores.ledger_searches import Searches
from stores.ledger_tables import (
    ClaimRow,
    DecisionRow,
    EmittedEventRow,
    FiredSignalRow,
    HeartbeatRow,
    RunRow,
    StudyAliasRow,
    columns_of,
)
from stores.ledger_values import Delivery, PendingDelivery, Run

__all__ = ["MAX_ATTEMPTS", "Delivery", "Ledger", "LedgerError", "PendingDelivery", "Run"]

_INTERRUPTED = "its run was stopped from outside: a person, a machine that went down, or too little memory"


class Ledger(Searches, Outbox, Forecasts):
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

    def ledger_id(self) -> str | None:
        """What archives and published nights call this ledger by; None as long as nothing has claimed it."""
        with self._reading() as session:
            row = session.get(ClaimRow, 1)
            return row.ledger_id if row else None

    @property
    def address(self) -> str:
        """Where it is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

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
    def lock(self, patience: float = 0) -> Iterator[None]:
        """Be the only writer for the length of the block, on whichever machine; AlreadyRunning when another is.

        `patience` is for how many seconds to wait for another's end.
        """
        with only_writer(self._engine, patience):
            yield

    # --- runs ---

    def begin_run(self, review: str, as_of: datetime) -> int:
        """Begin a run and return its id; a run that never finished is marked interrupted."""
        unfinished = update(RunRow).where(RunRow.review == review, RunRow.state == "running")
        with self._writing() as session:
            session.execute(unfinished.values(state="interrupted", reason=_INTERRUPTED))
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

    def has_runs(self) -> bool:
        """Whether any review ever had a run."""
        with self._reading() as session:
            return session.scalar(select(RunRow.run_id).limit(1)) is not None

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
        forecasts: Sequence[KeptForecast] = (),
        scores: Sequence[ForecastScore] = (),
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
            keep_forecasts(session, run_id, review, forecasts)
            keep_scores(session, run_id, review, scores)
            for alert in alerts:
                raise_alert(session, run_id, alert, channels)
            _beat(session, run_id, heartbeat)

    def emitted_events(self, review: str, as_of: datetime) -> tuple[Emitted, ...]:
        """The events that another night than this one has dealt with.

        Those of this night itself are left out, so that a night that is run again finds the same news.
        """
        query = select(EmittedEventRow).where(EmittedEventRow.review == review, EmittedEventRow.concluded_at != as_of)
        with self._reading() as session:
            return tuple(
                Emitted.of_key(row.event_key, row.study_id, row.rests_on, row.grade) for row in session.scalars(query)
            )

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


def _append_events(session: Session, run_id: int, decision: UpdateDecision, events: Sequence[Event]) -> None:
    for event in events:
        if session.get(EmittedEventRow, (decision.review, event.key, event.rests_on, event.grade)) is None:
            session.add(
                EmittedEventRow(
                    review=decision.review,
                    event_key=event.key,
                    rests_on=event.rests_on,
                    grade=event.grade,
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
        .order_by(StudyAliasRow.known_at, StudyAliasRow.alias)
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
