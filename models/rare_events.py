"""Other ways of pooling the events, which stand beside the pooled effect of an analysis and decide nothing."""

from models.value import Value
from models.vocabulary import RATIOS, EvidenceSet, Interval, Measure, Model

NAMES = {
    Model.GLMM_CM_EL: "the conditional random-effects model",
    Model.GLMM_UM_FS: "the random-effects model with each study's control risk",
    Model.BETA_BINOMIAL: "the beta-binomial model",
    Model.EXACT: "the exact odds ratio",
}
"""The ways as a sentence names them, in the order in which they are shown."""

FEW = 4
"""Up to so many rows a between-study variance is hardly known, and an exact method is worth looking at."""

NUMBER_WORDS = {1: "One", 2: "Two", 3: "Three", 4: "Four"}


class RareLine(Value, frozen=True, kw_only=True):
    """What one way of pooling says; estimate and limits on the natural scale.

    An exact limit that does not exist is None: the ratio is 0 or infinite on that side.
    """

    model: Model
    measure: Measure
    """An odds ratio, or of the beta-binomial model the measure of its analysis."""
    interval: Interval
    level: float = 0.95
    k: int = 0
    """Rows that inform it: without events in both arms only the beta-binomial model has."""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    se: float | None = None
    """On the analysis scale."""
    p_value: float | None = None
    tau2: float | None = None
    """Between-study variance of log odds ratios; None where the model has none."""
    rho: float | None = None
    """Correlation between people of one arm of a study, of the beta-binomial model."""
    note: str = ""
    """Why it is not computable, or what a reader must know."""

    @property
    def is_computable(self) -> bool:
        return self.p_value is not None

    @property
    def side(self) -> int | None:
        """On which side of no effect the interval lies: -1, 1, 0 for neither; None where it is not computable."""
        return side_of(self.ci_low, self.ci_high, self.measure) if self.is_computable else None

    @property
    def is_ratio(self) -> bool:
        return self.measure in RATIOS


def side_of(low: float | None, high: float | None, measure: Measure) -> int:
    """On which side of no effect an interval lies, 0 for neither; None is no limit at all."""
    null = 1.0 if measure in RATIOS else 0.0
    if low is not None and low > null:
        return 1
    return -1 if high is not None and high < null else 0


class RareEvents(Value, frozen=True, kw_only=True):
    """The other ways of one analysis, beside the headline of its first convention."""

    evidence_set: EvidenceSet
    analysis: str
    comparison: str
    outcome: str
    timepoint: str
    headline_side: int | None = None
    """As `RareLine.side`; None where the headline has no interval."""
    has_empty_cell: bool = False
    """Whether an arm has no events, or nothing else; without one they are shown because rows are few."""
    lines: tuple[RareLine, ...] = ()

    @property
    def reason(self) -> str:
        """Why other ways of pooling are shown here."""
        if self.has_empty_cell:
            return (
                "In an arm of a study here nobody has the event, or everybody. Usual pooling adds half a person to each count"
                " of such a study, which can move a result when events are rare; these ways take the counts as they are."
            )
        return (
            f"Shown because {NUMBER_WORDS[FEW].lower()} rows or fewer are pooled, whether or not events are rare: so few hardly"
            " tell how much studies differ. These ways take the counts as they are, each under other assumptions."
        )

    @property
    def sentence(self) -> str:
        """Whether the other ways come to what the headline says, for readers who are no statisticians."""
        known = [line for line in self.lines if line.is_computable]
        if not known:
            return f"None of {len(self.lines)} other ways of pooling the events can be computed; the table says why."
        n_lost = len(self.lines) - len(known)
        lost = f" {NUMBER_WORDS[n_lost]} more cannot be computed; the table says why." if n_lost else ""
        plural = len(known) > 1
        ways = f"{NUMBER_WORDS[len(known)]} other {'ways' if plural else 'way'} of pooling the events"
        by_side = {side: [line for line in known if line.side == side] for side in SHOWN}
        if self.headline_side is None:
            return f"{ways} {'show' if plural else 'shows'} {_each(by_side)}; the result has no interval.{lost}"
        result = SHOWN[self.headline_side]
        n_same = len(by_side.pop(self.headline_side))
        if n_same == len(known):
            return f"{ways} {'agree' if plural else 'agrees'} with the result: {result}.{lost}"
        if not n_same:
            differ = "all differ" if plural else "differs"
            return f"{ways} {differ} from the result ({result}): {_each(by_side)}.{lost}"
        agree = f"{n_same} {'agrees' if n_same == 1 else 'agree'} with the result ({result})"
        return f"{ways}: {agree}; {_each(by_side)}.{lost}"


def _each(by_side: dict[int, list[RareLine]]) -> str:
    """``fewer events with the intervention by the exact odds ratio``."""
    parts = []
    for side, lines in by_side.items():
        *most, last = [NAMES[line.model] for line in lines] or [""]
        names = f"{', '.join(most)} and {last}" if most else last
        parts += [f"{SHOWN[side]} by {names}"] if lines else []
    return "; ".join(parts)


SHOWN = {
    0: "no clear difference",
    -1: "fewer events with the intervention",
    1: "more events with the intervention",
}
"""What an interval shows, by its side of no effect."""
