"""Made-up review folders, told by what differs from an ordinary one: a drug against placebo, one outcome, two studies.

>>> write_folder(folder, analyses=[analysis("1.1", measure="RR")], extraction=[*arms("Ash 2001", 3, 50, 6, 50)])
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from models.review import Review, load_review

Cells = dict[str, object]

STUDIES = ("Ash 2001", "Birch 2002", "Cedar 2003", "Dogwood 2004", "Elm 2005", "Fir 2006")
SOURCE: Cells = {
    "report": "DOI:10.1000/made.up",
    "table": "T1",
    "population": "all",
    "extractor": "me",
    "known_from": "2019-01-01",
    "evidence": "verbatim",
    "is_confirmed": "true",
}


def protocol(**told: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "review": "made_up",
        "title": "A drug for a disease",
        "version": "1",
        "searches": {"ctgov": {"freshness_limit_days": 3}},
        "comparisons": [{"id": "drug", "title": "Drug versus placebo", "intervention": "Drug", "control": "Placebo"}],
        "timepoints": [{"name": "6 months", "from_days": 150, "to_days": 210}],
        "outcomes": [outcome("relief")],
        "conventions": [{"name": "published"}],
    }
    return usual | told


def outcome(name: str, **told: Any) -> dict[str, Any]:
    usual = {"id": name, "title": name, "short": name, "measure": "RR", "unit": "", "direction": "unknown"}
    return usual | {"timepoints": ["6 months"]} | told


def analysis(name: str, **told: object) -> Cells:
    """A line of analyses.csv: Mantel-Haenszel under a fixed effect unless told otherwise."""
    usual: Cells = {
        "comparison": "drug",
        "outcome": "relief",
        "timepoint": "6 months",
        "method": "mh",
        "model": "fixed",
    }
    return {"analysis": name} | usual | told


def arm(study: str, role: str, n: float, **told: object) -> Cells:
    """A row of extraction.csv, of analysis 1.1 unless told otherwise."""
    return {"study_id": study, "analysis": "1.1", "arm": role, "n_analysed": n} | SOURCE | told


def arms(study: str, a: int, n1: int, c: int, n2: int, **told: object) -> tuple[Cells, Cells]:
    """A study of people with events, intervention first."""
    return arm(study, "intervention", n1, n_events=a, **told), arm(study, "control", n2, n_events=c, **told)


def contrast(study: str, measure: str, **told: object) -> Cells:
    """A row of contrasts.csv, of analysis 1.1 unless told otherwise."""
    return {"study_id": study, "analysis": "1.1", "measure": measure} | SOURCE | told


def write_folder(
    folder: Path,
    *,
    told: Mapping[str, Any] | None = None,
    analyses: Sequence[Cells] = (),
    extraction: Iterable[Cells] = (),
    contrasts: Iterable[Cells] = (),
    included: Sequence[str] = STUDIES,
    version: Mapping[str, Any] | None = None,
    **tables: Sequence[Cells],
) -> Path:
    """Write a folder with one version, published in 2020, whose included studies all contribute data."""
    (folder / "published").mkdir(parents=True, exist_ok=True)
    studies = [{"study_id": name, "label": name, "contributes_data": True, "evidence": "verbatim"} for name in included]
    published = {"version": "2020", "search_date": "2019-06-01", "publication_date": "2020-01-01", "included": studies}
    _yaml(folder / "protocol.yaml", protocol(**(told or {})))
    _yaml(folder / "published" / "2020.yaml", published | dict(version or {}))
    for name, rows in ({"analyses": analyses, "extraction": extraction, "contrasts": contrasts} | tables).items():
        if lines := list(rows):
            (folder / f"{name}.csv").write_text(table(lines), encoding="utf-8")
    return folder


def made_up_review(folder: Path, **told: Any) -> Review:
    return load_review(write_folder(folder, **told))


def table(rows: Sequence[Cells]) -> str:
    """Rows under every column that one of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _yaml(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True), encoding="utf-8")
