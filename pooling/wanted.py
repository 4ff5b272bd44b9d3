"""What may be asked for around every estimate; `pooling.further` computes it."""

from dataclasses import dataclass
from enum import StrEnum

from pooling.spreadsheet import PoolError


class Further(StrEnum):
    """What may be asked for besides the pooled estimate."""

    SUBGROUPS = "subgroups"
    LEAVE_ONE_OUT = "leave-one-out"
    CUMULATIVE = "cumulative"
    INFLUENCE = "influence"
    SMALL_STUDY = "small-study"
    FUNNEL = "funnel"
    SEQUENTIAL = "sequential"


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
    """

    further: tuple[Further, ...] = ()
    group_by: str | None = None
    order_by: str | None = None
    smallest_effect: float | None = None

    def __post_init__(self) -> None:
        """Raise PoolError for what cannot act on anything that is asked for."""
        ordered = {Further.CUMULATIVE, Further.SEQUENTIAL} & {*self.further}
        if self.order_by is not None and not ordered:
            raise PoolError("--order-by cannot act: give --also cumulative or --also sequential with it")
        if self.smallest_effect is not None and Further.SEQUENTIAL not in self.further:
            raise PoolError("--smallest-effect cannot act: give --also sequential with it")
