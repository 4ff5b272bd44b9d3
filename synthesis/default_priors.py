"""Three priors of tau side by side, for whoever has named none: in which unit, and why these.

A half-normal of 0.5 says of log ratios, and of differences in standard deviations, that studies differ little or
moderately, one of 1 that they may differ a lot; the third is what past reviews found. On the scale of an outcome
itself 0.5 may mean nothing or everything: there priors are in units of the outcome's standard deviation.
"""

from math import sqrt

import numpy as np

from models.vocabulary import RATIOS, Measure
from synthesis.priors import HalfCauchy, HalfNormal, TauPrior, prior_named
from synthesis.study_sets import Array

SMALL, LARGE = HalfNormal(0.5), HalfNormal(1.0)
"""Röver et al. (2021), Res Synth Methods 12:448; Friede et al. (2017), Res Synth Methods 8:79."""

STANDARDISED = frozenset({Measure.SMD, Measure.SMD_APPROXIMATE})

TABLE_RATIOS = frozenset({Measure.OR, Measure.RR, Measure.PETO})

NO_UNIT = (
    "not known in which unit differences between studies are to be expected: participants are missing; name priors in "
    "the unit of the effects, such as 'HN(2)'"
)


def unit_of(measure: Measure, vi: Array, people: Array) -> float | None:
    """What a standard prior is multiplied by: 1 on scales without unit, else the outcome's standard deviation.

    The latter from the effects themselves: half the unit information standard deviation, sqrt(sum n / sum 1/vi),
    which for two equal arms is the standard deviation of the outcome; to three digits, as a belief is told. None where
    participants are not told, and for generic effects, whose scale nobody told. Why a forecast's unit is another one:
    `synthesis.planned_error.Basis.tau_unit`.

    Source: Röver et al. (2021), Res Synth Methods 12:448, section 3.
    """
    if measure in RATIOS or measure in STANDARDISED:
        return 1.0
    counts = np.asarray(people, dtype=np.float64)
    if measure is Measure.GEN or not len(vi) or not (np.isfinite(counts) & (counts > 0)).all():
        return None
    deviation = 0.5 * sqrt(float(counts.sum() / (1 / np.asarray(vi)).sum()))
    return float(f"{deviation:.3g}")


def three_priors(measure: Measure, unit: float | None, empirical: str | None = None) -> tuple[TauPrior, ...]:
    """A cautious, a wide and an empirical prior of tau in the unit of the effects.

    Parameters
    ----------
    measure : of the effects
    unit : see `unit_of`
    empirical : name of the third, such as ``Turner: adverse events; pharm v placebo``; by default that of any
        outcome, or a half-Cauchy where no table is for this measure

    Raises
    ------
    ValueError
        If the unit is not known, or `empirical` is no name of a prior.
    """
    if unit is None:
        raise ValueError(NO_UNIT)
    if empirical:
        third = prior_named(empirical)
    elif measure in TABLE_RATIOS:
        third = prior_named("Turner: any")
    elif measure in STANDARDISED or measure is Measure.MD:
        third = prior_named("Rhodes: any")
    else:
        third = HalfCauchy(0.5)
    return tuple(prior if unit == 1 else prior.scaled(unit) for prior in (SMALL, LARGE, third))
