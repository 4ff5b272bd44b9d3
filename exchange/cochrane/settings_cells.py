"""An analysis of a review folder as cells of the settings table, and what of a package's cells it cannot say."""

import json
from collections.abc import Mapping

from exchange.cochrane.columns import OF_V1, SETTINGS_COLUMNS
from exchange.cochrane.display_text import shown
from exchange.cochrane.package import Cells, PackageAnalysis
from exchange.folder_text import number_text
from models.analysis import Analysis, Given, Method
from models.vocabulary import MEAN_MEASURES, TABLE_MEASURES, Interval, Measure

MEASURE_WORDS = {
    Measure.RR: "Risk Ratio", Measure.OR: "Odds Ratio", Measure.RD: "Risk Difference", Measure.PETO: "Peto Odds Ratio",
    Measure.MD: "Mean Difference", Measure.SMD: "Std. Mean Difference", Measure.SMD_APPROXIMATE: "Std. Mean Difference",
    Measure.HR: "Hazard Ratio", Measure.IRR: "Rate Ratio", Measure.ROM: "Ratio of Means",
    Measure.ROM_GEOMETRIC: "Ratio of Geometric Means", Measure.GEN: "Effect Estimate",
}  # fmt: skip
_METHODS = {Method.MH: "MH", Method.IV: "IV", Method.PETO: "PETO"}
_GIVEN = {Given.CONTRAST: "Contrast level", Given.O_MINUS_E: "O-E and variance"}
_USUAL = {
    "Data source": "Custom input", "Data source eligibility": "#N/A", "Outcome": "", "Intervention grouping": "",
    "Experimental intervention": "", "Control intervention": "", "Subgroup by": "", "Filter criteria": "",
    "Sort studies by": "STUDY", "Show risk of bias": "true",
}  # fmt: skip
"""Cells of which a review folder knows nothing."""
_TEXTS = (
    "Analysis name", "Analysis group name", "Experimental group label", "Control group label", "Effect measure",
    "Unit of effect measure", "Graph label (left)", "Graph label (right)",
)  # fmt: skip
"""Cells that people read, with markup; a folder has what they show."""
_WORDS = ("Data type", "Log-scale data", "Statistical method", "CI method", "Swap event and non-event")
"""Cells that a folder may have to tell otherwise, as a method that its measure does not have."""
_SAME = {"giv": "contrast level", "generic inverse variance": "contrast level"}


def settings_cells(analysis: Analysis, numbers: tuple[int, int], title: str, group: tuple[str, str, str]) -> Cells:
    """The cells of an analysis, without those that are computed.

    Parameters
    ----------
    analysis : with its measure, method and model filled in
    numbers : of the comparison and of the analysis
    title : what it is called where it has no title of its own
    group : title of the comparison, its intervention and its control
    """
    random = analysis.model == "random"
    said = _USUAL | {
        "Analysis group": str(numbers[0]),
        "Analysis number": str(numbers[1]),
        "Analysis name": analysis.title or title,
        "Analysis group name": group[0],
        "Data type": _data_type(analysis),
        "Log-scale data": _flag(analysis.is_ratio),
        "Subgroup by": analysis.subgroup_factor,
        "Experimental group label": analysis.intervention or group[1],
        "Control group label": analysis.control or group[2],
        "Statistical method": _METHODS[analysis.method or Method.IV],
        "Effect measure": analysis.measure_label or MEASURE_WORDS[analysis.measure or Measure.GEN],
        "Unit of effect measure": analysis.unit,
        "Analysis model": "Random effect" if random else "Fixed effect",
        "Heterogeneity estimator": str(analysis.estimator) if random else "#N/A",
        "Tau² CI": _flag(analysis.has_tau2_limits),
        "Subgroup estimates": _flag(analysis.totals.has_subgroups),
        "Overall estimates": _flag(analysis.totals.has_overall),
        "Test for subgroup differences": _flag(analysis.tests_subgroups),
        "Prediction interval": _flag(analysis.has_prediction),
        "Swap event and non-event": _flag(analysis.swaps_events),
        "CI method": "Wald" if analysis.interval is Interval.WALD else "HKSJ",
        "CI/PI level": f"{number_text(round(100 * analysis.level, 10))}%",
        "Graph label (left)": analysis.favours_left,
        "Graph label (right)": analysis.favours_right,
        "Graph scale": number_text(analysis.scale),
        "ID": analysis.package_id,
    }
    return with_other_cells(said, analysis.other_cells)


def other_settings(told: PackageAnalysis, analysis: Analysis, group: tuple[str, str, str]) -> str:
    """Cells of a package's analysis that the folder's would not give back, as JSON; '' for none."""
    said = settings_cells(analysis, (told.group, told.number), "", group)
    kept = {name: told.cells[name] for name in _USUAL if told.cells.get(name, said[name]) != said[name]}
    kept |= {name: told.cells[name] for name in _TEXTS if told.cells.get(name, said[name]) != said[name]}
    kept |= {name: told.cells[name] for name in _WORDS if _word(told.cells.get(name, said[name])) != _word(said[name])}
    known = {*SETTINGS_COLUMNS, *OF_V1}
    kept |= {name: cell for name, cell in told.cells.items() if name not in known and cell}
    return as_json(kept)


def with_other_cells(said: Cells, other_cells: str) -> Cells:
    """Cells with those that were kept of a package; markup only while it shows what the folder says."""
    kept: Mapping[str, str] = json.loads(other_cells) if other_cells else {}
    return said | {name: cell for name, cell in kept.items() if name not in _TEXTS or shown(cell) == said[name]}


def as_json(cells: Mapping[str, str]) -> str:
    return json.dumps(cells, ensure_ascii=False, separators=(", ", ": ")) if cells else ""


def is_of_arms(analysis: Analysis) -> bool:
    """Whether an analysis's measure is one of arms, of people with events or of means."""
    return analysis.measure in TABLE_MEASURES | MEAN_MEASURES | {Measure.IRR}


def _data_type(analysis: Analysis) -> str:
    if analysis.given in _GIVEN:
        return _GIVEN[analysis.given]
    if analysis.measure in MEAN_MEASURES:
        return "Continuous"
    return "Dichotomous" if analysis.measure in TABLE_MEASURES else "Contrast level"


def _flag(value: bool) -> str:
    return str(value).lower()


def _word(cell: str) -> str:
    plain = " ".join(cell.lower().split())
    return _SAME.get(plain, plain)
