"""Kenward and Roger's interval: a standard error that knows that tau2 is estimated, and t with matched degrees of freedom."""

import numpy as np
from numpy.typing import ArrayLike

from models.vocabulary import Model
from synthesis.between_study import estimate_tau2
from synthesis.further_limits import FurtherLimits
from synthesis.inverse_variance import critical_value, two_sided_p
from synthesis.score_roots import NotEstimable
from synthesis.study_sets import StudySets


def kenward_roger(yi: ArrayLike, vi: ArrayLike, *, model: Model = Model.REML, level: float = 0.95) -> FurtherLimits:
    """Random-effects estimate with Kenward and Roger's standard error and degrees of freedom.

    Parameters
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances, k at least 2
    model : REML, for which it is derived, or ML
    level : of the interval

    Raises
    ------
    NotEstimable
        For a single study, or where the expected information on tau2 is not above 0.

    Source
    ------
    Kenward and Roger (1997), Biometrics 53:983, in the form of Partlett and Riley (2017), Statistics in Medicine
    36:301, with expected information; R's meta, ``method.random.ci = "KR"``.
    """
    sets = StudySets.of(yi, vi)
    if sets.k[0] < 2:
        raise NotEstimable("Kenward-Roger limits need two studies")
    tau2 = estimate_tau2(sets, model)
    at = sets.moments(tau2)
    one, two, three = (float((at.weights**power).sum()) for power in (1, 2, 3))
    information = two / 2 - three / one + (two / one) ** 2 / 2
    if not information > 0:
        raise NotEstimable("Kenward-Roger: the studies hold no information on tau2")
    variance = (1 + 2 * (three / one - (two / one) ** 2) / information) / one
    df = 2 * information / (variance * two) ** 2
    estimate, se = float((sets.origin + at.mean)[0]), float(np.sqrt(variance))
    half = float(critical_value(level, df)) * se
    return FurtherLimits(
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p_value=float(two_sided_p(estimate, se, df)),
        df=df,
        tau2=float(tau2[0]),
    )
