"""What a registry posts ready is provisional evidence, where it is of the review and nothing else stands in its place."""

from datetime import date
from math import log
from pathlib import Path
from typing import Any

import msgspec
import pytest
from made_up_folders import Cells, analysis, arms, contrast, made_up_review, outcome

from judging.evidence import inputs_of, numbers_of_review
from judging.number_tasks import to_confirm
from models.results import MeasureTable, PostedAnalysis, PostedResults, ResultGroup
from models.review import Review
from models.synthesis import EffectInput
from models.trial import TrialRecord
from models.vocabulary import EvidenceSet, EvidenceWord, OutcomeRole, Status, StudyType
from studies.contrasts import contrasts

STUDY = "NCT90000009"
GROUPS = (ResultGroup(id="G1", title="Drug"), ResultGroup(id="G2", title="Placebo"))
TOLD: dict[str, Any] = {
    "eligibility": {
        "population": {"terms": ["disease"]},
        "intervention": {"terms": ["drug"]},
        "comparator": {"terms": ["placebo"]},
    },
    "pico": {"population": ["disease"], "intervention": ["drug"]},
}


def review(folder: Path, line: Cells | None = None, **tables: Any) -> Review:
    told = TOLD | {"outcomes": [outcome("relief", measure="HR", title_terms=["death"])]}
    return made_up_review(folder, told=told, analyses=[line or analysis("1.1", method="iv")], **tables)


def record(*analyses: dict[str, Any]) -> TrialRecord:
    usual: dict[str, Any] = {
        "outcome_title": "Time to death",
        "role": OutcomeRole.PRIMARY,
        "time_frame": "6 months",
        "groups": GROUPS,
        "estimate_type_text": "Hazard Ratio (HR)",
        "estimate_text": "0.80",
        "estimate_comment_text": "Drug versus placebo, hazard ratio",
        "ci_pct_text": "95",
        "ci_sides_text": "TWO_SIDED",
        "ci_lower_text": "0.64",
        "ci_upper_text": "1.00",
    }
    posted = tuple(
        PostedAnalysis(**(usual | {"path": f"analyses[{place}]"} | told)) for place, told in enumerate(analyses)
    )
    table = MeasureTable(
        title="Time to death", role=OutcomeRole.PRIMARY, time_frame="6 months", param_text="NUMBER", groups=GROUPS,
        denominators={"G1": 120, "G2": 118}, measurements=(),
    )  # fmt: skip
    return TrialRecord(
        source="ctgov",
        registry="ClinicalTrials.gov",
        registry_id=STUDY,
        registry_date="2024-02-03",
        status=Status.COMPLETED,
        study_type=StudyType.INTERVENTIONAL,
        results=PostedResults(outcomes=(table,), analyses=posted),
    )


def provisional(of: Review, *analyses: dict[str, Any]) -> list[EffectInput]:
    numbers, _ = numbers_of_review(of, {STUDY: [record(*analyses)]})
    inputs = inputs_of(of, numbers, set())
    assert not [item for item in inputs if item.evidence_set is not EvidenceSet.PROVISIONAL and item.study_id == STUDY]
    return [item for item in inputs if item.evidence_set is EvidenceSet.PROVISIONAL and item.yi is not None]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"estimate_type_text": "Ratio of median survival times"}, "no hazard ratio"),
        ({"estimate_type_text": "Median Difference (Final Values)"}, "medians are compared"),
        (
            {"estimate_type_text": None, "estimate_text": None, "method_text": "Log Rank", "p_text": "0.03"},
            "a log-rank test alone, p 0.03: with the events of both arms",
        ),
    ],
)
def test_what_is_no_hazard_ratio_does_not_become_one(tmp_path: Path, told: dict[str, Any], reason: str) -> None:
    of = review(tmp_path)
    assert provisional(of, told) == []
    [refused] = contrasts(STUDY, record(told), of.protocol).refused
    assert reason in refused.reason


def test_a_posted_hazard_ratio_is_no_estimate_of_people_alive_at_one_time(tmp_path: Path) -> None:
    told = TOLD | {"outcomes": [outcome("relief", measure="RR", title_terms=["death"])]}
    of = made_up_review(tmp_path, told=told, analyses=[analysis("1.1")])
    assert provisional(of, {}) == []


def test_a_posted_hazard_ratio_is_pooled_provisionally(tmp_path: Path) -> None:
    [item] = provisional(review(tmp_path), {})
    assert item.yi == pytest.approx(log(0.8))
    assert item.vi == pytest.approx(((log(1.0) - log(0.64)) / (2 * 1.959963984540054)) ** 2)
    assert (item.n_intervention, item.n_control, item.is_contrast) == (120, 118, True)
    assert item.evidence is EvidenceWord.VERBATIM
    assert item.source == f"{STUDY}, analyses[0]"


