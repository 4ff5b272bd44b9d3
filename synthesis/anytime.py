"""Evidence that may be looked at every night: an e-value, and an interval that holds at all looks together.

A supplement, never a conclusion: `synthesis.sequential.DISCOURAGED` goes with every number of this module.

The e-value is the likelihood ratio of the effect being drawn from N(0, g) against its being nothing. Under no effect
its mean is 1 at every look, whenever anybody looks, so that it reaches 1 / alpha with a probability of at most alpha
ever (Ville's inequality). The interval holds every effect that the same bet has not refuted. It rests on the sums of
a common effect: each study estimates one and the same number. Where effects differ between studies the e-value is
still one against "no effect in any study", and the interval is one of the mean of these studies, weighted by their
precision; it says nothing of studies to come.

Sources: Robbins (1970), Ann Math Stat 41:1397 (mixtures of normals); Grünwald, de Heide and Koolen (2024), J R Stat Soc
B 86:1091 (e-values); ter Schure and Grünwald (2022), arXiv 2109.12141 (meta-analyses that are never closed).
"""

from dataclasses import dataclass
from math import inf, isfinite, log1p

import numpy as np
from numpy.typing import ArrayLike

from synthesis.study_sets import Array, StudySets


@dataclass(frozen=True)
class Bet:
    """What is staked before anybody looks.

    Attributes
    ----------
    g : variance of the effects that are bet on, on the analysis scale (log for ratios); finite and above 0
    level : of the interval, between 0 and 1
    """

    g: float
    level: float = 0.95

    def __post_init__(self) -> None:
        if not (isfinite(self.g) and self.g > 0):
            raise ValueError(f"g is {self.g:g}: it is the variance of an effect, a finite number above 0")
        if not 0 < self.level < 1:
            raise ValueError(f"level is {self.level:g}: give a number between 0 and 1, such as 0.95")

    @property
    def needed(self) -> float:
        """The e-value at which no effect is refuted: 1 / alpha."""
        return 1 / (1 - self.level)


@dataclass(frozen=True)
class Evidence:
    """What has accumulated at each look, on the analysis scale.

    Attributes
    ----------
    information : (looks,) sum of 1 / vi
    score : (looks,) sum of yi / vi
    estimate : (looks,) score / information
    log_e : (looks,) natural logarithm of the e-value
    ci_low, ci_high : (looks,) limits, infinite where g is so small that they cannot be told
    """

    information: Array
    score: Array
    estimate: Array
    log_e: Array
    ci_low: Array
    ci_high: Array

    @property
    def e_value(self) -> Array:
        """(looks,) infinite where it is more than a number of double precision can hold."""
        with np.errstate(over="ignore"):
            return np.exp(self.log_e)


def accumulate(yi: ArrayLike, vi: ArrayLike, bet: Bet) -> Evidence:
    """E-value and interval after each study.

    Parameters
    ----------
    yi, vi : (k,) effects and variances on the analysis scale, in the order in which they arrived
    bet : fixed before anybody looked; one that is chosen after a look is worth nothing

    Returns
    -------
    Evidence
        With as many looks as there are studies; the last one rests on all of them, in whatever order they came.

    Raises
    ------
    ValueError
        If a study has no finite effect or no finite variance above 0, or yi and vi differ in length.

    Source
    ------
    E = (1 + g I)^(-1/2) exp(g S^2 / (2 (1 + g I))), with limits S / I +- sqrt((1 + g I) (log(1 + g I) +
    2 log(1 / alpha)) / (g I^2)), where E of the difference from the limit is 1 / alpha. Robbins (1970), Ann Math Stat
    41:1397.
    """
    sets = StudySets.of(yi, vi)
    if not sets.k[0]:
        none = np.zeros(0)
        return Evidence(none, none, none, none, none, none)
    weights = 1.0 / sets.vi[0]
    information = weights.cumsum()
    # Seen from the most precise study, as everywhere, so that far-off effects do not cancel.
    estimate = sets.origin[0] + (weights * sets.yi[0]).cumsum() / information
    score = information * estimate
    return Evidence(information, score, estimate, *_bet_on(information, estimate, bet))


def _bet_on(information: Array, estimate: Array, bet: Bet) -> tuple[Array, Array, Array]:
    """Logarithm of E and limits; every factor is kept near 1, so that neither a huge I nor a tiny g overflows."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        stake = bet.g * information
        grown = np.log1p(stake)
        share = 1 / (1 + 1 / stake)
        log_e = (share * (estimate * np.sqrt(information)) ** 2 - grown) / 2
        half = np.sqrt((grown - 2 * log1p(-bet.level)) / share / information)
    half = np.where(stake > 0, half, inf)
    return np.where(stake > 0, log_e, 0.0), estimate - half, estimate + half
