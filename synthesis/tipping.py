"""How the missing must have fared for the answer to be another one: a surface of assumptions, and its nearest edges."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from math import inf, isfinite, log
from typing import Literal

import numpy as np
from scipy.optimize.elementwise import find_root

from models.missing import SurfacePoint, TippingPoint
from synthesis.incomplete import Incomplete, fixed
from synthesis.inverse_variance import PooledSets
from synthesis.natural_scale import natural_of
from synthesis.study_sets import Array

NO_EFFECT, SIDE, MID = "no effect", "side", "MID"
"""Whether the interval excludes no effect; on which side of it the estimate lies; whether that reaches the smallest
difference that matters, on the side on which it lies as analysed."""

SPREADS = 10.0
"""Where the end of a scale is not told, the missing differ by up to so many of the largest standard deviation."""

LARGEST_ODDS_RATIO = 1e6
"""Beyond it everybody, or nobody, had the event as far as ten thousands of people can tell."""

STEPS = 256
"""Intervals into which a line is cut before an edge is looked for within one of them."""

ODDS_RATIOS = (0.1, 0.2, 1 / 3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Axis of a surface of events."""

Margin = Callable[[PooledSets], Array]
"""Above 0 where the answer to a question is yes, and by how much."""

_EACH_SIDE = 4
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Line:
    """A direction on the surface: who of the missing fares better (1), worse (-1), or as those observed (0)."""

    name: str
    intervention: int
    control: int


def lines(direction: Literal["higher", "lower", "unknown"]) -> tuple[Line, ...]:
    """The eight directions from the middle; of an outcome of which nobody says what is better, up and down."""
    up, down = ("higher", "lower") if direction == "unknown" else ("better", "worse")
    return (
        Line(f"intervention {down}", -1, 0),
        Line(f"control {up}", 0, 1),
        Line(f"both {down}", -1, -1),
        Line(f"intervention {down}, control {up}", -1, 1),
        Line(f"intervention {up}", 1, 0),
        Line(f"control {down}", 0, -1),
        Line(f"both {up}", 1, 1),
        Line(f"intervention {up}, control {down}", 1, -1),
    )


