"""The second engine's pooling with one more study: every result of it at once, from the formulas, sharing no code.

Variances are the same whatever the further study finds, so that only its effect varies from set to set. Double precision is
enough for the question that is asked here, which is on which side of a line a limit lies.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Interval, Measure, Model

Array: TypeAlias = NDArray[np.float64]

HALVINGS = 60
STEPS = 240
"""Of the search for the most likely tau2, on a scale of equal ratios from far below the smallest variance."""


class NotRecomputed(Exception):
    """Why a number has no second formula here."""


@dataclass(frozen=True)
class Further:
    """The further study: standard error, people, and control risk where tables are pooled."""

    se: float
    n_intervention: float
    n_control: float
    risk: float | None


@dataclass(frozen=True)
class After:
    """Pooled effects with the further study, analysis scale, by result; NaN where none exists."""

    estimate: Array
    low: Array
    high: Array
    p_value: Array


@dataclass(frozen=True)
class _Sets:
    """Effects (S, k), the last of each set the further study's, with variances (k,)."""

    y: Array
    v: Array

    @property
    def k(self) -> int:
        return len(self.v)

    def mean(self, tau2: Array) -> tuple[Array, Array, Array]:
        """Weights (S, k), weighted means (S,) and sums of squares around them (S,), under tau2 (S,)."""
        w = 1 / (self.v + tau2[:, None])
        mean = (w * self.y).sum(axis=1) / w.sum(axis=1)
        return w, mean, (w * (self.y - mean[:, None]) ** 2).sum(axis=1)


def pool_again(
    rows: Sequence[EffectInput],
    effects: tuple[Sequence[float], Sequence[float]],
    effect: PooledEffect,
    further: Further,
    results: Array,
) -> After:
    """Pool studies and a further one that finds each of some results, as the convention of an effect does it.

    Parameters
    ----------
    rows, effects : studies, and their effects and variances
    effect : the present one, for its model, interval and level
    further : the study that joins them
    results : (S,) what it may find, analysis scale

    Raises
    ------
    NotRecomputed
        If the analysis has rules of its own for zero cells, or the model is none of a convention's headlines.
    """
    y = np.hstack([np.tile(np.array(effects[0]), (len(results), 1)), results[:, None]])
    sets = _Sets(y, np.array([*effects[1], further.se**2]))
    cells = None
    if effect.model in (Model.MH, Model.PETO) or effect.centre is not None:
        cells = _cells(rows, further, effect.measure, results)
    if effect.model is Model.PETO and cells is not None:
        return _with_limits(*_peto(cells), effect.level, None)
    if effect.model is Model.MH and cells is not None:
        return _with_limits(*_mantel_haenszel(cells, effect.measure), effect.level, None)
    tau2 = np.zeros(len(results))
    if effect.model is Model.DL:
        centre = None if cells is None else _mantel_haenszel(cells, effect.measure)[0]
        tau2 = _dersimonian_laird(sets, centre)
    elif effect.model is not Model.COMMON:
        if effect.model not in TAU2:
            raise NotRecomputed(f"{effect.model} has no second engine for a further study")
        tau2 = TAU2[effect.model](sets)
    w, estimate, q = sets.mean(tau2)
    variance, df = 1 / w.sum(axis=1), None
    if effect.interval is not Interval.WALD:
        factor = q / (sets.k - 1)
        variance = variance * (factor if effect.interval is Interval.HKSJ else np.maximum(factor, 1))
        df = sets.k - 1
    return _with_limits(estimate, np.sqrt(variance), effect.level, df)


def _with_limits(estimate: Array, se: Array, level: float, df: int | None) -> After:
    tail = (1 - level) / 2
    half = -(special.ndtri(tail) if df is None else special.stdtrit(df, tail)) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        away = -np.abs(estimate / se)
        beyond = special.ndtr(away) if df is None else special.stdtr(df, away)
        p = np.where(se > 0, 2 * beyond, np.where(estimate == 0, 1.0, 0.0))
    return After(estimate, estimate - half, estimate + half, np.where(np.isfinite(estimate), p, np.nan))


# Variance between studies.


def _trace(v: Array) -> float:
    return float((1 / v).sum() - (1 / v**2).sum() / (1 / v).sum())


def _dersimonian_laird(sets: _Sets, centre: Array | None = None) -> Array:
    _, mean, _ = sets.mean(np.zeros(len(sets.y)))
    around = mean if centre is None else centre
    q = ((sets.y - around[:, None]) ** 2 / sets.v).sum(axis=1)
    return np.asarray(np.maximum(0.0, (q - (sets.k - 1)) / _trace(sets.v)))


def _hedges(sets: _Sets) -> Array:
    return np.asarray(np.maximum(0.0, sets.y.var(axis=1, ddof=1) - sets.v.mean()))


def _sidik_jonkman(sets: _Sets) -> Array:
    crude = sets.y.var(axis=1)
    return np.asarray(crude * sets.mean(crude)[2] / (sets.k - 1))


def _paule_mandel(sets: _Sets) -> Array:
    def excess(tau2: Array) -> Array:
        return np.asarray(sets.mean(tau2)[2] - (sets.k - 1))

    none = np.zeros(len(sets.y))
    found = _halved(excess, none, sets.y.var(axis=1, ddof=1))
    return np.where(excess(none) > 0, found, 0.0)


