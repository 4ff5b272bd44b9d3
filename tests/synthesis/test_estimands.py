"""Ways to ask about those who died or left: each has a number, or says what it lacks."""

import numpy as np
import pytest

from models.missing_choice import AS_FOUND
from models.vocabulary import ArmRole
from synthesis.estimands import estimands_of, log_win_odds
from synthesis.incomplete import Incomplete, Side

PRIOR = {"intervention": -5, "control": -5, "sd_intervention": 2, "sd_control": 2}


def oh(died=(1, 3)):
    return [
        ("Oh 2018", "intervention", 31, 33, {"mean": -3.10, "sd": 3.51, "n_died": died[0]}),
        ("Oh 2018", "control", 25, 31, {"mean": -6.48, "sd": 4.53, "n_died": died[1]}),
    ]


def answers(found):
    inputs, effect, protocol = found
    incomplete = Incomplete(tuple(inputs), effect, protocol.supplements.missing.get("o", AS_FOUND))
    return {item.strategy: item for item in estimands_of(incomplete, protocol.outcome("o").direction)}


def test_every_strategy_of_means_that_has_its_numbers_is_computed(with_missing):
    found = answers(with_missing(oh(), missing={"lowest": -48, "highest": 48, "prior": PRIOR}))
    assert list(found) == [
        "while alive", "hypothetical", "hypothetical, as expected", "composite", "worst rank", "treatment policy",
    ]  # fmt: skip
    assert found["while alive"].estimate == pytest.approx(3.38)
    assert found["hypothetical"].estimate == pytest.approx(3.38)
    assert found["hypothetical, as expected"].estimate == pytest.approx(4.04471163245356794)
    assert found["hypothetical, as expected"].ci_low == pytest.approx(1.5819764269211628)
    by_hand = -3.10 + 1 / 33 * (-48 + 3.10) - (-6.48 + 3 / 31 * (-48 + 6.48))
    assert found["composite"].estimate == pytest.approx(by_hand)
    assert found["worst rank"].measure == "win odds"
    assert found["worst rank"].estimate > 1
    assert found["treatment policy"].estimate is None


@pytest.mark.parametrize(
    ("died", "choices", "strategy", "lacks"),
    [
        ((None, 3), {"missing": {"lowest": -48, "highest": 48}}, "composite", "enter n_died"),
        ((1, 3), {}, "composite", "give death_value"),
        (
            (1, 3),
            {"direction": "unknown", "missing": {"lowest": -48, "highest": 48}},
            "composite",
            "which way is better",
        ),
        ((1, None), {}, "worst rank", "Oh 2018"),
        ((1, 3), {"direction": "unknown"}, "worst rank", "which way is better"),
        ((1, 3), {}, "hypothetical, as expected", "prior"),
    ],
)
def test_a_strategy_without_its_numbers_says_what_it_lacks(with_missing, died, choices, strategy, lacks):
    found = answers(with_missing(oh(died), **choices))[strategy]
    assert found.estimate is None
    assert lacks in found.reason


def test_a_study_whose_missing_are_not_known_is_named(with_missing):
    rows = [
        *oh(),
        ("Lee", "intervention", 20, None, {"mean": 1.0, "sd": 2.0}),
        ("Lee", "control", 20, 22, {"mean": 1.0, "sd": 2.0}),
    ]
    found = answers(with_missing(rows))
    assert found["hypothetical"].reason == "the missing are not known of Lee"
    assert found["while alive"].estimate is not None


@pytest.mark.parametrize(("direction", "bad"), [("lower", 1), ("higher", 0)])
def test_worst_and_best_case_of_events_are_counts(with_missing, direction, bad):
    rows = [("A", "intervention", 95, 100, {"n_events": 10}), ("A", "control", 92, 98, {"n_events": 4})]
    found = answers(with_missing(rows, measure="RR", model="mh", direction=direction))
    good = 1 - bad
    ratio = {
        "composite": ((10 + 5 * bad) / 100, (4 + 6 * bad) / 98),
        "worst case": ((10 + 5 * bad) / 100, (4 + 6 * good) / 98),
        "best case": ((10 + 5 * good) / 100, (4 + 6 * bad) / 98),
        "as observed": (10 / 95, 4 / 92),
    }
    for strategy, (one, two) in ratio.items():
        assert found[strategy].estimate == pytest.approx(one / two), strategy


def test_mantel_haenszel_has_no_place_for_a_correlation(with_missing):
    rows = [("A", "intervention", 95, 100, {"n_events": 10}), ("A", "control", 92, 98, {"n_events": 4})]
    prior = {"prior": {"intervention": 0.7, "control": 0.7, "sd_intervention": 1, "sd_control": 1, "correlation": 0.5}}
    assert (
        "no place"
        in answers(with_missing(rows, measure="RR", model="mh", missing=prior))["hypothetical, as expected"].reason
    )
    assert answers(with_missing(rows, measure="RR", missing=prior))["hypothetical, as expected"].estimate is not None


def test_win_odds_are_those_of_people_drawn():
    """Every pair of 3,000 drawn trials of 60 and 50 people, of whom some die: the mean, and the spread between trials."""
    rng = np.random.default_rng(12)
    n, dead, mean, sd = (60, 50), (0.1, 0.25), (-3.1, -6.5), (3.5, 4.5)
    logs = []
    for _ in range(3000):
        values = [
            np.where(rng.random(size) < share, -np.inf, rng.normal(m, s, size))
            for size, share, m, s in zip(n, dead, mean, sd, strict=True)
        ]
        pairs = np.sign(np.subtract.outer(np.nan_to_num(values[0], neginf=-1e9), np.nan_to_num(values[1], neginf=-1e9)))
        wins = (pairs.mean() + 1) / 2
        logs.append(np.log(wins / (1 - wins)))
    sides = [
        Side(
            role,
            np.array([size * (1 - share)]),
            np.array([float(size)]),
            np.array([m]),
            np.array([s]),
            np.array([np.nan]),
        )
        for role, size, share, m, s in zip(ArmRole, n, dead, mean, sd, strict=True)
    ]
    yi, vi = log_win_odds((sides[0], sides[1]), (np.array([dead[0]]), np.array([dead[1]])), 1.0)
    assert np.mean(logs) == pytest.approx(float(yi[0]), abs=0.03)
    assert np.std(logs) == pytest.approx(float(np.sqrt(vi[0])), rel=0.06)
