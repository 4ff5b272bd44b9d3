"""What people without a value would change: of each analysis, how many they are, and how they must have fared."""

from models.arm_flow import ArmFlow
from models.synthesis import NO_SUBGROUP, Subgroup
from models.value import Value
from models.vocabulary import ArmRole, Convention, EvidenceSet, Interval, Measure, Model


class MissingInArm(Value, frozen=True, kw_only=True):
    """Everybody of one arm of one row of an analysis, analysed or not.

    Attributes
    ----------
    n_missing : randomised, or started, and not analysed; None where nobody tells how many there were
    reason : why the missing of its study cannot be counted; empty where they can
    """

    study_id: str
    part: str = ""
    subgroup: Subgroup = NO_SUBGROUP
    arm: ArmRole
    n_analysed: int
    flow: ArmFlow
    n_missing: int | None = None
    reason: str = ""


class Estimand(Value, frozen=True, kw_only=True):
    """One way to ask about people who died or left, and its answer on the natural scale, or why there is none.

    `strategy` is a name of `synthesis.estimands`; `measure` is the analysis's own unless it says another.
    """

    strategy: str
    measure: str
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    reason: str = ""


class SurfacePoint(Value, frozen=True, kw_only=True):
    """The pooled effect under one assumption about the missing of each arm, on the natural scale.

    `intervention` and `control`: how much higher the mean of the missing is than that of those measured in their arm, or
    for events the odds ratio of the event, missing against observed.
    """

    intervention: float
    control: float
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    changes: tuple[str, ...] = ()
    """Questions that have another answer than as analysed."""


class TippingPoint(Value, frozen=True, kw_only=True):
    """The least assumption along one line at which one question has another answer.

    Attributes
    ----------
    line : who fares better or worse than those observed in the same arm, as "control better"
    question : no effect, side or MID
    intervention, control : the assumption, as of a `SurfacePoint`; None where nothing up to `furthest` changes the answer
    size : the larger of both, without its sign: a difference, or an odds ratio above 1
    in_mids : the same in smallest differences that matter, where the outcome has one
    furthest : to which size was searched
    is_whole : whether that is the end of the scale, or of everything that odds ratios can do
    """

    line: str
    question: str
    intervention: float | None = None
    control: float | None = None
    size: float | None = None
    in_mids: float | None = None
    furthest: float
    is_whole: bool


class MissingAnswer(Value, frozen=True, kw_only=True):
    """One analysis, in one set of evidence: its missing, and what they would change.

    It is pooled as the headline line of the protocol's first convention. `reason` says why nothing is computed, or what is
    left out of it.
    """

    evidence_set: EvidenceSet
    convention: Convention
    analysis: str
    comparison: str
    outcome: str
    timepoint: str
    measure: Measure
    model: Model
    interval: Interval
    is_ratio: bool
    is_of_events: bool
    mid: float | None = None
    lowest: float | None = None
    highest: float | None = None
    """Ends of the scale, beyond which nobody's mean is assumed."""
    arms: tuple[MissingInArm, ...] = ()
    estimands: tuple[Estimand, ...] = ()
    surface: tuple[SurfacePoint, ...] = ()
    tipping_points: tuple[TippingPoint, ...] = ()
    reason: str = ""

    @property
    def counted(self) -> tuple[MissingInArm, ...]:
        """Arms whose missing are known."""
        return tuple(arm for arm in self.arms if arm.n_missing is not None)

    @property
    def n_people(self) -> int:
        """Everybody of these arms."""
        return sum(arm.n_analysed + (arm.n_missing or 0) for arm in self.counted)

    @property
    def n_missing(self) -> int:
        return sum(arm.n_missing or 0 for arm in self.counted)
