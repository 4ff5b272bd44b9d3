"""An event is told again when it calls for more: the ledger keeps how urgent it was told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
_COLUMNS = ("review", "event_key", "rests_on", "study_id", "run_id", "concluded_at", "first_seen_at")


def upgrade() -> None:
    """Of events told before, the urgency is not known: ''."""
    moments = {"concluded_at": MOMENT, "first_seen_at": MOMENT}
    old = sa.table("emitted_event", *(sa.column(name, moments.get(name)) for name in _COLUMNS))
    told = [{**row, "grade": ""} for row in op.get_bind().execute(sa.select(old)).mappings()]
    op.drop_table("emitted_event")
    emitted = op.create_table(
        "emitted_event",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("concluded_at", MOMENT, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"]),
        sa.PrimaryKeyConstraint("review", "event_key", "rests_on", "grade"),
    )
    op.bulk_insert(emitted, told)
