"""A pooled effect with one more study, for many possible results of it at once."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import ArrayLike
from scipy import special

from models.forecast import PlannedStudy
from models.synthesis import EffectInput, PooledEffect
from models.value import Value
from models.vocabulary import Measure, Model
from synthesis.inverse_variance import PooledSets
from synthesis.measures import effect_of_tables
from synthesis.pooled_again import pooled_again, zero_cells_as
from synthesis.pooling import has_table, tables_of
from synthesis.study_sets import Array
from synthesis.tables import Tables

LARGEST = 700.0
"""Logarithm of a ratio that a double still holds, and so does its reciprocal."""


class OneMore(Value, frozen=True, kw_only=True):
    """A planned study with the error that it will have; `risk` is the control risk, where 2 x 2 tables are pooled."""

    planned: PlannedStudy
    se: float
    risk: float | None = None


def with_one_more(
    effect: PooledEffect, rows: Sequence[EffectInput], study: OneMore, results: Array
) -> list[PooledEffect]:
    """The pooled effect for each result that a further study may have, as the same convention pools it.

    Parameters
    ----------
    effect : the present one, by its model and interval
    rows : of its analysis, those with an effect
    study : what joins them
    results : (S,) estimates of that study, analysis scale

    Returns
    -------
    list of S PooledEffect
        Without limits of tau2, prediction interval and weights.

    Raises
    ------
    ValueError
        If the model pools tables, and the study has no control risk.
    """
    pooled = _pool(effect, rows, study, results)
    natural = ratio_of if effect.is_ratio else np.asarray
    n_before = effect.n_participants
    shared: dict[str, Any] = {
        "k": effect.k + 1,
        "n_studies": effect.n_studies + 1,
        "n_participants": None if n_before is None else n_before + round(study.planned.n),
        "pi_low": None,
        "pi_high": None,
        "pi_df": None,
        "tau2_low": None,
        "tau2_high": None,
        "weights": (),
    }
    columns = {
        "yi": pooled.estimate,
        "estimate": natural(pooled.estimate),
        "ci_low": natural(pooled.ci_low),
        "ci_high": natural(pooled.ci_high),
        "se": pooled.se,
        "p_value": pooled.p_value,
        "tau2": pooled.tau2,
        "i2_pct": pooled.i2_pct,
        "h2": pooled.h2,
        "q": pooled.q,
        "q_p": pooled.q_p,
    }
    values = zip(*(_or_none(column) for column in columns.values()), strict=True)
    return [replace(effect, **shared, **dict(zip(columns, row, strict=True))) for row in values]


def ratio_of(values: ArrayLike) -> Array:
    """Ratios of logarithms, of which none is 0 or infinite: a trial of a handful may come to anything."""
    found: Array = np.exp(np.clip(values, -LARGEST, LARGEST))
    return found


def _or_none(column: Array) -> list[float | None]:
    """What does not exist is None."""
    return [value if isfinite(value) else None for value in column.tolist()]


def _pool(effect: PooledEffect, rows: Sequence[EffectInput], study: OneMore, results: Array) -> PooledSets:
    n = len(results)
    yi = np.hstack([np.tile([row.yi or 0.0 for row in rows], (n, 1)), results[:, None]])
    vi = np.tile([*(row.vi or 0.0 for row in rows), study.se**2], (n, 1))

    def tables() -> tuple[Tables, Tables]:
        counted = _tables(rows, study, results, effect.measure)
        return counted.corrected(zero_cells_as(effect, rows)), counted

    if effect.model is Model.PETO:
        yi, vi = effect_of_tables(tables()[1], Measure.PETO)
    return pooled_again(effect, yi, vi, tables)


def _tables(rows: Sequence[EffectInput], study: OneMore, results: Array, measure: Measure) -> Tables:
    """Tables of the studies, and of the further one for each of its results."""
    if study.risk is None or not all(has_table(row) for row in rows):
        raise ValueError("a model of 2 x 2 tables needs a control risk for a further study")
    old = tables_of(rows)
    treated, control = _risks(measure, study.risk, results)
    n1, n2 = study.planned.n_intervention, study.planned.n_control
    new = (treated * n1, np.full(len(results), n1), control * n2, np.full(len(results), n2))
    columns = (old.events_1, old.totals[0], old.events_2, old.totals[1])
    stacked = [
        np.hstack([np.tile(column, (len(results), 1)), more[:, None]])
        for column, more in zip(columns, new, strict=True)
    ]
    return Tables.of(*stacked)


def _risks(measure: Measure, risk: float, results: Array) -> tuple[Array, Array]:
    """Risks of intervention and control that have exactly this effect, the control's as near to `risk` as that allows."""
    if measure is Measure.RR:
        control = np.minimum(risk, np.exp(-np.maximum(results, 0.0)))
        return np.minimum(1.0, control * np.exp(results)), control
    if measure is Measure.RD:
        bounded = np.clip(results, -1.0, 1.0)
        control = np.clip(risk, np.maximum(0.0, -bounded), np.minimum(1.0, 1.0 - bounded))
        return np.clip(control + bounded, 0.0, 1.0), control
    control = np.full(len(results), risk)
    treated: Array = special.expit(special.logit(risk) + results)
    return treated, control
