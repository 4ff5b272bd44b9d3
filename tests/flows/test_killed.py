"""A night that is killed between any two steps and run again ends as if nothing had happened."""

import json
import shutil
import signal
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path

import pytest

from models.settings import Settings
from stores.ledger import Ledger
from stores.published import fingerprint_of

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
STEPS = [
    *(
        "read the review folder",
        "see what the archive holds",
        "harvest ctgov, topic",
        "harvest pubmed, topic",
        "load what was found",
    ),
    *("choose what to follow", "harvest ctgov, studies", "harvest pubmed, studies", "load what was followed"),
    *("judge", "publish", "write the outbox", "deliver"),
]
"""Of a night with two sources, in order."""

Told = dict[str, str | int]


@pytest.fixture(scope="module")
def folder(first_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    shutil.copytree(first_night, folder / "before", symlinks=True)
    return folder


@pytest.fixture(scope="module")
def nights(folder: Path) -> list[Told]:
    program = [sys.executable, Path(__file__).with_name("killed_nights.py"), folder, "2016-07-20"]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_boundary_was_tried_and_every_kill_was_one(nights: list[Told], folder: Path) -> None:
    assert json.loads((folder / "undisturbed" / "steps.json").read_text()) == STEPS
    assert {told["step"] for told in nights if told["when"] == "before"} == set(STEPS)
    assert {told["killed"] for told in nights} == {signal.SIGKILL}
    assert {told["again"] for told in nights} == {0}


def test_the_content_is_that_of_an_undisturbed_night(nights: list[Told], folder: Path) -> None:
    undisturbed = fingerprint_of(REVIEW, Settings(data=folder / "undisturbed"))
    for told in nights:
        found = fingerprint_of(REVIEW, Settings(data=folder / str(told["data"])))
        assert found == undisturbed, f"killed {told['when']} {told['step']}"


def test_every_alert_is_there_once(nights: list[Told], folder: Path) -> None:
    [expected] = outbox(folder / "undisturbed")
    for told in nights:
        data = folder / str(told["data"])
        assert outbox(data) == [expected], f"killed {told['when']} {told['step']}"
        with Ledger(Settings(data=data).ledger) as ledger:
            assert [alert.key for alert in ledger.alerts(REVIEW)] == [expected]
            assert len(ledger.decisions(REVIEW)) == 2
            assert len(ledger.heartbeats(REVIEW)) == 2
            assert {run.state for run in ledger.runs(REVIEW)} <= {"done", "interrupted"}
            assert ledger.runs(REVIEW)[-1].state == "done"


def outbox(data: Path) -> list[str]:
    """Keys of the alerts in the outbox folder."""
    return [
        str(message_from_bytes(path.read_bytes())["X-Trialwatch-Alert"]) for path in (data / "outbox").glob("*.eml")
    ]
