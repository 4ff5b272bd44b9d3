"""Whether the arms of a row of means agree with themselves, and their difference with what is told of it."""

from collections.abc import Iterator
from itertools import pairwise
from math import sqrt

from scipy import special

from models.vocabulary import Measure
from pooling.columns import ARMS
from pooling.contradictions import Finding, Se, all_people, critical, half_width, limits, p_of, same, shown, value_of
from pooling.spans import Span, joined
from pooling.spreadsheet import Row


def of_means(row: Row, measure: Measure) -> Iterator[Finding]:
    """Mean, SD, SE, limits, quartiles and range of each arm; what is told of their difference."""
    for arm in ARMS:
        yield from _of_arm(row, arm)
    yield from all_people(row)
    if measure is Measure.MD:
        yield from _of_difference(row)


def _of_arm(row: Row, arm: str) -> Iterator[Finding]:
    mean, sd, se, n = (f"{name}{arm}i" for name in ("m", "sd", "se", "n"))
    people = value_of(row, n)
    if people is None or people < 2:
        return
    root, told = Span.exactly(sqrt(people)), []
    if (printed := row.printed(sd)) is not None:
        told.append(Se((sd, n), printed / root))
    if (printed := row.printed(se)) is not None:
        if told and not told[0].span.meets(printed):
            columns, by_sd = (sd, n, se), told[0].span.middle
            yield Finding(
                columns, f"{shown(row, *columns)}: that SD is an SE of {by_sd:.3g}, not {row.cells[se]}", True
            )
            return
        told.append(Se((se,), printed))
    low, high = f"lb{arm}i", f"ub{arm}i"
    if (pair := limits(row, low, high)) is not None:
        yield from _mean_within(row, mean, low, high, pair)
        told.append(Se((low, high), half_width(*pair) / critical(row, people - 1)))
    yield from same(row, told)
    yield from _in_order(row, arm, people)


def _mean_within(row: Row, mean: str, low: str, high: str, pair: tuple[Span, Span]) -> Iterator[Finding]:
    columns: tuple[str, ...] = (mean, low, high)
    if pair[0].middle > pair[1].middle:
        yield Finding((low, high), f"{shown(row, low, high)}: the lower limit is above the upper one", True)
    elif (printed := row.printed(mean)) is not None:
        middle = Span((pair[0].low + pair[1].low) / 2, (pair[0].high + pair[1].high) / 2)
        if not printed.is_between(*pair):
            yield Finding(columns, f"{shown(row, *columns)}: the mean lies outside its own limits", True)
        elif not printed.meets(middle):
            said = f"the mean is not in the middle of its limits ({middle.middle:.3g}) by more than rounding explains"
            yield Finding(columns, f"{shown(row, *columns)}: {said}", False)


def _in_order(row: Row, arm: str, people: float) -> Iterator[Finding]:
    """Minimum, quartiles, median and maximum in order; mean and SD as these allow them."""
    names = [f"{name}{arm}i" for name in ("min", "q1_", "med", "q3_", "max")]
    given = [(name, span) for name in names if (span := row.printed(name)) is not None]
    for (one, lower), (two, upper) in pairwise(given):
        if lower.middle > upper.middle:
            yield Finding((one, two), f"{shown(row, one, two)}: minimum, quartiles and maximum are not in order", True)
            return
    least, most = row.printed(names[0]), row.printed(names[4])
    mean, sd = row.printed(f"m{arm}i"), row.printed(f"sd{arm}i")
    if least is None or most is None:
        return
    if mean is not None and not mean.is_between(least, most):
        columns = (f"m{arm}i", names[0], names[4])
        yield Finding(columns, f"{shown(row, *columns)}: the mean lies outside minimum and maximum", True)
    largest = (most - least).high / 2 * sqrt(people / (people - 1))
    if sd is not None and sd.low > largest:
        columns = (f"sd{arm}i", names[0], names[4])
        yield Finding(columns, f"{shown(row, *columns)}: no {people:g} people of that range have so large an SD", True)


def _of_difference(row: Row) -> Iterator[Finding]:
    """Limits, t and p of a mean difference; it may be adjusted, so that beside SDs they are never an error."""
    m1, m2, sd1, sd2 = (row.printed(name) for name in ("m1i", "m2i", "sd1i", "sd2i"))
    n1, n2 = value_of(row, "n1i"), value_of(row, "n2i")
    if m1 is None or m2 is None or not n1 or not n2 or n1 + n2 <= 2:
        return
    difference, df, told = m1 - m2, n1 + n2 - 2, []
    has_sds = sd1 is not None and sd2 is not None
    if sd1 is not None and sd2 is not None:
        one, two = sd1 * sd1, sd2 * sd2
        separate = (one * Span.exactly(1 / n1) + two * Span.exactly(1 / n2)).root()
        together = (one * Span.exactly((n1 - 1) / df) + two * Span.exactly((n2 - 1) / df)).root()
        pooled = together * Span.exactly(sqrt(1 / n1 + 1 / n2))
        told.append(Se(("sd1i", "sd2i"), joined(separate, pooled)))
    if (t := row.printed("ti")) is not None and not t.size().low <= 0:
        told.append(Se(("ti",), difference.size() / t.size()))
    if (pair := limits(row, "ci.lb", "ci.ub")) is not None:
        columns = ("m1i", "m2i", "ci.lb", "ci.ub")
        middle = Span((pair[0].low + pair[1].low) / 2, (pair[0].high + pair[1].high) / 2)
        if pair[0].middle > pair[1].middle:
            yield Finding(columns[2:], f"{shown(row, 'ci.lb', 'ci.ub')}: the lower limit is above the upper one", True)
            return
        if not difference.meets(middle):
            said = (
                f"the difference of the means is {difference.middle:.3g}, the middle of its limits {middle.middle:.3g}"
            )
            yield Finding(columns, f"{shown(row, *columns)}: {said}", not has_sds and not difference.is_between(*pair))
        told.append(Se(("ci.lb", "ci.ub"), half_width(*pair) / critical(row, df)))
    for finding in same(row, told):
        yield finding._replace(is_error=finding.is_error and not has_sds)
    if told:
        yield from _p_by_t(row, difference, told[0], df, is_note=has_sds)


def _p_by_t(row: Row, difference: Span, se: Se, df: float, *, is_note: bool) -> Iterator[Finding]:
    """As `p_of`, where p may be by z or by t."""
    p = row.bounded("pval")
    if p is not None and se.span.low > 0:
        t = difference.size() / se.span
        by_t = Span(*(float(2 * special.stdtr(df, -abs(end))) for end in (t.high, t.low)))
        if not p.meets(by_t):
            yield from p_of(row, difference, se, is_note=is_note)
