"""The command line: shapes for programs, exit codes, help, and one message for what a person can mend."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer.main

from cli.main import app
from replay.server import SPEAKERS, ReplayServer
from stores.lock import run_lock

REVIEW = "als_cell_therapy"
MADE_UP = Path(__file__).parents[1] / "flows" / "fixtures" / "NCT90000002_classic.xml"
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


Command = Callable[..., Any]


@pytest.fixture(scope="module")
def published(first_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one published night, to be read only."""
    return Path(shutil.copytree(first_night, tmp_path_factory.mktemp("published") / "data", symlinks=True))


# --- shapes for programs ---


def test_a_night_is_the_same_object_as_in_a_backtest(trialwatch: Command, tmp_path: Path) -> None:
    told = trialwatch("--data", tmp_path / "night", "nightly", "--registries=replay", "--as-of=2016-06-21", "--json")
    assert told.code == 0
    again = trialwatch("--data", tmp_path / "test", "backtest", "--date", "2016-06-21", "--json")
    assert told.lines == again.lines
    [night] = told.lines
    assert list(night)[:3] == ["as_of", "included", "included_studies"]
    assert {"participants", "ongoing", "awaiting", "excluded", "pooled", "events", "signals", "decision"} <= set(night)


def test_a_query_is_one_array_of_objects(trialwatch: Command, published: Path) -> None:
    query = "SELECT study_id, list, completion_date, registry_ids FROM out_study WHERE list = 'ongoing' ORDER BY 1"
    told = trialwatch("--data", published, "sql", query, "--json")
    assert told.code == 0
    rows = json.loads(told.out)
    assert [row["study_id"] for row in rows] == ["NCT01254539", "NCT02017912", "NCT02286011", "NCT02290886"]
    assert rows[0]["registry_ids"] == ["2006-003096-12", "NCT01254539"]


def test_a_query_is_a_table_for_people(trialwatch: Command, published: Path) -> None:
    told = trialwatch("--data", published, "sql", "SELECT count(*) AS n_ongoing FROM out_study WHERE list = 'ongoing'")
    assert told.code == 0
    assert told.out.split() == ["n_ongoing", "4"]


def test_fingerprint_and_rebuild_agree(trialwatch: Command, data: Path) -> None:
    before = trialwatch("--data", data, "fingerprint")
    assert re.fullmatch(r"[0-9a-f]{64}\n", before.out)
    [told] = trialwatch("--data", data, "rebuild", "--json").lines
    assert told == {"fingerprint": before.out.strip(), "before": before.out.strip(), "differing": [], "reason": ""}
    [tables] = trialwatch("--data", data, "fingerprint", "--json").lines
    assert tables["fingerprint"] == before.out.strip()
    assert "out_study" in tables["tables"]


def test_ingest_tells_what_became_of_every_record(trialwatch: Command, tmp_path: Path) -> None:
    told = trialwatch("--data", tmp_path / "data", "ingest", "ctgov-classic", MADE_UP, "--json")
    assert told.code == 0
    [record] = told.lines
    numbers = {name: record["numbers"][name] for name in ("n_registered", "n_randomised", "n_analysed")}
    assert numbers == {"n_registered": 72, "n_randomised": 64, "n_analysed": 66}
    assert record["eligibility"] == "met"
    assert any("41 = 33 randomised + 8 not randomised" in item["reason"] for item in record["queue"])


def test_an_alert_is_acknowledged_once_it_is_known(trialwatch: Command, data: Path) -> None:
    trialwatch("--data", data, "nightly", "--registries=replay", "--as-of=2016-07-20")
    [told] = trialwatch("--data", data, "alerts", "--json").lines
    assert told["deliveries"] == {"file": "delivered"}
    assert trialwatch("--data", data, "snooze", told["key"], "--until", "2099-01-01").code == 0
    assert "put off until 2099-01-01" in trialwatch("--data", data, "alerts").out
    assert trialwatch("--data", data, "ack", told["key"], "--by", "a person").code == 0
    again = trialwatch("--data", data, "ack", told["key"], "--by", "another", "--json")
    assert again.lines[0]["acknowledged_by"] == "a person"
    late = trialwatch("--data", data, "snooze", told["key"], "--until", "2099-01-01")
    assert (late.code, "acknowledged by a person" in late.err) == (1, True)
    unknown = trialwatch("--data", data, "ack", "nothing")
    assert (unknown.code, "no alert 'nothing'" in unknown.err) == (1, True)


