"""Pooling of anybody's spreadsheet: files in, numbers or tables with forest plots out.

No review, no warehouse and no network is needed. What a file looks like is said in `flows.spreadsheet`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.forest import Analysis
from flows.spreadsheet import PoolError, Studies, read_studies
from models.vocabulary import Convention, Interval, Measure, Model
from synthesis.measures import RATIOS
from synthesis.pooling import COMMON_MODELS, natural, pool_studies
from synthesis.tables import ZeroCells

PRESETS: dict[Convention, tuple[tuple[Model, Interval], ...]] = {
    Convention.REVMAN5: ((Model.DL, Interval.WALD),),
    Convention.REVMAN2025: ((Model.REML, Interval.WALD), (Model.REML, Interval.HKSJ)),
}
"""What a convention pools when no model is named, besides its common-effect model."""


def pool_files(
    paths: Iterable[Path],
    measure: Measure,
    models: Sequence[Model] = (),
    intervals: Sequence[Interval] = (),
    conventions: Sequence[Convention] = (),
    *,
    level: float = 0.95,
    zero_cells: ZeroCells | None = None,
) -> list[dict[str, object]]:
    """Pool every file in every way asked for.

    Parameters
    ----------
    paths, measure, models, intervals, conventions, level, zero_cells : see `analyses`

    Returns
    -------
    list of dict
        One per file and choice, ready for JSON: `est`, limits and prediction interval on the analysis scale
        (log for ratios), the same back-transformed as `est_ratio` …, None where a number does not exist.

    Raises
    ------
    PoolError
        As `analyses`.
    """
    return [
        record(analysis)
        for analysis in analyses(paths, measure, models, intervals, conventions, level=level, zero_cells=zero_cells)
    ]


def analyses(
    paths: Iterable[Path],
    measure: Measure,
    models: Sequence[Model] = (),
    intervals: Sequence[Interval] = (),
    conventions: Sequence[Convention] = (),
    *,
    level: float = 0.95,
    zero_cells: ZeroCells | None = None,
) -> list[Analysis]:
    """Read files and pool their studies.

    Parameters
    ----------
    paths : CSV files
    measure : effect measure of all of them
    models : by default those of the conventions, or REML
    intervals : by default those of the conventions, or Wald; models of one common effect have Wald limits
        whatever is asked
    conventions : of RevMan; without any, numbers are metafor's
    level : of intervals
    zero_cells : what happens to zero cells, instead of what measure, model and convention say

    Raises
    ------
    PoolError
        If a file cannot be read as studies of this measure, or a choice is impossible.
    """
    found = []
    for path in paths:
        for convention in conventions or (None,):
            studies = read_studies(path, measure, convention, zero_cells)
            for model, interval in _choices(studies, measure, models, intervals, convention):
                found.append(_analyse(studies, measure, model, interval, convention, level, zero_cells))
    return found


def record(analysis: Analysis) -> dict[str, object]:
    """One analysis under the names that the command line's JSON has."""
    pooled = analysis.pooled
    out: dict[str, object] = {
        "dataset": analysis.studies.dataset,
        "measure": pooled.measure.value,
        "model": pooled.model.value,
        "interval": pooled.interval.value,
        "convention": analysis.convention.value if analysis.convention else None,
        "level": pooled.level,
        "k": pooled.k,
        "n_participants": pooled.n_participants,
        "est": pooled.estimate,
        "se": pooled.se,
        "ci_low": pooled.ci_low,
        "ci_high": pooled.ci_high,
        "p": pooled.p_value,
        "tau2": pooled.tau2,
        "tau2_low": pooled.tau2_low,
        "tau2_high": pooled.tau2_high,
        "i2_pct": pooled.i2_pct,
        "h2": pooled.h2,
        "q": pooled.q,
        "q_p": pooled.q_p,
        "pi_low": pooled.pi_low,
        "pi_high": pooled.pi_high,
        "pi_df": pooled.pi_df,
    }
    is_ratio = pooled.measure in RATIOS
    for name in ("est", "ci_low", "ci_high", "pi_low", "pi_high"):
        value = out[name]
        out[f"{name}_ratio"] = natural(value, pooled.measure) if is_ratio and isinstance(value, float) else None
    return out | {"notes": [*analysis.studies.notes, *pooled.notes]}


def _choices(
    studies: Studies,
    measure: Measure,
    models: Sequence[Model],
    intervals: Sequence[Interval],
    convention: Convention | None,
) -> list[tuple[Model, Interval]]:
    """Every model with every interval that exists for it, without repetition."""
    if models:
        pairs = [(model, interval) for model in models for interval in intervals or (Interval.WALD,)]
    elif convention:
        has_mh = studies.tables is not None and measure is not Measure.PETO
        common = Model.MH if has_mh else Model.PETO if studies.tables is not None else Model.COMMON
        preset = [(common, Interval.WALD), *PRESETS[convention]]
        pairs = [(model, chosen) for model, interval in preset for chosen in intervals or (interval,)]
    else:
        pairs = [(Model.REML, interval) for interval in intervals or (Interval.WALD,)]
    pairs = [(model, Interval.WALD if model in COMMON_MODELS else interval) for model, interval in pairs]
    return list(dict.fromkeys(pairs))


def _analyse(
    studies: Studies,
    measure: Measure,
    model: Model,
    interval: Interval,
    convention: Convention | None,
    level: float,
    zero_cells: ZeroCells | None,
) -> Analysis:
    try:
        pooled = pool_studies(
            studies.yi.tolist(),
            studies.vi.tolist(),
            tables=studies.tables,
            n_participants=studies.n_participants,
            measure=measure,
            model=model,
            interval=interval,
            level=level,
            convention=convention,
            zero_cells=zero_cells,
        )
    except ValueError as problem:
        raise PoolError(f"{studies.dataset}: {problem}") from problem
    return Analysis(studies, convention, pooled)
