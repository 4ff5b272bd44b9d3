"""The forecast in words that a clinician understands, and on the page."""

from collections.abc import Callable
from datetime import date

import pytest
from lxml import html
from msgspec.structs import replace

from models.forecast import EffectForecast, PlannedStudy, ResultsDate, RuleChance, Spread, TrialForecast
from models.page import ReviewPage
from models.supplements import Supplements
from models.vocabulary import Convention, Measure, Rule, StudyList
from reporting.forecast import conclusion, expected, lines_of, reports_at_all, rule_chance
from reporting.render import render_page
from reporting.results import collect_results

SPREAD = Spread(
    median=date(2027, 5, 1),
    low50=date(2026, 11, 3),
    high50=date(2028, 1, 20),
    low90=date(2026, 2, 1),
    high90=date(2029, 6, 1),
)
DATED = ResultsDate(spread=SPREAD, chance=0.704, horizon_months=48, delay_from="400 trials", slippage_from="not known")

NOT_COMPUTED = {"unknown": "nothing is pooled yet, so no effect can be predicted"}
COMPUTED = {
    "predicted": 1.2,
    "pi_low": 0.4,
    "pi_high": 2.9,
    "excludes_now": False,
    "excludes": 0.24,
    "excludes_benefit": 0.2,
    "excludes_harm": 0.04,
    "clears": 0.0,
    "imprecision_changes": 0.1,
    "se": 0.4,
    "se_from": "pooled SD 7",
    "rules": (RuleChance(rule=Rule.S1, chance=0.24, fires_now=False),),
}


@pytest.fixture
def trial(review_page: ReviewPage) -> TrialForecast:
    """A trial of a hundred people against every analysis of the page; of the first it says that it measures it."""
    results = collect_results(review_page)
    study = next(entry for entry in review_page.studies if entry.list is StudyList.ONGOING)
    effects = [
        EffectForecast(
            study_id=study.study_id,
            analysis=result.analysis.analysis,
            comparison=result.analysis.comparison,
            outcome=result.analysis.outcome,
            timepoint=result.analysis.timepoint,
            convention=review_page.protocol.conventions[-1].name,
            measure=result.analysis.measure or Measure.MD,
            is_ratio=result.is_ratio,
            planned=PlannedStudy(
                study_id=study.study_id,
                n_intervention=60,
                n_control=40,
                measures="not named" if at else "named",
                assumed=("allocation as registered",),
            ),
            **(NOT_COMPUTED if result.is_empty else COMPUTED),  # type: ignore[arg-type]
        )
        for at, result in enumerate(results)
    ]
    return TrialForecast(study_id=study.study_id, results=DATED, effects=tuple(effects))


@pytest.mark.parametrize(
    ("rule", "probability", "fires_now", "said"),
    [
        (Rule.S1, 0.24, False, "24%"),
        (Rule.S2, 0.8, True, "80% (fires already)"),
        (Rule.S5, 1.0, False, "fires"),
        (Rule.S3, 1.0, True, "fires already"),
        (Rule.S6, 0.0, False, "does not fire"),
    ],
)
def test_rules_that_are_known_beforehand_are_told_as_facts(
    rule: Rule, probability: float, fires_now: bool, said: str
) -> None:
    assert rule_chance(rule, probability, fires_now) == said


def test_one_sentence_tells_a_clinician_what_a_trial_could_do(review_page: ReviewPage, trial: TrialForecast) -> None:
    results = collect_results(review_page)
    line = lines_of(trial, results, trial.effects[0].convention)[0]
    assert line.title == next(r.full_title for r in results if not r.is_empty)
    said = conclusion(line, "NCT05")
    assert said.startswith(
        f"When NCT05 reports, the chance that the pooled result for {line.title} rules out “no effect” is 24%"
    )
    assert "(today it does not)" in said
    assert "20% in favour of the intervention, 4% against it" in said


def test_dates_are_told_as_months_with_the_chance_that_there_are_none() -> None:
    assert expected(DATED) == (
        "Results are most likely to be public between November 2026 and January 2028, and with a probability of 90%"
        " between February 2026 and June 2029, if there ever are any."
    )
    assert (
        reports_at_all(DATED)
        == "The chance that results become public within 4 years of its end is 70%, judged by 400 trials."
    )
    assert (
        expected(ResultsDate(unknown="no end is registered")) == "When it reports is not known: no end is registered."
    )


def test_the_page_tells_it_with_each_ongoing_study_and_each_analysis(
    review_page: ReviewPage, trial: TrialForecast, changed: Callable[..., ReviewPage]
) -> None:
    document = html.fromstring(render_page(changed(supplements=Supplements(forecast=(trial,)))))
    [study] = document.xpath(f"//article[@id='study-{trial.study_id}']")
    said = " ".join(study.text_content().split())
    assert "rules out “no effect” is 24% (today it does not)" in said
    assert "between November 2026 and January 2028" in said
    assert "A forecast, and no result: it decides nothing." in said
    assert "60 and 40 participants; allocation as registered" in said
    told = [" ".join(node.text_content().split()) for node in document.xpath("//details[@class='forecast']")]
    assert len(told) == sum(effect.is_computed for effect in trial.effects)
    assert all("What 1 ongoing trial could do to this result: the chance that it" in words for words in told)
    assert all("rules out “no effect” is 24% When NCT" in words for words in told)


def test_a_page_without_a_forecast_has_none(review_page: ReviewPage) -> None:
    assert 'class="forecast"' not in render_page(review_page)


def test_the_first_study_of_an_outcome_is_told_as_such(review_page: ReviewPage, trial: TrialForecast) -> None:
    results = collect_results(review_page)
    only_empty = replace(trial, effects=tuple(effect for effect in trial.effects if not effect.is_computed))
    line = lines_of(only_empty, results, Convention(trial.effects[0].convention))[0]
    assert conclusion(line, "NCT05").startswith(f"NCT05 would be the first study with numbers for {line.title}")
