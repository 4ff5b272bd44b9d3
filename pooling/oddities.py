"""What is odd among the rows of a file, each by itself being possible: it is pooled, and a person should look.

Rows that are there twice, a row that is the sum of the others, people with decimals, and numbers of another scale.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from math import isclose, isfinite, sqrt
from statistics import median, median_low
from typing import NamedTuple

from models.vocabulary import RATIOS, Measure
from pooling.columns import KNOWN, MEAN_COLUMNS, NAME_COLUMNS, RATE_COLUMNS, TABLE_COLUMNS
from pooling.spreadsheet import Row
from synthesis.row_notes import Counted, repeated

COUNTS = ("ai", "bi", "ci", "di", "n1i", "n2i", "ni", "x1i", "x2i")
OUT_OF_SCALE = 10
"""So many times the others a number is probably of another unit."""
OTHER_UNIT = 7
"""So many times the others an SD is: units differ by ten, and SDs of one unit by less than this."""
_UNLIKE, _ALIKE = 3, 1.5
_PAIR, _FEW, _MANY = 2, 3, 5
_ENOUGH = 10
"""People of whom a standard error is so much less than the SD that chance makes no SD look like one."""
_LEAST_RATIO = 0.25
"""Ratios that are all above it are as trials have them; logarithms that all are would be of effects in one direction."""
_MOST_SDS = 2
"""A difference of means of more SDs than this is rare in one study, and hardly what most of a file have."""
_CHANCE = 3
"""Standard errors beyond which an effect far from the others is no chance."""
_OVERALL = re.compile(
    r"(sub-?|grand )?totals?\b|sum\b|summe\b|gesamt|overall\b|pooled\b|combined\b|all (studies|trials)\b|insgesamt"
    r"|ensemble\b|somme\b|totale?\b|totaal\b|suma\b|meta-?analysis\b",
    re.IGNORECASE,
)
_MARK = re.compile("[.,]")
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
        cell, value = row.cells[column], row.number(column)
        read = f", {cell} being read with a decimal comma, as {value:g}" if "," in cell else ""
        raise row.problem(
            column,
            f"{told}: people are counted, and three decimals look like a mark between thousands{read}; "
            f"write {re.sub('[.,]', '', cell)} without one, or a share of people with another number of decimals",
        )
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    yield f"events or people with decimals: {told}{more}; right only if they were divided or imputed, not as per cent or shares"


def _is_whole(value: float) -> bool:
    return not isfinite(value) or isclose(value, round(value), rel_tol=1e-9, abs_tol=1e-9)


def of_marks(rows: Sequence[Row]) -> Iterator[str]:
    """Decimal commas beside points, which may then be marks between thousands."""
    found: dict[str, tuple[Row, str]] = {}
    numbers = KNOWN - {*NAME_COLUMNS}
    for row in rows:
        for column in row.cells if row.has_decimal_comma else ():
            mark = _MARK.search(row.cells[column])
            if mark and column in numbers and row.printed(column) is not None:
                found.setdefault(mark[0], (row, column))
    if {*",."} <= found.keys():
        told = " and ".join(f"{column} {row.cells[column]} (line {row.line})" for row, column in found.values())
        yield f"decimal commas and points in one file, both read as decimal marks: {told}"


def of_rows(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """Everything else that is odd."""
    doubled = [*_doubled(rows)]
    yield from (said for said, _ in doubled)
    twice = {line for _, lines in doubled for line in lines}
    once = [item for item in rows if item.row.line not in twice]
    yield from _at_most_few(repeated([Counted(item.name, _control(item)) for item in once], "this file"))
    yield from _spellings(once)
    yield from _sums(rows)
    if {*MEAN_COLUMNS} <= {*(rows[0].values if rows else ())}:
        yield from _sds(rows, measure)
        yield from _far_apart(rows)
    yield from _not_logarithms(rows, measure)
    yield from _effects(rows, measure)


def _at_most_few(said: Iterator[str]) -> Iterator[str]:
    told = [*said]
    yield from told[: _FEW if len(told) > _FEW + 1 else None]
    if len(told) > _FEW + 1:
        yield f"and {len(told) - _FEW} more studies have several rows, or share a control group; see whether each row may count"


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


def _spellings(rows: Sequence[Named]) -> Iterator[str]:
    """Names that differ in capitals, accents, blanks or marks alone: rows of one study need one name."""
    same: dict[str, list[Named]] = {}
    for item in rows:
        same.setdefault(_letters(item.name), []).append(item)
    for group in same.values():
        if len({item.name for item in group}) > 1:
            lines = " and ".join(str(item.row.line) for item in group)
            names = ", ".join(dict.fromkeys(item.name for item in group))
            yield f"lines {lines} ({names}): one study in two spellings? its rows need one name"


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))


def _sums(rows: Sequence[Named]) -> Iterator[str]:
    """Rows that are called a total, or whose people are the sum of all others'."""
    counts = [_counts(item) for item in rows]
    totals = [sum(column) for column in zip(*counts, strict=False)] if len(rows) >= _FEW and all(counts) else []
    for item, own in zip(rows, counts, strict=True):
        is_sum = (
            bool(totals)
            and any(own)
            and all(
                isclose(value, total - value, rel_tol=1e-9, abs_tol=1e-9)
                for value, total in zip(own, totals, strict=True)
            )
        )
        if is_sum or _OVERALL.match(item.name.strip()):
            why = "is the sum of the others" if is_sum else "is called like the result of others"
            yield f"line {item.row.line} ({item.name}) {why}: a total counts everybody twice, leave it out"


