"""An analysis: one comparison, outcome and time, pooled in one way, with what its authors chose for it."""

from enum import StrEnum
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator

from models.further_ways import FURTHER_INTERVALS, RARE_MODELS
from models.terms import Row
from models.vocabulary import MEAN_MEASURES, RATIOS, Interval, Measure, Model
from models.zero_cells import AddTo, ZeroDouble

CONTRAST_MEASURES = frozenset(Measure) - {Measure.PETO}
"""Measures that a report may give ready, as an estimate with its standard error or limits."""


class Placed(Protocol):
    """Whatever names its comparison, outcome and time, and an analysis where it is of one alone."""

    @property
    def comparison(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def timepoint(self) -> str: ...
    @property
    def analysis(self) -> str: ...


class Given(StrEnum):
    """What the rows of an analysis are given as."""

    ARMS = "arms"
    """Numbers of each arm: people with events, or means; events over person-time for a ratio of rates."""
    CONTRAST = "contrast"
    """An estimate of the difference between arms, with its standard error."""
    O_MINUS_E = "o_minus_e"
    """Observed less expected events, with their variance."""
    ANY = "any"
    """Arms where a study gives them, and otherwise a contrast."""


class Totals(StrEnum):
    """Which pooled estimates an analysis shows."""

    ALL = "all"
    OVERALL = "overall"
    SUBGROUPS = "subgroups"
    NONE = "none"

    @property
    def has_overall(self) -> bool:
        return self in {Totals.ALL, Totals.OVERALL}

    @property
    def has_subgroups(self) -> bool:
        return self in {Totals.ALL, Totals.SUBGROUPS}


class Applicability(StrEnum):
    """Which estimates a row counts in, as data packages say it."""

    BOTH = "subgroup_and_overall"
    SUBGROUP = "subgroup_only"
    OVERALL = "overall_only"


class Method(StrEnum):
    """How studies are weighted, in RevMan's words."""

    MH = "mh"
    IV = "iv"
    PETO = "peto"


class Analysis(Row):
    """analyses.csv: what is pooled with what, and how.

    Without the file every outcome of the protocol is one analysis at each of its times in each comparison, pooled as the
    protocol's conventions say. With it the file tells all analyses there are. An empty `measure` is the outcome's; an
    empty `method` leaves the choice to the conventions.
    """

    analysis: str
    """Its name, as 1.3, unique in the review."""
    comparison: str
    outcome: str
    timepoint: str
    title: str = ""
    given: Given = Given.ANY
    measure: Measure | None = None
    measure_label: str = ""
    """How its authors call the measure, where that is another word."""
    is_log: bool | None = None
    """Whether contrasts stand as logarithms; empty: as the measure wants it. For a generic measure only."""
    unit: str = ""
    method: Method | None = None
    model: Literal["fixed", "random"] | None = None
    estimator: Model | None = None
    """Of the between-study variance, under a random-effects model."""
    interval: Interval = Interval.WALD
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    totals: Totals = Totals.ALL
    subgroup_factor: str = ""
    """What its subgroups differ in."""
    tests_subgroups: bool = True
    has_prediction: bool = False
    has_tau2_limits: bool = False
    swaps_events: bool = False
    """Whether people without the event are counted in place of those with it."""
    zero_add: Annotated[float, Field(ge=0, le=10)] | None = None
    """Added to each of the four cells of tables with a zero cell; empty: as the method has it."""
    zero_to: AddTo | None = None
    zero_by_arm: bool | None = None
    """Whether each arm gets a share of the addition in proportion to its size."""
    zero_double: ZeroDouble | None = None
    role: Literal["main", "subgroup", "sensitivity"] = "main"
    """Rules are applied to main analyses."""
    is_primary: bool | None = None
    """Whether it is first among the analyses of its comparison; empty: as its outcome is."""
    intervention: str = ""
    """Label of the intervention arm, where it is another than the comparison's."""
    control: str = ""
    favours_left: str = ""
    favours_right: str = ""
    scale: Annotated[float, Field(gt=0)] | None = None
    """Right end of the forest plot's axis."""
    package_id: str = ""
    other_cells: str = ""
    """Settings of a data package that have no column here, as JSON; they are kept for the package that is written."""
    note: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """Comparison, outcome and timepoint: rows that name no analysis count in every one of them."""
        return self.comparison, self.outcome, self.timepoint

    def counts(self, row: Placed) -> bool:
        """Whether a row is of this analysis: the one that it names, or every one of its comparison, outcome and time."""
        if row.analysis:
            return row.analysis == self.analysis
        return (row.comparison, row.outcome, row.timepoint) == self.place

    @property
    def is_ratio(self) -> bool:
        """Whether it is pooled as logarithms, and read as ratios."""
        return self.measure in RATIOS or bool(self.is_log)

    @property
    def pooling_model(self) -> Model:
        """The model that method, model and estimator come to."""
        if self.estimator is not None:
            return self.estimator
        return {Method.MH: Model.MH, Method.PETO: Model.PETO}.get(self.method or Method.IV, Model.COMMON)

    @model_validator(mode="after")
    def can_be_computed(self) -> Self:
        if (self.method is None) != (self.model is None):
            raise ValueError("method and model go together: give both, or leave both to the protocol's conventions")
        if self.method is None and self.estimator is not None:
            raise ValueError(f"estimator {self.estimator} goes with method and model: give all three, or none")
        if self.model == "fixed" and self.estimator is not None:
            raise ValueError(
                f"a fixed-effect model has no between-study variance; leave estimator {self.estimator} empty"
            )
        if self.model == "random" and self.estimator is None:
            raise ValueError("a random-effects model needs an estimator, such as REML or DL")
        if self.estimator in {Model.COMMON, Model.MH, Model.PETO} | RARE_MODELS:
            raise ValueError(f"{self.estimator} estimates no between-study variance of effects; take REML or DL")
        if self.interval in FURTHER_INTERVALS:
            raise ValueError(f"{self.interval} is no convention's interval; take wald or hksj")
        if self.interval is not Interval.WALD and self.model != "random":
            raise ValueError(f"{self.interval} needs a random-effects model; take wald, or give model random")
        if self.method is Method.PETO and (
            self.measure not in {Measure.PETO, Measure.OR, None} or self.model == "random"
        ):
            raise ValueError(
                "Peto's method pools odds ratios under a fixed-effect model; change method, measure or model"
            )
        if self.measure in MEAN_MEASURES and self.method not in {Method.IV, None}:
            raise ValueError(f"{self.measure} is pooled by inverse variance; write method iv")
        return self

    @property
    def zero_rules(self) -> dict[str, object]:
        """What it says about tables with zero cells, by column."""
        names = ("zero_add", "zero_to", "zero_by_arm", "zero_double")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def says_of_zeros_what_it_can(self) -> Self:
        if self.zero_rules and self.method is None:
            raise ValueError(f"{', '.join(self.zero_rules)} needs to know what is corrected: give method and model")
        if self.zero_to is AddTo.NONE and (self.zero_add or self.zero_by_arm):
            raise ValueError(
                "zero_to none adds nothing; leave zero_add and zero_by_arm empty, or write another zero_to"
            )
        return self
