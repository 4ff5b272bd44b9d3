"""Effect measures: from what two arms report to an effect and its sampling variance, array-wise.

Effects of ratio measures are logarithms. `N` is the number of people in both arms.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.vocabulary import MEAN_MEASURES, TABLE_MEASURES, Measure
from synthesis.study_sets import Array
from synthesis.tables import Tables


@dataclass(frozen=True)
class Means:
    """One arm of a continuous outcome: mean and SD on its scale, people; numbers or arrays of one shape."""

    mean: ArrayLike
    sd: ArrayLike
    n: ArrayLike

    @property
    def arrays(self) -> tuple[Array, Array, Array]:
        mean, sd, n = (np.asarray(value, dtype=np.float64) for value in (self.mean, self.sd, self.n))
        return mean, sd, n


def effect_of_means(one: Means, two: Means, measure: Measure) -> tuple[Array, Array]:
    """Effect and variance of intervention `one` against control `two`, arrays of their shape.

    NaN unless both SDs are above 0: an SD of 0 is a cell that nobody filled, and would weigh more than all others.

    Raises
    ------
    ValueError
        If the measure does not compare means.
    """
    if measure not in _OF_MEANS:
        raise ValueError(f"{measure} does not compare means; means are compared by {', '.join(sorted(MEAN_MEASURES))}")
    has_spread = (one.arrays[1] > 0) & (two.arrays[1] > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = _OF_MEANS[measure](one, two)
    exists = has_spread & np.isfinite(yi) & (vi > 0)
    return np.asarray(np.where(exists, yi, np.nan)), np.asarray(np.where(exists, vi, np.nan))


def effect_of_tables(tables: Tables, measure: Measure, uncorrected: Tables | None = None) -> tuple[Array, Array]:
    """Effect and variance of 2 x 2 tables, (S, k), NaN where a table has none; zero cells come corrected.

    Given the tables before their correction, a risk difference is theirs and only its variance is corrected,
    as is the risk ratio of tables in which everybody has the event, which is 1; both as in RevMan.

    Raises
    ------
    ValueError
        If the measure is not one of 2 x 2 tables.
    """
    if measure is Measure.RR:
        yi, vi = log_risk_ratio(tables)
        is_one = np.isfinite(yi) & (False if uncorrected is None else uncorrected.has_everybody)
        return np.where(is_one, 0.0, yi), vi
    if measure is Measure.OR:
        return log_odds_ratio(tables)
    if measure is Measure.RD:
        yi, vi = risk_difference(tables)
        return (yi if uncorrected is None else risk_difference(uncorrected, is_certain=True)[0]), vi
    if measure is Measure.PETO:
        return effect_of_o_minus_e(*peto_o_minus_e(tables))
    raise ValueError(f"{measure} is not for 2 x 2 tables; those have {', '.join(sorted(TABLE_MEASURES))}")


def mean_difference(one: Means, two: Means, *, is_pooled: bool = False) -> tuple[Array, Array]:
    """Mean of the intervention arm less that of the control arm.

    Parameters
    ----------
    one, two : intervention and control, of any common shape
    is_pooled : whether both arms share one variance; RevMan lets each have its own

    Returns
    -------
    tuple of two floats of that shape
        yi on the scale of the outcome, vi = sd1^2 / n1 + sd2^2 / n2, or sp^2 (1 / n1 + 1 / n2).

    Source
    ------
    Cochrane Handbook 6.5, section 10.3.1; Deeks and Higgins (2010), Statistical algorithms in RevMan 5.
    """
    (m1, sd1, n1), (m2, sd2, n2) = one.arrays, two.arrays
    if is_pooled:
        sp = _pooled_sd(one, two)
        return np.asarray(m1 - m2), np.asarray(sp**2 * (1 / n1 + 1 / n2))
    return np.asarray(m1 - m2), np.asarray(sd1**2 / n1 + sd2**2 / n2)


def hedges_j(df: ArrayLike) -> Array:
    """Exact small-sample factor J = gamma(df / 2) / (sqrt(df / 2) gamma((df - 1) / 2)); 0 at df = 1.

    Source: Hedges (1981), J Educ Stat 6:107, eq. 6e.
    """
    freedom = np.asarray(df, dtype=np.float64)
    z = (freedom - 1) / 2
    small = np.clip(z, 0.5, 100.0)
    exact = special.gamma(small + 0.5) / special.gamma(small)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Logarithms of gamma lose digits that the variance of g needs, and gamma itself overflows.
        series = 1 - 1 / (8 * z) + 1 / (128 * z**2) + 5 / (1024 * z**3) - 21 / (32768 * z**4)
        ratio = np.where(z <= 100, exact, np.sqrt(z) * (series - 399 / (262144 * z**5)))
        j = ratio / np.sqrt(freedom / 2)
    return np.asarray(np.where(freedom > 1, j, 0.0))


def hedges_j_approximate(df: ArrayLike) -> Array:
    """Small-sample factor J = 1 - 3 / (4 df - 1), which is RevMan's 1 - 3 / (4 N - 9).

    Source: Hedges (1981), J Educ Stat 6:107, Deeks and Higgins (2010).
    """
    return np.asarray(1 - 3 / (4 * np.asarray(df, dtype=np.float64) - 1))


def standardised_mean_difference(one: Means, two: Means, *, is_unbiased: bool = False) -> tuple[Array, Array]:
    """Hedges' g with exact J.

    Parameters
    ----------
    one, two : intervention and control, of any common shape
    is_unbiased : whether the variance is the unbiased one instead of the large-sample one

    Returns
    -------
    tuple of two floats of that shape
        g = J (m1 - m2) / sp; vi = 1 / n1 + 1 / n2 + g^2 / (2 N), or with
        (1 - (df - 2) / (df J^2)) g^2 for its last term.

    Source
    ------
    Hedges (1981), J Educ Stat 6:107; Hedges (1983), Psychol Bull 93:388.
    """
    n1, n2 = one.arrays[2], two.arrays[2]
    df = n1 + n2 - 2
    j = hedges_j(df)
    g = j * _cohens_d(one, two)
    last = (1 - (df - 2) / (df * j**2)) * g**2 if is_unbiased else g**2 / (2 * (n1 + n2))
    return np.asarray(g), np.asarray(1 / n1 + 1 / n2 + last)


def standardised_mean_difference_revman(one: Means, two: Means) -> tuple[Array, Array]:
    """Hedges' g as RevMan computes it: g = (1 - 3 / (4 N - 9)) d, vi = N / (n1 n2) + g^2 / (2 (N - 3.94)).

    Source: Deeks and Higgins (2010), Statistical algorithms in RevMan 5.
    """
    n1, n2 = one.arrays[2], two.arrays[2]
    total = n1 + n2
    g = hedges_j_approximate(total - 2) * _cohens_d(one, two)
    return np.asarray(g), np.asarray(total / (n1 * n2) + g**2 / (2 * (total - 3.94)))


def log_ratio_of_means(one: Means, two: Means) -> tuple[Array, Array]:
    """Log of the ratio of arithmetic means; NaN where the means have not the same sign.

    Returns
    -------
    tuple of two floats
        yi = log(m1 / m2), vi = sd1^2 / (n1 m1^2) + sd2^2 / (n2 m2^2).

    Source
    ------
    Hedges, Gurevitch and Curtis (1999), Ecology 80:1150; Friedrich et al. (2008), BMC Med Res Methodol 8:32.
    """
    (m1, sd1, n1), (m2, sd2, n2) = one.arrays, two.arrays
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = np.log(m1 / m2), sd1**2 / (n1 * m1**2) + sd2**2 / (n2 * m2**2)
    exists = np.isfinite(yi)
    return np.asarray(np.where(exists, yi, np.nan)), np.asarray(np.where(exists, vi, np.nan))


def log_ratio_of_geometric_means(one: Means, two: Means) -> tuple[Array, Array]:
    """Log of the ratio of geometric means of log-normal data; NaN where a mean is not positive.

    Each arm's mean and SD become those of the logarithms: sdlog^2 = log(1 + sd^2 / m^2) and
    mlog = log m - sdlog^2 / 2; the effect is their difference, the variance sdlog1^2 / n1 + sdlog2^2 / n2.

    Source: Higgins, White and Anzures-Cabrera (2008), Statistics in Medicine 27:6072 (method 1).
    """
    logs, variances = [], []
    for arm in (one, two):
        mean, sd, n = arm.arrays
        with np.errstate(divide="ignore", invalid="ignore"):
            log_variance = np.log1p((sd / mean) ** 2)
            logs.append(np.where(mean > 0, np.log(mean) - log_variance / 2, np.nan))
            variances.append(np.where(mean > 0, log_variance / n, np.nan))
    return np.asarray(logs[0] - logs[1]), np.asarray(variances[0] + variances[1])


def log_risk_ratio(tables: Tables) -> tuple[Array, Array]:
    """Log of the ratio of risks: yi = log((a / n1) / (c / n2)), vi = 1/a - 1/n1 + 1/c - 1/n2.

    Source: Katz et al. (1978), Biometrics 34:469; Cochrane Handbook 6.5, section 6.4.1.2.
    """
    n1, n2 = tables.totals
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = np.log(tables.events_1 / n1) - np.log(tables.events_2 / n2)
        vi = 1 / tables.events_1 - 1 / n1 + 1 / tables.events_2 - 1 / n2
    return _where_it_exists(tables, yi, vi)


def log_odds_ratio(tables: Tables) -> tuple[Array, Array]:
    """Log of the ratio of odds: yi = log(a d / (b c)), vi = 1/a + 1/b + 1/c + 1/d.

    Source: Woolf (1955), Ann Hum Genet 19:251; Cochrane Handbook 6.5, section 6.4.1.2.
    """
    a, b, c, d = tables.events_1, tables.others_1, tables.events_2, tables.others_2
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d
    return _where_it_exists(tables, yi, vi)


def risk_difference(tables: Tables, *, is_certain: bool = False) -> tuple[Array, Array]:
    """Difference of risks: yi = a / n1 - c / n2, vi = a b / n1^3 + c d / n2^3.

    A difference without variance, as of two empty arms, is NaN unless `is_certain` asks for it.

    Source: Cochrane Handbook 6.5, section 6.4.1.1; Deeks and Higgins (2010).
    """
    n1, n2 = tables.totals
    with np.errstate(divide="ignore", invalid="ignore"):
        yi = tables.events_1 / n1 - tables.events_2 / n2
        vi = tables.events_1 * tables.others_1 / n1**3 + tables.events_2 * tables.others_2 / n2**3
    return (yi, vi) if is_certain else _where_it_exists(tables, yi, vi)


def peto_o_minus_e(tables: Tables) -> tuple[Array, Array]:
    """Observed less expected events of the intervention arm, and their hypergeometric variance, (S, k).

    O - E = a - n1 (a + c) / N, V = n1 n2 (a + c) (b + d) / (N^2 (N - 1)); both 0 for padding.

    Source: Yusuf et al. (1985), Prog Cardiovasc Dis 27:335; Cochrane Handbook 6.5, section 10.4.2.
    """
    n1, n2 = tables.totals
    total = np.where(tables.counts, n1 + n2, 2.0)
    events, others = tables.events_1 + tables.events_2, tables.others_1 + tables.others_2
    return tables.events_1 - n1 * events / total, n1 * n2 * events * others / (total**2 * (total - 1))


def effect_of_o_minus_e(o_minus_e: ArrayLike, v: ArrayLike) -> tuple[Array, Array]:
    """Log hazard ratio, rate ratio or Peto odds ratio (O - E) / V with variance 1 / V; NaN where V = 0.

    Source: Parmar, Torri and Stewart (1998), Statistics in Medicine 17:2815.
    """
    difference, variance = np.asarray(o_minus_e, dtype=np.float64), np.asarray(v, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = difference / variance, 1 / variance
    return np.asarray(np.where(variance > 0, yi, np.nan)), np.asarray(np.where(variance > 0, vi, np.nan))


def log_rate_ratio(x1i: ArrayLike, t1i: ArrayLike, x2i: ArrayLike, t2i: ArrayLike) -> tuple[Array, Array]:
    """Log of the ratio of rates: yi = log((x1 / t1) / (x2 / t2)), vi = 1 / x1 + 1 / x2.

    Parameters
    ----------
    x1i, x2i : events of intervention and control, any common shape; 0.5 is added to both where one is 0
    t1i, t2i : person-time in the same unit, above 0

    Returns
    -------
    tuple of two floats of that shape
        NaN where neither arm has an event: nothing is known of the ratio.

    Source
    ------
    Rothman, Greenland and Lash (2008), Modern Epidemiology, chapter 14; Cochrane Handbook 6.5, section 6.7.1.
    """
    x1, t1, x2, t2 = (np.asarray(value, dtype=np.float64) for value in (x1i, t1i, x2i, t2i))
    half = np.where((x1 == 0) | (x2 == 0), 0.5, 0.0)
    exists = (x1 > 0) | (x2 > 0)
    x1, x2 = x1 + half, x2 + half
    yi, vi = np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2
    return np.asarray(np.where(exists, yi, np.nan)), np.asarray(np.where(exists, vi, np.nan))


def _pooled_sd(one: Means, two: Means) -> Array:
    (_, sd1, n1), (_, sd2, n2) = one.arrays, two.arrays
    return np.asarray(np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2)))


def _cohens_d(one: Means, two: Means) -> Array:
    """Difference in pooled SDs; NaN where nobody differs from anybody within either arm."""
    sp = _pooled_sd(one, two)
    return np.asarray((one.arrays[0] - two.arrays[0]) / np.where(sp > 0, sp, np.nan))


_OF_MEANS: dict[Measure, Callable[[Means, Means], tuple[Array, Array]]] = {
    Measure.MD: mean_difference,
    Measure.SMD: standardised_mean_difference,
    Measure.SMD_APPROXIMATE: standardised_mean_difference_revman,
    Measure.ROM: log_ratio_of_means,
    Measure.ROM_GEOMETRIC: log_ratio_of_geometric_means,
}


def _where_it_exists(tables: Tables, yi: Array, vi: Array) -> tuple[Array, Array]:
    exists = tables.counts & np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    return np.asarray(np.where(exists, yi, np.nan)), np.asarray(np.where(exists, vi, np.nan))
