"""Every cell of survival.csv is used, or is answered with file, line, field, value and what to do."""

from pathlib import Path
from typing import Any

import pytest
from made_up_folders import SOURCE, Cells, analysis, arms, contrast, outcome, write_folder
from pydantic import ValidationError

from models.folder_files import ReviewError
from models.review import load_review
from models.survival_rows import DAYS, SurvivalRow

LIFE = {"outcomes": [outcome("life", measure="HR"), outcome("relief")]}
ANALYSES = [analysis("1.1", outcome="life", method="iv"), analysis("1.2", outcome="relief")]


def landmark(arm: str, time: float, **told: object) -> Cells:
    usual = {"study_id": "Ash 2001", "analysis": "1.1", "arm": arm, "time": time, "time_unit": "months"}
    return usual | SOURCE | told


def curve(arm: str = "intervention", **told: object) -> list[Cells]:
    return [
        landmark(arm, 0, at_risk=50, **told),
        landmark(arm, 6, survival=0.8, at_risk=38, **told),
        landmark(arm, 12, survival=0.6, at_risk=25, **told),
    ]


def complaint(folder: Path, rows: list[Cells]) -> str:
    write_folder(folder, told=LIFE, analyses=ANALYSES, survival=rows)
    with pytest.raises(ReviewError) as raised:
        load_review(folder)
    return str(raised.value)


def test_curves_of_both_arms_are_read(tmp_path: Path) -> None:
    rows = [*curve(), *curve("control")]
    review = load_review(write_folder(tmp_path, told=LIFE, analyses=ANALYSES, survival=rows))
    assert [(row.when, row.outcome, row.survival) for row in review.survival[:3]] == [
        ("0 months", "life", None),
        ("6 months", "life", 0.8),
        ("12 months", "life", 0.6),
    ]


def test_twelve_months_are_a_year_in_whatever_unit() -> None:
    assert 12 * DAYS["months"] == DAYS["years"] == 365.25


ROWS: list[tuple[dict[str, Any], str]] = [
    # what differs from survival 0.8 with 38 at risk at 6 months, what the answer says
    ({"survival": 85}, "write 0.85"),
    ({"survival": "80%"}, "write 0.8"),
    ({"survival": 1.2}, "write 0.012"),
    ({"survival": -0.1}, "greater than or equal to 0"),
    ({"survival": "nan"}, "finite"),
    ({"ci_low": 70, "ci_high": 0.9}, "write 0.7"),
    ({"ci_low": 0.7}, "ci_low and ci_high go together"),
    ({"ci_low": 0.85, "ci_high": 0.9}, "survival 0.8 is not between 0.85 and 0.9"),
    ({"ci_low": 0.8, "ci_high": 0.9}, "is one of its own limits"),
    ({"ci_low": 0.7, "ci_high": 0.9, "se": 0.05}, "and not both"),
    ({"survival": None, "n_events": None}, "give survival; or at_risk and n_events"),
    ({"survival": None, "n_events": 12, "se": 0.05}, "se or limits belong to survival"),
    ({"time": 0}, "at time 0 everybody is alive"),
    ({"time": 0, "survival": 1, "at_risk": None}, "says how many people the arm has"),
    ({"time": -6}, "greater than or equal to 0"),
    ({"time_unit": "month"}, "months"),
    ({"at_risk": 38.5}, "integer"),
    ({"part": "high dose"}, "part: a curve is of a whole arm"),
    ({"quantity": "change"}, "quantity: a curve is of a whole arm"),
    ({"is_adjusted": True}, "is_adjusted: a curve is of a whole arm"),
    ({"as_published": True}, "as_published: a curve is of a whole arm"),
    ({"counts_in": "subgroup_only"}, "counts_in: a curve is of a whole arm"),
]


@pytest.mark.parametrize(("told", "said"), ROWS)
def test_a_slip_in_a_landmark_is_answered(told: dict[str, Any], said: str) -> None:
    good = {key: value for key, value in landmark("intervention", 6, survival=0.8, at_risk=38).items() if value != ""}
    SurvivalRow.model_validate(good)
    with pytest.raises(ValidationError, match=said):
        SurvivalRow.model_validate(good | told)


def changed(at: int, **told: object) -> list[Cells]:
    rows = curve()
    rows[at] = rows[at] | told
    return rows


TOGETHER = [
    # rows of one arm, line of the answer, what it says
    (changed(2, survival=0.9), 4, "survival: 0.9 at 12 months is more than 0.8 at 6 months (line 3): nobody comes back"),
    (changed(2, at_risk=40), 4, "at_risk: 40 at 12 months is more than 38 at 6 months (line 3)"),
    (changed(2, time=26, time_unit="weeks", survival=0.75, at_risk=39), 3, "survival: 0.8 at 6 months is more than 0.75 at 26 weeks (line 4)"),
    (changed(1, at_risk=60), 3, "at_risk: 60 at 6 months is more than 50 at 0 months"),
    (changed(1, n_events=13), 3, "at_risk: 38: with 13 events these are 51 people, and the arm has 50"),
    (changed(2, time=6), 4, "time: 6 months: lines 3 and 4 are the same arm at one time"),
    ([*curve(n_events=0)[:1], *curve(n_events=8)[1:2], *curve(n_events=4)[2:]], 4, "n_events: 4 up to 12 months are fewer than 8"),
    (changed(1, survival="", n_events=12)[1:], 2, "survival: '': follows from counts only if the arm has a row at time 0"),
    (changed(1, analysis="1.2"), 3, "outcome: 'relief': is pooled as RR, and survival.csv is of outcomes with measure HR"),
    (changed(1, analysis="", comparison="drug", outcome="live", timepoint="6 months"), 3, "outcome: 'live'"),
    (changed(1, known_from="1019-01-01"), 3, "known_from: 1019-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "line", "said"), TOGETHER, ids=lambda value: str(value)[:50])
def test_rows_that_contradict_each_other_are_answered(tmp_path: Path, rows: list[Cells], line: int, said: str) -> None:
    told = complaint(tmp_path, rows)
    assert any(f"survival.csv:{line}: {said}" in item for item in told.splitlines()), told


def test_people_with_the_event_at_one_time_are_no_rows_of_a_hazard_ratio(tmp_path: Path) -> None:
    write_folder(tmp_path, told=LIFE, analyses=ANALYSES, extraction=arms("Ash 2001", 3, 50, 6, 50))
    with pytest.raises(ReviewError, match=r"HR cannot be computed from arms; enter its estimate in contrasts\.csv"):
        load_review(tmp_path)


def test_a_hazard_ratio_is_no_row_of_people_alive_at_one_time(tmp_path: Path) -> None:
    rows = [contrast("Ash 2001", "HR", analysis="1.2", estimate=0.8, se=0.2)]
    write_folder(tmp_path, told=LIFE, analyses=ANALYSES, contrasts=rows)
    with pytest.raises(ReviewError, match="measure: 'HR': relief is pooled as RR, and the two are not the same"):
        load_review(tmp_path)
