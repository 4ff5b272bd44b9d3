"""Cochrane's published analyses as settings, rows and published numbers; see shared/cochrane-package.md."""

import csv
import gzip
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from models.analysis import Applicability, Method
from models.vocabulary import Interval, Measure, Model
from synthesis.analysis_rows import AnalysisRow, AnalysisSettings
from synthesis.study_effects import DataType

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cochrane"
ROWS = SAMPLES / "rows-of-595-reviews"

REML_AFTER_ALL = frozenset({"CD016017 1.7", "CD016017 8.7", "CD016017 10.6"})
"""Analyses of unknown model whose weights are those of REML."""

Cells = dict[str, str]

DATA_TYPES = {
    "Dichotomous": DataType.DICHOTOMOUS,
    "Continuous": DataType.CONTINUOUS,
    "Contrast level": DataType.CONTRAST,
    "O-E and variance": DataType.O_E,
}
MEASURES = {
    "Risk Ratio": Measure.RR,
    "Odds Ratio": Measure.OR,
    "Risk Difference": Measure.RD,
    "Peto Odds Ratio": Measure.PETO,
    "Mean Difference": Measure.MD,
    "Std. Mean Difference": Measure.SMD_APPROXIMATE,
    "Standardized Mean Difference": Measure.SMD_APPROXIMATE,
    "Hazard Ratio": Measure.HR,
}
COLUMNS = {
    "ai": "Experimental cases",
    "n1i": "Experimental N",
    "ci": "Control cases",
    "n2i": "Control N",
    "m1i": "Experimental mean",
    "sd1i": "Experimental SD",
    "m2i": "Control mean",
    "sd2i": "Control SD",
    "yi": "GIV Mean",
    "sei": "GIV SE",
    "o_e": "O-E",
    "v": "Variance",
}


@dataclass
class Published:
    """One analysis as it was published; `subgroups` by name."""

    name: str
    settings: AnalysisSettings
    line: Cells = field(default_factory=dict)
    rows: list[AnalysisRow] = field(default_factory=list)
    cells: list[Cells] = field(default_factory=list)
    subgroups: dict[str, Cells] = field(default_factory=dict)


def number(text: str | None) -> float | None:
    return None if text in (None, "", "#N/A") else float(text)


def read(path: Path) -> list[Cells]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def packages(folder: Path = SAMPLES) -> dict[str, list[Published]]:
    """Every analysis of every package in a folder, by package."""
    found = {}
    for path in sorted(folder.glob("**/*-overall-estimates-and-settings.csv")):
        name = path.relative_to(folder).parts[0]
        files = {file.name.partition("-")[2]: read(file) for file in path.parent.glob("*.csv")}
        found[name] = list(package(name, files))
    for path in sorted(folder.glob("*/*.zip")):
        with zipfile.ZipFile(path) as outer:
            inner = next(name for name in outer.namelist() if name.endswith("-data.zip"))
            with zipfile.ZipFile(io.BytesIO(outer.read(inner))) as data:
                files = {
                    Path(name).name.partition("-")[2]: list(
                        csv.DictReader(io.StringIO(data.read(name).decode("utf-8-sig")))
                    )
                    for name in data.namelist()
                    if "analysis-data/" in name and name.endswith(".csv")
                }
        found[path.stem] = list(package(path.stem, files))
    return found


def package(name: str, files: dict[str, list[Cells]]) -> Iterator[Published]:
    rows, groups = defaultdict(list), defaultdict(dict)
    for row in files["data-rows.csv"]:
        rows[row["Analysis group"], row["Analysis number"]].append(row)
    for line in files.get("subgroup-estimates.csv", []):
        groups[line["Analysis group"], line["Analysis number"]][line["Subgroup"]] = line
    for line in files["overall-estimates-and-settings.csv"]:
        key = line["Analysis group"], line["Analysis number"]
        yield Published(
            name=f"{name} {'.'.join(key)}",
            settings=settings_of(line),
            line=line,
            rows=[row_of(cells) for cells in rows[key]],
            cells=rows[key],
            subgroups=groups[key],
        )


def settings_of(line: Cells) -> AnalysisSettings:
    def is_true(column: str) -> bool:
        return line.get(column) == "true"

    level = line.get("CI/PI level") or line["Study CI"]
    return AnalysisSettings(
        measure=MEASURES[line["Effect measure"]],
        data_type=DATA_TYPES[line["Data type"]],
        method=Method(line["Statistical method"].lower()),
        is_random=line["Analysis model"].startswith("Random"),
        estimator=Model.REML if line.get("Heterogeneity estimator") == "REML" else Model.DL,
        interval=Interval.HKSJ if line.get("CI method") == "HKSJ" else Interval.WALD,
        level=float(level.removesuffix("%")) / 100,
        is_log=is_true("Log-scale data"),
        has_overall=is_true("Overall estimates"),
        has_subgroups=is_true("Subgroup estimates"),
        tests_subgroups=is_true("Test for subgroup differences"),
        swaps_events=is_true("Swap event and non-event"),
    )


def row_of(cells: Cells) -> AnalysisRow:
    return AnalysisRow(
        study=cells["Study"],
        subgroup=cells["Subgroup"],
        applicability=Applicability(cells["Applicability"].lower()),
        **{name: number(cells[column]) for name, column in COLUMNS.items()},
    )


@dataclass
class Told:
    """An analysis of which rows alone are known."""

    name: str
    settings: AnalysisSettings
    rows: list[AnalysisRow]
    published: list[dict[str, float | None]]


def told() -> list[Told]:
    """The analyses out of 595 reviews' rows, with the measure and model that were found to give their numbers."""
    rows = defaultdict(list)
    with gzip.open(ROWS / "rows.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["review"], row["group"], row["number"]].append(row)
    return [_told(line, rows[line["review"], line["group"], line["number"]]) for line in read(ROWS / "told.csv")]


def _told(line: Cells, rows: list[Cells]) -> Told:
    name = f"{line['review']} {line['group']}.{line['number']}"
    words, model = line["measure"].split(), line["model"].removesuffix(" by subgroup")
    model = "REML" if name in REML_AFTER_ALL else model
    measure, data_type = {
        "contrast": (Measure.GEN, DataType.CONTRAST),
        "O-E": (Measure.HR, DataType.O_E),
        "none": (Measure.RR, DataType.DICHOTOMOUS),
        "MD": (Measure.MD, DataType.CONTINUOUS),
        "SMD": (Measure.SMD_APPROXIMATE, DataType.CONTINUOUS),
    }.get(words[0]) or (Measure(words[0]), DataType.DICHOTOMOUS)
    is_by_subgroup = line["model"].endswith("by subgroup")
    has_totals = model != "no totals"
    return Told(
        name=name,
        settings=AnalysisSettings(
            measure=measure,
            data_type=data_type,
            method=Method.PETO if measure is Measure.PETO else Method.MH if "MH" in model else Method.IV,
            is_random=model.startswith(("DL", "REML")),
            estimator=Model.REML if model == "REML" else Model.DL,
            is_log="log" in words,
            has_overall=has_totals and not is_by_subgroup,
            has_subgroups=has_totals,
            swaps_events="swapped" in words,
        ),
        rows=[
            AnalysisRow(
                study=str(i),
                subgroup=row["subgroup"],
                applicability=Applicability((row["applicability"] or "SUBGROUP_AND_OVERALL").lower()),
                **{name: number(row[name.replace("o_e", "oe")]) for name in COLUMNS},
            )
            for i, row in enumerate(rows)
        ],
        published=[{name: number(row[name]) for name in ("mean", "ci_low", "ci_high", "weight")} for row in rows],
    )
