"""Numbers of the section on the missing in docs/methods.md are those that are computed."""

import re
from pathlib import Path

import pytest

from models.missing_choice import MissingChoice
from models.vocabulary import Measure
from synthesis.estimands import estimands_of
from synthesis.incomplete import Incomplete
from synthesis.missing import Assumption, IncompleteMeans, Prior, effect_of_incomplete_means
from synthesis.tipping import NO_EFFECT, Tipping

SCALE = {"lowest": -48, "highest": 48}


@pytest.fixture(scope="module")
def section() -> str:
    text = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8").replace("−", "-")
    return text.split("## What people without a value would change\n")[1].split("\n## ")[0]


def oh(with_missing, died=(None, None)):
    n1, n2 = {"mean": -3.10, "sd": 3.51, "n_died": died[0]}, {"mean": -6.48, "sd": 4.53, "n_died": died[1]}
    arms = [("Oh 2018", "intervention", 31, 33, n1), ("Oh 2018", "control", 25, 31, n2)]
    inputs, effect, _ = with_missing(arms)
    return Incomplete(tuple(inputs), effect, MissingChoice.model_validate(SCALE))


def test_the_table_of_assumptions(section):
    rows = re.findall(r"^\| (-?\d+) \| (-?\d+) \| (\d) \| ([\d.]+) \| ([\d.]+) to ([\d.]+) \|", section, re.MULTILINE)
    assert len(rows) == 5
    arms = IncompleteMeans(-3.10, 3.51, 31, 33), IncompleteMeans(-6.48, 4.53, 25, 31)
    for first, second, sd, *printed in rows:
        assumption = Assumption(Prior(float(first), float(sd)), Prior(float(second), float(sd)))
        yi, vi = (float(value) for value in effect_of_incomplete_means(*arms, assumption, Measure.MD))
        half_width = 1.959963984540054 * vi**0.5
        assert [f"{value:.2f}" for value in (yi, yi - half_width, yi + half_width)] == printed


def test_the_tipping_points(section, with_missing):
    points = Tipping(oh(with_missing), "higher", 4.0).tipping_points
    sizes = {point.line: point for point in points if point.question == NO_EFFECT}
    better, worse = sizes["control better"], sizes["intervention worse"]
    assert f"{better.size:.1f} points better" in section
    assert f"{worse.size:.1f} points worse" in section
    assert f"{better.in_mids:.1f} and {worse.in_mids:.1f} times" in section
    assert sizes["both worse"].size is None
    assert sizes["both worse"].is_whole


def test_the_strategies(section, with_missing):
    found = {item.strategy: item for item in estimands_of(oh(with_missing, (1, 3)), "higher")}
    for strategy in ("composite", "worst rank"):
        item = found[strategy]
        assert f"{item.estimate:.2f} ({item.ci_low:.2f} to {item.ci_high:.2f})" in section
