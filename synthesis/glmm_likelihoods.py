"""Log-likelihoods of a mean log odds ratio and its variance between studies, from counts as they are.

All take the log odds ratio of a study from N(mu, tau2) and differ in what they do about its control risk.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np

from synthesis.effect_mixture import mixture
from synthesis.kernels import Binomial, Derivatives, Hypergeometric
from synthesis.sparse_tables import SparseTables
from synthesis.study_sets import Array


class At(NamedTuple):
    """A log-likelihood at one mu and tau2 with its derivatives; with other parameters at their best."""

    value: float
    mu: float
    tau2: float
    mu_mu: float
    mu_tau2: float
    tau2_tau2: float


class Saturated(NamedTuple):
    """Each study with a log odds ratio of its own: log-likelihood, (k,) estimates and their variances.

    Estimates are infinite where a study is as extreme as its margins allow.
    """

    value: float
    estimates: Array
    variances: Array


class Likelihood(Protocol):
    """A log-likelihood of mu and tau2."""

    def at(self, mu: float, tau2: float) -> At: ...

    def saturated(self) -> Saturated: ...


class _Moments(NamedTuple):
    """Derivatives by the effect of a probability, relative to it, of first to fourth order, (k, n)."""

    first: Array
    second: Array
    third: Array
    fourth: Array

    @classmethod
    def of(cls, log: Derivatives) -> "_Moments":
        a, b, c, d = log.first, log.second, log.third, log.fourth
        return cls(a, b + a**2, c + 3 * a * b + a**3, d + 4 * a * c + 3 * b**2 + 6 * a**2 * b + a**4)


@dataclass(frozen=True)
class Conditional:
    """Given all events of a study, of which its control risk does not count."""

    kernel: Binomial | Hypergeometric
    least: Array
    most: Array
    """(k,) ends of what the events could have been."""

    def at(self, mu: float, tau2: float) -> At:
        """A normal average's derivative by its variance is half its second derivative by its mean."""
        mixed = mixture(self.kernel.at, mu, float(np.sqrt(tau2)), len(self.least))
        one, two, three, four = (mixed.mean_of(values) for values in _Moments.of(mixed.density))
        return At(
            float(mixed.log_integral.sum()),
            float(one.sum()),
            float(0.5 * two.sum()),
            float((two - one**2).sum()),
            float(0.5 * (three - one * two).sum()),
            float(0.25 * (four - two**2).sum()),
        )

    def saturated(self) -> Saturated:
        events = self.kernel.events[:, 0]
        is_inside = (events > self.least) & (events < self.most)
        theta = np.zeros((len(events), 1))
        for _ in range(200):
            at = self.kernel.at(theta)
            step = np.where(is_inside[:, None], at.first / np.maximum(-at.second, 1e-300), 0.0)
            theta = theta + np.clip(step, -1.0, 1.0)
            if (np.abs(step) < 1e-13).all():
                break
        at = self.kernel.at(theta)
        away = np.where(events <= self.least, -np.inf, np.inf)
        estimates = np.where(is_inside, theta[:, 0], away)
        variances = np.where(is_inside, -1 / at.second[:, 0], np.inf)
        return Saturated(float(np.where(is_inside, at.value[:, 0], 0.0).sum()), estimates, variances)


@dataclass
class Unconditional:
    """Two binomial distributions per study, whose mean logit is a parameter of its own.

    A study's odds ratio raises one arm's logit by half of its log and lowers the other's by as much. Mean logits are
    put at their best for each mu and tau2; the last ones are where the next search begins.
    """

    tables: SparseTables
    logits: Array = field(init=False)

    def __post_init__(self) -> None:
        events, people = self.tables.events, self.tables.n_1 + self.tables.n_2
        self.logits = np.log(events / (people - events))[:, None]

    def _arms(self, logits: Array, effects: Array) -> tuple[Derivatives, Derivatives]:
        t = self.tables
        one, two = (Binomial(events[:, None], n[:, None]) for events, n in ((t.events_1, t.n_1), (t.events_2, t.n_2)))
        return one.at(logits + effects / 2), two.at(logits - effects / 2)

    def _of_effects(self, logits: Array, effects: Array) -> Derivatives:
        one, two = self._arms(logits, effects)
        return Derivatives(
            one.value + two.value,
            (one.first - two.first) / 2,
            (one.second + two.second) / 4,
            (one.third - two.third) / 8,
            (one.fourth + two.fourth) / 16,
        )

    def at(self, mu: float, tau2: float) -> At:
        tau, logits = float(np.sqrt(tau2)), self.logits
        for _ in range(100):
            mixed = mixture(partial(self._of_effects, logits), mu, tau, self.tables.k)
            one, two = self._arms(logits, mixed.effects)
            slope, curve = one.first + two.first, one.second + two.second
            first = mixed.mean_of(slope)
            second = mixed.mean_of(curve + slope**2) - first**2
            step = np.clip(-first / second, -1.0, 1.0)
            if (np.abs(step) < 1e-10).all():
                break
            logits = logits + step[:, None]
        self.logits = logits
        moments = _Moments.of(mixed.density)
        m1, m2, m3, m4 = (mixed.mean_of(values) for values in moments)
        slope_mu, curve_mu = mixed.density.first, mixed.density.second
        cross, bend = (one.second - two.second) / 2, (one.third + two.third) / 4
        by_mu = mixed.mean_of(cross + slope * slope_mu) - first * m1
        by_tau2 = 0.5 * (mixed.mean_of(bend + 2 * cross * slope_mu + slope * (curve_mu + slope_mu**2)) - first * m2)
        return At(
            float(mixed.log_integral.sum()),
            float(m1.sum()),
            float(0.5 * m2.sum()),
            float((m2 - m1**2 - by_mu**2 / second).sum()),
            float((0.5 * (m3 - m1 * m2) - by_mu * by_tau2 / second).sum()),
            float((0.25 * (m4 - m2**2) - by_tau2**2 / second).sum()),
        )

    def saturated(self) -> Saturated:
        t = self.tables
        b, d = t.n_1 - t.events_1, t.n_2 - t.events_2
        with np.errstate(divide="ignore"):
            estimates = np.log(t.events_1) - np.log(b) - np.log(t.events_2) + np.log(d)
            variances = 1 / t.events_1 + 1 / b + 1 / t.events_2 + 1 / d
            logits = [np.log(t.events_1 / b), np.log(t.events_2 / d)]
        value = sum(
            Binomial(events[:, None], n[:, None]).at(np.clip(logit, -700, 700)[:, None]).value.sum()
            for events, n, logit in ((t.events_1, t.n_1, logits[0]), (t.events_2, t.n_2, logits[1]))
        )
        return Saturated(float(value), estimates, variances)


def approximate(tables: SparseTables) -> Conditional:
    """Events of the intervention arm as binomial among all events of a study, which holds where events are rare.

    Their odds are the odds ratio times the ratio of people, as in metafor's CM.AL.
    """
    offset = np.log(tables.n_1 / tables.n_2)[:, None]
    kernel = Binomial(tables.events_1[:, None], tables.events[:, None], offset)
    return Conditional(kernel, np.zeros(tables.k), tables.events)


def exact(tables: SparseTables) -> Conditional:
    """Events of the intervention arm by Fisher's noncentral hypergeometric distribution, as in metafor's CM.EL."""
    tables.require_summable()
    return Conditional(Hypergeometric.of(tables), tables.least, tables.most)
