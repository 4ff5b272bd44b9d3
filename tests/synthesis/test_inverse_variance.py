"""Properties of pooling that hold for any set of studies, and sets on which other programs fail."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from models.further_ways import CONVENTIONAL_INTERVALS
from models.vocabulary import Interval, Model
from synthesis.between_study import estimate_tau2, q_profile
from synthesis.inverse_variance import pool_sets, prediction_interval
from synthesis.study_sets import StudySets

RANDOM = (Model.DL, Model.PM, Model.REML, Model.ML, Model.EB, Model.HE, Model.SJ)
INVERSE_VARIANCE = (Model.COMMON, *RANDOM)

effects = st.floats(-5, 5).map(lambda value: round(value, 3))
variances = st.floats(0.01, 4).map(lambda value: round(value, 3))
studies = st.lists(st.tuples(effects, variances), min_size=2, max_size=8)


def pooled(rows, model, **options):
    yi, vi = zip(*rows, strict=True)
    return pool_sets(yi, vi, model=model, **options)


@given(studies, st.floats(-100, 100), st.sampled_from(INVERSE_VARIANCE), st.sampled_from([Interval.WALD]))
@settings(max_examples=60, deadline=None)
def test_shifting_all_effects_shifts_the_estimate_and_nothing_else(rows, shift, model, interval):
    before = pooled(rows, model, interval=interval)
    after = pooled([(y + shift, v) for y, v in rows], model, interval=interval)
    assert_allclose(after.estimate, before.estimate + shift, rtol=0, atol=1e-6)
    for name in ("se", "q", "i2_pct"):
        assert_allclose(getattr(after, name), getattr(before, name), rtol=1e-6, atol=1e-5)


@given(studies, st.floats(0.001, 1000), st.sampled_from(INVERSE_VARIANCE))
@settings(max_examples=60, deadline=None)
def test_a_change_of_unit_changes_the_unit_of_every_number(rows, unit, model):
    before, after = pooled(rows, model), pooled([(unit * y, unit**2 * v) for y, v in rows], model)
    assert_allclose(after.estimate, unit * before.estimate, rtol=1e-6, atol=1e-9 * unit)
    assert_allclose(after.se, unit * before.se, rtol=1e-6)
    assert_allclose(after.tau2, unit**2 * before.tau2, rtol=1e-6, atol=1e-9 * unit**2)
    assert_allclose(after.tau2_high, unit**2 * before.tau2_high, rtol=1e-6, atol=1e-9 * unit**2)
    assert_allclose(after.i2_pct, before.i2_pct, rtol=1e-6, atol=1e-6)


@given(studies, st.randoms(), st.sampled_from(INVERSE_VARIANCE))
@settings(max_examples=60, deadline=None)
def test_the_order_of_studies_does_not_matter(rows, random, model):
    shuffled = list(rows)
    random.shuffle(shuffled)
    before, after = pooled(rows, model), pooled(shuffled, model)
    for name in ("estimate", "se", "tau2", "tau2_high", "q"):
        assert_allclose(getattr(after, name), getattr(before, name), rtol=1e-8, atol=1e-9)


@given(effects, variances, st.sampled_from(INVERSE_VARIANCE), st.sampled_from(CONVENTIONAL_INTERVALS))
@settings(deadline=None)
def test_a_single_study_is_returned_as_it_is(y, v, model, interval):
    if model is Model.COMMON:
        interval = Interval.WALD
    one = pooled([(y, v)], model, interval=interval)
    assert (one.estimate[0], one.tau2[0], one.q[0], one.q_p[0], one.i2_pct[0]) == (y, 0, 0, 1, 0)
    assert one.se[0] == pytest.approx(math.sqrt(v), rel=1e-15)
    assert one.ci_high[0] - y == pytest.approx(1.959963984540054 * math.sqrt(v))
    assert np.isnan([one.tau2_low[0], one.tau2_high[0]]).all()


@given(studies, st.sampled_from(RANDOM), st.sampled_from(CONVENTIONAL_INTERVALS))
@settings(max_examples=60, deadline=None)
def test_intervals_widen_with_their_level_and_truncation_never_narrows(rows, model, interval):
    at_90, at_99 = (pooled(rows, model, interval=interval, level=level) for level in (0.90, 0.99))
    assert at_99.ci_low <= at_90.ci_low <= at_90.estimate <= at_90.ci_high <= at_99.ci_high
    assert at_99.tau2_low <= at_90.tau2_low <= at_90.tau2_high <= at_99.tau2_high
    wald, plain, truncated = (pooled(rows, model, interval=choice).se[0] for choice in CONVENTIONAL_INTERVALS)
    assert truncated >= max(wald, plain) * (1 - 1e-12)


@given(studies)
@settings(deadline=None)
def test_every_study_twice_halves_the_variance_under_a_common_effect(rows):
    once, twice = pooled(rows, Model.COMMON), pooled([*rows, *rows], Model.COMMON)
    assert_allclose(twice.estimate, once.estimate, atol=1e-12)
    assert_allclose(twice.se**2, once.se**2 / 2, rtol=1e-12)


@given(studies)
@settings(max_examples=40, deadline=None)
def test_many_sets_at_once_are_the_same_as_one_by_one_padding_included(rows):
    width = max(len(rows), 5)
    other = [(0.3, 0.2), (0.1, 0.5)]
    yi, vi, mask = np.full((3, width), np.nan), np.full((3, width), np.nan), np.zeros((3, width), dtype=bool)
    for row, values in enumerate([rows, other]):
        yi[row, : len(values)], vi[row, : len(values)] = zip(*values, strict=True)
        mask[row, : len(values)] = True
    together = pool_sets(yi, vi, model=Model.REML, interval=Interval.HKSJ, mask=mask)
    for row, values in enumerate([rows, other]):
        alone = pooled(values, Model.REML, interval=Interval.HKSJ)
        for name in ("k", "estimate", "se", "ci_low", "tau2", "tau2_low", "tau2_high", "q", "q_p", "i2_pct", "h2"):
            assert_allclose(getattr(together, name)[row], getattr(alone, name)[0], rtol=1e-9, atol=1e-10)
    assert together.k[2] == 0
    assert np.isnan(together.estimate[2])


def log_likelihood(yi, vi, tau2):
    """Restricted, from the formula: Viechtbauer (2005)."""
    w = 1 / (vi + tau2[:, None])
    mean = (w * yi).sum(axis=1) / w.sum(axis=1)
    q = (w * (yi - mean[:, None]) ** 2).sum(axis=1)
    return 0.5 * (np.log(w).sum(axis=1) - np.log(w.sum(axis=1)) - q)


def hard_sets(n=10_000, k=10):
    """Ordinary sets, and a tenth each with ties, one huge study, and variances from 1e-8 to 1e8."""
    rng = np.random.default_rng(20261120)
    vi = rng.uniform(0.01, 0.5, (n, k))
    yi = rng.normal(0, np.sqrt(vi + rng.choice([0, 0.02, 0.3], (n, 1))))
    tenth = n // 10
    yi[:tenth] = yi[:tenth, :1]
    yi[tenth : 2 * tenth, 1:] = yi[tenth : 2 * tenth, 1:2]
    vi[2 * tenth : 3 * tenth, 0] = 1e-8
    vi[3 * tenth : 5 * tenth] = 10 ** rng.uniform(-8, 8, (2 * tenth, k))
    yi[4 * tenth : 5 * tenth] *= 10 ** rng.uniform(-4, 4, (tenth, 1))
    vi[5 * tenth : 6 * tenth] = vi[5 * tenth : 6 * tenth, :1]
    return yi, vi


@pytest.mark.parametrize("model", RANDOM)
def test_nothing_fails_to_converge_on_ten_thousand_sets(model):
    yi, vi = hard_sets()
    result = pool_sets(yi, vi, model=model, interval=Interval.HKSJ)
    for name in ("estimate", "se", "ci_low", "ci_high", "tau2", "tau2_low", "tau2_high", "q", "i2_pct", "p_value"):
        assert np.isfinite(getattr(result, name)).all(), name
    assert (result.tau2 >= 0).all()
    assert (result.tau2_low <= result.tau2_high).all()
    assert (result.tau2[:1000] == 0).all()


def test_reml_finds_the_highest_point_of_the_likelihood_everywhere():
    yi, vi = hard_sets(2_000)
    tau2 = estimate_tau2(StudySets.of(yi, vi), Model.REML)
    best = log_likelihood(yi, vi, tau2)
    for factor in 10 ** np.linspace(-12, 12, 481):
        there = log_likelihood(yi, vi, vi.min(axis=1) * factor)
        assert (there <= best + 1e-7 * (1 + np.abs(best))).all()


@pytest.mark.parametrize(
    ("yi", "vi", "is_first"),
    [
        ([0.252, 0.038, -0.002, -3.484, -20.469], [0.00416, 0.00018, 0.00013, 7.57917, 29.95942], True),
        ([0.001, -0.173, 13.945], [0.00016, 0.00121, 4.34382], False),
    ],
)
def test_of_two_local_maxima_the_higher_one_is_taken(yi, vi, is_first):
    grid = 10 ** np.linspace(-8, 4, 6001)
    values = log_likelihood(np.tile(yi, (6001, 1)), np.tile(vi, (6001, 1)), grid)
    peaks = [grid[i] for i in range(1, 6000) if values[i - 1] < values[i] > values[i + 1]]
    assert len(peaks) == 2
    (tau2,) = estimate_tau2(StudySets.of(yi, vi), Model.REML)
    assert tau2 == pytest.approx(peaks[0] if is_first else peaks[1], rel=0.01)


def test_digits_survive_weights_that_are_sixteen_powers_of_ten_apart():
    yi, vi = [0.1234567, 2.5, -1.75, 3.25], [1e-8, 1e8, 3e7, 2e6]
    with mpmath.workdps(60):
        y, w = [mpmath.mpf(value) for value in yi], [1 / mpmath.mpf(value) for value in vi]
        mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
        q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    ours = pool_sets(yi, vi, model=Model.COMMON)
    assert ours.q[0] == pytest.approx(float(q), rel=1e-12)
    assert ours.estimate[0] == pytest.approx(float(mean), rel=1e-15)


def test_q_profile_is_empty_at_0_when_studies_agree_too_well():
    low, high = q_profile(StudySets.of([0.2] * 5, [0.1] * 5), 0.95)
    assert (low[0], high[0]) == (0, 0)


def test_q_profile_limits_put_generalised_q_on_the_quantiles_of_chi_squared():
    yi, vi = np.array([0.1, 1.9, -1.2, 0.8, 2.2]), np.array([0.1, 0.2, 0.15, 0.3, 0.05])
    sets = StudySets.of(yi, vi)
    low, high = q_profile(sets, 0.95)
    assert sets.moments(low).q[0] == pytest.approx(11.143286781877796, rel=1e-12)  # qchisq(.975, 4)
    assert sets.moments(high).q[0] == pytest.approx(0.48441855708792981, rel=1e-12)  # qchisq(.025, 4)


def test_hksj_of_equal_effects_has_no_width_and_p_tells_which():
    none, some = (pool_sets([y, y, y], [0.1, 0.2, 0.3], model=Model.DL, interval=Interval.HKSJ) for y in (0.0, 0.4))
    assert (none.se[0], none.p_value[0], some.se[0], some.p_value[0]) == (0, 1, 0, 0)


def test_prediction_interval_needs_a_degree_of_freedom():
    two = pool_sets([0.1, 0.9], [0.1, 0.1], model=Model.DL)
    assert np.isnan(prediction_interval(two, 0)[0][0])
    assert np.isfinite(prediction_interval(two, 1)[0][0])


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([0.1, 0.2], [0.1, 0.0], "set 1, study 2: yi = 0.2, vi = 0.0"),
        ([0.1, float("nan")], [0.1, 0.1], "set 1, study 2: yi = nan"),
        ([[0.1], [0.2]], [[0.1], [-1.0]], "set 2, study 1"),
        ([0.1, 0.2], [0.1], "differ in shape"),
    ],
)
def test_bad_studies_are_named(yi, vi, message):
    with pytest.raises(ValueError, match=message):
        pool_sets(yi, vi, model=Model.DL)


def test_sets_without_studies_and_no_sets_at_all_are_answered():
    for shape in ((2, 0), (0, 3), (0, 0)):
        result = pool_sets(np.empty(shape), np.empty(shape), model=Model.REML)
        assert result.k.tolist() == [0] * shape[0]
        assert np.isnan(result.estimate).all()


def test_tables_models_are_refused_without_tables():
    with pytest.raises(ValueError, match="mh needs 2 x 2 tables"):
        pool_sets([0.1], [0.1], model=Model.MH)
