"""How much is staked on an outcome before anybody looks: the smallest effect that matters makes the bet."""

from dataclasses import dataclass
from math import log1p

from models.vocabulary import Measure
from synthesis.certainty import HALF_SD


@dataclass(frozen=True)
class Stake:
    """g of an outcome, and what it was made from."""

    g: float
    said: str


def stake_of(measure: Measure, *, is_ratio: bool, smallest: float | None, relative_reduction: float) -> Stake | None:
    """The stake of an outcome for which none is stated: the square of the smallest effect that matters.

    If the effect is d, the mean of log E after information I is -log(1 + g I) / 2 + g I (1 + d^2 I) / (2 (1 + g I)), which is
    largest at g = d^2 whatever I is.

    Parameters
    ----------
    measure : effect measure
    is_ratio : whether it is pooled as logarithms
    smallest : smallest difference that matters, on the analysis scale; not read of ratios, of which it is none
    relative_reduction : smallest one that matters, between 0 and 1, for ratios

    Returns
    -------
    Stake or None
        None where nobody has said which difference matters.
    """
    if is_ratio:
        return Stake(log1p(-relative_reduction) ** 2, f"a relative reduction of {100 * relative_reduction:g}%")
    if smallest is None and measure in (Measure.SMD, Measure.SMD_APPROXIMATE):
        return Stake(HALF_SD**2, f"a difference of {HALF_SD:g} standard deviations")
    if smallest is None:
        return None
    return Stake(smallest**2, f"a difference of {smallest:g}, the smallest that matters")
