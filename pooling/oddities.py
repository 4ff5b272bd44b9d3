"""What is odd among the rows of a file, each by itself being possible: it is pooled, and a person should look.

Rows that are there twice, a row that is the sum of the others, people with decimals, and numbers of another scale.
"""

import re
from collections.abc import Iterator, Sequence
from math import isclose, sqrt
from statistics import median
from typing import NamedTuple

from models.vocabulary import RATIOS, Measure
from pooling.columns import MEAN_COLUMNS, RATE_COLUMNS, TABLE_COLUMNS
from pooling.spreadsheet import Row
from synthesis.row_notes import Counted, repeated

COUNTS = ("ai", "bi", "ci", "di", "n1i", "n2i", "ni", "x1i", "x2i")
OUT_OF_SCALE = 10
"""So many times the others a number is probably of another unit."""
_UNLIKE, _ALIKE = 3, 1.5
_FEW = 3
_OVERALL = re.compile(
    r"(sub-?|grand )?totals?\b|sum\b|summe\b|gesamt|overall\b|pooled\b|combined\b|all (studies|trials)\b|insgesamt"
    r"|ensemble\b|somme\b|totale?\b|totaal\b|suma\b|meta-?analysis\b",
    re.IGNORECASE,
)
_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


class Named(NamedTuple):
    """A row with the name of its study and the numbers that count."""

    name: str
    row: Row
    values: dict[str, float]


def of_counts(rows: Sequence[Row], wanted: Sequence[str]) -> Iterator[str]:
    """Events and people with decimals.

    Raises
    ------
    PoolError
        If all of them have three: then a mark between thousands was read as a decimal one.
    """
    if not {*wanted} <= {*TABLE_COLUMNS, *MEAN_COLUMNS, *RATE_COLUMNS}:
        return
    found = [
        (row, column)
        for row in rows
        for column in COUNTS
        if (printed := row.printed(column)) is not None
        if not _is_whole(printed.middle) or _THOUSAND.fullmatch(row.cells[column])
    ]
    if not found:
        return
    told = ", ".join(f"{column} {row.cells[column]} (line {row.line})" for row, column in found[:_FEW])
    if all(_THOUSAND.fullmatch(row.cells[column]) for row, column in found):
        row, column = found[0]
        raise row.problem(
            column,
            f"{told}: people are counted, and three decimals look like a mark between thousands; "
            "write 1234 without one, or a share of people with another number of decimals",
        )
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    yield f"events or people with decimals: {told}{more}; right only if they were divided or imputed"


def _is_whole(value: float) -> bool:
    return isclose(value, round(value), rel_tol=1e-9, abs_tol=1e-9)


def of_rows(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """Everything else that is odd."""
    doubled = [*_doubled(rows)]
    yield from (said for said, _ in doubled)
    twice = {line for _, lines in doubled for line in lines}
    once = [item for item in rows if item.row.line not in twice]
    yield from repeated([Counted(item.name, _control(item)) for item in once], "this file")
    yield from _sums(rows)
    if {*MEAN_COLUMNS} <= {*(rows[0].values if rows else ())}:
        yield from _sds(rows, measure)
    yield from _effects(rows, measure)


def _control(item: Named) -> tuple[float | None, ...]:
    """The control group's numbers, unless the row says that they were divided."""
    if (item.row.printed("shared_by") or item.row.printed("n2i")) is None or item.row.has("shared_by"):
        return ()
    return tuple(item.values.get(name) for name in ("ci", "x2i", "m2i", "sd2i", "n2i", "t2i"))


def _doubled(rows: Sequence[Named]) -> Iterator[tuple[str, list[int]]]:
    """Rows with the same numbers: one sentence for each set of them, and its lines."""
    same: dict[tuple[float, ...], list[Named]] = {}
    for item in rows:
        same.setdefault(tuple(item.values.values()), []).append(item)
    for group in same.values():
        if len(group) > 1:
            lines = [item.row.line for item in group]
            names = list(dict.fromkeys(item.name for item in group))
            which = f"of {names[0]} " if len(names) == 1 else f"({', '.join(names)}) "
            where = " and ".join(map(str, lines))
            yield f"lines {where} {which}hold the same numbers: the same study twice?", lines


def _sums(rows: Sequence[Named]) -> Iterator[str]:
    """Rows that are called a total, or whose people are the sum of all others'."""
    for item in rows:
        others = [other for other in rows if other is not item]
        is_sum = len(others) > 1 and _is_sum(item, others)
        if is_sum or _OVERALL.match(item.name.strip()):
            why = "is the sum of the others" if is_sum else "is called like the result of others"
            yield f"line {item.row.line} ({item.name}) {why}: a total counts everybody twice, leave it out"


def _is_sum(item: Named, others: Sequence[Named]) -> bool:
    counted = [name for name in (*TABLE_COLUMNS, *RATE_COLUMNS) if name in item.values]
    if "n1i" not in item.values and not counted:
        printed = [row.row.printed("ni") for row in (item, *others)]
        if any(one is None for one in printed):
            return False
        total, *parts = [one.middle for one in printed if one is not None]
        return isclose(total, sum(parts), rel_tol=1e-9)
    return all(
        isclose(item.values[name], sum(other.values[name] for other in others), rel_tol=1e-9, abs_tol=1e-9)
        for name in counted
    ) and any(item.values[name] for name in counted)


def _sds(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """SDs of another size than the others: standard errors, or another unit."""
    for item in rows:
        for arm, other_arm in (("1", "2"), ("2", "1")):
            sd, n = item.values[f"sd{arm}i"], item.values[f"n{arm}i"]
            others = [other.values[f"sd{a}i"] for other in rows for a in "12" if other is not item]
            if measure is not Measure.MD or not others:
                # Standardised differences may be of instruments with other scales; arms of one study are not.
                others = [item.values[f"sd{other_arm}i"]]
            usual = median(others)
            if not sd or not usual:
                continue
            said = f"{item.name} (line {item.row.line}): sd{arm}i {sd:.4g} beside SDs of about {usual:.4g}"
            if sd < usual / _UNLIKE and usual / _ALIKE < sd * sqrt(n) < usual * _ALIKE:
                yield f"{said}: a standard error in place of an SD? With n {n:g} it would be an SD of {sd * sqrt(n):.3g}"
            elif not usual / OUT_OF_SCALE < sd < usual * OUT_OF_SCALE:
                yield f"{said}: another unit, or a typing error?"


def _effects(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """One effect far beyond all others."""
    if len(rows) <= _FEW - 1 or "yi" not in rows[0].values:
        return
    for item in rows:
        largest = max(abs(other.values["yi"]) for other in rows if other is not item)
        if largest and abs(item.values["yi"]) > OUT_OF_SCALE * largest:
            scale = "a ratio in place of its logarithm, " if measure in RATIOS else ""
            yield (
                f"{item.name} (line {item.row.line}): effect {item.values['yi']:.4g}, more than {OUT_OF_SCALE} times any "
                f"other: {scale}another unit, or a typing error?"
            )
