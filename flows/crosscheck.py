"""The second engine over what is published: numbers read back from the warehouse, not from the run."""

from pathlib import Path
from typing import TypeVar

import msgspec

from flows.rebuild import published_folder
from models.settings import Settings
from models.synthesis import EffectInput, PooledEffect
from stores.snapshot import query
from synthesis.crosscheck import Disagreement, crosscheck

Item = TypeVar("Item", bound=msgspec.Struct)


def crosscheck_published(review: str, settings: Settings) -> tuple[int, tuple[Disagreement, ...]]:
    """Recompute every pooled effect of the newest published night.

    Returns
    -------
    tuple
        Number of effects, and the numbers that the second engine does not confirm.
    """
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    inputs = _read(warehouse, "review_effect_input", EffectInput)
    effects = _read(warehouse, "review_pooled_effect", PooledEffect)
    return len(effects), crosscheck(inputs, effects)


def _read(warehouse: Path, table: str, kind: type[Item]) -> list[Item]:
    names, rows = query(warehouse, f"SELECT * FROM {table}")
    return [msgspec.convert(dict(zip(names, row, strict=True)), kind) for row in rows]
