"""A data package computed again: every number that it prints beside what its rows give.

Tolerances are those to which RevMan itself computes, or half a unit of the last digit that is printed.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from exchange.cochrane.package import DataType as GivenType
from exchange.cochrane.package import (
    EffectModel,
    Layout,
    Package,
    PackageAnalysis,
    PackageRow,
    PackageSubgroup,
    Published,
)
from models.analysis import Applicability, Method
from models.value import Value
from models.vocabulary import Interval, Model
from synthesis.analysis import TAU2_PRINTED_AT_MOST, AnalysisResult, RowResult, Total, analyse
from synthesis.analysis_rows import AnalysisRow, AnalysisSettings
from synthesis.study_effects import DataType

ALL_DIGITS, BY_T, ITERATED = 1e-9, 1e-8, 1e-6
"""Of max(1, |x|): closed forms; limits by RevMan's t; what RevMan solves in steps (REML, limits of tau²) and its P."""
SIX_DECIMALS = 5.1e-7
"""Half a unit of the sixth decimal, with which older layouts end."""

_TYPES = {
    GivenType.DICHOTOMOUS: DataType.DICHOTOMOUS,
    GivenType.CONTINUOUS: DataType.CONTINUOUS,
    GivenType.CONTRAST: DataType.CONTRAST,
    GivenType.O_E_VARIANCE: DataType.O_E,
}


class Verdict(StrEnum):
    """How far an analysis is reproduced."""

    FULL = "to 1e-9"
    REVMAN = "to RevMan's precision"
    PRINTED = "to the printed digit"
    NO_TOTAL = "rows alone: no total is shown"
    NOT_COMPUTED = "never computed in the package"
    NOT_COMPUTABLE = "cannot be computed"
    DIFFERS = "not reproduced"


REPRODUCED = frozenset({Verdict.FULL, Verdict.REVMAN, Verdict.PRINTED, Verdict.NO_TOTAL})


class Compared(Value, frozen=True, kw_only=True):
    """One printed number beside ours."""

    what: str
    printed: float | None
    computed: float | None
    tolerance: float

    @property
    def agrees(self) -> bool:
        if self.printed is None or self.computed is None:
            return self.printed is self.computed
        return abs(self.printed - self.computed) <= self.tolerance * max(1.0, abs(self.printed))

    def __str__(self) -> str:
        printed, computed = ("none" if value is None else f"{value:.10g}" for value in (self.printed, self.computed))
        return f"{self.what}: printed {printed}, computed {computed}"


class Recomputed(Value, frozen=True, kw_only=True):
    """One analysis: what it printed and what comes out of its rows.

    Attributes
    ----------
    key, name, comparison : as the package has them
    verdict, reason : how far it is reproduced, and why not
    n_numbers : numbers compared
    differing : those that do not agree
    result : everything that was computed, None where nothing could be
    """

    key: str
    name: str
    comparison: str
    published: Published
    verdict: Verdict
    reason: str = ""
    n_numbers: int = 0
    differing: tuple[Compared, ...] = ()
    result: AnalysisResult | None = None


def recompute(package: Package) -> tuple[Recomputed, ...]:
    """Compute every analysis of a package from its rows, and compare it with what the package prints."""
    return tuple(_recomputed(item, package) for item in package.analyses)


def settings_of(told: PackageAnalysis) -> AnalysisSettings:
    """How an analysis is computed.

    Raises
    ------
    ValueError
        Naming the setting that is missing or impossible.
    """
    for name in ("data_type", "measure", "method", "model"):
        if getattr(told, name) is None:
            raise ValueError(f"its {name.replace('_', ' ')} is not known here")
    assert told.data_type and told.measure and told.method
    settings = AnalysisSettings(
        measure=told.measure,
        data_type=_TYPES[told.data_type],
        method=Method(str(told.method).lower()),
        is_random=told.model is EffectModel.RANDOM,
        estimator=told.estimator or Model.DL,
        interval=told.interval or Interval.WALD,
        level=told.level or 0.95,
        is_log=told.is_log,
        has_overall=told.shows_totals,
        has_subgroups=told.shows_subgroups,
        tests_subgroups=told.tests_subgroups,
        swaps_events=told.swaps_events,
    )
    settings.check()
    return settings


def row_of(told: PackageRow) -> AnalysisRow:
    """A row of the package; subgroups are told apart by number and name."""
    return AnalysisRow(
        study=told.study,
        subgroup=subgroup_name(told.subgroup_number, told.subgroup),
        applicability=Applicability(told.applicability.lower()),
        ai=told.e1,
        n1i=told.n1,
        ci=told.e2,
        n2i=told.n2,
        m1i=told.m1,
        sd1i=told.sd1,
        m2i=told.m2,
        sd2i=told.sd2,
        yi=told.giv_mean,
        sei=told.giv_se,
        o_e=told.o_e,
        v=told.variance,
    )


def subgroup_name(number: int | None, name: str) -> str:
    return f"{number or ''} {name}".strip()


