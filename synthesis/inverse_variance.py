"""The pooled estimate, its interval and its heterogeneity, for one set of studies or a hundred thousand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.further_ways import FURTHER_INTERVALS, RARE_MODELS
from models.vocabulary import Interval, Model
from synthesis.between_study import ESTIMATORS, dersimonian_laird, estimate_tau2, q_profile
from synthesis.study_sets import Array, StudySets


@dataclass(frozen=True)
class PooledSets:
    """One pooled estimate per set; every array is (S,) unless said otherwise.

    Attributes
    ----------
    k : number of studies
    estimate, se, ci_low, ci_high : on the scale of yi; NaN for k = 0
    wald_se : standard error without the factor of HKSJ, equal to `se` under Wald
    p_value : two-sided, of no effect, by the distribution that made the interval
    df : degrees of freedom of t behind the interval, infinite for z
    tau2 : between-study variance on the scale of yi squared, 0 under common-effect models
    tau2_low, tau2_high : Q-profile limits of tau2; NaN for k < 2
    q, q_p : Cochran's Q around the common effect and its p by chi-squared with k - 1 df; 0 and 1 for k = 1
    i2_pct, h2 : share of variance between studies in per cent, and total over sampling variance: from tau2
        under random-effects models, from Q under common-effect models
    weights_pct : (S, k) weight of each study in per cent, 0 for padding
    """

    k: Array
    estimate: Array
    se: Array
    ci_low: Array
    ci_high: Array
    wald_se: Array
    p_value: Array
    df: Array
    tau2: Array
    tau2_low: Array
    tau2_high: Array
    q: Array
    q_p: Array
    i2_pct: Array
    h2: Array
    weights_pct: Array


def pool_sets(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: Model,
    interval: Interval = Interval.WALD,
    level: float = 0.95,
    mask: ArrayLike | None = None,
    moment_q: ArrayLike | None = None,
    with_tau2_limits: bool = True,
) -> PooledSets:
    """Pool S sets of studies by inverse variance.

    Parameters
    ----------
    yi, vi : (S, k) or (k,) effects on the analysis scale and their sampling variances, vi > 0
    model : ``common`` or a random-effects model
    interval : Wald (z), Hartung-Knapp-Sidik-Jonkman (t with k - 1 df), or the latter never narrower in its
        standard error than Wald's; a single study has Wald limits whatever is asked
    level : of the confidence interval and of the limits of tau2
    mask : (S, k) False for padding
    moment_q : (S,) takes the place of Cochran's Q in DerSimonian-Laird and in what is reported: RevMan 5's
        random-effects analysis of 2 x 2 tables measures Q around the Mantel-Haenszel estimate
    with_tau2_limits : whether to solve for the limits of tau2

    Returns
    -------
    PooledSets
        k = 1 returns the study itself with tau2 = 0; k = 0 has NaN.

    Raises
    ------
    ValueError
        For a variance that is not above 0, shapes that differ, a level outside 0 to 1, a model that needs
        2 x 2 tables, or HKSJ with the common-effect model, for which it is not defined.

    Source
    ------
    Borenstein et al. (2010), Res Synth Methods 1:97. HKSJ: Hartung and Knapp (2001), Statistics in Medicine
    20:3875; Sidik and Jonkman (2002) 21:3153; truncation: Röver et al. (2015), BMC Med Res Methodol 15:99.
    I2 and H2: Higgins and Thompson (2002), Statistics in Medicine 21:1539.
    Cochrane Handbook 6.5, sections 10.3 and 10.10.
    """
    check_choice(model, interval, level)
    if model in (Model.MH, Model.PETO):
        raise ValueError(f"model {model} needs 2 x 2 tables, not effects and variances")
    sets = StudySets.of(yi, vi, mask)
    rows = np.flatnonzero(sets.k > 0)
    part = sets.take(rows)
    k = part.k.astype(np.float64)
    common = part.moments(0.0)
    q = common.q if moment_q is None else np.atleast_1d(np.asarray(moment_q, dtype=np.float64))[rows]
    tau2 = estimate_tau2(part, model)
    if model is Model.DL and moment_q is not None:
        several = np.flatnonzero(part.k >= 2)
        tau2[several] = dersimonian_laird(part.take(several), q[several])
    at = part.moments(tau2)
    wald_se, df = 1 / np.sqrt(at.total), np.full(len(k), np.inf)
    se = wald_se
    if interval is not Interval.WALD:
        factor = at.q / np.maximum(k - 1, 1)
        if interval is Interval.HKSJ_TRUNCATED:
            factor = np.maximum(factor, 1.0)
        se, df = np.where(k >= 2, np.sqrt(factor) * wald_se, wald_se), np.where(k >= 2, k - 1, np.inf)
    estimate = part.origin + at.mean
    half_width = critical_value(level, df) * se
    i2_pct, h2 = _heterogeneity(k, q, tau2, common.trace, is_random=model in ESTIMATORS)
    limits = q_profile(part, level) if with_tau2_limits else np.full((2, len(k)), np.nan)

    def all_sets(values: Array) -> Array:
        out = np.full((len(sets.k), *values.shape[1:]), np.nan)
        out[rows] = values
        return out

    return PooledSets(
        k=sets.k.astype(np.float64),
        estimate=all_sets(estimate),
        se=all_sets(se),
        ci_low=all_sets(estimate - half_width),
        ci_high=all_sets(estimate + half_width),
        wald_se=all_sets(wald_se),
        p_value=all_sets(two_sided_p(estimate, se, df)),
        df=all_sets(df),
        tau2=all_sets(tau2),
        tau2_low=all_sets(limits[0]),
        tau2_high=all_sets(limits[1]),
        q=all_sets(q),
        q_p=all_sets(np.where(k > 1, special.chdtrc(np.maximum(k - 1, 1), q), 1.0)),
        i2_pct=all_sets(i2_pct),
        h2=all_sets(h2),
        weights_pct=all_sets(100 * at.weights / at.total[:, None]),
    )


def check_choice(model: Model, interval: Interval, level: float) -> None:
    """Raise ValueError for a level outside 0 to 1, HKSJ with a model that has no tau2, or what is no convention's."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1, such as 0.95")
    if model in RARE_MODELS:
        raise ValueError(f"model {model} takes counts of events, not effects and variances")
    if interval in FURTHER_INTERVALS:
        raise ValueError(f"interval {interval} is none of inverse variance under a convention: use wald or hksj")
    if interval is not Interval.WALD and model not in ESTIMATORS:
        raise ValueError(f"interval {interval} needs a random-effects model, not {model}: use wald")


