"""Studies of a spreadsheet looked at one after another: evidence that holds however often anybody looks."""

from collections.abc import Sequence

import numpy as np

from models.vocabulary import RATIOS, Measure
from pooling.pool import Analysis
from pooling.study_records import finite
from synthesis.anytime import Bet, Evidence, accumulate
from synthesis.certainty import RELATIVE_REDUCTION
from synthesis.sequential import DISCOURAGED
from synthesis.stakes import Stake, stake_of


def anytime(
    analysis: Analysis, order: Sequence[int], g: float | None, smallest_effect: float | None
) -> dict[str, object]:
    """E-value and interval of all studies, and at each look.

    Parameters
    ----------
    analysis : its studies and level; whatever its model, the sums are those of a common effect
    order : places of the studies in the order in which they arrived
    g : variance of the effects that are bet on, on the analysis scale; by default the square of the smallest effect
        that matters
    smallest_effect : relative reduction for ratios, 25 % by default; otherwise a difference

    Raises
    ------
    ValueError
        Without a study, or if there is nothing that says how much is bet.
    """
    studies, measure = analysis.studies, analysis.choice.measure
    if not len(studies.yi):
        raise ValueError("no study, no evidence")
    stake = _stake(measure, g, smallest_effect)
    bet = Bet(stake.g, analysis.choice.level)
    places = list(order)
    evidence = accumulate(studies.yi[places], studies.vi[places], bet)
    looks = [{"study": studies.names[place]} | _at(evidence, look, measure) for look, place in enumerate(places)]
    return {
        "note": DISCOURAGED,
        "g": stake.g,
        "g_from": stake.said,
        "level": bet.level,
        "needed": bet.needed,
        **_at(evidence, len(places) - 1, measure),
        "looks": looks,
    }


def _stake(measure: Measure, g: float | None, smallest_effect: float | None) -> Stake:
    if g is not None:
        return Stake(g, "as given")
    is_ratio = measure in RATIOS
    if is_ratio and smallest_effect is not None and not 0 < smallest_effect < 1:
        raise ValueError(f"a relative reduction of {smallest_effect:g} is none: give a number between 0 and 1")
    stake = stake_of(
        measure,
        is_ratio=is_ratio,
        smallest=smallest_effect,
        relative_reduction=smallest_effect if is_ratio and smallest_effect is not None else RELATIVE_REDUCTION,
    )
    if stake is None:
        raise ValueError("nothing says which difference matters: give --smallest-effect, or --g on the analysis scale")
    return stake


def _at(evidence: Evidence, look: int, measure: Measure) -> dict[str, object]:
    """One look; a number that double precision cannot hold is None, with the logarithm of the e-value beside it."""
    told = {
        "est": evidence.estimate[look],
        "ci_low": evidence.ci_low[look],
        "ci_high": evidence.ci_high[look],
    }
    if measure in RATIOS:
        with np.errstate(over="ignore"):
            told |= {f"{name}_ratio": np.exp(value) for name, value in told.items()}
    told |= {
        "e_value": evidence.e_value[look],
        "log_e": evidence.log_e[look],
        "information": evidence.information[look],
    }
    return {name: finite(value) for name, value in told.items()}
