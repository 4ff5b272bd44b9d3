"""Forest plots as hand-made SVG: a tenth of a plotting library's bytes, its text stays text, and the page's colours apply.

This module knows the geometry: scales, ticks, what is clipped, and two layouts, one for a desk and paper and
one for a phone, on which the text stands above each line instead of beside it.
"""

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.synthesis import PooledEffect
from models.vocabulary import Interval
from reporting import numbers, words
from reporting.lines import PooledBlock, StudyLine, SubgroupLines, printed
from reporting.results import AnalysisResult, as_phrase
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
_HALF_LABEL = 24
"""Room that half of the words of a MID need, so that they stay inside."""
_FAVOURS_WIDTH = 24
"""Characters that fit on either side of no effect in both layouts."""


@dataclass(frozen=True)
class Axis:
    """Maps values of an outcome to x; symmetrical about no effect, logarithmic for ratios."""

    is_ratio: bool
    end: float
    ticks: tuple[float, ...]
    left: float
    right: float

    def x(self, value: float) -> float:
        """Place of a value, unbounded; a ratio that underflows to 0 lies infinitely far to the left."""
        if not self.is_ratio:
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
    """One line of the figure.

    `kind` is ``group`` (heading of a subgroup), ``study``, ``subtotal`` (of a subgroup), ``test`` (words alone), ``block``
    (heading of an evidence set) or ``pooled``.

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
    lines: tuple[str, ...] = ()
    """Its words, where it has nothing else."""
    remarks: tuple[str, ...] = ()
    """What is to be known of it where there is no room beside its name."""


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
    line: int = 16
    label: int = 22
    """Characters of the name of a study."""
    sentence: int = 46
    """Characters of a line of words."""

    def height(self, row: Row) -> int:
        """Height of one row."""
        detail = self.detail if row.kind in {"pooled", "subtotal"} and row.detail else 0
        lines = self.line * max(0, len(row.lines) - 1)
        return self.rows[row.kind] + detail + lines + (self.prediction if row.prediction else 0)


DESK = Layout(
    "desk",
    900,
    (478, 742),
    52,
    {"group": 30, "study": 40, "subtotal": 28, "test": 26, "block": 34, "pooled": 28},
    prediction=16,
    label=22,
    sentence=110,
)
PHONE = Layout(
    "phone",
    340,
    (22, 318),
    10,
    {"group": 34, "study": 90, "subtotal": 54, "test": 26, "block": 48, "pooled": 54},
    detail=16,
    prediction=16,
    label=22,
    sentence=46,
)


def forest_plot(result: AnalysisResult, *, phone: bool = False) -> str:
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
    rows = tuple(_rows(result, axis, layout))
    tops, y = [], float(layout.head)
    for row in rows:
        tops.append(y)
        y += layout.height(row)
    if phone and result.mid and rows[-1].kind in {"test", "study"}:
        y += layout.line  # the words of the MID stand above the axis
    sides = _sides(result)
    is_right_good = result.direction == "higher"
    mid_x = axis.x(result.mid if is_right_good else -result.mid) if result.mid else None
    return TEMPLATES.get_template("forest.svg").render(
        result=result,
        layout=layout,
        axis=axis,
        rows=list(zip(rows, tops, strict=True)),
        bottom=y,
        height=y + 36 + 14 * max(len(lines) for lines in sides),
        null_x=axis.x(result.null),
        mid_x=mid_x,
        mid_label_x=None if mid_x is None else min(max(mid_x, _HALF_LABEL), layout.width - _HALF_LABEL),
        mid_text=f"MID {numbers.plain(result.mid)}",
        sides=sides,
        arms=_arms(result),
        description=_describe(result),
    )


def _sides(result: AnalysisResult) -> tuple[list[str], list[str]]:
    """What is to be read left and right of no effect, in lines; whom it favours only where the review says it."""
    arms = (as_phrase(result.control), as_phrase(result.intervention))
    if result.direction == "unknown":
        heads, names = ("← Lower with", "Higher with →"), (arms[1], arms[1])
    else:
        heads = ("← Favours", "Favours →")
        names = arms if result.direction == "higher" else arms[::-1]
    left, right = ([head, *textwrap.wrap(name, _FAVOURS_WIDTH)] for head, name in zip(heads, names, strict=True))
    return left, right


def _arms(result: AnalysisResult) -> str:
    """What the numbers of an arm are."""
    inputs = [study.input for study in result.studies]
    if any(item.time_intervention is not None for item in inputs):
        return "events in person-time"
    if any(item.events_intervention is not None for item in inputs):
        return "events/total"
    return "mean (SD)" if any(item.mean_intervention is not None for item in inputs) else "participants"


def _axis(result: AnalysisResult, left: float, right: float) -> Axis:
    values = []
    for study in result.studies:
        values += [study.ci_low, study.ci_high]
    blocks = [*result.blocks, *(block for group in result.groups for block in group.blocks)]
    for effect in (e for block in blocks for e in block.effects):
        if effect.interval is Interval.WALD or effect.k > 2:
            values += [effect.ci_low, effect.ci_high]
    known = [value for value in values if value is not None]
    if not result.is_ratio:
        reach = max([abs(value) for value in known] + [result.mid or 0.0, 1e-9])
        end = _nice(reach)
        return Axis(False, end, (-end, -end / 2, 0.0, end / 2, end), left, right)
    reach = max([math.exp(abs(math.log(value))) for value in known if value > 0] + [1.0])
    end = next((end for end in _RATIO_TICKS if end >= reach), 100)
    return Axis(True, end, _RATIO_TICKS[end], left, right)


def _nice(reach: float) -> float:
    power = 10.0 ** math.floor(math.log10(reach))
    return next((step * power for step in _NICE if step * power >= reach), 10 * power)


def _rows(result: AnalysisResult, axis: Axis, layout: Layout) -> Iterator[Row]:
    heaviest = max((study.weight_pct or 0.0 for study in result.studies), default=0.0)
    for group in result.groups:
        yield from _group_rows(group, axis, layout, heaviest)
    if not result.groups:
        for study in result.studies:
            yield _study_row(study, axis, layout, heaviest)
    for sentence in difference_sentences(result):
        yield Row("test", "", lines=tuple(textwrap.wrap(sentence, layout.sentence)))
    for block in result.blocks:
        yield Row("block", f"{block.title} evidence", detail=block.size, is_provisional=block.is_provisional)
        for label, effect in block.lines:
            yield _pooled_row("pooled", block, effect, _all_models(block, label), axis)


def _all_models(block: PooledBlock, label: str) -> str:
    """Name of a line: its model, or that several of them print the same."""
    return "All models" if block.is_uniform and len(block.effects) > 1 else label


def _group_rows(group: SubgroupLines, axis: Axis, layout: Layout, heaviest: float) -> Iterator[Row]:
    title = textwrap.wrap(group.title, layout.sentence - 6)
    yield Row("group", group.title, lines=tuple(title))
    for study in group.studies:
        yield _study_row(study, axis, layout, heaviest)
    for block in group.blocks:
        label = f"Subtotal, {block.title.lower()}" if len(group.blocks) > 1 else "Subtotal"
        yield _pooled_row("subtotal", block, block.effects[0], label, axis)


def difference_sentences(result: AnalysisResult) -> Iterator[str]:
    """Whether its subgroups differ, one sentence for each evidence that says something else."""
    for evidence_set, test in result.tests:
        which = f", {words.EVIDENCE_SETS[evidence_set].lower()} evidence" if len(result.tests) > 1 else ""
        yield (
            f"Test for subgroup differences{which}: χ² = {numbers.fixed(test.chi2, 2)}, df = {test.df},"
            f" {numbers.p_value(test.p_value)}, I² = {numbers.percent(test.i2_pct)}"
        )


def _study_row(study: StudyLine, axis: Axis, layout: Layout, heaviest: float) -> Row:
    ident = study.input.study_id if study.study != study.input.study_id else ""
    below = study.input.part or ident
    mark = None
    if study.estimate is not None and study.ci_low is not None and study.ci_high is not None:
        share = (study.weight_pct or 0.0) / heaviest if heaviest else 0.0
        side = max(_SMALLEST_SQUARE, _LARGEST_SQUARE * math.sqrt(share))
        mark = _mark("square", axis, (study.ci_low, study.estimate, study.ci_high), study.is_provisional, side)
    return Row(
        "study",
        _cut(study.study, layout.label),
        detail=" · ".join(filter(None, (_cut(below, layout.label), *study.marks))),
        remarks=tuple(filter(None, (study.input.part, *study.marks))),
        intervention=study.intervention,
        control=study.control,
        weight=study.weight_text,
        effect=study.effect_text,
        is_provisional=study.is_provisional,
        mark=mark,
    )


def _cut(name: str, length: int) -> str:
    return name if len(name) <= length else name[: length - 1].rstrip(" ,") + "…"


def _pooled_row(kind: str, block: PooledBlock, effect: PooledEffect, label: str, axis: Axis) -> Row:
    mark = prediction = None
    if effect.estimate is not None and effect.ci_low is not None and effect.ci_high is not None:
        limits = (effect.ci_low, effect.estimate, effect.ci_high)
        mark = _mark("diamond", axis, limits, block.is_provisional)
        if effect.pi_low is not None and effect.pi_high is not None:
            limits = (effect.pi_low, effect.estimate, effect.pi_high)
            prediction = _mark("prediction", axis, limits, block.is_provisional)
    return Row(
        kind,
        label,
        detail=_heterogeneity(effect),
        effect=printed(effect),
        is_provisional=block.is_provisional,
        mark=mark,
        prediction=prediction,
        prediction_text=f"prediction {numbers.interval(effect.pi_low, effect.pi_high, effect.is_ratio)}",
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


def _describe(result: AnalysisResult) -> str:
    """The figure in sentences, for those who do not see it."""
    studies = "; ".join(
        f"{study.label}{''.join(f' ({mark})' for mark in study.marks)} {study.effect_text}" for study in result.studies
    )
    groups = "; ".join(
        f"{group.title} {printed(block.effects[0])}" for group in result.groups for block in group.blocks
    )
    pooled = "; ".join(
        f"{block.title} evidence, {_all_models(block, label).replace('All', 'all')} {printed(effect)}"
        for block in result.blocks
        for label, effect in block.lines
    )
    by_group = f" Subgroups: {groups}." if groups else ""
    tested = "".join(f" {sentence}." for sentence in difference_sentences(result))
    return f"Studies: {studies or 'none'}.{by_group}{tested} Pooled: {pooled or 'none'}."
