"""Numbers that count twice, do not fit, or wait for confirmation are asked about, each once and with what closes it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from made_up_folders import Cells, analysis, arm, arms, made_up_review

from judging.evidence import inputs_of, numbers_of_review
from judging.number_tasks import counted_twice, mixed_quantities, more_than_randomised, one_sided, to_confirm
from models.review import Review
from models.screening import Numbers, QueueItem

DOSES = [
    *arms("Ash 2001", 4, 50, 9, 52, part="low"),
    *arms("Ash 2001", 6, 50, 9, 52, part="high"),
    *arms("Birch 2002", 3, 40, 5, 40),
]


def questions(review: Review) -> list[QueueItem]:
    numbers, _ = numbers_of_review(review, {})
    inputs = inputs_of(review, numbers, set())
    return [
        *counted_twice(inputs, review.protocol),
        *mixed_quantities(inputs, review.protocol),
        *to_confirm(numbers.provisional, numbers.contrasts),
        *one_sided([*numbers.confirmed, *numbers.provisional]),
    ]


def shared(*shares: int | None) -> list[Cells]:
    """The doses, their control groups divided."""
    found, left = [], list(shares)
    for row in DOSES:
        is_control = row["study_id"] == "Ash 2001" and row["arm"] == "control"
        found.append(row | ({"shared_by": left.pop(0)} if is_control and left else {}))
    return found


TWICE = [
    # how the analysis shows its estimates, its rows, and whether a control group counts twice in one of them
    ("all", DOSES, True),
    ("overall", DOSES, True),
    ("none", DOSES, False),
    ("subgroups", DOSES, False),
    ("all", shared(2, 2), False),
    ("all", [row | {"counts_in": "subgroup_only"} if row.get("part") == "low" else row for row in DOSES], False),
    ("subgroups", [row | {"subgroup": "Adults", "subgroup_number": 1} for row in DOSES], True),
    (
        "subgroups",
        [
            row | {"subgroup": row.get("part", "high"), "subgroup_number": 1 + (row.get("part") == "low")}
            for row in DOSES
        ],
        False,
    ),
    ("all", DOSES[2:], False),
]


@pytest.mark.parametrize(("totals", "rows", "is_asked"), TWICE)
def test_a_control_group_that_counts_twice_in_one_estimate_is_asked_about(
    tmp_path: Path, totals: str, rows: list[Cells], is_asked: bool
) -> None:
    found = questions(made_up_review(tmp_path, analyses=[analysis("1.1", totals=totals)], extraction=rows))
    assert len(found) == is_asked
    for item in found:
        assert (item.kind, item.subject, item.field, item.value) == ("analysis", "1.1", "shared_by", "Ash 2001")
        assert item.reason.startswith("Ash 2001: the same control data in 2 rows of ")


MEANS = [
    row
    for study, quantity in (("Ash 2001", "final"), ("Birch 2002", "change"))
    for row in (
        arm(study, "intervention", 40, mean=3, sd=2, quantity=quantity, is_adjusted="true"),
        arm(study, "control", 40, mean=4, sd=2, quantity=quantity, is_adjusted="true"),
    )
]


@pytest.mark.parametrize(
    ("measure", "is_asked"), [("SMD", True), ("SMD-approximate", True), ("MD", False), ("ROM", False)]
)
def test_final_values_and_changes_in_one_standardised_difference_are_asked_about(
    tmp_path: Path, measure: str, is_asked: bool
) -> None:
    line = analysis("1.1", measure=measure, method="iv")
    found = questions(made_up_review(tmp_path, analyses=[line], extraction=MEANS))
    assert [(item.kind, item.subject, item.field, item.value) for item in found] == (
        [("analysis", "1.1", "quantity", "changes: Birch 2002")] if is_asked else []
    )


def test_numbers_that_are_adjusted_say_so(tmp_path: Path) -> None:
    review = made_up_review(tmp_path, analyses=[analysis("1.1", measure="MD", method="iv")], extraction=MEANS)
    numbers, _ = numbers_of_review(review, {})
    assert {item.note for item in inputs_of(review, numbers, set())} == {
        "adjusted for baseline values or other covariates"
    }


def test_what_nobody_has_confirmed_waits(tmp_path: Path) -> None:
    rows = [row | {"is_confirmed": "false"} for row in arms("Ash 2001", 4, 50, 9, 52)]
    [item] = questions(made_up_review(tmp_path, analyses=[analysis("1.1")], extraction=rows))
    assert (item.kind, item.subject, item.value) == ("extraction", "Ash 2001", "intervention 4 of 50; control 9 of 52")


def test_an_arm_alone_is_asked_about_in_its_own_analysis(tmp_path: Path) -> None:
    """The other analysis of the same outcome has both arms."""
    rows = [*arms("Ash 2001", 4, 50, 9, 52), arm("Ash 2001", "control", 52, n_events=9, analysis="1.2")]
    [item] = questions(made_up_review(tmp_path, analyses=[analysis("1.1"), analysis("1.2")], extraction=rows))
    assert item.reason == "only the control arm is entered, so nothing is pooled"


@pytest.mark.parametrize(("n_randomised", "is_asked"), [(102, False), (101, True)])
def test_one_arm_in_several_analyses_is_not_too_many_people(tmp_path: Path, n_randomised: int, is_asked: bool) -> None:
    """50 and 52 people, entered in two analyses, are 102."""
    rows = [row for name in ("1.1", "1.2") for row in arms("Ash 2001", 4, 50, 9, 52, analysis=name)]
    review = made_up_review(tmp_path, analyses=[analysis("1.1"), analysis("1.2")], extraction=rows)
    numbers, _ = numbers_of_review(review, {})
    study = SimpleNamespace(study_id="Ash 2001", numbers=Numbers(n_randomised=n_randomised))
    assert bool(list(more_than_randomised(numbers.confirmed, [study]))) is is_asked
