"""Effects that count people without a value: what is assumed of them, and what that does to estimate and variance.

Of means the assumption is how much their mean differs from that of those measured in the same arm (informative
missingness difference of means, IMDoM); of events it is the odds ratio of the event, missing against observed (IMOR). It has a mean and, as a prior, a standard deviation, which two arms may share in
part. Nobody can learn it from the data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.vocabulary import Measure
from synthesis.measures import Means, effect_of_means
from synthesis.risks import on_scale
from synthesis.study_sets import Array

MEASURES_OF_MEANS = frozenset({Measure.MD, Measure.SMD, Measure.SMD_APPROXIMATE, Measure.ROM})
MEASURES_OF_EVENTS = frozenset({Measure.RR, Measure.OR, Measure.RD})


@dataclass(frozen=True)
class Prior:
    """What is assumed of the missing of one arm: its mean, and its standard deviation, 0 for an assumption that is fixed.

    Numbers or arrays: in the unit of the outcome for a difference of means, a logarithm for a ratio of odds.
    """

    mean: ArrayLike = 0.0
    sd: ArrayLike = 0.0


@dataclass(frozen=True)
class Assumption:
    """What is assumed of the missing of both arms; `correlation` is that of the two priors, from -1 to 1."""

    intervention: Prior = Prior()
    control: Prior = Prior()
    correlation: float = 0.0


@dataclass(frozen=True)
class IncompleteMeans:
    """One arm: mean, SD and number of those measured, and everybody who was randomised; numbers or arrays of one shape."""

    mean: ArrayLike
    sd: ArrayLike
    n: ArrayLike
    n_randomised: ArrayLike


@dataclass(frozen=True)
class IncompleteEvents:
    """One arm: people with the event among those observed, and everybody who was randomised; numbers or arrays.

    Both cells are above 0: zero cells come corrected, and then `share_missing` is of the people and not of the cells.
    """

    events: ArrayLike
    n: ArrayLike
    n_randomised: ArrayLike
    n_observed: ArrayLike | None = None
    """People observed, where `n` has a correction in it."""


@dataclass(frozen=True)
class Everybody:
    """The mean, or the risk, of everybody in one arm.

    Attributes
    ----------
    value, variance : of mean or risk
    slope : its change as the assumption grows by one standard deviation of its prior
    """

    value: Array
    variance: Array
    slope: Array


def mean_of_everybody(arm: IncompleteMeans, prior: Prior) -> Everybody:
    """Mean of all who were randomised, measured or not.

    Parameters
    ----------
    arm : with p = n / N measured
    prior : of lambda, with mean l and SD s: the missing have the mean m + l

    Returns
    -------
    Everybody
        m + (1 - p) l with variance sd²/n + (l² + s²) p (1 - p) / N + (1 - p)² s²; the last two are exact, for a product
        of the share that is missing and an assumption that know nothing of each other.

    Source
    ------
    Mavridis, White, Higgins, Cipriani and Salanti (2015), Statistics in Medicine 34:721.
    """
    m, sd, n, whole = _arrays(arm.mean, arm.sd, arm.n, arm.n_randomised)
    mean, spread = _arrays(prior.mean, prior.sd)
    missing = 1 - n / whole
    of_share = missing * (1 - missing) / whole
    value = m + missing * mean
    variance = sd**2 / n + (mean**2 + spread**2) * of_share + (missing * spread) ** 2
    return Everybody(value, variance, missing * spread * np.ones_like(value))


def risk_of_everybody(arm: IncompleteEvents, prior: Prior) -> Everybody:
    """Risk of all who were randomised, observed or not.

    Parameters
    ----------
    arm : with risk r of those observed, a share q of everybody missing
    prior : of the log odds ratio d of the event, missing against observed; infinite for all or none of them

    Returns
    -------
    Everybody
        (1 - q) r + q e, where logit e = logit r + d, with its variance by the delta method, as r, q and d are
        independent: (1 - q + q e (1 - e) / (r (1 - r)))² r (1 - r) / n + (e - r)² q (1 - q) / N + (q e (1 - e) s)².

    Source
    ------
    Higgins, White and Wood (2008), Clinical Trials 5:225; White, Higgins and Wood (2008), Statistics in Medicine 27:711.
    """
    events, n, whole = _arrays(arm.events, arm.n, arm.n_randomised)
    observed = n if arm.n_observed is None else np.asarray(arm.n_observed, dtype=np.float64)
    mean, spread = _arrays(prior.mean, prior.sd)
    risk, missing = events / n, 1 - observed / whole
    with np.errstate(over="ignore"):
        of_missing = risk / (risk + (1 - risk) * np.exp(-mean))
    bend = of_missing * (1 - of_missing)
    by_risk = 1 - missing + missing * bend / (risk * (1 - risk))
    slope = missing * bend * spread
    variance = (
        by_risk**2 * risk * (1 - risk) / n + (of_missing - risk) ** 2 * missing * (1 - missing) / whole + slope**2
    )
    return Everybody(risk + missing * (of_missing - risk), variance, slope * np.ones_like(risk))


def effect_of_incomplete_means(
    one: IncompleteMeans,
    two: IncompleteMeans,
    assumption: Assumption,
    measure: Measure,
) -> tuple[Array, Array]:
    """Effect and variance of everybody in intervention `one` against everybody in control `two`.

    Parameters
    ----------
    one, two : arms, numbers or arrays of any common shape
    assumption : about the missing; without any missing, or with means and SDs of 0, the effect of those measured
    measure : MD, SMD, which is standardised by the SD of those measured, or ROM

    Returns
    -------
    tuple of two floats of that shape
        On the analysis scale, log for ROM; NaN where the effect does not exist.

    Raises
    ------
    ValueError
        If the measure is no difference or ratio of arithmetic means.
    """
    if measure not in MEASURES_OF_MEANS:
        raise ValueError(f"{measure} is not for people without a value; {', '.join(sorted(MEASURES_OF_MEANS))} are")
    first = mean_of_everybody(one, assumption.intervention)
    second = mean_of_everybody(two, assumption.control)
    return compare_means((one, first), (two, second), measure, assumption.correlation)


def compare_means(
    one: tuple[IncompleteMeans, Everybody],
    two: tuple[IncompleteMeans, Everybody],
    measure: Measure,
    correlation: float = 0.0,
) -> tuple[Array, Array]:
    """Effect and variance of two arms, each of those measured and of everybody; parameters as of their sources above."""
    (arm_1, first), (arm_2, second) = one, two
    yi, vi = effect_of_means(Means(first.value, arm_1.sd, arm_1.n), Means(second.value, arm_2.sd, arm_2.n), measure)
    if measure is Measure.ROM:
        with np.errstate(divide="ignore"):
            by_first, by_second = 1 / first.value, 1 / second.value
    else:
        # By how much the effect grows with a mean: 1, or the factor that standardises.
        by_first = by_second = effect_of_means(Means(1.0, arm_1.sd, arm_1.n), Means(0.0, arm_2.sd, arm_2.n), measure)[0]
    shared = 2 * correlation * by_first * by_second * first.slope * second.slope
    return yi, vi + by_first**2 * _more(first, arm_1) + by_second**2 * _more(second, arm_2) - shared


def _more(whole: Everybody, arm: IncompleteMeans) -> Array:
    """By how much the variance of a mean is larger than of those measured alone."""
    sd, n = _arrays(arm.sd, arm.n)
    return whole.variance - sd**2 / n


def effect_of_incomplete_events(
    one: IncompleteEvents, two: IncompleteEvents, assumption: Assumption, measure: Measure
) -> tuple[Array, Array]:
    """Effect and variance of everybody in intervention `one` against everybody in control `two`.

    Parameters
    ----------
    one, two : arms, every cell above 0, numbers or arrays of any common shape
    assumption : about the missing, as log odds ratios
    measure : RR, OR or RD

    Returns
    -------
    tuple of two floats of that shape
        On the analysis scale, log for ratios; NaN where the effect does not exist, as a ratio of everybody's odds.

    Raises
    ------
    ValueError
        If the measure is another one.
    """
    if measure not in MEASURES_OF_EVENTS:
        raise ValueError(f"{measure} is not for people without a value; {', '.join(sorted(MEASURES_OF_EVENTS))} are")
    first, second = risk_of_everybody(one, assumption.intervention), risk_of_everybody(two, assumption.control)
    (level_1, by_1), (level_2, by_2) = on_scale(first.value, measure), on_scale(second.value, measure)
    with np.errstate(invalid="ignore"):
        vi = by_1**2 * first.variance + by_2**2 * second.variance
        vi = vi - 2 * assumption.correlation * by_1 * by_2 * first.slope * second.slope
        yi = level_1 - level_2
    exists = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    return np.asarray(np.where(exists, yi, np.nan)), np.asarray(np.where(exists, vi, np.nan))


def _arrays(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)
