"""From the effects of studies to one pooled effect under a convention.

This is the only place that knows what a convention does to a model, and what is said when there are 0, 1
or 2 studies.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from models.people import people_in
from models.synthesis import EffectInput
from models.vocabulary import RATIOS, TABLE_MEASURES, Convention, Interval, Measure, Model
from synthesis.inverse_variance import (
    PooledSets,
    check_choice,
    critical_value,
    pool_sets,
    prediction_interval,
    two_sided_p,
)
from synthesis.mantel_haenszel import pool_tables
from synthesis.measures import effect_of_tables
from synthesis.natural_scale import natural_of
from synthesis.study_sets import Array
from synthesis.tables import NOTHING_SAID, TABLE_MODELS, Tables, ZeroCells, zero_cells_of
from synthesis.zero_rules import choice_of

COMMON_MODELS = frozenset({Model.COMMON, Model.MH, Model.PETO})
"""Models of one common effect, which predict nothing beyond it."""

MH_MEASURES = frozenset({Measure.RR, Measure.OR, Measure.RD})
"""Measures that Mantel-Haenszel pools."""

PETO_MEASURES = frozenset({Measure.OR, Measure.PETO})
"""Measures that the Peto model estimates."""

NO_STUDY = "no study with an effect that can be pooled"
SINGLE_STUDY = "a single study: its own effect, between-study variance set to 0"
NO_HKSJ = "HKSJ does not exist for a single study: Wald limits"
SEE_WALD = "see Wald"
"""Ends what is said of limits that mislead alone."""

HKSJ_OF_TWO = (
    "HKSJ with two studies rests on t with 1 df ({critical:.2f} standard errors): uninformative alone, see Wald"
)
HKSJ_IS_NARROW = "HKSJ is narrower than Wald, because the studies agree better than chance would have them: falsely precise, see Wald"
NO_WIDTH_OF_HKSJ = "HKSJ limits withheld: the studies' effects are equal, from which it has no width; see Wald"
OF_LIMITS = frozenset({HKSJ_IS_NARROW, NO_WIDTH_OF_HKSJ})
"""Notes without which an interval of some of the studies, or a test of several, would claim certainty."""

NO_RATIO = "nobody, or everybody, had the event in one arm of all studies: the Mantel-Haenszel ratio does not exist"
NO_SPREAD = (
    "limits withheld: nobody, or everybody, had the event in each arm, and a standard error of 0 is no certainty"
)
NO_WIDTH = "limits withheld: at the precision of the computer they are one number"
NO_TAU2_FITS = (
    "the studies differ less than chance allows at any between-study variance: its Q-profile limits are an empty set"
)
OUT_OF_REACH = "these numbers are too large, too small or too far apart for the digits of a computer: not pooled"
UNINFORMATIVE = 1.5
"""HKSJ limits so many times as wide as Wald's say nothing alone."""


class Pooled(msgspec.Struct, frozen=True, kw_only=True):
    """One pooled estimate; every number on the analysis scale (log for ratios), None where it does not exist.

    Attributes
    ----------
    k, n_participants : rows and people that contribute; None where nobody tells how many
    estimate, se, ci_low, ci_high, p_value : pooled effect, standard error, limits, p of no effect; all by the
        distribution of the interval. Limits without any width are withheld, and p with them
    wald_p_value : p by z and Wald's standard error, which RevMan prints beside HKSJ limits too
    tau2, tau2_low, tau2_high : between-study variance and its Q-profile limits
    q, q_p, i2_pct, h2 : heterogeneity, see `synthesis.inverse_variance.PooledSets`
    pi_low, pi_high, pi_df : prediction interval and its degrees of freedom, None where it rests on z
    weights_pct : weight of every study that contributes, in per cent, in the order of the inputs
    notes : what a reader has to know
    """

    measure: Measure
    model: Model
    interval: Interval
    level: float
    k: int
    n_participants: int | None
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    wald_p_value: float | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    q: float | None = None
    q_p: float | None = None
    i2_pct: float | None = None
    h2: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    pi_df: int | None = None
    weights_pct: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def natural(value: float | None, measure: Measure) -> float | None:
    """A number of the analysis scale on the scale that people read: a ratio for a log ratio."""
    return None if value is None else natural_of(value, is_ratio=measure in RATIOS)


