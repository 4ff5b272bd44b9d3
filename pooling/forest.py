"""Forest plots in plain text, for a terminal: studies, then each way of pooling them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from models.vocabulary import RATIOS
from pooling.effects import Studies
from pooling.pool import Analysis
from synthesis.inverse_variance import critical_value
from synthesis.pooling import Pooled, natural


@dataclass(frozen=True)
class Beside:
    """A line that stands beside the pooled ones of a file, on the analysis scale, and what is said of it."""

    path: Path
    label: str
    estimate: float
    ci_low: float
    ci_high: float
    said: tuple[str, ...]


def forest(found: Sequence[Analysis], width: int = 41, beside: Sequence[Beside] = ()) -> str:
    """Tables with forest plots in plain text, one per file: studies, then each way of pooling them."""
    files = groupby(found, key=lambda analysis: analysis.studies.path)
    return "\n\n".join(
        _forest_of(list(of_file), width, [line for line in beside if line.path == path]) for path, of_file in files
    )


def _forest_of(found: Sequence[Analysis], width: int, beside: Sequence[Beside]) -> str:
    studies, measure, level = found[0].studies, found[0].pooled.measure, found[0].pooled.level
    reach = float(critical_value(level, np.inf)) * np.sqrt(studies.vi)
    lines = [
        (name, float(y), float(y - r), float(y + r), "■")
        for name, y, r in zip(studies.names, studies.yi, reach, strict=True)
    ]
    lines += [
        (label(item), item.pooled.estimate, item.pooled.ci_low, item.pooled.ci_high, "◆")
        for item in found
        if item.pooled.estimate is not None and item.pooled.ci_low is not None and item.pooled.ci_high is not None
    ]
    lines += [(item.label, item.estimate, item.ci_low, item.ci_high, "◆") for item in beside]
    low, high = _axis([value for line in lines for value in line[1:4]], studies)
    widest = max((len(line[0]) for line in lines), default=0)
    scale = f"log {measure}" if measure in RATIOS else str(measure)
    title = f"{studies.dataset}: {measure}, {level:.0%} limits, {studies.size}"
    out = [title, ""]
    for name, estimate, ci_low, ci_high, mark in lines:
        middle, left, right = (_short(natural(value, measure)) for value in (estimate, ci_low, ci_high))
        text = f"{middle} ({left} to {right})"
        out.append(f"{name:<{widest}}  {_bar(estimate, ci_low, ci_high, mark, (low, high), width)}  {text}")
    out.append(f"{'':<{widest}}  {low:<{width // 2}.2f}{high:>{width - width // 2}.2f}  ({scale})")
    for item in found:
        out += [f"{label(item)}: {text}" for text in _heterogeneity(item.pooled)]
        out += [f"  note: {note}" for note in (*item.studies.notes, *item.pooled.notes)]
    out += [f"{item.label}: {text}" for item in beside for text in item.said]
    out += [f"  computed: {conversion}" for conversion in studies.conversions]
    return "\n".join(out)


def _short(value: float | None) -> str:
    """Two decimals, or the first digit that is not 0."""
    if value is None:
        return "—"
    return f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.1g}"


def label(item: Analysis) -> str:
    """How an analysis pools: convention, model, interval."""
    return " ".join(filter(None, (item.choice.convention, item.pooled.model, item.pooled.interval)))


def _heterogeneity(pooled: Pooled) -> list[str]:
    if pooled.k < 2 or pooled.q is None or pooled.q_p is None or pooled.i2_pct is None or pooled.tau2 is None:
        return []
    said = f"Q = {pooled.q:.2f} (p = {pooled.q_p:.3f}), I² = {pooled.i2_pct:.0f} %, tau² = {pooled.tau2:.4g}"
    if pooled.tau2_low is not None and pooled.tau2_high is not None:
        said += f" ({pooled.tau2_low:.4g} to {pooled.tau2_high:.4g})"
    low, high = natural(pooled.pi_low, pooled.measure), natural(pooled.pi_high, pooled.measure)
    if low is not None and high is not None:
        by = "z" if pooled.pi_df is None else f"t, {pooled.pi_df} df"
        said += f", prediction interval {_short(low)} to {_short(high)} ({by})"
    return [said]


def _axis(values: Sequence[float], studies: Studies) -> tuple[float, float]:
    """Ends of the axis: all studies' estimates and no effect; limits that reach far beyond are cut there."""
    spread = float(np.sqrt(studies.vi).max(initial=0.5)) * 2
    centres = [0.0, *studies.yi.tolist()]
    low, high = min(centres) - spread, max(centres) + spread
    return max(low, min([0.0, *values])), min(high, max([0.0, *values]))


def _bar(estimate: float, ci_low: float, ci_high: float, mark: str, ends: tuple[float, float], width: int) -> str:
    low, high = ends
    step = (high - low) / (width - 1) or 1.0

    def place(value: float) -> int:
        return min(width - 1, max(0, round((value - low) / step)))

    cells = [" "] * width
    cells[place(0.0)] = "│"
    for at in range(place(ci_low), place(ci_high) + 1):
        cells[at] = "─"
    if ci_low < low - step / 2:
        cells[0] = "◄"
    if ci_high > high + step / 2:
        cells[-1] = "►"
    cells[place(estimate)] = mark
    return "".join(cells)


def around(found: dict[str, object], title: str, indent: str = "") -> str:
    """What was asked for besides an estimate, as tables in plain text: a name, then its numbers or its rows."""
    out = [f"{indent}{title}"]
    for name, value in found.items():
        if isinstance(value, dict):
            out.append(around(value, name, indent + "  "))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            columns = [column for column in value[0] if any(row.get(column) is not None for row in value)]
            rows = [columns, *([_cell(row.get(column)) for column in columns] for row in value)]
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            out += [
                f"{indent}  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
                for row in rows
            ]
        else:
            out.append(f"{indent}  {name}: {_cell(value)}")
    return "\n".join(out)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    return "—" if value is None else str(value)
