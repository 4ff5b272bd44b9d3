"""One trial's events never count in one analysis as risks and as hazards without anybody being told."""

from pathlib import Path
from typing import Any

import pytest
from made_up_folders import Cells, analysis, arms, contrast, made_up_review

from judging.doubled_numbers import given_twice, risks_beside_hazards
from judging.evidence import Numbers, numbers_of_review
from models.review import Review

TEST = contrast("Ash 2001", "PETO", o_minus_e=-4, variance=12)
OTHER = contrast("Birch 2002", "PETO", o_minus_e=-3, variance=9)
DEATHS = arms("Ash 2001", 3, 50, 6, 50)


def review(folder: Path, *lines: Cells, **tables: Any) -> tuple[Review, Numbers]:
    own = lines or (analysis("1.1", measure="PETO", method="peto"),)
    found = made_up_review(folder, analyses=own, **tables)
    return found, numbers_of_review(found, {})[0]


def test_arms_and_an_estimate_of_one_study_are_a_task(tmp_path: Path) -> None:
    of, numbers = review(tmp_path, extraction=DEATHS, contrasts=[TEST, OTHER])
    [task] = given_twice(numbers.settled, of.protocol)
    assert (task.subject, "in 1.1: the arms are pooled, and the estimate is not" in task.reason) == ("Ash 2001", True)


def test_in_two_analyses_they_are_none(tmp_path: Path) -> None:
    lines = analysis("1.1", measure="PETO", method="peto"), analysis("1.2", measure="HR", method="iv")
    hazard = contrast("Ash 2001", "HR", analysis="1.2", estimate=0.7, se=0.2)
    of, numbers = review(tmp_path, *lines, extraction=DEATHS, contrasts=[hazard])
    assert not list(given_twice(numbers.settled, of.protocol))
    assert not list(risks_beside_hazards(numbers.settled, of.protocol))


@pytest.mark.parametrize(
    ("tables", "is_told"),
    [
        ({"extraction": DEATHS, "contrasts": [OTHER]}, True),
        ({"contrasts": [TEST, OTHER]}, False),
        ({"extraction": (*DEATHS, *arms("Birch 2002", 1, 20, 4, 20))}, False),
    ],
)
def test_log_rank_tests_beside_deaths_at_one_time_are_a_task(
    tmp_path: Path, tables: dict[str, Any], is_told: bool
) -> None:
    of, numbers = review(tmp_path, **tables)
    told = list(risks_beside_hazards(numbers.settled, of.protocol))
    assert bool(told) == is_told
    assert all(task.value == "O - E: Birch 2002; arms: Ash 2001" for task in told)
