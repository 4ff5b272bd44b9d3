"""Henmi-Copas, Kenward-Roger and profile likelihood: their authors' figures, and what must hold of any studies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from models.vocabulary import Interval, Model
from synthesis.between_study import estimate_tau2
from synthesis.further_limits import check_model
from synthesis.henmi_copas import henmi_copas
from synthesis.inverse_variance import pool_sets
from synthesis.kenward_roger import kenward_roger
from synthesis.profile_likelihood import profile_likelihood, profile_limits_of_tau2
from synthesis.score_roots import NotEstimable
from synthesis.study_sets import StudySets

LEE = """18 100 20 100|5 50 18 50|9 20 7 20|32 135 31 139|9 23 10 23|11 18 12 18|69 122 80 122|3 25 12 25|1 30 1 30
11 30 19 30|7 44 16 39|4 47 6 47|1 30 13 30|24 40 71 80|16 50 53 88|28 110 25 111"""
"""dat.lee2004: nausea with and without stimulation of an acupuncture point."""

METHODS = {"henmi-copas": henmi_copas, "kenward-roger": kenward_roger, "profile": profile_likelihood}

studies = st.lists(
    st.tuples(st.floats(-3, 3).map(lambda x: round(x, 2)), st.floats(0.05, 2).map(lambda x: round(x, 2))),
    min_size=2,
    max_size=6,
).map(lambda rows: np.array(rows).T)


def lee():
    a, n1, c, n2 = np.array([row.split() for row in LEE.replace("\n", "|").split("|")], dtype=float).T
    b, d = n1 - a, n2 - c
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def test_henmi_and_copas_get_the_figures_of_their_paper():
    found = henmi_copas(*lee())
    assert (found.estimate, found.ci_low, found.ci_high) == pytest.approx((-0.5145, -0.9994, -0.0295), abs=5e-5)
    assert found.tau2 == pytest.approx(0.3325, abs=5e-5)


@settings(max_examples=15, deadline=None)
@given(studies, st.sampled_from(sorted(METHODS)), st.floats(-5, 5), st.floats(0.2, 5))
def test_shift_and_scale_move_estimate_and_limits_along(rows, name, shift, scale):
    yi, vi = rows
    one, two = METHODS[name](yi, vi), METHODS[name](scale * yi + shift, scale**2 * vi)
    there = [scale * value + shift for value in (one.estimate, one.ci_low, one.ci_high)]
    assert (two.estimate, two.ci_low, two.ci_high) == pytest.approx(there, rel=1e-6, abs=1e-6 * (1 + scale))
    turned = METHODS[name](-yi[::-1], vi[::-1])
    assert (turned.ci_low, turned.ci_high) == pytest.approx((-one.ci_high, -one.ci_low), rel=1e-6, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(studies, st.sampled_from(sorted(METHODS)))
def test_limits_hold_the_estimate_and_widen_with_their_level(rows, name):
    narrow, wide = (METHODS[name](*rows, level=level) for level in (0.8, 0.95))
    assert wide.ci_low <= narrow.ci_low <= narrow.estimate <= narrow.ci_high <= wide.ci_high


@settings(max_examples=15, deadline=None)
@given(studies, st.sampled_from(sorted(METHODS)))
def test_p_is_the_level_at_which_a_limit_meets_no_effect(rows, name):
    p_value = METHODS[name](*rows).p_value
    if 1e-4 < p_value < 0.999:
        limits = METHODS[name](*rows, level=1 - p_value)
        assert min(abs(limits.ci_low), abs(limits.ci_high)) < 1e-5


@settings(max_examples=15, deadline=None)
@given(studies)
def test_profile_limits_are_where_the_likelihood_has_fallen_by_half_a_chi_squared(rows):
    yi, vi = rows
    found = profile_likelihood(yi, vi)

    def best(mu):
        grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 4000)])[:, None]
        return (-0.5 * (np.log(vi + grid) + (yi - mu) ** 2 / (vi + grid)).sum(axis=1)).max()

    for limit in (found.ci_low, found.ci_high):
        assert 2 * (best(found.estimate) - best(limit)) == pytest.approx(chi2.ppf(0.95, 1), abs=1e-4)


@pytest.mark.parametrize("model", [Model.ML, Model.REML])
def test_profile_limits_of_tau2_are_where_its_likelihood_has_fallen(model):
    yi, vi = lee()
    low, high = profile_limits_of_tau2(yi, vi, model=model)
    best = float(estimate_tau2(StudySets.of(yi, vi), model)[0])

    def at(tau2):
        w = 1 / (vi + tau2)
        mean = np.average(yi, weights=w)
        restricted = np.log(w.sum()) if model is Model.REML else 0.0
        return 0.5 * (np.log(w).sum() - (w * (yi - mean) ** 2).sum() - restricted)

    assert low < best < high
    assert [2 * (at(best) - at(limit)) for limit in (low, high)] == pytest.approx([chi2.ppf(0.95, 1)] * 2, rel=1e-9)


def test_henmi_and_copas_cover_what_they_say_where_nothing_differs():
    generator = np.random.default_rng(1)
    vi = np.array([0.1, 0.2, 0.4, 0.8])
    hits = [
        abs(f.estimate) < f.ci_high - f.estimate
        for f in (henmi_copas(generator.normal(0, vi**0.5), vi) for _ in range(400))
    ]
    assert np.mean(hits) > 0.93


def test_kenward_roger_with_many_studies_comes_to_wald():
    generator = np.random.default_rng(2)
    yi, vi = generator.normal(0, 0.6, 400), np.full(400, 0.1)
    found, wald = kenward_roger(yi, vi), pool_sets(yi, vi, model=Model.REML)
    assert found.se == pytest.approx(wald.se[0], rel=1e-2)
    assert found.ci_high - found.estimate == pytest.approx(norm.ppf(0.975) * wald.se[0], rel=2e-2)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_single_study_is_refused(name):
    with pytest.raises(NotEstimable, match="two studies"):
        METHODS[name]([0.1], [0.2])


@pytest.mark.parametrize(
    ("interval", "model"),
    [(Interval.PROFILE, Model.REML), (Interval.HENMI_COPAS, Model.REML), (Interval.KENWARD_ROGER, Model.DL)],
)
def test_a_model_that_an_interval_is_not_defined_for_is_named(interval, model):
    with pytest.raises(ValueError, match=f"{interval} goes with model"):
        check_model(interval, model)