def test_what_is_posted_the_other_way_round_is_turned(tmp_path: Path) -> None:
    [item] = provisional(review(tmp_path), {"estimate_comment_text": "hazard ratio of Placebo versus Drug"})
    assert item.yi == pytest.approx(-log(0.8))
    assert item.evidence is EvidenceWord.DERIVED
    assert "turned round: posted as control against intervention" in item.note


NOT_OFFERED = [
    # what is posted otherwise, and why nothing is pooled
    ("another measure", {"estimate_type_text": "Odds Ratio (OR)"}),
    ("no direction", {"estimate_comment_text": None}),
    ("another outcome", {"outcome_title": "Time to recovery"}),
    ("another time", {"time_frame": "2 years"}),
    ("one limit", {"ci_upper_text": None}),
    ("limits of one side", {"ci_sides_text": "ONE_SIDED"}),
    ("no ratio", {"estimate_text": "-0.8"}),
    ("three groups", {"groups": (*GROUPS, ResultGroup(id="G3", title="Both"))}),
]


@pytest.mark.parametrize("told", [case[1] for case in NOT_OFFERED], ids=[case[0] for case in NOT_OFFERED])
def test_what_is_not_told_whole_or_not_of_the_review_is_shown_only(tmp_path: Path, told: dict[str, Any]) -> None:
    assert provisional(review(tmp_path), told) == []


def test_of_two_estimates_for_one_place_nobody_chooses(tmp_path: Path) -> None:
    assert provisional(review(tmp_path), {}, {"estimate_text": "0.75", "method_text": "adjusted for age"}) == []


STANDING = [
    # rows of contrasts.csv or extraction.csv that stand for the place, and the effect that is pooled
    ({"contrasts": [contrast(STUDY, "HR", estimate=0.5, se=0.1)]}, log(0.5)),
    ({"contrasts": [contrast(STUDY, "HR", estimate=0.5, se=0.1) | {"is_confirmed": "false"}]}, log(0.5)),
]


@pytest.mark.parametrize(("tables", "yi"), STANDING)
def test_what_people_entered_goes_before(tmp_path: Path, tables: dict[str, list[Cells]], yi: float) -> None:
    numbers, _ = numbers_of_review(of := review(tmp_path, **tables), {STUDY: [record({})]})
    found = [item for item in inputs_of(of, numbers, set()) if item.evidence_set is EvidenceSet.PROVISIONAL]
    assert [item.yi for item in found] == [pytest.approx(yi)]


def test_numbers_of_arms_go_before(tmp_path: Path) -> None:
    told = TOLD | {"outcomes": [outcome("relief", measure="RR", title_terms=["death"])]}
    rows = arms(STUDY, 4, 50, 9, 52)
    of = made_up_review(tmp_path, told=told, analyses=[analysis("1.1")], extraction=rows)
    [item] = provisional_of_any(of, {"estimate_type_text": "Risk Ratio (RR)"})
    assert (item.events_intervention, item.is_contrast) == (4, False)


def provisional_of_any(of: Review, *analyses: dict[str, Any]) -> list[EffectInput]:
    numbers, _ = numbers_of_review(of, {STUDY: [record(*analyses)]})
    return [item for item in inputs_of(of, numbers, set()) if item.evidence_set is EvidenceSet.PROVISIONAL]


def test_an_analysis_of_arms_takes_no_estimate(tmp_path: Path) -> None:
    told = TOLD | {"outcomes": [outcome("relief", measure="RR", title_terms=["death"])]}
    posted = {"estimate_type_text": "Risk Ratio (RR)"}
    any_ = made_up_review(tmp_path / "any", told=told, analyses=[analysis("1.1")])
    alone = made_up_review(tmp_path / "arms", told=told, analyses=[analysis("1.1", given="arms")])
    assert [len(provisional(of, posted)) for of in (any_, alone)] == [1, 0]


def test_a_person_is_asked_to_confirm_it(tmp_path: Path) -> None:
    numbers, _ = numbers_of_review(review(tmp_path), {STUDY: [record({})]})
    [item] = to_confirm(numbers.provisional, numbers.contrasts)
    assert (item.kind, item.subject, item.field) == ("extraction", STUDY, "relief, 6 months")
    assert f"trialwatch extract {STUDY} --append" in item.action
    [known] = numbers.contrasts
    assert known.known_from == date(2024, 2, 3)
    assert list(to_confirm([], [msgspec.structs.replace(known, is_confirmed=True)])) == []
