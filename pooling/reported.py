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
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, nan
from pathlib import Path

import numpy as np

from models.vocabulary import MEAN_MEASURES, RATIOS, TABLE_MEASURES, Measure
from pooling import survival
from pooling.spreadsheet import PoolError, Row, read_rows
from synthesis import conversions
from synthesis.conversions import Conversion
from synthesis.study_sets import Array

Values = dict[str, float | None]

TABLE_COLUMNS = ("ai", "n1i", "ci", "n2i")
MEAN_COLUMNS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
PAIRED_COLUMNS = ("m1i", "sd1i", "m2i", "sd2i", "ni", "ri")
RATE_COLUMNS = ("x1i", "t1i", "x2i", "t2i")
LOGRANK_COLUMNS = ("oei", "vi_oe")
EFFECT_COLUMNS = ("yi", "vi")

ARMS = {"1": "intervention", "2": "control"}
NAME_COLUMNS = ("study", "slab", "trial", "author", "id")

_LEAST = {
    **dict.fromkeys(("ai", "bi", "ci", "di", "x1i", "x2i", "sd1i", "sd2i", "icc"), (0, False)),
    **dict.fromkeys(("n1i", "n2i", "t1i", "t2i", "vi", "sei", "vi_oe", "se1i", "se2i", "ratio", "pval"), (0, True)),
    "ri": (-1, False),
    **dict.fromkeys(("cluster_size", "shared_by"), (1, False)),
    "ni": (2, False),
}
"""Least value by column, and whether that value itself is out."""
_MOST = {"pval": 1, "icc": 1, "ri": 1}


