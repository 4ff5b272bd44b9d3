"""How much the studies differ beyond chance, and whether groups of them do."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.vocabulary import Interval, Model
from synthesis.inverse_variance import PooledSets, critical_value, pool_sets
from synthesis.study_sets import Array, StudySets


def i2_of_tau2(sets: StudySets, tau2: ArrayLike) -> tuple[Array, Array]:
    """Share of the variance that lies between studies, at a given tau2.

    Parameters
    ----------
    sets : S sets of at least two studies
    tau2 : (S,) on the scale of yi squared: an estimate, or a limit of its interval

    Returns
    -------
    tuple of two (S,) floats
        I2 in per cent, 100 tau2 / (tau2 + s2), and H2 = 1 + tau2 / s2, s2 being the typical sampling
        variance (k - 1) / C.

    Source
    ------
    Higgins and Thompson (2002), Statistics in Medicine 21:1539; Cochrane Handbook 6.5, section
    10.10.2.
    """
    between = np.asarray(tau2, dtype=np.float64)
    typical = (sets.k - 1) / sets.moments(0.0).trace
    return 100 * between / (between + typical), 1 + between / typical


def i2_limits_of_q(q: ArrayLike, k: ArrayLike, level: float = 0.95) -> tuple[Array, Array]:
    """Test-based limits of I2 computed from Q.

    Parameters
    ----------
    q, k : (S,) Cochran's Q and number of studies
    level : of the interval

    Returns
    -------
    tuple of two (S,) floats
        In per cent, cut at 0; NaN for fewer than two studies, and for two with Q <= 2, where no standard
        error exists.

    Source
    ------
    Higgins and Thompson (2002), Statistics in Medicine 21:1539. The standard error of log H is
    (log Q - log(k - 1)) / (2 (sqrt(2 Q) - sqrt(2 k - 3))) for Q > k, otherwise
    sqrt((1 - 1 / (3 (k - 2)^2)) / (2 (k - 2))).
    """
    spread, studies = np.asarray(q, dtype=np.float64), np.asarray(k, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_h = 0.5 * np.log(spread / (studies - 1))
        above = log_h / (np.sqrt(2 * spread) - np.sqrt(2 * studies - 3))
        below = np.sqrt((1 - 1 / (3 * (studies - 2) ** 2)) / (2 * (studies - 2)))
        se = np.where(spread > studies, above, np.where(studies > 2, below, np.nan))
        half_width = critical_value(level, np.inf) * se
        limits = [100 * np.maximum(0.0, 1 - np.exp(-2 * (log_h + side * half_width))) for side in (-1, 1)]
    return np.where(studies > 1, limits[0], np.nan), np.where(studies > 1, limits[1], np.nan)


@dataclass(frozen=True)
class GroupTest:
    """Q between groups, chi-squared with `df` = groups - 1 if all have one effect; p is NaN for a single group.

    `i2_pct` is the share of Q beyond chance in per cent.
    """

    q: float
    df: int
    p_value: float

    @property
    def i2_pct(self) -> float:
        return 100 * max(0.0, 1 - self.df / self.q) if self.q > 0 else 0.0


def differences_of_groups(estimates: ArrayLike, ses: ArrayLike) -> GroupTest:
    """Test that groups of studies have the same effect.

    Parameters
    ----------
    estimates, ses : (groups,) pooled effects on the analysis scale and the standard errors of their intervals;
        a group whose standard error is not above 0 says nothing of its certainty and does not count

    Source
    ------
    Borenstein and Higgins (2013), Prevention Science 14:134; Cochrane Handbook 6.5, section 10.11.3.1.
    """
    effects, variances = np.asarray(estimates, dtype=np.float64), np.asarray(ses, dtype=np.float64) ** 2
    counts = np.isfinite(effects) & (variances > 0)
    effects, variances = effects[counts], variances[counts]
    df = len(effects) - 1
    if df < 1:
        return GroupTest(0.0, max(df, 0), float("nan"))
    q = float(pool_sets(effects, variances, model=Model.COMMON, with_tau2_limits=False).q[0])
    return GroupTest(q, df, float(special.chdtrc(df, q)))


@dataclass(frozen=True)
class Subgroups:
    """Pooled effects of groups of studies, one set per group in `groups`, and the test that they are equal.

    `q_between` is chi-squared with `df` = groups - 1 under equality; `p_value` is NaN for a single group.
    """

    groups: tuple[Hashable, ...]
    pooled: PooledSets
    q_between: float
    df: int
    p_value: float


def pool_subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Hashable],
    *,
    model: Model,
    interval: Interval = Interval.WALD,
    level: float = 0.95,
) -> Subgroups:
    """Pool each group of studies with a tau2 of its own, and test whether the groups differ.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    groups : (k,) name of each study's group; the result keeps the order of first appearance
    model, interval, level : see `synthesis.inverse_variance.pool_sets`

    Source
    ------
    Borenstein and Higgins (2013), Prevention Science 14:134; Cochrane Handbook 6.5, section 10.11.3.1. The
    test uses the standard errors of the intervals, as RevMan does.
    """
    names = tuple(dict.fromkeys(groups))
    mask = np.array([[group == name for group in groups] for name in names])
    y, v = (np.broadcast_to(np.asarray(values, dtype=np.float64), mask.shape) for values in (yi, vi))
    pooled = pool_sets(y, v, model=model, interval=interval, level=level, mask=mask)
    between = differences_of_groups(pooled.estimate, pooled.se)
    return Subgroups(names, pooled, between.q, between.df, between.p_value)
