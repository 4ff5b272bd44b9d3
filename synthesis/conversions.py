"""What trials report in place of a mean with its SD, or of a log ratio with its variance, made usable.

Every function returns a `Conversion`: the number with what it was made from, so that a reader of the review
can redo it. Nothing is converted silently.
"""

from dataclasses import dataclass
from math import exp, isfinite, log, sqrt
from typing import NamedTuple

from scipy import special


@dataclass(frozen=True)
class Conversion:
    """A number that was computed, not reported.

    Attributes
    ----------
    value : the number
    name : what it is
    given : what it was made from, by name
    source : where the formula stands
    """

    value: float
    name: str
    given: dict[str, float]
    source: str

    def __str__(self) -> str:
        given = ", ".join(f"{name} {value:g}" for name, value in self.given.items())
        return f"{self.name} {self.value:g} computed from {given} ({self.source})"


def made(value: float, name: str, given: dict[str, float], source: str) -> Conversion:
    """A number with what it was made from; ValueError where it is none."""
    if not isfinite(value):
        raise ValueError(f"{name} cannot be computed from {given}")
    return Conversion(value, name, given, source)


def critical(level: float, df: float | None = None) -> float:
    """Standard errors from the middle of an interval to its limits, by z, or by t when `df` is given."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1, such as 0.95")
    tail = (1 + level) / 2
    return float(special.ndtri(tail) if df is None else special.stdtrit(df, tail))


def require_positive(**given: float) -> None:
    """ValueError that names the first number which is not above 0."""
    for name, value in given.items():
        if not value > 0:
            raise ValueError(f"{name} is {value:g}: give a number above 0")


def sd_from_se(se: float, n: float) -> Conversion:
    """SD of a mean's standard error: se sqrt(n). Source: Cochrane Handbook 6.5, section 6.5.2.2."""
    require_positive(se=se, n=n)
    return made(se * sqrt(n), "SD", {"SE": se, "n": n}, "Handbook 6.5.2.2")


def sd_from_ci(low: float, high: float, n: float, level: float = 0.95) -> Conversion:
    """SD of the confidence interval of one arm's mean, by t with n - 1 df.

    Source: Cochrane Handbook 6.5, section 6.5.2.2.
    """
    require_positive(**{"n - 1": n - 1, "width of the interval": high - low})
    value = sqrt(n) * (high - low) / (2 * critical(level, n - 1))
    return made(value, "SD", {"low": low, "high": high, "n": n, "level": level}, "Handbook 6.5.2.2")


def se_from_ci(low: float, high: float, level: float = 0.95, df: float | None = None) -> Conversion:
    """SE of an effect from its interval on the analysis scale, by z, or by t when `df` is given.

    Source: Cochrane Handbook 6.5, sections 6.3.1, 6.5.2.3.
    """
    require_positive(**{"width of the interval": high - low})
    given = {"low": low, "high": high, "level": level} | ({} if df is None else {"df": df})
    return made((high - low) / (2 * critical(level, df)), "SE", given, "Handbook 6.3.1")


def log_effect_from_ratio(
    low: float, high: float, level: float = 0.95, ratio: float | None = None
) -> tuple[Conversion, Conversion]:
    """Log ratio and its SE from a ratio's limits, and from the ratio itself where it is printed.

    Source: Cochrane Handbook 6.5, section 6.3.2.
    """
    require_positive(low=low, high=high)
    given = {"low": low, "high": high, "level": level}
    if ratio is None:
        estimate = made((log(low) + log(high)) / 2, "log ratio", given, "Handbook 6.3.2")
    else:
        require_positive(ratio=ratio)
        estimate = made(log(ratio), "log ratio", {"ratio": ratio}, "Handbook 6.3.2")
    se = se_from_ci(log(low), log(high), level)
    return estimate, made(se.value, "SE of log ratio", given, "Handbook 6.3.2")


def se_from_t(effect: float, t: float) -> Conversion:
    """SE of a mean difference from its t statistic. Source: Cochrane Handbook 6.5, section 6.5.2.3."""
    require_positive(**{"absolute t": abs(t), "absolute effect": abs(effect)})
    return made(abs(effect / t), "SE", {"effect": effect, "t": t}, "Handbook 6.5.2.3")


def se_from_p(effect: float, p: float, df: float | None = None) -> Conversion:
    """SE of an effect from its exact two-sided p, by z, or by t when `df` is given.

    Source: Cochrane Handbook 6.5, sections 6.3.1 and 6.5.2.3.
    """
    if not 0 < p < 1:
        raise ValueError(f"p is {p}: give the exact two-sided p, between 0 and 1")
    given = {"effect": effect, "p": p} | ({} if df is None else {"df": df})
    return made(abs(effect) / critical(1 - p, df), "SE", given, "Handbook 6.5.2.3")


