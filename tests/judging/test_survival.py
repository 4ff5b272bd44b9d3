"""A made-up review of survival: hazard ratios beside people alive at six months, and how much longer people lived."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up_folders import SOURCE, Cells, arms, contrast, write_folder

from judging.curves import curves_of
from judging.judge import judge
from models.dates import at_night
from models.judgement import Judgement, Told
from models.page import ReviewPage
from models.review import Review, load_review
from models.screening import RunContext
from models.trial import Arm, Intervention, Observation, TrialRecord
from models.vocabulary import Allocation, ArmType, EvidenceSet, StudyType
from reporting.gathering import gather_page
from reporting.render import render_page
from stores.judged_numbers import numbers_of

NIGHT = date(2026, 11, 1)
STUDY = "NCT90000001"
CONVENTIONS = [
    {"name": "revman2025", "continuous": [{"model": "REML"}], "dichotomous": [{"model": "REML"}]},
]
OUTCOMES = [
    {
        "id": "life", "title": "Overall survival", "short": "survival", "measure": "HR", "unit": "", "direction": "lower",
        "timepoints": ["any time"],
    },
    {
        "id": "alive", "title": "Alive at 6 months", "short": "alive", "measure": "RR", "unit": "", "direction": "higher",
        "timepoints": ["6 months"],
    },
]  # fmt: skip
TOLD: dict[str, Any] = {
    "question": "Does the drug prolong life?",
    "pico": {"population": ["disease"], "intervention": ["drug"]},
    "eligibility": {"population": {"terms": ["disease"]}, "intervention": {"terms": ["drug"]}, "designs": ["randomised"]},
    "timepoints": [
        {"name": "any time", "from_days": 1, "to_days": 3650},
        {"name": "6 months", "from_days": 150, "to_days": 210},
    ],
    "outcomes": OUTCOMES,
    "conventions": CONVENTIONS,
}  # fmt: skip
LIFE = {"analysis": "", "comparison": "drug", "outcome": "life", "timepoint": "any time"}
ALIVE = {"analysis": "", "comparison": "drug", "outcome": "alive", "timepoint": "6 months"}


def landmark(arm: str, time: float, **told: object) -> Cells:
    return {"study_id": STUDY, "arm": arm, "time": time, "time_unit": "months"} | LIFE | SOURCE | told


def curves(**told: object) -> list[Cells]:
    """158 and 154 people over four years: the first landmarks of the example that R's survRM2 works through."""
    shares = {"intervention": (0.9430, 0.9113, 0.8256, 0.7635), "control": (0.9156, 0.8766, 0.7911, 0.7398)}
    at_risk = {"intervention": (158, 149, 143, 124, 101), "control": (154, 141, 135, 116, 93)}
    return [
        landmark(arm, 12 * year, at_risk=at_risk[arm][year], survival=shares[arm][year - 1] if year else "", **told)
        for arm in shares
        for year in range(5)
    ]


def record(number: str) -> TrialRecord:
    return TrialRecord(
        source="ctgov",
        registry="ClinicalTrials.gov",
        registry_id=number,
        registry_date="2024-05-01",
        first_posted_date="2016-05-01",
        start_date="2016-06",
        brief_title=f"The drug for the disease {number}",
        study_type=StudyType.INTERVENTIONAL,
        allocation=Allocation.RANDOMISED,
        conditions=("disease",),
        arms=(Arm(label="Drug", type=ArmType.EXPERIMENTAL), Arm(label="Placebo", type=ArmType.PLACEBO_COMPARATOR)),
        interventions=(
            Intervention(name="drug", arm_labels=("Drug",)),
            Intervention(name="placebo", arm_labels=("Placebo",)),
        ),
    )


def review(folder: Path, **tables: Any) -> Review:
    return load_review(write_folder(folder, told=TOLD, included=[STUDY], **tables))