def _counts(item: Named) -> list[float]:
    """What a total is the sum of; empty where a row does not tell it."""
    counted = [item.values[name] for name in (*TABLE_COLUMNS, *RATE_COLUMNS) if name in item.values]
    people = item.row.printed("ni")
    return counted or ([] if people is None else [people.middle])


def _sds(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """SDs of another size than the others: standard errors, or another unit."""
    of_all = [item.values[f"sd{arm}i"] for item in rows for arm in "12"]
    # Standardised differences may be of instruments with other scales; arms of one study are not.
    if measure is not Measure.MD or len(rows) == 1:
        for item in rows:
            yield from _either(_sds_of(item))
    elif len(rows) == _PAIR:
        of_studies = [_sds_of(item) for item in rows]
        if not any(said := [text for sds in of_studies for text in _either(sds)]):
            said = [*_either([_typical(sds) for sds in of_studies])]
        yield from said
    else:
        usual = median(filter(None, of_all)) if any(of_all) else 0.0
        odd = [said for item in rows if (said := [*_unlike(item, _sds_of(item), usual)])]
        if len(odd) <= max(_PAIR, len(rows) // _MANY):
            yield from (text for said in odd for text in said)
        else:
            least, most = min(filter(None, of_all)), max(of_all)
            yield (
                f"SDs from {least:.4g} to {most:.4g}, of {len(odd)} rows far from the usual {usual:.4g}: a mean difference "
                "needs one unit in all rows, and standard deviations in all, not standard errors"
            )


def _far_apart(rows: Sequence[Named]) -> Iterator[str]:
    """Means that differ by more SDs than treatments make, which they do in standard errors."""
    values = [item.values for item in rows]
    sizes = [abs(of["m1i"] - of["m2i"]) / sd for of in values if (sd := max(of["sd1i"], of["sd2i"])) > 0]
    if len(sizes) >= _PAIR and (usual := median_low(sizes)) > _MOST_SDS:
        yield f"means differ by about {usual:.2g} SDs, more than most treatments can do: standard errors in place of SDs?"


class _Sd(NamedTuple):
    """An SD where it stands, and of how many people."""

    where: str
    column: str
    value: float
    n: float

    def is_error_of(self, usual: float) -> bool:
        """Whether it is small, and the SD that it would be as a standard error is not."""
        if self.n < _ENOUGH:
            return False
        return self.value < usual / _UNLIKE and usual / _ALIKE < self.value * sqrt(self.n) < usual * _ALIKE

    def is_of_other_unit(self, usual: float) -> bool:
        return not usual / OTHER_UNIT < self.value < usual * OTHER_UNIT

    @property
    def as_error(self) -> str:
        return f"a standard error in place of an SD? With n {self.n:g} it would be an SD of {self.value * sqrt(self.n):.3g}"


def _sds_of(item: Named) -> list[_Sd]:
    """The SDs of a study that are above 0."""
    where = f"{item.name} (line {item.row.line})"
    found = [_Sd(where, f"sd{arm}i", item.values[f"sd{arm}i"], item.values[f"n{arm}i"]) for arm in "12"]
    return [sd for sd in found if sd.value > 0]


def _typical(sds: Sequence[_Sd]) -> _Sd:
    """One SD for a study, with the columns that it is made of."""
    if len(sds) < len("12"):
        return sds[0] if sds else _Sd("", "", 0.0, 0.0)
    one, two = sds
    return _Sd(one.where, f"{one.column} and {two.column}", sqrt(one.value) * sqrt(two.value), (one.n + two.n) / 2)


def _either(sds: Sequence[_Sd]) -> Iterator[str]:
    """Two SDs of which nobody can tell which is the odd one."""
    if len(sds) < len("12"):
        return
    small, large = sorted(sds, key=lambda sd: sd.value)
    if not small.value:
        return
    places = f"{small.column} {small.value:.4g}", f"{large.column} {large.value:.4g}"
    if small.where == large.where:
        said = f"{small.where}: {places[0]} beside {places[1]}"
    else:
        said = f"{small.where}, {places[0]}, beside {large.where}, {places[1]}"
    if small.is_error_of(large.value):
        yield f"{said}: {small.as_error}"
    elif large.value > OTHER_UNIT * small.value:
        yield f"{said}: either may be of another unit, or a typing error"


def _unlike(item: Named, sds: Sequence[_Sd], usual: float) -> Iterator[str]:
    """The SDs of one study that are unlike those of all others, in one sentence."""
    errors = [sd for sd in sds if sd.is_error_of(usual)]
    if len(errors) == 1 and any(sd.value < _UNLIKE * errors[0].value for sd in sds if sd not in errors):
        errors = []  # the other arm has about the same SD, and is no standard error
    others = [sd for sd in sds if sd not in errors and sd.is_of_other_unit(usual)]
    for odd, why in (
        (errors, errors[0].as_error if errors else ""),
        (others, "another unit, or a typing error?"),
    ):
        if odd:
            told = " and ".join(f"{sd.column} {sd.value:.4g}" for sd in odd)
            yield f"{item.name} (line {item.row.line}): {told} beside SDs of about {usual:.4g}: {why}"


def _not_logarithms(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """Effects that would all be far above no effect as logarithms, and lie around it as ratios."""
    told = [item.row.printed("yi") for item in rows]
    effects = [span.middle for span in told if span is not None]
    if measure not in RATIOS or len(effects) < max(_FEW, len(rows)):
        return
    if _LEAST_RATIO < min(effects) < 1 < max(effects):
        yield (
            f"every yi is above 0, from {min(effects):g} to {max(effects):g}, around 1: ratios in place of their logarithms? "
            "If so, name the column ratio"
        )


def _effects(rows: Sequence[Named], measure: Measure) -> Iterator[str]:
    """Effects far beyond all others, and beyond chance."""
    if len(rows) < _FEW or "yi" not in rows[0].values:
        return
    by_size = sorted(rows, key=lambda item: abs(item.values["yi"]))
    sizes = [abs(item.values["yi"]) for item in by_size]
    # Fewer than half of them are odd: the others are the scale.
    first = next(
        (at for at in range(len(rows) // 2 + 1, len(rows)) if 0 < OUT_OF_SCALE * sizes[at - 1] < sizes[at]), len(rows)
    )
    usual = median(item.values["yi"] for item in by_size[:first])
    odd = [item for item in by_size[first:] if abs(item.values["yi"] - usual) > _CHANCE * sqrt(item.values["vi"])]
    scale = "a ratio in place of its logarithm, " if measure in RATIOS else ""
    for item in sorted(odd, key=lambda item: item.row.line):
        yield (
            f"{item.name} (line {item.row.line}): effect {item.values['yi']:.4g}, more than {OUT_OF_SCALE} times any "
            f"other: {scale}another unit, or a typing error?"
        )
