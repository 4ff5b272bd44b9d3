"""What may be asked for around every estimate; `pooling.further` computes it."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from pooling.spreadsheet import PoolError


class Further(StrEnum):
    """What may be asked for besides the pooled estimate."""

    SUBGROUPS = "subgroups"
    META_REGRESSION = "meta-regression"
    LEAVE_ONE_OUT = "leave-one-out"
    CUMULATIVE = "cumulative"
    INFLUENCE = "influence"
    SMALL_STUDY = "small-study"
    FUNNEL = "funnel"
    SEQUENTIAL = "sequential"
    ANYTIME = "anytime"


@dataclass(frozen=True)
class Wanted:
    """What is asked for around every estimate.

    Attributes
    ----------
    further : what
    group_by : column that names each study's subgroup
    order_by : column whose numbers or words put studies in order; the order of the file without one
    smallest_effect : that the information size is computed for: a relative reduction of the risk, or a
        difference on the scale of the outcome
    covariates : columns that a meta-regression explains effects by
    g : variance of the effects that evidence at any time bets on, on the analysis scale; without one the square of
        the smallest effect
    """

    further: tuple[Further, ...] = ()
    group_by: str | None = None
    order_by: str | None = None
    smallest_effect: float | None = None
    covariates: tuple[str, ...] = ()
    g: float | None = None

    def __post_init__(self) -> None:
        """Raise PoolError for what is no number, or cannot act on anything that is asked for."""
        for option, value in (("--smallest-effect", self.smallest_effect), ("--g", self.g)):
            if value is not None and not isfinite(value):
                raise PoolError(f"{option} {value:g} is no number: give a finite one")
        ordered = {Further.CUMULATIVE, Further.SEQUENTIAL, Further.ANYTIME} & {*self.further}
        if self.order_by is not None and not ordered:
            raise PoolError("--order-by cannot act: give --also cumulative, sequential or anytime with it")
        if self.smallest_effect is not None and not {Further.SEQUENTIAL, Further.ANYTIME} & {*self.further}:
            raise PoolError("--smallest-effect cannot act: give --also sequential or --also anytime with it")
        if self.g is not None and Further.ANYTIME not in self.further:
            raise PoolError("--g cannot act: give --also anytime with it")
