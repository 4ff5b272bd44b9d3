"""From what studies report to one effect each, or to the reason why there is none.

Whoever pools stands on this: a review's own rows, a published analysis, anybody's spreadsheet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import Convention, Measure
from models.zero_cells import AddTo
from synthesis.measures import Means, effect_of_means, effect_of_o_minus_e, effect_of_tables, log_rate_ratio
from synthesis.study_sets import Array, Mask
from synthesis.tables import Tables, ZeroCells, zero_cells_of

Words = NDArray[np.object_]
Cells = Mapping[str, Array]

ADDED = "{add:g} added to each cell"
BY_ARM = "{add:g} added to the cells of each arm in proportion to its size"
ONE_IS_ZERO = " because one is zero"
RATIO_OF_EVERYBODY = "everybody had the event in both arms: counted as a ratio of 1"
NOBODY = "nobody had the event in either arm, which says nothing about the ratio"
EVERYBODY = "everybody had the event in both arms, which says nothing about the ratio"
EMPTY = "not all of {columns} given"
NO_PEOPLE = "an arm without people"
NOT_OF_TOTAL = "events that are not from 0 to the people of their arm"
NO_SPREAD = "an SD that is not above 0"
NO_VARIANCE = "a variance that is not above 0"
NO_TIME = "person-time that is not above 0"
NEGATIVE = "fewer than 0 events"
DOES_NOT_EXIST = "these numbers give no {measure} with a variance above 0"


class DataType(StrEnum):
    """Which numbers of a study count; others that stand beside them are not read."""

    DICHOTOMOUS = "dichotomous"
    CONTINUOUS = "continuous"
    CONTRAST = "contrast"
    """Estimates with their variances; formerly generic inverse variance."""
    O_E = "o_e"
    """Observed less expected events, and the variance of that."""
    RATES = "rates"
    """Events and person-time, which Cochrane's packages do not have."""


CELLS: dict[DataType, tuple[str, ...]] = {
    DataType.DICHOTOMOUS: ("ai", "n1i", "ci", "n2i"),
    DataType.CONTINUOUS: ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    DataType.CONTRAST: ("yi", "vi"),
    DataType.O_E: ("o_e", "v"),
    DataType.RATES: ("ai", "t1i", "ci", "t2i"),
}
"""What a study needs, named as in metafor: 1 is the intervention, 2 the control."""


@dataclass(frozen=True)
class StudyEffects:
    """Effects of k studies.

    Attributes
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, NaN where there is none
    reasons : (k,) why there is none, "" where there is one
    notes : (k,) what was done to a study's numbers, "" where nothing was
    tables : (1, k) of dichotomous data, as counted; studies whose cells are no table do not count
    """

    yi: Array
    vi: Array
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    tables: Tables | None = None

    @property
    def exist(self) -> Mask:
        return np.isfinite(self.yi)


def study_effects(
    cells: Cells,
    data_type: DataType,
    measure: Measure,
    *,
    convention: Convention | None = None,
    zero_cells: ZeroCells | None = None,
) -> StudyEffects:
    """Compute the effect of every study.

    Parameters
    ----------
    cells : (k,) each, see `CELLS`; NaN is not given
    data_type : of the cells
    measure : on whose scale effects and variances are
    convention : of RevMan, whose risk differences are not corrected for zeros, only their variances
    zero_cells : of tables, instead of `synthesis.tables.zero_cells_of`

    Returns
    -------
    StudyEffects
        There is no effect where a cell is not given or an arm has no people; of ratios, where nobody has the event
        in either arm; of odds ratios, where everybody has it in both, which is a risk ratio of 1; of means, unless
        both SDs are above 0; of estimates and of O - E, unless the variance is above 0.

    Raises
    ------
    ValueError
        If the measure is not one of this data type.

    Source
    ------
    `synthesis.measures`. What is not estimable: Deeks and Higgins (2010), Statistical algorithms in Review Manager 5;
    risk ratios of everybody and SDs of 0 as published reviews have them.
    """
    names = CELLS[data_type]
    reasons, notes = np.full((2, len(cells[names[0]])), "", dtype=object)
    is_full = np.all([np.isfinite(cells[name]) for name in names], axis=0)
    _say(reasons, ~is_full, EMPTY.format(columns=", ".join(names)))
    tables = None
    with np.errstate(all="ignore"):
        if data_type is DataType.DICHOTOMOUS:
            tables = _tables(cells, reasons)
            yi, vi = _of_tables(tables, measure, convention, zero_cells, reasons, notes)
        else:
            yi, vi = _OF_CELLS[data_type](cells, measure, reasons)
        exist = (reasons == "") & np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    _say(reasons, ~exist, DOES_NOT_EXIST.format(measure=measure))
    return StudyEffects(
        yi=np.where(exist, yi, np.nan),
        vi=np.where(exist, vi, np.nan),
        reasons=tuple(reasons.tolist()),
        notes=tuple(np.where(exist, notes, "").tolist()),
        tables=tables,
    )


