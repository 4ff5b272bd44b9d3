"""Pooling 2 x 2 tables by their cells: Mantel-Haenszel and Peto, with no study's variance in the estimate."""

from dataclasses import replace

import numpy as np

from models.vocabulary import Measure, Model
from synthesis.inverse_variance import PooledSets, critical_value, pool_sets, two_sided_p
from synthesis.measures import peto_o_minus_e, risk_difference
from synthesis.study_sets import Array
from synthesis.tables import Tables


def pool_tables(
    tables: Tables,
    yi: Array,
    vi: Array,
    *,
    measure: Measure,
    model: Model = Model.MH,
    level: float = 0.95,
    uncorrected: Tables | None = None,
) -> PooledSets:
    """Pool S sets of tables under one common effect.

    Parameters
    ----------
    tables : S sets, corrected or not as the convention wants
    yi, vi : (S, k) effects of the same tables and their variances, NaN where there is none; for Q alone
    measure : RR, OR or RD; Peto's odds ratio for the Peto model
    model : ``mh`` or ``peto``
    level : of the confidence interval
    uncorrected : the tables before their correction, when RevMan is followed: see `mantel_haenszel` and
        `mantel_haenszel_difference`

    Returns
    -------
    PooledSets
        Estimate on the analysis scale. Q and I2 are measured around it, tau2 is 0. An estimate that does not
        exist, because an arm has no events in any table, is NaN.

    Source
    ------
    `mantel_haenszel`, `peto`; Q: Deeks and Higgins (2010), Statistical algorithms in RevMan 5.
    """
    if model is Model.PETO:
        estimate, se, weights = peto(tables)
    elif measure is Measure.RD:
        estimate, se, weights = mantel_haenszel_difference(tables, uncorrected)
    else:
        estimate, se, weights = mantel_haenszel(tables, measure, uncorrected)
    around = pool_sets(
        np.where(np.isfinite(yi), yi, 0.0),
        np.where(np.isfinite(yi), vi, 1.0),
        model=Model.COMMON,
        level=level,
        mask=np.isfinite(yi),
        moment_q=q_around(yi, vi, estimate),
        with_tau2_limits=False,
    )
    q = np.where(around.k > 1, around.q, 0.0)
    half_width = critical_value(level, np.inf) * se
    with np.errstate(invalid="ignore"):
        weights_pct = 100 * weights / weights.sum(axis=1, keepdims=True)
    return replace(
        around,
        estimate=estimate,
        se=se,
        wald_se=se,
        ci_low=estimate - half_width,
        ci_high=estimate + half_width,
        p_value=np.where(np.isfinite(estimate), two_sided_p(estimate, se, np.inf), np.nan),
        q=q,
        weights_pct=weights_pct,
    )


def q_around(yi: Array, vi: Array, centre: Array) -> Array:
    """(S,) Cochran's Q of effects (S, k) around another centre (S,) than their own mean; NaN without one."""
    q: Array = np.nansum((yi - centre[:, None]) ** 2 / vi, axis=1)
    return np.where(np.isfinite(centre), q, np.nan)


