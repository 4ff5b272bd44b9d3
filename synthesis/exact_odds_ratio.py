"""One odds ratio of all studies with exact limits, conditional on the margins of every table."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.optimize import brentq

from synthesis.kernels import log_choose
from synthesis.sparse_tables import SparseTables
from synthesis.study_sets import Array

BEYOND = "all studies are as extreme as they can be to one side: the odds ratio is 0 or infinite, one limit exists"

WIDEST = 700.0
"""Log odds ratios are looked for up to here, where a double-precision ratio ends."""


@dataclass(frozen=True)
class ExactOddsRatio:
    """A common log odds ratio.

    Attributes
    ----------
    k : studies that say something about it
    estimate : the conditional maximum-likelihood estimate; None where it is infinite
    median_unbiased : the log odds ratio at which both mid-P tails are a half; None where there is none
    se : from the conditional distribution's variance at the estimate
    ci_low, ci_high : exact limits, None where they are infinite; by mid-P they are closer than exact ones
    p_value : of no effect, twice the smaller tail and at most 1
    is_mid_p : whether tails count half the probability of what was observed
    """

    k: int
    estimate: float | None
    median_unbiased: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float
    is_mid_p: bool


def exact_odds_ratio(tables: SparseTables, *, level: float = 0.95, is_mid_p: bool = False) -> ExactOddsRatio:
    """Conditional estimate of a common odds ratio with limits by its exact distribution.

    Parameters
    ----------
    tables : k studies, double zeros included, which say nothing here
    level : of the limits
    is_mid_p : whether limits and p count half of the probability of what was observed

    Raises
    ------
    NotEstimable
        If no study says anything, or counts are not whole.

    Source
    ------
    Gart (1970), Biometrika 57:471; Mehta, Patel and Gray (1985), JASA 80:969. R's ``fisher.test`` for one table, and
    ``mantelhaen.test(exact = TRUE)`` for several, whose p, by summing less probable tables, is another. Mid-P:
    Berry and Armitage (1995), The Statistician 44:417.
    """
    kept = tables.informative
    kept.require_summable()
    total = _Total.of(kept)
    tail = (1 - level) / 2
    share = 0.5 if is_mid_p else 1.0
    estimate = total.where(lambda theta: total.mean(theta)[0] - total.observed) if total.is_inside else None
    return ExactOddsRatio(
        k=kept.k,
        estimate=estimate,
        median_unbiased=total.where(lambda theta: total.tail(theta, 1, 0.5) - 0.5),
        se=None if estimate is None else float(1 / np.sqrt(total.mean(estimate)[1])),
        ci_low=total.where(lambda theta: total.tail(theta, 1, share) - tail),
        ci_high=total.where(lambda theta: tail - total.tail(theta, -1, share)),
        p_value=min(1.0, 2 * min(total.tail(0.0, side, share) for side in (-1, 1))),
        is_mid_p=is_mid_p,
    )


@dataclass(frozen=True)
class _Total:
    """Events of all intervention arms together: what they were, could have been, and in how many ways (log)."""

    observed: float
    values: Array
    log_ways: Array

    @classmethod
    def of(cls, tables: SparseTables) -> "_Total":
        log_ways = np.zeros(1)
        for i in range(tables.k):
            own = np.arange(tables.least[i], tables.most[i] + 1)
            ways = log_choose(tables.n_1[i], own) + log_choose(tables.n_2[i], tables.events[i] - own)
            log_ways = _convolved(log_ways, ways)
        least = tables.least.sum()
        return cls(float(tables.events_1.sum()), least + np.arange(len(log_ways)), log_ways)

    @property
    def is_inside(self) -> bool:
        return bool(self.values[0] < self.observed < self.values[-1])

    def _log_probabilities(self, theta: float) -> Array:
        logs = self.log_ways + theta * (self.values - self.observed)
        normed: Array = logs - special.logsumexp(logs)
        return normed

    def mean(self, theta: float) -> tuple[float, float]:
        """Mean and variance."""
        p = np.exp(self._log_probabilities(theta))
        mean = float(p @ self.values)
        return mean, float(p @ (self.values - mean) ** 2)

    def tail(self, theta: float, side: int, share: float) -> float:
        """Probability of more (side 1) or fewer (-1) than observed, and `share` of that of as many."""
        p = np.exp(self._log_probabilities(theta))
        away = side * (self.values - self.observed)
        return float(p[away > 0].sum() + share * p[away == 0].sum())

    def where(self, rising: Callable[[float], float]) -> float | None:
        """Root of a function that rises; None where it has none."""
        high = 1.0
        while high < WIDEST and not (rising(-high) < 0 < rising(high)):
            high *= 2
        high = min(high, WIDEST)
        if not rising(-high) < 0 < rising(high):
            return None
        return float(brentq(rising, -high, high, xtol=1e-14, rtol=1e-14))


def _convolved(one: Array, two: Array) -> Array:
    """Log of the convolution of two sequences given as logs."""
    out = np.full(len(one) + len(two) - 1, -np.inf)
    if len(one) < len(two):
        one, two = two, one
    for i, log_way in enumerate(two):
        here = slice(i, i + len(one))
        out[here] = np.logaddexp(out[here], one + log_way)
    return out
