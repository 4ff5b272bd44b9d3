"""Kept forecasts are scored once, by the best evidence that answers them, whatever the study is called by then."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from made_up_rows import effect_forecast, headline, means, protocol
from msgspec.structs import replace

from judging.forecast_scores import kept_of, with_scores
from judging.judge import judge
from models.dates import at_night
from models.forecast import (
    ForecastScore,
    KeptForecast,
    PlannedStudy,
    ResultsDate,
    Spread,
    TrialForecast,
)
from models.judgement import Judgement, Told
from models.review import load_review
from models.screening import Numbers, RunContext, StudyLink, StudyStatus
from models.supplements import Supplements
from models.synthesis import EffectInput
from models.vocabulary import Convention, EvidenceSet, EvidenceWord, LinkMethod, StudyList, StudyState

PUBLISHED, CONFIRMED, PROVISIONAL = EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL
NIGHT, MADE = date(2026, 11, 1), datetime(2024, 1, 1, tzinfo=UTC)
SPREAD = Spread(
    median=date(2025, 7, 1),
    low50=date(2025, 5, 1),
    high50=date(2025, 9, 1),
    low90=date(2025, 1, 1),
    high90=date(2026, 1, 1),
)
FORECAST = effect_forecast(
    planned=PlannedStudy(study_id="NCT1", n_intervention=50, n_control=50),
    quantiles=(-1.0, 0.0, 1.0, 2.0),
    excludes=0.8,
)


@pytest.fixture(scope="module")
def empty() -> Judgement:
    """A night on which no source had told of anything."""
    review = load_review(Path(__file__).parents[1] / "reviews" / "pressure_ulcers")
    context = RunContext(as_of=at_night(NIGHT), baseline_search_date=date(2018, 1, 1))
    return judge(context, review, Told(newest=(), trials=(), nights=[at_night(NIGHT)]), known={})


def numbers(evidence_set: EvidenceSet, yi: float = 1.0, **cells: Any) -> EffectInput:
    return replace(means("NCT1", yi, 0.5), evidence_set=evidence_set, **cells)


def kept(study_id: str = "NCT1", results: ResultsDate | None = None, **fields: Any) -> KeptForecast:
    usual = {"analysis": "o:t", "convention": Convention.REVMAN2025, "made_at": MADE, "digest": "d"}
    known = results or ResultsDate(spread=SPREAD)
    return KeptForecast(study_id=study_id, forecast=FORECAST, results=known, **(usual | fields))


def score(study_id: str, evidence_set: EvidenceSet) -> ForecastScore:
    return ForecastScore(
        study_id=study_id,
        analysis="o:t",
        convention=Convention.REVMAN2025,
        made_at=MADE,
        scored_at=MADE,
        evidence_set=evidence_set,
        estimate=1.0,
    )


def reported(empty: Judgement, *rows: EffectInput, results_date: str | None = "2025-07-01", **status: Any) -> Judgement:
    """A night of one study with these rows, which is known as NCT1 and was once known as NCT0."""
    usual = {"state": StudyState.RESULTS_POSTED, "list": StudyList.INCLUDED, "reason": "", "planned_participants": 100}
    link = StudyLink(study_id="NCT1", record_id="NCT0", method=LinkMethod.PERSON, evidence=EvidenceWord.VERBATIM)
    joined = replace(empty.screened, linked=replace(empty.screened.linked, records=(link,)))
    known = StudyStatus(study_id="NCT1", numbers=Numbers(), results_date=results_date, **(usual | status))
    return replace(empty, screened=joined, statuses=(known,), inputs=rows, effects=(), signals=())


def added(judgement: Judgement, *forecasts: KeptForecast, known: tuple[ForecastScore, ...] = ()) -> list[ForecastScore]:
    """Scores of a night that are not from nights before, which stay as they were."""
    found = with_scores(judgement, forecasts, known).supplements.forecast_scores
    assert found[: len(known)] == known
    return list(found[len(known) :])


ONGOING = {"list": StudyList.ONGOING}


@pytest.mark.parametrize(
    ("rows", "status", "forecast", "known", "scored"),
    [
        ([numbers(CONFIRMED)], {}, kept(), (), [CONFIRMED]),
        ([numbers(PROVISIONAL)], {}, kept(), (), [PROVISIONAL]),
        ([numbers(PROVISIONAL), numbers(CONFIRMED)], {}, kept(), (), [CONFIRMED]),
        ([numbers(CONFIRMED)], ONGOING, kept(), (), []),
        ([], {}, kept(), (), []),
        ([numbers(PUBLISHED)], {}, kept(), (), []),
        ([numbers(CONFIRMED, analysis="p:t")], {}, kept(), (), []),
        ([replace(numbers(CONFIRMED), yi=None, vi=None)], {}, kept(), (), []),
        ([numbers(CONFIRMED)], {}, kept("NCT9"), (), []),
        ([numbers(CONFIRMED)], {}, kept("NCT0"), (), [CONFIRMED]),
        ([numbers(CONFIRMED)], {}, kept(), (score("NCT1", CONFIRMED),), []),
        ([numbers(PROVISIONAL)], {}, kept(), (score("NCT1", PROVISIONAL),), []),
        ([numbers(CONFIRMED)], {}, kept(), (score("NCT0", CONFIRMED),), []),
        ([numbers(PROVISIONAL), numbers(CONFIRMED)], {}, kept(), (score("NCT1", PROVISIONAL),), [CONFIRMED]),
        ([numbers(CONFIRMED)], {}, kept(convention=Convention.REVMAN5), (score("NCT1", CONFIRMED),), [CONFIRMED]),
    ],
    ids=[
        "confirmed numbers answer",
        "provisional numbers answer where there are no others",
        "confirmed numbers answer alone where there are both",
        "an ongoing study has not reported, although it has numbers",
        "a study without numbers",
        "numbers of the version in force are no new ones",
        "numbers in another analysis",
        "numbers that give no effect",
        "a study that nobody knows any more",
        "a study renamed by linking",
        "scored before",
        "scored before by provisional numbers, which stay provisional",
        "scored before under the name that the study had",
        "confirmed after it was scored by provisional numbers",
        "scored before under another convention alone",
    ],
)
def test_a_forecast_is_scored_once_by_the_best_evidence(
    empty: Judgement,
    rows: list[EffectInput],
    status: dict[str, Any],
    forecast: KeptForecast,
    known: tuple[ForecastScore, ...],
    scored: list[EvidenceSet],
) -> None:
    found = added(reported(empty, *rows, **status), forecast, known=known)
    assert [item.evidence_set for item in found] == scored
    assert {(item.study_id, item.analysis, item.convention) for item in found} <= {("NCT1", "o:t", forecast.convention)}


@pytest.mark.parametrize(
    ("results_date", "spread", "days_late", "in_50", "in_90"),
    [
        ("2025-07-01", SPREAD, 0, True, True),
        ("2025-05-01", SPREAD, -61, True, True),
        ("2025-09-02", SPREAD, 63, False, True),
        ("2026-01-02", SPREAD, 185, False, False),
        ("2025-07", SPREAD, 15, True, True),
        (None, SPREAD, None, None, None),
        ("2025-07-01", None, None, None, None),
    ],
)
def test_days_late_are_counted_from_the_median_to_the_first_public_results(
    empty: Judgement,
    results_date: str | None,
    spread: Spread | None,
    days_late: int | None,
    in_50: bool | None,
    in_90: bool | None,
) -> None:
    night = reported(empty, numbers(CONFIRMED), results_date=results_date)
    [found] = added(night, kept(results=ResultsDate(spread=spread)))
    assert (found.days_late, found.in_50_date, found.in_90_date) == (days_late, in_50, in_90)


def test_a_score_tells_where_the_estimate_lies_and_what_became_of_the_same_evidence(empty: Judgement) -> None:
    of = protocol("MD", "REML")
    rows = [means("S1", 4.0, 0.5), means("S2", 4.2, 0.5)]
    answers = headline(of, rows)
    other = replace(answers, evidence_set=PROVISIONAL, ci_low=-1.0, ci_high=9.0)
    night = replace(reported(empty, numbers(CONFIRMED, yi=0.5)), effects=(other, answers))
    [found] = added(night, kept())
    assert (found.made_at, found.scored_at) == (MADE, at_night(NIGHT))
    assert found.estimate == pytest.approx(0.5)
    assert (found.pit, found.in_50) == (pytest.approx(0.5), True)
    assert found.brier_excludes == pytest.approx((0.8 - 1) ** 2)


@pytest.mark.parametrize(
    ("change", "is_another"),
    [
        ({}, False),
        ({"results": ResultsDate(spread=replace(SPREAD, median=date(2025, 8, 1)), chance=0.5)}, False),
        ({"results": ResultsDate(spread=SPREAD, n_put_off=1)}, True),
        ({"effects": (replace(FORECAST, excludes=0.8 + 1e-9),)}, False),
        ({"effects": (replace(FORECAST, excludes=0.81),)}, True),
    ],
    ids=[
        "nothing",
        "a night has passed",
        "the end was put off",
        "the last digits of another machine",
        "a chance",
    ],
)
def test_a_forecast_is_another_when_it_says_something_else(
    empty: Judgement, change: dict[str, Any], is_another: bool
) -> None:
    def digest(trial: TrialForecast) -> str:
        [found] = kept_of(replace(empty, supplements=Supplements(forecast=(trial,))))
        return found.digest

    trial = TrialForecast(study_id="NCT1", results=ResultsDate(spread=SPREAD), effects=(FORECAST,))
    assert (digest(replace(trial, **change)) != digest(trial)) is is_another


def test_of_a_trial_that_does_not_belong_to_an_analysis_nothing_is_kept(empty: Judgement) -> None:
    trial = TrialForecast(study_id="NCT1", results=ResultsDate(), effects=(replace(FORECAST, planned=None),))
    assert kept_of(replace(empty, supplements=Supplements(forecast=(trial,)))) == ()
