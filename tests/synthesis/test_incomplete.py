"""An analysis pooled again under what is assumed of its missing is the analysis itself when nothing is assumed."""

import math

import numpy as np
import pytest

from synthesis.incomplete import CROSS_OVER, MORE_THAN_STARTED, NOT_TOLD, Incomplete, arms_of, fixed

MEANS = [
    ("A", "intervention", 31, 33, {"mean": -3.1, "sd": 3.51}),
    ("A", "control", 25, 31, {"mean": -6.48, "sd": 4.53}),
    ("B", "intervention", 95, 100, {"mean": -5.5, "sd": 6.0}),
    ("B", "control", 94, 96, {"mean": -5.9, "sd": 6.5}),
    ("C", "intervention", 20, 20, {"mean": -5.5, "sd": 6.0}),
    ("C", "control", 30, None, {"mean": -6.9, "sd": 6.5}),
]
EVENTS = [
    ("A", "intervention", 95, 100, {"n_events": 10}),
    ("A", "control", 92, 98, {"n_events": 4}),
    ("B", "intervention", 20, 25, {"n_events": 0}),
    ("B", "control", 22, 22, {"n_events": 3}),
    ("C", "intervention", 20, 20, {"n_events": 4}),
    ("C", "control", 22, 25, {"n_events": 0}),
    ("D", "intervention", 12, 15, {"n_events": 12}),
    ("D", "control", 14, 15, {"n_events": 14}),
]
WAYS = [
    (measure, model, interval, convention)
    for convention in ("revman5", "revman2025")
    for measure, models in {
        "MD": ("REML", "DL", "common"),
        "SMD": ("REML", "DL", "common"),
        "ROM": ("REML", "common"),
        "RR": ("REML", "DL", "common", "mh"),
        "OR": ("REML", "DL", "common", "mh", "peto"),
        "RD": ("REML", "DL", "common", "mh"),
        "PETO": ("REML", "common", "peto"),
    }.items()
    for model in models
    for interval in (("wald", "hksj") if model in {"REML", "DL"} else ("wald",))
]
NOTHING = fixed(np.zeros(1), np.zeros(1))


def incomplete(found):
    inputs, effect, protocol = found
    known = tuple(item for item in inputs if item.yi is not None)
    choice = protocol.supplements.missing.get("o")
    return Incomplete(known, effect, choice) if choice else Incomplete(known, effect)


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_the_missing_like_those_observed_leave_every_analysis_as_it_is(with_missing, way):
    measure, model, interval, convention = way
    rows = MEANS if measure in {"MD", "SMD", "ROM"} else EVENTS
    found = with_missing(rows, measure=measure, model=model, interval=interval, convention=convention)
    pooled = incomplete(found).pooled(NOTHING)
    effect = found[1]
    assert effect.k >= 3
    assert pooled.estimate[0] == pytest.approx(effect.yi, rel=1e-11)
    assert pooled.se[0] == pytest.approx(effect.se, rel=1e-11)


@pytest.mark.parametrize("way", [way for way in WAYS if way[0] not in {"ROM", "PETO"}], ids=" ".join)
def test_what_is_assumed_where_nobody_is_missing_changes_nothing(with_missing, way):
    measure, model, interval, convention = way
    rows = [(s, role, n, n, told) for s, role, n, _, told in (MEANS if measure in {"MD", "SMD"} else EVENTS)]
    found = with_missing(rows, measure=measure, model=model, interval=interval, convention=convention)
    pooled = incomplete(found).pooled(fixed(np.array([3.0]), np.array([-2.0])))
    assert pooled.estimate[0] == pytest.approx(found[1].yi, rel=1e-12)


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("model", ["mh", "common", "REML"])
def test_infinite_odds_ratios_are_the_counts_of_all_and_none_of_the_missing(with_missing, measure, model):
    """The worst case for the intervention, counted by hand: its missing have the event, those of the control have not."""
    rows = [("A", "intervention", 95, 100, {"n_events": 10}), ("A", "control", 92, 98, {"n_events": 4}),
            ("B", "intervention", 40, 47, {"n_events": 5}), ("B", "control", 50, 52, {"n_events": 7})]  # fmt: skip
    counted = [
        (s, role, whole, whole, {"n_events": told["n_events"] + (whole - n if role == "intervention" else 0)})
        for s, role, n, whole, told in rows
    ]
    pooled = incomplete(with_missing(rows, measure=measure, model=model)).pooled(
        fixed(np.array([math.inf]), np.array([-math.inf]))
    )
    wanted = with_missing(counted, measure=measure, model=model)[1]
    assert pooled.estimate[0] == pytest.approx(wanted.yi, rel=1e-11)
    assert pooled.se[0] == pytest.approx(wanted.se, rel=1e-11)


