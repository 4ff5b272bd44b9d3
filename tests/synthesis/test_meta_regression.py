"""Meta-regression, subgroups with one tau2 and permutations: metafor's figures, and what is refused."""

import sys
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.vocabulary import Model
from synthesis.inverse_variance import pool_sets
from synthesis.meta_regression import (
    Covariates,
    NoRegression,
    dummies,
    meta_regression,
    pool_groups_with_one_tau2,
)
from synthesis.mixed_effects import ESTIMATORS
from synthesis.permutation import permutation_test

ABLAT = np.array([44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33.0])
YEAR = np.array([48, 49, 60, 77, 73, 53, 73, 80, 68, 61, 74, 69, 76.0])
ALLOC = [*["random"] * 4, *["alternate"] * 2, *["random"] * 3, *["systematic"] * 4]


@pytest.fixture(scope="module")
def bcg(agreement):
    return sys.modules["recomputed"].effects("dat.bcg", "RR", "add=0.5;to=only0;drop00=TRUE")


def one(name, values):
    return Covariates((name,), np.asarray(values, dtype=float)[:, None])


def test_metafors_regression_of_the_bcg_trials_on_latitude(bcg):
    fit = meta_regression(*bcg, one("ablat", ABLAT))
    zero, slope = fit.coefficients
    assert (zero.estimate, slope.estimate) == pytest.approx((0.251468210007, -0.0291017250116), rel=1e-10)
    assert (zero.se, slope.se) == pytest.approx((0.283925283744, 0.00820141741105), rel=1e-10)
    assert (slope.p_value, fit.tau2, fit.r2_pct) == pytest.approx(
        (0.00456505154159, 0.0763479639559, 75.6266218114), rel=1e-10
    )
    assert (fit.q_residual, fit.q_model, fit.i2_pct) == pytest.approx((30.7331, 16.3571, 68.39), rel=1e-3)


def test_metafors_regression_on_allocation_and_its_subgroups_with_one_tau2(bcg):
    """rma(yi, vi, mods = ~ factor(alloc)): QM(df = 2) = 1.7675, p = 0.4132."""
    fit = meta_regression(*bcg, dummies("alloc", ALLOC), least=5)
    groups = pool_groups_with_one_tau2(*bcg, ALLOC)
    assert (groups.q_between, groups.p_between, groups.df_between) == pytest.approx((1.7675, 0.4132, 2), abs=5e-5)
    assert fit.q_model == pytest.approx(groups.q_between, rel=1e-10)
    assert fit.tau2 == pytest.approx(groups.tau2, rel=1e-10)
    assert groups.estimate[0] == pytest.approx(fit.coefficients[0].estimate, rel=1e-10)
    by_f = pool_groups_with_one_tau2(*bcg, ALLOC, is_knapp_hartung=True)
    assert by_f.p_between == pytest.approx(fit.f_p_value, rel=1e-10)


@pytest.mark.parametrize("model", ESTIMATORS)
def test_a_covariate_that_explains_nothing_leaves_the_pooled_effect(model):
    yi, vi = np.array([0.1, 0.5, -0.2, 0.8, 0.3, 0.4]), np.array([0.1, 0.05, 0.2, 0.1, 0.1, 0.3])
    twice_yi, twice_vi = np.tile(yi, 2), np.tile(vi, 2)
    fit = meta_regression(twice_yi, twice_vi, one("half", [0] * 6 + [1] * 6), model=model)
    assert fit.coefficients[1].estimate == pytest.approx(0, abs=1e-12)
    if model is Model.COMMON:
        expected = pool_sets(twice_yi, twice_vi, model=model).estimate[0]
        assert fit.coefficients[0].estimate == pytest.approx(expected, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 1)), min_size=10, max_size=14), st.sampled_from(ESTIMATORS))
def test_units_of_a_covariate_and_order_of_studies_change_no_test(rows, model):
    yi, vi = np.round(np.array(rows).T, 3)
    x = np.arange(len(yi)) ** 1.5
    first = meta_regression(yi, vi, one("x", x), model=model)
    again = meta_regression(yi[::-1], vi[::-1], one("x", (100 - 7 * x)[::-1]), model=model)
    slopes = first.coefficients[1].estimate, again.coefficients[1].estimate
    assert slopes[1] == pytest.approx(-slopes[0] / 7, rel=1e-6, abs=1e-9)
    assert again.tau2 == pytest.approx(first.tau2, rel=1e-6, abs=1e-9)
    if first.f_p_value > 1e-6:
        assert again.f_p_value == pytest.approx(first.f_p_value, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(
    ("covariates", "said"),
    [
        (lambda: one("year", YEAR[:9]), "at least 10"),
        (lambda: Covariates(("year", "ablat"), np.column_stack([YEAR, ABLAT])), "13 studies for 2 covariates.*20"),
        (lambda: one("same", [1.0] * 13), "all studies have the same same"),
        (lambda: Covariates((), np.zeros((13, 0))), "needs a covariate"),
    ],
)
def test_too_few_studies_and_covariates_that_say_nothing_are_refused(bcg, covariates, said):
    given_ = covariates()
    k = len(given_.values)
    with pytest.raises(NoRegression, match=said):
        meta_regression(bcg[0][:k], bcg[1][:k], given_)


def test_covariates_that_follow_from_each_other_are_refused(bcg):
    twice = Covariates(("a", "b"), np.column_stack([ABLAT, 3 * ABLAT + 1]))
    with pytest.raises(NoRegression, match="follows from the others"):
        meta_regression(*bcg, twice, least=5)


def test_an_exact_permutation_test_is_the_share_of_all_arrangements():
    generator = np.random.default_rng(5)
    yi, vi, x = generator.normal(0, 1, 5), np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.array([1.0, 2, 3, 4, 6])
    found = permutation_test(yi, vi, one("x", x), least=3, level=0.95)
    t = [abs(meta_regression(yi, vi, one("x", x[list(p)]), least=3).coefficients[1].t) for p in permutations(range(5))]
    assert (found.is_exact, found.n) == (True, 120)
    assert found.p_values[0] == pytest.approx(np.mean(np.array(t) >= t[0] * (1 - 1e-9)))


def test_arrangements_that_are_the_same_are_tried_once(bcg):
    words = ["random" if word == "random" else "other" for word in ALLOC]
    found = permutation_test(*bcg, dummies("alloc", words))
    assert (found.is_exact, found.n) == (True, 1716)


def test_a_sampled_permutation_test_says_the_same_each_time(bcg):
    found, again = (permutation_test(*bcg, one("ablat", ABLAT)) for _ in range(2))
    assert found == again
    assert (found.is_exact, found.n) == (False, 2000)
    assert found.p_values[0] < 0.02


def test_a_permutation_test_that_cannot_reach_its_level_is_refused():
    yi, vi = [0.1, 0.2, 0.9, 1.0], [0.1] * 4
    with pytest.raises(NoRegression, match="4 different arrangements"):
        permutation_test(yi, vi, one("x", [0, 0, 0, 1]), least=1)


def test_one_tau2_needs_two_groups_and_a_study_more_than_groups():
    with pytest.raises(NoRegression, match="2 studies in 2 groups"):
        pool_groups_with_one_tau2([0.1, 0.2], [0.1, 0.1], ["a", "b"])
