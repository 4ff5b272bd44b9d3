"""Several reviews on one data folder: the same answers serve both, and nothing of one is found in the other."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flows.gather import NightRequest
from flows.ingest import ingest
from flows.portfolio import portfolio, worst
from models.dates import at_night
from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer
from stores.ledger import Ledger
from stores.published import fingerprint_of, published_folder
from stores.snapshot import query

FIRST, OTHER, TWIN = "als_cell_therapy", "motor_neurons", "als_again"
NIGHTS = [date(2016, 6, 21), date(2016, 7, 20), date(2018, 8, 1)]
MADE_UP = Path(__file__).parent / "fixtures" / "NCT90000002_classic.xml"


class Seen(NamedTuple):
    """What readers see of a review."""

    fingerprint: str
    alerts: tuple[str, ...]
    queue: int
    events: int


def seen(review: str, settings: Settings) -> Seen:
    with Ledger(settings.ledger) as ledger:
        alerts = tuple(sorted(alert.key for alert in ledger.alerts(review)))
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    n_queue, n_events = (
        query(warehouse, f"SELECT count(*) FROM {view}")[1][0][0] for view in ("out_queue", "out_event")
    )
    return Seen(fingerprint_of(review, settings).fingerprint, alerts, n_queue, n_events)


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """The shipped review, one with another question that finds some of the same trials, and one with the same."""
    folder, shipped = tmp_path / "reviews", Settings().reviews / FIRST
    for name in (FIRST, OTHER, TWIN):
        path = Path(shutil.copytree(shipped, folder / name)) / "protocol.yaml"
        text = path.read_text(encoding="utf-8").replace(f"review: {FIRST}", f"review: {name}")
        if name == OTHER:
            words = (Settings().reviews / "words" / "als_mnd.yaml").read_text(encoding="utf-8")
            fewer = words.replace(
                "    - amyotrophic lateral sclerosis\n    - motor neuron disease\n", "    - motor neuron disease\n"
            )
            fewer = fewer.replace("    - lateral sclerosis\n    - Lou Gehrig\n", "")
            assert len(fewer) < len(words) - 60
            (folder / "words").mkdir()
            (folder / "words" / "fewer.yaml").write_text(fewer, encoding="utf-8")
            text = text.replace("words: [als_mnd]", "words: [fewer]")
            text = text.replace("  ictrp: {freshness_limit_days: 3}\n", "")
        path.write_text(text, encoding="utf-8")
    return folder


def carry_out(names: tuple[str, ...], days: list[date], data: Path, reviews: Path) -> Settings:
    settings = Settings(data=data, reviews=reviews)
    for day in days:
        request = NightRequest(review="", as_of=at_night(day), registries="replay")
        nights = list(portfolio(names, request, settings))
        assert worst(nights) == "done", [item.reason for item in nights]
    return settings


@pytest.mark.slow
def test_alone_and_together_readers_see_the_same(tmp_path: Path, reviews: Path) -> None:
    alone = {name: seen(name, carry_out((name,), NIGHTS, tmp_path / name, reviews)) for name in (FIRST, OTHER)}
    together = carry_out((FIRST, OTHER), NIGHTS, tmp_path / "together", reviews)
    assert {name: seen(name, together) for name in alone} == alone
    assert alone[FIRST] != alone[OTHER]
    assert alone[FIRST].alerts


def test_a_question_that_two_reviews_share_is_asked_once(tmp_path: Path, reviews: Path) -> None:
    with ReplayServer(NIGHTS[0]) as server:
        settings = Settings(
            data=tmp_path / "data", reviews=reviews, base_urls={slug: server.base_url(slug) for slug in SPEAKERS}
        )
        request = NightRequest(review="", as_of=at_night(NIGHTS[0]), registries="replay")
        [first] = portfolio((FIRST,), request, settings)
        n_first = len(server.requests)
        [twin] = portfolio((TWIN,), request, settings)
        assert first.result and twin.result
        own = [check for check in twin.result.checks if check.n_requests]
        assert {check.scope for check in own} == {"studies"}
        assert len(server.requests) < 2 * n_first
    assert {check.source: check.n_records for check in first.result.checks if check.scope == "topic"} == {
        check.source: check.n_records for check in twin.result.checks if check.scope == "topic"
    }
    assert len(first.result.judgement.statuses) == len(twin.result.judgement.statuses) > 0


def test_a_file_that_is_loaded_for_one_review_is_no_record_of_the_other(tmp_path: Path, reviews: Path) -> None:
    settings = carry_out((FIRST, OTHER), NIGHTS[:1], tmp_path / "data", reviews)
    records = ingest("ctgov-classic", [MADE_UP], OTHER, at_night(date(2017, 6, 22)), settings)
    [record] = [item for item in records if item.kind == "record"]
    assert record.is_new
    request = NightRequest(review="", as_of=at_night(date(2017, 6, 23)), registries="replay")
    # The replay has never heard of the loaded trial, so that nobody can tell the other review its history.
    assert [item.state for item in portfolio((FIRST, OTHER), request, settings)] == ["done", "done"]
    holders = [
        name
        for name in (FIRST, OTHER)
        if query(
            published_folder(name, settings) / "warehouse.duckdb",
            f"SELECT record_id FROM core_trial_latest WHERE record_id = '{record.record_id}'",
        )[1]
    ]
    assert holders == [OTHER]
    asked = query(
        published_folder(FIRST, settings) / "warehouse.duckdb",
        f"SELECT * FROM out_queue WHERE concat(subject, reason, value) LIKE '%{record.record_id}%'",
    )[1]
    assert asked == []


def test_one_review_that_fails_stops_none_of_the_others(tmp_path: Path, reviews: Path) -> None:
    (reviews / FIRST / "protocol.yaml").write_text(f"review: {FIRST}\nno_such_key: 1\n", encoding="utf-8")
    settings = Settings(data=tmp_path / "data", reviews=reviews)
    request = NightRequest(review="", as_of=at_night(NIGHTS[0]), registries="replay")
    nights = list(portfolio((FIRST, OTHER), request, settings))
    assert [item.state for item in nights] == ["failed", "done"]
    assert worst(nights) == "failed"
    assert "no_such_key: unknown key" in nights[0].reason
    with Ledger(settings.ledger) as ledger:
        assert [ledger.runs(name)[-1].state for name in (FIRST, OTHER)] == ["failed", "done"]


# --- the command line ---


@pytest.fixture
def program(trialwatch: Callable[..., Any], reviews: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(reviews))
    return trialwatch


@pytest.mark.parametrize(
    "words", [["nightly"], ["backtest"], ["status"], ["sql", "SELECT 1"], ["rebuild"], ["alerts"]], ids=" ".join
)
def test_with_several_reviews_a_command_says_which_there_are(program: Any, tmp_path: Path, words: list[str]) -> None:
    told = program("--data", tmp_path / "data", *words)
    assert told.code == 2
    assert all(name in " ".join(told.err.split()) for name in (FIRST, OTHER, TWIN))
    assert not (tmp_path / "data").exists()


def test_every_review_has_its_night(program: Any, tmp_path: Path) -> None:
    words = ["--data", tmp_path / "data", "nightly", "--registries=replay", "--as-of=2016-06-21"]
    told = program(*words, "--all", "--json")
    assert told.code == 0
    assert [line["review"] for line in told.lines] == sorted([FIRST, OTHER, TWIN])
    assert program(*words, "--all", FIRST).code == 2


@pytest.mark.parametrize("name", ["../als_cell_therapy", "..", ".", "a/b", "2016", ".hidden", "a b", "-x", "als\n"])
def test_a_review_is_a_plain_folder_name(program: Any, tmp_path: Path, name: str) -> None:
    told = program("--data", tmp_path / "data", "nightly", "--registries=replay", "--", name)
    assert told.code == 2
    assert not (tmp_path / "data").exists()


def test_a_copied_review_that_kept_its_name_is_refused_with_both(program: Any, tmp_path: Path, reviews: Path) -> None:
    shutil.copytree(reviews / FIRST, reviews / "copied")
    words = ["--data", tmp_path / "data", "nightly", "copied", "--registries=replay", "--as-of=2016-06-21"]
    told = program(*words)
    assert told.code == 1
    assert f"review: '{FIRST}', but the folder is 'copied'" in told.err
    assert not (tmp_path / "data" / "published" / FIRST).exists()
