"""What a row of contrasts.csv comes to on the analysis scale, and what it says of its making."""

import math
from typing import Any

import pytest
from made_up_folders import contrast
from scipy.stats import norm

from judging.contrast_numbers import numbers_of_contrast
from judging.evidence import contrast_of
from models.folder_rows import ContrastRow


def row(**told: Any) -> ContrastRow:
    return ContrastRow.model_validate(contrast("Ash 2001", "HR", **told))


Z = norm.ppf(0.985)

CASES: list[tuple[dict[str, Any], float, float]] = [
    # cells, log hazard ratio, standard error
    ({"estimate": 0.7, "se": 0.2}, math.log(0.7), 0.2),
    ({"estimate": -0.36, "is_log": True, "se": 0.2}, -0.36, 0.2),
    ({"estimate": 0.7, "ci_low": 0.49, "ci_high": 1.0}, math.log(0.7), math.log(1 / 0.49) / (2 * norm.ppf(0.975))),
    ({"estimate": 0.7, "ci_low": 0.49, "ci_high": 1.0, "level": 0.9}, math.log(0.7), math.log(1 / 0.49) / (2 * norm.ppf(0.95))),
    ({"estimate": 0.7, "p_value": 0.03}, math.log(0.7), -math.log(0.7) / Z),
    ({"estimate": 0.7, "p_value": 0.015, "is_one_sided": True}, math.log(0.7), -math.log(0.7) / Z),
    ({"estimate": 0.7, "events_intervention": 20, "events_control": 30}, math.log(0.7), math.sqrt(1 / 12)),
    ({"estimate": 0.7, "events_total": 50}, math.log(0.7), math.sqrt(4 / 50)),
    ({"o_minus_e": -4, "variance": 12}, -1 / 3, math.sqrt(1 / 12)),
    ({"z_value": -2, "events_intervention": 20, "events_control": 30}, -2 / math.sqrt(12), math.sqrt(1 / 12)),
    ({"p_value": 0.03, "favours": "intervention", "events_total": 48}, -Z / math.sqrt(12), math.sqrt(1 / 12)),
    ({"p_value": 0.03, "favours": "control", "events_total": 48}, Z / math.sqrt(12), math.sqrt(1 / 12)),
    ({"p_value": 0.015, "is_one_sided": True, "favours": "control", "events_total": 48}, Z / math.sqrt(12), math.sqrt(1 / 12)),
    # two are allocated to the intervention for each one to control: V = 54 2 / 9
    ({"p_value": 0.03, "favours": "control", "events_total": 54, "n_intervention": 80, "n_control": 40}, Z / math.sqrt(12), math.sqrt(1 / 12)),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "yi", "sei"), CASES)
def test_a_row_comes_to_an_effect_with_its_error(cells: dict[str, Any], yi: float, sei: float) -> None:
    found = numbers_of_contrast(row(**cells))
    assert found.yi == pytest.approx(yi)
    assert found.sei == pytest.approx(sei)


def test_a_test_gives_o_minus_e_and_v_and_says_from_what() -> None:
    found = contrast_of(row(p_value=0.03, favours="intervention", events_total=48, note="read from figure 2"))
    assert found.o_minus_e == pytest.approx(-Z * math.sqrt(12))
    assert found.variance == pytest.approx(12)
    assert found.note.startswith("read from figure 2; O - E -7.517")
    assert "computed from p 0.03, sides 2, events 48, allocation 1 (Tierney 2007)" in found.note


def test_what_gives_no_error_is_kept_without_one() -> None:
    assert numbers_of_contrast(row(o_minus_e=0, variance=0)).sei is None
    assert numbers_of_contrast(row(estimate=1, p_value=0.9)).sei is None
    assert numbers_of_contrast(row(as_published=True)).yi is None
