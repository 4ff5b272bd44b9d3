"""The second engine for what a further trial may find: its error and its predictive distribution, sharing no code.

Tau is integrated over by Gauss's rule in panels, in double precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, exp, sqrt

import numpy as np
from scipy import special

from models.protocol import Outcome
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import TABLE_MEASURES, Measure
from synthesis.crosscheck import effect_again
from synthesis.crosscheck_one_more import Array, Further, NotRecomputed

STANDARDISED = (Measure.SMD, Measure.SMD_APPROXIMATE)


@dataclass(frozen=True)
class _Tau:
    """Tau with weights that come to 1, and mean and variance of the mean effect given it."""

    weight: Array
    tau2: Array
    mean: Array
    variance: Array


@lru_cache(maxsize=256)
def _posterior(y: tuple[float, ...], v: tuple[float, ...], scale: float) -> _Tau:
    """Under a flat prior of the mean and a half-normal one of tau."""
    smallest = min(*np.sqrt(v), scale) / 1e3
    edges = np.array([0.0, *np.geomspace(smallest, 9 * scale, 48)])
    nodes, shares = special.roots_legendre(12)
    tau = ((edges[1:] + edges[:-1])[:, None] + np.diff(edges)[:, None] * nodes).ravel() / 2
    width = (np.diff(edges)[:, None] * shares).ravel() / 2
    w = 1 / (np.array(v) + tau[:, None] ** 2)
    total = w.sum(axis=1)
    mean = (w * y).sum(axis=1) / total
    q = (w * (np.array(y) - mean[:, None]) ** 2).sum(axis=1)
    height = (np.log(w).sum(axis=1) - np.log(total) - q - (tau / scale) ** 2) / 2
    weight = width * np.exp(height - height.max())
    counts = weight > 1e-14 * weight.sum()
    return _Tau(weight[counts] / weight.sum(), tau[counts] ** 2, mean[counts], 1 / total[counts])


@dataclass(frozen=True)
class Found:
    """What a trial of a standard error may find."""

    tau: _Tau
    se: float

    @cached_property
    def sd(self) -> Array:
        return np.sqrt(self.tau.variance + self.tau.tau2 + self.se**2)

    def below(self, x: Array) -> Array:
        return np.asarray(special.ndtr((x[:, None] - self.tau.mean) / self.sd) @ self.tau.weight)

    def results(self, cells: int) -> Array:
        """Where each of the grid's probabilities lies: by straight lines through ever better points, then Newton's steps."""
        levels = (np.arange(cells - 1) + 1) / cells
        x = np.linspace((self.tau.mean - 9 * self.sd).min(), (self.tau.mean + 9 * self.sd).max(), cells)
        for _ in range(3):
            x = np.interp(levels, self.below(x), x)
        for _ in range(3):
            z = (x[:, None] - self.tau.mean) / self.sd
            density = (np.exp(-(z**2) / 2) / (self.sd * sqrt(2 * np.pi))) @ self.tau.weight
            x = np.sort(x - (self.below(x) - levels) / density)
        return x


@dataclass(frozen=True)
class Studies:
    """The pooled rows of an analysis under one convention, and what they tell of a further study of these arms."""

    rows: tuple[EffectInput, ...]
    now: PooledEffect
    sizes: tuple[float, float]

    @cached_property
    def effects(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        pairs = [effect_again(row) for row in self.rows]
        return tuple(float(yi or 0) for yi, _ in pairs), tuple(float(vi or 0) for _, vi in pairs)

    @cached_property
    def sd(self) -> float | None:
        """Pooled SD of all arms."""
        return _pooled_sd(self.rows)

    @cached_property
    def risk(self) -> float | None:
        return _control_risk(self.rows) if all(_has_table(row) for row in self.rows) else None

    @cached_property
    def one_person(self) -> float | None:
        """Variance of an effect per person: of two arms, this times 1 / n1 + 1 / n2."""
        pairs = zip(self.rows, self.effects[1], strict=True)
        told = [(row.n_intervention, row.n_control, v) for row, v in pairs if row.n_intervention and row.n_control]
        return sum(a * b / (a + b) for a, b, _ in told) / sum(1 / v for *_, v in told) if told else None

    @property
    def unit(self) -> float:
        """What a spread of 1 between log odds ratios is on the scale of this measure."""
        measure, risk = self.now.measure, self.risk
        p = None if risk is None else min(0.99, max(0.01, risk))
        if measure is Measure.RR and p is not None:
            return 1 - p
        if measure is Measure.RD:
            return p * (1 - p) if p is not None else self.one_person or 0.0
        if self.now.is_ratio or measure in STANDARDISED:
            return 1.0
        return self.sd or sqrt(self.one_person or 0.0)

    @property
    def se(self) -> float:
        n1, n2 = self.sizes
        measure, effect = self.now.measure, self.now.yi or 0.0
        if measure is Measure.MD and self.sd:
            return self.sd * sqrt(1 / n1 + 1 / n2)
        if measure in STANDARDISED:
            return sqrt(1 / n1 + 1 / n2 + effect**2 / (2 * (n1 + n2)))
        if measure in TABLE_MEASURES and self.risk is not None and 0 < self.risk < 1:
            one, two = _kept_inside(_treated(measure, self.risk, effect), n1), _kept_inside(self.risk, n2)
            if measure is Measure.RR:
                return sqrt((1 / one - 1) / n1 + (1 / two - 1) / n2)
            if measure is Measure.RD:
                return sqrt(one * (1 - one) / n1 + two * (1 - two) / n2)
            return sqrt(1 / (n1 * one * (1 - one)) + 1 / (n2 * two * (1 - two)))
        if self.one_person is None:
            raise NotRecomputed("its studies do not tell how precise it is")
        return sqrt(self.one_person * (1 / n1 + 1 / n2))

    @cached_property
    def found(self) -> Found:
        return Found(_posterior(*self.effects, 0.5 * self.unit), self.se)

    @cached_property
    def further(self) -> Further:
        """The further study; its control risk is as near to 0 and 1 as its size can show."""
        n1, n2 = self.sizes
        return Further(self.se, n1, n2, None if self.risk is None else _kept_inside(self.risk, n2))

    def information_size(self, outcome: Outcome, *, is_after: bool) -> int | None:
        """People in one trial of power 0.8 at 0.05, for the difference that matters."""
        z, z_power = float(special.ndtri(0.975)), float(special.ndtri(0.8))
        arms = [sd for row in self.rows for sd in (row.sd_intervention, row.sd_control)]
        if self.sd is not None and None not in arms and 0 not in arms:
            is_mid = outcome.measure is Measure.MD and outcome.mid is not None
            difference = outcome.mid if is_mid and outcome.mid else self.sd / 2
            return ceil(4 * ((z + z_power) * self.sd / difference) ** 2)
        risk = _control_risk(self.rows)
        if is_after and self.risk is not None:
            n = round(self.sizes[1])
            more = round((self.further.risk or 0.0) * n)
            risk = (sum(row.events_control or 0 for row in self.rows) + more) / (
                sum(row.n_control for row in self.rows) + n
            )
        rarer = min(risk or 0.0, 1 - (risk or 0.0))
        if rarer <= 0:
            return None
        p, q = rarer, 0.75 * rarer
        m = (p + q) / 2
        root = z * sqrt(2 * m * (1 - m)) + z_power * sqrt(p * (1 - p) + q * (1 - q))
        return ceil(2 * (root / (p - q)) ** 2)


def _pooled_sd(rows: Sequence[EffectInput]) -> float | None:
    arms = [arm for row in rows for arm in ((row.n_intervention, row.sd_intervention), (row.n_control, row.sd_control))]
    if not arms or any(not sd or n < 2 for n, sd in arms):
        return None
    return sqrt(sum((n - 1) * (sd or 0.0) ** 2 for n, sd in arms) / sum(n - 1 for n, _ in arms))


def _has_table(row: EffectInput) -> bool:
    told = row.events_intervention is not None and row.events_control is not None
    return told and not row.is_contrast and row.measure in TABLE_MEASURES


def _control_risk(rows: Sequence[EffectInput]) -> float | None:
    told = [(row.events_control, row.n_control) for row in rows if row.events_control is not None and row.n_control]
    return sum(events for events, _ in told) / sum(n for _, n in told) if told else None


def _kept_inside(risk: float, n: float) -> float:
    """No nearer to 0 and 1 than half a person."""
    edge = min(0.5, 0.5 / n)
    return max(edge, min(1 - edge, risk))


def _treated(measure: Measure, risk: float, effect: float) -> float:
    if measure is Measure.RR:
        return risk * exp(effect)
    if measure is Measure.RD:
        return risk + effect
    odds = exp(effect) * risk / (1 - risk)
    return odds / (1 + odds)
