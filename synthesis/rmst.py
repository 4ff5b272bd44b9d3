"""Restricted mean survival time from survival at landmarks: how long people live on average within a time.

A table tells survival at a few times and not between them. A survival curve never rises: so the area under it lies
between the steps below and the steps above, and straight lines between landmarks give a number in the middle. Both are
returned; the bounds hold whatever happened between the landmarks.
"""

from dataclasses import dataclass
from math import exp, isnan, log, nan, sqrt

import numpy as np
from scipy import special

from synthesis.study_sets import Array

NOBODY_LOST = "as if nobody was lost to follow-up where the number at risk is not told"


@dataclass(frozen=True)
class Curve:
    """Survival of one arm at landmarks.

    Attributes
    ----------
    times : (m,), rising, the first 0
    share : (m,) share of people alive (free of the event), never rising, the first 1
    se : (m,) its standard error, NaN where not told
    at_risk : (m,) people at risk, never rising, NaN where not told; the first are all people of the arm
    """

    times: Array
    share: Array
    se: Array
    at_risk: Array

    def __post_init__(self) -> None:
        if len(self.times) < 2:
            raise ValueError("a curve needs survival at one time after its start, at least")
        if self.times[0] != 0 or self.share[0] != 1:
            raise ValueError("a curve starts at time 0, when everybody is alive")
        if np.any(np.diff(self.times) <= 0):
            raise ValueError("times of a curve rise, each standing once")
        if np.any(np.diff(self.share) > 0) or np.any(self.share < 0):
            raise ValueError("survival never rises, and is not below 0")
        if np.any(np.diff(self.at_risk[~np.isnan(self.at_risk)]) > 0):
            raise ValueError("numbers at risk never rise")

    def until(self, end: float) -> "Curve":
        """The curve up to one of its times."""
        kept = self.times <= end
        return Curve(self.times[kept], self.share[kept], self.se[kept], self.at_risk[kept])

    @property
    def is_assumed(self) -> bool:
        """Whether its variance takes nobody to be lost somewhere, since neither SE nor number at risk is told there."""
        return bool(np.any(np.isnan(self.se[1:]) & np.isnan(self.at_risk[1:]) & (self.share[1:] > 0)))

    @property
    def relative_variance(self) -> Array:
        """(m,) variance of the survival estimate divided by its square, as Greenwood's sum; NaN where unknown.

        From the SE where it is told. Elsewhere from people at risk at both ends of each interval: of r who enter and s
        who are left, those lost between count half, so that (r + s) / (1 + q) people stand behind the share q who
        survive the interval.

        Source: Greenwood (1926); Williamson, Tudur Smith, Hutton and Marson (2002), Statistics in Medicine 21:3337.
        """
        sums = np.zeros(len(self.times))
        entering = self.at_risk[0]
        for j in range(1, len(self.times)):
            q = self.share[j] / self.share[j - 1] if self.share[j - 1] else 0.0
            told = self.at_risk[j]
            leaving = entering * q if isnan(told) else told
            if self.share[j] == 0:
                # Everybody has died: an estimate of 0 has no variance, and nothing later is added.
                sums[j] = sums[j - 1]
            elif not isnan(self.se[j]):
                sums[j] = (self.se[j] / self.share[j]) ** 2
            else:
                behind = (entering + leaving) / (1 + q)
                sums[j] = sums[j - 1] + ((1 - q) / (q * behind) if behind else nan)
            entering = leaving
        # Rounding of printed errors must not make an earlier sum larger than a later one.
        return sums if np.isnan(sums).any() else np.maximum.accumulate(sums)


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time alive up to a time, in the unit of the curve's times.

    Attributes
    ----------
    mean : by straight lines between landmarks
    least, most : whatever happened between landmarks
    variance : of the mean, NaN where people at risk and standard errors do not determine it
    """

    mean: float
    least: float
    most: float
    variance: float


def restricted_mean(curve: Curve) -> RestrictedMean:
    """Area under a curve up to its last landmark.

    Returns
    -------
    RestrictedMean
        The variance is that of the straight-line area as a sum of Kaplan-Meier estimates, with
        cov(S(s), S(t)) = S(s) S(t) g(min(s, t)), where g is Greenwood's sum.

    Source
    ------
    Irwin (1949), Journal of Hygiene 47:188; Royston and Parmar (2013), BMC Medical Research Methodology 13:152;
    covariance of the estimator: Kalbfleisch and Prentice (2002), section 1.4.
    """
    steps = np.diff(curve.times)
    weights = np.zeros(len(curve.times))
    weights[1:] += steps / 2
    weights[:-1] += steps / 2
    parts, sums = weights * curve.share, curve.relative_variance
    index = np.arange(len(parts))
    together = sums[np.minimum.outer(index, index)]
    return RestrictedMean(
        mean=float(parts.sum()),
        least=float(steps @ curve.share[1:]),
        most=float(steps @ curve.share[:-1]),
        variance=float(parts @ together @ parts),
    )


@dataclass(frozen=True)
class RestrictedMeans:
    """Restricted means of two arms up to the same time.

    `difference` is the intervention's less the control's, in the unit of times; `ratio` the intervention's by the
    control's. Limits and `se` are None where the variance is not known. `least` and `most` bound the difference
    whatever happened between landmarks: they are about the curves as estimated, and no confidence limits.
    """

    until: float
    intervention: RestrictedMean
    control: RestrictedMean
    level: float
    difference: float
    least: float
    most: float
    ratio: float
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    note: str = ""


def compare_restricted_means(intervention: Curve, control: Curve, level: float = 0.95) -> RestrictedMeans:
    """Difference and ratio of restricted means up to the last time that both curves have.

    Raises
    ------
    ValueError
        If the curves have no time after 0 in common.

    Source
    ------
    Royston and Parmar (2013), BMC Medical Research Methodology 13:152; Uno et al. (2014), Journal of Clinical Oncology
    32:2380. Limits rest on z; those of the ratio are computed for its logarithm.
    """
    common = np.intersect1d(intervention.times, control.times)
    if len(common) < 2:
        raise ValueError("the two arms have no time after 0 in common")
    until = float(common[-1])
    curves = intervention.until(until), control.until(until)
    first, second = map(restricted_mean, curves)
    difference, ratio = first.mean - second.mean, first.mean / second.mean
    found = RestrictedMeans(
        until=until,
        intervention=first,
        control=second,
        level=level,
        difference=difference,
        least=first.least - second.most,
        most=first.most - second.least,
        ratio=ratio,
    )
    variance = first.variance + second.variance
    if isnan(variance) or not variance:
        # Where nobody has died the estimates have no error, which says nothing of how sure they are.
        return found
    z = -float(special.ndtri((1 - level) / 2))
    se, of_log = sqrt(variance), sqrt(first.variance / first.mean**2 + second.variance / second.mean**2)
    return RestrictedMeans(
        **vars(found)
        | {
            "se": se,
            "ci_low": difference - z * se,
            "ci_high": difference + z * se,
            "ratio_low": exp(log(ratio) - z * of_log),
            "ratio_high": exp(log(ratio) + z * of_log),
            "note": NOBODY_LOST if any(curve.is_assumed for curve in curves) else "",
        }
    )
