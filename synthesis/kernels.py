"""Log-probabilities of counts as functions of a log odds ratio or a logit, with four derivatives."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from synthesis.sparse_tables import SparseTables
from synthesis.study_sets import Array

LARGEST = 4_000_000
"""Cells of one array of probabilities; larger problems go study by study."""


class Derivatives(NamedTuple):
    """A log-probability and its derivatives of first to fourth order, all (k, n)."""

    value: Array
    first: Array
    second: Array
    third: Array
    fourth: Array


def log_choose(n: Array, y: Array) -> Array:
    """Log of the number of ways to choose; counts may be fractions."""
    ways: Array = special.gammaln(n + 1) - special.gammaln(y + 1) - special.gammaln(n - y + 1)
    return ways


@dataclass(frozen=True)
class Binomial:
    """Events among people: log-probability of `events` of `n`, arrays (k, 1), at a logit (k, n).

    The logit counts from `offset`, (k, 1).
    """

    events: Array
    n: Array
    offset: Array | float = 0.0

    def at(self, logit: Array) -> Derivatives:
        eta = logit + self.offset
        p = special.expit(eta)
        q = special.expit(-eta)
        value = log_choose(self.n, self.events) + self.events * eta - self.n * np.logaddexp(0.0, eta)
        spread = self.n * p * q
        return Derivatives(
            value,
            self.events - self.n * p,
            -spread,
            -spread * (q - p),
            -spread * (1 - 6 * p * q),
        )


@dataclass(frozen=True)
class Hypergeometric:
    """Events of the intervention arm given all events of a study: Fisher's noncentral hypergeometric distribution.

    Attributes
    ----------
    events : (k, 1) events of the intervention arm
    support : (k, m) events that it could have had, those beyond repeated with a weight of 0
    log_ways : (k, m) log of the number of ways, minus infinity where there is none
    """

    events: Array
    support: Array
    log_ways: Array

    @classmethod
    def of(cls, tables: SparseTables) -> "Hypergeometric":
        least, most = tables.least[:, None], tables.most[:, None]
        steps = np.arange(int((most - least).max()) + 1)[None, :]
        exists = least + steps <= most
        support = np.minimum(least + steps, most)
        n1, n2, events = tables.n_1[:, None], tables.n_2[:, None], tables.events[:, None]
        ways = log_choose(n1, support) + log_choose(n2, events - support)
        return cls(tables.events_1[:, None], support, np.where(exists, ways, -np.inf))

    def at(self, log_odds_ratio: Array) -> Derivatives:
        theta = np.broadcast_to(log_odds_ratio, (len(self.events), log_odds_ratio.shape[1]))
        if self.support.size * theta.shape[1] <= LARGEST or len(self.events) == 1:
            return self._at(theta)
        rows = [self._row(i)._at(theta[i : i + 1]) for i in range(len(self.events))]
        return Derivatives(*(np.concatenate(parts) for parts in zip(*rows, strict=True)))

    def _row(self, i: int) -> "Hypergeometric":
        return Hypergeometric(*(values[i : i + 1] for values in (self.events, self.support, self.log_ways)))

    def _at(self, theta: Array) -> Derivatives:
        away = self.support - self.events
        terms = self.log_ways[:, None, :] + theta[:, :, None] * away[:, None, :]
        top = terms.max(axis=2, keepdims=True)
        weights = np.exp(terms - top)
        total = weights.sum(axis=2)
        mean = np.einsum("knm,km->kn", weights, away) / total
        centred = away[:, None, :] - mean[:, :, None]
        squares = centred**2
        second = np.einsum("knm,knm->kn", weights, squares) / total
        third = np.einsum("knm,knm,knm->kn", weights, squares, centred) / total
        fourth = np.einsum("knm,knm,knm->kn", weights, squares, squares) / total
        own = np.where(away == 0, self.log_ways, -np.inf).max(axis=1, keepdims=True)
        value = own - top[:, :, 0] - np.log(total)
        return Derivatives(value, -mean, -second, -third, -(fourth - 3 * second**2))
