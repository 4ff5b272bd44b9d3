"""The nearest assumption about the missing at which an answer is another one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.missing_choice import AS_FOUND, MissingChoice
from synthesis.incomplete import Incomplete, fixed
from synthesis.tipping import MID, NO_EFFECT, SIDE, Tipping, lines

OH = [
    ("Oh 2018", "intervention", 31, 33, {"mean": -3.10, "sd": 3.51}),
    ("Oh 2018", "control", 25, 31, {"mean": -6.48, "sd": 4.53}),
]
SCALE = {"lowest": -48, "highest": 48}


def tipping(found, mid=None):
    inputs, effect, protocol = found
    choice = protocol.supplements.missing.get("o", AS_FOUND)
    return Tipping(
        Incomplete(tuple(i for i in inputs if i.yi is not None), effect, choice), protocol.outcome("o").direction, mid
    )


def at(points, line, question):
    [point] = [point for point in points if (point.line, point.question) == (line, question)]
    return point


@pytest.mark.parametrize(
    ("line", "question", "size"),
    [
        ("intervention worse", NO_EFFECT, 14.868109461324655),
        ("control better", NO_EFFECT, 5.587113796368605),
        ("both worse", NO_EFFECT, None),
        ("control better", SIDE, 3.38 * 31 / 6),
        ("intervention better", MID, 0.62 * 33 / 2),
        ("control worse", MID, 0.62 * 31 / 6),
        ("both worse", MID, 0.62 / (6 / 31 - 2 / 33)),
    ],
)
def test_oh_2018(with_missing, line, question, size):
    """Estimates by hand; where limits reach 0 is solved below from the formula of the interval."""
    point = at(tipping(with_missing(OH, missing=SCALE), 4.0).tipping_points, line, question)
    assert point.is_whole
    assert point.size == (None if size is None else pytest.approx(size, rel=1e-10))
    assert point.in_mids == (None if size is None else pytest.approx(size / 4))


def test_the_interval_of_oh_2018_ends_at_no_effect_where_it_is_said_to():
    """z² v(l) = e(l)² of the control's missing alone, a quadratic equation."""
    p, z2 = 25 / 31, 1.959963984540054**2
    v = 3.51**2 / 31 + 4.53**2 / 25
    a = (1 - p) ** 2 - z2 * p * (1 - p) / 31
    root = np.roots([a, -2 * 3.38 * (1 - p), 3.38**2 - z2 * v])
    assert min(root[root > 0]) == pytest.approx(5.587113796368605, rel=1e-10)


@pytest.mark.parametrize("direction", ["higher", "lower", "unknown"])
def test_lines_are_the_eight_directions_and_say_what_is_better_only_where_it_is_known(direction):
    found = lines(direction)
    assert {(line.intervention, line.control) for line in found} == {
        (a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)
    }
    assert any("better" in line.name for line in found) == (direction != "unknown")


def test_where_lower_is_better_worse_is_upwards(with_missing):
    rows = [(s, role, n, whole, told | {"mean": -told["mean"]}) for s, role, n, whole, told in OH]
    point = at(tipping(with_missing(rows, direction="lower")).tipping_points, "intervention worse", NO_EFFECT)
    assert point.intervention == pytest.approx(14.868109461324655, rel=1e-10)
    assert point.control == 0


def test_without_ends_of_a_scale_it_is_said_how_far_was_searched(with_missing):
    points = tipping(with_missing(OH)).tipping_points
    assert {point.is_whole for point in points} == {False}
    assert [point.furthest for point in points] == pytest.approx([45.3] * len(points))


