"""Published estimates that contradict their rows, their own limits, or the method that they name."""

from collections.abc import Iterator, Mapping

from scipy import stats

from exchange.audit.cells import (
    at_analysis,
    at_row,
    at_subgroup,
    estimates_of,
    has_arms,
    in_overall,
    in_subgroup,
    is_of,
    number,
    numbered,
)
from exchange.audit.contradiction import Computed, Contradiction, Kind, Place
from exchange.cochrane.package import (
    EffectModel,
    Layout,
    Package,
    PackageAnalysis,
    PackageRow,
    Published,
)
from models.vocabulary import Interval

_CUT = 100.0
"""Where RevMan cuts the upper limit of tau²."""
_PRINTED = 1e-6
"""Differences of P that are the program's own."""
_WEIGHT = 0.05
"""Per cent by which weights may miss 100: older layouts cut their digits."""
_ROUNDED = 1e-6


def contradicting_estimates(package: Package, results: Mapping[tuple[str, str], Computed]) -> Iterator[Contradiction]:
    for analysis in package.analyses:
        yield from _of_analysis(package, analysis)
        for name, published, place in _estimates(package, analysis):
            computed = next((results[key] for key in _keys(analysis, name) if key in results), Computed())
            yield from _outside_limits(analysis, name, published, place)
            yield from _p_and_limits(analysis, name, published, place, computed)
            yield from _tau2(analysis, name, published, place, computed)
            yield from _of_one_study(analysis, name, published, place)
    yield from _rows_outside_limits(package)


class _At:
    """A place of which only the value is open."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __call__(self, value: str) -> tuple[Place, ...]:
        told = self._place
        text = f"{told.value}{value}"
        return (Place(file=told.file, line=told.line, analysis=told.analysis, study=told.study, value=text),)


def _estimates(package: Package, analysis: PackageAnalysis) -> Iterator[tuple[str, Published, _At]]:
    """Numbered name, numbers and place of the overall estimate and of each subgroup's."""
    if analysis.shows_totals:
        yield "", analysis.published, _At(at_analysis(package, analysis, ""))
    for subgroup in package.subgroups:
        if subgroup.key == analysis.key and analysis.shows_subgroups:
            name = numbered(subgroup.subgroup_number, subgroup.name)
            yield name, subgroup.published, _At(at_subgroup(package, subgroup, ""))


def _keys(analysis: PackageAnalysis, name: str) -> tuple[tuple[str, str], ...]:
    """By number and name, or by the name alone where rows have no numbers."""
    return (analysis.key, name), (analysis.key, name.partition(" ")[2] if name[:1].isdigit() else name)


def _named(analysis: PackageAnalysis, name: str) -> str:
    return f"{analysis.key}, subgroup {name}" if name else analysis.key


# Rows and totals


def _of_analysis(package: Package, analysis: PackageAnalysis) -> Iterator[Contradiction]:
    rows = list(package.rows_of(analysis.key))
    if analysis.shows_totals and not analysis.is_never_computed:
        counted = [row for row in rows if in_overall(row)]
        yield from _sums(package, analysis, "", analysis.published, counted, _At(at_analysis(package, analysis, "")))
    for subgroup in package.subgroups:
        if subgroup.key == analysis.key:
            name = numbered(subgroup.subgroup_number, subgroup.name)
            counted = [row for row in rows if in_subgroup(row) and is_of(row, subgroup)]
            place = _At(at_subgroup(package, subgroup, ""))
            yield from _sums(package, analysis, name, subgroup.published, counted, place)
    for name, counted in estimates_of(package, analysis):
        weights = [row.weight for row in counted if row.weight is not None]
        if weights and any(weights) and abs(sum(weights) - 100) > _WEIGHT:
            yield Contradiction(
                kind=Kind.WEIGHTS,
                sentence=f"{_named(analysis, name)}: the weights of its rows sum to {sum(weights):.6g}, not to 100.",
                places=tuple(at_row(package, row, number(row.weight)) for row in counted if row.weight is not None),
            )


def _sums(
    package: Package,
    analysis: PackageAnalysis,
    name: str,
    published: Published,
    rows: list[PackageRow],
    place: _At,
) -> Iterator[Contradiction]:
    words = {"e1": "experimental cases", "n1": "experimental N", "e2": "control cases", "n2": "control N"}
    differing = list[str]()
    for field, word in words.items():
        printed = getattr(published, field)
        summed = sum(getattr(row, field) or 0.0 for row in rows)
        # Older layouts print noughts where they have no number.
        is_filler = printed == 0 and (package.layout is Layout.V1 or not has_arms(analysis))
        if printed is not None and not is_filler and abs(printed - summed) > _ROUNDED * max(1.0, printed):
            differing.append(f"{word} {number(printed)}, of the rows {number(summed)}")
    if differing:
        yield Contradiction(
            kind=Kind.ROWS_AGAINST_TOTALS,
            sentence=f"{_named(analysis, name)}: its rows do not sum to its totals: {'; '.join(differing)}.",
            places=place("; ".join(differing)),
        )