def test_arms_that_share_and_cluster_are_divided_as_the_analysis_divides_them(with_missing):
    design = {"design_effect": 1.5}
    rows = [
        ("A", "intervention", 60, 75, {"mean": 2.0, "sd": 4.0, **design}),
        ("A", "control", 80, 100, {"mean": 1.0, "sd": 5.0, **design, "shared_by": 2}),
    ]
    found = with_missing(rows)
    at_random = incomplete(found).pooled(NOTHING)
    assert at_random.se[0] == pytest.approx(found[1].se, rel=1e-12)
    worse = incomplete(found).pooled(fixed(np.zeros(1), np.array([-5.0])))
    assert worse.estimate[0] - at_random.estimate[0] == pytest.approx(0.2 * 5)
    more = 25 * 0.2 * 0.8 / (100 / 1.5 / 2)
    assert worse.se[0] ** 2 - at_random.se[0] ** 2 == pytest.approx(more)


def test_nobody_is_assumed_beyond_the_end_of_the_scale(with_missing):
    found = with_missing(MEANS[:2], missing={"lowest": -10, "highest": 0})
    within = incomplete(found)
    far, end = (within.pooled(fixed(np.array([at]), np.zeros(1))).estimate[0] for at in (-1000.0, -10 + 3.1))
    assert far == pytest.approx(end)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"n_randomised": None}, NOT_TOLD),
        ({"n_randomised": None, "n_started": 20}, MORE_THAN_STARTED),
        ({"correlation": 0.5}, CROSS_OVER),
    ],
)
def test_missing_that_cannot_be_counted_are_said_and_not_made_up(with_missing, changes, why):
    rows = [
        ("A", role, 25, changes.get("n_randomised", 30), {"mean": mean, "sd": 3.0} | changes)
        for role, mean in (("intervention", 1.0), ("control", 0.0))
    ]
    rows = [
        (s, role, n, whole, {k: v for k, v in told.items() if k != "n_randomised"}) for s, role, n, whole, told in rows
    ]
    inputs, _, _ = with_missing(rows)
    assert [(arm.n_missing, arm.reason) for arm in arms_of(inputs)] == [(None, why)] * 2


def test_those_who_started_stand_for_those_who_were_randomised(with_missing):
    rows = [("A", role, 25, None, {"mean": 1.0, "sd": 3.0, "n_started": 28}) for role in ("intervention", "control")]
    inputs, _, _ = with_missing(rows)
    assert [arm.n_missing for arm in arms_of(inputs)] == [3, 3]


def test_several_arms_of_one_role_are_one_and_not_known_if_one_is_not(with_missing):
    arms = [
        ("A", "intervention", 10, 12, {"mean": 1.0, "sd": 3.0}),
        ("A", "intervention", 10, 11, {"mean": 1.0, "sd": 3.0}),
        ("A", "control", 20, 25, {"mean": 1.0, "sd": 3.0}),
    ]
    assert [arm.n_missing for arm in arms_of(with_missing(arms)[0])] == [3, 5]
    arms[1] = ("A", "intervention", 10, None, {"mean": 1.0, "sd": 3.0})
    assert {arm.reason for arm in arms_of(with_missing(arms)[0])} == {NOT_TOLD}
