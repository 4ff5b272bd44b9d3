"""The other engines over what is published: numbers read back from the warehouse, not from the run."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from models.settings import Settings
from models.synthesis import EffectInput, PooledEffect
from pooling.metafor import crosscheck_with_metafor, find_metafor
from stores.published import published_folder
from stores.snapshot import query
from synthesis.crosscheck import Disagreement, crosscheck

Item = TypeVar("Item", bound=msgspec.Struct)


class Crosscheck(msgspec.Struct, frozen=True, kw_only=True):
    """What two other engines say of the published effects.

    `n_metafor` is the number of effects that metafor answered for, None where R is not installed with it.
    """

    n_effects: int
    n_metafor: int | None
    disagreements: tuple[Disagreement, ...]


def crosscheck_published(review: str, settings: Settings) -> Crosscheck:
    """Recompute every pooled effect of the newest published night with mpmath, and with metafor where it is."""
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    inputs = _read(warehouse, "review_effect_input", EffectInput)
    effects = _read(warehouse, "review_pooled_effect", PooledEffect)
    found, n_metafor = crosscheck(inputs, effects), None
    if rscript := find_metafor():
        by_metafor, n_metafor = crosscheck_with_metafor(inputs, effects, rscript)
        found += by_metafor
    return Crosscheck(n_effects=len(effects), n_metafor=n_metafor, disagreements=found)


def _read(warehouse: Path, table: str, kind: type[Item]) -> list[Item]:
    names, rows = query(warehouse, f"SELECT * FROM {table}")
    return [msgspec.convert(_with_subgroup(dict(zip(names, row, strict=True))), kind) for row in rows]


def _with_subgroup(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the warehouse as the values it was made from: its subgroup is one thing."""
    if "subgroup_number" in row:
        row["subgroup"] = {"number": row.pop("subgroup_number"), "name": row["subgroup"]}
    return row
