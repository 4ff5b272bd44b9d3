"""What a measure of 2 x 2 tables makes of risks: an effect of two, and the second one of a risk and an effect."""

from math import inf

import numpy as np

from models.vocabulary import Measure
from synthesis.study_sets import Array


def on_scale(risk: Array, measure: Measure) -> tuple[Array, Array]:
    """Risks on the analysis scale, where an effect is the difference of two, and by how much that grows with a risk."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.RR:
            return np.log(risk), 1 / risk
        if measure is Measure.OR:
            return np.log(risk) - np.log1p(-risk), 1 / (risk * (1 - risk))
    return risk, np.ones_like(risk)


def with_intervention(control: float, effect: float, measure: Measure) -> float:
    """Risk with the intervention, which ends at 0 and 1.

    Parameters
    ----------
    control : risk under control
    effect : on the natural scale (a ratio for RR), infinite too
    measure : RR, OR, PETO, which is one of odds, or RD
    """
    if measure is Measure.RD:
        risk = control + effect
    elif measure is Measure.RR:
        risk = effect * control
    elif effect < inf:
        risk = effect * control / (1 - control + effect * control)
    else:
        risk = 1.0
    return min(1.0, max(0.0, risk))