# Limits, P, heterogeneity


def _outside_limits(analysis: PackageAnalysis, name: str, published: Published, place: _At) -> Iterator[Contradiction]:
    told = (published.ci_low, published.estimate, published.ci_high)
    if _is_outside(*told):
        text = f"{number(told[1])} ({number(told[0])} to {number(told[2])})"
        yield Contradiction(
            kind=Kind.OUTSIDE_LIMITS,
            sentence=f"{_named(analysis, name)}: the estimate is not between its limits: {text}.",
            places=place(text),
        )


def _rows_outside_limits(package: Package) -> Iterator[Contradiction]:
    for row in package.rows:
        if _is_outside(row.ci_low, row.estimate, row.ci_high):
            text = f"{number(row.estimate)} ({number(row.ci_low)} to {number(row.ci_high)})"
            yield Contradiction(
                kind=Kind.OUTSIDE_LIMITS,
                sentence=f"{row.key}, {row.study}: the effect is not between its limits: {text}.",
                places=(at_row(package, row, text),),
            )


def _is_outside(low: float | None, estimate: float | None, high: float | None) -> bool:
    if low is None or estimate is None or high is None:
        return False
    slack = _ROUNDED * max(1.0, abs(estimate))
    return not low - slack <= estimate <= high + slack


def _p_and_limits(
    analysis: PackageAnalysis, name: str, published: Published, place: _At, computed: Computed
) -> Iterator[Contradiction]:
    p, low, high, level = published.p, published.ci_low, published.ci_high, analysis.level
    if p is None or low is None or high is None or level is None:
        return
    null = 1.0 if analysis.is_log else 0.0
    is_excluded = low > null or high < null
    says_other = (p < 1 - level) is not is_excluded and abs(p - (1 - level)) > _PRINTED
    text = f"P {number(p)}, {number(published.estimate)} ({number(low)} to {number(high)})"
    right = computed.p if computed.p is not None else _p_of_t(published)
    is_of_wald = analysis.interval is Interval.HKSJ and bool(published.df) and right is not None
    if is_of_wald and right is not None and abs(p - right) > _PRINTED:
        yield Contradiction(
            kind=Kind.P_AGAINST_LIMITS if says_other else Kind.P_OF_WALD,
            sentence=f"{_named(analysis, name)}: P {number(p)} is Wald's, the limits are of HKSJ, whose own P is "
            f"{number(right)}{'; the two lead to other conclusions' if says_other else ''}.",
            places=place(f"{text}; P by t {number(right)}"),
        )
    elif not is_of_wald and says_other and not _is_on_null(low, high, null):
        yield Contradiction(
            kind=Kind.P_AGAINST_LIMITS,
            sentence=f"{_named(analysis, name)}: P and the limits lead to other conclusions: {text}.",
            places=place(text),
        )


def _p_of_t(published: Published) -> float | None:
    if published.t is None or not published.df:
        return None
    return float(2 * stats.t.sf(abs(published.t), published.df))


def _is_on_null(low: float, high: float, null: float) -> bool:
    return min(abs(low - null), abs(high - null)) < _ROUNDED


def _tau2(
    analysis: PackageAnalysis, name: str, published: Published, place: _At, computed: Computed
) -> Iterator[Contradiction]:
    upper = published.tau2_high
    if analysis.model is EffectModel.RANDOM and upper is not None and abs(upper - _CUT) < _ROUNDED:
        right = computed.tau2_high
        if right is None or right > _CUT + _ROUNDED:
            rather = f" Computed without the cut it is {number(right)}." if right is not None else ""
            yield Contradiction(
                kind=Kind.TAU2_CUT,
                sentence=f"{_named(analysis, name)}: the upper limit of tau² is the 100 at which the program "
                f"stops.{rather}",
                places=place(f"tau² {number(published.tau2)} ({number(published.tau2_low)} to {number(upper)})"),
            )


def _of_one_study(analysis: PackageAnalysis, name: str, published: Published, place: _At) -> Iterator[Contradiction]:
    p, i2 = published.p_heterogeneity, published.i2
    if published.df == 0 and ((i2 or 0) > _ROUNDED or (p is not None and p < 1 - _PRINTED)):
        text = f"I² {number(i2)}%, P {number(p)} with 0 df"
        yield Contradiction(
            kind=Kind.HETEROGENEITY_OF_ONE,
            sentence=f"{_named(analysis, name)}: a single study has no heterogeneity, and {text} is printed.",
            places=place(text),
        )
