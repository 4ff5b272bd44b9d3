"""Limits by profile likelihood: every value that the data do not make too much less likely than the best one.

The other parameter is at its best for each value. Where a profile has several peaks, the limits embrace them all.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import brentq

from models.vocabulary import Model
from synthesis.between_study import estimate_tau2, log_likelihood, restricted_log_likelihood, score_falls_from
from synthesis.further_limits import FurtherLimits
from synthesis.score_roots import NotEstimable
from synthesis.study_sets import Array, StudySets

STEPS = 200
"""Points at which a profile is looked at between its peak and where it falls for good."""

TWO_STUDIES = "profile likelihood needs two studies"


def profile_likelihood(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> FurtherLimits:
    """Maximum-likelihood estimate with profile-likelihood limits of the mean effect and of tau2.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, k at least 2
    level : of both intervals

    Returns
    -------
    FurtherLimits
        p by chi-squared with 1 df of the likelihood ratio; no standard error.

    Raises
    ------
    NotEstimable
        For a single study.

    Source
    ------
    Hardy and Thompson (1996), Statistics in Medicine 15:619.
    """
    sets = StudySets.of(yi, vi)
    if sets.k[0] < 2:
        raise NotEstimable(TWO_STUDIES)
    tau2 = float(estimate_tau2(sets, Model.ML)[0])
    mu = float(sets.moments(tau2).mean[0])
    studies = _Studies(sets.yi[0], sets.vi[0])
    highest = studies.of_mu(mu)
    drop = float(special.chdtri(1, 1 - level))

    def excess(value: float) -> float:
        return 2 * (highest - studies.of_mu(value)) - drop

    high = _last_root(excess, mu, float(sets.yi[0].max()))
    low = -_last_root(lambda value: excess(-value), -mu, float(-sets.yi[0].min()))
    tau2_low, tau2_high = profile_limits_of_tau2(yi, vi, model=Model.ML, level=level)
    origin = float(sets.origin[0])
    return FurtherLimits(
        estimate=origin + mu,
        se=None,
        ci_low=origin + low,
        ci_high=origin + high,
        p_value=float(special.chdtrc(1, max(0.0, excess(-origin) + drop))),
        df=None,
        tau2=tau2,
        tau2_low=tau2_low,
        tau2_high=tau2_high,
    )


def profile_limits_of_tau2(
    yi: ArrayLike, vi: ArrayLike, *, model: Model = Model.ML, level: float = 0.95
) -> tuple[float, float]:
    """Limits of tau2 by its profile likelihood under ML, or by the restricted likelihood under REML.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, k at least 2
    model : ML or REML
    level : of the interval

    Raises
    ------
    NotEstimable
        For a single study.

    Source
    ------
    Hardy and Thompson (1996), Statistics in Medicine 15:619; Viechtbauer (2007), Statistics in Medicine 26:37.
    """
    if model not in (Model.ML, Model.REML):
        raise ValueError(f"profile likelihood goes with model ML or REML, not {model}")
    sets = StudySets.of(yi, vi)
    if sets.k[0] < 2:
        raise NotEstimable(TWO_STUDIES)
    likelihood = restricted_log_likelihood if model is Model.REML else log_likelihood
    best = estimate_tau2(sets, model)
    highest = likelihood(sets, best)
    drop = float(special.chdtri(1, 1 - level))

    def excess(tau2: float) -> float:
        return float(2 * (highest - likelihood(sets, np.array([tau2])))[0]) - drop

    peak = float(best[0])
    low = 0.0 if excess(0.0) <= 0 else -_last_root(lambda x: excess(-x), -peak, 0.0)
    falls = score_falls_from(sets.sum_of_squares / (sets.k - (model is Model.REML)), sets.vi.max(axis=1))
    return low, _last_root(excess, peak, max(peak, float(falls[0])))


def _last_root(excess: Callable[[float], float], start: float, falls: float) -> float:
    """The last point at which a function that is below 0 at `start`, and rises for good from `falls` on, passes 0."""
    if excess(falls) <= 0:
        step = max(falls - start, 1e-3 * (1 + abs(falls)))
        near, far = falls, falls + step
        while excess(far) <= 0:
            step *= 2
            near, far = far, far + step
    else:
        points = np.linspace(start, falls, STEPS)
        last = max(i for i, point in enumerate(points) if excess(point) <= 0 or i == 0)
        near, far = float(points[last]), float(points[last + 1])
    return float(brentq(excess, near, far, xtol=1e-14, rtol=1e-13))


@dataclass(frozen=True)
class _Studies:
    """Effects and variances (k,), and the log-likelihood of mu without its constant."""

    yi: Array
    vi: Array

    def of_mu(self, mu: float) -> float:
        """With tau2 at its best: 0, or a root at which the score turns from plus to minus."""
        squares = (self.yi - mu) ** 2

        def slope(tau2: Array | float) -> Array:
            total = self.vi + np.atleast_1d(tau2)[:, None]
            slopes: Array = ((squares - total) / total**2).sum(axis=1)
            return slopes

        least, most = float(self.vi.min()), float(squares.max())
        grid = np.concatenate([[0.0], np.geomspace(0.01 * least, max(most, least), 60)])
        slopes = slope(grid)
        places = np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
        peaks = [0.0] if slopes[0] <= 0 else []
        peaks += [
            float(brentq(lambda tau2: slope(tau2)[0], grid[i], grid[i + 1], xtol=1e-300, rtol=1e-13)) for i in places
        ]
        totals = self.vi + np.array(peaks)[:, None]
        return float((-0.5 * (np.log(totals) + squares / totals).sum(axis=1)).max())