def _most_likely(sets: _Sets, *, is_restricted: bool) -> Array:
    """The highest point of the likelihood among many, then where its slope is 0 beside it."""
    low, high = sets.v.min() / 1e4, 2 * np.ptp(sets.y, axis=1).max() ** 2 + sets.v.max()
    grid = np.array([0.0, *np.geomspace(low, high, STEPS)])
    heights = np.array([_log_likelihood(sets, tau2, is_restricted=is_restricted) for tau2 in grid])
    best = heights.argmax(axis=0)
    below, above = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, STEPS)]

    def slope(tau2: Array) -> Array:
        w, _, _ = sets.mean(tau2)
        mean = (w * sets.y).sum(axis=1) / w.sum(axis=1)
        squares = (w**2).sum(axis=1)
        value = (w**2 * (sets.y - mean[:, None]) ** 2).sum(axis=1) - w.sum(axis=1)
        return np.asarray(value + (squares / w.sum(axis=1) if is_restricted else 0.0))

    return np.where((best == 0) & (slope(below) <= 0), 0.0, _halved(slope, below, above))


def _log_likelihood(sets: _Sets, tau2: float, *, is_restricted: bool) -> Array:
    w, _, q = sets.mean(np.full(len(sets.y), tau2))
    value = np.log(w).sum(axis=1) - q
    return np.asarray(value - (np.log(w.sum(axis=1)) if is_restricted else 0.0))


def _halved(falling: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Where functions turn from positive to not positive."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_above = falling(middle) > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return np.asarray((low + high) / 2)


TAU2: dict[Model, Callable[[_Sets], Array]] = {
    Model.HE: _hedges,
    Model.SJ: _sidik_jonkman,
    Model.PM: _paule_mandel,
    Model.EB: _paule_mandel,
    Model.ML: lambda sets: _most_likely(sets, is_restricted=False),
    Model.REML: lambda sets: _most_likely(sets, is_restricted=True),
}


# Tables: events and others of both arms, (S, k) each.


def _cells(rows: Sequence[EffectInput], further: Further, measure: Measure, results: Array) -> tuple[Array, ...]:
    if any(row.zero_add is not None or row.zero_to is not None or row.zero_by_arm or row.zero_double for row in rows):
        raise NotRecomputed("its analysis has a rule of its own for zero cells")
    risk = further.risk
    if risk is None or any(row.events_intervention is None or row.is_contrast for row in rows):
        raise NotRecomputed("its studies tell no 2 x 2 tables")
    own = []
    for row in rows:
        one, two = row.design_effect, row.design_effect * row.shared_by
        a, c = (row.events_intervention or 0) / one, (row.events_control or 0) / two
        own.append((a, row.n_intervention / one - a, c, row.n_control / two - c))
    treated, control = _risks(measure, risk, results)
    n1, n2 = further.n_intervention, further.n_control
    new = (treated * n1, (1 - treated) * n1, control * n2, (1 - control) * n2)
    return tuple(
        np.hstack([np.tile([cells[place] for cells in own], (len(results), 1)), new[place][:, None]])
        for place in range(4)
    )


def _risks(measure: Measure, risk: float, results: Array) -> tuple[Array, Array]:
    """Risks of both arms with this effect between them; the control's gives way where the other would pass 0 or 1."""
    if measure is Measure.RR:
        control = np.where(risk * np.exp(results) > 1, np.exp(-results), risk)
        return np.minimum(control * np.exp(results), 1.0), control
    if measure is Measure.RD:
        difference = np.clip(results, -1, 1)
        control = np.where(risk + difference > 1, 1 - difference, np.where(risk + difference < 0, -difference, risk))
        return np.clip(control + difference, 0, 1), control
    odds = risk / (1 - risk) * np.exp(np.clip(results, -700, 700))
    return odds / (1 + odds), np.full(len(results), risk)


def _halves(cells: tuple[Array, ...]) -> tuple[Array, ...]:
    """Half a person in each cell of a table of which one is empty."""
    has_zero = np.any([cell <= 0 for cell in cells], axis=0)
    return tuple(cell + 0.5 * has_zero for cell in cells)


def _mantel_haenszel(raw: tuple[Array, ...], measure: Measure) -> tuple[Array, Array]:
    a, b, c, d = _halves(raw)
    n1, n2 = a + b, c + d
    n = n1 + n2
    if measure is Measure.RD:
        m1, m2 = raw[0] + raw[1], raw[2] + raw[3]
        w = m1 * m2 / (m1 + m2)
        estimate = (w * (raw[0] / m1 - raw[2] / m2)).sum(axis=1) / w.sum(axis=1)
        spread = (w**2 * (a * b / n1**3 + c * d / n2**3)).sum(axis=1)
        return estimate, np.sqrt(spread) / w.sum(axis=1)
    if measure is Measure.RR:
        is_everybody = (raw[1] <= 0) & (raw[3] <= 0)
        above = np.where(is_everybody, c * n1, a * n2) / n
        below = c * n1 / n
        spread = ((n1 * n2 * (a + c) - a * c * n) / n**2).sum(axis=1)
        r, s = above.sum(axis=1), below.sum(axis=1)
        return np.log(r / s), np.sqrt(spread / (r * s))
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    both, one = r.sum(axis=1), s.sum(axis=1)
    variance = (
        (p * r).sum(axis=1) / (2 * both**2)
        + (p * s + q * r).sum(axis=1) / (2 * both * one)
        + (q * s).sum(axis=1) / (2 * one**2)
    )
    return np.log(both / one), np.sqrt(variance)


def _peto(cells: tuple[Array, ...]) -> tuple[Array, Array]:
    a, b, c, d = cells
    n1, n2, events = a + b, c + d, a + c
    n = n1 + n2
    variance = (n1 * n2 * events * (b + d) / (n**2 * (n - 1))).sum(axis=1)
    return (a - n1 * events / n).sum(axis=1) / variance, 1 / np.sqrt(variance)
