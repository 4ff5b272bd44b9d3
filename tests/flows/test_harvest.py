"""Harvesting is honest about how far it got, whatever the source answers."""

from datetime import date
from pathlib import Path

import pytest

from flows.harvest import HarvestFailure, HarvestTask, harvest, since_last
from models.connector import Connector, SourceFailure
from models.dates import at_night
from models.report import Report
from models.settings import Limits, Settings
from models.trial import Page, Rejected, SourceQuery
from models.vocabulary import Scope, SourceState
from stores.archive import archive_files, read_pages

NIGHT = at_night(date(2024, 2, 29))


def page(number: int, total: int | None = None, listing: str | None = "search") -> Page:
    return Page(
        source="x",
        kind="search",
        url=f"http://127.0.0.1/{number}",
        body=str(number).encode(),
        observed_at=NIGHT,
        listing=listing,
        total=total,
    )


def connector(*pages: Page, failure: str = "") -> Connector:
    """A source that answers with these pages, one report each, which is unreadable on page 9; then it may fail."""

    def fetch(query, since, http):
        yield from pages
        if failure:
            raise SourceFailure(failure)

    def parse(page):
        number = page.body.decode()
        if number == "9":
            yield Rejected(source="x", record_ref=number, reason="unreadable")
        else:
            yield Report(source="x", report_id=number, title="A report", registry_date="2024-01-01")

    return Connector(slug="x", title="X", id_pattern=r"\d+", parse=parse, fetch=fetch, base_url="http://127.0.0.1")


def task(source: Connector, **changes) -> HarvestTask:
    given = {
        "connector": source,
        "scope": Scope.TOPIC,
        "query": SourceQuery(topic="t"),
        "since": None,
        "base_url": "http://127.0.0.1",
        "observed_at": NIGHT,
        "run_id": 1,
    }
    return HarvestTask(**given | changes)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.mark.parametrize(
    ("pages", "state", "reason"),
    [
        ([page(1, 2), page(2, 2)], SourceState.COMPLETE, ""),
        ([page(1, 2)], SourceState.PARTIAL, "search: the registry announced 2, 1 were read"),
        ([page(1, 2), page(1, 2)], SourceState.PARTIAL, "search: the registry announced 2, 1 were read"),
        ([page(1, 2), page(2, 3)], SourceState.PARTIAL, "search: the registry announced 3, 2 were read"),
        (
            [page(1, 2), page(9, 2)],
            SourceState.PARTIAL,
            "search: the registry announced 2, 1 were read; rejected: 9",
        ),
        ([page(1, None, None)], SourceState.COMPLETE, ""),
        ([page(9, None, None)], SourceState.COMPLETE, ""),
        ([], SourceState.COMPLETE, ""),
    ],
)
def test_what_was_received_is_held_against_what_was_announced(settings, pages, state, reason):
    check = harvest(task(connector(*pages)), settings).check
    assert (check.state, check.reason, check.n_requests) == (state, reason, len(pages))


def test_a_failure_keeps_the_pages_before_it_and_says_what_happened(settings):
    with pytest.raises(HarvestFailure) as failure:
        harvest(task(connector(page(1, 2), failure="HTTP 503")), settings)
    assert (failure.value.harvested.check.state, failure.value.harvested.check.reason) == (
        SourceState.FAILED,
        "HTTP 503",
    )
    (file,) = archive_files(settings.archive)
    assert [item.page.body for item in read_pages(settings.archive, file)] == [b"1"]


@pytest.mark.parametrize(
    ("usual", "total", "since", "is_stopped"),
    [
        (5_639, 470_145, None, True),
        (5_639, 470_145, date(2024, 2, 1), True),
        (5_639, 5_700, None, False),
        (5_639, 12, None, True),
        (5_639, 12, date(2024, 2, 1), False),
        (None, 470_145, None, False),
        (10, 150, None, False),
    ],
)
def test_a_total_out_of_all_proportion_stops_the_source(settings, usual, total, since, is_stopped):
    asked = task(connector(page(1, total)), usual_total=usual, since=since)
    if is_stopped:
        with pytest.raises(HarvestFailure, match=f"announces {total} records, {usual} at the last complete search"):
            harvest(asked, settings)
    else:
        assert harvest(asked, settings).check.n_expected == total


def test_an_incremental_search_reaches_back_before_the_last_complete_one():
    source = connector()
    assert since_last(source, NIGHT, full_sweep=False) == date(2024, 2, 26)
    assert since_last(source, NIGHT, full_sweep=True) is None
    assert since_last(source, None, full_sweep=False) is None


def test_a_listing_that_goes_on_beyond_its_total_is_stopped(settings: Settings) -> None:
    with pytest.raises(HarvestFailure, match="announced 2 records and goes on") as failed:
        harvest(task(connector(*(page(1, 2) for _ in range(1000)))), settings)
    assert failed.value.harvested.check.n_requests < 300


def test_a_source_that_gives_without_end_is_stopped(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, limits=Limits(records=20))
    with pytest.raises(HarvestFailure, match="not at an end after 20 records") as failed:
        harvest(task(connector(*(page(100 + number, None, None) for number in range(1000)))), settings)
    assert failed.value.harvested.check.n_records == 21
