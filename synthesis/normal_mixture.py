"""Mixtures of normal distributions, many at once: what a parameter is like once tau is averaged over."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from synthesis.study_sets import Array, Rows

SQRT_2PI = float(np.sqrt(2 * np.pi))

NEGLIGIBLE = 1e-18
"""Weight below which a component changes no digit of a probability."""

CLOSE = 1e-6
"""Step, in units of a component, after which twelve digits are right: the error is squared each time."""

ITERATIONS = 200
"""More than bisection alone would need; Newton takes about five."""


@dataclass(frozen=True)
class NormalMixture:
    """S mixtures of N normal components each.

    Attributes
    ----------
    weights : (S, N), sum 1 in each row
    means, sds : (S, N)
    """

    weights: Array
    means: Array
    sds: Array

    @cached_property
    def mean(self) -> Array:
        """(S,)"""
        mean: Array = np.einsum("sn,sn->s", self.weights, self.means)
        return mean

    @cached_property
    def sd(self) -> Array:
        """(S,)"""
        away = self.means - self.mean[:, None]
        sd: Array = np.sqrt(np.einsum("sn,sn->s", self.weights, self.sds**2 + away**2))
        return sd

    def below(self, x: ArrayLike) -> Array:
        """(S,) probability of being below x, shape (S,) or a number."""
        return self._at(_of_sets(x, self.weights))[0]

    def density(self, x: ArrayLike) -> Array:
        """(S,) density at x, shape (S,) or a number."""
        return self._at(_of_sets(x, self.weights))[1]

    def quantile(self, p: ArrayLike) -> Array:
        """(S,) the x with `below(x)` = p, shape (S,) or a number, by Newton's method on the scale of z, kept within a bracket.

        On that scale the distribution of one normal is a straight line and of a mixture nearly one. A
        quantile of a mixture lies between the smallest and the largest of its components'.
        """
        counts = self.weights > NEGLIGIBLE
        columns = np.flatnonzero(counts.any(axis=0))
        part = NormalMixture(*(np.ascontiguousarray(of[:, columns]) for of in (self.weights, self.means, self.sds)))
        wanted = _of_sets(p, self.weights)
        z: Array = special.ndtri(wanted)
        own = part.means + z[:, None] * part.sds
        low = np.where(counts[:, columns], own, np.inf).min(axis=1)
        high = np.where(counts[:, columns], own, -np.inf).max(axis=1)
        middle = (part.weights.cumsum(axis=1) < 0.5).sum(axis=1).clip(max=len(columns) - 1)
        rows = np.arange(len(low))
        x: Array = own[rows, middle].copy()
        unit = part.sds[rows, middle]
        active = np.flatnonzero(low < high)
        for _ in range(ITERATIONS):
            if not len(active):
                break
            at, scale = x[active], unit[active]
            reached, density = part._take(active)._at(at)
            is_low = reached < wanted[active]
            low[active] = np.where(is_low, at, low[active])
            high[active] = np.where(is_low, high[active], at)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                there = special.ndtri(reached)
                slope = density / np.exp(-0.5 * there**2) * SQRT_2PI
                step = (there - z[active]) / slope
                after = at - step
            is_close = np.abs(step) <= CLOSE * scale + 4e-16 * np.abs(at)
            is_inside = (low[active] < after) & (after < high[active])
            halfway = _middle(low[active], high[active], at, scale)
            x[active] = np.where(is_inside | is_close, after, halfway)
            active = active[~is_close]
        return x

    def _take(self, rows: Rows) -> "NormalMixture":
        if len(rows) == len(self.weights):
            return self
        return NormalMixture(self.weights[rows], self.means[rows], self.sds[rows])

    def _at(self, x: Array) -> tuple[Array, Array]:
        """(S,) probability below x, and density at x."""
        distance = (x[:, None] - self.means) / self.sds
        below: Array = np.einsum("sn,sn->s", self.weights, special.ndtr(distance))
        np.multiply(distance, distance, out=distance)
        distance *= -0.5
        heights = np.exp(distance, out=distance)
        density: Array = np.einsum("sn,sn->s", self.weights / self.sds, heights) / SQRT_2PI
        return below, density


def _of_sets(x: ArrayLike, weights: Array) -> Array:
    at: Array = np.broadcast_to(np.asarray(x, dtype=np.float64), weights.shape[:1])
    return at


def _middle(low: Array, high: Array, around: Array, unit: Array) -> Array:
    """Between two ends on the scale of asinh: a bracket of 300 powers of ten closes as fast as a short one."""
    ends = np.arcsinh((low - around) / unit), np.arcsinh((high - around) / unit)
    middle: Array = around + unit * np.sinh(0.5 * (ends[0] + ends[1]))
    return middle
