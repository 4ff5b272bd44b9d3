"""Generalised linear mixed models of 2 x 2 tables: a mean odds ratio from counts, to which nothing is added.

A study without events in one arm counts with what it tells; a study without events in both says nothing about an odds
ratio and is left out, as in metafor.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from models.vocabulary import Model
from synthesis.glmm_likelihoods import At, Likelihood, Unconditional, approximate, exact
from synthesis.inverse_variance import critical_value, two_sided_p
from synthesis.score_roots import NotEstimable, highest_maximum
from synthesis.sparse_tables import ONE_SIDED, SparseTables

LIKELIHOODS: dict[Model, Callable[[SparseTables], Likelihood]] = {
    Model.GLMM_CM_AL: approximate,
    Model.GLMM_CM_EL: exact,
    Model.GLMM_UM_FS: Unconditional,
}
"""metafor's models CM.AL, CM.EL and UM.FS by our names."""

COMMON_LIKELIHOODS = {
    Model.GLMM_CM_AL_EE: Model.GLMM_CM_AL,
    Model.GLMM_CM_EL_EE: Model.GLMM_CM_EL,
    Model.GLMM_UM_FS_EE: Model.GLMM_UM_FS,
}
"""The same with one common effect."""

GRID = (0.0, *np.geomspace(1e-2, 1e2, 17).tolist())
"""Values of tau2 between which local maxima are looked for: four per power of ten, on the scale of a log odds ratio.
At the last one odds ratios of studies differ by a factor of e^10 as a rule, where counts no longer tell anything."""

SMALL_STEP = 1e-7
"""A step of Newton's that is smaller is the last one: it leaves an error of the order of its square."""

NO_SPREAD_TO_FIND = (
    "the studies contradict each other beyond bounds: their between-study variance is above 100, or without end"
)


@dataclass(frozen=True)
class Glmm:
    """A mean log odds ratio.

    Attributes
    ----------
    k : studies that say something about it
    estimate, se, ci_low, ci_high, p_value : mean log odds ratio, by z; the standard error from observed information
    tau2 : variance of true log odds ratios between studies, 0 under a common effect
    q_lrt, q_wald : tests that all studies have one odds ratio, chi-squared with `q_df` = k - 1 degrees of freedom, by
        likelihood ratio and by Wald. None for `q_wald` where a study's own odds ratio is 0 or infinite.
    """

    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p_value: float
    tau2: float
    q_lrt: float
    q_lrt_p: float
    q_wald: float | None
    q_wald_p: float | None
    q_df: int


def glmm(tables: SparseTables, model: Model, *, level: float = 0.95) -> Glmm:
    """Fit a model by maximum likelihood, the global maximum over tau2.

    Parameters
    ----------
    tables : k studies as they are, double zeros included
    model : one of `LIKELIHOODS` with random effects, or of `COMMON_LIKELIHOODS`
    level : of the interval

    Raises
    ------
    NotEstimable
        If no study says anything, all are one-sided, an exact model gets counts that are not whole, or the
        between-study variance has no maximum.

    Source
    ------
    Stijnen, Hamza and Ozdemir (2010), Statistics in Medicine 29:3046; Jackson et al. (2018), Statistics in Medicine
    37:1059 (UM.FS is their model 4, with effects halved to both arms).
    """
    is_common = model in COMMON_LIKELIHOODS
    kept = tables.informative
    is_approximate = COMMON_LIKELIHOODS.get(model, model) is Model.GLMM_CM_AL
    has_one_side = bool((kept.events_1 == 0).all() or (kept.events_2 == 0).all()) if is_approximate else False
    if has_one_side or (not is_approximate and kept.is_one_sided):
        raise NotEstimable(ONE_SIDED)
    likelihood = LIKELIHOODS[COMMON_LIKELIHOODS.get(model, model)](kept)
    best = _Profile(likelihood)
    common = best.at(0.0)
    tau2 = 0.0 if is_common or kept.k < 2 else _tau2(best)
    mu, at = best.at(tau2)
    se = _standard_error(at, tau2)
    half = float(critical_value(level, np.inf)) * se
    saturated, df = likelihood.saturated(), kept.k - 1
    lrt = max(0.0, 2 * (saturated.value - common[1].value))
    wald = None
    if np.isfinite(saturated.variances).all():
        weights = 1 / saturated.variances
        centre = np.average(saturated.estimates, weights=weights)
        wald = float((weights * (saturated.estimates - centre) ** 2).sum())
    return Glmm(
        k=kept.k,
        estimate=mu,
        se=se,
        ci_low=mu - half,
        ci_high=mu + half,
        p_value=float(two_sided_p(mu, se, np.inf)),
        tau2=tau2,
        q_lrt=lrt,
        q_lrt_p=_beyond(lrt, df),
        q_wald=wald,
        q_wald_p=None if wald is None else _beyond(wald, df),
        q_df=df,
    )


@dataclass
class _Profile:
    """The best mu for each tau2; the last one is where the next search begins."""

    likelihood: Likelihood
    mu: float = 0.0

    def at(self, tau2: float) -> tuple[float, At]:
        """Newton's steps, which halve until the log-likelihood, concave in mu, no longer falls."""
        mu, longest = self.mu, 2.0
        at = self.likelihood.at(mu, tau2)
        for _ in range(50):
            step = float(np.clip(-at.mu / at.mu_mu, -longest, longest))
            new = self.likelihood.at(mu + step, tau2)
            while new.value < at.value - 1e-9 and abs(step) > SMALL_STEP:
                step /= 2
                new = self.likelihood.at(mu + step, tau2)
            mu, at = mu + step, new
            if abs(step) < SMALL_STEP:
                break
        self.mu = mu
        return mu, at


def _tau2(best: _Profile) -> float:
    try:
        return highest_maximum(lambda tau2: best.at(tau2)[1].tau2, lambda tau2: best.at(tau2)[1].value, GRID)
    except NotEstimable as problem:
        raise NotEstimable(NO_SPREAD_TO_FIND) from problem


def _standard_error(at: At, tau2: float) -> float:
    """From the inverse of the observed information, of which tau2 is no part where it is at its bound of 0."""
    if tau2 == 0:
        return float(np.sqrt(-1 / at.mu_mu))
    return float(np.sqrt(-1 / (at.mu_mu - at.mu_tau2**2 / at.tau2_tau2)))


def _beyond(q: float, df: int) -> float:
    return float(special.chdtrc(df, q)) if df else 1.0
