"""Made-up data packages of Cochrane's three layouts, for any test that needs one.

``tests/exchange`` is on the module path of the tests. Tables are told by what differs from an ordinary line:

>>> write_package(folder, analyses=[analysis(1, 1, **{"Effect measure": "Odds Ratio"})], rows=[row(1, 1, "Ash 2001")])
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Cells = dict[str, object]

_SETTINGS = """Analysis group,Analysis number,Analysis name,Analysis group name,Data source,Data source eligibility,Data
type,Log-scale data,Outcome,Intervention grouping,Experimental intervention,Control intervention,Subgroup by,Filter
criteria,Experimental group label,Control group label,Statistical method,Effect measure,Unit of effect measure,Analysis
model"""
_COUNTS = "Experimental cases,Experimental N,Control cases,Control N"
_LIMITS = "Mean,CI start,CI end"
_NEWER = f"""Heterogeneity estimator,Tau² CI,Subgroup estimates,Overall estimates,Test for subgroup differences,Prediction
interval,Swap event and non-event,CI method,CI/PI level%s,{_COUNTS},{_LIMITS},PI start,PI end,Heterogeneity Tau²,Tau² CI
start,Tau² CI end,Heterogeneity Chi²,Heterogeneity df,Heterogeneity P,Heterogeneity I²,Effect Z,Effect T,Effect P,Subgroup
Chi²,Subgroup df,Subgroup P,Subgroup I²,ID"""
_OLDER = f"""Subgroup estimates,Overall estimates,Test for subgroup differences,Swap event and non-event,Study CI,Estimate
CI,{_COUNTS},{_LIMITS},Heterogeneity Tau²,Heterogeneity Chi²,Heterogeneity df,Heterogeneity P,Heterogeneity I²,Effect
Z,Effect P,Subgroup Chi²,Subgroup df,Subgroup P,Subgroup I²,ID"""
_DISPLAY = ",Sort studies by,Graph label (left),Graph label (right),Graph scale,Show risk of bias"
_ROWS = f"""Analysis group,Analysis number,Analysis name,Subgroup%s,Applicability,Study,Study year,GIV Mean,GIV
SE,Experimental mean,Experimental SD,Experimental cases,Experimental N,Control mean,Control SD,Control cases,Control
N,O-E,Variance,Weight,{_LIMITS},Footnotes"""
_SUBGROUPS = f"""Analysis group,Analysis number,Subgroup,Subgroup number,{_COUNTS},Weight,{_LIMITS},Heterogeneity
Tau²,Tau² CI start,Tau² CI end,Heterogeneity Chi²,Heterogeneity df,Heterogeneity P,Heterogeneity I²,Effect Z,Effect
T,Effect P,ID"""


def _columns(text: str) -> list[str]:
    return text.replace("\n", " ").split(",")


SETTINGS_COLUMNS = {
    "v1": _columns(f"{_SETTINGS},{_OLDER}"),
    "middle": _columns(f"{_SETTINGS},{_NEWER}" % ""),
    "v2": _columns(f"{_SETTINGS},{_NEWER}" % _DISPLAY),
}
ROW_COLUMNS = {
    "v1": _columns(_ROWS % ""),
    "middle": _columns(_ROWS % ",Subgroup number"),
    "v2": _columns(_ROWS % ",Subgroup number"),
}
SUBGROUP_COLUMNS = {
    "v1": [name for name in _columns(_SUBGROUPS) if name not in {"Tau² CI start", "Tau² CI end", "Effect T"}],
    "middle": _columns(_SUBGROUPS),
    "v2": _columns(_SUBGROUPS),
}
_LINE_ENDS = {"v1": "\n", "middle": "\r\n", "v2": "\n"}
_FILLED_IN_V1 = _columns(
    "GIV Mean,GIV SE,Experimental mean,Experimental SD,Experimental cases,Experimental N,Control mean,Control SD,Control cases,Control N,O-E,Variance"
)


def analysis(group: int = 1, number: int = 1, **told: object) -> Cells:
    """A line of the settings: risk ratios by Mantel-Haenszel under a fixed effect, 95% limits, nothing computed."""
    usual: Cells = {
        "Analysis group": group,
        "Analysis number": number,
        "Analysis name": f"Outcome {number}",
        "Analysis group name": f"Comparison {group}",
        "Data source": "Custom input",
        "Data source eligibility": "#N/A",
        "Data type": "Dichotomous",
        "Log-scale data": "true",
        "Experimental group label": "Drug",
        "Control group label": "Placebo",
        "Statistical method": "MH",
        "Effect measure": "Risk Ratio",
        "Analysis model": "Fixed effect",
        "Heterogeneity estimator": "#N/A",
        "Tau² CI": "false",
        "Subgroup estimates": "true",
        "Overall estimates": "true",
        "Test for subgroup differences": "true",
        "Prediction interval": "false",
        "Swap event and non-event": "false",
        "CI method": "Wald",
        "CI/PI level": "95%",
        "Study CI": "95%",
        "Estimate CI": "95%",
        "Sort studies by": "STUDY",
        "Graph label (left)": "Favours drug",
        "Graph label (right)": "Favours placebo",
        "Graph scale": 100,
        "Show risk of bias": "true",
        "ID": f"analysis:{group:09d}{number:09d}",
    }
    return usual | told


def row(group: int, number: int, study: str, **told: object) -> Cells:
    """A data row: 10 of 100 against 20 of 100, unless a mean or an estimate is told."""
    usual: Cells = {
        "Analysis group": group,
        "Analysis number": number,
        "Analysis name": f"Outcome {number}",
        "Applicability": "SUBGROUP_AND_OVERALL",
        "Study": study,
        "Study year": study[-4:] if study[-4:].isdigit() else "",
    }
    arms = {"Experimental cases": 10, "Experimental N": 100, "Control cases": 20, "Control N": 100}
    is_other = {"Experimental mean", "GIV Mean", "O-E"} & set(told)
    return usual | ({} if is_other else arms) | told


def study(name: str, **told: object) -> Cells:
    """A line of a list of studies; ``ID:`` and ``Char:`` columns are told in full."""
    return {"Study": name, "Year": name[-4:] if name[-4:].isdigit() else "", "Data source": "PUB"} | told


def entry(study: str, url: str = "", author: str = "", **told: str) -> list[tuple[str, str]]:
    """A registry's entry as a reference."""
    return [
        ("TY", "GEN"),
        ("AU", author),
        ("TI", told.pop("TI", "A trial of a drug")),
        ("JF", url),
        ("NS", study),
        *told.items(),
    ]