def critical_value(level: float, df: ArrayLike) -> Array:
    """Two-sided quantile of t with `df` degrees of freedom, of z where they are infinite."""
    freedom, tail = np.asarray(df, dtype=np.float64), (1 - level) / 2
    by_t = special.stdtrit(np.where(np.isinf(freedom), 1, freedom), tail)
    critical: Array = -np.where(np.isinf(freedom), special.ndtri(tail), by_t)
    return critical


def two_sided_p(estimate: ArrayLike, se: ArrayLike, df: ArrayLike) -> Array:
    """P of no effect by t with `df` degrees of freedom; an interval without width has p = 0, or 1 at no effect."""
    freedom = np.asarray(df, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.nan_to_num(np.abs(np.asarray(estimate) / np.asarray(se)), nan=0.0, posinf=np.inf)
    by_t = special.stdtr(np.where(np.isinf(freedom), 1, freedom), -distance)
    p_value: Array = 2 * np.where(np.isinf(freedom), special.ndtr(-distance), by_t)
    return p_value


def prediction_interval(
    pooled: PooledSets, df: ArrayLike, level: float = 0.95, *, with_wald_se: bool = False
) -> tuple[Array, Array]:
    """Limits within which the true effect of a new study is expected.

    Parameters
    ----------
    pooled : estimates with their tau2
    df : (S,) or a number, degrees of freedom of t; infinite for z. RevMan and metafor take those of the
        estimate's interval, `pooled.df`: z beside Wald limits, t with k - 1 beside HKSJ; Higgins et al. k - 2
    level : of the interval
    with_wald_se : whether the estimate's uncertainty is Wald's even where its interval is HKSJ, as RevMan has
        it; metafor takes the standard error of the interval that was asked for

    Returns
    -------
    tuple of two (S,) floats
        On the scale of yi; NaN where `df` is below 1 or k below 2.

    Source
    ------
    Higgins, Thompson and Spiegelhalter (2009), JRSS A 172:137 (k - 2); Veroniki et al. (2019),
    Res Synth Methods 10:23 (k - 1).
    """
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), pooled.k.shape)
    se = pooled.wald_se if with_wald_se else pooled.se
    exists = (freedom >= 1) & (pooled.k >= 2)
    half_width = critical_value(level, np.where(exists, freedom, 1.0)) * np.sqrt(pooled.tau2 + se**2)
    half_width = np.where(exists, half_width, np.nan)
    return pooled.estimate - half_width, pooled.estimate + half_width


def _heterogeneity(k: Array, q: Array, tau2: Array, trace: Array, *, is_random: bool) -> tuple[Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        if is_random:
            typical = (k - 1) / trace
            i2_pct, h2 = 100 * tau2 / (typical + tau2), 1 + tau2 / typical
        else:
            i2_pct, h2 = 100 * np.maximum(0.0, 1 - (k - 1) / q), q / (k - 1)
    return np.where((k > 1) & (q > 0), i2_pct, 0.0), np.where(k > 1, h2, 1.0)
