"""A ledger that was lost, emptied or is another's is noticed; with a new one nothing is told twice."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from flows.night import NightResult
from flows.rebuild import rebuild
from flows.same_ledger import OtherLedger
from models.settings import Settings
from stores.ledger import Ledger

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
RESULTS_POSTED, NEXT = date(2016, 7, 20), date(2016, 7, 21)

Night = Callable[..., NightResult]


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, carry_out: Night) -> tuple[Path, dict[str, Any]]:
    """A folder with one night that told something, and the settings of its ledger."""
    settings: dict[str, Any] = {}
    if request.param == "postgresql":
        settings["ledger_url"] = request.getfixturevalue("new_postgresql_database")()
    assert len(carry_out(tmp_path / "data", RESULTS_POSTED, settings=settings).alerts) == 1
    return tmp_path / "data", settings


def lose(data: Path, settings: dict[str, Any]) -> None:
    """Empty the ledger of all it knows."""
    if not settings:
        for path in data.glob("ledger.sqlite*"):
            path.unlink()
        return
    with create_engine(
        settings["ledger_url"].replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    ).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def test_a_lost_ledger_is_noticed_and_a_new_one_tells_nothing_twice(
    folder: tuple[Path, dict[str, Any]], carry_out: Night
) -> None:
    data, settings = folder
    lose(data, settings)
    before = sorted((data / "outbox").iterdir())
    for _ in range(2):
        with pytest.raises(OtherLedger, match=r"is empty: restore the ledger .* --new-ledger"):
            carry_out(data, NEXT, settings=settings)
    with pytest.raises(OtherLedger):
        rebuild(REVIEW, Settings(data=data, **settings))
    result = carry_out(data, NEXT, settings=settings, new_ledger=True)
    assert (result.state, result.new_events, result.alerts) == ("done", (), ())
    assert sorted((data / "outbox").iterdir()) == before
    again = carry_out(data, date(2016, 7, 22), settings=settings)
    assert (again.new_events, again.alerts) == ((), ())
    with Ledger(Settings(data=data, **settings).ledger) as ledger:
        assert ledger.study_aliases(REVIEW, result.judgement.context.as_of)["NCT01363401"] == "NCT01363401"


def test_the_night_itself_again_with_a_new_ledger_tells_nothing(
    folder: tuple[Path, dict[str, Any]], carry_out: Night
) -> None:
    data, settings = folder
    lose(data, settings)
    assert carry_out(data, RESULTS_POSTED, settings=settings, new_ledger=True).alerts == ()


def test_runs_that_were_emptied_out_of_the_ledger_are_noticed(
    folder: tuple[Path, dict[str, Any]], carry_out: Night
) -> None:
    data, settings = folder
    url = Settings(data=data, **settings).ledger.replace("postgresql://", "postgresql+psycopg://")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for table in ("alert_delivery", "alert", "fired_signal", "decision", "emitted_event", "heartbeat", "forecast"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM source_check"))
        connection.execute(text("DELETE FROM run"))
    with pytest.raises(OtherLedger, match="shows the night of 2016-07-20, of which"):
        carry_out(data, NEXT, settings=settings)
    assert carry_out(data, NEXT, settings=settings, new_ledger=True).alerts == ()


def test_another_folder_s_ledger_is_noticed(data: Path, tmp_path: Path, carry_out: Night) -> None:
    carry_out(tmp_path / "other", RESULTS_POSTED)
    for path in data.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "other" / "ledger.sqlite", data / "ledger.sqlite")
    for more, why in (({}, "is another one: restore"), ({"new_ledger": True}, "nights of als_cell_therapy of its own")):
        with pytest.raises(OtherLedger, match=why):
            carry_out(data, NEXT, **more)


def test_two_machines_with_archives_of_their_own_on_one_ledger_are_noticed(
    tmp_path: Path, carry_out: Night, new_postgresql_database: Callable[[], str]
) -> None:
    settings = {"ledger_url": new_postgresql_database()}
    carry_out(tmp_path / "one", RESULTS_POSTED, settings=settings)
    with pytest.raises(OtherLedger, match="copy that archive here"):
        carry_out(tmp_path / "two", NEXT, settings=settings)
    shutil.copytree(tmp_path / "one", tmp_path / "three", symlinks=True)
    assert carry_out(tmp_path / "three", NEXT, settings=settings).alerts == ()


def test_a_folder_from_before_ledgers_had_ids_takes_one_silently(data: Path, carry_out: Night) -> None:
    claim = data / "archive" / "holds.json"
    manifest = data / "published" / REVIEW / "current" / "manifest.json"
    told = json.loads(manifest.read_text())
    claim.write_text('{"registries": "replay"}')
    manifest.write_text(json.dumps({name: value for name, value in told.items() if name not in {"ledger", "is_night"}}))
    assert carry_out(data, RESULTS_POSTED).state == "done"
    assert json.loads(claim.read_text())["ledger"] == told["ledger"] != ""
    assert json.loads(manifest.read_text())["ledger"] == told["ledger"]
