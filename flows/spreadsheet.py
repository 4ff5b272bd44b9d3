"""Spreadsheets of studies with metafor's column names become effects and variances.

A file is a CSV with one study per row and one of these sets of columns, in any order, others being ignored:

    ai n1i ci n2i (or ai bi ci di)      events and totals, intervention first      RR OR RD PETO
    m1i sd1i n1i m2i sd2i n2i           means, SDs, people                         MD SMD ROM …
    x1i t1i x2i t2i                     events and person-time                     IRR
    oei vi_oe                           O - E and its variance                     HR IRR PETO
    yi vi (or yi sei)                   effects on the analysis scale              any
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.vocabulary import Convention, Measure
from synthesis.measures import (
    MEAN_MEASURES,
    TABLE_MEASURES,
    Means,
    effect_of_means,
    effect_of_o_minus_e,
    effect_of_tables,
    log_rate_ratio,
)
from synthesis.study_sets import Array
from synthesis.tables import Tables, ZeroCells, zero_cells_of

TABLE_COLUMNS = ("ai", "n1i", "ci", "n2i")
CELL_COLUMNS = ("ai", "bi", "ci", "di")
MEAN_COLUMNS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
RATE_COLUMNS = ("x1i", "t1i", "x2i", "t2i")
LOGRANK_COLUMNS = ("oei", "vi_oe")
EFFECT_COLUMNS = ("yi", "vi")
STANDARD_ERROR_COLUMNS = ("yi", "sei")

_LEAST = {
    **dict.fromkeys(("ai", "bi", "ci", "di", "x1i", "x2i", "sd1i", "sd2i"), (0, False)),
    **dict.fromkeys(("n1i", "n2i", "t1i", "t2i", "vi", "sei", "vi_oe"), (0, True)),
}
"""Least value by column, and whether that value itself is out."""

MISSING = frozenset({"", "na", "nan", "null", "."})


class PoolError(ValueError):
    """A file or a choice cannot be used; the message names file, line, column, value and what to do."""


@dataclass(frozen=True)
class Studies:
    """The studies of one file that have an effect, as arrays (k,), and what was left out of them."""

    dataset: str
    names: tuple[str, ...]
    yi: Array
    vi: Array
    n_participants: int
    tables: Tables | None
    notes: tuple[str, ...]


def read_studies(
    path: Path, measure: Measure, convention: Convention | None = None, zero_cells: ZeroCells | None = None
) -> Studies:
    """Read one file and compute the effect of every study.

    Parameters
    ----------
    path : CSV file in UTF-8; comma, semicolon or tab between columns
    measure : what to compute from the columns; `yi` and `vi` are taken as they are
    convention : RevMan's SMD has the approximate J, and its risk differences are not corrected for zeros
    zero_cells : instead of what measure and convention say

    Raises
    ------
    PoolError
        Naming file, line, column and value.
    """
    rows = _rows(path)
    columns = _columns(path, rows[0][1], measure)
    names, values, incomplete = [], [], []
    for line, row in rows:
        cells = [_number(path, line, name, row[name]) for name in columns]
        if None in cells:
            incomplete.append(str(line))
            continue
        _check_row(path, line, dict(zip(columns, cells, strict=True)))
        names.append(row.get("study") or row.get("trial") or row.get("author") or f"row {line}")
        values.append(cells)
    numbers = dict(zip(columns, np.array(values, dtype=np.float64).reshape(-1, len(columns)).T, strict=True))
    notes = [f"left out, not all of {', '.join(columns)} given: line {', '.join(incomplete)}"] if incomplete else []
    try:
        yi, vi, tables, people = _effects(columns, numbers, measure, convention, zero_cells)
    except ValueError as problem:
        raise PoolError(f"{path}: {problem}") from problem
    kept = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    if n_without := int((~kept).sum()):
        which = ", ".join(name for name, keep in zip(names, kept, strict=True) if not keep)
        notes.append(f"{n_without} without an effect that can be pooled ({which})")
    return Studies(
        dataset=path.stem,
        names=tuple(name for name, keep in zip(names, kept, strict=True) if keep),
        yi=yi[kept],
        vi=vi[kept],
        n_participants=round(float(people[kept].sum())),
        tables=None if tables is None else tables.columns(kept),
        notes=tuple(notes),
    )


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows that hold anything, with their lines in the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise PoolError(f"{path}: cannot be read as UTF-8 text: {problem}") from problem
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    lines = list(csv.reader(text.splitlines(), delimiter=delimiter))
    names = [name.strip().lower() for name in lines[0]] if lines else []
    rows = []
    for line, cells in enumerate(lines[1:], 2):
        if len(cells) > len(names):
            raise PoolError(f"{path}, line {line}: {len(cells)} cells under {len(names)} column names")
        if any(cell.strip() for cell in cells):
            given = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            rows.append((line, dict.fromkeys(names, "") | given))
    if not rows:
        raise PoolError(f"{path}: no rows; give a header line with column names, then one study per line")
    return rows


def _columns(path: Path, row: dict[str, str], measure: Measure) -> tuple[str, ...]:
    """The set of columns that this measure is computed from, the first one that the file has."""
    sets: list[tuple[str, ...]] = []
    if measure in TABLE_MEASURES:
        sets += [TABLE_COLUMNS, CELL_COLUMNS]
    if measure in MEAN_MEASURES:
        sets.append(MEAN_COLUMNS)
    if measure is Measure.IRR:
        sets.append(RATE_COLUMNS)
    if measure in (Measure.HR, Measure.IRR, Measure.PETO):
        sets.append(LOGRANK_COLUMNS)
    sets += [EFFECT_COLUMNS, STANDARD_ERROR_COLUMNS]
    for columns in sets:
        if all(name in row for name in columns):
            return columns
    wanted = "; ".join(" ".join(columns) for columns in sets)
    raise PoolError(f"{path}: columns {', '.join(row)} do not give {measure}; it needs one of: {wanted}")


def _number(path: Path, line: int, column: str, text: str) -> float | None:
    if text.lower() in MISSING:
        return None
    try:
        value = float(text)
    except ValueError as problem:
        raise PoolError(
            f"{path}, line {line}, column {column}: {text!r} is not a number; leave it empty or write NA if unknown"
        ) from problem
    if not math.isfinite(value):
        raise PoolError(f"{path}, line {line}, column {column}: {text!r} is not a finite number")
    return value


def _check_row(path: Path, line: int, cells: dict[str, float | None]) -> None:
    """Numbers that no study can have, with the line and column they stand in."""
    for name, value in cells.items():
        least = (2, False) if name in {"n1i", "n2i"} and "sd1i" in cells else _LEAST.get(name)
        if value is None or least is None:
            continue
        bound, is_open = least
        if value < bound or (is_open and value == bound):
            words = f"above {bound:g}" if is_open else f"{bound:g} or more"
            raise PoolError(f"{path}, line {line}, column {name}: {value:g}; give {words}")
    for events, total in (("ai", "n1i"), ("ci", "n2i")):
        n, people = cells.get(events), cells.get(total)
        if n is not None and people is not None and n > people:
            raise PoolError(f"{path}, line {line}, column {events}: {n:g} events among {people:g} people ({total})")


def _effects(
    columns: tuple[str, ...],
    numbers: dict[str, Array],
    measure: Measure,
    convention: Convention | None,
    zero_cells: ZeroCells | None,
) -> tuple[Array, Array, Tables | None, Array]:
    """Effects, variances, tables where there are any, and people of every study."""
    nobody = np.zeros(len(numbers[columns[0]]))
    if columns in (TABLE_COLUMNS, CELL_COLUMNS):
        n1, n2 = (
            (numbers["n1i"], numbers["n2i"])
            if columns == TABLE_COLUMNS
            else (numbers["ai"] + numbers["bi"], numbers["ci"] + numbers["di"])
        )
        tables = Tables.of(numbers["ai"], n1, numbers["ci"], n2)
        corrected = tables.corrected(zero_cells or zero_cells_of(measure, None, convention))
        yi, vi = effect_of_tables(corrected, measure, uncorrected=tables if convention else None)
        return yi[0], vi[0], tables, n1 + n2
    if columns == MEAN_COLUMNS:
        one, two = (Means(*(numbers[f"{name}{arm}i"] for name in ("m", "sd", "n"))) for arm in (1, 2))
        is_revman = convention is not None and measure is Measure.SMD
        yi, vi = effect_of_means(one, two, Measure.SMD_APPROXIMATE if is_revman else measure)
        return yi, vi, None, numbers["n1i"] + numbers["n2i"]
    if columns == RATE_COLUMNS:
        yi, vi = log_rate_ratio(*(numbers[name] for name in RATE_COLUMNS))
    elif columns == LOGRANK_COLUMNS:
        yi, vi = effect_of_o_minus_e(numbers["oei"], numbers["vi_oe"])
    else:
        yi, vi = numbers["yi"], numbers["vi"] if columns == EFFECT_COLUMNS else numbers["sei"] ** 2
    people = numbers.get("n1i", nobody) + numbers.get("n2i", nobody)
    return yi, vi, None, people
