"""Whether a row agrees with itself: numbers that say the same twice must do so to the rounding of their printed digits.

What cannot both be right stops the file. What can, if a test or an interval was of another kind than ours, is a note.
"""

from collections.abc import Iterator

from models.vocabulary import RATIOS, Measure
from pooling.agreement_beside import Given, beside
from pooling.contradictions import Finding, Se, critical, half_width, limits, p_of, people_of, same, shown, wrong_way
from pooling.spans import Span, middle_of
from pooling.spreadsheet import Row

_SLACK_OF_COX = 0.15
"""Standard errors by which limits of a Cox model are elsewhere than those of the log-rank test."""


def of_effects(row: Row, measure: Measure) -> Iterator[Finding]:
    """Estimate, limits, standard error, variance and p of one effect."""
    yi, ratio = row.printed("yi"), row.printed("ratio") if measure in RATIOS else None
    if yi is not None and ratio is not None and not yi.exp().meets(ratio):
        yield Finding(("yi", "ratio"), f"{shown(row, 'yi', 'ratio')}: the ratio is not exp(yi)", True)
        return
    is_ratio = are_ratios(row, measure)
    estimate, name = (ratio.log(), "ratio") if is_ratio and ratio is not None else (yi, "yi")
    pair, n = limits(row, "ci.lb", "ci.ub"), people_of(row)
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
    columns, told = (name, "ci.lb", "ci.ub"), shown(row, name, "ci.lb", "ci.ub")
    of_logs = name == "ratio"
    low, high = pair
    if wrong := [*wrong_way(row, "ci.lb", "ci.ub")]:
        yield from wrong
        return
    if of_logs and (low.high < 0 or high.high <= 0):
        yield Finding(
            columns, f"{told}: no ratio is below 0; if these are logarithms, name the column yi and not ratio", True
        )
        return
    if of_logs and printed.middle <= 0:
        return  # which is no ratio, whatever its limits: whoever reads the cell says so
    if not printed.is_between(low, high):
        slip = ""
        if measure in RATIOS and not of_logs and printed.exp().is_between(low, high):
            slip = "; exp(yi) does: the limits look like ratios, take their logarithms or give the estimate as ratio"
        if of_logs and printed.log().is_between(low, high):
            slip = "; its logarithm does: the limits look like logarithms, give the estimate as yi"
        yield Finding(columns, f"{told}: the estimate lies outside its own limits{slip}", True)
        return
    plain, as_logs = middle_of(low, high), middle_of(low.log(), high.log())
    can_be_ratios = low.high > 0
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
    told: list[Se] = []
    if (sei := row.printed("sei")) is not None:
        told.append(Se(("sei",), sei))
    if (vi := row.printed("vi")) is not None:
        told.append(Se(("vi",), vi.root()))
        if sei is not None and not sei.meets(vi.root()):
            yield Finding(("vi", "sei"), f"{shown(row, 'vi', 'sei')}: the variance is not the square of the SE", True)
            return
    if pair is not None:
        low, high = (limit.log() for limit in pair) if is_ratio else pair
        of_limits = Se(("ci.lb", "ci.ub"), half_width(low, high) / critical(row, df))
        if (
            told
            and is_ratio
            and not told[0].span.meets(of_limits.span)
            and _is_of_ratio(told[0].span, estimate, pair, critical(row, df))
        ):
            columns = (*told[0].columns, *of_limits.columns)
            yield Finding(columns, f"{shown(row, *columns)}: the SE is that of the ratio, not of its logarithm", True)
            return
        told.append(of_limits)
    yield from same(row, told)
    if told and estimate is not None:
        yield from p_of(row, estimate, told[0])


def _is_of_ratio(se: Span, estimate: Span | None, pair: tuple[Span, Span], by: Span) -> bool:
    """Whether a standard error is that of the ratio: by the delta method, or from limits that are even on its scale."""
    by_limits = half_width(*pair) / by
    by_delta = None if estimate is None else estimate.exp() * (half_width(pair[0].log(), pair[1].log()) / by)
    return se.meets(by_limits) or (by_delta is not None and se.meets(by_delta))


def of_log_rank(row: Row, measure: Measure) -> Iterator[Finding]:
    """O - E and its variance against an effect that stands beside them."""
    o_minus_e, v = row.printed("oei"), row.printed("vi_oe")
    if o_minus_e is None or v is None or v.low <= 0:
        return
    error = Span.exactly(1.0) / v.root()
    yield from beside(row, measure, Given(by="O - E and V", effect=o_minus_e / v, se=error, slack=_SLACK_OF_COX))


def of_survival(row: Row, measure: Measure) -> Iterator[Finding]:
    """A hazard ratio with its error, and a log-rank test beside it."""
    yield from of_effects(row, measure)
    yield from of_log_rank(row, measure)