def article(study: str, **told: str) -> list[tuple[str, str]]:
    """A paper as a reference."""
    return [
        ("TY", "JOUR"),
        ("AU", "Ash,A.B."),
        ("TI", told.pop("TI", "Effects of a drug")),
        ("JF", told.pop("JF", "Journal of Trees")),
        ("DA", "2001///"),
        ("NS", study),
        *told.items(),
    ]


def ris(references: Iterable[Sequence[tuple[str, str]]]) -> str:
    return "".join(
        "".join(f"{tag}  - {value}\n" for tag, value in reference if value) + "ER  - \n\n" for reference in references
    )


def table(columns: Sequence[str], lines: Iterable[Mapping[str, object]], line_end: str = "\n") -> str:
    """A table in the package's form; columns of a line that the table lacks are left out."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator=line_end)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def package_files(
    review: str = "CD000001",
    layout: str = "v2",
    analyses: Sequence[Cells] = (),
    rows: Sequence[Cells] = (),
    subgroups: Sequence[Cells] = (),
    studies: Mapping[str, Sequence[Cells]] | None = None,
    references: Mapping[str, Sequence[Sequence[tuple[str, str]]]] | None = None,
    bias: Sequence[Cells] = (),
    studies_json: Mapping[str, object] | None = None,
) -> dict[str, str]:
    """Text by path inside of the package. Columns that no layout has stand behind the others, as RoB 2's do.

    Parameters
    ----------
    studies, references, studies_json : by list: included, excluded, awaiting, ongoing
    bias : lines of risk-of-bias.csv, with ``Study`` and ``Domain (judgement): …``
    """
    end = _LINE_ENDS[layout]
    told = [_filled(line) for line in rows] if layout == "v1" else list(rows)
    at, of_studies = f"{review}-analysis-data/{review}", f"{review}-study-data/{review}"
    files = {
        f"{at}-overall-estimates-and-settings.csv": table(_wider(SETTINGS_COLUMNS[layout], analyses), analyses, end),
        f"{at}-data-rows.csv": table(_wider(ROW_COLUMNS[layout], told), told, end),
        f"{at}-subgroup-estimates.csv": table(SUBGROUP_COLUMNS[layout], subgroups, end),
    }
    for name, lines in (studies or {}).items():
        file = "study-information" if name == "included" else f"{name}-study-information"
        files[f"{of_studies}-{file}.csv"] = table(_wider(["Study", "Year", "Data source"], lines), lines, end)
    for name, listed in (references or {}).items():
        files[f"{of_studies}-{name}.ris"] = ris(listed)
    for name, value in (studies_json or {}).items():
        file = "study-data" if name == "included" else f"{name}-study-data"
        files[f"{of_studies}-{file}.json"] = json.dumps(value)
    if bias:
        files[f"{of_studies}-risk-of-bias.csv"] = table(_wider(["Study"], bias), bias, end)
    return files


def write_package(
    folder: Path,
    review: str = "CD000001",
    *,
    packed: str = "zip",
    mark: bool = False,
    without: Sequence[str] = (),
    extra: Mapping[str, str | bytes] | None = None,
    **told: object,
) -> Path:
    """Write a made-up package and return its path.

    Parameters
    ----------
    packed : ``zip``, ``zip in zip`` (as RevMan exports it) or ``folder``
    mark : begin every file with a byte order mark
    without : endings of files to leave out
    extra : further files, or others in the place of the made-up ones, by path
    told : as `package_files` takes it
    """
    files: dict[str, bytes] = {
        path: (b"\xef\xbb\xbf" if mark else b"") + text.encode()
        for path, text in package_files(review, **told).items()  # type: ignore[arg-type]
        if not path.endswith(tuple(f"{review}-{ending}" for ending in without))
    }
    files |= {path: body.encode() if isinstance(body, str) else body for path, body in (extra or {}).items()}
    name = f"{review}-dataPackage"
    if packed == "folder":
        for path, body in files.items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / path).write_bytes(body)
        return folder / name
    body = zipped(files)
    if packed == "zip in zip":
        body = zipped({f"{name}/{review}-files/{review}-data.zip": body, f"{name}/{review}.pdf": b"%PDF-1.4"})
    path = folder / f"{name}.zip"
    path.write_bytes(body)
    return path


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in files.items():
            packed.writestr(path, content)
    return body.getvalue()


def _filled(line: Cells) -> Cells:
    """A row as v1 writes it: noughts where nothing is."""
    return dict.fromkeys(_FILLED_IN_V1, "0.0") | line


def _wider(columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> list[str]:
    known = {*SETTINGS_COLUMNS["v1"], *SETTINGS_COLUMNS["v2"], *ROW_COLUMNS["v2"]} - {"Study"}
    more = dict.fromkeys(name for line in lines for name in line if name not in {*columns, *known})
    return [*columns, *more]