@dataclass(frozen=True)
class Tipping:
    """What the missing of one analysis would change.

    Attributes
    ----------
    incomplete : its rows
    direction : of its outcome, as events are counted
    mid : smallest difference that matters, on the analysis scale; None where effects are not in its unit
    """

    incomplete: Incomplete
    direction: Literal["higher", "lower", "unknown"]
    mid: float | None = None

    @cached_property
    def as_analysed(self) -> dict[str, float]:
        """Above 0 where the answer to a question is yes, below 0 where it is no: of the missing as those observed."""
        pooled = self.incomplete.pooled(fixed(np.zeros(1), np.zeros(1)))
        return {question: float(margin(pooled)[0]) for question, margin in self._margins.items()}

    @cached_property
    def _margins(self) -> dict[str, Margin]:
        found: dict[str, Margin] = {NO_EFFECT: _beyond_no_effect, SIDE: lambda at: at.estimate}
        if self.mid is not None:
            side = 1.0 if (self.incomplete.effect.yi or 0.0) >= 0 else -1.0
            found[MID] = partial(_reaches, side * self.mid)
        return found

    def surface(self) -> tuple[SurfacePoint, ...]:
        """The pooled effect on a square grid of assumptions, the intervention's first; its middle is as analysed."""
        axis = self._axis()
        first, second = (values.ravel() for values in np.meshgrid(axis, axis, indexing="ij"))
        pooled = self.incomplete.pooled(fixed(first, second))
        changes = self._changes(pooled)
        return tuple(
            SurfacePoint(
                intervention=self._natural_assumption(first[i]),
                control=self._natural_assumption(second[i]),
                estimate=self._natural(pooled.estimate[i]),
                ci_low=self._natural(pooled.ci_low[i]),
                ci_high=self._natural(pooled.ci_high[i]),
                p_value=float(pooled.p_value[i]) if np.isfinite(pooled.p_value[i]) else None,
                changes=tuple(question for question, changed in changes.items() if changed[i]),
            )
            for i in range(len(first))
        )

    @cached_property
    def tipping_points(self) -> tuple[TippingPoint, ...]:
        """The nearest edge of every question along every line."""
        own = lines(self.direction)
        towards = self._sign * np.array([(line.intervention, line.control) for line in own], dtype=np.float64)
        reach = [self._furthest(line) for line in own]
        paths = np.linspace(0.0, [furthest for furthest, _ in reach], STEPS + 1, axis=1)
        pooled = self.incomplete.pooled(fixed(*(side.ravel() for side in towards.T[:, :, None] * paths)))
        edges = {
            question: self._edges(
                margin, paths, towards, self.as_analysed[question], margin(pooled).reshape(paths.shape)
            )
            for question, margin in self._margins.items()
        }
        is_finite = np.isfinite(pooled.estimate).reshape(paths.shape)
        return tuple(
            self._point(line.name, question, towards[at], sizes[at], _searched(paths[at], is_finite[at], reach[at][1]))
            for at, line in enumerate(own)
            for question, sizes in edges.items()
        )

    def _edges(self, margin: Margin, paths: Array, towards: Array, before: float, answers: Array) -> list[float | None]:
        """Where the answer changes first along each line: a step of its path, then the root within that."""
        exists = np.logical_and.accumulate(np.isfinite(answers), axis=1)
        changed = _is_other(answers, before) & exists
        which = np.flatnonzero(changed.any(axis=1) & (paths[:, -1] > 0))
        if not len(which):
            return [None] * len(paths)
        end = changed.argmax(axis=1)[which]

        def of_path(size: Array, intervention: Array, control: Array) -> Array:
            pooled = self.incomplete.pooled(fixed((intervention * size).ravel(), (control * size).ravel()))
            return margin(pooled).reshape(size.shape)

        start = np.maximum(end - 1, 0)
        low, high = paths[which, start], paths[which, end]
        found = find_root(
            of_path,
            (low, high),
            args=(towards[which, 0], towards[which, 1]),
            tolerances={"xatol": 1e-12, "xrtol": 1e-14},
        )
        # An end of a step at which the margin is 0 is the edge itself, and no bracket of a root.
        ends = [answers[which, start] == 0, answers[which, end] == 0]
        sizes = np.select(ends, [low, high], default=np.asarray(found.x))
        roots = dict(zip(which.tolist(), sizes.tolist(), strict=True))
        return [roots.get(at) for at in range(len(paths))]

    def _point(
        self, line: str, question: str, towards: Array, size: float | None, searched: tuple[float, bool]
    ) -> TippingPoint:
        furthest, is_whole = searched
        return TippingPoint(
            line=line,
            question=question,
            intervention=None if size is None else self._natural_assumption(towards[0] * size),
            control=None if size is None else self._natural_assumption(towards[1] * size),
            size=None if size is None else self._natural_assumption(size),
            in_mids=size / self.mid if size is not None and self.mid and not self.incomplete.is_of_events else None,
            furthest=self._natural_assumption(furthest),
            is_whole=is_whole,
        )

    @property
    def _sign(self) -> float:
        """Of what is better."""
        return -1.0 if self.direction == "lower" else 1.0

    def _furthest(self, line: Line) -> tuple[float, bool]:
        """How far a line goes, and whether nothing lies beyond."""
        if self.incomplete.is_of_events:
            return log(LARGEST_ODDS_RATIO), True
        choice = self.incomplete.choice
        reach, spread = 0.0, 0.0
        for side, towards in zip(self.incomplete.sides, (line.intervention, line.control), strict=True):
            end = choice.highest if towards * self._sign > 0 else choice.lowest
            spread = max(spread, float(side.sd.max()))
            if towards and end is not None and side.has_missing.any():
                reach = max(reach, float(np.abs(end - side.mean[side.has_missing]).max()))
        return (SPREADS * spread, False) if choice.lowest is None else (reach, True)

    def _axis(self) -> Array:
        """Assumptions about one arm, on the analysis scale, the middle one 0."""
        if self.incomplete.is_of_events:
            return np.log(np.array(ODDS_RATIOS, dtype=np.float64))
        edges = [point.size for point in self.tipping_points if point.size is not None and point.question == NO_EFFECT]
        spread = max(float(side.sd.max()) for side in self.incomplete.sides)
        wanted = max(min(edges, default=0.0) * 1.3, 2 * (self.mid or spread / 2))
        axis: Array = _nice(wanted / _EACH_SIDE) * np.arange(-_EACH_SIDE, _EACH_SIDE + 1, dtype=np.float64)
        return axis

    def _changes(self, pooled: PooledSets) -> dict[str, Array]:
        return {
            question: _is_other(margin(pooled), self.as_analysed[question])
            for question, margin in self._margins.items()
        }

    def _natural_assumption(self, value: float) -> float:
        return natural_of(value, is_ratio=self.incomplete.is_of_events)

    def _natural(self, value: float) -> float | None:
        number = natural_of(value, is_ratio=self.incomplete.effect.is_ratio)
        return number if isfinite(number) else None


def _searched(path: Array, is_finite: Array, is_whole: bool) -> tuple[float, bool]:
    """How far a line was searched: as far as there is an effect."""
    if is_finite.all():
        return float(path[-1]), is_whole
    return float(path[max(int(is_finite.argmin()) - 1, 0)]), False


def _beyond_no_effect(pooled: PooledSets) -> Array:
    """How far the interval keeps away from no effect; below 0 where it includes it."""
    return np.asarray(np.maximum(pooled.ci_low, -pooled.ci_high))


def _reaches(mid: float, pooled: PooledSets) -> Array:
    """How far the estimate lies beyond a difference, on its side of no effect."""
    beyond: Array = pooled.estimate * (1.0 if mid >= 0 else -1.0) - abs(mid)
    return beyond


def _is_other(answers: Array, before: float) -> Array:
    """Whether answers have another sign; what does not exist is no answer."""
    with np.errstate(invalid="ignore"):
        is_other: Array = ((answers > 0) != (before > 0)) & np.isfinite(answers) & np.isfinite(before)
    return is_other


def _nice(step: float) -> float:
    """The next round number."""
    power = 10.0 ** np.floor(np.log10(step)) if 0 < step < inf else 1.0
    return float(next(nice * power for nice in _NICE if nice * power >= step * (1 - 1e-9)))
