"""How good a forecast was, once the trial has reported."""

from bisect import bisect_right
from collections.abc import Sequence

from models.forecast import EffectForecast
from models.synthesis import EffectInput, Signal
from models.value import Value
from models.vocabulary import Rule

ON_RESULTS = frozenset({Rule.S1, Rule.S2, Rule.S4, Rule.S5})
"""Rules that only results decide; those on participants were known beforehand."""


class Answer(Value, frozen=True, kw_only=True):
    """What an effect forecast scores; None where nothing was predicted, or nothing can be compared."""

    estimate: float
    pit: float | None
    brier_excludes: float | None
    brier_rules: float | None

    def is_in(self, central: float) -> bool | None:
        """Whether the estimate lies in the central interval of this size."""
        return None if self.pit is None else abs(self.pit - 0.5) <= central / 2


def reported(rows: Sequence[EffectInput]) -> float | None:
    """What one study reports in one analysis, analysis scale: its rows by inverse variance; None without an effect."""
    known = [(row.yi, 1 / row.vi) for row in rows if row.yi is not None and row.vi]
    total = sum(weight for _, weight in known)
    return sum(yi * weight for yi, weight in known) / total if known else None


def answered(kept: EffectForecast, estimate: float, excludes: bool | None, signals: Sequence[Signal]) -> Answer:
    """Hold a kept forecast against what became of it.

    Parameters
    ----------
    estimate : of the trial, analysis scale
    excludes : whether the pooled interval with the trial excludes no effect; None where nothing is pooled
    signals : of the analysis, under the same convention, on the evidence that has the trial
    """
    told = {signal.rule: signal.fired for signal in signals}
    errors = [
        (item.chance - told[item.rule]) ** 2 for item in kept.rules if item.rule in ON_RESULTS and item.rule in told
    ]
    is_comparable = kept.excludes is not None and excludes is not None
    return Answer(
        estimate=estimate,
        pit=pit(kept.quantiles, estimate) if kept.quantiles else None,
        brier_excludes=((kept.excludes or 0.0) - excludes) ** 2 if is_comparable and excludes is not None else None,
        brier_rules=sum(errors) / len(errors) if errors else None,
    )


def pit(quantiles: Sequence[float], value: float) -> float:
    """Probability below a value, of a distribution given by the middles of equal parts of its probability.

    Straight between two middles; beyond the first and the last no nearer to 0 and 1 than half a part.
    """
    parts = len(quantiles)
    place = bisect_right(quantiles, value)
    if place == 0:
        return 0.25 / parts
    if place == parts:
        return 1 - 0.25 / parts
    low, high = quantiles[place - 1], quantiles[place]
    within = (value - low) / (high - low) if high > low else 0.5
    return (place - 0.5 + within) / parts
