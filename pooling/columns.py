"""Which columns there are, what other programs call them, and which set of them gives a measure.

Names are metafor's. R's package meta and RevMan have others for the same numbers; those are read under ours, and told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from models.vocabulary import MEAN_MEASURES, RATIOS, TABLE_MEASURES, Measure
from pooling import survival
from pooling.cell_words import holds_several
from pooling.header_words import MEASURES, meaning, meaning_of_effect, suggestion
from pooling.spreadsheet import PoolError, Row

TABLE_COLUMNS = ("ai", "n1i", "ci", "n2i")
MEAN_COLUMNS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
PAIRED_COLUMNS = ("m1i", "sd1i", "m2i", "sd2i", "ni", "ri")
RATE_COLUMNS = ("x1i", "t1i", "x2i", "t2i")
LOGRANK_COLUMNS = ("oei", "vi_oe")
EFFECT_COLUMNS = ("yi", "vi")
SURVIVAL_COLUMNS = ("yi", "vi", "survival")
"""Not columns of a file: what `pooling.survival` makes of many."""

ARMS = {"1": "intervention", "2": "control"}
NAME_COLUMNS = ("study", "slab", "trial", "author", "id")
_OF_ARMS = ("m", "sd", "n", "x", "t", "se", "lb", "ub", "q1_", "q3_", "min", "max", "med", "sdpre", "sdpost")

KNOWN = frozenset(
    (
        *(f"{name}{arm}i" for name in _OF_ARMS for arm in ARMS),
        *(
            "ai",
            "bi",
            "ci",
            "di",
            "ni",
            "ri",
            "oei",
            "vi_oe",
            "yi",
            "vi",
            "sei",
            "ratio",
            "ci.lb",
            "ci.ub",
            "pval",
            "ti",
        ),
        *("o1i", "e1i", "o2i", "e2i", "zi", "favours", "sides", "events", "events1i", "events2i", "surv1i", "surv2i"),
        *("nrisk1i", "nrisk2i", "level"),
        *("icc", "cluster_size", "shared_by", "year", *NAME_COLUMNS),
    )
)
"""Every column that is read."""

_THEIRS: dict[str, str] = {
    "te": "yi",
    "sete": "sei",
    "varte": "vi",
    "studlab": "study",
    "o-e": "oei",
    "variance": "vi_oe",
    "giv mean": "yi",
    "giv se": "sei",
    "study year": "year",
    "study name": "study",
    "study id": "study",
    **dict.fromkeys(("se", "standard error"), "sei"),
    **dict.fromkeys(("p", "p value", "p-value", "p.value"), "pval"),
    **dict.fromkeys(("lower", "ci start", "ci lower", "ci_low", "ci_lower", "lower ci", "lcl"), "ci.lb"),
    **dict.fromkeys(("upper", "ci end", "ci upper", "ci_high", "ci_upper", "upper ci", "ucl"), "ci.ub"),
}
"""Names of meta and of RevMan's data rows and exports that tell no arm, in lower case, with ours."""

_OF_REVMANS_EFFECT = "mean"
"""RevMan's column of the effect as displayed, beside the numbers that it was computed from."""
_AS_DISPLAYED = ("ci start", "ci end")
_WHAT_COUNTS = frozenset({"ai", "m1i", "x1i", "oei"})
"""Columns of which one is in every file that tells of arms."""


@dataclass(frozen=True)
class ColumnSet:
    """One way in which a file may give a measure: what stands in `columns` is what every row comes to."""

    columns: tuple[str, ...]
    wanted: str
    measures: frozenset[Measure]
    has_alternatives: bool = False

    def is_in(self, names: set[str], measure: Measure) -> bool:
        if not self.has_alternatives:
            return {*self.wanted.split()} <= names
        return _ALTERNATIVES[self.columns](names, measure)


def _has_tables(names: set[str], _: Measure) -> bool:
    return {"ai", "ci"} <= names and bool(names & {"n1i", "bi"}) and bool(names & {"n2i", "di"})


def _has_means(names: set[str], _: Measure) -> bool:
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


def _has_survival(names: set[str], _: Measure) -> bool:
    return survival.is_given(names)


_ALTERNATIVES = {
    SURVIVAL_COLUMNS: _has_survival,
    TABLE_COLUMNS: _has_tables,
    MEAN_COLUMNS: _has_means,
    EFFECT_COLUMNS: _has_effects,
}
_ANY = frozenset(Measure)

SETS = (
    ColumnSet(TABLE_COLUMNS, "ai n1i ci n2i; ai bi ci di", TABLE_MEASURES, True),
    ColumnSet(MEAN_COLUMNS, " ".join(MEAN_COLUMNS), MEAN_MEASURES, True),
    ColumnSet(PAIRED_COLUMNS, " ".join(PAIRED_COLUMNS), frozenset({Measure.MD})),
    ColumnSet(RATE_COLUMNS, " ".join(RATE_COLUMNS), frozenset({Measure.IRR})),
    ColumnSet(SURVIVAL_COLUMNS, survival.WANTED, frozenset({Measure.HR}), True),
    ColumnSet(LOGRANK_COLUMNS, " ".join(LOGRANK_COLUMNS), frozenset({Measure.HR, Measure.IRR, Measure.PETO})),
    ColumnSet(EFFECT_COLUMNS, "yi vi; yi sei; yi ci.lb ci.ub", _ANY, True),
)
"""What is looked for, in this order: the first that the file can fill."""


