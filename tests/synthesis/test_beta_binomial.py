"""Beta-binomial risks: scipy's distribution as another likelihood, and studies without events count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import betabinom

from models.vocabulary import Measure
from synthesis.beta_binomial import beta_binomial
from synthesis.score_roots import NotEstimable
from synthesis.sparse_tables import SparseTables

ROWS = [(3, 117, 9, 120), (0, 35, 3, 44), (16, 157, 30, 163), (1, 58, 0, 64), (0, 50, 0, 52)]


def tables(*rows):
    return SparseTables.of(*np.array(rows).T)


rows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(8, 40), st.integers(0, 6), st.integers(8, 40)), min_size=2, max_size=5
).filter(lambda found: sum(a for a, *_ in found) and sum(c for _, _, c, _ in found))


def test_another_likelihood_and_another_search_come_to_the_same():
    a, n1, c, n2 = np.array(ROWS).T

    def loss(x):
        risk_1, risk_2, rho = 1 / (1 + np.exp(-x))
        size = (1 - rho) / rho
        return -sum(
            betabinom.logpmf(y, n, risk * size, (1 - risk) * size).sum()
            for y, n, risk in ((a, n1, risk_1), (c, n2, risk_2))
        )

    other = minimize(
        loss, [-3, -2, -3], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 9999}
    )
    found = beta_binomial(tables(*ROWS), Measure.RR)
    assert found.log_likelihood == pytest.approx(-other.fun, abs=1e-9)
    assert (found.risk_1, found.risk_2, found.rho) == pytest.approx(1 / (1 + np.exp(-other.x)), rel=1e-5)
    h = 1e-4
    steps = np.eye(3) * h
    hessian = [
        [
            (loss(other.x + u + v) - loss(other.x + u - v) - loss(other.x - u + v) + loss(other.x - u - v))
            / (4 * h * h)
            for v in steps
        ]
        for u in steps
    ]
    gradient = np.array([1 - found.risk_1, -(1 - found.risk_2), 0.0])
    assert found.se == pytest.approx(np.sqrt(gradient @ np.linalg.inv(hessian) @ gradient), rel=1e-4)


def test_a_study_without_any_event_counts():
    without, with_it = (beta_binomial(tables(*part), Measure.RD) for part in (ROWS[:4], ROWS))
    assert (without.k, with_it.k) == (4, 5)
    assert with_it.risk_1 < without.risk_1
    assert abs(with_it.estimate) < abs(without.estimate)


@settings(max_examples=10, deadline=None)
@given(rows, st.sampled_from([Measure.RR, Measure.OR, Measure.RD]))
def test_exchanging_arms_turns_every_measure_round_and_order_does_not_matter(found, measure):
    counts = tables(*found)
    turned = tables(*[(c, n2, a, n1) for a, n1, c, n2 in reversed(found)])
    one, two = beta_binomial(counts, measure), beta_binomial(turned, measure)
    assert (two.estimate, two.se, two.rho) == pytest.approx((-one.estimate, one.se, one.rho), rel=1e-6, abs=1e-7)


@settings(max_examples=10, deadline=None)
@given(rows)
def test_counting_people_without_the_event_turns_odds_ratio_and_difference_round(found):
    others = tables(*[(n1 - a, n1, n2 - c, n2) for a, n1, c, n2 in found])
    for measure in (Measure.OR, Measure.RD):
        one, two = beta_binomial(tables(*found), measure), beta_binomial(others, measure)
        assert two.estimate == pytest.approx(-one.estimate, rel=1e-6, abs=1e-8)


def test_studies_that_vary_less_than_chance_have_no_correlation_and_pooled_risks():
    found = beta_binomial(tables((2, 40, 4, 40), (4, 80, 8, 80)), Measure.RD)
    assert found.rho == 0
    assert (found.risk_1, found.risk_2) == pytest.approx((6 / 120, 12 / 120), rel=1e-12)
    assert found.se == pytest.approx(np.sqrt(0.05 * 0.95 / 120 + 0.1 * 0.9 / 120), rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "said"),
    [([(0, 20, 3, 22), (0, 9, 1, 8)], "mean risk of 0 or 1"), ([(1.5, 20, 3, 22), (2, 9, 1, 8)], "whole people")],
)
def test_what_has_no_estimate_is_said(rows, said):
    with pytest.raises(NotEstimable, match=said):
        beta_binomial(tables(*rows), Measure.RR)
