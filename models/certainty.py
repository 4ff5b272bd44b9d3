"""GRADE certainty of a pooled effect: its domains, effects per 1,000 people, and how it is rated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Domain(StrEnum):
    """GRADE's reasons to rate down, in its order."""

    RISK_OF_BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "publication bias"


@dataclass(frozen=True)
class Concern:
    """One domain of one outcome: whether it is rated down, why, and from what.

    `needs_person` says that the numbers leave something to judge.
    """

    domain: Domain
    is_rated_down: bool
    reason: str
    needs_person: bool = False


@dataclass(frozen=True)
class AbsoluteEffect:
    """People with the event per 1,000 at one baseline risk: under control, under intervention with limits."""

    baseline_risk: float
    control: float
    intervention: float
    ci_low: float
    ci_high: float

    @property
    def difference(self) -> tuple[float, float, float]:
        """More (or, below 0, fewer) people per 1,000 under the intervention, with limits."""
        return self.intervention - self.control, self.ci_low - self.control, self.ci_high - self.control


@dataclass(frozen=True)
class Certainty:
    """Certainty of one outcome: computed, and as people stated it. Randomised trials start high, other designs low.

    Attributes
    ----------
    analysis, comparison, outcome, timepoint : as in the pooled effect
    computed : GRADE's word, None without a pooled effect
    concerns : every domain
    stated : rating of certainty.csv, None where nobody has stated one
    stated_reasons : its reasons
    information_size : people that one trial would need, None where it cannot be computed
    absolute : effects per 1,000 at the stated baseline risks
    starts_low : whether studies count that are not known to be randomised, without a judgement by ROBINS-I
    """

    analysis: str
    comparison: str
    outcome: str
    timepoint: str
    computed: str | None
    concerns: tuple[Concern, ...]
    stated: str | None
    stated_reasons: str
    information_size: int | None
    absolute: tuple[AbsoluteEffect, ...]
    starts_low: bool = False


def rating_in_words(computed: str, rated_down: Sequence[str], left: Sequence[str], *, starts_low: bool) -> str:
    """What the numbers come to, and what they leave open; '' where they come to nothing.

    Parameters
    ----------
    computed : GRADE's word
    rated_down, left : domains in which the numbers rate down, and in which something is left to people
    starts_low : whether not every study is known to be randomised
    """
    if not computed:
        return ""
    open_ = [f"{name} (whether by more)" if name in rated_down else name for name in left]
    return "".join(
        (
            f"{computed} by the numbers alone",
            ", starting low since not every study is known to be randomised" if starts_low else "",
            f", rated down for {' and '.join(rated_down)}" if rated_down else "",
            f"; left to people: {', '.join(open_)}" if open_ else "",
        )
    )
