"""Sets of studies as arrays: what is left out of a sum, and how the sums keep their digits.

Effects are measured from the most precise study of their set. With weights as far apart as 1e16 the
textbook sums cancel to nothing; seen from the heaviest study they do not.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Moments:
    """Weighted sums of every set at one tau2 each.

    Attributes
    ----------
    weights : (S, k), 1 / (vi + tau2), 0 for padding
    total : (S,), sum of weights
    mean : (S,), weighted mean from the set's origin
    residuals : (S, k), yi - mean, 0 for padding
    q : (S,), weighted sum of squared residuals
    """

    weights: Array
    total: Array
    mean: Array
    residuals: Array
    q: Array

    @property
    def trace(self) -> Array:
        """(S,) sum of w - sum of w squared / sum of w: the trace of P in REML, the C of DerSimonian-Laird."""
        rows = np.arange(len(self.total))
        heaviest = self.weights.argmax(axis=1)
        rest = self.weights.copy()
        rest[rows, heaviest] = 0.0
        others = self.total[:, None] - self.weights
        others[rows, heaviest] = rest.sum(axis=1)
        trace: Array = np.einsum("sk,sk->s", self.weights, others) / self.total
        return trace


@dataclass(frozen=True)
class StudySets:
    """S sets of at most k studies.

    Attributes
    ----------
    yi : (S, k) effects measured from `origin`, 0 for padding
    vi : (S, k) sampling variances, infinite for padding, so that its weight is 0
    origin : (S,) effect of the most precise study
    k : (S,) number of studies
    """

    yi: Array
    vi: Array
    origin: Array
    k: NDArray[np.int64]

    @classmethod
    def of(cls, yi: ArrayLike, vi: ArrayLike, mask: ArrayLike | None = None) -> Self:
        """Check and arrange effects and variances.

        Parameters
        ----------
        yi, vi : (S, k) or (k,) effects and variances on the analysis scale
        mask : the same shape, False for padding; by default everything counts

        Raises
        ------
        ValueError
            If shapes differ, or a study that counts has no finite effect or no finite variance above 0;
            the message names the first one, counted from 1.
        """
        y, v = (np.atleast_2d(np.asarray(values, dtype=np.float64)) for values in (yi, vi))
        counts = np.ones(y.shape, dtype=bool) if mask is None else np.atleast_2d(np.asarray(mask, dtype=bool))
        if not y.shape == v.shape == counts.shape:
            raise ValueError(f"yi, vi and mask differ in shape: {y.shape}, {v.shape}, {counts.shape}")
        bad = counts & ~(np.isfinite(y) & np.isfinite(v) & (v > 0))
        if bad.any():
            row, column = (int(index[0]) for index in np.nonzero(bad))
            raise ValueError(
                f"set {row + 1}, study {column + 1}: yi = {y[row, column]}, vi = {v[row, column]}; "
                "give a finite effect and a finite variance above 0, or leave the study out"
            )
        if not y.shape[1]:
            y, v, counts = (np.zeros((len(y), 1)), np.ones((len(y), 1)), np.zeros((len(y), 1), dtype=bool))
        v = np.where(counts, v, np.inf)
        origin = np.where(counts.any(axis=1), y[np.arange(len(y)), v.argmin(axis=1)], np.nan)
        return cls(np.where(counts, y - origin[:, None], 0.0), v, origin, counts.sum(axis=1).astype(np.int64))

    def take(self, rows: Rows) -> "StudySets":
        return StudySets(self.yi[rows], self.vi[rows], self.origin[rows], self.k[rows])

    def moments(self, tau2: ArrayLike) -> Moments:
        """Weighted sums at tau2, shape (S,) or a number; every set needs a study."""
        weights = 1.0 / (self.vi + np.broadcast_to(np.asarray(tau2, dtype=np.float64), self.k.shape)[:, None])
        total = weights.sum(axis=1)
        mean = np.einsum("sk,sk->s", weights, self.yi) / total
        residuals = np.where(weights > 0, self.yi - mean[:, None], 0.0)
        return Moments(weights, total, mean, residuals, np.einsum("sk,sk,sk->s", weights, residuals, residuals))

    @property
    def sum_of_squares(self) -> Array:
        """(S,) unweighted sum of squares around the unweighted mean."""
        mean = self.yi.sum(axis=1) / self.k
        squares: Array = np.where(np.isfinite(self.vi), (self.yi - mean[:, None]) ** 2, 0.0).sum(axis=1)
        return squares
