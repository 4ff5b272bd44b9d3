"""Forecasts of trials are kept, and scored once the trials have reported."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table("forecast", *_named("made_at"), sa.Column("digest", sa.Text(), nullable=False), *_rest("made_at"))
    op.create_table("forecast_score", *_named("scored_at"), *_rest("evidence_set"))


def _named(moment: str) -> list[sa.schema.SchemaItem]:
    """Of which trial, in which analysis, under which convention, and when."""
    names = ["review", "study_id", "analysis", "convention"]
    names += ["evidence_set"] if moment == "scored_at" else []
    return [
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.Column(moment, MOMENT, nullable=False),
    ]


def _rest(last: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"]),
        sa.PrimaryKeyConstraint("review", "study_id", "analysis", "convention", last),
    ]
