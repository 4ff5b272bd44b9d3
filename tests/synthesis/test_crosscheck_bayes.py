"""The second engine's posteriors and ours: awkward sets, every family of priors, both kinds of prior of mu."""

import math

import numpy as np
import pytest
from mpmath import mp

from synthesis.bayes import posterior
from synthesis.crosscheck_bayes import Belief, recompute_posterior
from synthesis.priors import FLAT, MuPrior, prior_named

RNG = np.random.default_rng(1)

SETS = {
    "one study": ([0.4], [0.09]),
    "two that agree": ([0.3, 0.3], [0.05, 0.4]),
    "two that do not": ([-3.0, 3.0], [0.01, 0.02]),
    "two far beyond the prior": ([0.0, 1000.0], [1e-4, 1e-4]),
    "variances from 1e-6 to 1e4": ([0.0, 1.0, 50.0, -100.0, 0.01], [1e-6, 1e-2, 1.0, 1e4, 1e-5]),
    "tiny variances": ([1e-4, 2e-4, -1e-4], [1e-8, 3e-8, 1e-8]),
    "huge variances": ([10.0, -200.0], [1e4, 4e4]),
    "two clusters": ([0.0, 0.01, 0.0, 5.0, 5.01, 4.99], [1e-4] * 6),
    "forty": (list(RNG.normal(0, 1, 40)), list(RNG.uniform(0.01, 0.5, 40))),
}

BELIEFS = {
    "HN(0.5)": Belief("HN", 0.5),
    "HC(0.5)": Belief("HC", 0.5),
    "Exp(1)": Belief("Exp", 1.0),
    "U(2)": Belief("U", 2.0),
    "LN(-2.085, 0.775)": Belief("LN", 0.775, -2.085),
    "LT5(-1.72, 1.295)": Belief("LT5", 1.295, -1.72),
}

EVERY = [(of, belief, mu) for of in SETS for belief in BELIEFS for mu in (None, (0.5, 4.0))]

TABLE = [
    pytest.param(
        of,
        belief,
        mu,
        id=f"{of}, {belief}, {'flat' if mu is None else 'normal mu'}",
        marks=() if place % 11 == 0 else pytest.mark.slow,
    )
    for place, (of, belief, mu) in enumerate(EVERY)
]


@pytest.mark.parametrize(("of", "belief", "mu"), TABLE)
def test_another_rule_of_integration_finds_the_same_posterior(of: str, belief: str, mu: tuple | None) -> None:
    yi, vi = SETS[of]
    ours = posterior(yi, vi, tau=prior_named(belief), mu=FLAT if mu is None else MuPrior(*mu))
    theirs = recompute_posterior(yi, vi, BELIEFS[belief], mu)

    assert float(theirs.below(ours.low[0])) == pytest.approx(0.025, abs=1e-9)
    assert float(theirs.below(ours.median[0])) == pytest.approx(0.5, abs=1e-9)
    assert float(theirs.new_below(ours.pi_high[0])) == pytest.approx(0.975, abs=1e-9)
    assert float(theirs.tau_below(ours.tau_median[0])) == pytest.approx(0.5, abs=5e-9)
    assert float(theirs.study_below(ours.studies.low[0, 0], yi[0], vi[0])) == pytest.approx(0.025, abs=1e-9)
    assert float(mp.log(theirs.marginal)) == pytest.approx(ours.log_marginal[0], abs=1e-9)
    assert float(theirs.bf_tau_zero) == pytest.approx(ours.bf_tau_zero[0], rel=1e-8)
    if not math.isnan(ours.mean[0]):
        assert float(theirs.mean) == pytest.approx(ours.mean[0], abs=1e-9 * float(ours.high[0] - ours.low[0]))
    if math.isfinite(ours.sd[0]):
        assert float(theirs.sd) == pytest.approx(ours.sd[0], rel=1e-9)
    if math.isfinite(ours.tau_sd[0]):
        assert float(theirs.tau_mean) == pytest.approx(ours.tau_mean[0], rel=1e-9)
        assert float(theirs.tau_sd) == pytest.approx(ours.tau_sd[0], rel=1e-8)
