"""Henmi and Copas's interval: the common-effect estimate, on which small studies weigh little, with honest limits.

Small studies with large effects pull a random-effects mean, because tau2 levels the weights. The common-effect mean
keeps the weights, and its limits allow for heterogeneity and for tau2 being estimated.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import brentq

from synthesis.between_study import dersimonian_laird
from synthesis.further_limits import FurtherLimits
from synthesis.score_roots import NotEstimable
from synthesis.study_sets import Array, StudySets

NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
"""Gauss-Legendre rule for the pivot's distribution, good to 1e-13 where the normal density counts."""

FAR = 12.0
"""Standard deviations above its lower end at which the integral is cut: what is beyond is below 1e-32."""


def henmi_copas(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> FurtherLimits:
    """Common-effect estimate with limits under heterogeneity.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, k at least 2
    level : of the interval

    Returns
    -------
    FurtherLimits
        `tau2` is DerSimonian and Laird's, `se` that of the common-effect mean under it.

    Raises
    ------
    NotEstimable
        For a single study, or where the gamma distribution that stands in for Q has no shape.

    Source
    ------
    Henmi and Copas (2010), Statistics in Medicine 29:2969; metafor's ``hc``.
    """
    sets = StudySets.of(yi, vi)
    if sets.k[0] < 2:
        raise NotEstimable("Henmi-Copas limits need two studies")
    pivot = _Pivot.of(sets)
    se = float(np.sqrt(pivot.spread / pivot.w1))
    estimate = float((sets.origin + sets.moments(0.0).mean)[0])
    beyond = pivot.beyond
    high = 2.0
    while beyond(high) > 1 - level:
        high *= 2
    half = float(brentq(lambda x: beyond(x) - (1 - level), 0.0, high, xtol=1e-13, rtol=1e-13)) * se
    return FurtherLimits(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p_value=beyond(abs(estimate) / se),
        df=None,
        tau2=pivot.tau2,
    )


@dataclass(frozen=True)
class _Pivot:
    """Distribution of |estimate - effect| / se with both from the data.

    `w1` is the sum of weights 1 / vi; `w2`, `w3`, `w4` are sums of their powers over it.
    """

    k: int
    tau2: float
    w1: float
    w2: float
    w3: float
    w4: float

    @classmethod
    def of(cls, sets: StudySets) -> Self:
        weights = 1 / sets.vi[0]
        total = weights.sum()
        powers = (float((weights**power).sum() / total) for power in (2, 3, 4))
        return cls(int(sets.k[0]), float(dersimonian_laird(sets)[0]), float(total), *powers)

    @property
    def spread(self) -> float:
        """Variance of the standardised estimate, 1 without heterogeneity."""
        return 1 + self.tau2 * self.w2

    def beyond(self, x: float) -> float:
        """Probability that the pivot exceeds x."""
        start = x / np.sqrt(self.spread)
        r = start + FAR * (NODES + 1) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            f = r / start if start > 0 else np.full_like(r, np.inf)
        q = (self.w1 / self.w2 - 1) * (f**2 - 1) + self.k - 1
        mean, variance = self._q_given(r * np.sqrt(self.spread))
        if not ((mean > 0) & (variance > 0)).all():
            raise NotEstimable("Henmi-Copas: the gamma distribution that stands in for Q has no shape here")
        below = np.where(
            np.isinf(q), 1.0, special.gammainc(mean**2 / variance, np.where(np.isinf(q), 1.0, q) * mean / variance)
        )
        density = np.exp(-(r**2) / 2) / np.sqrt(2 * np.pi)
        return float(2 * FAR / 2 * (WEIGHTS * below * density).sum())

    def _q_given(self, r: Array) -> tuple[Array, Array]:
        """Mean and variance of Q given the standardised estimate, equations of the paper's appendix."""
        t, v, w1, w2, w3, w4 = self.tau2, self.spread, self.w1, self.w2, self.w3, self.w4
        beyond_mean = (r / v) ** 2 - 1 / v
        c2, c3 = w3 - w2**2, w4 - 2 * w2 * w3 + w2**3
        mean = self.k - 1 + t * (w1 - w2) + t**2 * beyond_mean * c2
        variance = (
            2 * (self.k - 1)
            + 4 * t * (w1 - w2)
            + 2 * t**2 * (w1 * w2 - 2 * w3 + w2**2)
            + 4 * t**2 * beyond_mean * c2
            + 4 * t**3 * beyond_mean * c3
            + 2 * t**4 * (1 / v**2 - 2 * r**2 / v**3) * c2**2
        )
        return mean, variance
