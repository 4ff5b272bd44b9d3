"""From the rows of an analysis to their effects, or to the reason why a row is not estimable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import Convention, Measure
from synthesis.analysis_rows import AnalysisRow, AnalysisSettings, DataType
from synthesis.measures import Means, effect_of_means, effect_of_o_minus_e, effect_of_tables, log_rate_ratio
from synthesis.study_sets import Array, Mask
from synthesis.tables import Tables, zero_cells_of

Words = NDArray[np.object_]

ADDED = "a number added to each cell, because one is zero"
RATIO_OF_EVERYBODY = "everybody had the event in both arms: counted as a ratio of 1"
NOBODY = "nobody had the event in either arm"
EVERYBODY = "everybody had the event in both arms"
EMPTY = "not all of {columns} given"
NO_PEOPLE = "an arm without people"
NOT_OF_TOTAL = "events go from 0 to the people of their arm"
NO_SPREAD = "an SD that is not above 0"
NO_ERROR = "a standard error that is not above 0"
NO_VARIANCE = "a variance that is not above 0"
NO_TIME = "person-time that is not above 0"
NEGATIVE = "fewer than 0 events"
DOES_NOT_EXIST = "these numbers give no {measure} with a variance above 0"

COLUMNS: dict[DataType, tuple[str, ...]] = {
    DataType.DICHOTOMOUS: ("ai", "n1i", "ci", "n2i"),
    DataType.CONTINUOUS: ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    DataType.CONTRAST: ("yi", "sei"),
    DataType.O_E: ("o_e", "v"),
    DataType.RATES: ("ai", "t1i", "ci", "t2i"),
}
"""What a row needs."""


@dataclass(frozen=True)
class RowEffects:
    """Effects of the rows of one analysis, all (k,).

    Attributes
    ----------
    yi, vi : effects on the analysis scale and their variances, NaN where a row is not estimable
    reasons : why it is not, "" where it is
    notes : what was done to a row's numbers, "" where nothing
    tables : (1, k) of dichotomous rows as they were counted, after swapping events; rows that are not
        estimable do not count
    """

    yi: Array
    vi: Array
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    tables: Tables | None

    @property
    def is_estimable(self) -> Mask:
        return np.isfinite(self.yi)


def row_effects(rows: Sequence[AnalysisRow], settings: AnalysisSettings) -> RowEffects:
    """Compute the effect of every row by RevMan's rules.

    Parameters
    ----------
    rows : of one analysis
    settings : of which measure, data type, swapping of events and zero cells count here

    Returns
    -------
    RowEffects
        0.5 is added to all cells of a table that has a zero. Not estimable are ratios where nobody has the event,
        odds ratios where everybody has it, arms without people, means unless both SDs are above 0, contrasts
        without a standard error above 0, O - E without a variance above 0, and rows with an empty cell.

    Raises
    ------
    ValueError
        If the measure cannot be computed from this type of data.

    Source
    ------
    Deeks and Higgins (2010), Statistical algorithms in Review Manager 5; Cochrane Handbook 6.5, chapter 10. Risk
    ratios of tables in which everybody has the event, and SDs of 0: as published reviews have them.
    """
    names = COLUMNS[settings.data_type]
    cells = {name: np.array([getattr(row, name) for row in rows], dtype=np.float64) for name in names}
    told = np.full((2, len(rows)), "", dtype=object)
    reasons, notes = told
    is_full = np.all([np.isfinite(column) for column in cells.values()], axis=0)
    _say(reasons, ~is_full, EMPTY.format(columns=", ".join(names)))
    if settings.data_type is DataType.DICHOTOMOUS:
        yi, vi, tables = _of_tables(cells, settings, reasons, notes)
    else:
        yi, vi = _OF_CELLS[settings.data_type](cells, settings.measure, reasons)
        tables = None
    exists = (reasons == "") & np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    _say(reasons, ~exists, DOES_NOT_EXIST.format(measure=settings.measure))
    return RowEffects(
        yi=np.where(exists, yi, np.nan),
        vi=np.where(exists, vi, np.nan),
        reasons=tuple(reasons.tolist()),
        notes=tuple(np.where(exists, notes, "").tolist()),
        tables=tables,
    )


def _say(reasons: Words, holds: Mask, reason: str) -> None:
    """A row keeps the first reason that holds."""
    reasons[holds & (reasons == "")] = reason


def _of_tables(
    cells: dict[str, Array], settings: AnalysisSettings, reasons: Words, notes: Words
) -> tuple[Array, Array, Tables]:
    a, n1, c, n2 = (cells[name] for name in COLUMNS[DataType.DICHOTOMOUS])
    _say(reasons, (n1 <= 0) | (n2 <= 0), NO_PEOPLE)
    _say(reasons, (a < 0) | (c < 0) | (a > n1) | (c > n2), NOT_OF_TOTAL)
    if settings.swaps_events:
        a, c = n1 - a, n2 - c
    tables = Tables.of(a, n1, c, n2, mask=reasons == "")
    zero_cells = settings.zero_cells or zero_cells_of(settings.measure, None, Convention.REVMAN2025)
    dropped = tables.dropped(zero_cells)
    _say(reasons, (dropped & tables.has_nobody)[0], NOBODY)
    _say(reasons, (dropped & tables.has_everybody)[0], EVERYBODY)
    corrected = tables.corrected(zero_cells)
    yi, vi = (values[0] for values in effect_of_tables(corrected, settings.measure, uncorrected=tables))
    if settings.measure is Measure.RR:
        _say(notes, tables.has_everybody[0], RATIO_OF_EVERYBODY)
    _say(notes, (corrected.counts & (corrected.totals[0] != tables.totals[0]))[0], ADDED)
    return yi, vi, tables


def _of_means(cells: dict[str, Array], measure: Measure, reasons: Words) -> tuple[Array, Array]:
    m1, sd1, n1, m2, sd2, n2 = (cells[name] for name in COLUMNS[DataType.CONTINUOUS])
    _say(reasons, (n1 <= 0) | (n2 <= 0), NO_PEOPLE)
    _say(reasons, (sd1 <= 0) | (sd2 <= 0), NO_SPREAD)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return effect_of_means(Means(m1, sd1, n1), Means(m2, sd2, n2), measure)


def _of_contrasts(cells: dict[str, Array], _: Measure, reasons: Words) -> tuple[Array, Array]:
    _say(reasons, cells["sei"] <= 0, NO_ERROR)
    with np.errstate(over="ignore", under="ignore"):
        return cells["yi"], cells["sei"] ** 2


def _of_o_minus_e(cells: dict[str, Array], _: Measure, reasons: Words) -> tuple[Array, Array]:
    _say(reasons, cells["v"] <= 0, NO_VARIANCE)
    return effect_of_o_minus_e(cells["o_e"], cells["v"])


def _of_rates(cells: dict[str, Array], _: Measure, reasons: Words) -> tuple[Array, Array]:
    x1, t1, x2, t2 = (cells[name] for name in COLUMNS[DataType.RATES])
    _say(reasons, (t1 <= 0) | (t2 <= 0), NO_TIME)
    _say(reasons, (x1 < 0) | (x2 < 0), NEGATIVE)
    _say(reasons, (x1 == 0) & (x2 == 0), NOBODY)
    with np.errstate(divide="ignore", invalid="ignore"):
        return log_rate_ratio(x1, t1, x2, t2)


_OF_CELLS: dict[DataType, Callable[[dict[str, Array], Measure, Words], tuple[Array, Array]]] = {
    DataType.CONTINUOUS: _of_means,
    DataType.CONTRAST: _of_contrasts,
    DataType.O_E: _of_o_minus_e,
    DataType.RATES: _of_rates,
}
