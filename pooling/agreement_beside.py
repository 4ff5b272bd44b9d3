"""Whether an effect that stands beside the numbers of both arms is what they give: these numbers are what is pooled.

An effect may be adjusted, and a test or an interval of another kind than ours, so that what is found here is a note.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from models.vocabulary import RATIOS, Measure
from pooling.contradictions import Finding, critical, half_width, limits, p_of_z, shown, wrong_way, z_of_p
from pooling.spans import Span, joined
from pooling.spreadsheet import Row

_FAR = 1.5
"""So many standard errors apart, two tests of the same numbers are worth a look even where rounding explains it."""


@dataclass(frozen=True)
class Given:
    """What the arms of a row give.

    Attributes
    ----------
    by : what the arms are told by, for messages
    effect : on the analysis scale; several where there is more than one usual formula
    se : its standard error by the usual formulas
    others : effects of other measures from the same numbers, by name, which a column may hold by mistake
    slack : by how many standard errors limits of other kinds (exact, score) are elsewhere than Wald's
    z : sizes that usual tests give; from effect and standard error without it
    df : of t, where a test or an interval may be by it
    """

    by: str
    effect: Span
    se: Span
    others: Mapping[str, Span] = field(default_factory=dict)
    slack: float = 0.0
    z: Span | None = None
    df: float | None = None


def beside(row: Row, measure: Measure, given: Given) -> Iterator[Finding]:
    """Estimate, standard error, limits and p of a row against what its arms give."""
    wrong = [*_estimates(row, measure, given)]
    yield from wrong
    yield from _errors(row, given)
    if not wrong:
        # Limits and p of an effect that is another one anyway are another's, too.
        yield from limits_beside(row, measure, given)
        yield from _p(row, given)


def _estimates(row: Row, measure: Measure, given: Given) -> Iterator[Finding]:
    is_ratio = measure in RATIOS
    columns = {"yi": given.effect} | ({"ratio": given.effect.exp()} if is_ratio else {})
    for column, right in columns.items():
        printed = row.printed(column)
        if printed is None or printed.meets(right):
            continue
        what = [name for name, value in given.others.items() if printed.meets(_as_in(column, value, name))]
        if column == "yi" and is_ratio and printed.meets(given.effect.exp()):
            what = ["ratio, not its logarithm"]
        if column == "ratio" and printed.meets(given.effect):
            what = ["logarithm, not the ratio"]
        slip = f", which is the {what[0]}" if what else ""
        said = f"{shown(row, column)}{slip}: {given.by} give {right.middle:.3g}; they are what is pooled"
        yield Finding((column,), said, False)


def _as_in(column: str, value: Span, name: str) -> Span:
    return value.exp() if column == "ratio" and "difference" not in name else value


def _errors(row: Row, given: Given) -> Iterator[Finding]:
    found = {"sei": row.printed("sei")}
    found["vi"] = None if (vi := row.printed("vi")) is None else vi.root()
    for column, se in found.items():
        if se is not None and given.se.low > 0 and not se.meets(given.se):
            said = f"{shown(row, column)}: {given.by} give a standard error of {given.se.middle:.3g}"
            if column == "vi":
                said = f"{shown(row, column)}: {given.by} give a variance of {given.se.middle**2:.3g}"
            yield Finding((column,), f"{said}; they are what is pooled", False)


def limits_beside(row: Row, measure: Measure, given: Given) -> Iterator[Finding]:
    """Limits where no usual interval has them."""
    pair = limits(row, "ci.lb", "ci.ub")
    if pair is None or not given.se.low > 0:
        return
    if wrong := [*wrong_way(row, "ci.lb", "ci.ub")]:
        yield from wrong
        return
    scales = [pair]
    if measure in RATIOS and pair[1].high > 0:
        as_logs = (pair[0].log(), pair[1].log())
        scales = [as_logs] if row.has("ratio") and not row.has("yi") else [as_logs, pair]
    if not any(_fits(row, scale, given) for scale in scales):
        reach = given.se * critical(row, given.df)
        ends = [given.effect.middle - reach.middle, given.effect.middle + reach.middle]
        if measure in RATIOS and (len(scales) == 1 or pair[0].middle > 0):
            ends = [Span.exactly(end).exp().middle for end in ends]
        said = f"{given.by} give about {ends[0]:.3g} to {ends[1]:.3g}; they are what is pooled"
        yield Finding(("ci.lb", "ci.ub"), f"{shown(row, 'ci.lb', 'ci.ub')}: {said}", False)


def _fits(row: Row, pair: tuple[Span, Span], given: Given) -> bool:
    """Whether both limits are where some usual interval has them."""
    reach, play = given.se * critical(row, given.df), given.slack * given.se.high
    more = Span(-play, play)
    wald = (given.effect - reach + more, given.effect + reach + more)
    if not (pair[0].meets(wald[0]) and pair[1].meets(wald[1])):
        return False
    # Both may be elsewhere, but a shorter interval than Wald's, or one of another centre, is of something else.
    width = half_width(*pair) / critical(row, given.df)
    return width.meets(given.se + more)


def _p(row: Row, given: Given) -> Iterator[Finding]:
    p = row.bounded("pval")
    if p is None or p.high <= 0 or p.low > 1 or not given.se.low > 0:
        return
    z = given.effect.size() / given.se if given.z is None else given.z
    ways = p_of_z(z)
    if given.df is not None and given.df >= 1:
        ways = joined(ways, p_of_z(z, given.df))
    if p.meets(ways):
        yield from _only_by_rounding(row, p, given)
        return
    said = f"{given.by} give p = {_p_as_printed(given):.2g}, by more than rounding and the choice of a test explain"
    yield Finding(("pval",), f"{shown(row, 'pval')}: {said}", False)


def _only_by_rounding(row: Row, p: Span, given: Given) -> Iterator[Finding]:
    """Numbers so coarse that they agree with any p: taken as they are printed they give another one."""
    size, of_p = _size_as_printed(given), z_of_p(p)
    if max(of_p.low - size, size - of_p.high) > _FAR:
        said = f"{given.by} as printed give p = {_p_as_printed(given):.2g}; only their rounding would explain it: see for more digits"
        yield Finding(("pval",), f"{shown(row, 'pval')}: {said}", False)


def _p_as_printed(given: Given) -> float:
    return p_of_z(Span.exactly(_size_as_printed(given))).middle


def _size_as_printed(given: Given) -> float:
    return abs(given.effect.middle) / given.se.middle
