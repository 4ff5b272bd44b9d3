"""The other engines over what is published: numbers read back from the warehouse, not from the run."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from models.bayes import BayesLine
from models.looks import Look, Looks
from models.settings import Settings
from models.synthesis import EffectInput, PooledEffect
from pooling.metafor import crosscheck_with_metafor, find_metafor
from stores.published import published_folder
from stores.snapshot import query
from synthesis.crosscheck import Disagreement, crosscheck
from synthesis.crosscheck_bayes import BayesDisagreement, crosscheck_bayes
from synthesis.crosscheck_looks import LookDisagreement, crosscheck_looks

Item = TypeVar("Item", bound=msgspec.Struct)


class Crosscheck(msgspec.Struct, frozen=True, kw_only=True):
    """What two other engines say of the published effects.

    `n_metafor` is the number of effects that metafor answered for, None where R is not installed with it.
    """

    n_effects: int
    n_looks: int
    n_posteriors: int
    n_metafor: int | None
    disagreements: tuple[Disagreement | LookDisagreement | BayesDisagreement, ...]


def crosscheck_published(review: str, settings: Settings) -> Crosscheck:
    """Recompute every pooled effect and look of the newest published night with mpmath, effects with metafor where it is."""
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    inputs = _read(warehouse, "review_effect_input", EffectInput)
    effects = _read(warehouse, "review_pooled_effect", PooledEffect)
    looks, posteriors = _looks(warehouse), _read(warehouse, "review_bayes", BayesLine)
    found: list[Disagreement | LookDisagreement | BayesDisagreement] = [
        *crosscheck(inputs, effects),
        *crosscheck_looks(inputs, looks),
        *crosscheck_bayes(inputs, posteriors),
    ]
    n_metafor = None
    if rscript := find_metafor():
        by_metafor, n_metafor = crosscheck_with_metafor(inputs, effects, rscript)
        found += by_metafor
    return Crosscheck(
        n_effects=len(effects),
        n_looks=sum(len(item.looks) for item in looks),
        n_posteriors=len(posteriors),
        n_metafor=n_metafor,
        disagreements=tuple(found),
    )


def _looks(warehouse: Path) -> list[Looks]:
    """Analyses with their looks, in order."""
    names, rows = query(warehouse, "SELECT *, look_date AS day FROM review_look ORDER BY place")
    looks: dict[tuple[str, str], list[Look]] = {}
    for row in (dict(zip(names, row, strict=True)) for row in rows):
        looks.setdefault((row["evidence_set"], row["analysis"]), []).append(msgspec.convert(row, Look))
    return [
        msgspec.structs.replace(item, looks=tuple(looks.get((item.evidence_set, item.analysis), ())))
        for item in _read(warehouse, "review_anytime", Looks)
    ]


def _read(warehouse: Path, table: str, kind: type[Item]) -> list[Item]:
    names, rows = query(warehouse, f"SELECT * FROM {table}")
    return [msgspec.convert(_with_subgroup(dict(zip(names, row, strict=True))), kind) for row in rows]


def _with_subgroup(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the warehouse as the values it was made from: its subgroup is one thing."""
    if "subgroup_number" in row:
        row["subgroup"] = {"number": row.pop("subgroup_number"), "name": row["subgroup"]}
    return row