def test_a_surface_has_the_answer_as_analysed_in_its_middle(with_missing):
    found = with_missing(OH, missing=SCALE)
    points = tipping(found, 4.0).surface()
    middle = points[len(points) // 2]
    assert len(points) == 81
    assert (middle.intervention, middle.control, middle.changes) == (0, 0, ())
    assert middle.estimate == pytest.approx(found[1].estimate)
    assert any(NO_EFFECT in point.changes for point in points)


def test_a_surface_of_events_is_of_odds_ratios(with_missing):
    rows = [("A", "intervention", 95, 120, {"n_events": 10}), ("A", "control", 92, 118, {"n_events": 25})]
    result = tipping(with_missing(rows, measure="RR", model="mh", direction="lower"))
    points = result.surface()
    assert sorted({point.control for point in points}) == pytest.approx([0.1, 0.2, 1 / 3, 0.5, 1, 2, 3, 5, 10])
    edge = at(result.tipping_points, "intervention worse", NO_EFFECT)
    assert edge.size == edge.intervention > 1
    assert edge.control == 1


def is_an_edge(result, point):
    """Whether the margin of a question is 0 at its tipping point, or jumps there from one side of 0 to the other.

    It jumps where a likelihood has two maxima of tau2, of which now one and now the other is the higher.
    """
    is_log = result.incomplete.is_of_events
    pair = [math.log(value) if is_log else value for value in (point.intervention, point.control)]
    steps = np.array([1 - 1e-9, 1, 1 + 1e-9])
    pooled = result.incomplete.pooled(fixed(pair[0] * steps, pair[1] * steps))
    short, here, beyond = result._margins[point.question](pooled)
    return abs(here) < 1e-6 or (short > 0) != (beyond > 0)


def is_another_answer_beyond(result, point):
    is_log = result.incomplete.is_of_events
    pair = [math.log(value) if is_log else value for value in (point.intervention, point.control)]
    [beyond] = result._margins[point.question](
        result.incomplete.pooled(fixed(*(np.array([at * 1.001]) for at in pair)))
    )
    return (beyond > 0) != (result.as_analysed[point.question] > 0) or abs(beyond) < 1e-6


def numbered(mean, sd):
    return {"mean": mean, "sd": sd}


arm = st.tuples(st.integers(10, 120), st.integers(1, 40))


@settings(max_examples=30)
@given(
    arms=st.lists(st.tuples(arm, arm, st.floats(-6, 6), st.floats(1, 8)), min_size=1, max_size=3),
    model=st.sampled_from(["REML", "common"]),
)
def test_a_tipping_point_of_means_is_on_the_contour(with_missing, arms, model):
    rows = []
    for i, ((n1, m1), (n2, m2), difference, sd) in enumerate(arms):
        rows += [
            (f"S{i}", "intervention", n1, n1 + m1, numbered(difference, sd)),
            (f"S{i}", "control", n2, n2 + m2, numbered(0.0, sd)),
        ]
    result = tipping(with_missing(rows, model=model), 1.0)
    for point in result.tipping_points:
        if point.size:
            assert is_an_edge(result, point)
            assert is_another_answer_beyond(result, point)


@settings(max_examples=30)
@given(
    events=st.lists(
        st.tuples(st.integers(1, 29), st.integers(1, 20), st.integers(1, 29), st.integers(1, 20)),
        min_size=1,
        max_size=3,
    ),
    measure=st.sampled_from(["RR", "OR", "RD"]),
    model=st.sampled_from(["REML", "mh"]),
)
def test_a_tipping_point_of_events_is_on_the_contour(with_missing, events, measure, model):
    rows = []
    for i, (a, m1, c, m2) in enumerate(events):
        rows += [
            (f"S{i}", "intervention", 30, 30 + m1, {"n_events": a}),
            (f"S{i}", "control", 30, 30 + m2, {"n_events": c}),
        ]
    result = tipping(with_missing(rows, measure=measure, model=model))
    for point in result.tipping_points:
        if point.size and point.size > 1:
            assert is_an_edge(result, point)


def test_where_tau2_jumps_the_answer_does(with_missing):
    """REML has two maxima here: at 182 times the odds the lower one, at tau2 = 0, stops being the higher."""
    rows = []
    for i, (a, m1, c, m2) in enumerate([(1, 3, 1, 1), (2, 1, 8, 1), (2, 2, 11, 1)]):
        rows += [
            (f"S{i}", "intervention", 30, 30 + m1, {"n_events": a}),
            (f"S{i}", "control", 30, 30 + m2, {"n_events": c}),
        ]
    result = tipping(with_missing(rows, measure="RR"))
    point = at(result.tipping_points, "intervention better", NO_EFFECT)
    sides = result.incomplete.pooled(fixed(math.log(point.size) + np.array([-1e-6, 1e-6]), np.zeros(2)))
    assert sides.tau2 == pytest.approx([0, 0.0486], abs=1e-4)
    assert is_an_edge(result, point)


def test_a_choice_of_scale_that_ends_at_both_means_leaves_no_assumption(with_missing):
    inputs, effect, _ = with_missing(OH)
    closed = Incomplete(tuple(inputs), effect, MissingChoice(lowest=-6.48, highest=-3.10))
    points = Tipping(closed, "higher").tipping_points
    assert at(points, "intervention better", NO_EFFECT).size is None
    assert at(points, "intervention better", NO_EFFECT).furthest == pytest.approx(0)
