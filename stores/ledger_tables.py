"""Shape of the ledger's tables: what is unique in them is what may happen only once.

A change here needs a migration in `stores/migrations/versions` and a new `REVISION`.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

REVISION = "0004"
"""The migration that these classes describe."""


class Moment(TypeDecorator[datetime]):
    """A UTC timestamp that comes back aware: SQLite keeps none of the time zone, PostgreSQL gives its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: the ledger keeps UTC only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(DeclarativeBase):
    type_annotation_map = {datetime: Moment, str: Text, list[str]: JSON}


class ClaimRow(Row):
    """The one row that says what this data folder holds: live registries or a replay."""

    __tablename__ = "claim"

    claim_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    registries: Mapped[str]
    claimed_at: Mapped[datetime]
    ledger_id: Mapped[str]
    """Drawn once by lot; archive and published nights repeat it, so that another ledger in its place is noticed."""


class RunRow(Row):
    """One row per run that was begun, whatever became of it."""

    __tablename__ = "run"
    __table_args__ = {"sqlite_autoincrement": True}

    run_id: Mapped[int] = mapped_column(primary_key=True)
    review: Mapped[str] = mapped_column(index=True)
    as_of: Mapped[datetime]
    state: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    """Why it failed, or was partial; '' otherwise."""


class StudyAliasRow(Row):
    """One row per number by which a review knows a study: the id was given once, and every number is an alias.

    The id itself is among the aliases. A study into which another went keeps the older id.
    """

    __tablename__ = "study_alias"

    review: Mapped[str] = mapped_column(primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    known_at: Mapped[datetime] = mapped_column(primary_key=True)
    """Night from which the alias stands for the study; a later row replaces an earlier one."""
    study_id: Mapped[str]


class SourceCheckRow(Row):
    """One row per run, source and scope: how far the source was searched."""

    __tablename__ = "source_check"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    checked_at: Mapped[datetime]
    since: Mapped[date | None]
    n_records: Mapped[int]
    n_expected: Mapped[int | None]
    n_requests: Mapped[int]
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    question: Mapped[str] = mapped_column(default="", index=True)


class DecisionRow(Row):
    """One row per decision, append-only.

    A night that is concluded again with the same verdict adds nothing; with another verdict, because
    people changed the review folder in between, it adds a row that supersedes the first.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_review", "review", "decided_at"), {"sqlite_autoincrement": True})

    decision_id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"))
    review: Mapped[str]
    decided_at: Mapped[datetime]
    status: Mapped[str]
    rationale: Mapped[str]
    explanation: Mapped[str]
    baseline_version: Mapped[str]
    fired_rules: Mapped[list[str]]
    event_keys: Mapped[list[str]]
    protocol_version: Mapped[str]
    is_confirmed_only: Mapped[bool]
    digest: Mapped[str]


class FiredSignalRow(Row):
    """One row per signal that was firing when a decision was made."""

    __tablename__ = "fired_signal"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.decision_id"), primary_key=True)
    signal_key: Mapped[str] = mapped_column(primary_key=True)


class EmittedEventRow(Row):
    """One row per event that a conclusion has dealt with, whether or not it was news."""

    __tablename__ = "emitted_event"

    review: Mapped[str] = mapped_column(primary_key=True)
    event_key: Mapped[str] = mapped_column(primary_key=True)
    rests_on: Mapped[str] = mapped_column(primary_key=True)
    """Record or report that showed the event: whichever study holds it now has told the event."""
    grade: Mapped[str] = mapped_column(primary_key=True)
    """How urgent it was told; an event that calls for more is told again. '' where it is not known."""
    study_id: Mapped[str]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"))
    concluded_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]


class AlertRow(Row):
    """The outbox: one row per alert, and what people said to it."""

    __tablename__ = "alert"

    key: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"))
    review: Mapped[str] = mapped_column(index=True)
    grade: Mapped[str]
    raised_at: Mapped[datetime]
    title: Mapped[str]
    body: Mapped[str]
    event_keys: Mapped[list[str]]
    signal_keys: Mapped[list[str]]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]


class DeliveryRow(Row):
    """One row per alert and channel that it was addressed to when it was raised."""

    __tablename__ = "alert_delivery"

    alert_key: Mapped[str] = mapped_column(ForeignKey("alert.key"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    n_attempts: Mapped[int] = mapped_column(default=0)
    last_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")


class HeartbeatRow(Row):
    """One row per review and night."""

    __tablename__ = "heartbeat"

    review: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"))
    n_new_versions: Mapped[int]
    n_new_events: Mapped[int]
    n_alerts: Mapped[int]
    stale_sources: Mapped[list[str]]
    message: Mapped[str]


class ForecastRow(Row):
    """One row per forecast that differed from the one before: of a trial, an analysis and a convention."""

    __tablename__ = "forecast"

    review: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(primary_key=True)
    analysis: Mapped[str] = mapped_column(primary_key=True)
    convention: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(primary_key=True)
    digest: Mapped[str]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"))
    document: Mapped[str]


class ForecastScoreRow(Row):
    """One row per forecast that a trial has answered, by the kind of evidence; the first answer stays."""

    __tablename__ = "forecast_score"

    review: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(primary_key=True)
    analysis: Mapped[str] = mapped_column(primary_key=True)
    convention: Mapped[str] = mapped_column(primary_key=True)
    evidence_set: Mapped[str] = mapped_column(primary_key=True)
    scored_at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.run_id"))
    document: Mapped[str]


def columns_of(item: Any) -> dict[str, Any]:
    """Fields of a struct by name, as columns of the same names take them."""
    return {name: getattr(item, name) for name in item.__struct_fields__}