def pool(
    inputs: Sequence[EffectInput],
    *,
    measure: Measure,
    model: Model,
    interval: Interval,
    level: float = 0.95,
    convention: Convention | None = None,
    q_around_mh: bool | None = None,
) -> Pooled:
    """Pool the studies of one outcome whose effect exists.

    Parameters
    ----------
    inputs : one outcome at one time of one comparison; those without `yi` do not count
    measure : of every input
    model, interval, level, convention, q_around_mh : see `pool_studies`

    Raises
    ------
    ValueError
        If an input has another measure, or the choice is impossible; the message names it.
    """
    if strangers := {item.measure for item in inputs} - {measure}:
        raise ValueError(f"inputs of measure {', '.join(sorted(strangers))} cannot be pooled as {measure}")
    known = [item for item in inputs if item.yi is not None and item.vi is not None]
    tables = None
    if known and all(has_table(item) for item in known):
        tables = tables_of(known)
    choice = choice_of(known[0]) if known else NOTHING_SAID
    pooled = pool_studies(
        [item.yi or 0.0 for item in known],
        [item.vi or 0.0 for item in known],
        tables=tables,
        n_participants=people_in(known).n,
        measure=measure,
        model=model,
        interval=interval,
        level=level,
        convention=convention,
        zero_cells=choice.of(measure, model, convention) if choice != NOTHING_SAID else None,
        q_around_mh=q_around_mh,
    )
    if n_without := len(inputs) - len(known):
        more = f"{n_without} more without an effect that can be pooled"
        pooled = msgspec.structs.replace(pooled, notes=(*pooled.notes, more))
    return pooled


def has_table(item: EffectInput) -> bool:
    """Whether a study's effect was computed from people with events, of which a 2 x 2 table can be pooled."""
    is_counted = item.events_intervention is not None and item.events_control is not None
    return is_counted and not item.is_contrast and item.measure in TABLE_MEASURES


def tables_of(rows: Sequence[EffectInput]) -> Tables:
    """(1, k) the tables of rows that all have one, divided by what clusters and shared control groups divide them by."""
    shares = [(item.design_effect, item.design_effect * item.shared_by) for item in rows]
    return Tables.of(
        [(item.events_intervention or 0) / share for item, (share, _) in zip(rows, shares, strict=True)],
        [item.n_intervention / share for item, (share, _) in zip(rows, shares, strict=True)],
        [(item.events_control or 0) / share for item, (_, share) in zip(rows, shares, strict=True)],
        [item.n_control / share for item, (_, share) in zip(rows, shares, strict=True)],
    )


def pool_studies(
    yi: Sequence[float],
    vi: Sequence[float],
    *,
    tables: Tables | None = None,
    n_participants: int | None = None,
    measure: Measure,
    model: Model,
    interval: Interval,
    level: float = 0.95,
    convention: Convention | None = None,
    zero_cells: ZeroCells | None = None,
    q_around_mh: bool | None = None,
) -> Pooled:
    """Pool one set of studies and say what a reader has to know about it.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances; every one of them counts
    tables : the same studies' 2 x 2 tables, uncorrected, where there are any
    n_participants : people in these studies, None where nobody tells how many
    measure : of yi
    model, interval, level : see `synthesis.inverse_variance.pool_sets`; also ``mh`` and ``peto`` with tables
    convention : of RevMan, which corrects zero cells under Mantel-Haenszel too, where metafor and the default
        take tables as they are. ``revman5`` measures Q of DerSimonian-Laird around the Mantel-Haenszel
        estimate of 2 x 2 tables. Under any convention the prediction interval takes Wald's standard error.
    zero_cells : of the tables that Mantel-Haenszel and Peto pool, instead of what the convention says
    q_around_mh : whether DerSimonian-Laird measures Q around the Mantel-Haenszel estimate, instead of what the
        convention says

    Raises
    ------
    ValueError
        If the choice is impossible, or a model of tables has none.

    Source
    ------
    Deeks and Higgins (2010), Statistical algorithms in Review Manager 5; Cochrane Handbook 6.5, section 10.4.
    """
    check_choice(model, interval, level)
    k = len(yi)
    if not k:
        return Pooled(
            measure=measure, model=model, interval=interval, level=level, k=0, n_participants=0, notes=(NO_STUDY,)
        )
    effects = np.array([yi], dtype=np.float64), np.array([vi], dtype=np.float64)
    if model not in TABLE_MODELS and not _is_in_reach(*effects):
        return Pooled(
            measure=measure,
            model=model,
            interval=interval,
            level=level,
            k=k,
            n_participants=n_participants,
            notes=(OUT_OF_REACH,),
        )
    if model in (Model.MH, Model.PETO):
        if tables is None or measure not in (PETO_MEASURES if model is Model.PETO else MH_MEASURES):
            wanted = "OR or PETO" if model is Model.PETO else "RR, OR or RD"
            raise ValueError(f"model {model} needs 2 x 2 tables (events and totals of both arms) and {wanted}")
        kept = tables.corrected(zero_cells or zero_cells_of(measure, model, convention))
        pooled = pool_tables(
            kept,
            *(effect_of_tables(tables, Measure.PETO) if model is Model.PETO else effects),
            measure=measure,
            model=model,
            level=level,
            uncorrected=None if convention is None else tables,
        )
    else:
        moment_q = None
        wanted_around_mh = convention is Convention.REVMAN5 if q_around_mh is None else q_around_mh
        if wanted_around_mh and model is Model.DL and tables is not None and measure in MH_MEASURES:
            kept = tables.corrected(zero_cells or zero_cells_of(measure, Model.MH, convention))
            moment_q = pool_tables(kept, *effects, measure=measure, uncorrected=tables).q
        pooled = pool_sets(
            *effects,
            model=model,
            interval=interval,
            level=level,
            moment_q=moment_q,
            with_tau2_limits=model not in COMMON_MODELS,
        )
    pi_low, pi_high = prediction_interval(pooled, pooled.df, level, with_wald_se=convention is not None)
    has_prediction = model not in COMMON_MODELS and _has_width(pi_low, pi_high)
    has_limits = _has_width(pooled.ci_low, pooled.ci_high)
    return Pooled(
        measure=measure,
        model=model,
        interval=interval,
        level=level,
        k=k,
        n_participants=n_participants,
        estimate=_number(pooled.estimate),
        se=_number(pooled.se),
        ci_low=_number(pooled.ci_low) if has_limits else None,
        ci_high=_number(pooled.ci_high) if has_limits else None,
        p_value=_number(pooled.p_value) if has_limits else None,
        wald_p_value=_number(two_sided_p(pooled.estimate, pooled.wald_se, np.inf)),
        tau2=_number(pooled.tau2),
        tau2_low=_number(pooled.tau2_low),
        tau2_high=_number(pooled.tau2_high),
        q=_number(pooled.q),
        q_p=_number(pooled.q_p),
        i2_pct=_number(pooled.i2_pct),
        h2=_number(pooled.h2),
        pi_low=_number(pi_low) if has_prediction else None,
        pi_high=_number(pi_high) if has_prediction else None,
        pi_df=k - 1 if has_prediction and interval is not Interval.WALD else None,
        weights_pct=tuple(pooled.weights_pct[0].tolist()),
        notes=_notes(pooled, model, interval, level),
    )


