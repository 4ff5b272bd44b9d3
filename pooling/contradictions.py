"""What contradictions in a row are made of: standard errors by several ways, p, and how far rounding reaches."""

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from scipy import special

from pooling.spans import Span, joined
from pooling.spreadsheet import Row

OTHER_KIND = 1.25
"""Two standard errors that are further apart than by this factor are no matter of z or t, or of profile likelihood."""
USUAL_LEVEL, LEAST_LEVEL = 0.95, 0.5
_ROUND_Z = 1.96
_LEAST_P = 1e-300


class Finding(NamedTuple):
    """Cells of a row that contradict each other."""

    columns: tuple[str, ...]
    said: str
    is_error: bool


class Se(NamedTuple):
    """A standard error by one of the ways in which a row tells it."""

    columns: tuple[str, ...]
    span: Span


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each slip: what cannot be right comes first, and what shares all its cells is left out."""
    kept: list[Finding] = []
    for item in sorted(findings, key=lambda finding: not finding.is_error):
        told = {column for other in kept for column in other.columns}
        is_same_slip = bool(told & {*item.columns}) if item.is_error else {*item.columns} <= told
        if not is_same_slip:
            kept.append(item)
    return kept


def shown(row: Row, *columns: str) -> str:
    return ", ".join(f"{column} {row.cells[column]}" for column in columns)


def critical(row: Row, df: float | None) -> Span:
    """What limits were multiplied by: z, also as 1.96, or t where the number of people tells its df."""
    told = value_of(row, "level")
    level = told if told is not None and LEAST_LEVEL < told < 1 else USUAL_LEVEL
    tail = (1 + level) / 2
    by_z = Span.exactly(float(special.ndtri(tail)))
    if level == USUAL_LEVEL:
        by_z = joined(by_z, Span.exactly(_ROUND_Z))
    if df is None or df < 1:
        return by_z
    return joined(by_z, Span.exactly(float(special.stdtrit(df, tail))))


def limits(row: Row, low: str, high: str) -> tuple[Span, Span] | None:
    """Both limits as printed, None unless the row has both."""
    one, two = row.printed(low), row.printed(high)
    return None if one is None or two is None else (one, two)


def wrong_way(row: Row, low: str, high: str) -> Iterator[Finding]:
    """Limits of which the lower one is above the upper one."""
    pair = limits(row, low, high)
    if pair is not None and pair[0].middle > pair[1].middle:
        yield Finding((low, high), f"{shown(row, low, high)}: the lower limit is above the upper one", True)


def p_of_z(z: Span, df: float | None = None) -> Span:
    """Two-sided p of sizes of z, or of t where a df is told."""
    tails = (special.ndtr(-abs(end)) if df is None else special.stdtr(df, -abs(end)) for end in (z.high, z.low))
    return Span(*(float(2 * tail) for tail in tails))


def z_of_p(p: Span) -> Span:
    """Sizes of z that a two-sided p may be of."""
    ends = (min(max(end, _LEAST_P), 1.0) for end in (p.high, p.low))
    found = [float(-special.ndtri(end / 2)) for end in ends]
    return Span(found[0], inf if p.low <= 0 else found[1])


def half_width(low: Span, high: Span) -> Span:
    width = high - low
    return Span(max(width.low, 0.0) / 2, width.high / 2)


def same(row: Row, told: Sequence[Se]) -> Iterator[Finding]:
    """Every standard error against the first."""
    for other in told[1:]:
        if (apart := told[0].span.times_apart(other.span)) > 1:
            columns = (*told[0].columns, *other.columns)
            said = (
                f"{shown(row, *columns)}: standard errors {told[0].span.middle:.3g} and {other.span.middle:.3g}, "
                "which are not the same by more than rounding explains"
            )
            if apart > OTHER_KIND:
                yield Finding(
                    columns,
                    f"{said}; are the limits of another level than 95 % (give `level`), or is one a typing error?",
                    True,
                )
            else:
                yield Finding(columns, said, False)


def p_of(row: Row, estimate: Span, se: Se, *, is_note: bool = False) -> Iterator[Finding]:
    """The p of a row against estimate / SE. Another test may give a somewhat different one."""
    p = row.bounded("pval")
    if p is None or p.high <= 0 or p.low > 1 or se.span.low <= 0:
        return
    z = estimate.size() / se.span
    by_z, of_p = p_of_z(z), z_of_p(p)
    if p.meets(by_z):
        return
    gap = max(of_p.low - z.high, z.low - of_p.high)
    columns = ("pval", *se.columns)
    said = (
        f"{shown(row, *columns)}: estimate and standard error give p = {by_z.middle:.2g}"
        f", not {row.cells['pval']}, by more than rounding explains"
    )
    # A p that is told as a bound, such as < 0.001, may be of any test and rounded by anybody.
    yield Finding(columns, said, gap > 1 and not is_note and not row.is_bound("pval"))


def all_people(row: Row) -> Iterator[Finding]:
    n1, n2, n = (value_of(row, name) for name in ("n1i", "n2i", "ni"))
    if n1 is not None and n2 is not None and n is not None and abs(n1 + n2 - n) > 1e-6:
        yield Finding(("n1i", "n2i", "ni"), f"{shown(row, 'n1i', 'n2i', 'ni')}: n1i + n2i is not ni", False)


def value_of(row: Row, column: str) -> float | None:
    printed = row.printed(column)
    return None if printed is None else printed.middle


def people_of(row: Row) -> float | None:
    n1, n2, n = (value_of(row, name) for name in ("n1i", "n2i", "ni"))
    return n1 + n2 if n1 is not None and n2 is not None else n
