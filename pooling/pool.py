"""Pooling of anybody's spreadsheet: files in, numbers or tables with forest plots out.

No review, no warehouse and no network is needed. What a file looks like is said in `pooling.reported`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np

from models.further_ways import RARE_MODELS, is_further
from models.vocabulary import RATIOS, Convention, Interval, Measure, Model
from models.zero_cells import AddTo
from pooling.effects import Studies, studies_of
from pooling.reported import Numbers, read_numbers
from pooling.spreadsheet import PoolError
from pooling.study_records import finite, read, study_records
from pooling.ways import Ways
from synthesis.pooling import PETO_MEASURES, SEE_WALD, Pooled, pool_studies
from synthesis.tables import NOTHING_SAID, TABLE_MODELS, ZeroChoice


class Preset(StrEnum):
    """Conventions that need no review: its authors' own choices are not known of a spreadsheet."""

    REVMAN5 = Convention.REVMAN5.value
    REVMAN2025 = Convention.REVMAN2025.value


@dataclass(frozen=True)
class Choice:
    """One way of pooling studies."""

    measure: Measure
    model: Model
    interval: Interval
    convention: Convention | None = None
    level: float = 0.95
    zero_cells: ZeroChoice = NOTHING_SAID


@dataclass(frozen=True)
class Analysis:
    """The studies of one file pooled in one way."""

    studies: Studies
    choice: Choice
    pooled: Pooled


def pool_files(
    paths: Iterable[Path],
    measure: Measure,
    models: Sequence[Model] = (),
    intervals: Sequence[Interval] = (),
    conventions: Sequence[Convention] = (),
    *,
    level: float = 0.95,
    zero_cells: ZeroChoice | None = None,
) -> list[dict[str, object]]:
    """Pool every file in every way asked for.

    Parameters
    ----------
    paths, measure, models, intervals, conventions, level, zero_cells : see `analyses`

    Returns
    -------
    list of dict
        One per file and choice, see `record`.

    Raises
    ------
    PoolError
        As `analyses`.
    """
    return [
        record(analysis)
        for path in paths
        for analysis in analyses(path, measure, models, intervals, conventions, level=level, zero_cells=zero_cells)
    ]


def analyses(
    path: Path,
    measure: Measure,
    models: Sequence[Model] = (),
    intervals: Sequence[Interval] = (),
    conventions: Sequence[Convention] = (),
    *,
    level: float = 0.95,
    zero_cells: ZeroChoice | None = None,
) -> list[Analysis]:
    """Read a file and pool its studies.

    Parameters
    ----------
    path : the file, see `pooling.spreadsheet.read_rows`
    measure : effect measure
    models : by default those of the conventions; or REML, or what the interval goes with
    intervals : by default those of the conventions, or Wald; a model that can have none of them has its own, but each
        must go with one of the models
    conventions : of RevMan; without any, numbers are metafor's
    level : of intervals
    zero_cells : what happens to zero cells, instead of what measure, model and convention say

    Raises
    ------
    PoolError
        If the file cannot be read as studies of this measure, or a choice is impossible.
    """
    said = zero_cells or NOTHING_SAID
    numbers = read_numbers(path, measure)
    _can_act(numbers, measure, models, said)
    ways = Ways(tuple(models), tuple(intervals))
    ways.check(path, conventions)
    return [
        pool_chosen(_studies(numbers, choice), choice)
        for convention in conventions or (None,)
        for model, interval in ways.of(measure, convention, has_tables=numbers.has_tables)
        for choice in [Choice(measure, model, interval, convention, level, said)]
    ]


def pool_chosen(studies: Studies, choice: Choice) -> Analysis:
    """Pool studies, or some of them, in one way.

    Raises
    ------
    PoolError
        If the choice is impossible for them.
    """
    try:
        # What lies beyond the digits of a number comes out as not finite, and is said so.
        with np.errstate(all="ignore"):
            if is_further(choice.model, choice.interval):
                from pooling.rare import pool_further  # noqa: PLC0415 (likelihoods, for those who ask)

                return Analysis(studies, choice, pool_further(studies, choice))
            pooled = pool_studies(
                studies.yi.tolist(),
                studies.vi.tolist(),
                tables=studies.tables,
                n_participants=studies.n_participants,
                measure=choice.measure,
                model=choice.model,
                interval=choice.interval,
                level=choice.level,
                convention=choice.convention,
                zero_cells=choice.zero_cells.of(choice.measure, choice.model, choice.convention),
            )
    except (ValueError, ArithmeticError) as problem:
        raise PoolError(f"{studies.path}: {problem}") from problem
    if any(SEE_WALD in note for note in pooled.notes):
        wald = pool_chosen(studies, replace(choice, interval=Interval.WALD)).pooled
        pooled = msgspec.structs.replace(pooled, notes=(*pooled.notes, _limits_in_words(wald)))
    return Analysis(studies, choice, pooled)