def _notes(pooled: PooledSets, model: Model, interval: Interval, level: float) -> tuple[str, ...]:
    k, is_hksj, is_of_tables = int(pooled.k[0]), interval is not Interval.WALD, model in TABLE_MODELS
    critical = float(critical_value(level, pooled.df)[0])
    width = critical * float(pooled.se[0])
    of_wald = float(critical_value(level, np.inf)) * float(pooled.wald_se[0])
    exists = bool(np.isfinite(pooled.estimate[0]) and np.isfinite(pooled.se[0]))
    has_limits = _has_width(pooled.ci_low, pooled.ci_high)
    has_no_width, is_certain = exists and not has_limits, pooled.se[0] == 0
    said = {
        NO_RATIO: not exists and is_of_tables,
        OUT_OF_REACH: not exists and not is_of_tables,
        SINGLE_STUDY: k == 1,
        NO_HKSJ: k == 1 and is_hksj,
        HKSJ_OF_TWO.format(critical=critical): k == 2 and is_hksj and width > UNINFORMATIVE * of_wald,
        HKSJ_IS_NARROW: k > 1 and is_hksj and has_limits and width < of_wald,
        NO_WIDTH_OF_HKSJ: has_no_width and is_hksj and is_certain,
        NO_SPREAD: has_no_width and is_of_tables and is_certain,
        NO_WIDTH: has_no_width and not (is_certain and (is_hksj or is_of_tables)),
        NO_TAU2_FITS: k > 1 and pooled.tau2_high[0] == 0,
    }
    return tuple(note for note, holds in said.items() if holds)


def _is_in_reach(yi: Array, vi: Array) -> bool:
    """Whether squares of weights, and of the distances that they weigh, are numbers; a set that has none is checked later."""
    if not (np.isfinite(yi).all() and (vi > 0).all() and np.isfinite(vi).all()):
        return True
    with np.errstate(all="ignore"):
        weights, squares = 1 / vi, (yi - yi.min()) ** 2
        found = (
            weights.sum() ** 2,
            (vi**2).sum(),
            (weights**2 * squares).sum(),
            squares.sum() ** 2,
            vi.max() / vi.min(),
        )
    return bool(np.isfinite(found).all() and (weights**2).min() > 0)


def _has_width(low: Array, high: Array) -> bool:
    """Whether limits exist, and are two."""
    return bool(np.isfinite(low[0]) and np.isfinite(high[0]) and low[0] < high[0])


def _number(values: Array) -> float | None:
    """The only set's number, None for what does not exist."""
    return float(values[0]) if np.isfinite(values[0]) else None