def _recomputed(told: PackageAnalysis, package: Package) -> Recomputed:
    base = Recomputed(
        key=told.key,
        name=told.name,
        comparison=told.group_name,
        published=told.published,
        verdict=Verdict.NOT_COMPUTABLE,
    )
    rows = tuple(package.rows_of(told.key))
    try:
        settings = settings_of(told)
        result = analyse([row_of(row) for row in rows], settings)
    except ValueError as problem:
        return _with(base, reason=str(problem))
    if told.is_never_computed:
        return _with(base, verdict=Verdict.NOT_COMPUTED, result=result)
    subgroups = [item for item in package.subgroups if item.key == told.key]
    numbers = list(_of_analysis(told, result, rows, subgroups))
    least = 0.0 if package.layout is Layout.V2 else SIX_DECIMALS
    numbers = [_with_tolerance(item, max(item.tolerance, least)) for item in numbers]
    differing = tuple(sorted((item for item in numbers if not item.agrees), key=_of_rows_last))
    said = f"{len(differing)} of {len(numbers)} numbers: {differing[0]}" if differing else ""
    return _with(
        base,
        verdict=Verdict.DIFFERS if differing else _verdict(told, settings, package.layout),
        reason=said,
        n_numbers=len(numbers),
        differing=differing,
        result=result,
    )


def _of_rows_last(item: Compared) -> bool:
    return not item.what.startswith(("overall", "subgroup", "test"))


def _verdict(told: PackageAnalysis, settings: AnalysisSettings, layout: Layout) -> Verdict:
    if not told.shows_totals and not told.shows_subgroups:
        return Verdict.NO_TOTAL
    if layout is not Layout.V2:
        return Verdict.PRINTED
    is_iterated = settings.model is Model.REML or settings.own_interval is not Interval.WALD or told.tau2_ci
    return Verdict.REVMAN if is_iterated else Verdict.FULL


def _with(base: Recomputed, **changes: object) -> Recomputed:
    return Recomputed(**{name: getattr(base, name) for name in base.__struct_fields__} | changes)


def _with_tolerance(item: Compared, tolerance: float) -> Compared:
    return Compared(what=item.what, printed=item.printed, computed=item.computed, tolerance=tolerance)


def _of_analysis(
    told: PackageAnalysis,
    result: AnalysisResult,
    rows: Sequence[PackageRow],
    subgroups: Sequence[PackageSubgroup],
) -> Iterator[Compared]:
    for row, found in zip(rows, result.rows, strict=True):
        yield from _of_row(row, found, result)
    if told.shows_totals:
        yield from _of_total("overall", result.overall, told.published, told)
    by_name = {total.subgroup: total for total in result.subgroups}
    for line in subgroups if told.shows_subgroups else ():
        # Rows of the first layout have no number of their subgroup.
        if total := by_name.get(subgroup_name(line.subgroup_number, line.name)) or by_name.get(line.name):
            yield from _of_total(f"subgroup {line.name}", total, line.published, told)
    if told.tests_subgroups and result.test and told.published.subgroup_chi2 is not None:
        test, printed = result.test, told.published
        for name, computed, number in (
            ("chi²", test.chi2, printed.subgroup_chi2),
            ("df", test.df, printed.subgroup_df),
            ("P", test.p, printed.subgroup_p),
            ("I²", test.i2_pct, printed.subgroup_i2),
        ):
            yield Compared(what=f"test of subgroups, {name}", printed=number, computed=computed, tolerance=ITERATED)


def _of_row(row: PackageRow, found: RowResult, result: AnalysisResult) -> Iterator[Compared]:
    of_weight = ITERATED if result.overall.pooled.model is Model.REML else ALL_DIGITS
    for name, printed, computed, tolerance in (
        ("effect", row.estimate, found.estimate, ALL_DIGITS),
        ("lower limit", row.ci_low, found.ci_low, ALL_DIGITS),
        ("upper limit", row.ci_high, found.ci_high, ALL_DIGITS),
        ("weight", row.weight, found.weight_pct, of_weight),
    ):
        yield Compared(what=f"{row.study}, {name}", printed=printed, computed=computed, tolerance=tolerance)


def _of_total(where: str, total: Total, printed: Published, told: PackageAnalysis) -> Iterator[Compared]:
    """What a line of totals has. With one study, heterogeneity is rounding noise; under HKSJ its T is printed as 0."""
    pooled = total.pooled
    is_reml = pooled.model is Model.REML
    of_estimate = ITERATED if is_reml else BY_T if total.t else ALL_DIGITS
    numbers: list[tuple[str, float | None, float | None, float]] = [
        ("estimate", printed.estimate, total.estimate, of_estimate),
        ("lower limit", printed.ci_low, total.ci_low, of_estimate),
        ("upper limit", printed.ci_high, total.ci_high, of_estimate),
        ("P of the effect", printed.p, total.p_as_revman, ITERATED),
    ]
    if total.k > 1:
        of_i2 = ITERATED if is_reml else ALL_DIGITS
        numbers += [
            ("chi²", printed.chi2, pooled.q, ALL_DIGITS),
            ("P of chi²", printed.p_heterogeneity, pooled.q_p, ITERATED),
            ("I²", printed.i2, pooled.i2_pct, of_i2),
        ]
    if total.k > 1 and told.model is EffectModel.RANDOM and printed.tau2 is not None:
        numbers.append(("tau²", printed.tau2, pooled.tau2, ITERATED if is_reml else ALL_DIGITS))
    if printed.tau2_high is not None:
        high = min(pooled.tau2_high or 0.0, TAU2_PRINTED_AT_MOST)
        numbers += [
            ("lower limit of tau²", printed.tau2_low, pooled.tau2_low, ITERATED),
            ("upper limit of tau²", printed.tau2_high, high, ITERATED),
        ]
    if told.has_prediction and printed.pi_low is not None:
        numbers += [
            ("lower prediction limit", printed.pi_low, total.pi_low, of_estimate),
            ("upper prediction limit", printed.pi_high, total.pi_high, of_estimate),
        ]
    for name, number, computed, tolerance in numbers:
        yield Compared(what=f"{where}, {name}", printed=number, computed=computed, tolerance=tolerance)
