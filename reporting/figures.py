"""Forest plots as hand-made SVG: a tenth of a plotting library's bytes, its text stays text, and the page's colours apply.

This module knows the geometry: scales, ticks, what is clipped, and two layouts, one for a desk and paper and
one for a phone, on which the text stands above each line instead of beside it.
"""

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.synthesis import PooledEffect
from models.vocabulary import RATIOS, Interval, Measure
from reporting import numbers, words
from reporting.outcomes import OutcomeResult, PooledBlock, StudyLine, as_phrase, null_value
from reporting.typesetting import TEMPLATES

_RATIO_TICKS = {
    1.5: (0.7, 0.85, 1.0, 1.2, 1.5),
    2: (0.5, 0.7, 1.0, 1.5, 2.0),
    5: (0.2, 0.5, 1.0, 2.0, 5.0),
    10: (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    20: (0.05, 0.2, 1.0, 5.0, 20.0),
    100: (0.01, 0.1, 1.0, 10.0, 100.0),
}
"""Ticks by the ratio at the right end of the axis; the left end is its inverse. Beyond 100, limits are clipped."""

_NICE = (1, 2, 4, 6, 8)
_LARGEST_SQUARE, _SMALLEST_SQUARE = 15.0, 5.0
_FAVOURS_WIDTH = 24
"""Characters that fit on either side of no effect in both layouts."""


@dataclass(frozen=True)
class Axis:
    """Maps values of an outcome to x; symmetrical about no effect, logarithmic for ratios."""

    measure: Measure
    end: float
    ticks: tuple[float, ...]
    left: float
    right: float

    def x(self, value: float) -> float:
        """Place of a value, unbounded; a ratio that underflows to 0 lies infinitely far to the left."""
        if self.measure not in RATIOS:
            position = value / self.end
        else:
            position = math.log(value) / math.log(self.end) if value > 0 else -math.inf
        return round((self.left + self.right) / 2 + position * (self.right - self.left) / 2, 1)

    def tick_label(self, value: float) -> str:
        return numbers.fixed(value, 2).rstrip("0").rstrip(".") if value else "0"


@dataclass(frozen=True)
class Mark:
    """What is drawn on one line: a square or diamond with its interval, cut and arrowed where it leaves the axis."""

    shape: str
    x: float
    low: float
    high: float
    is_cut_low: bool
    is_cut_high: bool
    is_hollow: bool
    side: float = 0.0
    is_off_axis: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the figure; `kind` is ``study``, ``block`` (a heading) or ``pooled``.

    `prediction` is the interval in which the effect of a further study is expected, `prediction_text` its limits.
    """

    kind: str
    label: str
    detail: str = ""
    intervention: tuple[str, str] = ("", "")
    control: tuple[str, str] = ("", "")
    weight: str = ""
    effect: str = ""
    is_provisional: bool = False
    mark: Mark | None = None
    prediction: Mark | None = None
    prediction_text: str = ""


@dataclass(frozen=True)
class Layout:
    """Sizes in the units of the view box: of each kind of row, and of what a pooled row may have besides."""

    name: str
    width: int
    plot: tuple[float, float]
    head: int
    rows: dict[str, int] = field(default_factory=dict)
    detail: int = 0
    prediction: int = 0

    def height(self, row: Row) -> int:
        """Height of one row."""
        detail = self.detail if row.kind == "pooled" and row.detail else 0
        return self.rows[row.kind] + detail + (self.prediction if row.prediction else 0)


DESK = Layout("desk", 900, (478, 742), 52, {"study": 40, "block": 34, "pooled": 28}, prediction=16)
PHONE = Layout("phone", 340, (14, 326), 10, {"study": 90, "block": 48, "pooled": 54}, detail=16, prediction=16)


def forest_plot(result: OutcomeResult, *, phone: bool = False) -> str:
    """Draw the studies and pooled lines of one outcome at one time.

    Squares have areas in proportion to weight, diamonds span the pooled interval. What is provisional is
    hollow and dashed and says so. Limits beyond the axis end in arrows; the axis is set by studies and by
    the confidence intervals that inform, not by HKSJ on one degree of freedom or by prediction intervals, which
    would flatten all others.

    Parameters
    ----------
    result : studies and pooled lines, estimates on the natural scale
    phone : the narrow layout, for windows of less than about 700 px

    Returns
    -------
    str
        One ``svg`` element with title and description; '' when no study reports the outcome.
    """
    if result.is_empty:
        return ""
    layout = PHONE if phone else DESK
    axis = _axis(result, *layout.plot)
    rows = tuple(_rows(result, axis))
    tops, y = [], float(layout.head)
    for row in rows:
        tops.append(y)
        y += layout.height(row)
    is_right_good = result.outcome.direction == "higher"
    sides = (result.comparison.control, result.comparison.intervention)
    favours = [textwrap.wrap(as_phrase(name), _FAVOURS_WIDTH) for name in (sides if is_right_good else sides[::-1])]
    mid = result.outcome.mid if result.outcome.measure is Measure.MD else None
    return TEMPLATES.get_template("forest.svg").render(
        result=result,
        layout=layout,
        axis=axis,
        rows=list(zip(rows, tops, strict=True)),
        bottom=y,
        height=y + 50 + 14 * max(len(lines) for lines in favours),
        null_x=axis.x(null_value(result.outcome.measure)),
        mid_x=axis.x(mid if is_right_good else -mid) if mid else None,
        mid_text=f"MID {numbers.plain(mid)}",
        favours=favours,
        measure=f"{words.MEASURES[result.outcome.measure]} (95% CI)",
        arms=_arms(result),
        description=_describe(result),
    )


def _arms(result: OutcomeResult) -> str:
    """What the numbers of an arm are."""
    inputs = [study.input for study in result.studies]
    if any(item.events_intervention is not None for item in inputs):
        return "events/total"
    return "mean (SD)" if any(item.mean_intervention is not None for item in inputs) else "participants"


def _axis(result: OutcomeResult, left: float, right: float) -> Axis:
    measure, values = result.outcome.measure, []
    for study in result.studies:
        values += [study.ci_low, study.ci_high]
    for effect in (e for block in result.blocks for e in block.effects):
        if effect.interval is Interval.WALD or effect.k > 2:
            values += [effect.ci_low, effect.ci_high]
    known = [value for value in values if value is not None]
    if measure not in RATIOS:
        reach = max([abs(value) for value in known] + [result.outcome.mid or 0.0, 1e-9])
        end = _nice(reach)
        return Axis(measure, end, (-end, -end / 2, 0.0, end / 2, end), left, right)
    reach = max([math.exp(abs(math.log(value))) for value in known if value > 0] + [1.0])
    end = next((end for end in _RATIO_TICKS if end >= reach), 100)
    return Axis(measure, end, _RATIO_TICKS[end], left, right)


def _nice(reach: float) -> float:
    power = 10.0 ** math.floor(math.log10(reach))
    return next((step * power for step in _NICE if step * power >= reach), 10 * power)


def _rows(result: OutcomeResult, axis: Axis) -> Iterator[Row]:
    heaviest = max((study.weight_pct or 0.0 for study in result.studies), default=0.0)
    for study in result.studies:
        yield _study_row(study, axis, heaviest)
    for block in result.blocks:
        yield Row("block", f"{block.title} evidence", detail=block.size, is_provisional=block.is_provisional)
        for label, effect in block.lines:
            yield _pooled_row(block, effect, "All models" if block.is_uniform else label, axis)


def _study_row(study: StudyLine, axis: Axis, heaviest: float) -> Row:
    ident = study.input.study_id if study.label != study.input.study_id else ""
    mark = None
    if study.estimate is not None and study.ci_low is not None and study.ci_high is not None:
        share = (study.weight_pct or 0.0) / heaviest if heaviest else 0.0
        side = max(_SMALLEST_SQUARE, _LARGEST_SQUARE * math.sqrt(share))
        mark = _mark("square", axis, (study.ci_low, study.estimate, study.ci_high), study.is_provisional, side)
    return Row(
        "study",
        study.label if len(study.label) <= 22 else study.label[:21].rstrip(" ,") + "…",
        detail=" · ".join(part for part in (ident, "provisional" if study.is_provisional else "") if part),
        intervention=study.intervention,
        control=study.control,
        weight=study.weight_text,
        effect=study.effect_text,
        is_provisional=study.is_provisional,
        mark=mark,
    )


def _pooled_row(block: PooledBlock, effect: PooledEffect, label: str, axis: Axis) -> Row:
    mark = prediction = None
    if effect.estimate is not None and effect.ci_low is not None and effect.ci_high is not None:
        limits = (effect.ci_low, effect.estimate, effect.ci_high)
        mark = _mark("diamond", axis, limits, block.is_provisional)
        if effect.pi_low is not None and effect.pi_high is not None:
            limits = (effect.pi_low, effect.estimate, effect.pi_high)
            prediction = _mark("prediction", axis, limits, block.is_provisional)
    return Row(
        "pooled",
        label,
        detail=_heterogeneity(effect),
        effect=numbers.estimate(effect.measure, effect.estimate, effect.ci_low, effect.ci_high),
        is_provisional=block.is_provisional,
        mark=mark,
        prediction=prediction,
        prediction_text=f"prediction {numbers.interval(effect.measure, effect.pi_low, effect.pi_high)}",
    )


def _heterogeneity(effect: PooledEffect) -> str:
    """Between-study variance and I² of one line; nothing to say of a single study."""
    if effect.k < 2 or effect.i2_pct is None:
        return ""
    return f"τ² {numbers.variance(effect.tau2)}, I² {numbers.percent(effect.i2_pct)}"


def _mark(shape: str, axis: Axis, limits: tuple[float, float, float], is_hollow: bool, side: float = 0.0) -> Mark:
    low, x, high = (axis.x(value) for value in limits)
    return Mark(
        shape=shape,
        x=min(max(x, axis.left), axis.right),
        low=max(low, axis.left),
        high=min(high, axis.right),
        is_cut_low=low < axis.left,
        is_cut_high=high > axis.right,
        is_hollow=is_hollow,
        side=round(side, 1),
        is_off_axis=not axis.left <= x <= axis.right,
    )


def _describe(result: OutcomeResult) -> str:
    """The figure in sentences, for those who do not see it."""
    studies = "; ".join(
        f"{study.label}{' (provisional)' if study.is_provisional else ''} {study.effect_text}"
        for study in result.studies
    )
    pooled = "; ".join(
        f"{block.title} evidence, {'all models' if block.is_uniform else label}"
        f" {numbers.estimate(effect.measure, effect.estimate, effect.ci_low, effect.ci_high)}"
        for block in result.blocks
        for label, effect in block.lines
    )
    return f"Studies: {studies or 'none'}. Pooled: {pooled or 'none'}."
