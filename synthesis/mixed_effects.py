"""Effects explained by covariates with one tau2 around the line, for many arrangements of the covariates at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.vocabulary import Model
from synthesis.between_study import GRID_PER_DECADE, WIDEN, highest_of, roots, score_falls_from
from synthesis.study_sets import Array, Rows

ESTIMATORS = (Model.COMMON, Model.DL, Model.HE, Model.PM, Model.EB, Model.ML, Model.REML)
"""Models whose tau2 is known with covariates; Sidik-Jonkman's has no agreed form with them."""


@dataclass(frozen=True)
class Designs:
    """n arrangements of p columns beside the same k effects.

    Attributes
    ----------
    yi, vi : (k,) effects on the analysis scale and their variances
    x : (n, k, p), the intercept included where there is one; columns are not collinear
    """

    yi: Array
    vi: Array
    x: Array

    @property
    def df(self) -> int:
        _, k, p = self.x.shape
        return int(k - p)

    def take(self, rows: Rows) -> "Designs":
        return Designs(self.yi, self.vi, self.x[rows])

    def at(self, tau2: Array | float) -> "Fits":
        """Weighted least squares at tau2, (n,) or a number."""
        return Fits(self, 1 / (self.vi + np.broadcast_to(tau2, len(self.x))[:, None]))

    @cached_property
    def unweighted(self) -> "Fits":
        return Fits(self, np.ones(self.x.shape[:2]))


@dataclass(frozen=True)
class Fits:
    """Least squares with weights (n, k)."""

    designs: Designs
    weights: Array

    @cached_property
    def inverse(self) -> Array:
        """(n, p, p) covariance of coefficients where weights are inverse variances."""
        x = self.designs.x
        inverse: Array = np.linalg.inv(np.einsum("nkp,nk,nkq->npq", x, self.weights, x))
        return inverse

    @cached_property
    def coefficients(self) -> Array:
        """(n, p)."""
        moments = np.einsum("nkp,nk,k->np", self.designs.x, self.weights, self.designs.yi)
        coefficients: Array = np.einsum("npq,nq->np", self.inverse, moments)
        return coefficients

    @cached_property
    def residuals(self) -> Array:
        """(n, k)."""
        residuals: Array = self.designs.yi - np.einsum("nkp,np->nk", self.designs.x, self.coefficients)
        return residuals

    @cached_property
    def q(self) -> Array:
        """(n,) weighted sum of squared residuals."""
        q: Array = (self.weights * self.residuals**2).sum(axis=1)
        return q

    def trace(self, values: Array) -> Array:
        """(n,) trace of diag(values) P, P being weights less what the columns explain of them."""
        x = self.designs.x
        explained = np.einsum("nkp,nk,npq,nkq->n", x, self.weights**2 * values, self.inverse, x)
        trace: Array = (self.weights * values).sum(axis=1) - explained
        return trace

    def score(self, *, is_restricted: bool) -> Array:
        """(n,) twice the derivative of the log-likelihood by tau2."""
        total = self.trace(np.ones_like(self.weights)) if is_restricted else self.weights.sum(axis=1)
        score: Array = (self.weights**2 * self.residuals**2).sum(axis=1) - total
        return score

    def log_likelihood(self, *, is_restricted: bool) -> Array:
        value = 0.5 * (np.log(self.weights).sum(axis=1) - self.q)
        if is_restricted:
            value = value + 0.5 * np.linalg.slogdet(self.inverse)[1]
        log_likelihood: Array = value
        return log_likelihood


def tau2_of(designs: Designs, model: Model) -> Array:
    """Variance between studies that the columns leave unexplained.

    Parameters
    ----------
    designs : n arrangements
    model : one of `ESTIMATORS`

    Returns
    -------
    (n,) float
        On the scale of yi squared, 0 or more; 0 for the common-effect model.

    Raises
    ------
    ValueError
        For another model.

    Source
    ------
    Raudenbush (2009), in Cooper, Hedges and Valentine, 2nd ed., p. 295; Viechtbauer et al. (2015), Psychological
    Methods 20:360. ML and REML are global maxima, as in `synthesis.between_study`.
    """
    n = len(designs.x)
    if model is Model.COMMON or designs.df < 1:
        return np.zeros(n)
    if model is Model.DL:
        fixed = designs.at(0.0)
        return np.maximum(0.0, (fixed.q - designs.df) / fixed.trace(np.ones_like(fixed.weights)))
    if model is Model.HE:
        plain = designs.unweighted
        known = plain.trace(np.broadcast_to(designs.vi, plain.weights.shape))
        return np.maximum(0.0, (plain.q - known) / designs.df)
    if model in (Model.PM, Model.EB):
        return _paule_mandel(designs)
    if model in (Model.ML, Model.REML):
        return _most_likely(designs, is_restricted=model is Model.REML)
    raise ValueError(f"model {model} has no between-study variance with covariates: take REML, DL, PM, ML or HE")


def _paule_mandel(designs: Designs) -> Array:
    tau2 = np.zeros(len(designs.x))
    rows = np.flatnonzero(designs.at(0.0).q > designs.df)
    if len(rows):
        high = designs.unweighted.q[rows] / designs.df * WIDEN
        tau2[rows] = roots(lambda t, at: designs.take(at).at(t).q - designs.df, rows, 0 * high, high)
    return tau2


def _most_likely(designs: Designs, *, is_restricted: bool) -> Array:
    """0, or the root of the score with the highest likelihood, below `score_falls_from`.

    The residual sum of squares at any weights is at most that of the unweighted fit times the ratio of the weights.
    """

    def score(t: Array, at: Rows) -> Array:
        return designs.take(at).at(t).score(is_restricted=is_restricted)

    everyone = np.arange(len(designs.x))
    least = float(designs.vi.min())
    high = float(score_falls_from(designs.unweighted.q.max() / designs.df, designs.vi.max())) * WIDEN + least
    decades = np.log10(high / (0.1 * least))
    grid = [0.0, *np.geomspace(0.1 * least, high, 2 + int(np.ceil(GRID_PER_DECADE * decades))).tolist()]
    rising = np.column_stack([score(np.full(len(everyone), t), everyone) > 0 for t in grid])
    row, column = np.nonzero(rising[:, :-1] & ~rising[:, 1:])
    at_zero = np.flatnonzero(~rising[:, 0])
    ends = np.asarray(grid)
    peaks = roots(score, row, ends[column], ends[column + 1])
    rows, candidates = np.concatenate([at_zero, row]), np.concatenate([0.0 * at_zero, peaks])
    value = designs.take(rows).at(candidates).log_likelihood(is_restricted=is_restricted)
    best = highest_of(rows, value)
    tau2 = np.zeros(len(everyone))
    tau2[rows[best]] = candidates[best]
    return tau2
