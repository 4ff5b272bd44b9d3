"""Nodes of tau at which an integral over its posterior is a sum, for many sets of studies at once.

The trapezoidal rule on a whole line converges faster than any power of its step when the integrand is
analytic and falls to nothing at both ends. Log tau is stretched into such a line: even steps where
likelihood and prior have their shape, ever longer ones beyond, so that the slowest tail ends soon. The step
shrinks until every second node gives the same integral; what is left is then the square of what is seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from synthesis.priors import TauPrior
from synthesis.study_sets import Array, Rows, StudySets

LogIntegrand = Callable[[Rows, Array], Array]
"""Rows (R,) of the sets and log tau (R, N) to the log of likelihood times density of log tau, (R, N)."""

FIRST_STEP = 0.25
"""Of the search for where there is anything to integrate."""

LARGEST_STEP = 0.125

BLOCK = 16
"""Steps are counted in blocks, so that many sets have equally many."""

SMALLEST_STEP = LARGEST_STEP / 2**14

DEPTH = 60.0
"""Logarithms below the highest point at which an integrand counts as nothing."""

SEEN = 1e-7
"""Difference between the integrals by even and by odd nodes at which what is left is below 1e-11."""


@dataclass(frozen=True)
class Line:
    """How a line x runs through log tau of each set; all arrays are (S,).

    Log tau is x + exp(x - high) - exp(low - x): x itself between `low` and `high`. Under a `ceiling` it is
    bent once more, so that it never gets there.
    """

    low: Array
    high: Array
    ceiling: float

    def log_tau(self, x: Array) -> tuple[Array, Array]:
        """(S, N) log tau, and the log of its derivative by x."""
        up, down = np.exp(x - self.high[:, None]), np.exp(self.low[:, None] - x)
        log_tau, log_slope = x + up - down, np.log1p(up + down)
        if np.isfinite(self.ceiling):
            over = log_tau - np.log(self.ceiling)
            log_slope = log_slope - np.logaddexp(0.0, over)
            log_tau = np.log(self.ceiling) - np.logaddexp(0.0, -over)
        return log_tau, log_slope

    def take(self, rows: Rows) -> "Line":
        return Line(self.low[rows], self.high[rows], self.ceiling)


@dataclass(frozen=True)
class TauNodes:
    """Nodes of S posteriors of tau.

    Attributes
    ----------
    log_tau : (S, N) rising
    weights : (S, N), sum 1; 0 where a set needs fewer nodes than another
    log_integral : (S,) log of the integral
    x, step : (S, N) and (S,), where the nodes lie on their line
    line : how it runs
    """

    log_tau: Array
    weights: Array
    log_integral: Array
    x: Array
    step: Array
    line: Line

    @property
    def tau(self) -> Array:
        """(S, N)"""
        tau: Array = np.exp(self.log_tau)
        return tau

    def below_line(self, x: Array) -> tuple[Array, Array]:
        """(S,) probability below x on the line, and the density there.

        Between its nodes an integrand that is analytic is its sinc series, whose terms integrate to sine
        integrals. Source: Stenger (1993), Numerical Methods Based on Sinc and Analytic Functions, chapter 4.
        """
        steps = (x[:, None] - self.x) / self.step[:, None]
        share = 0.5 + special.sici(np.pi * steps)[0] / np.pi
        below: Array = np.einsum("sn,sn->s", self.weights, share)
        density: Array = np.einsum("sn,sn->s", self.weights, np.sinc(steps)) / self.step
        return below, density

    def below(self, tau: float) -> Array:
        """(S,) probability that between-study standard deviation is below `tau`."""
        if tau <= 0:
            return np.zeros(len(self.step))
        if tau >= self.line.ceiling:
            return np.ones(len(self.step))
        low, high = self.x[:, 0].copy(), self.x[:, -1].copy()
        for _ in range(60):
            middle = 0.5 * (low + high)
            is_low = self.line.log_tau(middle[:, None])[0][:, 0] < np.log(tau)
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        return np.clip(self.below_line(0.5 * (low + high))[0], 0.0, 1.0)

    def quantile(self, p: float) -> Array:
        """(S,) quantile of tau, by Newton's method on the line, kept within a bracket."""
        rows = np.arange(len(self.step))
        reached = self.weights.cumsum(axis=1)
        first = (reached < p).sum(axis=1).clip(max=self.x.shape[1] - 1)
        x = self.x[rows, first].copy()
        low, high = self.x[:, 0].copy(), self.x[:, -1].copy()
        for _ in range(100):
            below, density = self.below_line(x)
            is_low = below < p
            low, high = np.where(is_low, x, low), np.where(is_low, high, x)
            with np.errstate(divide="ignore", invalid="ignore"):
                after = x - (below - p) / density
            after = np.where((low < after) & (after < high), after, 0.5 * (low + high))
            is_done = np.abs(after - x) <= 1e-12 * self.step
            x = after
            if is_done.all():
                break
        tau: Array = np.exp(self.line.log_tau(x[:, None])[0][:, 0])
        return tau


def line_of(sets: StudySets, prior: TauPrior) -> Line:
    """The line of each set: even steps from the smallest standard error or scale to the largest."""
    finite = np.where(np.isfinite(sets.vi), sets.vi, 0.0)
    spread = np.ptp(sets.yi, axis=1)
    largest = np.maximum(finite.max(axis=1), spread**2)
    low = np.minimum(0.5 * np.log(sets.vi.min(axis=1)) - 1, prior.core[0])
    high = np.maximum(0.5 * np.log(largest) + 1, prior.core[1])
    return Line(low, high, prior.ceiling)