def _say(words: Words, holds: Mask, word: str) -> None:
    """A study keeps the first word that holds."""
    words[holds & (words == "")] = word


def _tables(cells: Cells, reasons: Words) -> Tables:
    a, n1, c, n2 = (cells[name] for name in CELLS[DataType.DICHOTOMOUS])
    _say(reasons, (n1 <= 0) | (n2 <= 0), NO_PEOPLE)
    _say(reasons, (a < 0) | (c < 0) | (a > n1) | (c > n2), NOT_OF_TOTAL)
    return Tables.of(a, n1, c, n2, mask=reasons == "")


def _of_tables(
    tables: Tables,
    measure: Measure,
    convention: Convention | None,
    zero_cells: ZeroCells | None,
    reasons: Words,
    notes: Words,
) -> tuple[Array, Array]:
    zero_cells = zero_cells or zero_cells_of(measure, None, convention)
    dropped = tables.dropped(zero_cells)
    _say(reasons, (dropped & tables.has_nobody)[0], NOBODY)
    _say(reasons, (dropped & tables.has_everybody)[0], EVERYBODY)
    corrected = tables.corrected(zero_cells)
    as_counted = tables if convention or measure is Measure.RR else None
    yi, vi = (values[0] for values in effect_of_tables(corrected, measure, uncorrected=as_counted))
    if measure is Measure.RR:
        _say(notes, tables.has_everybody[0], RATIO_OF_EVERYBODY)
    added = (BY_ARM if zero_cells.by_arm else ADDED).format(add=zero_cells.add)
    if zero_cells.to is AddTo.ONLY_ZERO:
        added += ONE_IS_ZERO
    _say(notes, (corrected.counts & (corrected.totals[0] != tables.totals[0]))[0], added)
    return yi, vi


def _of_means(cells: Cells, measure: Measure, reasons: Words) -> tuple[Array, Array]:
    m1, sd1, n1, m2, sd2, n2 = (cells[name] for name in CELLS[DataType.CONTINUOUS])
    _say(reasons, (n1 <= 0) | (n2 <= 0), NO_PEOPLE)
    _say(reasons, (sd1 <= 0) | (sd2 <= 0), NO_SPREAD)
    return effect_of_means(Means(m1, sd1, n1), Means(m2, sd2, n2), measure)


def _of_contrasts(cells: Cells, _: Measure, reasons: Words) -> tuple[Array, Array]:
    _say(reasons, cells["vi"] <= 0, NO_VARIANCE)
    return cells["yi"], cells["vi"]


def _of_o_minus_e(cells: Cells, _: Measure, reasons: Words) -> tuple[Array, Array]:
    _say(reasons, cells["v"] <= 0, NO_VARIANCE)
    return effect_of_o_minus_e(cells["o_e"], cells["v"])


def _of_rates(cells: Cells, _: Measure, reasons: Words) -> tuple[Array, Array]:
    x1, t1, x2, t2 = (cells[name] for name in CELLS[DataType.RATES])
    _say(reasons, (t1 <= 0) | (t2 <= 0), NO_TIME)
    _say(reasons, (x1 < 0) | (x2 < 0), NEGATIVE)
    _say(reasons, (x1 == 0) & (x2 == 0), NOBODY)
    return log_rate_ratio(x1, t1, x2, t2)


_OF_CELLS: dict[DataType, Callable[[Cells, Measure, Words], tuple[Array, Array]]] = {
    DataType.CONTINUOUS: _of_means,
    DataType.CONTRAST: _of_contrasts,
    DataType.O_E: _of_o_minus_e,
    DataType.RATES: _of_rates,
}
