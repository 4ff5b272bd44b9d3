"""The second house: questions beside source checks, reasons of failed runs, and study ids that last."""

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
