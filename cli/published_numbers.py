"""A published night's numbers, read back from its warehouse."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from judging.second_engine import Stated
from models.bayes import BayesAnswer, BayesLine, BayesStudy, BayesSupplement
from models.folder_text import ReviewError
from models.forecast import EffectForecast, ResultsDate, TrialForecast
from models.looks import Look, Looks
from models.missing import MissingAnswer
from models.rare_events import RareEvents
from models.review import Review, review_named
from models.rmst import RmstDifference
from models.settings import Settings
from models.supplements import Supplements
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import EvidenceSet
from stores.published import day_published, published_folder
from stores.snapshot import query, records

Item = TypeVar("Item", bound=msgspec.Struct)

CHANGED = "answers, restricted means and forecasts: the review's folder is not what it was on that night"
OTHER_THEN = "forecasts in {}: what the published version gave with every study that was in it is not kept"


def stated_by(review: str, settings: Settings) -> Stated:
    """Everything of the newest published night that a second engine recomputes."""
    folder = published_folder(review, settings)
    warehouse = folder / "warehouse.duckdb"
    inputs = _read(warehouse, "review_effect_input", EffectInput)
    effects = _read(warehouse, "review_pooled_effect", PooledEffect)
    of_subgroups = _subgroups(warehouse)
    as_of_night = _review(review, settings, folder)
    other_then = _other_then(warehouse, effects)
    forecasts = [item for item in _forecasts(warehouse, effects) if item.analysis not in other_then]
    unknown = () if as_of_night else (CHANGED,)
    return Stated(
        inputs=inputs,
        effects=[*effects, *of_subgroups],
        as_published=[item for item in effects if item.evidence_set is EvidenceSet.PUBLISHED],
        supplements=Supplements(
            bayes=BayesSupplement(
                lines=tuple(_posteriors(warehouse)),
                answers=tuple(_read(warehouse, "review_answer", BayesAnswer)),
            ),
            survival=tuple(_read(warehouse, "review_rmst", RmstDifference)),
            looks=tuple(_looks(warehouse)),
            rare=tuple(_rare(warehouse)),
            missing=tuple(_missing(warehouse, effects)),
            forecast=(TrialForecast(study_id="", results=ResultsDate(), effects=tuple(forecasts)),),
        ),
        review=as_of_night,
        unknown=(*unknown, *(OTHER_THEN.format(analysis) for analysis in sorted(other_then))),
    )


def _subgroups(warehouse: Path) -> list[PooledEffect]:
    """None of a night whose version did not keep what they rest on."""
    names, _ = query(warehouse, "SELECT * FROM review_subgroup_effect LIMIT 0")
    return _read(warehouse, "review_subgroup_effect", PooledEffect) if "q" in names else []


def _review(name: str, settings: Settings, folder: Path) -> Review | None:
    """The review's folder as of the night, None if anything in it has changed since."""
    told = json.loads((folder / "manifest.json").read_bytes())
    try:
        review = review_named(settings.reviews, name)
    except ReviewError:
        return None
    is_same = told["protocol"] == f"{review.protocol.version}/{review.fingerprint}"
    return review.as_of(day_published(folder)) if is_same else None


def _other_then(warehouse: Path, effects: Sequence[PooledEffect]) -> set[str]:
    """Analyses of which rule S5 knew other studies in the published version than are pooled of it now, as of a retraction."""
    published = {
        (item.analysis, str(item.convention)): item.n_studies
        for item in effects
        if item.is_headline and item.evidence_set is EvidenceSet.PUBLISHED
    }
    _, rows = query(warehouse, "SELECT analysis, convention, threshold FROM review_signal WHERE rule = 'S5'")
    return {analysis for analysis, convention, n in rows if n and n != published.get((analysis, convention), 0)}


def _posteriors(warehouse: Path) -> list[BayesLine]:
    """Lines with what they say of each study."""
    studies: dict[tuple[str, str, str], list[BayesStudy]] = {}
    for row in map(_with_subgroup, records(warehouse, "SELECT * FROM review_bayes_study")):
        own = studies.setdefault((row["evidence_set"], row["analysis"], row["prior"]), [])
        own.append(msgspec.convert(row, BayesStudy))
    return [
        msgspec.structs.replace(line, studies=tuple(studies.get((line.evidence_set, line.analysis, line.prior), ())))
        for line in _read(warehouse, "review_bayes", BayesLine)
    ]


def _forecasts(warehouse: Path, effects: Sequence[PooledEffect]) -> list[EffectForecast]:
    """What ongoing studies would do, as far as it was computed."""
    measures = {(item.analysis, str(item.convention)): item.measure for item in effects}
    return [
        msgspec.convert(_forecast(row) | {"measure": measures[row["analysis"], row["convention"]]}, EffectForecast)
        for row in records(warehouse, "SELECT * FROM review_forecast_effect WHERE chance_excludes IS NOT NULL")
    ]


def _forecast(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the value it was made from: its arms are one thing, and each rule is one."""
    chances = {
        name.removeprefix("chance_").upper(): value for name, value in row.items() if name.startswith("chance_s")
    }
    return row | {
        "planned": {name: row[name] for name in ("study_id", "n_intervention", "n_control")},
        "excludes": row["chance_excludes"],
        "excludes_benefit": row["chance_benefit"],
        "excludes_harm": row["chance_harm"],
        "clears": row["chance_clears"],
        "imprecision_changes": row["chance_imprecision_changes"],
        "rated_down_now": row["is_imprecise_now"],
        "rules": [
            {"rule": rule, "chance": chance, "fires_now": rule in row["fires_now"]}
            for rule, chance in chances.items()
            if chance is not None
        ],
    }


def _looks(warehouse: Path) -> list[Looks]:
    """Analyses with their looks, in order."""
    looks: dict[tuple[str, str], list[Look]] = {}
    for row in records(warehouse, "SELECT *, look_date AS day FROM review_look ORDER BY place"):
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
        for row in records(warehouse, f"SELECT * FROM {table}"):
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
    found = records(warehouse, "SELECT * FROM review_rare_model")
    return [msgspec.convert({**row, "lines": [row]}, RareEvents) for row in found]


def _read(warehouse: Path, table: str, kind: type[Item]) -> list[Item]:
    return [msgspec.convert(_with_subgroup(row), kind) for row in records(warehouse, f"SELECT * FROM {table}")]


def _with_subgroup(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the warehouse as the values it was made from: its subgroup is one thing."""
    if "subgroup_number" in row:
        row["subgroup"] = {"number": row.pop("subgroup_number"), "name": row["subgroup"]}
    return row
