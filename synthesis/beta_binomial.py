"""Beta-binomial model of two arms' risks, which studies without any event inform as well.

Events of an arm are binomial at a risk that varies between studies by a beta distribution around the arm's mean risk;
both arms share one correlation between people of a study. Arms are not paired within studies, so that risks of
studies as a whole that differ widen the interval.
"""

from dataclasses import dataclass

import numpy as np

from models.vocabulary import Measure
from synthesis.inverse_variance import critical_value, two_sided_p
from synthesis.kernels import log_choose
from synthesis.risks import on_scale
from synthesis.score_roots import NotEstimable, highest_maximum
from synthesis.sparse_tables import SparseTables
from synthesis.study_sets import Array

GRID = (0.0, *np.geomspace(1e-5, 1e3, 25).tolist())
"""Values of the overdispersion rho / (1 - rho) between which local maxima are looked for."""

SMALL_STEP = 1e-8
"""A relative step of Newton's that is smaller is the last one: it leaves an error of the order of its square."""

NO_RISK = "nobody, or everybody, had the event in one arm of all studies: a mean risk of 0 or 1 has no standard error"


@dataclass(frozen=True)
class BetaBinomial:
    """Mean risks of two arms and what they come to.

    Attributes
    ----------
    k : studies, those without any event included
    risk_1, risk_2 : mean risks of intervention and control
    rho : correlation between people of one arm of a study, 0 or more
    estimate, se, ci_low, ci_high, p_value : log risk ratio, log odds ratio or risk difference, by z; the standard
        error from observed information by the delta method
    log_likelihood : at the estimate
    """

    k: int
    risk_1: float
    risk_2: float
    rho: float
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p_value: float
    log_likelihood: float


def beta_binomial(tables: SparseTables, measure: Measure, *, level: float = 0.95) -> BetaBinomial:
    """Fit mean risks by maximum likelihood, the global maximum over the correlation.

    Parameters
    ----------
    tables : k studies as they are
    measure : RR, OR or RD, of the mean risks
    level : of the interval

    Raises
    ------
    NotEstimable
        If a mean risk is 0 or 1, or counts are not whole.
    ValueError
        For another measure.

    Source
    ------
    Kuss (2015), Statistics in Medicine 34:1097; Griffiths (1973), Biometrics 29:637 for the likelihood.
    """
    if measure not in (Measure.RR, Measure.OR, Measure.RD):
        raise ValueError(f"beta-binomial estimates RR, OR or RD, not {measure}")
    tables.require_whole()
    arms = _Arm.of(tables.events_1, tables.n_1), _Arm.of(tables.events_2, tables.n_2)
    if any(not arm.successes.size or not arm.failures.size for arm in arms):
        raise NotEstimable(NO_RISK)
    theta = highest_maximum(
        lambda theta: sum(arm.at(arm.best(theta), theta).theta for arm in arms),
        lambda theta: sum(arm.at(arm.best(theta), theta).value for arm in arms),
        GRID,
    )
    risks = [arm.best(theta) for arm in arms]
    at = [arm.at(risk, theta) for arm, risk in zip(arms, risks, strict=True)]
    covariance = _covariance(at, theta)
    (one, two), slopes = on_scale(np.array(risks), measure)
    estimate, gradient = float(one - two), slopes * (1, -1)
    se = float(np.sqrt(gradient @ covariance @ gradient))
    half = float(critical_value(level, np.inf)) * se
    return BetaBinomial(
        k=tables.k,
        risk_1=risks[0],
        risk_2=risks[1],
        rho=theta / (1 + theta),
        estimate=estimate,
        se=se,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p_value=float(two_sided_p(estimate, se, np.inf)),
        log_likelihood=sum(one.value for one in at),
    )


def _covariance(at: list["_At"], theta: float) -> Array:
    """(2, 2) of the risks: inverse observed information, of which theta is no part at its bound of 0."""
    information = -np.diag([one.risk_risk for one in at])
    if theta > 0:
        cross = np.array([one.risk_theta for one in at])
        own = sum(one.theta_theta for one in at)
        information = information + np.outer(cross, cross) / own
    inverse: Array = np.linalg.inv(information)
    return inverse


@dataclass(frozen=True)
class _At:
    """An arm's log-likelihood at a risk and a theta, with derivatives."""

    value: float
    risk: float
    theta: float
    risk_risk: float
    risk_theta: float
    theta_theta: float


@dataclass(frozen=True)
class _Arm:
    """One arm of all studies as sums over j = 0, 1, ...: how many studies have more than j events, others, people.

    With theta = rho / (1 - rho) the probability of y of n is the product of risk + j theta for j < y, of
    1 - risk + j theta for j < n - y, over that of 1 + j theta for j < n, times the ways to choose.
    """

    successes: Array
    failures: Array
    people: Array
    log_ways: float

    @classmethod
    def of(cls, events: Array, n: Array) -> "_Arm":
        return cls(_more_than(events), _more_than(n - events), _more_than(n), float(log_choose(n, events).sum()))

    def best(self, theta: float) -> float:
        """The risk of highest likelihood, which is concave in it: a bracketed Newton search."""
        low, high = 0.0, 1.0
        risk = float(self.successes.sum() / self.people.sum())
        for _ in range(200):
            at = self.at(risk, theta)
            low, high = (risk, high) if at.risk > 0 else (low, risk)
            new = risk - at.risk / at.risk_risk
            if not low <= new <= high:
                new = (low + high) / 2
            step, risk = new - risk, new
            if abs(step) <= SMALL_STEP * risk:
                break
        return risk

    def at(self, risk: float, theta: float) -> _At:
        value, out = self.log_ways, np.zeros(5)
        for counts, start, sign, side in (
            (self.successes, risk, 1, 1),
            (self.failures, 1 - risk, -1, 1),
            (self.people, 1.0, 0, -1),
        ):
            j = np.arange(float(len(counts)))
            term = start + j * theta
            value += side * float((counts * np.log(term)).sum())
            one, two = counts / term, counts / term**2
            js = j * two
            parts = (sign * one.sum(), (j * one).sum(), -(sign**2) * two.sum(), -sign * js.sum(), -(j * js).sum())
            out += side * np.array(parts)
        return _At(value, *out.tolist())


def _more_than(counts: Array) -> Array:
    """(largest,) number of counts above j, for j = 0, 1, ..."""
    bins = np.bincount(counts.astype(np.int64))
    more: Array = bins[::-1].cumsum()[::-1][1:].astype(np.float64)
    return more
