"""The second house: questions beside source checks, reasons of failed runs, and study ids and news that last."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("run", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("source_check", sa.Column("question", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_source_check_question", "source_check", ["question"])
    op.create_table(
        "study_alias",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("review", "alias", "known_at"),
    )
    _number_the_ledger()
    _rest_events_on_records()


def _number_the_ledger() -> None:
    op.add_column("claim", sa.Column("ledger_id", sa.Text(), nullable=False, server_default=""))
    op.execute(sa.text("UPDATE claim SET ledger_id = :id").bindparams(id=uuid4().hex))


def _rest_events_on_records() -> None:
    """A key was code, study and reference; studies were named by a record, on which the event then rests."""
    moments = (sa.column("concluded_at", MOMENT), sa.column("first_seen_at", MOMENT))
    old = sa.table("emitted_event", *map(sa.column, ("review", "event_key", "run_id")), *moments)
    told = [dict(row) for row in op.get_bind().execute(sa.select(old)).mappings()]
    op.drop_table("emitted_event")
    emitted = op.create_table(
        "emitted_event",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("concluded_at", MOMENT, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"]),
        sa.PrimaryKeyConstraint("review", "event_key", "rests_on"),
    )
    for row in told:
        row["study_id"] = row["rests_on"] = row["event_key"].split(":", 2)[1]
    op.bulk_insert(emitted, told)
