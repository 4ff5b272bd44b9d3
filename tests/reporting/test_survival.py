"""What readers are told of time alive: in days or months, longer or shorter, and what is not known."""

from dataclasses import replace
from typing import Any

import pytest

from models.page import ReviewPage
from models.rmst import RmstDifference
from models.vocabulary import EvidenceSet
from reporting.results import AnalysisResult, collect_results
from reporting.survival import times_alive

MONTH = 30.4375


@pytest.fixture(scope="module")
def result(review_page: ReviewPage) -> AnalysisResult:
    return next(item for item in collect_results(review_page) if not item.is_closed)


def difference(result: AnalysisResult, **told: Any) -> RmstDifference:
    usual: dict[str, Any] = {
        "study_id": "NCT01363401", "evidence_set": EvidenceSet.CONFIRMED, "analysis": result.analysis.analysis,
        "comparison": "c", "outcome": "o", "timepoint": "t", "until": 12 * MONTH, "until_text": "12 months",
        "unit": "months", "n_landmarks": 4, "mean_intervention": 300.0, "mean_control": 280.0, "difference": 20.0,
        "least": -30.0, "most": 70.0, "ratio": 1.07, "se": 9.0, "ci_low": 2.4, "ci_high": 37.6,
    }  # fmt: skip
    return RmstDifference(**(usual | told))


CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "on average 20 days longer with {i} than with {c} (95% CI 2 days longer to 38 days longer)."),
    (
        {"difference": -20.0, "ci_low": -37.6, "ci_high": 0.9},
        "on average 20 days shorter with {i} than with {c} (95% CI 38 days shorter to 1 day longer): no clear difference.",
    ),
    (
        {"difference": 2 * MONTH, "ci_low": -MONTH, "ci_high": 5 * MONTH, "level": 0.9},
        "on average 2.0 months longer with {i} than with {c} (90% CI 1.0 month shorter to 5.0 months longer): no clear difference.",
    ),
    (
        {"difference": 0.2, "ci_low": -9.0, "ci_high": 9.4},
        "equally long with {i} and with {c}, on average (95% CI 9 days shorter to 9 days longer): no clear difference.",
    ),
    ({"se": None, "ci_low": None, "ci_high": None}, "on average 20 days longer with {i} than with {c}."),
]


@pytest.mark.parametrize(("told", "sentence"), CASES)
def test_a_difference_is_told_in_the_words_of_a_clinician(
    result: AnalysisResult, told: dict[str, Any], sentence: str
) -> None:
    [found] = times_alive([difference(result, **told)], result)
    compared = {"i": result.intervention, "c": result.control}
    assert found.sentence.startswith("Within the first 12 months people ")
    assert found.sentence.casefold().endswith(sentence.format(**compared).casefold())


def test_what_landmarks_leave_open_and_what_cannot_be_computed_is_said(result: AnalysisResult) -> None:
    [known] = times_alive([difference(result)], result)
    assert "Survival is printed at 4 times after the start" in known.caution
    assert "from 30 days shorter to 70 days longer" in known.caution
    [unknown] = times_alive([difference(result, se=None, ci_low=None, ci_high=None)], result)
    assert "How far chance may have made it cannot be computed" in unknown.caution
    [assumed] = times_alive([difference(result, note="as if nobody was lost")], result)
    assert "Limits are computed as if nobody was lost." in assumed.caution


def test_provisional_numbers_are_shown_where_they_say_something_else(result: AnalysisResult) -> None:
    same = [difference(result, evidence_set=name) for name in (EvidenceSet.PROVISIONAL, EvidenceSet.CONFIRMED)]
    assert [item.is_provisional for item in times_alive(same, result)] == [False]
    other = [difference(result), difference(result, evidence_set=EvidenceSet.PROVISIONAL, difference=25.0)]
    assert [item.is_provisional for item in times_alive(other, result)] == [False, True]


def test_another_analysis_shows_nothing_of_it(result: AnalysisResult) -> None:
    assert times_alive([difference(result, analysis="another")], result) == ()


@pytest.mark.parametrize(
    ("title", "lived"),
    [
        ("Overall survival", "lived"),
        ("All-cause mortality", "lived"),
        ("Death from any cause", "lived"),
        ("Progression-free survival", "remained free of the event"),
        ("Death or tracheostomy", "remained free of the event"),
        ("Time to relapse", "remained free of the event"),
    ],
)
def test_people_lived_where_the_event_is_death_and_were_free_of_the_event_elsewhere(
    result: AnalysisResult, title: str, lived: str
) -> None:
    named = replace(result, outcome=result.outcome.model_copy(update={"title": title}))
    [found] = times_alive([difference(result)], named)
    assert f"people {lived} " in found.sentence
    assert found.title == ("Time alive" if lived == "lived" else "Time without the event")
