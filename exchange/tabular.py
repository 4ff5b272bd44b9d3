"""CSV behind every figure and table of a night, with a Frictionless data package that says what each column means."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from exchange.cells import csv_text
from models.night import NightColumn, NightTable, PublishedNight
from models.vocabulary import EvidenceSet

TABLES = {
    "analyses": "out_analysis",
    "study_rows": "review_effect_input",
    "pooled_effects": "out_pooled_effect",
    "subgroups": "out_subgroup",
    "signals": "out_signal",
    "decision": "out_update_decision",
    "certainty": "out_certainty",
    "certainty_concerns": "review_certainty_concern",
    "absolute_effects": "review_absolute_effect",
    "studies": "out_study",
    "screening": "review_screening_decision",
    "near_misses": "out_near_miss",
    "forecast": "out_forecast",
    "forecast_effects": "out_forecast_effect",
    "forecast_scores": "out_forecast_score",
    "reports": "out_report",
    "events": "out_event",
    "searches": "out_search",
    "sources": "out_source_freshness",
    "posted_analyses": "out_posted_analysis",
    "drop_outs": "out_drop_out",
    "missing": "out_missing",
    "missing_estimands": "out_missing_estimand",
    "missing_surface": "out_missing_surface",
    "tipping_points": "out_tipping_point",
    "anytime": "out_anytime",
    "looks": "out_look",
    "bayes": "out_bayes",
    "bayes_studies": "out_bayes_study",
    "answers": "out_answer",
    "rare_models": "out_rare_model",
    "time_alive": "out_rmst",
}
"""Table or view of the warehouse behind each file."""
_TYPES = {"BIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime"}
"""DuckDB's types in Frictionless' words; what is not here is text, a list an array."""
_GATE = "S0"


def csv_files(
    night: PublishedNight, evidence: EvidenceSet, further: Mapping[str, NightTable] = MappingProxyType({})
) -> Mapping[str, str]:
    """A CSV file for each table, ``datapackage.json`` and ``README.md``, by name; `further` are tables beside the night's.

    Tables that tell several evidence sets apart have the rows of `evidence` alone; of signals also those of the gate S0,
    which is about the published numbers.
    """
    chosen = {name: _of(night[table], evidence) for name, table in TABLES.items() if table in night.tables}
    chosen |= further
    files = {
        f"{name}.csv": csv_text([column.name for column in table.columns], table.rows) for name, table in chosen.items()
    }
    described = json.dumps(_package(night, evidence, chosen), ensure_ascii=False, indent=2) + "\n"
    return files | {"datapackage.json": described, "README.md": _readme(night, evidence, chosen)}


def _of(table: NightTable, evidence: EvidenceSet) -> NightTable:
    names = [column.name for column in table.columns]
    if "evidence_set" not in names:
        return table
    of_set = table.where(evidence_set=evidence.value)
    if "rule" not in names or evidence is EvidenceSet.PUBLISHED:
        return of_set
    gate = table.where(rule=_GATE, evidence_set=EvidenceSet.PUBLISHED.value)
    return NightTable(name=table.name, comment=table.comment, columns=table.columns, rows=(*gate.rows, *of_set.rows))


def _package(night: PublishedNight, evidence: EvidenceSet, tables: Mapping[str, NightTable]) -> dict[str, Any]:
    protocol = night.review.protocol
    return {
        "name": f"{night.name}-{evidence}".lower(),
        "title": f"{protocol.title}: {evidence} evidence on {night.as_of:%Y-%m-%d}",
        "created": f"{night.as_of:%Y-%m-%dT%H:%M:%SZ}",
        "version": night.protocol_version,
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "description": table.comment,
                "schema": {"fields": [_field(column) for column in table.columns], "missingValues": [""]},
            }
            for name, table in tables.items()
        ],
    }


def _field(column: NightColumn) -> dict[str, str]:
    kind = "array" if column.kind.endswith("[]") else _TYPES.get(column.kind, "string")
    return {"name": column.name, "type": kind, "description": column.comment}


def _readme(night: PublishedNight, evidence: EvidenceSet, tables: Mapping[str, NightTable]) -> str:
    protocol = night.review.protocol
    lines = [
        f"# {protocol.title}",
        "",
        f"What trialwatch {night.program} published of the review `{protocol.review}` on the night of"
        f" {night.as_of:%Y-%m-%d}, {evidence} evidence; protocol {night.protocol_version}.",
        "UTF-8, comma, empty where nothing is known; lists are JSON. `datapackage.json` says what each column means.",
        "",
        "| file | rows | what it holds |",
        "|---|---|---|",
        *(f"| `{name}.csv` | {len(table.rows)} | {table.comment} |" for name, table in tables.items()),
    ]
    if night.registries == "replay":
        lines += ["", "The registries were replayed from a dated archive, not asked."]
    return "\n".join([*lines, ""])
