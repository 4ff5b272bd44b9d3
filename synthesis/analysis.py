"""One analysis of a review whole: its studies' effects and weights, its totals, its subgroups and their test.

The arithmetic is RevMan's, which reviews were published with; where RevMan prints a number that is not right (P of
the effect beside an HKSJ interval), both are given.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from models.analysis import Applicability
from models.value import Value
from models.vocabulary import Convention, Interval
from synthesis.analysis_rows import AnalysisRow, AnalysisSettings, row_effects
from synthesis.heterogeneity import differences_of_groups
from synthesis.inverse_variance import critical_value
from synthesis.pooling import Pooled, pool_studies
from synthesis.row_notes import OVERALL, Counted, repeated
from synthesis.study_effects import CELLS, DataType, StudyEffects
from synthesis.study_sets import Array, Mask

TAU2_PRINTED_AT_MOST = 100.0
"""Where RevMan cuts the upper limit of tau2, as metafor by default; ours is not cut."""

COMMON_HAS_WALD = "a common effect has Wald limits, whatever interval is asked for"
CONTROL = frozenset({"ci", "n2i", "m2i", "sd2i", "t2i"})
"""Columns of the control arm."""


class RowResult(Value, frozen=True, kw_only=True):
    """One row, in the order of the input.

    Attributes
    ----------
    yi, sei : effect and standard error on the analysis scale, None where the row is not estimable
    estimate, ci_low, ci_high : as displayed, a ratio for logarithms
    weight_pct : share of the overall estimate; of the subgroup's where no overall estimate is shown; 0 where no
        totals are; None where the row is not estimable
    reason : why it is not estimable
    note : what was done to its numbers
    """

    study: str
    subgroup: str
    applicability: Applicability
    yi: float | None = None
    sei: float | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    weight_pct: float | None = None
    reason: str = ""
    note: str = ""


class Total(Value, frozen=True, kw_only=True):
    """An overall estimate, or that of a subgroup.

    Attributes
    ----------
    subgroup : whose, None for all
    is_shown : whether the settings show it; it is computed all the same
    n_rows : rows that apply, estimable or not, over which cases and people are summed
    cases_1, n_1, cases_2, n_2 : sums over these rows as they are given, None where no row has the number; people
        who are in several rows count as often
    estimate, ci_low, ci_high, pi_low, pi_high : as displayed, a ratio for logarithms, None where they do not exist
    z, t : distance from no effect in standard errors, the one that goes with the interval
    df : degrees of freedom of chi-squared
    weight_pct : sum of its rows' shares of the overall estimate
    pooled : every number on the analysis scale; `pooled.p_value` is the p of the interval, `pooled.wald_p_value`
        the one that RevMan prints
    """

    subgroup: str | None
    is_shown: bool
    n_rows: int
    cases_1: float | None
    n_1: float | None
    cases_2: float | None
    n_2: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    pi_low: float | None
    pi_high: float | None
    z: float | None
    t: float | None
    df: int
    weight_pct: float | None
    pooled: Pooled

    @property
    def k(self) -> int:
        return self.pooled.k

    @property
    def p(self) -> float | None:
        return self.pooled.p_value

    @property
    def p_as_revman(self) -> float | None:
        return self.pooled.wald_p_value


class SubgroupTest(Value, frozen=True, kw_only=True):
    """Test of no difference between the subgroups that have an estimate; 0 of 0 df and p = 1 for a single one."""

    chi2: float
    df: int
    p: float
    i2_pct: float


class AnalysisResult(Value, frozen=True, kw_only=True):
    """Everything that is known of one analysis; `subgroups` in the order in which rows name them."""

    settings: AnalysisSettings
    rows: tuple[RowResult, ...]
    overall: Total
    subgroups: tuple[Total, ...]
    test: SubgroupTest | None
    notes: tuple[str, ...]


def analyse(rows: Sequence[AnalysisRow], settings: AnalysisSettings) -> AnalysisResult:
    """Compute one analysis as RevMan does.

    Parameters
    ----------
    rows : in any order; a study in several rows counts as often, which the notes say
    settings : see `AnalysisSettings`

    Returns
    -------
    AnalysisResult
        All totals, shown or not. Each subgroup has a tau2 of its own. `test` is None unless it is asked for and
        rows name a subgroup.

    Raises
    ------
    ValueError
        If settings contradict each other, or the measure cannot be computed from this type of data.

    Source
    ------
    Deeks and Higgins (2010), Statistical algorithms in Review Manager 5; Cochrane Handbook 6.5, chapter 10; where
    RevMan differs from both, its published numbers.
    """
    settings.check()
    effects = row_effects(rows, settings)
    names = tuple(dict.fromkeys(row.subgroup for row in rows))
    in_overall = _mask(row.in_overall for row in rows)
    members = {name: _mask(row.in_subgroup and row.subgroup == name for row in rows) for name in names}
    whole = _pooled(rows, effects, in_overall, settings)
    parts = {name: _pooled(rows, effects, mask, settings) for name, mask in members.items()}
    weights = _weights(rows, effects, settings, (in_overall, whole), [(members[name], parts[name]) for name in names])
    named = [name for name in names if name]
    return AnalysisResult(
        settings=settings,
        rows=tuple(_row_results(rows, effects, weights, settings)),
        overall=_total(rows, in_overall, whole, weights, settings),
        subgroups=tuple(_total(rows, members[name], parts[name], weights, settings, name) for name in named),
        test=_test([parts[name] for name in named]) if settings.tests_subgroups else None,
        notes=tuple(_notes(rows, effects, settings, in_overall, members)),
    )


def _mask(words: Iterable[bool]) -> Mask:
    return np.fromiter(words, dtype=bool)


def _pooled(rows: Sequence[AnalysisRow], effects: StudyEffects, mask: Mask, settings: AnalysisSettings) -> Pooled:
    """The estimate of some rows, of which those count that are estimable."""
    kept = mask & effects.exist
    people = (_sum_of(rows, kept, "n1i") or 0.0) + (_sum_of(rows, kept, "n2i") or 0.0)
    return pool_studies(
        effects.yi[kept].tolist(),
        effects.vi[kept].tolist(),
        tables=None if effects.tables is None else effects.tables.columns(kept),
        n_participants=round(people),
        measure=settings.measure,
        model=settings.model,
        interval=settings.own_interval,
        level=settings.level,
        convention=Convention.REVMAN2025,
        zero_cells=settings.zero_cells_of_tables,
        q_around_mh=settings.is_around_mh,
    )


def _weights(
    rows: Sequence[AnalysisRow],
    effects: StudyEffects,
    settings: AnalysisSettings,
    overall: tuple[Mask, Pooled],
    subgroups: Sequence[tuple[Mask, Pooled]],
) -> Array:
    """Weights of the rows as RevMan shows them; NaN where a row is not estimable."""
    weights = np.where(effects.exist, 0.0, np.nan)
    if settings.has_overall:
        _give(weights, effects, *overall)
        _share_what_is_joined(weights, rows, effects, subgroups)
    elif settings.has_subgroups:
        for mask, pooled in subgroups:
            _give(weights, effects, mask, pooled)
    return weights


def _give(weights: Array, effects: StudyEffects, mask: Mask, pooled: Pooled) -> None:
    weights[mask & effects.exist] = pooled.weights_pct


def _share_what_is_joined(
    weights: Array, rows: Sequence[AnalysisRow], effects: StudyEffects, subgroups: Sequence[tuple[Mask, Pooled]]
) -> None:
    """Rows of subgroups alone share the weight that rows of the overall estimate alone have.

    They do so by the inverse of their variance within their subgroup: what the others join is split again, so that
    the weights of the subgroups sum to 100.
    """
    is_split = _mask(not row.in_overall for row in rows) & effects.exist
    is_joined = _mask(not row.in_subgroup for row in rows) & effects.exist
    if not is_split.any():
        return
    precision = np.zeros(len(rows))
    for mask, pooled in subgroups:
        own = mask & is_split
        precision[own] = 1 / (effects.vi[own] + (pooled.tau2 or 0.0))
    weights[is_split] = weights[is_joined].sum() * precision[is_split] / precision.sum()


def _row_results(
    rows: Sequence[AnalysisRow], effects: StudyEffects, weights: Array, settings: AnalysisSettings
) -> Iterator[RowResult]:
    sei = np.sqrt(effects.vi)
    half_width = critical_value(settings.level, np.inf) * sei
    shown = _displayed(np.array([effects.yi, effects.yi - half_width, effects.yi + half_width]), settings)
    for i, row in enumerate(rows):
        yield RowResult(
            study=row.study,
            subgroup=row.subgroup,
            applicability=row.applicability,
            yi=_number(effects.yi[i]),
            sei=_number(sei[i]),
            estimate=_number(shown[0, i]),
            ci_low=_number(shown[1, i]),
            ci_high=_number(shown[2, i]),
            weight_pct=_number(weights[i]),
            reason=effects.reasons[i],
            note=effects.notes[i],
        )


def _total(
    rows: Sequence[AnalysisRow],
    mask: Mask,
    pooled: Pooled,
    weights: Array,
    settings: AnalysisSettings,
    subgroup: str | None = None,
) -> Total:
    numbers = (pooled.estimate, pooled.ci_low, pooled.ci_high, pooled.pi_low, pooled.pi_high)
    shown = _displayed(np.array(numbers, dtype=np.float64), settings)
    estimate, ci_low, ci_high, pi_low, pi_high = (_number(value) for value in shown)
    distance = abs(pooled.estimate) / pooled.se if pooled.estimate is not None and pooled.se else None
    by_t = settings.own_interval is not Interval.WALD and pooled.k > 1
    has_cases = settings.data_type is not DataType.CONTINUOUS
    return Total(
        subgroup=subgroup,
        is_shown=settings.has_overall if subgroup is None else settings.has_subgroups,
        n_rows=int(mask.sum()),
        cases_1=_sum_of(rows, mask & has_cases, "ai"),
        n_1=_sum_of(rows, mask, "n1i"),
        cases_2=_sum_of(rows, mask & has_cases, "ci"),
        n_2=_sum_of(rows, mask, "n2i"),
        estimate=estimate,
        ci_low=ci_low,
        ci_high=ci_high,
        pi_low=pi_low,
        pi_high=pi_high,
        z=None if by_t else distance,
        t=distance if by_t else None,
        df=max(pooled.k - 1, 0),
        weight_pct=float(np.nansum(weights[mask])) if pooled.k else None,
        pooled=pooled,
    )


def _test(parts: Sequence[Pooled]) -> SubgroupTest | None:
    """None where no subgroup has an estimate."""
    estimated = [part for part in parts if part.estimate is not None]
    if not estimated:
        return None
    test = differences_of_groups([part.estimate or 0.0 for part in estimated], [part.se or 0.0 for part in estimated])
    return SubgroupTest(chi2=test.q, df=test.df, p=1.0 if test.df < 1 else test.p_value, i2_pct=test.i2_pct)


def _notes(
    rows: Sequence[AnalysisRow],
    effects: StudyEffects,
    settings: AnalysisSettings,
    in_overall: Mask,
    members: dict[str, Mask],
) -> Iterator[str]:
    """What a reader has to know about the whole: of estimates that are shown, the overall one first."""
    if settings.interval is not settings.own_interval:
        yield COMMON_HAS_WALD
    shown = {OVERALL: in_overall} if settings.has_overall else {}
    if not settings.has_overall and settings.has_subgroups:
        shown = {f"subgroup {name}" if name else "the estimate": mask for name, mask in members.items()}
    for where, mask in shown.items():
        counted = [row for row, counts in zip(rows, mask & effects.exist, strict=True) if counts]
        yield from repeated([Counted(row.study, _control(row, settings)) for row in counted], where)


def _control(row: AnalysisRow, settings: AnalysisSettings) -> tuple[float | None, ...]:
    """The control arm's numbers, by which a shared one is known."""
    return tuple(getattr(row, name) for name in CELLS[settings.data_type] if name in CONTROL)


def _sum_of(rows: Sequence[AnalysisRow], mask: Mask, column: str) -> float | None:
    given = [
        value for row, counts in zip(rows, mask, strict=True) if counts and (value := getattr(row, column)) is not None
    ]
    return float(sum(given)) if given else None


def _displayed(values: Array, settings: AnalysisSettings) -> Array:
    """Numbers of the analysis scale as people read them."""
    with np.errstate(over="ignore"):
        return np.exp(values) if settings.is_ratio else values


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
