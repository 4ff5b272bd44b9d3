"""What one analysis of a review is given: its settings, and one row per study and subgroup, as Cochrane has them.

The columns have metafor's names: `ai`, `n1i`, `ci`, `n2i` events and totals; `m1i`, `sd1i`, `m2i`, `sd2i` means and
SDs; `t1i`, `t2i` person-time; `yi`, `sei` an estimate on the analysis scale and its standard error; 1 is the
intervention, 2 the control.
"""

from collections.abc import Sequence

import numpy as np

from models.analysis import Applicability, Method
from models.value import Value
from models.vocabulary import RATIOS, Convention, Interval, Measure, Model
from synthesis.inverse_variance import check_choice
from synthesis.pooling import COMMON_MODELS, MH_MEASURES
from synthesis.study_effects import CELLS, DataType, StudyEffects, study_effects
from synthesis.study_sets import Array
from synthesis.tables import ZeroCells


class AnalysisSettings(Value, frozen=True, kw_only=True):
    """How one analysis is computed, and which of its totals are shown.

    Attributes
    ----------
    measure : RevMan's standardised mean difference is ``SMD-approximate``; labels that are no measure are ``GEN``
    method, is_random : ``mh`` with random effects is DerSimonian-Laird with Q around the Mantel-Haenszel estimate
    estimator : of tau2 under random effects; any random-effects model
    interval : of random-effects estimates; a common effect has Wald limits whatever is asked
    level : of the intervals of studies, totals and tau2
    is_log : whether contrasts and O - E are logarithms of ratios; None leaves it to the measure
    has_overall, has_subgroups : which estimates are shown, by which the weights of the studies go
    tests_subgroups : whether subgroups are compared
    swaps_events : whether people without the event are analysed
    zero_cells : what the effects of tables do with zero cells, instead of RevMan's rule for the measure
    zero_cells_of_tables : the same for the cells that Mantel-Haenszel pools
    """

    measure: Measure
    data_type: DataType
    method: Method = Method.IV
    is_random: bool = False
    estimator: Model = Model.DL
    interval: Interval = Interval.WALD
    level: float = 0.95
    is_log: bool | None = None
    has_overall: bool = True
    has_subgroups: bool = True
    tests_subgroups: bool = True
    swaps_events: bool = False
    zero_cells: ZeroCells | None = None
    zero_cells_of_tables: ZeroCells | None = None

    @property
    def model(self) -> Model:
        """The model that method, effects and estimator come to."""
        if self.is_random:
            return self.estimator
        if self.data_type is not DataType.DICHOTOMOUS or self.method is Method.IV:
            return Model.COMMON
        return Model.MH if self.method is Method.MH else Model.PETO

    @property
    def is_ratio(self) -> bool:
        """Whether effects are logarithms and are shown as ratios."""
        is_told = self.data_type in (DataType.CONTRAST, DataType.O_E) and self.is_log is not None
        return bool(self.is_log) if is_told else self.measure in RATIOS

    @property
    def is_around_mh(self) -> bool:
        """Whether Q and tau2 are measured around the Mantel-Haenszel estimate."""
        return self.is_random and self.method is Method.MH

    @property
    def own_interval(self) -> Interval:
        return Interval.WALD if self.model in COMMON_MODELS else self.interval

    def check(self) -> None:
        """Raise ValueError where the settings contradict each other; the message names what does."""
        if self.is_random and self.estimator in COMMON_MODELS:
            raise ValueError(f"estimator {self.estimator} is a common effect: name one of tau2, such as REML")
        if self.method is Method.MH and (self.data_type, self.measure in MH_MEASURES) != (DataType.DICHOTOMOUS, True):
            raise ValueError(f"method mh needs dichotomous data and RR, OR or RD, not {self.data_type}, {self.measure}")
        check_choice(self.model, self.own_interval, self.level)


class AnalysisRow(Value, frozen=True, kw_only=True):
    """One study in one subgroup of an analysis; None is an empty cell.

    `subgroup` is whatever tells the subgroups of this analysis apart, "" where it has none. Counts may stand
    beside contrasts and are then shown only.
    """

    study: str
    subgroup: str = ""
    applicability: Applicability = Applicability.BOTH
    ai: float | None = None
    n1i: float | None = None
    ci: float | None = None
    n2i: float | None = None
    m1i: float | None = None
    sd1i: float | None = None
    m2i: float | None = None
    sd2i: float | None = None
    t1i: float | None = None
    t2i: float | None = None
    yi: float | None = None
    sei: float | None = None
    o_e: float | None = None
    v: float | None = None

    @property
    def in_overall(self) -> bool:
        return self.applicability is not Applicability.SUBGROUP

    @property
    def in_subgroup(self) -> bool:
        return self.applicability is not Applicability.OVERALL


def row_effects(rows: Sequence[AnalysisRow], settings: AnalysisSettings) -> StudyEffects:
    """Effects of the rows by RevMan's rules, each on the analysis scale, or why a row is not estimable.

    Raises
    ------
    ValueError
        If the measure cannot be computed from this type of data.
    """
    cells = {name: _column(rows, name) for name in CELLS[settings.data_type] if name != "vi"}
    if settings.data_type is DataType.CONTRAST:
        error = _column(rows, "sei")
        with np.errstate(over="ignore", under="ignore"):
            cells["vi"] = np.where(error > 0, error**2, np.minimum(error, 0.0))
    if settings.swaps_events and settings.data_type is DataType.DICHOTOMOUS:
        cells |= {"ai": cells["n1i"] - cells["ai"], "ci": cells["n2i"] - cells["ci"]}
    return study_effects(
        cells,
        settings.data_type,
        settings.measure,
        convention=Convention.REVMAN2025,
        zero_cells=settings.zero_cells,
    )


def _column(rows: Sequence[AnalysisRow], name: str) -> Array:
    return np.array([getattr(row, name) for row in rows], dtype=np.float64)
