"""Whether a row agrees with itself: numbers that say the same twice must do so to the rounding of their printed digits.

What cannot both be right stops the file. What can, if a test or an interval was of another kind than ours, is a note.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from scipy import special

from models.vocabulary import RATIOS, Measure
from pooling.columns import ARMS
from pooling.spans import Span, joined
from pooling.spreadsheet import Row

OTHER_KIND = 1.25
"""Two standard errors that are further apart than by this factor are no matter of z or t, or of profile likelihood."""
_Z = 1.959963984540054
_ROUND_Z = 1.96


class Finding(NamedTuple):
    """Cells of a row that contradict each other."""

    columns: tuple[str, ...]
    said: str
    is_error: bool


class _Se(NamedTuple):
    """A standard error by one of the ways in which a row tells it."""

    columns: tuple[str, ...]
    span: Span


def _shown(row: Row, *columns: str) -> str:
    return ", ".join(f"{column} {row.cells[column]}" for column in columns)


def _critical(df: float | None) -> Span:
    """What limits of 95 % may have been multiplied by: z, also as 1.96, or t where the number of people tells its df."""
    by_z = Span(_Z, _ROUND_Z)
    if df is None or df < 1:
        return by_z
    return joined(by_z, Span.exactly(float(special.stdtrit(df, 0.975))))


def limits(row: Row, low: str, high: str) -> tuple[Span, Span] | None:
    """Both limits as printed, None unless the row has both."""
    one, two = row.printed(low), row.printed(high)
    return None if one is None or two is None else (one, two)


def of_effects(row: Row, measure: Measure) -> Iterator[Finding]:
    """Estimate, limits, standard error, variance and p of one effect."""
    yi, ratio = row.printed("yi"), row.printed("ratio") if measure in RATIOS else None
    if yi is not None and ratio is not None and not yi.exp().meets(ratio):
        yield Finding(("yi", "ratio"), f"{_shown(row, 'yi', 'ratio')}: the ratio is not exp(yi)", True)
        return
    is_ratio = are_ratios(row, measure)
    estimate, name = (ratio.log(), "ratio") if is_ratio and ratio is not None else (yi, "yi")
    pair, n = limits(row, "ci.lb", "ci.ub"), _people(row)
    if estimate is not None and pair is not None:
        yield from _estimate_within(row, name, pair, measure)
    yield from _errors_of_effect(row, estimate, pair, None if n is None else n - 2, is_ratio=is_ratio)


def are_ratios(row: Row, measure: Measure) -> bool:
    """Whether the limits of a row are ratios: beside a ratio alone, or where only the ratio lies between them."""
    yi, ratio = row.printed("yi"), row.printed("ratio") if measure in RATIOS else None
    pair = limits(row, "ci.lb", "ci.ub")
    if ratio is None or yi is None or pair is None:
        return yi is None and ratio is not None
    return ratio.is_between(*pair) and not yi.is_between(*pair)


def _estimate_within(row: Row, name: str, pair: tuple[Span, Span], measure: Measure) -> Iterator[Finding]:
    """An estimate lies between its limits, in the middle on the scale that the row claims."""
    printed = row.printed(name)
    assert printed is not None
    columns, told = (name, "ci.lb", "ci.ub"), _shown(row, name, "ci.lb", "ci.ub")
    of_logs = name == "ratio"
    low, high = pair
    if low.middle > high.middle:
        yield Finding(columns[1:], f"{told}: the lower limit is above the upper one", True)
        return
    if of_logs and (low.high < 0 or high.high <= 0):
        yield Finding(
            columns, f"{told}: no ratio is below 0; if these are logarithms, name the column yi and not ratio", True
        )
        return
    if not printed.is_between(low, high):
        slip = ""
        if measure in RATIOS and not of_logs and printed.exp().is_between(low, high):
            slip = "; exp(yi) does: the limits look like ratios, take their logarithms or give the estimate as ratio"
        if of_logs and printed.log().is_between(low, high):
            slip = "; its logarithm does: the limits look like logarithms, give the estimate as yi"
        yield Finding(columns, f"{told}: the estimate lies outside its own limits{slip}", True)
        return
    plain = Span((low.low + high.low) / 2, (low.high + high.high) / 2)
    can_be_ratios = low.high > 0
    as_logs = Span((low.log().low + high.log().low) / 2, (low.log().high + high.log().high) / 2)
    own, claimed = (printed.log(), as_logs) if of_logs else (printed, plain)
    if own.meets(claimed):
        return
    if not of_logs and can_be_ratios and printed.low > 0 and printed.log().meets(as_logs):
        said = f"{told}: these look like a ratio and its limits, not like logarithms: name the column ratio, or take logarithms"
        yield Finding(columns, said, measure in RATIOS)
        return
    scale = " on the log scale" if of_logs else ""
    middle = claimed.exp().middle if of_logs else claimed.middle
    hint = "; on the plain scale it is: are these logarithms, or limits computed for a difference?" if (
        of_logs and printed.meets(plain)
    ) else ""  # fmt: skip
    yield Finding(
        columns,
        f"{told}: the estimate is not in the middle of its limits{scale} ({middle:.3g}) by more than rounding explains{hint}",
        False,
    )


def _errors_of_effect(
    row: Row, estimate: Span | None, pair: tuple[Span, Span] | None, df: float | None, *, is_ratio: bool
) -> Iterator[Finding]:
    told: list[_Se] = []
    if (sei := row.printed("sei")) is not None:
        told.append(_Se(("sei",), sei))
    if (vi := row.printed("vi")) is not None:
        told.append(_Se(("vi",), vi.root()))
        if sei is not None and not sei.meets(vi.root()):
            yield Finding(("vi", "sei"), f"{_shown(row, 'vi', 'sei')}: the variance is not the square of the SE", True)
            return
    if pair is not None:
        low, high = (limit.log() for limit in pair) if is_ratio else pair
        of_limits = _Se(("ci.lb", "ci.ub"), _half_width(low, high) / _critical(df))
        if (
            told
            and is_ratio
            and not told[0].span.meets(of_limits.span)
            and _is_of_ratio(told[0].span, estimate, pair, df)
        ):
            columns = (*told[0].columns, *of_limits.columns)
            yield Finding(columns, f"{_shown(row, *columns)}: the SE is that of the ratio, not of its logarithm", True)
            return
        told.append(of_limits)
    yield from _same(row, told)
    if told and estimate is not None:
        yield from _p_of(row, estimate, told[0])


def _is_of_ratio(se: Span, estimate: Span | None, pair: tuple[Span, Span], df: float | None) -> bool:
    """Whether a standard error is that of the ratio: by the delta method, or from limits that are even on its scale."""
    by_limits = _half_width(*pair) / _critical(df)
    by_delta = (
        None if estimate is None else estimate.exp() * (_half_width(pair[0].log(), pair[1].log()) / _critical(df))
    )
    return se.meets(by_limits) or (by_delta is not None and se.meets(by_delta))


def _half_width(low: Span, high: Span) -> Span:
    width = high - low
    return Span(max(width.low, 0.0) / 2, width.high / 2)


def _same(row: Row, told: Sequence[_Se]) -> Iterator[Finding]:
    """Every standard error against the first."""
    for other in told[1:]:
        if (apart := told[0].span.times_apart(other.span)) > 1:
            columns = (*told[0].columns, *other.columns)
            said = (
                f"{_shown(row, *columns)}: standard errors {told[0].span.middle:.3g} and {other.span.middle:.3g}, "
                "which are not the same by more than rounding explains"
            )
            if apart > OTHER_KIND:
                yield Finding(
                    columns, f"{said}; are the limits of another level than 95 %, or is one a typing error?", True
                )
            else:
                yield Finding(columns, said, False)


def _p_of(row: Row, estimate: Span, se: _Se, *, is_note: bool = False) -> Iterator[Finding]:
    """The p of a row against estimate / SE. Another test may give a somewhat different one."""
    p = row.bounded("pval")
    if p is None or p.high <= 0 or p.low > 1 or se.span.low <= 0:
        return
    z = estimate.size() / se.span
    by_z = Span(*(float(2 * special.ndtr(-abs(end))) for end in (z.high, z.low)))
    if p.meets(by_z):
        return
    z_of_p = Span(*(float(-special.ndtri(min(max(end, 1e-300), 1.0) / 2)) for end in (p.high, p.low)))
    gap = max(z_of_p.low - z.high, z.low - z_of_p.high)
    columns = ("pval", *se.columns)
    said = (
        f"{_shown(row, *columns)}: estimate and standard error give p = {by_z.middle:.2g}"
        f", not {row.cells['pval']}, by more than rounding explains"
    )
    # A p that is told as a bound, such as < 0.001, may be of any test and rounded by anybody.
    yield Finding(columns, said, gap > 1 and not is_note and not row.is_bound("pval"))


def of_tables(row: Row, measure: Measure) -> Iterator[Finding]:
    """Events, others and people of both arms; an effect that stands beside them."""
    for events, others, people in (("ai", "bi", "n1i"), ("ci", "di", "n2i")):
        one, two, both = (row.printed(name) for name in (events, others, people))
        if (
            one is not None
            and two is not None
            and both is not None
            and abs(one.middle + two.middle - both.middle) > 1e-6
        ):
            columns = (events, others, people)
            yield Finding(columns, f"{_shown(row, *columns)}: {events} + {others} is not {people}", True)
    yield from _all_people(row)
    a, n1, c, n2 = (_value(row, name) for name in ("ai", "n1i", "ci", "n2i"))
    if not (a and c and n1 and n2 and a < n1 and c < n2):
        return
    odds, risks = a / (n1 - a) * (n2 - c) / c, a / n1 / (c / n2)
    yield from _beside(row, (risks, odds), (*_logs(risks, odds), a / n1 - c / n2), "events and people", measure)


def of_rates(row: Row, measure: Measure) -> Iterator[Finding]:
    """Events and person-time of both arms against a ratio that stands beside them."""
    x1, t1, x2, t2 = (_value(row, name) for name in ("x1i", "t1i", "x2i", "t2i"))
    if x1 and t1 and x2 and t2:
        yield from _beside(row, (x1 / t1 / (x2 / t2),), _logs(x1 / t1 / (x2 / t2)), "events and person-time", measure)


def of_log_rank(row: Row, measure: Measure) -> Iterator[Finding]:
    """O - E and its variance against a ratio and its limits."""
    o_minus_e, v = row.printed("oei"), row.printed("vi_oe")
    if o_minus_e is None or v is None or v.low <= 0:
        return
    effect, ratio, pair = o_minus_e / v, row.printed("ratio"), limits(row, "ci.lb", "ci.ub")
    if ratio is not None and not effect.exp().meets(ratio):
        yield Finding(
            ("oei", "vi_oe", "ratio"),
            f"{_shown(row, 'oei', 'vi_oe', 'ratio')}: exp((O - E) / V) is {effect.exp().middle:.3g}",
            False,
        )
    if pair is not None and measure in RATIOS and pair[0].low > 0:
        se = _Se(("ci.lb", "ci.ub"), _half_width(pair[0].log(), pair[1].log()) / _critical(None))
        own = Span.exactly(1.0) / v.root()
        if not own.meets(se.span):
            columns = ("vi_oe", *se.columns)
            yield Finding(
                columns, f"{_shown(row, *columns)}: standard errors {own.middle:.3g} and {se.span.middle:.3g}", False
            )


def _logs(*ratios: float) -> tuple[float, ...]:
    return tuple(float(special.log1p(ratio - 1)) for ratio in ratios)


def _beside(
    row: Row, ratios: Sequence[float], effects: Sequence[float], by: str, measure: Measure
) -> Iterator[Finding]:
    """An effect beside the numbers that are pooled: none of what these give is a sign of a slip, or of adjustment."""
    for column, values in (("ratio", ratios), ("yi", effects)):
        printed = row.printed(column)
        if printed is None or (column == "ratio" and measure not in RATIOS):
            continue
        if not any(printed.meets(Span(value - 1e-6 * abs(value), value + 1e-6 * abs(value))) for value in values):
            told = " or ".join(f"{value:.3g}" for value in values)
            yield Finding((column,), f"{_shown(row, column)}: {by} give {told}; they are what is pooled", False)


def of_means(row: Row, measure: Measure) -> Iterator[Finding]:
    """Mean, SD, SE, limits, quartiles and range of each arm; what is told of their difference."""
    for arm in ARMS:
        yield from _of_arm(row, arm)
    yield from _all_people(row)
    if measure is Measure.MD:
        yield from _of_difference(row)


def _of_arm(row: Row, arm: str) -> Iterator[Finding]:
    mean, sd, se, n = (f"{name}{arm}i" for name in ("m", "sd", "se", "n"))
    people = _value(row, n)
    if people is None or people < 2:
        return
    root, told = Span.exactly(sqrt(people)), []
    if (printed := row.printed(sd)) is not None:
        told.append(_Se((sd, n), printed / root))
    if (printed := row.printed(se)) is not None:
        if told and not told[0].span.meets(printed):
            columns, by_sd = (sd, n, se), told[0].span.middle
            yield Finding(
                columns, f"{_shown(row, *columns)}: that SD is an SE of {by_sd:.3g}, not {row.cells[se]}", True
            )
            return
        told.append(_Se((se,), printed))
    low, high = f"lb{arm}i", f"ub{arm}i"
    if (pair := limits(row, low, high)) is not None:
        yield from _mean_within(row, mean, low, high, pair)
        told.append(_Se((low, high), _half_width(*pair) / _critical(people - 1)))
    yield from _same(row, told)
    yield from _in_order(row, arm, people)


def _mean_within(row: Row, mean: str, low: str, high: str, pair: tuple[Span, Span]) -> Iterator[Finding]:
    columns: tuple[str, ...] = (mean, low, high)
    if pair[0].middle > pair[1].middle:
        yield Finding((low, high), f"{_shown(row, low, high)}: the lower limit is above the upper one", True)
    elif (printed := row.printed(mean)) is not None:
        middle = Span((pair[0].low + pair[1].low) / 2, (pair[0].high + pair[1].high) / 2)
        if not printed.is_between(*pair):
            yield Finding(columns, f"{_shown(row, *columns)}: the mean lies outside its own limits", True)
        elif not printed.meets(middle):
            said = f"the mean is not in the middle of its limits ({middle.middle:.3g}) by more than rounding explains"
            yield Finding(columns, f"{_shown(row, *columns)}: {said}", False)


def _in_order(row: Row, arm: str, people: float) -> Iterator[Finding]:
    """Minimum, quartiles, median and maximum in order; mean and SD as these allow them."""
    names = [f"{name}{arm}i" for name in ("min", "q1_", "med", "q3_", "max")]
    given = [(name, span) for name in names if (span := row.printed(name)) is not None]
    for (one, lower), (two, upper) in pairwise(given):
        if lower.middle > upper.middle:
            yield Finding((one, two), f"{_shown(row, one, two)}: minimum, quartiles and maximum are not in order", True)
            return
    least, most = row.printed(names[0]), row.printed(names[4])
    mean, sd = row.printed(f"m{arm}i"), row.printed(f"sd{arm}i")
    if least is None or most is None:
        return
    if mean is not None and not mean.is_between(least, most):
        columns = (f"m{arm}i", names[0], names[4])
        yield Finding(columns, f"{_shown(row, *columns)}: the mean lies outside minimum and maximum", True)
    largest = (most - least).high / 2 * sqrt(people / (people - 1))
    if sd is not None and sd.low > largest:
        columns = (f"sd{arm}i", names[0], names[4])
        yield Finding(columns, f"{_shown(row, *columns)}: no {people:g} people of that range have so large an SD", True)


def _of_difference(row: Row) -> Iterator[Finding]:
    """Limits, t and p of a mean difference; it may be adjusted, so that beside SDs they are never an error."""
    m1, m2, sd1, sd2 = (row.printed(name) for name in ("m1i", "m2i", "sd1i", "sd2i"))
    n1, n2 = _value(row, "n1i"), _value(row, "n2i")
    if m1 is None or m2 is None or not n1 or not n2 or n1 + n2 <= 2:
        return
    difference, df, told = m1 - m2, n1 + n2 - 2, []
    has_sds = sd1 is not None and sd2 is not None
    if sd1 is not None and sd2 is not None:
        one, two = sd1 * sd1, sd2 * sd2
        separate = (one * Span.exactly(1 / n1) + two * Span.exactly(1 / n2)).root()
        together = (one * Span.exactly((n1 - 1) / df) + two * Span.exactly((n2 - 1) / df)).root()
        pooled = together * Span.exactly(sqrt(1 / n1 + 1 / n2))
        told.append(_Se(("sd1i", "sd2i"), joined(separate, pooled)))
    if (t := row.printed("ti")) is not None and not t.size().low <= 0:
        told.append(_Se(("ti",), difference.size() / t.size()))
    if (pair := limits(row, "ci.lb", "ci.ub")) is not None:
        columns = ("m1i", "m2i", "ci.lb", "ci.ub")
        middle = Span((pair[0].low + pair[1].low) / 2, (pair[0].high + pair[1].high) / 2)
        if pair[0].middle > pair[1].middle:
            yield Finding(columns[2:], f"{_shown(row, 'ci.lb', 'ci.ub')}: the lower limit is above the upper one", True)
            return
        if not difference.meets(middle):
            said = (
                f"the difference of the means is {difference.middle:.3g}, the middle of its limits {middle.middle:.3g}"
            )
            yield Finding(columns, f"{_shown(row, *columns)}: {said}", not has_sds and not difference.is_between(*pair))
        told.append(_Se(("ci.lb", "ci.ub"), _half_width(*pair) / _critical(df)))
    for finding in _same(row, told):
        yield finding._replace(is_error=finding.is_error and not has_sds)
    if told:
        yield from _p_by_t(row, difference, told[0], df, is_note=has_sds)


def _p_by_t(row: Row, difference: Span, se: _Se, df: float, *, is_note: bool) -> Iterator[Finding]:
    """As `_p_of`, where p may be by z or by t."""
    p = row.bounded("pval")
    if p is not None and se.span.low > 0:
        t = difference.size() / se.span
        by_t = Span(*(float(2 * special.stdtr(df, -abs(end))) for end in (t.high, t.low)))
        if not p.meets(by_t):
            yield from _p_of(row, difference, se, is_note=is_note)


def _all_people(row: Row) -> Iterator[Finding]:
    n1, n2, n = (_value(row, name) for name in ("n1i", "n2i", "ni"))
    if n1 is not None and n2 is not None and n is not None and abs(n1 + n2 - n) > 1e-6:
        yield Finding(("n1i", "n2i", "ni"), f"{_shown(row, 'n1i', 'n2i', 'ni')}: n1i + n2i is not ni", False)


def _value(row: Row, column: str) -> float | None:
    printed = row.printed(column)
    return None if printed is None else printed.middle


def _people(row: Row) -> float | None:
    n1, n2, n = (_value(row, name) for name in ("n1i", "n2i", "ni"))
    return n1 + n2 if n1 is not None and n2 is not None else n
