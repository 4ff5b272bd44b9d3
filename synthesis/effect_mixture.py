"""A log-probability averaged over normal random effects, with derivatives by their mean and variance.

Every log-probability here is concave in the effect, so the integrand has one peak, and from the peak to where it has
fallen by `DEPTH` on the log scale it is integrated by the trapezoidal rule, whose error for such functions vanishes
exponentially with the number of points. The rule does not rest on a normal shape, as Gauss-Hermite does, which loses
digits where a study without events leaves a step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from synthesis.kernels import Derivatives
from synthesis.study_sets import Array

POINTS = 128
"""Points per study. With half or twice as many the estimates of the tests' data sets agree to 1e-10 and more."""

DEPTH = 40.0
REACH = float(np.sqrt(2 * DEPTH))
"""Beyond this many standard deviations from the peak the normal density alone has fallen by `DEPTH`."""

DISTANCES = REACH * 2.0 ** np.arange(-12, 1)
"""From the peak to where the integrand is cut: the first at which it has fallen by `DEPTH`."""

Density = Callable[[Array], Derivatives]


@dataclass(frozen=True)
class Mixture:
    """What each study's random effect was, weighed by its likelihood.

    Attributes
    ----------
    log_integral : (k,) log-probability of each study's counts
    effects : (k, n) points
    weights : (k, n) posterior weights of the points, each row with sum 1
    density : log-probability at the points
    """

    log_integral: Array
    effects: Array
    weights: Array
    density: Derivatives

    def mean_of(self, values: Array) -> Array:
        """(k,) posterior means."""
        means: Array = np.einsum("kn,kn->k", self.weights, values)
        return means


def mixture(density: Density, mu: float, tau: float, k: int) -> Mixture:
    """Average exp(density) over effects from N(mu, tau^2).

    Parameters
    ----------
    density : of effects (k, n), concave
    mu, tau : mean and standard deviation of effects, tau 0 or more
    k : number of studies
    """
    if tau == 0:
        effects = np.full((k, 1), mu)
        at = density(effects)
        return Mixture(at.value[:, 0], effects, np.ones((k, 1)), at)
    low, high = _where_it_counts(density, mu, tau, k)
    z = low + (high - low) * np.linspace(0.0, 1.0, POINTS)
    effects = mu + tau * z
    at = density(effects)
    logs = at.value - z**2 / 2
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    total = weights.sum(axis=1, keepdims=True)
    step = (high - low) / (POINTS - 1)
    log_integral = (top + np.log(total * step / np.sqrt(2 * np.pi)))[:, 0]
    return Mixture(log_integral, effects, weights / total, at)


def _where_it_counts(density: Density, mu: float, tau: float, k: int) -> tuple[Array, Array]:
    """(k, 1) ends, in standard deviations from mu, of where the integrand is within `DEPTH` of its peak."""
    low, high, z = np.full((k, 1), -np.inf), np.full((k, 1), np.inf), np.zeros((k, 1))
    for _ in range(60):
        at = density(mu + tau * z)
        slope = tau * at.first - z
        low, high = np.where(slope > 0, z, low), np.where(slope <= 0, z, high)
        step = slope / (1 - tau**2 * at.second)
        newton = z + step
        middle = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, newton)
        z = np.where((newton > low) & (newton < high), newton, middle)
        if (np.abs(step) < 1e-3).all():
            break
    peak = density(mu + tau * z).value - z**2 / 2

    far = z[:, :, None] + np.array([-1.0, 1.0])[:, None] * DISTANCES
    flat = far.reshape(k, -1)
    is_beyond = (density(mu + tau * flat).value - flat**2 / 2 <= peak - DEPTH).reshape(far.shape)
    first = is_beyond.argmax(axis=2)
    ends = np.take_along_axis(far, first[:, :, None], axis=2)[:, :, 0]
    return ends[:, :1], ends[:, 1:]