def night(of: Review) -> Judgement:
    seen = [Observation(item=record(STUDY), observed_at=at_night(NIGHT))]
    told = Told(newest=seen, trials=seen, reports=[], nights=[at_night(NIGHT)])
    return judge(RunContext(as_of=at_night(NIGHT), baseline_search_date=date(2019, 6, 1)), of, told)


def page(judgement: Judgement) -> tuple[ReviewPage, str]:
    found = gather_page(judgement, "replay", None, (), 0, 0)
    return found, " ".join(render_page(found).split())


def pooled(judgement: Judgement, outcome: str, evidence_set: EvidenceSet) -> list[tuple[int, float | None]]:
    return [
        (item.k, item.yi)
        for item in judgement.effects
        if (item.outcome, item.evidence_set, item.is_headline) == (outcome, evidence_set, True)
    ]


def test_people_live_longer_within_a_time_and_the_page_says_by_how_much(tmp_path: Path) -> None:
    judgement = night(
        review(tmp_path, survival=curves(), contrasts=[contrast(STUDY, "HR", estimate=0.9, se=0.2, **LIFE)])
    )
    [item] = judgement.supplements.survival
    assert (item.evidence_set, item.until_text, item.n_landmarks) == (EvidenceSet.CONFIRMED, "48 months", 4)
    # Areas by hand: 12 (1/2 + 0.9430 + 0.9113 + 0.8256 + 0.7635 / 2) months, and those of the other arm.
    months = 12 * (0.9430 - 0.9156 + 0.9113 - 0.8766 + 0.8256 - 0.7911 + (0.7635 - 0.7398) / 2)
    assert item.difference / 30.4375 == pytest.approx(months)
    assert item.least < item.difference < item.most
    [row] = numbers_of(judgement)["review_rmst"]
    assert (row["study_id"], row["evidence_set"], row["until"]) == (STUDY, "confirmed", 48 * 30.4375)
    _, html = page(judgement)
    assert (
        "Within the first 48 months people lived on average 1.3 months longer with drug than with placebo (95% CI "
        in html
    )
    assert "no rule rests on it" in html
    # The hazard ratio that people entered is pooled, and no other beside it.
    assert pooled(judgement, "life", EvidenceSet.PROVISIONAL) == [(1, pytest.approx(math.log(0.9)))]
    assert not judgement.queue or all("survival.csv" not in task.reason for task in judgement.queue)


def test_curves_alone_offer_a_hazard_ratio_that_waits_for_a_person(tmp_path: Path) -> None:
    judgement = night(review(tmp_path, survival=curves()))
    expected = math.log(math.log(0.7635) / math.log(0.7398))
    assert pooled(judgement, "life", EvidenceSet.CONFIRMED) == [(0, None)]
    assert pooled(judgement, "life", EvidenceSet.PROVISIONAL) == [(1, pytest.approx(expected))]
    [item] = [item for item in judgement.inputs if item.outcome == "life"]
    assert (item.n_intervention, item.n_control) == (158, 154)
    assert "from survival at 48 months, as if hazards were proportional: log HR" in item.note
    # Greenwood's errors of the whole data are 0.0346 and 0.0360; landmarks with people at risk come near.
    slopes = (0.7635 * math.log(0.7635), 0.7398 * math.log(0.7398))
    assert item.vi == pytest.approx((0.0346 / slopes[0]) ** 2 + (0.0360 / slopes[1]) ** 2, rel=0.03)
    assert [task.subject for task in judgement.queue if "is provisional" in task.reason] == [STUDY]


