"""What a Bayesian analysis beside the pooled effects says: posteriors, each study's share, and one answer in words."""

from enum import StrEnum

from models.synthesis import NO_SUBGROUP, Subgroup
from models.value import Value
from models.vocabulary import EvidenceSet, Measure


class Verdict(StrEnum):
    """What limits of an effect say."""

    BENEFIT = "benefit"
    HARM = "harm"
    HIGHER = "higher"
    LOWER = "lower"
    """The last two where nobody says which side is better."""
    OPEN = "open"
    """Limits on both sides of no effect."""


class Curve(Value, frozen=True, kw_only=True):
    """Densities for a picture, at the same places; no prior where it is flat."""

    x: tuple[float, ...]
    prior: tuple[float, ...] = ()
    posterior: tuple[float, ...]


class BayesStudy(Value, frozen=True, kw_only=True):
    """A study's true effect as believed beside the others, on the natural scale (a ratio for RR)."""

    study_id: str
    part: str = ""
    subgroup: Subgroup = NO_SUBGROUP
    estimate: float
    """Its own."""
    shrunk: float
    """The median of what is believed."""
    ci_low: float
    ci_high: float


class BayesLine(Value, frozen=True, kw_only=True):
    """The posterior of one analysis under one prior of tau.

    `estimate`, limits and those of a new study are on the natural scale (a ratio for RR); `yi`, `sd` and everything
    of tau on the analysis scale (log for RR). A ratio that is too large to be held is infinite, one that is too small 0. A
    moment that does not exist is None.
    """

    evidence_set: EvidenceSet
    comparison: str
    outcome: str
    timepoint: str
    analysis: str
    measure: Measure
    is_ratio: bool
    prior: str
    prior_family: str
    prior_scale: float
    prior_location: float
    mu_prior: str
    mu_prior_mean: float
    mu_prior_sd: float | None
    """None where it is flat."""
    level: float
    k: int
    yi: float
    """The median of mu on the analysis scale."""
    mean: float | None
    sd: float | None
    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    tau_median: float
    tau_low: float
    tau_high: float
    tau_mean: float | None
    tau_sd: float | None
    p_below_no_effect: float
    p_benefit: float | None
    """None where nobody says which side is better."""
    p_beyond_mid: float | None
    """That the benefit is at least the smallest difference that matters; None without one."""
    bf_tau_zero: float | None
    verdict: Verdict
    studies: tuple[BayesStudy, ...] = ()
    tau_curve: Curve | None = None
    mu_curve: Curve | None = None


class BayesAnswer(Value, frozen=True, kw_only=True):
    """One sentence or two on whether the ways of pooling agree, and which choice would change the conclusion.

    `wald` and `hksj` are what the frequentist lines of the newest convention say, None where there is no such line.
    """

    evidence_set: EvidenceSet
    comparison: str
    outcome: str
    timepoint: str
    analysis: str
    wald: Verdict | None
    hksj: Verdict | None
    agrees: bool | None
    """None where there is no Bayesian analysis, of which the sentence then tells why."""
    p_benefit_low: float | None
    p_benefit_high: float | None
    sentence: str
    """All that is said, of which `agreement` is the beginning."""
    agreement: str = ""
    """Which ways of pooling agree, or which choice would change the conclusion; empty where there is no Bayesian analysis."""


class BayesSupplement(Value, frozen=True, kw_only=True):
    """One night's Bayesian analyses."""

    lines: tuple[BayesLine, ...] = ()
    answers: tuple[BayesAnswer, ...] = ()
