"""The analysis scale and the one that people read, each from the other, also where a ratio is beyond what a number holds."""

from math import inf, log

import numpy as np

from models.synthesis import PooledEffect


def natural_of(value: float, *, is_ratio: bool) -> float:
    """A number of the analysis scale on the scale that people read.

    Parameters
    ----------
    value : finite or not
    is_ratio : whether it is the logarithm of a ratio

    Returns
    -------
    float
        Of a ratio infinity or 0 where it is too large or too small to be held.
    """
    if not is_ratio:
        return float(value)
    with np.errstate(over="ignore"):
        return float(np.exp(value))


def analysis_limits(effect: PooledEffect) -> tuple[float, float] | None:
    """Limits of a pooled effect on the analysis scale, infinite for a ratio of 0; None where it has none."""
    if effect.ci_low is None or effect.ci_high is None:
        return None
    if not effect.is_ratio:
        return effect.ci_low, effect.ci_high
    low, high = (log(limit) if limit > 0 else -inf for limit in (effect.ci_low, effect.ci_high))
    return low, high
