"""Two engines come to the same restricted means, from anything that may be told of a curve; a wrong number is found."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis.crosscheck_rmst import crosscheck_rmst
from synthesis.rmst import Curve, RestrictedMeans, compare_restricted_means


@st.composite
def points(draw: st.DrawFn, times: tuple[float, ...]) -> list[tuple[float, float, float | None, float | None]]:
    """A curve at given times, of which errors and people at risk are told here and there."""
    share, at_risk = 1.0, float(draw(st.integers(5, 300)))
    found: list[tuple[float, float, float | None, float | None]] = [
        (0.0, 1.0, None, draw(st.sampled_from([at_risk, at_risk, None])))
    ]
    for time in times:
        kept = draw(st.sampled_from([0.0, 0.3, 0.9, 1.0]) | st.floats(0.2, 1))
        share, at_risk = share * kept, math.floor(at_risk * kept * draw(st.floats(0.7, 1)))
        se = draw(st.none() | st.floats(0.001, 0.2)) if 0 < share < 1 else None
        found.append((time, share, se, draw(st.sampled_from([float(at_risk), None]))))
    return found


@st.composite
def arms(draw: st.DrawFn) -> tuple[Any, Any]:
    widths = draw(st.lists(st.floats(0.5, 100), min_size=1, max_size=6))
    times = tuple(float(time) for time in np.cumsum(widths))
    return draw(points(times)), draw(points(times))


def curve(told: list[Any]) -> Curve:
    columns = [[math.nan if value is None else value for value in column] for column in zip(*told, strict=True)]
    return Curve(*(np.array(column, dtype=float) for column in columns))


def stated(found: RestrictedMeans) -> dict[str, float | None]:
    named = {
        name: value
        for name, value in asdict(found).items()
        if name not in {"until", "intervention", "control", "level", "note"}
    }
    return named | {"mean_intervention": found.intervention.mean, "mean_control": found.control.mean}


@given(arms(), st.floats(0.5, 0.999))
def test_both_engines_agree_on_any_curves(told: tuple[Any, Any], level: float) -> None:
    found = compare_restricted_means(*map(curve, told), level)
    assert crosscheck_rmst("here", told, level, stated(found)) == ()


ARMS = (
    [(0.0, 1.0, None, 50.0), (6.0, 0.8, None, 38.0), (12.0, 0.6, 0.07, None)],
    [(0.0, 1.0, None, 52.0), (6.0, 0.7, None, 36.0), (12.0, 0.5, 0.07, None)],
)


@pytest.mark.parametrize("name", ["difference", "least", "se", "ci_low", "ratio_high", "mean_control"])
def test_a_number_that_is_off_in_the_seventh_digit_is_named(name: str) -> None:
    right = stated(compare_restricted_means(*map(curve, ARMS)))
    wrong = right | {name: (right[name] or 0) + 1e-6}
    [found] = crosscheck_rmst("a study", ARMS, 0.95, wrong)
    assert str(found).startswith(f"a study: {name} is ")
    assert crosscheck_rmst("a study", ARMS, 0.95, right | {name: None})