def sd_from_se_of_difference(se: float, n1: float, n2: float) -> Conversion:
    """Average SD of both arms from the SE of their difference. Source: Cochrane Handbook 6.5, section 6.5.2.3."""
    require_positive(se=se, n1=n1, n2=n2)
    return made(se / sqrt(1 / n1 + 1 / n2), "SD", {"SE": se, "n1": n1, "n2": n2}, "Handbook 6.5.2.3")


LEAST_FOR_SKEWNESS = 5
"""People below whom quantiles tell nothing of skewness."""


@dataclass(frozen=True)
class Skewness:
    """How far quantiles are from even, and how far those of a normal outcome are in one of 20 studies.

    Attributes
    ----------
    statistic, critical : T of the test, 0 where the quantiles are even; and its critical value at 0.05
    """

    statistic: float
    critical: float

    @property
    def is_skewed(self) -> bool:
        return self.statistic >= self.critical

    def __str__(self) -> str:
        return f"skewed: T = {self.statistic:.2f}, critical value {self.critical:.2f} (Shi 2023)"


def skewness_of_quantiles(
    median: float,
    n: float,
    *,
    q1: float | None = None,
    q3: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Skewness:
    """Whether an outcome is too skewed for a mean to be made of its median.

    Parameters
    ----------
    median, n, q1, q3, low, high : as of `mean_sd_from_quantiles`, n at least 5

    Raises
    ------
    ValueError
        If neither pair is complete.

    Source
    ------
    Shi et al. (2023), Stat Methods Med Res 32:1338, with the constants that metafor has in conv.fivenum.
    """

    def unevenness(one: float, other: float) -> float:
        return abs((one - median) + (other - median)) / (other - one) if other > one else 0.0

    if low is not None and high is not None and q1 is not None and q3 is not None:
        of_range = 2.65 * log(0.6 * n) / sqrt(n) * unevenness(low, high)
        return Skewness(max(of_range, unevenness(q1, q3)), 3 / sqrt(n) - 40 / n**3)
    if q1 is not None and q3 is not None:
        return Skewness(unevenness(q1, q3), 2.65 / sqrt(n) - 6 / n**2)
    if low is not None and high is not None:
        return Skewness(unevenness(low, high), 1 / log(n + 9) + 2.5 / (n + 1))
    raise ValueError("give both quartiles, or minimum and maximum, with the median")


class MeanAndSd(NamedTuple):
    mean: Conversion
    sd: Conversion


def mean_sd_from_quantiles(
    median: float,
    n: float,
    *,
    q1: float | None = None,
    q3: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> MeanAndSd:
    """Mean and SD from the median with quartiles, range, or both, if the outcome is not skewed.

    Parameters
    ----------
    median, n : median and number of people
    q1, q3 : quartiles, both or neither
    low, high : minimum and maximum, both or neither

    Raises
    ------
    ValueError
        If neither pair is complete, or the numbers are not in order.

    Source
    ------
    Means: Luo et al. (2018), Stat Methods Med Res 27:1785, eqs 7, 11 and 15. SDs: Wan et al. (2014), BMC Med
    Res Methodol 14:135, eqs 9 and 16; of all five numbers Shi et al. (2020), Res Synth Methods 11:641.
    """
    values = [value for value in (low, q1, median, q3, high) if value is not None]
    if values != sorted(values) or n < 2:
        raise ValueError(f"minimum, quartiles and maximum are not in order, or n is below 2: {values}, n = {n:g}")
    named = {"minimum": low, "Q1": q1, "median": median, "Q3": q3, "maximum": high, "n": n}
    given = {name: value for name, value in named.items() if value is not None}
    range_z, iqr_z = special.ndtri((n - 0.375) / (n + 0.25)), special.ndtri((0.75 * n - 0.125) / (n + 0.25))
    if low is not None and high is not None and q1 is not None and q3 is not None:
        of_range, of_iqr = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
        mean = of_range * (low + high) / 2 + of_iqr * (q1 + q3) / 2 + (1 - of_range - of_iqr) * median
        sd = (high - low) / ((2 + 0.14 * n**0.6) * range_z) + (q3 - q1) / ((2 + 2 / (0.07 * n**0.6)) * iqr_z)
        source = "Luo 2018, Shi 2020"
    elif q1 is not None and q3 is not None:
        weight = 0.7 + 0.39 / n
        mean, sd = weight * (q1 + q3) / 2 + (1 - weight) * median, (q3 - q1) / (2 * iqr_z)
        source = "Luo 2018, Wan 2014"
    elif low is not None and high is not None:
        weight = 4 / (4 + n**0.75)
        mean, sd = weight * (low + high) / 2 + (1 - weight) * median, (high - low) / (2 * range_z)
        source = "Luo 2018, Wan 2014"
    else:
        raise ValueError("give both quartiles, or minimum and maximum, with the median")
    return MeanAndSd(made(mean, "mean", given, source), made(float(sd), "SD", given, source))


def sd_of_change(sd_baseline: float, sd_final: float, correlation: float) -> Conversion:
    """SD of the change from baseline with an imputed correlation.

    Source: Cochrane Handbook 6.5, section 6.5.2.8.
    """
    require_positive(sd_baseline=sd_baseline, sd_final=sd_final)
    _correlation(correlation)
    value = sqrt(sd_baseline**2 + sd_final**2 - 2 * correlation * sd_baseline * sd_final)
    given = {"SD at baseline": sd_baseline, "SD at the end": sd_final, "correlation": correlation}
    return made(value, "SD of change", given, "Handbook 6.5.2.8")


def correlation_of_change(sd_baseline: float, sd_final: float, sd_change: float) -> Conversion:
    """Correlation of baseline and final values from a study that reports all three SDs.

    Source: Cochrane Handbook 6.5, section 6.5.2.8.
    """
    require_positive(sd_baseline=sd_baseline, sd_final=sd_final, sd_change=sd_change)
    value = (sd_baseline**2 + sd_final**2 - sd_change**2) / (2 * sd_baseline * sd_final)
    _correlation(value)
    given = {"SD at baseline": sd_baseline, "SD at the end": sd_final, "SD of change": sd_change}
    return made(value, "correlation", given, "Handbook 6.5.2.8")


def _correlation(value: float) -> None:
    if not -1 <= value <= 1:
        raise ValueError(f"correlation is {value:g}: it lies between -1 and 1")


def split_control(n_events: float | None, n: float, n_arms: int) -> tuple[Conversion | None, Conversion]:
    """A control group's events and people divided among the arms that are each compared with it.

    Means and SDs of a divided group stay as they are. Source: Cochrane Handbook 6.5, section 23.3.4.
    """
    require_positive(n=n, n_arms=n_arms)
    given = {"n": n, "arms": float(n_arms)}
    events = None
    if n_events is not None:
        events = made(n_events / n_arms, "events", {"events": n_events, "arms": float(n_arms)}, "Handbook 23.3.4")
    return events, made(n / n_arms, "n", given, "Handbook 23.3.4")


def design_effect(cluster_size: float, icc: float) -> Conversion:
    """Factor by which a cluster-randomised trial's variance grows: 1 + (M - 1) ICC.

    Divide people and events by it, or multiply a standard error by its root.
    Source: Cochrane Handbook 6.5, section 23.1.4.
    """
    require_positive(cluster_size=cluster_size)
    if not 0 <= icc <= 1:
        raise ValueError(f"icc is {icc:g}: it lies between 0 and 1")
    return made(1 + (cluster_size - 1) * icc, "design effect", {"M": cluster_size, "ICC": icc}, "Handbook 23.1.4")


class Effect(NamedTuple):
    """An effect and its sampling variance on the analysis scale, each with what it was made from."""

    yi: Conversion
    vi: Conversion


def paired_mean_difference(m1: float, sd1: float, m2: float, sd2: float, n: float, correlation: float) -> Effect:
    """Mean difference of paired or cross-over data: n people measured under both conditions.

    Source: Elbourne et al. (2002), Int J Epidemiol 31:140; Cochrane Handbook 6.5, section 23.2.7.
    """
    require_positive(sd1=sd1, sd2=sd2, n=n)
    _correlation(correlation)
    given = {"mean 1": m1, "SD 1": sd1, "mean 2": m2, "SD 2": sd2, "n": n, "correlation": correlation}
    variance = (sd1**2 + sd2**2 - 2 * correlation * sd1 * sd2) / n
    return Effect(
        made(m1 - m2, "mean difference", given, "Handbook 23.2.7"),
        made(variance, "variance", given, "Handbook 23.2.7"),
    )


def standardised_change(m1: float, m2: float, sd: float, n: float, correlation: float) -> Effect:
    """Standardised mean change with raw-score standardisation by `sd`, exact J with n - 1 df.

    Source: Becker (1988), Br J Math Stat Psychol 41:257; variance as metafor's SMCR.
    """
    require_positive(sd=sd, **{"n - 1": n - 1})
    _correlation(correlation)
    given = {"mean 1": m1, "mean 2": m2, "SD": sd, "n": n, "correlation": correlation}
    df = n - 1
    j = exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / sqrt(df / 2) if df > 1 else 0.0
    g = j * (m1 - m2) / sd
    return Effect(
        made(g, "standardised mean change", given, "Becker 1988"),
        made(2 * (1 - correlation) / n + g**2 / (2 * n), "variance", given, "Becker 1988"),
    )
