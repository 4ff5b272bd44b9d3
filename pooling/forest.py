"""Forest plots in plain text, for a terminal: studies, then each way of pooling them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from pathlib import Path

import numpy as np

from models.vocabulary import RATIOS
from pooling.effects import Studies
from pooling.pool import Analysis
from pooling.study_records import read
from synthesis.inverse_variance import critical_value
from synthesis.pooling import Pooled

_FARTHEST = 1e300
"""What is farther is drawn there."""


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
    """Tables with forest plots in plain text: studies, then each way of pooling them.

    One for every file, and one more where a way of pooling has other effects of the studies than the one before, as
    Peto has. What stands beside the pooled estimates of a file comes with the last of its plots.
    """
    plots: list[list[Analysis]] = []
    for analysis in found:
        if plots and _has_rows_of(plots[-1][0].studies, analysis.studies):
            plots[-1].append(analysis)
        else:
            plots.append([analysis])
    last = {plot[0].studies.path: place for place, plot in enumerate(plots)}
    return "\n\n".join(
        _forest_of(plot, width, [line for line in beside if last[line.path] == place])
        for place, plot in enumerate(plots)
    )


def _has_rows_of(one: Studies, other: Studies) -> bool:
    is_same_file = one.path == other.path and one.rows == other.rows
    return is_same_file and np.array_equal(one.yi, other.yi) and np.array_equal(one.vi, other.vi)


def _forest_of(found: list[Analysis], width: int, beside: Sequence[Beside]) -> str:
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
    lines = [line for line in lines if not any(map(isnan, line[1:4]))]
    low, high = _axis([value for line in lines for value in line[1:4]], studies)
    widest = max((len(line[0]) for line in lines), default=0)
    weights, heads = _weights(found)
    scale = f"log {measure}" if measure in RATIOS else str(measure)
    out = [f"{studies.dataset}: {measure}, {level:.0%} limits, {studies.size}", ""]
    if heads:
        out.append(f"{'':<{widest}}  {heads}")
    for i, (name, estimate, ci_low, ci_high, mark) in enumerate(lines):
        middle, left, right = (short(read(value, measure)) for value in (estimate, ci_low, ci_high))
        weight = weights[i] if i < len(weights) else " " * len(heads)
        bar = _bar(estimate, ci_low, ci_high, mark, (low, high), width)
        out.append(f"{name:<{widest}}  {weight}{'  ' if heads else ''}{bar}  {middle} ({left} to {right})")
    indent = " " * (widest + len(heads) + (2 if heads else 0))
    if lines:
        out.append(f"{indent}  {_end(low):<{width // 2}}{_end(high):>{width - width // 2}}  ({scale})")
    for item in found:
        out += [f"{label(item)}: {text}" for text in _numbers(item.pooled)]
    out += [f"{item.label}: {text}" for item in beside for text in item.said]
    out += [f"  note: {note}" for note in dict.fromkeys(note for item in found for note in item.studies.notes)]
    for item in found:
        out += [
            f"  note: {note}" if len(found) == 1 else f"  note: {label(item)}: {note}" for note in item.pooled.notes
        ]
    out += [f"  computed: {conversion}" for conversion in studies.conversions]
    return "\n".join(out)


def _weights(found: Sequence[Analysis]) -> tuple[list[str], str]:
    """For each study its weights in per cent, a column for each way of pooling with different ones; and their heads."""
    columns: dict[tuple[str, ...], str] = {}
    for item in found:
        if item.pooled.weights_pct and all(map(isfinite, item.pooled.weights_pct)):
            texts = tuple(f"{weight:.1f} %" for weight in item.pooled.weights_pct)
            columns.setdefault(texts, "weight" if len(found) == 1 else f"weight {item.pooled.model}")
    widths = [max(map(len, (head, *texts))) for texts, head in columns.items()]
    rows = zip(*columns, strict=True)
    return (
        ["  ".join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True)) for row in rows],
        "  ".join(f"{head:>{width}}" for head, width in zip(columns.values(), widths, strict=True)),
    )


def _end(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 1e6 else f"{value:.2g}"


def p_text(p: float) -> str:
    """``p = 0.031``; a p that three decimals would show as 0 is below them."""
    return f"p = {p:.3f}" if p >= 0.0005 else "p < 0.001"


def short(value: float | None) -> str:
    """Two decimals, or the first digit that is not 0."""
    if value is None:
        return "—"
    if abs(value) >= 1e6:
        return f"{value:.3g}"
    return f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.1g}"


def label(item: Analysis) -> str:
    """How an analysis pools: convention, model, interval."""
    return " ".join(filter(None, (item.choice.convention, item.pooled.model, item.pooled.interval)))


def _numbers(pooled: Pooled) -> list[str]:
    said = [] if pooled.p_value is None else [p_text(pooled.p_value)]
    if pooled.k >= 2 and None not in (pooled.q, pooled.q_p, pooled.tau2):
        said.append(_heterogeneity(pooled))
    low, high = read(pooled.pi_low, pooled.measure), read(pooled.pi_high, pooled.measure)
    if low is not None and high is not None:
        by = "z" if pooled.pi_df is None else f"t, {pooled.pi_df} df"
        said.append(f"prediction interval {short(low)} to {short(high)} ({by})")
    return ["; ".join(said)] if said else []


def _heterogeneity(pooled: Pooled) -> str:
    q, q_p, tau2 = pooled.q or 0.0, pooled.q_p or 0.0, pooled.tau2 or 0.0
    i2 = "" if pooled.i2_pct is None else f", I² = {pooled.i2_pct:.0f} %"
    said = f"Q = {short(q)} ({p_text(q_p)}){i2}, tau² = {tau2:.4g}"
    if pooled.tau2_low is None or pooled.tau2_high is None or isnan(pooled.tau2_low) or isnan(pooled.tau2_high):
        return said
    limits = f"{pooled.tau2_low:.4g} to {pooled.tau2_high:.4g}" if pooled.tau2_high else "no limits"
    return f"{said} ({limits})"


def _drawn(value: float) -> float:
    """A number whose differences to others are numbers, too."""
    return min(_FARTHEST, max(-_FARTHEST, value))


def _axis(values: Sequence[float], studies: Studies) -> tuple[float, float]:
    """Ends of the axis: all studies' estimates and no effect; limits that reach far beyond are cut there."""
    values = [*map(_drawn, values)]
    spread = float(np.sqrt(studies.vi).max(initial=0.5)) * 2
    centres = [0.0, *map(_drawn, studies.yi.tolist())]
    low, high = min(centres) - spread, max(centres) + spread
    return max(low, min([0.0, *values])), min(high, max([0.0, *values]))


def _bar(estimate: float, ci_low: float, ci_high: float, mark: str, ends: tuple[float, float], width: int) -> str:
    low, high = ends
    estimate, ci_low, ci_high = map(_drawn, (estimate, ci_low, ci_high))
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
            columns = [
                column for column in value[0] if column != "notes" and any(row.get(column) is not None for row in value)
            ]
            rows = [columns, *([_cell(row.get(column)) for column in columns] for row in value)]
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            out += [
                f"{indent}  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
                for row in rows
            ]
            out += [f"{indent}  note: {row[columns[0]]}: {note}" for row in value for note in row.get("notes", ())]
        elif name == "notes" and isinstance(value, list):
            out += [f"{indent}  note: {note}" for note in value]
        else:
            out.append(f"{indent}  {name}: {_cell(value)}")
    return "\n".join(out)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    return "—" if value is None else str(value)
