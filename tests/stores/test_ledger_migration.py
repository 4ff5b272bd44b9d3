"""A ledger that an earlier program wrote loses nothing on its way to the present one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, create_engine, select, text
from sqlalchemy.pool import NullPool

from models.vocabulary import DeliveryState
from stores.ledger import Ledger
from stores.ledger_database import MIGRATIONS
from stores.ledger_tables import REVISION

DUMP = Path(__file__).parent / "fixtures" / "ledger_0001.sql"
REVIEW = "made_up"

Tables = Mapping[str, list[dict[str, Any]]]


@pytest.fixture
def url(ledger_url: str) -> str:
    return ledger_url.replace("postgresql://", "postgresql+psycopg://")


def at_revision(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def content(url: str) -> Tables:
    """Every row of every table, as the database gives it."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        known = MetaData()
        known.reflect(connection)
        return {
            name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=str)
            for name, table in known.tables.items()
        }


@pytest.fixture
def before(url: str) -> Tables:
    """A ledger of the first revision, and what it holds."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'UTC'"))
        at_revision(connection, "0001")
        for line in DUMP.read_text(encoding="utf-8").splitlines():
            if line.startswith("INSERT"):
                connection.exec_driver_sql(line.removesuffix(";"))
    return content(url)


def test_every_column_of_every_row_is_what_it_was(url: str, before: Tables) -> None:
    Ledger(url).close()
    after = content(url)
    assert after["alembic_version"] == [{"version_num": REVISION}]
    assert set(before) <= set(after)
    for name in set(before) - {"alembic_version"}:
        kept = [{column: row[column] for column in before[name][0]} for row in after[name]]
        assert sorted(kept, key=str) == before[name], name
    assert {name: len(rows) for name, rows in before.items() if not rows} == {}


def test_what_was_known_is_read_as_before(url: str, before: Tables) -> None:
    with Ledger(url, lambda: datetime(2024, 3, 20, 6, tzinfo=UTC)) as ledger:
        assert [(run.state, run.reason) for run in ledger.runs(REVIEW)] == [("done", ""), ("partial", "")]
        assert ledger.ledger_id()
        alerts = {alert.key: alert for alert in ledger.alerts(REVIEW)}
        assert (alerts["a1"].acknowledged_by, alerts["a1"].event_keys) == ("Ann", ("E2:NCT90000001:posted",))
        assert alerts["a2"].snoozed_until == datetime(2099, 1, 1, tzinfo=UTC)
        assert [due.alert.key for due in ledger.pending(REVIEW)] == ["a3"]
        assert [(item.alert_key, item.state) for item in ledger.undelivered(REVIEW)] == [
            ("a3", DeliveryState.PENDING),
            ("a4", DeliveryState.FAILED),
        ]
        told = ledger.emitted_events(REVIEW, datetime(2024, 3, 20, tzinfo=UTC))
        assert {(item.key, item.rests_on) for item in told} == {
            ("E2:NCT90000001:posted", "NCT90000001"),
            ("E3:ISRCTN90000002:PMID:1, linked", "ISRCTN90000002"),
        }
        assert [beat.stale_sources for beat in ledger.heartbeats(REVIEW)] == [("pubmed",), ()]
        assert [item.is_confirmed_only for item in ledger.decisions(REVIEW)] == [True, False]
        assert ledger.fired_signals(REVIEW, datetime(2024, 3, 2, tzinfo=UTC)) == {"S1:pain:4 weeks:confirmed:revman5"}
    first = content(url)
    Ledger(url).close()
    assert content(url) == first
