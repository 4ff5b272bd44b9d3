"""Which analyses have rare events, and what other ways of pooling them say."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec.structs import replace

from models.rare_events import FEW, NAMES, RareEvents, RareLine, side_of
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import TABLE_MEASURES, Interval, Measure, Model
from synthesis.analyses import overall_rows
from synthesis.beta_binomial import beta_binomial
from synthesis.exact_odds_ratio import BEYOND, exact_odds_ratio
from synthesis.glmm import glmm
from synthesis.natural_scale import natural_of
from synthesis.pooling import has_table
from synthesis.score_roots import NotEstimable
from synthesis.sparse_tables import SparseTables

READY = "{n} of {k} rows give a ready estimate and not people with events"
PAIRED = "a cross-over trial's people are not two arms"

Lines = tuple[RareLine, ...]


def rare_events(inputs: Sequence[EffectInput], effects: Sequence[PooledEffect]) -> tuple[RareEvents, ...]:
    """Pool the events of every analysis in which they are rare in four other ways.

    Events count as rare where a table has a cell of 0, or where at most `FEW` rows are pooled.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    effects : pooled from them; the first headline of an evidence set and analysis is what others are held against

    Returns
    -------
    tuple of RareEvents
        In the order of the effects. What cannot be computed has a line that says why.
    """
    found: list[RareEvents] = []
    seen = set()
    for effect in effects:
        key = (effect.evidence_set, effect.analysis)
        if key in seen or not effect.is_headline or effect.subgroup.number or effect.measure not in TABLE_MEASURES:
            continue
        seen.add(key)
        rows = _rows(inputs, effect)
        if not is_rare(rows):
            continue
        has_interval = effect.ci_low is not None and effect.ci_high is not None
        found.append(
            RareEvents(
                evidence_set=effect.evidence_set,
                analysis=effect.analysis,
                comparison=effect.comparison,
                outcome=effect.outcome,
                timepoint=effect.timepoint,
                headline_side=side_of(effect.ci_low, effect.ci_high, effect.measure) if has_interval else None,
                has_empty_cell=has_empty_cell(rows),
                lines=_lines(rows, effect),
            )
        )
    return tuple(found)


def _rows(inputs: Sequence[EffectInput], effect: PooledEffect) -> list[EffectInput]:
    """Rows of an analysis as a whole, double zeros included."""
    rows = overall_rows(inputs, effect.analysis, effect.evidence_set)
    return [item for item in rows if has_table(item) or item.yi is not None]


def is_rare(rows: Sequence[EffectInput]) -> bool:
    """Whether rows have a table with a cell of 0, or are few and have tables."""
    return has_empty_cell(rows) or (len(rows) <= FEW and any(has_table(item) for item in rows))


def has_empty_cell(rows: Sequence[EffectInput]) -> bool:
    """Whether in an arm of a table nobody has the event, or everybody."""
    cells = [_counts(item) for item in rows if has_table(item)]
    return any(a in (0, n1) or c in (0, n2) for a, n1, c, n2 in cells)


def _counts(item: EffectInput) -> tuple[int, int, int, int]:
    return item.events_intervention or 0, item.n_intervention, item.events_control or 0, item.n_control


def _lines(rows: Sequence[EffectInput], effect: PooledEffect) -> Lines:
    problem, n_ready = "", sum(not has_table(item) for item in rows)
    if n_ready:
        problem = READY.format(n=n_ready, k=len(rows))
    elif any(item.correlation is not None for item in rows):
        problem = PAIRED
    measure = Measure.OR if effect.measure is Measure.PETO else effect.measure
    lines = []
    for model in NAMES:
        line = RareLine(
            model=model,
            measure=measure if model is Model.BETA_BINOMIAL else Measure.OR,
            interval=Interval.EXACT if model is Model.EXACT else Interval.WALD,
            level=effect.level,
        )
        lines.append(_said(line, problem) if problem else _computed(line, tuple(map(_table, rows))))
    return tuple(lines)


def _table(item: EffectInput) -> tuple[float, float, float, float]:
    """Events and people, those of clusters and shared control groups divided."""
    one = item.design_effect
    two = one * item.shared_by
    a, n1, c, n2 = _counts(item)
    return a / one, n1 / one, c / two, n2 / two


def _said(line: RareLine, problem: str) -> RareLine:
    return replace(line, note=f"not computable: {problem}")


@lru_cache(maxsize=1024)
def _computed(line: RareLine, tables: tuple[tuple[float, float, float, float], ...]) -> RareLine:
    """Evidence sets, and nights that follow each other, mostly have the same numbers."""
    try:
        return replace(line, **_FITS[line.model](line, SparseTables.of(*np.array(tables).T)))
    except NotEstimable as reason:
        return _said(line, str(reason))


def _of_mixed(line: RareLine, tables: SparseTables) -> dict[str, Any]:
    fit = glmm(tables, line.model, level=line.level)
    return _natural(line, fit) | {"tau2": fit.tau2}


def _of_beta(line: RareLine, tables: SparseTables) -> dict[str, Any]:
    fit = beta_binomial(tables, line.measure, level=line.level)
    return _natural(line, fit) | {"rho": fit.rho}


def _of_exact(line: RareLine, tables: SparseTables) -> dict[str, Any]:
    fit = exact_odds_ratio(tables, level=line.level)
    return _natural(line, fit) | {"tau2": 0.0, "note": "" if fit.estimate is not None else BEYOND}


def _natural(line: RareLine, fit: Any) -> dict[str, Any]:
    """Estimate and limits as people read them, with what needs no change."""
    told = {name: getattr(fit, name) for name in ("estimate", "ci_low", "ci_high")}
    same = {name: getattr(fit, name) for name in ("k", "se", "p_value")}
    natural = {
        name: None if value is None else natural_of(value, is_ratio=line.is_ratio) for name, value in told.items()
    }
    return natural | same


_FITS: dict[Model, Callable[[RareLine, SparseTables], dict[str, Any]]] = {
    Model.GLMM_CM_EL: _of_mixed,
    Model.GLMM_UM_FS: _of_mixed,
    Model.BETA_BINOMIAL: _of_beta,
    Model.EXACT: _of_exact,
}