def _limits_in_words(wald: Pooled) -> str:
    low, high = read(wald.ci_low, wald.measure), read(wald.ci_high, wald.measure)
    return "Wald has no limits here" if low is None or high is None else f"Wald: {low:.2f} to {high:.2f}"


def record(analysis: Analysis) -> dict[str, object]:
    """One analysis under the names that the command line's JSON has.

    Estimate, limits and prediction interval are on the analysis scale (log for ratios), and back-transformed
    as `est_ratio` …; None where a number does not exist. `studies` are those that count, see `pooling.study_records`.
    """
    pooled, choice = analysis.pooled, analysis.choice
    out: dict[str, object] = {
        "dataset": analysis.studies.dataset,
        "measure": pooled.measure.value,
        "model": pooled.model.value,
        "interval": pooled.interval.value,
        "convention": choice.convention.value if choice.convention else None,
        "level": pooled.level,
        "n_participants": pooled.n_participants,
        "n_is_least": analysis.studies.n_is_least,
        **numbers_of(pooled),
    }
    conversions = list(analysis.studies.conversions)
    notes = [*analysis.studies.notes, *pooled.notes]
    return out | {"conversions": conversions, "notes": notes, "studies": study_records(analysis.studies, pooled)}


def numbers_of(pooled: Pooled) -> dict[str, object]:
    """The numbers of one pooled estimate."""
    given = {
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
    }
    out: dict[str, object] = {"k": pooled.k} | {name: finite(value) for name, value in given.items()}
    out["pi_df"] = pooled.pi_df
    for name in ("est", "ci_low", "ci_high", "pi_low", "pi_high"):
        out[f"{name}_ratio"] = read(given[name], pooled.measure) if pooled.measure in RATIOS else None
    return out


def _studies(numbers: Numbers, choice: Choice) -> Studies:
    """Studies with the effects that go with a choice: those of Peto beneath a Peto estimate."""
    measure, convention = choice.measure, choice.convention
    if choice.model is Model.PETO and measure in PETO_MEASURES:
        measure = Measure.PETO
    of_effects = choice.zero_cells.of_effects(measure, choice.model, convention)
    adds = choice.zero_cells.of(measure, choice.model, convention).to is not AddTo.NONE
    says_added = choice.model not in RARE_MODELS and (choice.model not in TABLE_MODELS or adds)
    if choice.model is Model.BETA_BINOMIAL:
        of_effects = replace(of_effects, drop_double=False)
    return studies_of(numbers, measure, convention, of_effects, says_added=says_added)


def _can_act(numbers: Numbers, measure: Measure, models: Sequence[Model], said: ZeroChoice) -> None:
    """What is asked for must be able to make a difference, or somebody believes that it did."""
    options = {"--add": said.add, "--to": said.to, "--by-arm": said.by_arm, "--drop-double": said.drop_double}
    given = [name for name, value in options.items() if value is not None]
    if given and not numbers.has_tables:
        raise PoolError(
            f"{numbers.path}: {', '.join(given)} cannot act: zero cells are those of 2 x 2 tables (events and people of "
            f"both arms), and {measure} comes from {', '.join(numbers.columns)} here; leave the option out"
        )
    if given and models and {*models} <= RARE_MODELS:
        raise PoolError(
            f"{numbers.path}: {', '.join(given)} cannot act with {', '.join(models)}, which take counts as they are; "
            "leave the option out"
        )
    if said.to is AddTo.NONE and (said.add or said.by_arm):
        raise PoolError(f"{numbers.path}: --to none corrects no table, so that --add and --by-arm cannot act; give one")