def test_hazard_ratios_and_people_alive_are_two_outcomes_and_never_one(tmp_path: Path) -> None:
    alive = [row | ALIVE for row in arms(STUDY, 40, 50, 33, 50)]
    given = contrast(
        STUDY, "HR", p_value=0.04, favours="intervention", events_intervention=20, events_control=31, **LIFE
    )
    judgement = night(review(tmp_path, extraction=alive, contrasts=[given]))
    z, v = 2.053748910631823, 20 * 31 / 51
    assert pooled(judgement, "life", EvidenceSet.CONFIRMED) == [(1, pytest.approx(-z / math.sqrt(v)))]
    assert pooled(judgement, "alive", EvidenceSet.CONFIRMED) == [(1, pytest.approx(math.log(40 / 33)))]
    assert {(item.outcome, item.measure.value) for item in judgement.inputs} == {("life", "HR"), ("alive", "RR")}
    assert judgement.supplements.survival == ()


def test_rows_that_nobody_confirmed_give_a_provisional_difference_beside_the_confirmed_one(tmp_path: Path) -> None:
    rows = curves()
    for row in rows:
        if row["time"] == 48:
            row["is_confirmed"] = "false"
    judgement = night(review(tmp_path, survival=rows))
    assert [(item.evidence_set, item.until_text) for item in judgement.supplements.survival] == [
        (EvidenceSet.CONFIRMED, "36 months"),
        (EvidenceSet.PROVISIONAL, "48 months"),
    ]
    assert any(
        "nobody has confirmed it" in task.reason and task.value == "survival.csv: 6, 11" for task in judgement.queue
    )
    _, html = page(judgement)
    assert "Time alive, provisional." in html


def test_a_study_that_people_exclude_has_no_curves_and_owes_nothing(tmp_path: Path) -> None:
    rows = curves(is_confirmed="false")
    out: Cells = {
        "study_id": STUDY, "criterion": "list", "verdict": "excluded", "decided_by": "me", "known_from": "2020-01-01",
        "reason": "not randomised",
    }  # fmt: skip
    judgement = night(review(tmp_path, survival=rows, decisions=[out]))
    assert judgement.supplements.survival == ()
    assert not [item for item in judgement.inputs if item.yi is not None]
    assert not [task for task in judgement.queue if "survival" in task.reason]


def test_a_study_that_no_source_knows_is_a_task(tmp_path: Path) -> None:
    judgement = night(review(tmp_path, survival=curves(study_id="NCT90000099")))
    tasks = [task for task in judgement.queue if task.reason.startswith("survival.csv:")]
    assert len(tasks) == 10
    assert "no study is known by this number" in tasks[0].reason


def tasks_of(folder: Path, rows: list[Cells]) -> list[str]:
    return [f"{task.reason} [{task.value}]" for task in curves_of(review(folder, survival=rows).survival).tasks]


def test_one_arm_alone_is_a_task(tmp_path: Path) -> None:
    [said] = tasks_of(tmp_path, curves()[:5])
    assert "give no two curves: no row after time 0 is of the control arm [survival.csv: 2, 3, 4, 5, 6]" in said


def test_arms_that_share_no_time_are_a_task(tmp_path: Path) -> None:
    rows = [landmark("intervention", 6, survival=0.8), landmark("control", 9, survival=0.7)]
    [said] = tasks_of(tmp_path, rows)
    assert "the two arms have no time after 0 in common" in said


def test_survival_follows_from_counts_where_nobody_was_lost_and_is_a_task_elsewhere(tmp_path: Path) -> None:
    rows = [
        landmark("intervention", 0, at_risk=50), landmark("intervention", 6, at_risk=40, n_events=10),
        landmark("intervention", 12, at_risk=25, n_events=20),
        landmark("control", 0, at_risk=50), landmark("control", 6, at_risk=30, n_events=20),
        landmark("control", 12, survival=0.5),
    ]  # fmt: skip
    found = curves_of(review(tmp_path, survival=rows).survival)
    [task] = found.tasks
    assert task.reason.startswith(
        "survival.csv:4: some people of the intervention arm are neither at risk nor have had"
    )
    assert task.value == "25 at risk, 20 events"
    [drawn] = found.curves
    assert drawn.intervention.share.tolist() == [1, 0.8]
    assert drawn.control.share.tolist() == [1, 0.6, 0.5]