def nodes_of(line: Line, integrand: LogIntegrand, prior: TauPrior) -> TauNodes:
    """Nodes at which the integral of every set is exact to about eleven digits.

    Parameters
    ----------
    line : (S,) lines
    integrand : log of what is integrated over log tau
    prior : of tau, which says how far tails reach

    Raises
    ------
    ValueError
        If an integrand is so sharp that even the smallest step does not resolve it.
    """
    starts, ends, needed = _windows(line, integrand, prior)
    parts: list[tuple[Rows, TauNodes]] = []
    todo = np.arange(len(starts))
    sizes = needed.copy()
    while len(todo):
        undone: list[Rows] = []
        for size in np.unique(sizes[todo]):
            rows = todo[sizes[todo] == size]
            nodes, is_good = _nodes(line, integrand, rows, starts[rows], ends[rows], int(size))
            good = np.flatnonzero(is_good)
            if len(good):
                parts.append((rows[good], _take(nodes, good)))
            undone.append(rows[~is_good])
        todo = np.concatenate(undone)
        sizes[todo] = BLOCK * -(-3 * sizes[todo] // (2 * BLOCK))
        if len(todo) and ((ends - starts)[todo] / sizes[todo]).min() < SMALLEST_STEP:
            raise ValueError(
                f"set {int(todo[0]) + 1}: its posterior of tau is too sharp to integrate; "
                "is the prior of tau in the unit of the effects?"
            )
    return _joined(parts, line)


def _windows(line: Line, integrand: LogIntegrand, prior: TauPrior) -> tuple[Array, Array, NDArray[np.int64]]:
    """(S,) first and last x that count, and how many steps to begin with."""
    below, above = np.log(prior.reach)
    rows = np.arange(len(line.low))
    widths = line.high - line.low + below + above
    count = int(np.ceil(widths.max() / FIRST_STEP)) + 1
    steps = widths / (count - 1)
    x = (line.low - below)[:, None] + steps[:, None] * np.arange(count)
    log_tau, log_slope = line.log_tau(x)
    heights = integrand(rows, log_tau) + log_slope
    bend = _bend_at_peaks(heights)
    top = heights.max(axis=1)
    # A peak between two nodes is not higher than the nearer one by more than the bend there. Moments up to the
    # second count, and so does a tail in which they lie.
    peak = log_tau[rows, heights.argmax(axis=1)]
    moments = 2 * np.maximum(log_tau - peak[:, None], 0.0)
    counts = heights + bend + moments > (top - DEPTH)[:, None]
    first = np.maximum(counts.argmax(axis=1) - 1, 0)
    last = np.minimum(count - 1 - counts[:, ::-1].argmax(axis=1) + 1, count - 1)
    sharpest = np.where(heights + bend > (top - DEPTH / 2)[:, None], bend, 0.0).max(axis=1) / steps**2
    step = np.minimum(LARGEST_STEP, 0.6 / np.sqrt(np.maximum(sharpest, 1e-12)))
    starts, ends = x[rows, first], x[rows, last]
    blocks = np.ceil((ends - starts) / step / BLOCK)
    return starts, ends, (BLOCK * blocks).astype(np.int64)


def _bend_at_peaks(heights: Array) -> Array:
    """(S, N) second difference at nodes that are as high as both neighbours, 0 elsewhere."""
    bend = np.zeros_like(heights)
    left, here, right = heights[:, :-2], heights[:, 1:-1], heights[:, 2:]
    is_peak = (here >= left) & (here >= right) & np.isfinite(left) & np.isfinite(right)
    bend[:, 1:-1][is_peak] = (2 * here - left - right)[is_peak]
    return bend


def _nodes(
    line: Line, integrand: LogIntegrand, rows: Rows, starts: Array, ends: Array, size: int
) -> tuple[TauNodes, NDArray[np.bool_]]:
    step = (ends - starts) / size
    x = starts[:, None] + step[:, None] * np.arange(size + 1)
    own = line.take(rows)
    log_tau, log_slope = own.log_tau(x)
    heights = integrand(rows, log_tau) + log_slope
    top = heights.max(axis=1)
    weights = np.exp(heights - top[:, None])
    total = weights.sum(axis=1)
    even, odd = weights[:, ::2].sum(axis=1), weights[:, 1::2].sum(axis=1)
    is_good = np.abs(even - odd) <= SEEN * total
    nodes = TauNodes(log_tau, weights / total[:, None], top + np.log(total * step), x, step, own)
    return nodes, is_good


def _take(nodes: TauNodes, rows: Rows) -> TauNodes:
    log_tau, weights, log_integral, x, step = (
        of[rows] for of in (nodes.log_tau, nodes.weights, nodes.log_integral, nodes.x, nodes.step)
    )
    return TauNodes(log_tau, weights, log_integral, x, step, nodes.line.take(rows))


def _joined(parts: list[tuple[Rows, TauNodes]], line: Line) -> TauNodes:
    """All sets in their order; short rows end in nodes of no weight."""
    n_sets, widest = len(line.low), max(nodes.x.shape[1] for _, nodes in parts)
    log_tau, weights, x = np.empty((3, n_sets, widest))
    log_integral, step = np.empty((2, n_sets))
    for rows, nodes in parts:
        spare = widest - nodes.x.shape[1]
        log_tau[rows] = np.pad(nodes.log_tau, ((0, 0), (0, spare)), mode="edge")
        weights[rows] = np.pad(nodes.weights, ((0, 0), (0, spare)))
        x[rows] = np.pad(nodes.x, ((0, 0), (0, spare)), mode="edge")
        log_integral[rows], step[rows] = nodes.log_integral, nodes.step
    return TauNodes(log_tau, weights, log_integral, x, step, line)
