"""Nights that fail, die or do not take place: each such time is told once, and never taken for a quiet one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.gather import NightRequest
from flows.night import NightResult, night
from flows.steps import InOrder
from models.alert import Alert
from models.dates import at_night
from models.settings import Settings
from models.vocabulary import AlertGrade
from replay.archive import known_until
from replay.server import SPEAKERS, ReplayServer
from stores.ledger import Ledger

pytestmark = pytest.mark.slow

REVIEW = "als_cell_therapy"
START = at_night(known_until())


@pytest.fixture
def registries() -> Iterator[ReplayServer]:
    with ReplayServer(known_until()) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, registries: ReplayServer) -> Settings:
    """A folder on what stand for the live registries."""
    return Settings(data=tmp_path, base_urls={slug: registries.base_url(slug) for slug in SPEAKERS})


class Broken(InOrder):
    """Steps in order up to judging, which fails in the way given."""

    def __init__(self, problem: BaseException) -> None:
        self._problem = problem

    def run(self, name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        if name == "judge":
            raise self._problem
        return super().run(name, step, *arguments)


def on_day(settings: Settings, day: float, problem: BaseException | None = None) -> NightResult | None:
    """A night of the live registries so many days after the start; None when it fails."""
    moment = START + timedelta(days=day)
    request = NightRequest(review=REVIEW, as_of=moment, sources=("ctgov", "pubmed"))
    try:
        return night(request, settings, Broken(problem) if problem else None, lambda: moment)
    except (OSError, ValueError, KeyboardInterrupt):
        return None


def died(settings: Settings, day: float) -> None:
    """What a run leaves behind that was killed outright."""
    with Ledger(settings.ledger) as ledger:
        ledger.begin_run(REVIEW, START + timedelta(days=day))


def failures(settings: Settings) -> list[Alert]:
    with Ledger(settings.ledger) as ledger:
        return [alert for alert in ledger.alerts(REVIEW) if "the night failed" in alert.title]


@pytest.mark.slow
def test_a_series_of_failed_nights_is_told_once_and_the_next_series_again(settings: Settings) -> None:
    full, wrong = OSError(28, "No space left on device", "/made/up"), ValueError("made up")
    assert on_day(settings, 0)
    for day, problem in ((1, full), (2, wrong), (3, full)):
        assert on_day(settings, day, problem) is None
    assert len(failures(settings)) == 1
    assert on_day(settings, 4)
    assert on_day(settings, 5, wrong) is None
    died(settings, 6)
    assert on_day(settings, 7, full) is None
    assert [alert.grade for alert in failures(settings)] == [AlertGrade.WATCH] * 2


def test_a_night_that_died_is_told_with_a_reason_by_the_next_one(settings: Settings) -> None:
    assert on_day(settings, 0)
    died(settings, 1)
    assert on_day(settings, 2)
    [told] = failures(settings)
    assert "stopped from outside" in " ".join(told.body.split())
    with Ledger(settings.ledger) as ledger:
        assert [(run.state, bool(run.reason)) for run in ledger.runs(REVIEW)][1] == ("interrupted", True)
    assert on_day(settings, 3)
    assert len(failures(settings)) == 1


def test_a_night_that_is_begun_again_on_its_day_is_no_news(settings: Settings) -> None:
    assert on_day(settings, 0)
    died(settings, 1)
    assert on_day(settings, 1, KeyboardInterrupt()) is None
    assert on_day(settings, 1.05)
    assert failures(settings) == []


@pytest.mark.parametrize("attempts", [0, 1])
def test_the_first_night_after_a_time_without_any_tells_so_once(settings: Settings, attempts: int) -> None:
    def said(moment: datetime) -> list[str]:
        with Ledger(settings.ledger) as ledger:
            return [alert.title for alert in ledger.alerts(REVIEW) if f"{moment:%Y-%m-%d %H:%M}" in alert.body]

    assert on_day(settings, 0)
    assert on_day(settings, 2.9)
    assert said(START) == []
    died(settings, 40) if attempts else None
    assert on_day(settings, 40.05)
    assert on_day(settings, 40.1)
    assert on_day(settings, 41)
    assert len(said(START + timedelta(days=2.9))) == 1
    with Ledger(settings.ledger) as ledger:
        silences = ["No night took place between" in beat.message for beat in ledger.heartbeats(REVIEW)]
    assert silences == [False, False, True, False, False]