def chosen(row: Row, given: Iterable[str], measure: Measure) -> tuple[str, ...]:
    """The columns from which this measure is computed.

    Parameters
    ----------
    row : any of the file, under known names
    given : names as the file has them
    measure : that is wanted

    Raises
    ------
    PoolError
        If the file has no set of them; the message says which would do, and which names are nearly known.
    """
    names = set(row.cells)
    fitting = [item for item in SETS if measure in item.measures]
    for item in fitting:
        if item.is_in(names, measure):
            return item.columns
    wanted = "; ".join([*(item.wanted for item in fitting), *(["ratio ci.lb ci.ub"] if measure in RATIOS else [])])
    told = ", ".join(filter(None, given)) or "without names"
    near = "".join(f"; is {name!r} meant as {meant}?" for name, meant in near_words(row.cells).items())
    raise PoolError(
        f"{row.path}: columns {told} do not give {measure}; it needs one of: {wanted}{near}{_two_lines(row)}{_several(row, given)} "
        "(comma, semicolon, tab or bar between them; docs/methods.md lists what else may stand for them)"
    )


def _two_lines(row: Row) -> str:
    """What to do where the first line below the names holds names, too."""
    are_words = not any(row.printed(name) for name in row.cells) and any(map(is_name, row.cells.values()))
    return "; names stand in two lines? join them in one, such as 'intervention events'" if are_words else ""


def _several(row: Row, given: Iterable[str]) -> str:
    """What to do where cells hold more than one number."""
    found = [name for name in given if name not in NAME_COLUMNS and holds_several(row.cells[name])]
    return f"; {', '.join(found)}: more than one number in a cell, give each a column of its own" if found else ""


def near_words(names: Iterable[str]) -> dict[str, str]:
    """Names that are not known, each with the known one that it nearly is."""
    found = {}
    for name in names:
        if len(name) < 2 or name in KNOWN:
            continue
        if meant := suggestion(name):
            found[name] = meant
        elif near := get_close_matches(name, KNOWN, n=1, cutoff=0.75):
            found[name] = near[0]
    return found


def not_read(names: Iterable[str], renamed: Iterable[str]) -> dict[str, str]:
    """Names that are all but those of columns which the file lacks: a slip of the keys must not make a number vanish."""
    given, known = [*names], {*renamed}
    others = [name for name in given if name not in known and len(name) > 3 and suggestion(name) is None]
    return {name: meant for name, meant in near_words(others).items() if meant not in {*given, *known, *NAME_COLUMNS}}


def is_name(cell: str) -> bool:
    """Whether a cell of a header is the name of a column that is read."""
    name = cell.strip().lower()
    return name in KNOWN or name in _THEIRS or name in MEASURES or meaning(name) is not None


def under_known_names(rows: tuple[Row, ...], measure: Measure) -> tuple[tuple[Row, ...], Mapping[str, str]]:
    """Rows with the columns of other programs under our names, and which they are.

    A column that the file has under our name already stays as it is.

    Raises
    ------
    PoolError
        If two columns of the file mean the same.
    """
    renamed = _renamed(rows, measure)
    if not renamed:
        return rows, {}
    for ours in set(renamed.values()):
        if len(theirs := [name for name, meant in renamed.items() if meant == ours]) > 1:
            raise PoolError(f"{rows[0].path}: columns {' and '.join(theirs)} both mean {ours}; keep one of them")
    kept = tuple(
        replace(row, cells=row.cells | {ours: row.cells[theirs] for theirs, ours in renamed.items()}) for row in rows
    )
    return kept, renamed


def _renamed(rows: tuple[Row, ...], measure: Measure) -> Mapping[str, str]:
    names = [name for name in rows[0].cells if name]
    filled = {name for name in names if any(row.has(name) for row in rows)}
    found = {
        name: meant
        for name in names
        if (meant := meaning(name, is_rate=measure is Measure.IRR) or meaning_of_effect(name, measure))
        if name not in KNOWN
    }
    found |= _THEIRS
    found |= {name: "ratio" if measure in RATIOS else "yi" for name, of in MEASURES.items() if measure in of}
    if "o-e" not in filled:
        found["variance"] = "vi"
    ours = {found.get(name, name) for name in filled}
    has_arms = bool(ours & _WHAT_COUNTS)
    if not has_arms and not ours & {"yi", "ratio"}:
        # The effect as RevMan displays it: a ratio where there are ratios, unless the estimate itself is given.
        found[_OF_REVMANS_EFFECT] = "ratio" if measure in RATIOS else "yi"
    if has_arms or "giv mean" in filled:
        # Limits as displayed belong to the effect as displayed, and may be of another scale than the numbers beside them.
        found = {name: meant for name, meant in found.items() if name not in _AS_DISPLAYED}
    return {name: found[name] for name in names if name in filled and name in found and found[name] not in names}
