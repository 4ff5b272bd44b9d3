"""What the columns of a spreadsheet mean: studies as trials report them become the numbers of one measure.

One study per row, columns in any order, others being ignored. Names are metafor's where it has one:

    ai n1i ci n2i (or ai bi ci di)      events and totals, intervention first      RR OR RD PETO
    m1i sd1i n1i m2i sd2i n2i           means, SDs, people                         MD SMD ROM …
    m1i sd1i m2i sd2i ni ri             cross-over: people, correlation            MD
    x1i t1i x2i t2i                     events and person-time                     IRR
    oei vi_oe                           O - E and its variance                     HR IRR PETO
    yi vi                               effects on the analysis scale              any
    log-rank tests with events, survival at one time: `pooling.survival`           HR

In place of a missing number a row may have, with 1 or 2 for the arm:

    sd1i    se1i; lb1i ub1i (95 % limits of the mean); q1_1i q3_1i, min1i max1i (with med1i); sdpre1i sdpost1i ri
    m1i     med1i with quartiles or range
    SDs     ti, pval, or ci.lb ci.ub of the difference of means
    vi      sei; ci.lb ci.ub; pval
    yi      ratio, whose ci.lb ci.ub are ratios too                                (ratio measures)

`icc` with `cluster_size` shrinks a cluster-randomised trial, `shared_by` divides a control group among so many rows.
`level` is that of limits where it is not 0.95. Names of other programs are known by `pooling.columns`, contradictions within a row by `pooling.agreement`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan
from pathlib import Path

import numpy as np

from models.vocabulary import Measure
from pooling import columns, survival
from pooling.cells import READERS, Reader, Values, name_of
from pooling.columns import TABLE_COLUMNS
from pooling.contradictions import Finding, told_once
from pooling.oddities import Named, of_counts, of_marks, of_rows
from pooling.sheets import CellError
from pooling.spreadsheet import PoolError, Row, read_rows
from synthesis.conversions import Conversion
from synthesis.study_sets import Array

_PAIRS = (("ci.lb", "ci.ub"), ("lb1i", "ub1i"), ("lb2i", "ub2i"), ("q1_1i", "q3_1i"), ("q1_2i", "q3_2i"), ("min1i", "max1i"),
          ("min2i", "max2i"))  # fmt: skip
"""Columns that say something only together."""


@dataclass(frozen=True)
class Numbers:
    """What a file gives for one measure, before any choice about zero cells.

    Attributes
    ----------
    path : the file
    columns : one of the sets of `pooling.columns`; what was computed from others counts as given
    rows, names : rows that give all of them, and what these studies are called
    values : arrays (k,) by column, after conversions
    people : (k,) participants, whatever a design effect made of them; NaN where nobody tells how many
    notes : how the file was read, what was left out, what is odd
    conversions : a sentence for every number that was computed, not reported
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...]
    values: dict[str, Array]
    people: Array
    notes: tuple[str, ...]
    conversions: tuple[str, ...]

    @property
    def has_tables(self) -> bool:
        return self.columns == TABLE_COLUMNS


def read_numbers(path: Path, measure: Measure) -> Numbers:
    """Read one file.

    Raises
    ------
    PoolError
        Naming file, line, column and value of everything that is wrong with it.
    """
    table = read_rows(path, columns.is_name)
    rows, renamed = columns.under_known_names(table.rows, measure)
    wanted = columns.chosen(rows[0], table.rows[0].cells, measure)
    reader = READERS[wanted]
    decimals = [*of_counts(rows, wanted), *of_marks(rows)]
    found: list[tuple[Row, str, Values]] = []
    told: list[str] = []
    seen: list[str] = []
    left_out: dict[str, list[str]] = {}
    hopeless: list[str] = []
    problems: list[str] = []
    for row in rows:
        name = name_of(row)
        said: list[Conversion] = []
        contradictions = _contradictions(reader, row, measure)
        errors = [item for item in contradictions if item.is_error]
        problems += [f"{path}, line {row.line}, columns {', '.join(item.columns)}: {item.said}" for item in errors]
        try:
            values = reader.numbers_of(row, said, measure)
        except CellError as problem:
            # A slip that is told already is not told again by whoever stumbles upon it.
            if not any(problem.column in item.columns for item in errors):
                problems.append(str(problem))
            continue
        except survival.NoNumber as why:
            hopeless.append(f"left out: {name}, {why}")
            continue
        except (ValueError, ArithmeticError) as reason:
            left_out.setdefault(str(reason), []).append(f"{name} (line {row.line})")
            continue
        if any(values[column] is None for column in reader.gives):
            left_out.setdefault("", []).append(str(row.line))
            continue
        seen += [f"{name} (line {row.line}): {item.said}" for item in contradictions if not item.is_error]
        seen += [f"{name} (line {row.line}): {item}" for item in _halves(row)]
        found.append((row, name, values))
        told += [f"{name}: {conversion}" for conversion in said]
    if problems:
        raise PoolError("\n".join(problems))
    people = np.array([nan if (n := values["people"]) is None else n for _, _, values in found], dtype=np.float64)
    arrays = {column: np.array([values[column] for _, _, values in found], dtype=np.float64) for column in reader.gives}
    named = [
        Named(name, row, {column: float(arrays[column][i]) for column in reader.gives})
        for i, (row, name, _) in enumerate(found)
    ]
    return Numbers(
        path=path,
        columns=reader.gives,
        rows=tuple(row for row, _, _ in found),
        names=tuple(name for _, name, _ in found),
        values=arrays,
        people=people,
        notes=(
            *hopeless,
            *_left_out(left_out, wanted),
            *table.notes,
            *_names(table.rows[0], renamed),
            *decimals,
            *seen,
            *of_rows(named, measure),
        ),
        conversions=tuple(told),
    )


def _contradictions(reader: Reader, row: Row, measure: Measure) -> list[Finding]:
    """What the row contradicts in itself; numbers beyond all arithmetic are named by whatever cannot compute with them."""
    try:
        return told_once(reader.findings(row, measure)) if reader.findings else []
    except (ArithmeticError, ValueError):
        return []


def _left_out(reasons: dict[str, list[str]], wanted: tuple[str, ...]) -> Iterator[str]:
    for reason, which in reasons.items():
        if reason:
            yield f"left out, {reason}: {', '.join(which)}"
        else:
            yield f"left out, not all of {', '.join(wanted)} given: line {', '.join(which)}"


def _names(row: Row, renamed: Mapping[str, str]) -> Iterator[str]:
    """Which columns are read under other names, and which nearly have the name of one and are not."""
    if renamed:
        told = ", ".join(f"{theirs} as {ours}" for theirs, ours in renamed.items())
        yield f"columns are read under these names: {told}"
    for name, meant in columns.not_read(row.cells, [*renamed, *renamed.values()]).items():
        yield f"column {name!r} is not read; if it is meant as {meant}, name it so"


def _halves(row: Row) -> Iterator[str]:
    for pair in _PAIRS:
        if len(given := [name for name in pair if row.has(name)]) == 1:
            yield f"{given[0]} without {pair[1 - pair.index(given[0])]} says nothing, and is not used"
