"""With several comparisons, posted results go to those whose words name their arms; nothing is guessed."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from models.analysis import Analysis
from models.protocol import Protocol
from models.results import (
    AdverseEvents,
    AdverseGroup,
    Measurement,
    MeasureTable,
    PostedAnalysis,
    PostedResults,
    ResultGroup,
)
from models.trial import Arm, TrialRecord
from models.vocabulary import Measure, OutcomeRole
from studies.comparison_arms import Group, comparisons_of, may_be_of, sides_of
from studies.contrasts import contrasts
from studies.extraction import extract

Trials = Callable[..., TrialRecord]

HIGH = {"id": "high", "intervention_terms": ["high dose", "40 mg"], "control_terms": ["placebo"]}
LOW = {"id": "low", "intervention_terms": ["low dose", "20 mg"], "control_terms": ["placebo"]}
DOSES = {"id": "doses", "intervention_terms": ["high dose", "40 mg"], "control_terms": ["low dose", "20 mg"]}
SILENT_HIGH, SILENT_LOW = {"id": "high"}, {"id": "low"}
LOW_RISK = {"id": "high-low-risk", "part_of": "high"}


def review(*comparisons: dict[str, Any], analyses: Sequence[Analysis] = ()) -> Protocol:
    named = [{"title": item["id"], "intervention": "Drug", "control": "Placebo"} | item for item in comparisons]
    told = Protocol.model_validate(
        {
            "review": "doses",
            "title": "Doses of a drug",
            "version": "1",
            "searches": {},
            "eligibility": {"population": {"terms": ["pain"]}, "intervention": {"terms": ["drug"]}, "comparator": {"terms": ["placebo"]}},
            "comparisons": named,
            "timepoints": [{"name": "6 months", "from_days": 150, "to_days": 210}],
            "outcomes": [
                {
                    "id": "harm", "title": "Serious adverse events", "short": "SAE", "measure": "RR", "unit": "",
                    "direction": "lower", "timepoints": ["6 months"], "registry": "serious_adverse_events",
                },
                {
                    "id": "pain", "title": "Pain", "short": "Pain", "measure": "MD", "unit": "points",
                    "direction": "lower", "timepoints": ["6 months"], "registry": "outcome_measure",
                    "title_terms": ["pain"],
                },
            ],
            "conventions": [
                {"name": "revman2025", "continuous": [{"model": "REML"}], "dichotomous": [{"model": "REML"}]}
            ],
        }
    )  # fmt: skip
    return told.with_analyses(analyses) if analyses else told


TITLES = ("Drug, high dose", "Drug, low dose", "Placebo")


def posted(titles: Sequence[str] = TITLES, *analyses: PostedAnalysis) -> PostedResults:
    """Serious events and a change of pain of each group."""
    groups = tuple(ResultGroup(id=f"G{place}", title=title) for place, title in enumerate(titles))
    return PostedResults(
        outcomes=(
            MeasureTable(
                title="Change in pain",
                role=OutcomeRole.PRIMARY,
                time_frame="6 months",
                param_text="MEAN",
                dispersion_text="Standard Deviation",
                unit_text="points",
                groups=groups,
                denominators={group.id: 50 + place for place, group in enumerate(groups)},
                measurements=tuple(
                    Measurement(group_id=group.id, value_text=f"-{place + 1}.5", spread_text="2.5")
                    for place, group in enumerate(groups)
                ),
                path="outcomeMeasures[0]",
            ),
        ),
        adverse_events=AdverseEvents(
            time_frame="6 months",
            groups=tuple(
                AdverseGroup(
                    id=f"E{place}", title=title, serious_affected=place + 1, serious_at_risk=60, path=f"groups[{place}]"
                )
                for place, title in enumerate(titles)
            ),
        ),
        analyses=tuple(analyses),
    )


def rows(found: Any) -> list[tuple[str, str, str, float | int | None]]:
    return [
        (arm.comparison, arm.outcome, str(arm.arm), arm.n_events if arm.mean is None else arm.mean)
        for arm in found.arms
    ]


def test_a_trial_of_two_doses_and_placebo_has_rows_for_both_comparisons(trial: Trials) -> None:
    found = extract("NCT1", trial(results=posted()), review(HIGH, LOW))
    assert rows(found) == [
        ("high", "harm", "intervention", 1),
        ("high", "harm", "control", 3),
        ("high", "pain", "intervention", -1.5),
        ("high", "pain", "control", -3.5),
        ("low", "harm", "intervention", 2),
        ("low", "harm", "control", 3),
        ("low", "pain", "intervention", -2.5),
        ("low", "pain", "control", -3.5),
    ]
    assert found.queue == ()


def test_the_placebo_group_of_both_says_so(trial: Trials) -> None:
    found = extract("NCT1", trial(results=posted()), review(HIGH, LOW))
    notes = {(arm.comparison, str(arm.arm)): arm.note for arm in found.arms if arm.outcome == "harm"}
    assert notes == {
        ("high", "intervention"): "",
        ("high", "control"): "the same numbers are the control group of low",
        ("low", "intervention"): "",
        ("low", "control"): "the same numbers are the control group of high",
    }


PLACES = [
    # comparisons, titles of the groups, comparisons that get rows, questions that are asked
    ((HIGH, LOW, DOSES), TITLES, ["high", "low", "doses"], []),
    ((HIGH, LOW), ("40 mg", "Placebo"), ["high"], []),
    ((HIGH, LOW), ("Placebo", "20 mg"), ["low"], []),
    ((HIGH, SILENT_LOW), ("High dose", "Placebo"), ["high"], []),
    ((HIGH, LOW, LOW_RISK), ("High dose", "Placebo"), ["high", "high-low-risk"], []),
    ((SILENT_HIGH, SILENT_LOW), TITLES, [], ["no words tell whose arms these are; high, low have no words"]),
    ((HIGH, SILENT_LOW), ("Low dose", "Placebo"), [], ["no words tell whose arms these are; low has no words"]),
    ((HIGH, LOW), ("Surgery", "Usual care"), [], ["no words tell whose arms these are"]),
    ((HIGH, LOW), ("High dose, women", "High dose, men", "Placebo"), [], ["cannot be told apart"]),
    ((SILENT_HIGH,), ("Drug", "Placebo"), ["high"], []),
    ((SILENT_HIGH,), TITLES, [], ["cannot be told apart"]),
    ((HIGH,), TITLES, ["high"], []),
]


@pytest.mark.parametrize(("comparisons", "titles", "told", "asked"), PLACES)
def test_rows_go_where_the_words_say_and_elsewhere_a_question_is_asked(
    trial: Trials, comparisons: Sequence[dict[str, Any]], titles: Sequence[str], told: list[str], asked: list[str]
) -> None:
    found = extract("NCT1", trial(results=posted(titles)), review(*comparisons))
    assert list(dict.fromkeys(arm.comparison for arm in found.arms)) == told
    reasons = list(dict.fromkeys(item.reason for item in found.queue))
    assert len(reasons) == len(asked)
    assert all(any(words in reason for reason in reasons) for words in asked)


def test_one_question_is_asked_for_a_study_however_many_results_it_posts(trial: Trials) -> None:
    found = extract("NCT1", trial(results=posted()), review(SILENT_HIGH, SILENT_LOW))
    [item] = found.queue
    assert (item.kind, item.subject, item.field) == ("extraction", "NCT1", "comparison")
    assert "intervention_terms and control_terms" in item.action


def test_results_of_other_outcomes_and_times_ask_nothing(trial: Trials) -> None:
    late = posted().__class__(outcomes=(), adverse_events=AdverseEvents(time_frame="3 years", groups=()))
    assert extract("NCT1", trial(results=late), review(SILENT_HIGH, SILENT_LOW)).queue == ()


def test_numbers_of_arms_are_not_read_for_analyses_that_take_none(trial: Trials) -> None:
    """Posted arms would count in every analysis of their place."""
    lines = [
        Analysis(analysis="1", comparison="high", outcome="harm", timepoint="6 months", given="contrast"),
        Analysis(analysis="2", comparison="high", outcome="pain", timepoint="6 months"),
    ]
    found = extract("NCT1", trial(results=posted()), review(HIGH, analyses=lines))
    assert {arm.outcome for arm in found.arms} == {"pain"}


def test_a_description_tells_what_a_title_does_not() -> None:
    groups = [Group("1", "Arm A", "Drug 40 mg daily"), Group("2", "Arm B", "Placebo"), Group("3", "Placebo", "no drug")]
    protocol = review(HIGH, LOW)
    sides = sides_of(groups, protocol.comparisons[0], protocol)
    assert (sides.interventions, sides.controls, sides.pair) == (("1",), ("2", "3"), None)


def analysis_of(first: str, second: str, **told: Any) -> PostedAnalysis:
    groups = {title: f"G{place}" for place, title in enumerate(TITLES)}
    usual: dict[str, Any] = {
        "outcome_title": "Change in pain",
        "role": OutcomeRole.PRIMARY,
        "time_frame": "6 months",
        "unit_text": "points",
        "groups": tuple(ResultGroup(id=groups[title], title=title) for title in (first, second)),
        "estimate_type_text": "Mean Difference (Final Values)",
        "estimate_text": "2.0",
        "ci_pct_text": "95",
        "ci_sides_text": "TWO_SIDED",
        "ci_lower_text": "1.0",
        "ci_upper_text": "3.0",
        "path": f"outcomeMeasures[0].analyses[{first}]",
    }
    return PostedAnalysis(**(usual | told))


def test_posted_estimates_are_of_the_comparison_of_their_groups(trial: Trials) -> None:
    results = posted(TITLES, analysis_of(TITLES[0], TITLES[2]), analysis_of(TITLES[1], TITLES[2], estimate_text="1.0"))
    found = contrasts("NCT1", trial(results=results), review(HIGH, LOW))
    assert [(item.comparison, item.measure, item.estimate, item.direction) for item in found.contrasts] == [
        ("high", Measure.MD, 2.0, "intervention against control"),
        ("low", Measure.MD, 1.0, "intervention against control"),
    ]
    assert [(item.n_intervention, item.n_control) for item in found.contrasts] == [(50, 52), (51, 52)]


def test_posted_estimates_of_no_known_comparison_are_refused_once(trial: Trials) -> None:
    results = posted(TITLES, analysis_of(TITLES[0], TITLES[2]))
    found = contrasts("NCT1", trial(results=results), review(SILENT_HIGH, SILENT_LOW))
    assert found.contrasts == ()
    assert [item.reason for item in found.refused] == [
        "the review has several comparisons, and no words tell whose arms these are"
    ]


MEMBERS = [
    # comparisons, registered arms, whether the trial is of `high` and of `low`
    ((HIGH, LOW), ("High dose", "Placebo"), True, False),
    ((HIGH, LOW), ("High dose", "Low dose", "Placebo"), True, True),
    ((HIGH, LOW), ("Experimental", "Comparator"), None, None),
    ((HIGH, LOW), (), None, None),
    ((HIGH, SILENT_LOW), ("High dose", "Placebo"), True, None),
    ((SILENT_HIGH, SILENT_LOW), ("High dose", "Placebo"), None, None),
]


@pytest.mark.parametrize(("comparisons", "labels", "is_high", "is_low"), MEMBERS)
def test_a_trial_is_of_the_comparisons_whose_both_sides_are_among_its_arms(
    trial: Trials,
    comparisons: Sequence[dict[str, Any]],
    labels: Sequence[str],
    is_high: bool | None,
    is_low: bool | None,
) -> None:
    protocol = review(*comparisons)
    known = comparisons_of(trial(arms=tuple(Arm(label=label) for label in labels)), protocol)
    assert [may_be_of(name, known, protocol) for name in ("high", "low")] == [is_high, is_low]


def test_with_one_comparison_every_trial_is_of_it(trial: Trials) -> None:
    protocol = review(HIGH)
    assert may_be_of("high", comparisons_of(trial(arms=(Arm(label="Surgery"),)), protocol), protocol) is True
