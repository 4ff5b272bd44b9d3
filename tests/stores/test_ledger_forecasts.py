"""Forecasts are kept when they say something else, and scored once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_up_rows import effect_forecast
from msgspec.structs import replace
from sqlalchemy import select

from models.forecast import ForecastScore, KeptForecast, PlannedStudy, ResultsDate
from stores.ledger import Ledger
from stores.ledger_forecasts import keep_forecasts, keep_scores
from stores.ledger_tables import ForecastRow

REVIEW = "als"
NIGHT = datetime(2024, 3, 1, 6, tzinfo=UTC)
EFFECT = effect_forecast(
    planned=PlannedStudy(study_id="NCT1", n_intervention=20, n_control=10), quantiles=(-1.0, 0.25, 1.5), excludes=0.125
)
KEPT = KeptForecast(
    study_id="NCT1",
    analysis="o:t",
    convention="revman2025",
    made_at=NIGHT,
    digest="a",
    forecast=EFFECT,
    results=ResultsDate(unknown="no end is registered"),
)
SCORE = ForecastScore(
    study_id="NCT1",
    analysis="o:t",
    convention="revman2025",
    made_at=NIGHT,
    scored_at=NIGHT + timedelta(days=400),
    evidence_set="provisional",
    estimate=0.4,
    pit=0.6,
    in_50=True,
    in_80=True,
    in_95=True,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite") as opened:
        opened.begin_run(REVIEW, NIGHT)
        yield opened


def keep(ledger: Ledger, *forecasts: KeptForecast, scores: tuple[ForecastScore, ...] = ()) -> None:
    with ledger._writing() as session:
        for item in forecasts:
            keep_forecasts(session, 1, REVIEW, [item])
        keep_scores(session, 1, REVIEW, scores)


def ever_kept(ledger: Ledger) -> list[tuple[int, str]]:
    """Day and digest of everything that was kept, oldest first."""
    with ledger._reading() as session:
        rows = session.execute(select(ForecastRow.made_at, ForecastRow.digest).order_by(ForecastRow.made_at))
        return [((made_at - NIGHT).days, digest) for made_at, digest in rows]


def on(days: int, digest: str) -> KeptForecast:
    return replace(KEPT, made_at=NIGHT + timedelta(days=days), digest=digest)


def test_a_forecast_comes_back_as_it_was_kept(ledger: Ledger) -> None:
    keep(ledger, KEPT)
    assert ledger.forecasts(REVIEW, NIGHT + timedelta(days=1)) == (KEPT,)
    assert ledger.forecasts(REVIEW, NIGHT) == (), "a night does not know its own yet"
    assert ledger.forecasts("another", NIGHT + timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("nights", "kept"),
    [
        (["a", "a", "a"], [0]),
        (["a", "b", "b", "a"], [0, 1, 3]),
        (["a", "b", "c"], [0, 1, 2]),
    ],
)
def test_quiet_nights_add_nothing(ledger: Ledger, nights: list[str], kept: list[int]) -> None:
    for day, digest in enumerate(nights):
        keep(ledger, on(day, digest))
    assert [day for day, _ in ever_kept(ledger)] == kept
    [newest] = ledger.forecasts(REVIEW, NIGHT + timedelta(days=99))
    assert ((newest.made_at - NIGHT).days, newest.digest) == (kept[-1], nights[-1])
    [first] = ledger.forecasts(REVIEW, NIGHT + timedelta(hours=1))
    assert first.digest == nights[0], "of an older night the newest that it can know"


def test_each_trial_analysis_and_convention_has_its_own_newest(ledger: Ledger) -> None:
    other = replace(KEPT, analysis="p:t")
    with ledger._writing() as session:
        keep_forecasts(session, 1, REVIEW, [KEPT, other])
        keep_forecasts(session, 1, "another", [on(1, "z")])
        keep_forecasts(session, 1, REVIEW, [on(2, "b"), replace(other, made_at=NIGHT + timedelta(days=2))])
    found = ledger.forecasts(REVIEW, NIGHT + timedelta(days=99))
    assert [(item.analysis, item.digest) for item in found] == [("o:t", "b"), ("p:t", "a")]


def test_a_night_that_is_concluded_again_replaces_its_own(ledger: Ledger) -> None:
    keep(ledger, on(0, "a"), on(1, "b"))
    keep(ledger, on(1, "b"))
    keep(ledger, on(1, "c"))
    assert [digest for _, digest in ever_kept(ledger)] == ["a", "c"]


def test_the_first_score_of_each_kind_of_evidence_stays(ledger: Ledger) -> None:
    later = SCORE.scored_at + timedelta(days=30)
    confirmed = replace(SCORE, evidence_set="confirmed", scored_at=later, pit=0.7)
    keep(ledger, scores=(SCORE,))
    keep(ledger, scores=(replace(SCORE, scored_at=later, pit=0.9), confirmed))
    assert ledger.forecast_scores(REVIEW, later + timedelta(days=1)) == (SCORE, confirmed)
    assert ledger.forecast_scores(REVIEW, later) == (SCORE,)
