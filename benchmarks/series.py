"""Data sets as series of studies, each to be predicted from those before it, wherever there are any.

Beside the project (`../shared`) lie data sets of peers and rows of published Cochrane analyses; without them the ones
that ship with the project are taken: those of its tests, and the package under examples.
"""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import RATIOS, Measure
from synthesis.analysis_rows import AnalysisRow, AnalysisSettings, row_effects
from synthesis.study_effects import CELLS, DataType, study_effects

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
MADE_UP = re.compile(r"(syn|bin|con|gen|irr|pymare)[\d.]")
"""Names of data sets that somebody made up for tests."""

COLUMNS = (
    (DataType.DICHOTOMOUS, Measure.RR, ("ai", "n1i", "ci", "n2i")),
    (DataType.CONTINUOUS, Measure.MD, ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")),
    (DataType.RATES, Measure.IRR, ("x1i", "t1i", "x2i", "t2i")),
    (DataType.CONTRAST, Measure.GEN, ("yi", "vi")),
)
"""What the columns of a file come to, in the order of `CELLS`."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """Studies of one analysis in the order of their file.

    Attributes
    ----------
    name : of the data set or analysis
    yi, vi : (k,) effects and variances on the analysis scale
    unit : (k,) what priors of tau are told in, as known from the studies up to each: 1 for logarithms and standardised
        means, the standard deviation of the outcome for differences; NaN where it is not known
    is_made_up : whether no trial is behind it
    """

    name: str
    yi: Array
    vi: Array
    unit: Array
    is_made_up: bool = False


@dataclass(frozen=True)
class Found:
    """All series with two studies or more, each once, and what they are."""

    series: tuple[Series, ...]
    said: str
    """Which data sets there were."""


def series_found(shared: Path = SHARED) -> Found:
    """Every data set there is."""
    if shared.is_dir():
        folders = (shared / "golden" / "inputs", shared / "golden" / "next" / "inputs")
        files = [path for folder in folders for path in sorted(folder.glob("*.csv"))]
        cochrane = _beside("cochrane")
        published = [item for package in cochrane.packages().values() for item in package]
        found = [*_of_files(files), *_of_analyses(published), *_of_analyses(cochrane.told())]
        said = "the data sets of peers and the rows of published Cochrane analyses beside the project"
    else:
        examples = _beside("cochrane").packages(PROJECT / "examples").values()
        found = [*_of_tests(), *(item for package in examples for item in _of_analyses(package, is_made_up=True))]
        said = f"{shared} is not there: the data sets of the project's tests and examples alone"
    once = {(item.yi.round(9).tobytes(), item.vi.round(9).tobytes()): item for item in reversed(found)}
    kept = [item for item in reversed(once.values()) if len(item.yi) > 1]
    return Found(tuple(kept), said)


def _of_files(paths: Sequence[Path]) -> Iterator[Series]:
    """Files with metafor's column names: events are read as risk ratios, means as mean differences."""
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        data_type, measure, columns = next(item for item in COLUMNS if item[2][0] in rows[0])
        values = [np.array([_number(row[column]) for row in rows]) for column in columns]
        cells = dict(zip(CELLS[data_type], values, strict=True))
        effects = study_effects(cells, data_type, measure)
        unit = np.ones(len(rows))
        if measure is Measure.MD:
            unit = _spread_so_far([(cells["n1i"], cells["sd1i"]), (cells["n2i"], cells["sd2i"])])
        there = effects.exist
        yi, vi = effects.yi[there], effects.vi[there]
        yield Series(path.stem, yi, vi, unit[there], bool(MADE_UP.match(path.stem)))


def _number(text: str) -> float:
    return float(text) if text not in ("", "NA") else np.nan


def _of_tests() -> Iterator[Series]:
    """The data sets against which the tests hold other programs' numbers."""
    recomputed = _beside("recomputed")
    for name, rows in recomputed.data_sets().items():
        has = {column for column, cell in rows[0].items() if cell}
        measure = "RR" if "ai" in has else "MD" if "m1i" in has else "GEN"
        yi, vi = recomputed.effects(name, measure, recomputed.STANDARD)
        unit = np.ones(len(yi))
        if measure == "MD":
            columns = [[np.array(recomputed.column(name, f"{what}{arm}i")) for what in ("n", "sd")] for arm in "12"]
            unit = _spread_so_far([(n, sd) for n, sd in columns])
        is_there = np.isfinite(yi) & np.isfinite(vi)
        yield Series(name, yi[is_there], vi[is_there], unit[is_there], bool(MADE_UP.match(name)))


def _of_analyses(published: Sequence[object], *, is_made_up: bool = False) -> Iterator[Series]:
    """Rows of published analyses; subgroups apart where their authors pooled nothing else."""
    for item in published:
        settings: AnalysisSettings = item.settings  # type: ignore[attr-defined]
        rows: list[AnalysisRow] = [row for row in item.rows if row.in_overall]  # type: ignore[attr-defined]
        groups = {row.subgroup for row in rows} if settings.has_subgroups and not settings.has_overall else {None}
        for group in sorted(groups, key=str):
            own = [row for row in rows if group is None or row.subgroup == group]
            effects = row_effects(own, settings)
            there = [row for row, is_there in zip(own, effects.exist, strict=True) if is_there]
            name = f"{item.name}{f', {group}' if group else ''}"  # type: ignore[attr-defined]
            yi, vi = effects.yi[effects.exist], effects.vi[effects.exist]
            yield Series(name, yi, vi, _unit_of_rows(there, settings), is_made_up)


def _unit_of_rows(rows: Sequence[AnalysisRow], settings: AnalysisSettings) -> Array:
    if settings.is_ratio or settings.measure in {*RATIOS, Measure.SMD, Measure.SMD_APPROXIMATE}:
        return np.ones(len(rows))
    if settings.data_type is DataType.CONTINUOUS:
        return _spread_so_far([(_cells(rows, f"n{arm}i"), _cells(rows, f"sd{arm}i")) for arm in "12"])
    if settings.data_type is DataType.DICHOTOMOUS:
        events = (_cells(rows, "ai") + _cells(rows, "ci")).cumsum()
        people = (_cells(rows, "n1i") + _cells(rows, "n2i")).cumsum()
        risk = (events + 0.5) / (people + 1)
        return np.sqrt(risk * (1 - risk))
    return np.full(len(rows), np.nan)


def _cells(rows: Sequence[AnalysisRow], name: str) -> Array:
    return np.array([getattr(row, name) for row in rows], dtype=np.float64)


def _spread_so_far(arms: Sequence[tuple[Array, Array]]) -> Array:
    """Standard deviation within arms, of all studies up to each."""
    squares = sum(((n - 1) * sd**2 for n, sd in arms), start=np.zeros(len(arms[0][0])))
    freedom = sum((n - 1 for n, _ in arms), start=np.zeros(len(arms[0][0])))
    spread: Array = np.sqrt(squares.cumsum() / freedom.cumsum())
    return spread


@cache
def _beside(name: str) -> ModuleType:
    """A module of the tests that reads data sets."""
    spec = spec_from_file_location(name, PROJECT / "tests" / "synthesis" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
