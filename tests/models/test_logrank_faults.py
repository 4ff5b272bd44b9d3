"""A test with its events stands in place of a hazard ratio; what it lacks, or has beside it, is said."""

from typing import Any

import pytest
from made_up_folders import contrast
from pydantic import ValidationError

from models.folder_rows import ContrastRow

TEST = contrast("Ash 2001", "HR", p_value=0.03, favours="intervention", events_intervention=20, events_control=31)
RATIO = contrast("Ash 2001", "HR", estimate=0.7, se=0.2)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"events_total": 51},
        {"events_intervention": None, "events_control": None, "events_total": 51},
        {"is_one_sided": True},
        {"p_value": None, "favours": None, "z_value": -2.17},
    ],
)
def test_a_test_with_its_events_is_taken(told: dict[str, Any]) -> None:
    assert ContrastRow.model_validate(TEST | told).has_test


CASES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # row, what differs, what is said
    (TEST, {"p_value": "<0.001"}, "<0.001 bounds p and is no number"),
    (TEST, {"p_value": "≤ 0.05"}, "bounds p and is no number"),
    (TEST, {"p_value": 0}, "greater than 0"),
    (TEST, {"p_value": "NS"}, "number"),
    (TEST, {"favours": None}, "write favours intervention or control"),
    (TEST, {"favours": "drug"}, "intervention"),
    (TEST, {"events_control": None}, "a test needs the events behind it"),
    (TEST, {"events_control": 0}, "an arm had no event"),
    (TEST, {"events_total": 50}, "is not the sum of the events of both arms"),
    (TEST, {"z_value": -2.1}, "say one thing twice"),
    (TEST, {"p_value": None, "z_value": -2.1}, "leave favours empty"),
    (TEST, {"measure": "RR"}, "gives a hazard ratio, and no RR"),
    (TEST, {"se": 0.2}, "se and limits belong to an estimate"),
    (TEST, {"ci_low": 0.5, "ci_high": 0.9}, "se and limits belong to an estimate"),
    (RATIO, {"favours": "control"}, "favours is for a p without an estimate"),
    (RATIO, {"z_value": -2}, "z_value stands in place of estimate"),
    (RATIO, {"is_one_sided": True}, "is_one_sided is about p_value"),
    (RATIO, {"se": None}, "an estimate needs se"),
]


@pytest.mark.parametrize(("row", "told", "said"), CASES)
def test_a_slip_in_a_test_is_answered(row: dict[str, Any], told: dict[str, Any], said: str) -> None:
    ContrastRow.model_validate(row)
    with pytest.raises(ValidationError, match=said):
        ContrastRow.model_validate(row | told)
