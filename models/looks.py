"""What an analysis has shown at each look, with the rules of evidence that may be looked at every night."""

from datetime import date
from math import exp, inf

from models.value import Value
from models.vocabulary import EvidenceSet, Measure

MOST_LOG = 709
"""Logarithms beyond it are of numbers that double precision cannot hold."""


class Look(Value, frozen=True, kw_only=True):
    """What was known once numbers had come in. Estimate and limits are on the natural scale (a ratio for RR)."""

    place: int
    """From 1."""
    day: date | None
    """Day on which the last of its numbers were known; None for those that nobody has entered yet."""
    studies: tuple[str, ...]
    """Whose numbers came in, or changed what was known."""
    k: int
    n_participants: int | None
    """None where not every row tells its people."""
    information: float
    score: float
    """Sums of 1 / vi and yi / vi, on the analysis scale."""
    estimate: float
    ci_low: float
    ci_high: float
    """Limits that hold at all looks together."""
    log_e: float
    """Natural logarithm of the e-value."""
    z: float | None = None
    """Estimate over its standard error, random effects."""
    share: float | None = None
    """Of the required information, at most 1."""
    z_boundary: float | None = None
    """None where no z would count yet, or nothing is known of the required information."""
    has_crossed: bool | None = None
    """Whether |z| reaches the boundary at this look; None where there is no share."""

    @property
    def e_value(self) -> float:
        """Infinite where it is too large to be held."""
        return exp(self.log_e) if self.log_e < MOST_LOG else inf


class Looks(Value, frozen=True, kw_only=True):
    """One analysis, looked at whenever its data changed. What holds now stands in the last look."""

    evidence_set: EvidenceSet
    comparison: str
    outcome: str
    timepoint: str
    analysis: str
    measure: Measure
    is_ratio: bool
    level: float
    g: float | None
    """Variance of the effects that are bet on, analysis scale; None where nobody has said which effect matters."""
    g_from: str
    """What g was made from, or why there is none."""
    required: int | None = None
    """People that are needed, with the differences between studies."""
    diversity: float | None = None
    """Share of the random-effects variance that is not in the common-effect variance, 0 to below 1."""
    looks: tuple[Look, ...] = ()
    """Empty where there is no g."""

    @property
    def needed(self) -> float:
        """The e-value at which no effect is refuted."""
        return 1 / (1 - self.level)

    @property
    def now(self) -> Look | None:
        """The last look; None where there is no g."""
        return self.looks[-1] if self.looks else None

    @property
    def has_crossed(self) -> bool | None:
        """Whether z has reached its boundary at any look; None where there is none."""
        told = [look.has_crossed for look in self.looks if look.has_crossed is not None]
        return any(told) if told else None
