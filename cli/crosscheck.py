"""The other engines over what is published: numbers read back from the warehouse, not from the run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from models.bayes import BayesLine
from models.looks import Look, Looks
from models.missing import MissingAnswer
from models.rare_events import RareEvents
from models.settings import Settings
from models.synthesis import EffectInput, PooledEffect
from pooling.metafor import METAFOR, crosscheck_with_metafor
from stores.published import published_folder
from stores.snapshot import query
from synthesis.crosscheck import Disagreement, crosscheck
from synthesis.crosscheck_bayes import BayesDisagreement, crosscheck_bayes
from synthesis.crosscheck_looks import LookDisagreement, crosscheck_looks
from synthesis.crosscheck_missing import MissingDisagreement, crosscheck_missing
from synthesis.crosscheck_rare import RareDisagreement, crosscheck_rare

Item = TypeVar("Item", bound=msgspec.Struct)


class Crosscheck(msgspec.Struct, frozen=True, kw_only=True):
    """What two other engines say of the published effects.

    `n_metafor` is the number of effects that metafor answered for, None where R is not installed with it.
    """

    n_effects: int
    n_looks: int
    n_posteriors: int
    n_missing: int
    """Analyses of which it is recomputed what the missing would change."""
    n_rare: int
    """Lines of rare events."""
    n_metafor: int | None
    disagreements: tuple[
        Disagreement | LookDisagreement | BayesDisagreement | MissingDisagreement | RareDisagreement, ...
    ]


def crosscheck_published(review: str, settings: Settings) -> Crosscheck:
    """Recompute every pooled effect and look of the newest published night with mpmath, effects with metafor where it is."""
    warehouse = published_folder(review, settings) / "warehouse.duckdb"
    inputs = _read(warehouse, "review_effect_input", EffectInput)
    effects = _read(warehouse, "review_pooled_effect", PooledEffect)
    posteriors = _read(warehouse, "review_bayes", BayesLine)
    looks, missing, rare = _looks(warehouse), _missing(warehouse, effects), _rare(warehouse)
    found: list[Disagreement | LookDisagreement | BayesDisagreement | MissingDisagreement | RareDisagreement] = [
        *crosscheck(inputs, effects),
        *crosscheck_rare(inputs, rare),
        *crosscheck_looks(inputs, looks),
        *crosscheck_bayes(inputs, posteriors),
        *crosscheck_missing(inputs, effects, missing),
    ]
    n_metafor = None
    if rscript := METAFOR.find():
        by_metafor, n_metafor = crosscheck_with_metafor(inputs, effects, rscript)
        found += by_metafor
    return Crosscheck(
        n_effects=len(effects),
        n_looks=sum(len(item.looks) for item in looks),
        n_posteriors=len(posteriors),
        n_missing=len(missing),
        n_rare=len(rare),
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


def _missing(warehouse: Path, effects: Sequence[PooledEffect]) -> list[MissingAnswer]:
    """What the missing would change, by analysis and evidence."""
    tables = {"arms": "review_missing", "surface": "review_missing_surface", "tipping_points": "review_tipping_point"}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, table in tables.items():
        columns, rows = query(warehouse, f"SELECT * FROM {table}")
        for row in (dict(zip(columns, row, strict=True)) for row in rows):
            answer = found.setdefault((row["evidence_set"], row["analysis"]), {part: [] for part in tables})
            answer |= {part: row[part] for part in ("convention", "is_of_events", "lowest", "highest") if part in row}
            answer[name].append(_as_made(row))
    headlines = {
        (str(effect.evidence_set), effect.analysis, str(effect.convention)): effect
        for effect in effects
        if effect.is_headline
    }
    return [
        msgspec.convert(answer | _columns(headlines[evidence, analysis, answer["convention"]]), MissingAnswer)
        for (evidence, analysis), answer in found.items()
        if answer["surface"]
    ]


def _as_made(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the value it was made from: its flow is one thing, and assumptions go by the arm."""
    renamed = {"intervention": row.get("delta_intervention"), "control": row.get("delta_control")}
    flow = {name: row[name] for name in ("n_randomised", "n_started", "n_died") if name in row}
    return _with_subgroup(row) | (renamed if "delta_control" in row else {"flow": flow})


def _columns(effect: PooledEffect) -> dict[str, Any]:
    names = (
        "evidence_set",
        "analysis",
        "comparison",
        "outcome",
        "timepoint",
        "measure",
        "model",
        "interval",
        "is_ratio",
    )
    return {name: getattr(effect, name) for name in names}


def _rare(warehouse: Path) -> list[RareEvents]:
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
