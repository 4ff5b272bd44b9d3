"""Other ways of pooling rare events, which stand beside the pooled effect of an analysis and decide nothing."""

from models.value import Value
from models.vocabulary import RATIOS, EvidenceSet, Interval, Measure, Model

NAMES = {
    Model.GLMM_CM_EL: "the conditional random-effects model",
    Model.GLMM_UM_FS: "the random-effects model with each study's control risk",
    Model.BETA_BINOMIAL: "the beta-binomial model",
    Model.EXACT: "the exact odds ratio",
}
"""The ways as a sentence names them, in the order in which they are shown."""

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
    lines: tuple[RareLine, ...] = ()

    @property
    def sentence(self) -> str:
        """Whether the other ways come to what the headline says of no effect."""
        known = [line for line in self.lines if line.is_computable]
        lost = len(self.lines) - len(known)
        left = f" {NUMBER_WORDS[lost]} other cannot be computed; the table says why." if lost and known else ""
        if not known:
            return f"None of {len(self.lines)} other ways of pooling rare events can be computed; the table says why."
        ways = f"{NUMBER_WORDS[len(known)]} other way{'s' if len(known) > 1 else ''} of pooling rare events"
        if self.headline_side is None:
            return f"{ways} stand beside a result that has no interval.{left}"
        other = [line for line in known if line.side != self.headline_side]
        if not other:
            verb = "agree" if len(known) > 1 else "agrees"
            return f"{ways} {verb} with the result: {_SAID[self.headline_side]}.{left}"
        differ = "; ".join(f"by {NAMES[line.model]} {_SAID[line.side or 0]}" for line in other)
        head = f"{ways}: {len(known) - len(other)} agree{'s' if len(known) - len(other) == 1 else ''} with the result"
        if len(other) == len(known):
            head = f"{ways} differ{'s' if len(known) == 1 else ''} from the result"
        return f"{head}, by which {_SAID[self.headline_side]}; {differ}.{left}"


_SAID = {
    0: "the interval includes no effect",
    1: "the interval lies above no effect",
    -1: "the interval lies below no effect",
}
