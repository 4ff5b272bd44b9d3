"""The other engines over what is published: numbers read back from the warehouse, not from the run."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from models.rare_events import RareEvents
from models.settings import Settings
from models.synthesis import EffectInput, PooledEffect
from pooling.metafor import crosscheck_with_metafor, find_metafor
from stores.published import published_folder
from stores.snapshot import query
from synthesis.crosscheck import Disagreement, crosscheck
from synthesis.crosscheck_rare import RareDisagreement, crosscheck_rare

Item = TypeVar("Item", bound=msgspec.Struct)


class Crosscheck(msgspec.Struct, frozen=True, kw_only=True):
    """What two other engines say of the published effects and of lines of rare events.

    `n_metafor` is the number of effects that metafor answered for, None where R is not installed with it.
    """

    n_effects: int
    n_metafor: int | None
    disagreements: tuple[Disagreement | RareDisagreement, ...]


def crosscheck_published(review: str, settings: Settings) -> Crosscheck:
    """Recompute every pooled effect and line of rare events of the newest published night with mpmath, and with metafor where it is."""
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    inputs = _read(warehouse, "review_effect_input", EffectInput)
    effects = _read(warehouse, "review_pooled_effect", PooledEffect)
    rare = _read_rare(warehouse)
    n_metafor = None
    found: list[Disagreement | RareDisagreement] = [*crosscheck(inputs, effects), *crosscheck_rare(inputs, rare)]
    if rscript := find_metafor():
        by_metafor, n_metafor = crosscheck_with_metafor(inputs, effects, rscript)
        found += by_metafor
    return Crosscheck(n_effects=len(effects) + len(rare), n_metafor=n_metafor, disagreements=tuple(found))


def _read_rare(warehouse: Path) -> list[RareEvents]:
    """Lines of rare events, each for itself."""
    names, rows = query(warehouse, "SELECT * FROM review_rare_model")
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    return [msgspec.convert({**row, "lines": [row]}, RareEvents) for row in cells]


def _read(warehouse: Path, table: str, kind: type[Item]) -> list[Item]:
    names, rows = query(warehouse, f"SELECT * FROM {table}")
    return [msgspec.convert(_with_subgroup(dict(zip(names, row, strict=True))), kind) for row in rows]


def _with_subgroup(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the warehouse as the values it was made from: its subgroup is one thing."""
    if "subgroup_number" in row:
        row["subgroup"] = {"number": row.pop("subgroup_number"), "name": row["subgroup"]}
    return row
