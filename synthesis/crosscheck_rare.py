"""The second engine for rare events: every line again with 30 digits, sharing no code with the first.

Mixed models are those of `synthesis.crosscheck_mixed`; exact limits rest on whole-number counts of tables; the beta-binomial
likelihood is one of gamma functions. From the stated numbers Newton's steps go to where the likelihood is flat: numbers
that were right do not move.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, lgamma
from typing import Any, TypeAlias

from mpmath import mp, mpf

from models.analysis import Applicability
from models.rare_events import RareEvents, RareLine
from models.synthesis import EffectInput
from models.vocabulary import Measure, Model
from synthesis.crosscheck_mixed import mixed

TOLERANCE = 1e-7
"""Largest difference at which two engines agree, in standard errors, or relative for a standard error, p and tau2."""

DIGITS = 30
Number: TypeAlias = Any
"""An mpf; mpmath carries no types."""

Table: TypeAlias = tuple[Number, Number, Number, Number]
Again: TypeAlias = dict[str, Number | None]


@dataclass(frozen=True)
class RareDisagreement:
    """A number of a line that the second engine does not confirm."""

    events: RareEvents
    line: RareLine
    name: str
    stated: float | None
    recomputed: float | None

    def __str__(self) -> str:
        where = self.events
        return (
            f"{where.analysis or where.outcome}, {where.timepoint}, {where.evidence_set}, rare events by "
            f"{self.line.model}: {self.name} is {self.stated}, recomputed {self.recomputed}"
        )


def crosscheck_rare(inputs: Sequence[EffectInput], rare: Sequence[RareEvents]) -> tuple[RareDisagreement, ...]:
    """Recompute every line that was computable from the events of its studies.

    Parameters
    ----------
    inputs : effects of studies, all evidence sets together
    rare : what was computed from them

    Returns
    -------
    tuple of RareDisagreement
        Empty if everything is confirmed to `TOLERANCE`.
    """
    found: list[RareDisagreement] = []
    with mp.workdps(DIGITS):
        for events in rare:
            tables = tuple(_tables(inputs, events))
            for line in events.lines:
                if line.is_computable:
                    found += _differences(events, line, _again(tables, line))
    return tuple(found)


@lru_cache(maxsize=1024)
def _again(tables: tuple[Table, ...], line: RareLine) -> Again:
    """Evidence sets, and nights that follow each other, mostly have the same numbers."""
    return recompute_rare(tables, line)


def _tables(inputs: Sequence[EffectInput], events: RareEvents) -> list[Table]:
    tables = []
    for item in inputs:
        is_own = (item.evidence_set, item.analysis) == (events.evidence_set, events.analysis)
        a, c = item.events_intervention, item.events_control
        if not is_own or item.counts_in is Applicability.SUBGROUP or item.is_contrast or a is None or c is None:
            continue
        one = mpf(item.design_effect)
        two = one * item.shared_by
        tables.append((a / one, item.n_intervention / one, c / two, item.n_control / two))
    return tables


def _differences(events: RareEvents, line: RareLine, again: Again) -> list[RareDisagreement]:
    se = again.get("se") or mpf(1)
    out = []
    for name, value in again.items():
        stated = getattr(line, name)
        if name in ("estimate", "ci_low", "ci_high") and line.is_ratio and stated is not None:
            own, scale = mp.log(mpf(stated)), se
        else:
            own = None if stated is None else mpf(stated)
            scale = se if name in ("estimate", "ci_low", "ci_high") else abs(value or 0)
        if own is None or value is None:
            is_same = own is None and value is None
        else:
            is_same = abs(own - value) <= TOLERANCE * scale or abs(own - value) < mpf("1e-12")
        if not is_same:
            out.append(RareDisagreement(events, line, name, stated, None if value is None else float(value)))
    return out


def recompute_rare(tables: Sequence[Table], line: RareLine) -> Again:
    """Estimate and limits (on the analysis scale), se, p_value, and what a model has of tau2 and rho, anew."""
    if line.model is Model.EXACT:
        return _exact(tables, line)
    if line.model is Model.BETA_BINOMIAL:
        return _beta_binomial(tables, line)
    studies = [table for table in tables if 0 < table[0] + table[2] < table[1] + table[3]]
    found = mixed(studies, line.estimate or 1.0, line.tau2 or 0.0, is_conditional=line.model is Model.GLMM_CM_EL)
    return _wald(found.mu, found.se, line.level) | {"tau2": found.tau2}


def _wald(estimate: Number, se: Number, level: float) -> Again:
    half = mp.sqrt(2) * mp.erfinv(mpf(level)) * se
    return {
        "estimate": estimate,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "se": se,
        "p_value": mp.erfc(abs(estimate / se) / mp.sqrt(2)),
    }


# Exact: the number of tables with a given total of events, as a polynomial with whole coefficients.


def _exact(tables: Sequence[Table], line: RareLine) -> Again:
    ways, observed, least = [1], 0, 0
    for table in tables:
        a, n1, c, n2 = (int(cell) for cell in table)
        events = a + c
        if not 0 < events < n1 + n2:
            continue
        low, high = max(0, events - n2), min(events, n1)
        own = [comb(n1, s) * comb(n2, events - s) for s in range(low, high + 1)]
        new = [0] * (len(ways) + len(own) - 1)
        for i, one in enumerate(ways):
            for j, two in enumerate(own):
                new[i + j] += one * two
        ways, observed, least = new, observed + a, least + low
    place = observed - least

    def share(theta: Number, among: range) -> Number:
        terms = [way * mp.exp(theta * (i - place)) for i, way in enumerate(ways)]
        return mp.fsum(terms[i] for i in among) / mp.fsum(terms)

    def mean(theta: Number) -> tuple[Number, Number]:
        terms = [way * mp.exp(theta * (i - place)) for i, way in enumerate(ways)]
        total = mp.fsum(terms)
        centre = mp.fsum(term * (i - place) for i, term in enumerate(terms)) / total
        return centre, mp.fsum(term * (i - place) ** 2 for i, term in enumerate(terms)) / total - centre**2

    above, below = range(place, len(ways)), range(place + 1)
    tail = (1 - mpf(line.level)) / 2
    inside = 0 < place < len(ways) - 1
    estimate = _root(lambda theta: mean(theta)[0]) if inside else None
    return {
        "estimate": estimate,
        "se": 1 / mp.sqrt(mean(estimate)[1]) if inside else None,
        "ci_low": _root(lambda theta: share(theta, above) - tail) if place > 0 else None,
        "ci_high": _root(lambda theta: tail - share(theta, below)) if place < len(ways) - 1 else None,
        "p_value": min(mpf(1), 2 * min(share(mpf(0), above), share(mpf(0), below))),
    }


def _root(rising: Callable[[Number], Number]) -> Number:
    """Root of a function that rises: halving to a digit, then secants."""
    low, high = mpf(-1), mpf(1)
    while rising(low) > 0:
        low *= 2
    while rising(high) < 0:
        high *= 2
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return mp.findroot(rising, (low, high), solver="anderson", tol=mpf("1e-24"), maxsteps=60, verify=False)


# Beta-binomial: gamma functions, and differences for derivatives.


def _beta_binomial(tables: Sequence[Table], line: RareLine) -> Again:
    arms = [[(int(t[0]), int(t[1])) for t in tables], [(int(t[2]), int(t[3])) for t in tables]]
    rho = mpf(line.rho or 0)
    risks = [_best_risk(arm, rho) for arm in arms]
    if rho > 0:
        *risks, rho = _climb(lambda x: sum(_log_beta(arm, x[i], x[2]) for i, arm in enumerate(arms)), [*risks, rho])
    at = [*risks, rho] if rho > 0 else risks
    information = _hessian(lambda x: sum(_log_beta(a, x[i], x[2] if rho > 0 else rho) for i, a in enumerate(arms)), at)
    covariance = -(information**-1)
    one, two = risks
    if line.measure is Measure.RD:
        estimate, slope = one - two, (mpf(1), mpf(-1))
    elif line.measure is Measure.RR:
        estimate, slope = mp.log(one / two), (1 / one, -1 / two)
    else:
        estimate = mp.log(one / (1 - one)) - mp.log(two / (1 - two))
        slope = (1 / (one * (1 - one)), -1 / (two * (1 - two)))
    variance = sum(slope[i] * slope[j] * covariance[i, j] for i in range(2) for j in range(2))
    is_best = _is_best_rho(arms, rho)
    return _wald(estimate, mp.sqrt(variance), line.level) | {"rho": rho if is_best else None}


def _log_beta(arm: Sequence[tuple[int, int]], risk: Number, rho: Number, log_gamma: Any = None) -> Number:
    """Log-likelihood of one arm; a rho of 0 is the binomial distribution."""
    log_gamma = log_gamma or mp.loggamma
    if rho == 0:
        return sum(y * mp.log(risk) + (n - y) * mp.log(1 - risk) for y, n in arm)
    size = (1 - rho) / rho
    a, b = risk * size, (1 - risk) * size
    own = log_gamma(size) - log_gamma(a) - log_gamma(b)
    return sum(log_gamma(a + y) + log_gamma(b + n - y) - log_gamma(size + n) + own for y, n in arm)


def _best_risk(arm: Sequence[tuple[int, int]], rho: Number) -> Number:
    crude = mpf(sum(y for y, _ in arm)) / sum(n for _, n in arm)
    return crude if rho == 0 else _climb(lambda x: _log_beta(arm, x[0], rho), [crude])[0]


def _is_best_rho(arms: Sequence[Sequence[tuple[int, int]]], rho: Number) -> bool:
    """Whether no other correlation, in double precision and steps of the risk, is more likely by more than rounding."""

    def best(arm: Sequence[tuple[int, int]], at: float) -> float:
        low, high = 1e-9, 1 - 1e-9
        for _ in range(80):  # golden section: the likelihood is concave in the risk
            one, two = low + 0.382 * (high - low), low + 0.618 * (high - low)
            is_left = float(_log_beta(arm, one, at, lgamma)) > float(_log_beta(arm, two, at, lgamma))
            low, high = (low, two) if is_left else (one, high)
        return float(_log_beta(arm, (low + high) / 2, at, lgamma))

    stated = sum(float(_log_beta(arm, _best_risk(arm, rho), rho)) for arm in arms)
    return all(sum(best(arm, at) for arm in arms) <= stated + 1e-6 for at in (0.001, 0.01, 0.03, 0.1, 0.3, 0.6))


def _climb(function: Callable[[list[Number]], Number], start: list[Number]) -> list[Number]:
    """Newton's steps to where a function is flat; a step too far out of (0, 1) is halved."""
    at = mp.matrix(start)
    for _ in range(25):
        gradient = _gradient(function, list(at))
        step = -(_hessian(function, list(at)) ** -1) * gradient
        while not all(0 < at[i] + step[i] < 1 for i in range(len(at))):
            step = step / 2
        at += step
        if max(abs(value) for value in step) < mpf("1e-13"):
            break
    return list(at)


STEP = mpf("1e-8")
"""Of differences, relative: with 30 digits the second ones have 14."""


def _gradient(function: Callable[[list[Number]], Number], at: list[Number]) -> Any:
    return mp.matrix(
        [(function(_moved(at, {i: 1})) - function(_moved(at, {i: -1}))) / (2 * STEP * at[i]) for i in range(len(at))]
    )


def _hessian(function: Callable[[list[Number]], Number], at: list[Number]) -> Any:
    n, centre = len(at), function(at)
    out = mp.matrix(n, n)
    for i in range(n):
        for j in range(i + 1):
            if i == j:
                change = function(_moved(at, {i: 1})) - 2 * centre + function(_moved(at, {i: -1}))
            else:
                corners = [(u, v, function(_moved(at, {i: u, j: v}))) for u in (1, -1) for v in (1, -1)]
                change = sum(u * v * value for u, v, value in corners) / 4
            out[i, j] = out[j, i] = change / (STEP**2 * at[i] * at[j])
    return out


def _moved(at: list[Number], steps: dict[int, int]) -> list[Number]:
    return [value * (1 + steps.get(i, 0) * STEP) for i, value in enumerate(at)]
