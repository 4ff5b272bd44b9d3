"""How many were randomised to an arm is told by one row for all rows of that arm."""

from datetime import date

import pytest

from judging.evidence import arm_of
from judging.randomised import arm_named, randomised_by_arm
from models.folder_rows import ExtractionRow


def row(**changes: object) -> ExtractionRow:
    given = {
        "study_id": "NCT01363401",
        "comparison": "c",
        "outcome": "function",
        "timepoint": "6 months",
        "arm": "intervention",
        "n_analysed": 31,
        "mean": 1.0,
        "sd": 2.0,
        "report": "PMID:1",
        "table": "T1",
        "population": "analysed",
        "extractor": "me",
        "known_from": date(2018, 8, 31),
        "evidence": "verbatim",
        "is_confirmed": True,
    }
    return ExtractionRow.model_validate(given | changes)


RANDOMISED = {
    "outcome": "survival",
    "n_analysed": 33,
    "n_events": 32,
    "mean": None,
    "sd": None,
    "population": "randomised",
}


@pytest.mark.parametrize(
    ("others", "n"),
    [
        ([RANDOMISED], 33),
        ([{"outcome": "survival", "n_randomised": 33}], 33),
        ([RANDOMISED | {"population": "All randomized"}], 33),
        ([RANDOMISED | {"population": "intention to treat"}], None),
        ([RANDOMISED | {"arm": "control"}], None),
        ([RANDOMISED | {"study_id": "NCT02017912"}], None),
        ([RANDOMISED | {"arm_label": "high dose"}], None),
        ([RANDOMISED | {"part": "second period"}], None),
        ([RANDOMISED, RANDOMISED | {"outcome": "harms", "n_analysed": 34}], None),
        ([RANDOMISED | {"n_analysed": 30, "n_events": 29}], None),
    ],
)
def test_another_row_of_the_arm_tells_it_unless_rows_contradict_each_other(others, n):
    mine = row()
    told = randomised_by_arm([mine, *(row(**other) for other in others)])
    assert arm_of(mine, told.get(arm_named(mine))).n_randomised == n


def test_a_rows_own_number_goes_before_that_of_others():
    mine = row(n_randomised=32)
    told = randomised_by_arm([mine, row(**RANDOMISED)])
    assert arm_of(mine, told.get(arm_named(mine))).n_randomised == 32


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_randomised": 30}, "n_analysed 31 is more than n_randomised 30"),
        ({"n_died": 1}, "give n_randomised too"),
        ({"n_randomised": 33, "n_died": 3}, "n_died 3 is more than the 2"),
        ({"n_randomised": 0}, "greater than or equal to 1"),
        ({"n_randomised": 33, "n_died": -1}, "greater than or equal to 0"),
    ],
)
def test_people_that_do_not_add_up_are_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        row(**changes)


def test_deaths_are_of_those_without_a_value():
    assert arm_of(row(n_randomised=33, n_died=2)).flow.n_died == 2