def test_the_feed_holds_the_night_s_alert_and_those_before(trialwatch: Command, data: Path) -> None:
    trialwatch("--data", data, "nightly", "--registries=replay", "--as-of=2016-07-20")
    feed = data / "published" / REVIEW / "current" / "site" / "feed.atom"
    alerts = trialwatch("--data", data, "alerts", "--json").lines

    def titles() -> list[str]:
        return [item.text or "" for item in ElementTree.parse(feed).iterfind("{*}entry/{*}title")]

    assert titles() == [alert["title"] for alert in alerts] != []
    before = feed.read_bytes()
    trialwatch("--data", data, "rebuild")
    assert feed.read_bytes() == before
    trialwatch("--data", data, "nightly", "--registries=replay", "--as-of=2016-07-21")
    assert titles() == [alert["title"] for alert in alerts]


def test_a_probe_of_sources_that_answer(trialwatch: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with ReplayServer(date(2026, 11, 20)) as server:
        for slug in ("ctgov", "pubmed"):
            monkeypatch.setenv(f"TRIALWATCH_BASE_URL_{slug.upper()}", server.base_url(slug))
        whole = trialwatch("--data", tmp_path, "probe", "--source=ctgov", "--source=pubmed", "--json")
        server.break_source("ctgov", "html")
        broken = trialwatch("--data", tmp_path, "probe", "--source=ctgov")
    assert whole.code == 0
    assert {line["source"]: line["state"] for line in whole.lines} == {"ctgov": "reachable", "pubmed": "reachable"}
    assert broken.code == 3
    assert "ctgov: " in broken.out


# --- exit codes ---


@pytest.mark.parametrize(
    ("n_down", "code", "state"), [(0, 0, "done"), (1, 3, "partial"), (None, 1, "failed")], ids=["none", "one", "all"]
)
def test_the_exit_code_tells_how_far_the_night_got(
    trialwatch: Command,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    sources: list[str],
    n_down: int | None,
    code: int,
    state: str,
) -> None:
    with ReplayServer(date(2016, 6, 22)) as server:
        for slug in SPEAKERS:
            monkeypatch.setenv(f"TRIALWATCH_BASE_URL_{slug.upper()}", server.base_url(slug))
        for slug in sources[:n_down]:
            server.break_source(slug, status=501)
        told = trialwatch("--data", data, "nightly", "--registries=replay", "--as-of=2016-06-22", "--json")
    assert (told.code, told.lines[0]["state"]) == (code, state)


@pytest.mark.parametrize(
    "words",
    [
        ["backtest", "--date", "2016-13-01"],
        ["backtest", "--date", "yesterday"],
        ["backtest", "no_such_review", "--date", "2016-06-21"],
        ["nightly", "--registries", "replay", "--as-of", "21/06/2016"],
        ["nightly", "--as-of", "2016-06-21"],
        ["nightly", "--registries", "elsewhere"],
        ["nightly", "--registries", "replay", "--source", "ictrp-web"],
        ["nightly", "--registries", "replay", "--as-of", "2999-01-01"],
        ["backtest", "--date", "2999-01-01"],
        ["ingest", "no-such-source", str(MADE_UP)],
        ["probe", "--source", "no-such-source"],
        ["status", "no_such_review"],
        ["sql", "SELECT 1", "--review", "no_such_review"],
        ["alerts", "no_such_review"],
        ["snooze", "0123456789abcdef", "--until", "2016-06-21"],
        ["snooze", "0123456789abcdef"],
        ["ingest", "ctgov"],
        ["no-such-command"],
        ["nightly", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_and_touches_nothing(trialwatch: Command, tmp_path: Path, words: list[str]) -> None:
    told = trialwatch("--data", tmp_path / "data", *words)
    assert told.code == 2
    assert told.out == ""
    assert "Usage" in told.err or "Error" in told.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", [["status"], ["sql", "SELECT 1"], ["rebuild"], ["fingerprint"]], ids=" ".join)
def test_nothing_published_yet_is_said_with_what_to_do(trialwatch: Command, tmp_path: Path, words: list[str]) -> None:
    told = trialwatch("--data", tmp_path, *words)
    assert (told.code, told.out) == (1, "")
    assert "nothing is published yet; run 'trialwatch nightly'" in told.err


@pytest.mark.parametrize("words", [["alerts"], ["ack", "x"], ["snooze", "x", "--until", "2099-01-01"]], ids=" ".join)
def test_without_a_night_there_is_no_alert_to_answer(trialwatch: Command, tmp_path: Path, words: list[str]) -> None:
    told = trialwatch("--data", tmp_path / "data", *words)
    assert (told.code, told.out) == (1, "")
    assert "no night has taken place here; run 'trialwatch nightly'" in told.err
    assert not (tmp_path / "data").exists()


def test_state_is_kept_in_a_folder(trialwatch: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    told = trialwatch("--data", tmp_path / "file", "status")
    assert (told.code, "file is not a folder" in told.err) == (2, True)


def test_a_query_that_is_wrong_or_writes_is_one_message(trialwatch: Command, published: Path) -> None:
    for statement in ("SELECT * FROM no_such_table", "DELETE FROM review_queue", "SELEKT", "", "SELECT 1; SELECT 2"):
        told = trialwatch("--data", published, "sql", statement)
        assert told.code == 1
        assert told.err.startswith("trialwatch: ")
        assert "Traceback" not in told.err


def test_a_wrong_setting_is_one_message(trialwatch: Command, monkeypatch: pytest.MonkeyPatch, published: Path) -> None:
    monkeypatch.setenv("TRIALWATCH_KEEP_SNAPSHOTS", "all")
    told = trialwatch("--data", published, "status")
    assert (told.code, told.err) == (
        1,
        "trialwatch: TRIALWATCH_KEEP_SNAPSHOTS='all': give a whole number of at least 1\n",
    )


def test_a_second_run_at_the_same_time_names_the_first(
    trialwatch: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWATCH_LOCK_PATIENCE_SECONDS", "0")
    with run_lock(data / "run.lock"):
        told = trialwatch("--data", data, "nightly", "--registries=replay", "--as-of=2016-06-22")
    assert told.code == 1
    assert re.search(rf"another run \(process {os.getpid()}\) is using .*; try again", told.err)


def test_live_and_replay_do_not_mix(trialwatch: Command, data: Path) -> None:
    told = trialwatch("--data", data, "nightly")
    assert told.code == 1
    assert "this data folder holds replay registries" in told.err


def test_the_installed_program_ends_with_the_same_codes_and_leaves_prefect_alone(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("trialwatch")
    command = [program] if program.exists() else [sys.executable, "-m", "cli.main"]
    environment = os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}
    words = ["--data", tmp_path, "status"]
    ended = subprocess.run([*command, *words], env=environment, capture_output=True, text=True, check=False)
    imports = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    [message] = set(ended.stderr.splitlines()) - set(imports)
    assert ended.returncode == 1
    assert message.startswith("trialwatch: ")
    assert any("flows.night" in line for line in imports)
    assert not [line for line in imports if "prefect" in line]


# --- help ---


def test_the_commands_are_those_of_the_design() -> None:
    agreed = "nightly backtest ingest pool status sql rebuild fingerprint ack probe serve crosscheck"
    assert set(agreed.split()) <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_every_option_of_it_has_help(trialwatch: Command, command: str) -> None:
    told = trialwatch(command, "--help")
    assert told.code == 0
    assert len(told.out.splitlines()) > 3
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    assert found.help
    assert [item.name for item in found.params if not item.help] == []
