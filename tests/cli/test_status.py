"""`status` holds what was published against the clock: fresh is said only while it is."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.dates import at_night
from models.settings import Settings
from stores.ledger import Ledger

REVIEW = "als_cell_therapy"
NIGHT = datetime(2016, 6, 21, 6, tzinfo=UTC)

Status = Callable[..., Any]


@pytest.fixture(scope="module")
def published(first_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one published night, to be read only."""
    return Path(shutil.copytree(first_night, tmp_path_factory.mktemp("published") / "data", symlinks=True))


@pytest.fixture
def status(trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Status:
    """Asks for the status so long after the first night."""

    def status(data: Path, *words: str, after: timedelta = timedelta(hours=12)) -> Any:
        monkeypatch.setattr("cli.status.now", lambda: NIGHT + after)
        return trialwatch("--data", data, "status", *words)

    return status


def test_status_tells_decision_sources_and_heartbeat(status: Status, published: Path, sources: list[str]) -> None:
    [told] = status(published, "--json").lines
    assert told["decision"][0]["status"] == told["status"] == "Up to date"
    assert [item["source"] for item in told["sources"]] == sources
    assert told["heartbeat"]["n_alerts"] == told["n_alerts"] == 0
    assert told["undelivered"] == told["problems"] == told["missing_nights"] == []
    for_people = status(published)
    assert for_people.code == 0
    assert "Up to date" in for_people.out
    assert "ClinicalTrials.gov: fresh" in for_people.out


@pytest.mark.parametrize(
    ("after", "is_known", "code", "n_missing"),
    [
        (timedelta(hours=1), True, 0, 0),
        (timedelta(days=1, hours=17), True, 0, 0),
        (timedelta(days=2), True, 3, 1),
        (timedelta(days=3), True, 3, 2),
        (timedelta(days=3, minutes=1), False, 3, 2),
        (timedelta(days=8), False, 3, 7),
        (timedelta(days=40), False, 3, 39),
        (timedelta(days=3650), False, 3, 3649),
    ],
    ids=str,
)
def test_what_is_fresh_is_asked_of_the_clock(
    status: Status, published: Path, after: timedelta, is_known: bool, code: int, n_missing: int
) -> None:
    told = status(published, after=after)
    assert told.code == code
    assert ("Up to date" in told.out) is is_known
    assert ("Not known tonight" in told.out) is not is_known
    assert ("OVERDUE" in told.out) is not is_known
    assert ("nothing was checked since 2016-06-21 06:00 UTC" in told.out) is (n_missing > 0)
    [report] = status(published, "--json", after=after).lines
    assert len(report["missing_nights"]) == n_missing
    assert (report["status"] == "Up to date") is is_known


def test_a_night_that_failed_is_told_with_its_reason(status: Status, data: Path) -> None:
    with Ledger(Settings(data=data).ledger) as ledger:
        ledger.finish_run(ledger.begin_run(REVIEW, NIGHT + timedelta(days=1)), "failed", "the disk is full")
    told = status(data, after=timedelta(days=1, hours=1))
    assert told.code == 3
    assert "the night of 2016-06-22 06:00 UTC failed: the disk is full" in told.out


def test_a_night_that_was_killed_is_not_told_as_running(status: Status, data: Path) -> None:
    with Ledger(Settings(data=data).ledger) as ledger:
        ledger.begin_run(REVIEW, NIGHT + timedelta(days=1))
    told = status(data, after=timedelta(days=1, hours=1))
    assert told.code == 3
    assert "was interrupted" in told.out
    [report] = status(data, "--json", after=timedelta(days=1, hours=1)).lines
    assert report["last_run"]["state"] == "interrupted"


def test_known_news_stays_pending_with_the_unsearched_sources_named(
    status: Status, data: Path, carry_out: Callable[..., Any]
) -> None:
    day = datetime(2016, 7, 20, tzinfo=UTC).date()
    carry_out(data, day)
    told = status(data, after=at_night(day) + timedelta(days=30) - NIGHT)
    assert told.code == 3
    assert told.out.startswith("Update pending")
    assert "PubMed: not searched to the end since 2016-07-20 06:00 UTC" in told.out


def test_a_review_folder_that_cannot_be_read_is_a_problem_and_not_the_end(
    status: Status, data: Path, review_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (review_folder / "protocol.yaml").open("a") as stream:
        stream.write("\nno_such_key: 1\n")
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    assert status(data).code == 3
    told = status(data, after=timedelta(days=9))
    assert "the review folder cannot be read: " in told.out
    assert "Not known tonight" in told.out


def test_before_the_first_night_status_says_so(status: Status, tmp_path: Path) -> None:
    told = status(tmp_path / "data")
    assert (told.code, told.out) == (1, "")
    assert "nothing is published yet" in told.err
