"""Sequential meta-analysis: how many people a conclusion needs, and what looking at each update costs.

A supplement, never a conclusion: `DISCOURAGED` goes with every number of this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate, pairwise
from math import ceil, exp, inf, log, sqrt

import numpy as np
from scipy import special
from scipy.optimize import brentq

from synthesis.study_sets import Array

DISCOURAGED = (
    "Supplement only: Cochrane discourages sequential methods for main analyses and conclusions "
    "of updated reviews (Handbook, chapter 22)."
)

NODES = 160
"""Gauss-Legendre nodes between two boundaries; twice as many change no boundary by 1e-9 (a test says so)."""

FAR = 9.0
"""Standard deviations beyond which the normal density counts as 0; its tail there is below 1e-18."""


class Spending(StrEnum):
    """Functions of Lan and DeMets that say how much of alpha may be spent by which share of information."""

    OBRIEN_FLEMING = "obrien-fleming"
    POCOCK = "pocock"


@dataclass(frozen=True)
class Boundaries:
    """Critical values of z at each look.

    Attributes
    ----------
    timing : (looks,) share of the required information, rising, at most 1
    z : (looks,) upper boundary, infinite at looks so early that it lies beyond `FAR`; the lower one is its
        negative if `sides` is 2
    alpha_spent : (looks,) one-sided probability of having crossed the upper boundary by chance until then
    sides : 1 or 2
    """

    timing: tuple[float, ...]
    z: tuple[float, ...]
    alpha_spent: tuple[float, ...]
    sides: int


def spent(share: float, alpha: float, spending: Spending) -> float:
    """One-sided alpha that may be spent when `share` of the information is there.

    Source: Lan and DeMets (1983), Biometrika 70:659: 2 - 2 Phi(z(alpha / 2) / sqrt(t)), and
    alpha log(1 + (e - 1) t).
    """
    if spending is Spending.POCOCK:
        return alpha * log(1 + (exp(1) - 1) * share)
    return float(2 * special.ndtr(special.ndtri(alpha / 2) / sqrt(share)))


def boundaries(
    timing: Sequence[float], *, alpha: float = 0.05, sides: int = 2, spending: Spending = Spending.OBRIEN_FLEMING
) -> Boundaries:
    """Boundaries for z at the given looks.

    Parameters
    ----------
    timing : (looks,) share of the required information at each look, rising, above 0 and at most 1
    alpha : probability of a false positive over all looks and sides
    sides : 1 or 2; two-sided boundaries are symmetric and spend alpha / 2 on either side
    spending : how alpha is spent

    Raises
    ------
    ValueError
        If the timing does not rise within 0 to 1, or sides is not 1 or 2.

    Source
    ------
    Recursive integration: Armitage, McPherson and Rowe (1969), JRSS A 132:235; Jennison and Turnbull (2000),
    Group Sequential Methods, chapter 19.
    """
    shares = tuple(float(share) for share in timing)
    if not shares or shares[0] <= 0 or shares[-1] > 1 or any(b <= a for a, b in pairwise(shares)):
        raise ValueError(f"timing is {shares}: shares of the information rise, above 0 and up to 1")
    if sides not in (1, 2) or not 0 < alpha < 1:
        raise ValueError(f"sides is {sides} and alpha {alpha}: give 1 or 2, and a probability")
    cumulative = tuple(spent(share, alpha / sides, spending) for share in shares)
    found: list[float] = []
    path = _Path(shares, (), sides, drift=0.0)
    for look in range(len(shares)):
        to_spend = cumulative[look] - (cumulative[look - 1] if look else 0.0)
        found.append(_boundary(path, look, to_spend))
        path.go_on(look, found[-1])
    return Boundaries(shares, tuple(found), cumulative, sides)


def power(limits: Boundaries, drift: float) -> float:
    """Probability of crossing the upper boundary at any look when z at full information has mean `drift`."""
    path = _Path(limits.timing, limits.z, limits.sides, drift)
    return sum(path.crossing(look, limits.z[look]) for look in range(len(limits.z)))


def inflation(limits: Boundaries, *, alpha: float = 0.05, beta: float = 0.1) -> float:
    """Factor by which looking at these times raises the information needed for power 1 - beta.

    Source: Jennison and Turnbull (2000), Group Sequential Methods, chapter 2; the power counted is that of
    the upper boundary.
    """
    fixed = -float(special.ndtri(alpha / limits.sides) + special.ndtri(beta))
    drift = brentq(lambda value: power(limits, value) - (1 - beta), 0.1 * fixed, 5 * fixed, xtol=1e-12, rtol=1e-14)
    return float((drift / fixed) ** 2)


def information_size_of_risks(
    risk_control: float, risk_intervention: float, *, alpha: float = 0.05, beta: float = 0.2
) -> float:
    """People that one two-sided trial with equal arms would need to show this difference of risks.

    The optimal information size of GRADE; not rounded. Source: Fleiss (1981), Statistical Methods for Rates
    and Proportions, chapter 3: 2 (z(alpha / 2) sqrt(2 m (1 - m)) + z(beta) sqrt(p (1 - p) + q (1 - q)))^2 /
    (p - q)^2 with m = (p + q) / 2, without continuity correction.
    """
    if not (0 <= risk_control <= 1 and 0 <= risk_intervention <= 1) or risk_control == risk_intervention:
        raise ValueError(f"risks {risk_control} and {risk_intervention}: give two different probabilities")
    mean = (risk_control + risk_intervention) / 2
    separate = risk_control * (1 - risk_control) + risk_intervention * (1 - risk_intervention)
    z_alpha, z_beta = -special.ndtri(alpha / 2), -special.ndtri(beta)
    root = z_alpha * sqrt(2 * mean * (1 - mean)) + z_beta * sqrt(separate)
    return float(2 * (root / (risk_control - risk_intervention)) ** 2)


def information_size_of_means(difference: float, sd: float, *, alpha: float = 0.05, beta: float = 0.2) -> float:
    """People that one two-sided trial with equal arms would need to show this difference of means.

    Not rounded: 4 (z(alpha / 2) + z(beta))^2 sd^2 / difference^2. Source: Cochrane Handbook 6.5, chapter 14;
    Guyatt et al. (2011), J Clin Epidemiol 64:1283.
    """
    if difference == 0 or not sd > 0:
        raise ValueError(f"difference {difference}, SD {sd}: give a difference other than 0 and an SD above 0")
    z = special.ndtri(alpha / 2) + special.ndtri(beta)
    return float(4 * (z * sd / difference) ** 2)


def diversity(se_common: float, se_random: float) -> float:
    """D2: share of the random-effects variance that is not in the common-effect variance, 0 to below 1.

    Source: Wetterslev et al. (2009), BMC Med Res Methodol 9:86.
    """
    return max(0.0, 1 - (se_common / se_random) ** 2)


def adjusted_information_size(size: float, heterogeneity: float) -> int:
    """People needed when this share of the variance, D2 or I2 as a fraction, lies between studies, rounded up.

    Source: Wetterslev et al. (2009), BMC Med Res Methodol 9:86.
    """
    if not 0 <= heterogeneity < 1:
        raise ValueError(f"heterogeneity is {heterogeneity}: a fraction from 0 to below 1")
    return ceil(size / (1 - heterogeneity))


@dataclass(frozen=True)
class Position:
    """Where the accumulated evidence stands; `share` is of the required size, `z_boundary` infinite where no z counts yet."""

    share: float
    z: float
    z_boundary: float
    has_crossed: bool
    note: str = DISCOURAGED


def position(
    participants: Sequence[float],
    z: float,
    required: float,
    *,
    alpha: float = 0.05,
    spending: Spending = Spending.OBRIEN_FLEMING,
) -> Position:
    """Compare the last z with its two-sided boundary after looks at these cumulative numbers of people.

    Looks beyond the required size count as full information.
    """
    if not participants:
        return Position(0.0, z, inf, has_crossed=False)
    return positions(participants, [z] * len(participants), required, alpha=alpha, spending=spending)[-1]


def positions(
    participants: Sequence[float],
    z: Sequence[float],
    required: float,
    *,
    alpha: float = 0.05,
    spending: Spending = Spending.OBRIEN_FLEMING,
) -> tuple[Position, ...]:
    """Compare z with its two-sided boundary at each look.

    A look that brings no further people has the boundary of the one before it, and so has one beyond the required
    size, which counts as full information.
    """
    reached = [min(1.0, people / required) for people in participants]
    shares = [share for share, before in zip(reached, accumulate([0.0, *reached], max), strict=False) if share > before]
    limits = boundaries(shares, alpha=alpha, spending=spending).z if shares else ()
    found: list[Position] = []
    for share, value in zip(accumulate(reached, max), z, strict=True):
        limit = limits[shares.index(share)] if share > 0 else inf
        found.append(Position(share, value, limit, has_crossed=abs(value) >= limit))
    return tuple(found)


class _Path:
    """Density of the score sqrt(t) z on paths that crossed no boundary before a look."""

    def __init__(self, timing: Sequence[float], z: Sequence[float], sides: int, drift: float) -> None:
        self.timing, self.sides, self.drift = timing, sides, drift
        self.at: list[tuple[Array, Array]] = []
        for look, limit in enumerate(z):
            self.go_on(look, limit)

    def go_on(self, look: int, limit: float) -> None:
        """Keep the paths that stay within the boundary at the next look."""
        nodes, weights = _gauss(NODES)
        share = self.timing[look]
        high = min(limit, FAR + self.drift * sqrt(share)) * sqrt(share)
        furthest = -FAR * sqrt(share) + min(0.0, self.drift * share)
        low = max(-limit * sqrt(share), furthest) if self.sides == 2 else furthest
        points = (high + low) / 2 + nodes * (high - low) / 2
        self.at.append((points, weights * (high - low) / 2 * self._density(look, points)))

    def _density(self, look: int, points: Array) -> Array:
        step = self.timing[look] - (self.timing[look - 1] if look else 0.0)
        before, mass = self.at[look - 1] if look else (np.zeros(1), np.ones(1))
        gaps = (points[:, None] - before[None, :] - self.drift * step) / sqrt(step)
        density: Array = (np.exp(-0.5 * gaps**2) / sqrt(2 * np.pi * step)) @ mass
        return density

    def crossing(self, look: int, limit: float) -> float:
        """Probability of exceeding `limit` on the scale of z at this look and at none before."""
        step = self.timing[look] - (self.timing[look - 1] if look else 0.0)
        before, mass = self.at[look - 1] if look else (np.zeros(1), np.ones(1))
        gaps = (limit * sqrt(self.timing[look]) - before - self.drift * step) / sqrt(step)
        return float(special.ndtr(-gaps) @ mass)


@cache
def _gauss(n: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(n)


def _boundary(path: _Path, look: int, to_spend: float) -> float:
    def spare(z: float) -> float:
        return path.crossing(look, z) - to_spend

    return float(brentq(spare, -1.0, FAR, xtol=1e-13, rtol=1e-14)) if spare(FAR) < 0 else inf