@dataclass(frozen=True)
class Numbers:
    """What a file gives for one measure, before any choice about zero cells.

    Attributes
    ----------
    path : the file
    columns : one of the sets of columns above
    rows, names : rows that give all of them, and what these studies are called
    values : arrays (k,) by column, after conversions
    people : (k,) participants, whatever a design effect made of them; NaN where nobody tells how many
    notes : what was left out
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
    rows = read_rows(path)
    columns, numbers_of = _reader(path, tuple(rows[0].cells), measure)
    found: list[tuple[Row, str, Values]] = []
    told: list[str] = []
    incomplete, problems, hopeless = [], [], list[str]()
    for row in rows:
        name = _name(row)
        said: list[Conversion] = []
        try:
            values = numbers_of(row, said)
        except survival.NoNumber as why:
            hopeless.append(f"left out: {name}, {why}")
            continue
        except ValueError as problem:
            problems.append(str(problem) if isinstance(problem, PoolError) else f"{path}, line {row.line}: {problem}")
            continue
        if any(values[column] is None for column in columns):
            incomplete.append(str(row.line))
            continue
        found.append((row, name, values))
        told += [f"{name}: {conversion}" for conversion in said]
    if problems:
        raise PoolError("\n".join(problems))
    return Numbers(
        path=path,
        columns=columns,
        rows=tuple(row for row, _, _ in found),
        names=tuple(name for _, name, _ in found),
        values={column: np.array([values[column] for *_, values in found], dtype=np.float64) for column in columns},
        people=np.array(
            [nan if values["people"] is None else values["people"] for *_, values in found], dtype=np.float64
        ),
        notes=(
            *(
                (f"left out, not all of {', '.join(columns)} given: line {', '.join(incomplete)}",)
                if incomplete
                else ()
            ),
            *hopeless,
        ),
        conversions=tuple(told),
    )


def _reader(
    path: Path, header: tuple[str, ...], measure: Measure
) -> tuple[tuple[str, ...], Callable[[Row, list[Conversion]], Values]]:
    """The first set of columns that the file can fill for this measure, and what fills it from a row."""
    names = set(header)
    found = [
        (TABLE_COLUMNS, "ai n1i ci n2i; ai bi ci di", _tables, measure in TABLE_MEASURES, _has_tables(names)),
        (MEAN_COLUMNS, " ".join(MEAN_COLUMNS), _means, measure in MEAN_MEASURES, _has_means(names)),
        (EFFECT_COLUMNS, " ".join(PAIRED_COLUMNS), _paired, measure is Measure.MD, {*PAIRED_COLUMNS} <= names),
        (RATE_COLUMNS, " ".join(RATE_COLUMNS), _plain(RATE_COLUMNS), measure is Measure.IRR, {*RATE_COLUMNS} <= names),
        (EFFECT_COLUMNS, survival.WANTED, survival.reader(_effects), measure is Measure.HR, survival.is_given(names)),
        (
            LOGRANK_COLUMNS,
            " ".join(LOGRANK_COLUMNS),
            _plain(LOGRANK_COLUMNS),
            measure in (Measure.HR, Measure.IRR, Measure.PETO),
            {*LOGRANK_COLUMNS} <= names,
        ),
        (EFFECT_COLUMNS, "yi vi; yi sei", _effects, True, _has_effects(names, measure)),
    ]
    for columns, _, numbers_of, is_for_measure, is_there in found:
        if is_for_measure and is_there:
            return columns, numbers_of
    wanted = "; ".join(text for _, text, _, is_for_measure, _ in found if is_for_measure)
    given = ", ".join(filter(None, header)) or "without names"
    raise PoolError(
        f"{path}: columns {given} do not give {measure}; it needs one of: {wanted} "
        "(comma, semicolon or tab between them; docs/methods.md lists what else may stand for them)"
    )


def _has_tables(names: set[str]) -> bool:
    return {"ai", "ci"} <= names and bool(names & {"n1i", "bi"}) and bool(names & {"n2i", "di"})


def _has_means(names: set[str]) -> bool:
    def has_sd(arm: str) -> bool:
        pairs = (("lb", "ub"), ("q1_", "q3_"), ("min", "max"), ("sdpre", "sdpost"))
        single = {f"sd{arm}i", f"se{arm}i"} & names
        return bool(single) or any({f"{a}{arm}i", f"{b}{arm}i"} <= names for a, b in pairs)

    of_difference = bool(names & {"ti", "pval"}) or {"ci.lb", "ci.ub"} <= names
    has_means = all(names & {f"m{arm}i", f"med{arm}i"} for arm in ARMS)
    return {"n1i", "n2i"} <= names and has_means and (of_difference or all(has_sd(arm) for arm in ARMS))


def _has_effects(names: set[str], measure: Measure) -> bool:
    has_spread = bool(names & {"vi", "sei", "pval"}) or {"ci.lb", "ci.ub"} <= names
    return has_spread and ("yi" in names or ("ratio" in names and measure in RATIOS))


def _number(row: Row, column: str) -> float | None:
    """The number in a column, if a study can have it."""
    value = row.number(column)
    if value is None:
        return None
    least, is_open = _LEAST.get(column, (value, False))
    if value < least or (is_open and value == least):
        raise row.problem(column, f"{value:g}; give {f'above {least:g}' if is_open else f'{least:g} or more'}")
    if value > (most := _MOST.get(column, value)):
        raise row.problem(column, f"{value:g}; give {most:g} or less")
    return value


def _tell(said: list[Conversion], conversion: Conversion, arm: str = "") -> float:
    if arm:
        conversion = Conversion(conversion.value, f"{ARMS[arm]} {conversion.name}", conversion.given, conversion.source)
    said.append(conversion)
    return conversion.value


def _tables(row: Row, said: list[Conversion]) -> Values:
    (a, n1), (c, n2) = _events_of(row, "ai", "n1i", "bi"), _events_of(row, "ci", "n2i", "di")
    if a is None or c is None or n1 is None or n2 is None:
        return dict.fromkeys((*TABLE_COLUMNS, "people"))
    c, n2 = _divided(row, c, n2, said)
    people = n1 + n2
    effect = _design_effect(row, said)
    return {"ai": a / effect, "n1i": n1 / effect, "ci": c / effect, "n2i": n2 / effect, "people": people}


def _events_of(row: Row, events: str, total: str, others: str) -> tuple[float | None, float | None]:
    """Events and people of one arm; people without the event may stand for the total."""
    n, people = _number(row, events), _number(row, total)
    if n is not None and people is None and (rest := _number(row, others)) is not None:
        people = n + rest
        if not people:
            raise row.problem(others, f"0 beside 0 in {events}: an arm without people")
    if n is not None and people is not None and n > people:
        raise row.problem(events, f"{n:g} events among {people:g} people ({total})")
    return n, people


def _means(row: Row, said: list[Conversion]) -> Values:
    values: Values = {}
    for arm in ARMS:
        n = _number(row, f"n{arm}i")
        if n is not None and n < 2:
            raise row.problem(f"n{arm}i", f"{n:g}; give 2 or more")
        mean, sd = _mean_and_sd(row, arm, n, said)
        values |= {f"m{arm}i": mean, f"sd{arm}i": sd, f"n{arm}i": n}
    m1, m2, n1, n2 = (values[name] for name in ("m1i", "m2i", "n1i", "n2i"))
    if m1 is None or m2 is None or n1 is None or n2 is None:
        return values | {"people": None}
    if values["sd1i"] is None and values["sd2i"] is None:
        se = _se(row, m1 - m2, said, df=n1 + n2 - 2)
        if se is not None:
            sd = _tell(said, conversions.sd_from_se_of_difference(se, n1, n2))
            values |= {"sd1i": sd, "sd2i": sd}
    _, n2 = _divided(row, None, n2, said)
    effect = _design_effect(row, said)
    return values | {"n1i": n1 / effect, "n2i": n2 / effect, "people": n1 + n2}


def _mean_and_sd(row: Row, arm: str, n: float | None, said: list[Conversion]) -> tuple[float | None, float | None]:
    """Mean and SD of one arm, from the first of the columns that stand for them."""

    def given(*names: str) -> list[float | None]:
        return [_number(row, f"{name}{arm}i") for name in names]

    mean, sd = given("m", "sd")
    if n is None or (mean is not None and sd is not None):
        return mean, sd
    se, lb, ub, before, after, median, q1, q3, low, high = given(
        "se", "lb", "ub", "sdpre", "sdpost", "med", "q1_", "q3_", "min", "max"
    )
    correlation = None if before is None or after is None else _number(row, "ri")
    if sd is None and se is not None:
        sd = _tell(said, conversions.sd_from_se(se, n), arm)
    if sd is None and lb is not None and ub is not None:
        sd = _tell(said, conversions.sd_from_ci(lb, ub, n), arm)
    if sd is None and before is not None and after is not None and correlation is not None:
        sd = _tell(said, conversions.sd_of_change(before, after, correlation), arm)
    has_pair = (q1 is not None and q3 is not None) or (low is not None and high is not None)
    if median is not None and has_pair and (mean is None or sd is None):
        found = conversions.mean_sd_from_quantiles(median, n, q1=q1, q3=q3, low=low, high=high)
        mean = _tell(said, found.mean, arm) if mean is None else mean
        sd = _tell(said, found.sd, arm) if sd is None else sd
    return mean, sd


def _paired(row: Row, said: list[Conversion]) -> Values:
    m1, sd1, m2, sd2, n, correlation = (_number(row, name) for name in PAIRED_COLUMNS)
    if m1 is None or sd1 is None or m2 is None or sd2 is None or n is None or correlation is None:
        return {"yi": None, "vi": None, "people": None}
    found = conversions.paired_mean_difference(m1, sd1, m2, sd2, n, correlation)
    return {"yi": found.yi.value, "vi": _tell(said, found.vi), "people": n}


def _plain(columns: tuple[str, ...]) -> Callable[[Row, list[Conversion]], Values]:
    def numbers_of(row: Row, _: list[Conversion]) -> Values:
        return {name: _number(row, name) for name in columns} | {"people": _people(row)}

    return numbers_of


def _effects(row: Row, said: list[Conversion]) -> Values:
    ratio, vi = _number(row, "ratio"), _number(row, "vi")
    yi = _number(row, "yi")
    is_ratio = yi is None and ratio is not None
    if is_ratio and ratio is not None:
        yi = log(ratio)
    if yi is None:
        return {"yi": None, "vi": None, "people": None}
    if vi is None:
        se = _number(row, "sei")
        se = _se(row, yi, said, is_ratio=is_ratio) if se is None else se
        vi = None if se is None else se**2
    if vi is not None:
        vi *= _design_effect(row, said)
    return {"yi": yi, "vi": vi, "people": _people(row)}


def _se(
    row: Row, effect: float, said: list[Conversion], *, df: float | None = None, is_ratio: bool = False
) -> float | None:
    """Standard error of an effect from the first of t (where it has a df), limits and p that the row has."""
    t, p, low, high = (_number(row, name) for name in ("ti", "pval", "ci.lb", "ci.ub"))
    if df is not None and t is not None:
        return _tell(said, conversions.se_from_t(effect, t))
    if low is not None and high is not None:
        if is_ratio:
            return _tell(said, conversions.log_effect_from_ratio(low, high)[1])
        return _tell(said, conversions.se_from_ci(low, high, df=df))
    if p is not None:
        return _tell(said, conversions.se_from_p(effect, p, df))
    return None


def _divided(row: Row, events: float | None, n: float, said: list[Conversion]) -> tuple[float, float]:
    """Events and people of a control group that several rows share."""
    shared = _number(row, "shared_by")
    if shared is None or shared == 1:
        return events or 0.0, n
    part, people = conversions.split_control(events, n, int(shared))
    return (0.0 if part is None else _tell(said, part, "2")), _tell(said, people, "2")


def _design_effect(row: Row, said: list[Conversion]) -> float:
    icc, size = _number(row, "icc"), _number(row, "cluster_size")
    if icc is None or size is None:
        return 1.0
    return _tell(said, conversions.design_effect(size, icc))


def _people(row: Row) -> float | None:
    """People of both arms, or of the study; None where neither is told."""
    n1, n2 = _number(row, "n1i"), _number(row, "n2i")
    return n1 + n2 if n1 and n2 else _number(row, "ni") or None


def _name(row: Row) -> str:
    """What the study is called; authors with their year where there is one."""
    for column in NAME_COLUMNS:
        if name := row.cells.get(column):
            year = row.cells.get("year", "")
            return f"{name}, {year}" if column == "author" and year else name
    return f"row {row.line}"
