"""The posterior of a normal-normal model: its limits, its symmetries, and what becomes of one study."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.vocabulary import Model
from synthesis.bayes import posterior
from synthesis.inverse_variance import pool_sets
from synthesis.priors import FLAT, HalfCauchy, HalfNormal, LogNormal, LogT, MuPrior, prior_named

ALS = [-0.7556675375412792, 0.2916987625423965], np.square([0.661391642811459, 0.2848458822232047])


def test_two_trials_of_a_reference_set() -> None:
    """Values of an independent double-exponential quadrature."""
    found = posterior(*ALS, tau=HalfNormal(0.5))
    assert found.mean[0] == pytest.approx(0.002953206307283407, abs=1e-10)
    assert found.sd[0] == pytest.approx(0.47147513107540945, rel=1e-9)


def test_one_study_learns_nothing_about_tau() -> None:
    prior = HalfNormal(0.5)
    found = posterior([0.4], [0.09], tau=prior)
    assert found.tau_mean[0] == pytest.approx(0.5 * math.sqrt(2 / math.pi), rel=1e-10)
    assert found.mean[0] == pytest.approx(0.4, rel=1e-12)
    assert found.median[0] == pytest.approx(0.4, rel=1e-12)
    assert found.sd[0] ** 2 == pytest.approx(0.09 + 0.25, rel=1e-10)
    assert found.bf_tau_zero[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("prior", "k", "mean", "sd"),
    [
        (HalfCauchy(0.5), 1, math.nan, math.inf),
        (HalfCauchy(0.5), 2, 0.2, math.inf),
        (LogT(-1.7, 1.3), 1, math.nan, math.inf),
        (LogT(-1.7, 1.3), 2, 0.2, math.inf),
    ],
)
def test_a_moment_that_does_not_exist_has_no_number(prior, k: int, mean: float, sd: float) -> None:
    found = posterior([0.2] * k, [0.1] * k, tau=prior)
    assert found.mean[0] == pytest.approx(mean, nan_ok=True)
    assert found.sd[0] == sd
    assert found.tau_sd[0] == math.inf
    assert math.isfinite(found.low[0]) and math.isfinite(found.high[0])


def test_a_prior_of_tau_at_nothing_gives_the_common_effect() -> None:
    yi, vi = [0.3, -0.8, 0.1, 1.4], [0.1, 0.02, 0.3, 0.2]
    common = pool_sets(yi, vi, model=Model.COMMON)
    found = posterior(yi, vi, tau=HalfNormal(1e-7))
    for ours, theirs in ((found.mean, common.estimate), (found.low, common.ci_low), (found.high, common.ci_high)):
        assert ours[0] == pytest.approx(theirs[0], rel=1e-8)


def test_many_studies_leave_little_to_a_prior() -> None:
    rng = np.random.default_rng(7)
    vi = rng.uniform(0.01, 0.2, 1000)
    yi = rng.normal(0.3, np.sqrt(vi + 0.09))
    frequentist = pool_sets(yi, vi, model=Model.REML)
    for prior in (HalfNormal(0.5), LogNormal(-2.085, 0.775)):
        found = posterior(yi, vi, tau=prior)
        assert found.median[0] == pytest.approx(frequentist.estimate[0], abs=1e-3)
        assert found.low[0] == pytest.approx(frequentist.ci_low[0], abs=1e-3)
        assert found.tau_median[0] == pytest.approx(math.sqrt(frequentist.tau2[0]), rel=0.02)


EFFECTS = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(0.01, 2)).map(lambda pair: (round(pair[0], 3), round(pair[1], 3))),
    min_size=1,
    max_size=6,
)
PRIORS = st.sampled_from(["HN(0.5)", "HC(0.5)", "LN(-2.085, 0.775)", "LT5(-1.72, 1.295)", "Exp(1)", "U(2)"])
MU_PRIORS = st.sampled_from([FLAT, MuPrior(0, 4), MuPrior(0.5, 1)])


@settings(max_examples=25, deadline=None)
@given(studies=EFFECTS, name=PRIORS, mu=MU_PRIORS, shift=st.floats(-50, 50), scale=st.floats(1e-3, 1e3))
def test_another_origin_and_another_unit_change_nothing_else(studies, name, mu, shift, scale) -> None:
    yi, vi = map(np.array, zip(*studies, strict=True))
    prior = prior_named(name)
    here = posterior(yi, vi, tau=prior, mu=mu)
    there = posterior(
        scale * (yi + shift),
        scale**2 * vi,
        tau=prior.scaled(scale),
        mu=MuPrior(scale * (mu.mean + shift), scale * mu.sd) if not mu.is_flat else mu,
    )
    unit = scale * (here.high - here.low)
    for name_of in ("median", "low", "high", "pi_low", "pi_high"):
        ours = scale * (getattr(here, name_of) + shift)
        np.testing.assert_allclose(getattr(there, name_of), ours, atol=float(unit[0]) * 1e-9, rtol=1e-9)
    np.testing.assert_allclose(there.tau_median, scale * here.tau_median, rtol=1e-8)
    np.testing.assert_allclose(there.bf_tau_zero, here.bf_tau_zero, rtol=1e-8)


@settings(max_examples=20, deadline=None)
@given(studies=EFFECTS, name=PRIORS, seed=st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(studies, name, seed) -> None:
    other = list(studies)
    seed.shuffle(other)
    here, there = (posterior(*map(np.array, zip(*of, strict=True)), tau=prior_named(name)) for of in (studies, other))
    for name_of in ("median", "low", "high", "pi_low", "tau_median", "log_marginal"):
        np.testing.assert_allclose(getattr(here, name_of), getattr(there, name_of), rtol=1e-9, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(studies=EFFECTS, name=PRIORS, levels=st.tuples(st.floats(0.5, 0.99), st.floats(0.5, 0.99)))
def test_a_higher_level_has_wider_limits(studies, name, levels) -> None:
    yi, vi = map(np.array, zip(*studies, strict=True))
    narrow, wide = (posterior(yi, vi, tau=prior_named(name), level=level) for level in sorted(levels))
    for low, high in (("low", "high"), ("pi_low", "pi_high"), ("tau_low", "tau_high")):
        assert getattr(wide, low)[0] <= getattr(narrow, low)[0] + 1e-12
        assert getattr(wide, high)[0] >= getattr(narrow, high)[0] - 1e-12
    assert narrow.pi_low[0] <= narrow.low[0] + 1e-9


@settings(max_examples=20, deadline=None)
@given(studies=EFFECTS, name=PRIORS)
def test_probabilities_and_limits_are_of_one_distribution(studies, name) -> None:
    yi, vi = map(np.array, zip(*studies, strict=True))
    found = posterior(yi, vi, tau=prior_named(name), level=0.9)
    assert found.below(found.low)[0] == pytest.approx(0.05, abs=1e-11)
    assert found.new_below(found.pi_high)[0] == pytest.approx(0.95, abs=1e-11)
    assert found.nodes.below(float(found.tau_high[0]))[0] == pytest.approx(0.95, abs=1e-9)


def test_many_sets_at_once_are_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    yi, vi = rng.normal(0, 1, (20, 6)), 10.0 ** rng.uniform(-6, 4, (20, 6))
    mask = rng.random((20, 6)) < 0.7
    mask[:, 0] = True
    together = posterior(yi, vi, tau=HalfCauchy(0.5), mask=mask)
    for i in range(20):
        alone = posterior(yi[i][mask[i]], vi[i][mask[i]], tau=HalfCauchy(0.5))
        for name in ("median", "low", "high", "pi_low", "tau_median", "log_marginal", "bf_tau_zero"):
            assert getattr(together, name)[i] == pytest.approx(getattr(alone, name)[0], rel=1e-9, abs=1e-9)
        assert np.isnan(together.studies.mean[i]).tolist() == (~mask[i]).tolist()


def test_studies_are_drawn_towards_the_mean_and_the_less_precise_more() -> None:
    found = posterior([-1.0, 0.0, 1.0], [0.5, 0.1, 0.01], tau=HalfNormal(0.5))
    drawn = found.studies.mean[0] - np.array([-1.0, 0.0, 1.0])
    assert drawn[0] > drawn[1] > 0 > drawn[2] > -drawn[1]
    assert (found.studies.low[0] < found.studies.mean[0]).all()
    assert (found.studies.mean[0] < found.studies.high[0]).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"yi": [1.0], "vi": [0.0]}, "variance above 0"),
        ({"yi": [1.0], "vi": [1.0], "level": 1.0}, "between 0 and 1"),
        ({"yi": [[1.0]], "vi": [[1.0]], "mask": [[False]]}, "set 1 has no studies"),
    ],
)
def test_what_has_no_posterior_is_refused(arguments: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        posterior(**arguments, tau=HalfNormal(1.0))
