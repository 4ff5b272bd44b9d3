"""One odds ratio with exact limits: R's fisher.test for one table, whole-number counts for several."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.contingency import odds_ratio

from models.vocabulary import Model
from synthesis.exact_odds_ratio import exact_odds_ratio
from synthesis.glmm import glmm
from synthesis.score_roots import NotEstimable
from synthesis.sparse_tables import SparseTables


def tables(*rows):
    return SparseTables.of(*np.array(rows).T)


row = st.tuples(st.integers(0, 6), st.integers(8, 40), st.integers(0, 6), st.integers(8, 40))
several = st.lists(row, min_size=1, max_size=4).filter(lambda rows: any(a + c for a, _, c, _ in rows))


@pytest.mark.parametrize(("a", "n1", "c", "n2"), [(2, 12, 15, 17), (0, 20, 3, 22), (5, 9, 5, 9), (1, 50, 8, 48)])
def test_one_table_is_scipys_conditional_odds_ratio(a, n1, c, n2):
    found = exact_odds_ratio(tables((a, n1, c, n2)))
    other = odds_ratio([[a, n1 - a], [c, n2 - c]], kind="conditional")
    limits = other.confidence_interval(0.95)
    assert (0.0 if found.estimate is None else np.exp(found.estimate)) == pytest.approx(other.statistic, rel=1e-6)
    assert (0.0 if found.ci_low is None else np.exp(found.ci_low)) == pytest.approx(limits.low, rel=1e-6)
    assert np.exp(found.ci_high) == pytest.approx(limits.high, rel=1e-6)


def test_convictions_has_the_limits_that_r_prints():
    """fisher.test(Convictions) of R's manual: 0.04693661 (0.003325764 to 0.363182271)."""
    found = exact_odds_ratio(tables((2, 17, 10, 13)))
    printed = [0.04693661, 0.003325764, 0.363182271]
    assert np.exp([found.estimate, found.ci_low, found.ci_high]) == pytest.approx(
        printed, abs=2e-5
    )  # R's uniroot stops at 1e-4


@settings(max_examples=40, deadline=None)
@given(several)
def test_limits_hold_the_estimate_and_leave_a_fortieth_to_each_side(rows):
    try:
        found = exact_odds_ratio(tables(*rows))
    except NotEstimable:
        return
    ways = [1]
    for a, n1, c, n2 in rows:
        events = a + c
        if 0 < events < n1 + n2:
            own = [comb(n1, s) * comb(n2, events - s) for s in range(max(0, events - n2), min(events, n1) + 1)]
            ways = np.convolve(np.array(ways, dtype=object), np.array(own, dtype=object)).tolist()
    kept = [r for r in rows if 0 < r[0] + r[2] < r[1] + r[3]]
    place = sum(a - max(0, a + c - n2) for a, _, c, n2 in kept)

    def share(theta, places):
        terms = [float(way) * np.exp(theta * (i - place)) for i, way in enumerate(ways)]
        return sum(terms[i] for i in places) / sum(terms)

    if found.ci_low is not None:
        assert share(found.ci_low, range(place, len(ways))) == pytest.approx(0.025, rel=1e-8)
        assert found.estimate is None or found.ci_low <= found.estimate
    if found.ci_high is not None:
        assert share(found.ci_high, range(place + 1)) == pytest.approx(0.025, rel=1e-8)
        assert found.estimate is None or found.estimate <= found.ci_high
    assert found.ci_low is not None or found.ci_high is not None


@settings(max_examples=25, deadline=None)
@given(several)
def test_the_estimate_is_that_of_the_conditional_common_effect_model(rows):
    counts = tables(*rows)
    try:
        fit = glmm(counts, Model.GLMM_CM_EL_EE)
    except NotEstimable:
        return
    found = exact_odds_ratio(counts)
    assert (found.estimate, found.se) == pytest.approx((fit.estimate, fit.se), rel=1e-8, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(several)
def test_mid_p_limits_lie_within_exact_ones(rows):
    try:
        exact, mid = (exact_odds_ratio(tables(*rows), is_mid_p=is_mid) for is_mid in (False, True))
    except NotEstimable:
        return
    assert exact.ci_low is None or exact.ci_low < mid.ci_low
    assert exact.ci_high is None or mid.ci_high < exact.ci_high
    assert mid.p_value <= exact.p_value


def test_shares_of_people_have_no_exact_probability():
    with pytest.raises(NotEstimable, match="whole people"):
        exact_odds_ratio(tables((1.5, 20, 3, 22)))
