"""Counts of 2 x 2 tables as models of rare events take them: nothing is added to a cell."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from synthesis.score_roots import NotEstimable
from synthesis.study_sets import Array, Mask

ONE_SIDED = "nobody, or everybody, had the event in one arm of all studies: the odds ratio is beyond all bounds"
NO_INFORMATION = "nobody, or everybody, had the event in both arms of every study: that says nothing about a ratio"
NOT_WHOLE = "exact probabilities need whole people, which shares of a cluster or of a control group are not"
MOST_OUTCOMES = 200_000
TOO_MANY = "so many events that exact probabilities are not summed: no approximation errs there"


@dataclass(frozen=True)
class SparseTables:
    """Events and people of k studies, arrays (k,), intervention first."""

    events_1: Array
    n_1: Array
    events_2: Array
    n_2: Array

    @classmethod
    def of(cls, ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike) -> Self:
        """Check counts, (k,).

        Raises
        ------
        ValueError
            If there is no study, an arm is empty, or events are negative or more than the total.
        """
        a, n1, c, n2 = (np.atleast_1d(np.asarray(cell, dtype=np.float64)) for cell in (ai, n1i, ci, n2i))
        if not len(a):
            raise NotEstimable("no study with events and people of both arms")
        if not ((n1 > 0) & (n2 > 0) & (a >= 0) & (c >= 0) & (a <= n1) & (c <= n2)).all():
            raise ValueError("events go from 0 to a total above 0 in each arm")
        return cls(a, n1, c, n2)

    @property
    def k(self) -> int:
        return len(self.events_1)

    @property
    def events(self) -> Array:
        return self.events_1 + self.events_2

    @property
    def informative(self) -> "SparseTables":
        """Studies that say something about an odds ratio: not those in which nobody, or everybody, had the event.

        Raises
        ------
        NotEstimable
            If no study does.
        """
        kept = (self.events > 0) & (self.events < self.n_1 + self.n_2)
        if not kept.any():
            raise NotEstimable(NO_INFORMATION)
        return self.only(kept)

    def only(self, kept: Mask) -> "SparseTables":
        return SparseTables(self.events_1[kept], self.n_1[kept], self.events_2[kept], self.n_2[kept])

    @property
    def least(self) -> Array:
        """(k,) the fewest events that the intervention arm can have had, given all events of the study."""
        least: Array = np.maximum(0.0, self.events - self.n_2)
        return least

    @property
    def most(self) -> Array:
        """(k,) the most events that it can have had."""
        most: Array = np.minimum(self.events, self.n_1)
        return most

    @property
    def is_one_sided(self) -> bool:
        """Whether all studies are as extreme as their margins allow, to the same side."""
        return bool((self.events_1 == self.least).all() or (self.events_1 == self.most).all())

    def require_whole(self) -> None:
        """Raise NotEstimable for counts that are no whole people."""
        cells = (self.events_1, self.n_1, self.events_2, self.n_2)
        if any((cell != np.round(cell)).any() for cell in cells):
            raise NotEstimable(NOT_WHOLE)

    def require_summable(self) -> None:
        """Raise NotEstimable for counts that are no whole people, or too many to sum over."""
        self.require_whole()
        if (self.most - self.least).sum() > MOST_OUTCOMES:
            raise NotEstimable(TOO_MANY)