def mantel_haenszel(tables: Tables, measure: Measure, uncorrected: Tables | None = None) -> tuple[Array, Array, Array]:
    """Pool tables by Mantel-Haenszel weights.

    Parameters
    ----------
    tables : S sets, corrected or not as the convention wants
    measure : RR or OR
    uncorrected : the tables before the correction, when RevMan is followed: where everybody has the event in
        both arms, the risk ratio is 1 with the weight of the corrected table

    Returns
    -------
    tuple of (S,), (S,) and (S, k) floats
        Estimate on the analysis scale (log for ratios) and its standard error, NaN where no table counts or
        an arm has no events in any table, so that the ratio does not exist; weights of the tables.

    Raises
    ------
    ValueError
        For any other measure.

    Source
    ------
    RR: Greenland and Robins (1985), Biometrics 41:55: sum(a n2 / N) / sum(c n1 / N). OR: Robins, Breslow and Greenland (1986),
    Biometrics 42:311. Cochrane Handbook 6.5, section 10.4.1.
    """
    a, b, c, d = tables.events_1, tables.others_1, tables.events_2, tables.others_2
    n1, n2 = tables.totals
    total = np.where(tables.counts, n1 + n2, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure is Measure.RR:
            parts, weights = a * n2 / total, c * n1 / total
            if uncorrected is not None:
                parts = np.where(uncorrected.has_everybody, weights, parts)
            above, below = parts.sum(axis=1), weights.sum(axis=1)
            spread = ((a + c) * n1 * n2 / total**2 - a * c / total).sum(axis=1)
            variance = spread / (above * below)
        elif measure is Measure.OR:
            parts, weights = a * d / total, b * c / total
            above, below = parts.sum(axis=1), weights.sum(axis=1)
            p, q = (a + d) / total, (b + c) / total
            variance = 0.5 * (
                (p * parts).sum(axis=1) / above**2
                + (p * weights + q * parts).sum(axis=1) / (above * below)
                + (q * weights).sum(axis=1) / below**2
            )
        else:
            raise ValueError(f"Mantel-Haenszel pools ratios RR and OR here, not {measure}")
        estimate = np.log(above / below)
    exists = (above > 0) & (below > 0)
    return np.where(exists, estimate, np.nan), np.sqrt(np.where(exists, variance, np.nan)), weights


def mantel_haenszel_difference(tables: Tables, uncorrected: Tables | None = None) -> tuple[Array, Array, Array]:
    """Pool risk differences by Mantel-Haenszel weights n1 n2 / N.

    Parameters
    ----------
    tables : S sets, corrected or not as the convention wants
    uncorrected : the tables before the correction, when RevMan is followed: it takes risks and weights from
        these, and only the variances of the single differences from `tables`

    Returns
    -------
    tuple of (S,), (S,) and (S, k) floats
        Difference and its standard error, NaN where no table counts; weights of the tables.

    Source
    ------
    Variance: Sato, Greenland and Robins (1989), Biometrics 45:1323, as metafor; with `uncorrected`, Greenland
    and Robins (1985), Biometrics 41:55, as Deeks and Higgins (2010): sum(w^2 v) / sum(w)^2 with the variances v
    of the differences.
    """
    a, b, c, d = tables.events_1, tables.others_1, tables.events_2, tables.others_2
    n1, n2 = (tables if uncorrected is None else uncorrected).totals
    total = np.where(tables.counts, n1 + n2, 1.0)
    weights = np.where(tables.counts, n1 * n2 / total, 0.0)
    whole = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if uncorrected is None:
            estimate = ((a * n2 - c * n1) / total).sum(axis=1) / whole
            skewed = (c * (n1 / total) ** 2 - a * (n2 / total) ** 2 + weights / total * (n2 - n1) / 2).sum(axis=1)
            variance = estimate * skewed + ((a * d + c * b) / total).sum(axis=1) / 2
        else:
            differences, _ = risk_difference(uncorrected, is_certain=True)
            _, variances = risk_difference(tables, is_certain=True)
            estimate = np.where(tables.counts, weights * differences, 0.0).sum(axis=1) / whole
            variance = np.where(tables.counts, weights**2 * variances, 0.0).sum(axis=1)
        se = np.sqrt(variance) / whole
    return np.where(whole > 0, estimate, np.nan), np.where(whole > 0, se, np.nan), weights


def peto(tables: Tables) -> tuple[Array, Array, Array]:
    """Pool tables by Peto's one-step odds ratio.

    Returns
    -------
    tuple of (S,), (S,) and (S, k) floats
        Log odds ratio sum(O - E) / sum(V) and its standard error 1 / sqrt(sum(V)), NaN where no table has
        both people with and people without the event; V as weights.

    Source
    ------
    Yusuf et al. (1985), Prog Cardiovasc Dis 27:335; Cochrane Handbook 6.5, section 10.4.2.
    """
    o_minus_e, v = peto_o_minus_e(tables)
    total = v.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, se = o_minus_e.sum(axis=1) / total, 1 / np.sqrt(total)
    exists = total > 0
    return np.where(exists, estimate, np.nan), np.where(exists, se, np.nan), v
