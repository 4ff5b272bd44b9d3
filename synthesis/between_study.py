"""Estimators of tau2, the variance between studies, for many sets of studies at once.

Iterative estimators are roots of a score. Each root is bracketed by a bound that can be proved and then
closed in on, so none can fail to converge; of several local maxima of a likelihood the highest is taken.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import elementwise

from models.vocabulary import Model
from synthesis.study_sets import Array, Rows, StudySets

Score = Callable[[StudySets, Array], Array]

GRID_PER_DECADE = 4
"""Grid points per power of ten of tau2 in the search for local maxima. A term 1 / (vi + tau2) changes over
about one power of ten, so two turning points do not fit between neighbours."""

WIDEN = 1 + 1e-6
"""Upper ends of brackets are widened by this much: with equal variances the bound is the root itself."""


def estimate_tau2(sets: StudySets, model: Model) -> Array:
    """Between-study variance of every set.

    Parameters
    ----------
    sets : S sets of studies
    model : random-effects model, or one of the common-effect models, which give 0

    Returns
    -------
    (S,) float
        tau2 on the scale of yi squared, never below 0; 0 where a set has fewer than two studies.

    Source
    ------
    DL: DerSimonian and Laird (1986), Controlled Clinical Trials 7:177. HE: Hedges and Olkin (1985),
    Statistical Methods for Meta-Analysis, chapter 9.
    SJ: Sidik and Jonkman (2005), Applied Statistics 54:367. PM: Paule and Mandel (1982), J Res NBS 87:377,
    of which Morris's empirical Bayes estimator EB (1983), JASA 78:47, is another form with the same root.
    ML and REML: Viechtbauer (2005), J Educ Behav Stat 30:261; Veroniki et al. (2016), Res Synth Methods 7:55.
    """
    tau2 = np.zeros(len(sets.k))
    rows = np.flatnonzero(sets.k >= 2)
    if model in ESTIMATORS and len(rows):
        tau2[rows] = ESTIMATORS[model](sets.take(rows))
    return tau2


def dersimonian_laird(sets: StudySets, q: Array | None = None) -> Array:
    """Method of moments: (Q - (k - 1)) / C with C = sum w - sum w^2 / sum w and w = 1 / vi.

    `q` takes the place of Cochran's Q where a convention wants it.
    """
    at_zero = sets.moments(0.0)
    tau2: Array = np.maximum(0.0, ((at_zero.q if q is None else q) - (sets.k - 1)) / at_zero.trace)
    return tau2


def hedges(sets: StudySets) -> Array:
    """Variance of the effects less the mean sampling variance: sum (yi - mean)^2 / (k - 1) - sum vi / k."""
    mean_variance = np.where(np.isfinite(sets.vi), sets.vi, 0.0).sum(axis=1) / sets.k
    tau2: Array = np.maximum(0.0, sets.sum_of_squares / (sets.k - 1) - mean_variance)
    return tau2


def sidik_jonkman(sets: StudySets) -> Array:
    """One step from the crude t0 = sum (yi - mean)^2 / k: t0 Q(t0) / (k - 1); 0 only where all effects are equal."""
    crude = sets.sum_of_squares / sets.k
    tau2 = np.zeros(len(crude))
    rows = np.flatnonzero(crude > 0)
    spread = sets.take(rows)
    tau2[rows] = crude[rows] * spread.moments(crude[rows]).q / (spread.k - 1)
    return tau2


def paule_mandel(sets: StudySets) -> Array:
    """The tau2 at which Q(tau2) = sum (yi - mu)^2 / (vi + tau2) equals its expectation k - 1."""
    return solve_generalised_q(sets, (sets.k - 1).astype(np.float64))


def solve_generalised_q(sets: StudySets, target: Array) -> Array:
    """(S,) the tau2 at which generalised Q equals `target`, 0 where it is already lower at tau2 = 0.

    Q falls in tau2, and is at most the sum of squares / (smallest vi + tau2): the upper end of the bracket.
    """
    tau2 = np.zeros(len(sets.k))
    rows = np.flatnonzero(sets.moments(0.0).q > target)
    if len(rows):
        high = sets.sum_of_squares[rows] / target[rows] * WIDEN
        tau2[rows] = roots(lambda t, at: sets.take(at).moments(t).q - target[at], rows, 0 * high, high)
    return tau2


def reml(sets: StudySets) -> Array:
    """Restricted maximum likelihood, the global maximum over tau2 >= 0.

    The score is sum w^2 (yi - mu)^2 - (sum w - sum w^2 / sum w), with w = 1 / (vi + tau2).
    """
    return _maximise(sets, _restricted_score, restricted_log_likelihood, sets.k - 1)


def maximum_likelihood(sets: StudySets) -> Array:
    """Maximum likelihood, the global maximum over tau2 >= 0; the score is sum w^2 (yi - mu)^2 - sum w."""
    return _maximise(sets, _score, log_likelihood, sets.k)


def q_profile(sets: StudySets, level: float) -> tuple[Array, Array]:
    """Confidence interval of tau2 from generalised Q.

    Returns
    -------
    tuple of two (S,) floats
        Lower and upper limit; NaN for fewer than two studies; 0 and 0 where even tau2 = 0 leaves less
        spread than chance allows at this level.

    Source
    ------
    Viechtbauer (2007), Statistics in Medicine 26:37: Q(low) and Q(high) are the quantiles (1 + level) / 2 and
    (1 - level) / 2 of chi-squared with k - 1 df. Cochrane Handbook 6.5, section 10.10.4.
    """
    low, high = np.full((2, len(sets.k)), np.nan)
    rows = np.flatnonzero(sets.k >= 2)
    if len(rows):
        part, tail = sets.take(rows), (1 - level) / 2
        low[rows] = solve_generalised_q(part, special.chdtri(part.k - 1, tail))
        high[rows] = solve_generalised_q(part, special.chdtri(part.k - 1, 1 - tail))
    return low, high


def _score(sets: StudySets, tau2: Array) -> Array:
    at = sets.moments(tau2)
    score: Array = np.einsum("sk,sk->s", at.weights**2, at.residuals**2) - at.total
    return score


def _restricted_score(sets: StudySets, tau2: Array) -> Array:
    at = sets.moments(tau2)
    score: Array = np.einsum("sk,sk->s", at.weights**2, at.residuals**2) - at.trace
    return score


def log_likelihood(sets: StudySets, tau2: Array) -> Array:
    """(S,) of tau2 (S,) with the mean at its best, without a constant."""
    at = sets.moments(tau2)
    weights = np.where(at.weights > 0, at.weights, 1.0)
    found: Array = 0.5 * (np.log(weights).sum(axis=1) - at.q)
    return found


def restricted_log_likelihood(sets: StudySets, tau2: Array) -> Array:
    """(S,) of tau2 (S,) with the mean averaged over, without a constant."""
    return log_likelihood(sets, tau2) - 0.5 * np.log(sets.moments(tau2).total)


def score_falls_from(spread: Array, largest: Array) -> Array:
    """(S,) the tau2 beyond which a score is below 0 for good.

    It cannot be positive once (smallest vi + tau2) squared / (largest vi + tau2) exceeds `spread`, the sum of squares
    around the unweighted fit over k, or of a restricted likelihood over the degrees of freedom.
    """
    bound: Array = 0.5 * (spread + np.sqrt(spread * (spread + 4 * largest)))
    return bound


def _maximise(sets: StudySets, score: Score, likelihood: Score, divisor: NDArray[np.int64]) -> Array:
    """The tau2 >= 0 of highest likelihood: 0, or a root at which the score turns from plus to minus.

    Below a tenth of the smallest vi the score is all but linear.
    """
    finite = np.where(np.isfinite(sets.vi), sets.vi, 0.0)
    high = score_falls_from(sets.sum_of_squares / divisor, finite.max(axis=1)) * WIDEN
    low = np.minimum(0.1 * sets.vi.min(axis=1), high)
    tau2 = np.zeros(len(high))
    searched = np.flatnonzero(high > 0)
    if not len(searched):
        return tau2
    decades = np.log10(high[searched] / low[searched]).max()
    steps = np.linspace(0.0, 1.0, 2 + int(np.ceil(GRID_PER_DECADE * decades)))
    part, low, high = sets.take(searched), low[searched], high[searched]
    grid = np.column_stack([np.zeros(len(low)), *(low * (high / low) ** step for step in steps)])
    is_rising = np.column_stack([score(part, grid[:, column]) > 0 for column in range(grid.shape[1])])
    row, column = np.nonzero(is_rising[:, :-1] & ~is_rising[:, 1:])
    peaks = roots(lambda t, at: score(part.take(at), t), row, grid[row, column], grid[row, column + 1])
    at_zero = np.flatnonzero(~is_rising[:, 0])
    rows, candidates = np.concatenate([at_zero, row]), np.concatenate([0.0 * at_zero, peaks])
    best = highest_of(rows, likelihood(part.take(rows), candidates))
    tau2[searched[rows[best]]] = candidates[best]
    return tau2


def highest_of(rows: Rows, values: Array) -> Rows:
    """Place of the highest of the values of each row, rows ascending."""
    order = np.lexsort((values, rows))
    last: Rows = order[np.flatnonzero(np.diff(rows[order], append=-1))]
    return last


def roots(function: Callable[[Array, Rows], Array], rows: Rows, low: Array, high: Array) -> Array:
    """Close in on one root per row by Chandrupatla's method, to the last digit that the function resolves.

    Where the function is 0 to its last digit at an end of the bracket, rounding may show no change of
    sign: that end is the root.
    """
    if not len(rows):
        return np.zeros(0)
    found = elementwise.find_root(function, (low, high), args=(rows,))
    at_low, at_high = (np.abs(end) for end in found.f_bracket)
    ends = np.where(at_low <= at_high, found.bracket[0], found.bracket[1])
    root: Array = np.where(found.success, found.x, ends)
    return root


ESTIMATORS: dict[Model, Callable[[StudySets], Array]] = {
    Model.DL: dersimonian_laird,
    Model.HE: hedges,
    Model.SJ: sidik_jonkman,
    Model.PM: paule_mandel,
    Model.EB: paule_mandel,
    Model.ML: maximum_likelihood,
    Model.REML: reml,
}
