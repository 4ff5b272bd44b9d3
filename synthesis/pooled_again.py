"""The way in which an effect was pooled, once more for many sets at once: what would come of other numbers."""

from collections.abc import Callable, Sequence

from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Model
from synthesis.inverse_variance import PooledSets, pool_sets
from synthesis.mantel_haenszel import pool_tables
from synthesis.study_sets import Array
from synthesis.tables import NOTHING_SAID, TABLE_MODELS, Tables, ZeroCells, zero_cells_of
from synthesis.zero_rules import choice_of


def zero_cells_as(effect: PooledEffect, rows: Sequence[EffectInput]) -> ZeroCells:
    """What happens to zero cells of the tables that an effect is pooled from, or that its Q is measured around."""
    choice = choice_of(rows[0]) if rows else NOTHING_SAID
    if choice != NOTHING_SAID:
        return choice.of(effect.measure, effect.model, effect.convention)
    model = effect.model if effect.model in TABLE_MODELS else Model.MH
    return zero_cells_of(effect.measure, model, effect.convention)


def pooled_again(effect: PooledEffect, yi: Array, vi: Array, tables: Callable[[], tuple[Tables, Tables]]) -> PooledSets:
    """Pool S sets as one effect was.

    Parameters
    ----------
    effect : of which model, interval, level and centre are taken
    yi, vi : (S, k) effects and variances on the analysis scale
    tables : makes the tables, corrected as the model wants and as counted; asked only where the model needs them

    Raises
    ------
    ValueError
        As `pool_sets` and `pool_tables`.
    """
    if effect.model in TABLE_MODELS:
        kept, counted = tables()
        return pool_tables(
            kept, yi, vi, measure=effect.measure, model=effect.model, level=effect.level, uncorrected=counted
        )
    moment_q = None
    if effect.centre is not None:
        # Q of RevMan's DerSimonian-Laird is measured around the Mantel-Haenszel estimate of the same tables.
        kept, counted = tables()
        moment_q = pool_tables(kept, yi, vi, measure=effect.measure, uncorrected=counted).q
    return pool_sets(
        yi,
        vi,
        model=effect.model,
        interval=effect.interval,
        level=effect.level,
        moment_q=moment_q,
        with_tau2_limits=False,
    )
