"""The second engine's posteriors: the same model again with mpmath, by another rule of integration, sharing no code.

Here tau itself is integrated over, in panels that are halved until halves add up to the whole, each by
Gauss's rule; quantiles are not solved for but checked: what is said to be one must have its probability below it.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray
from scipy import special

from models.analysis import Applicability
from models.bayes import BayesLine
from models.synthesis import EffectInput
from synthesis.crosscheck import effect_again

DIGITS = 22

POINTS = 12
"""Of Gauss's rule in one panel."""

LEFT = mpf("1e-15")
"""What halving a panel may change, as a share of the whole."""

Number: TypeAlias = Any
"""An mpf; mpmath carries no types."""

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Belief:
    """A prior of tau by its family, ``HN``, ``HC``, ``Exp``, ``U``, ``LN`` or ``LT5``, and its numbers.

    `location` is that of log tau in the last two families, `scale` that of tau, or of log tau in those.
    """

    family: str
    scale: float
    location: float = 0.0

    def density(self, tau: Number) -> Number:
        """Density of tau."""
        s = mpf(self.scale)
        if self.family == "HN":
            return mp.sqrt(2 / mp.pi) / s * mp.exp(-((tau / s) ** 2) / 2)
        if self.family == "HC":
            return 2 / (mp.pi * s * (1 + (tau / s) ** 2))
        if self.family == "Exp":
            return mp.exp(-tau / s) / s
        if self.family == "U":
            return 1 / s if tau <= s else mpf(0)
        z = (mp.log(tau) - mpf(self.location)) / s
        if self.family == "LN":
            return mp.exp(-(z**2) / 2) / (tau * s * mp.sqrt(2 * mp.pi))
        if self.family == "LT5":
            return 8 / (3 * mp.pi * mp.sqrt(5) * (1 + z**2 / 5) ** 3 * tau * s)
        raise ValueError(f"no prior of tau is called {self.family!r}")

    @property
    def is_of_log(self) -> bool:
        return self.family in ("LN", "LT5")


@dataclass(frozen=True)
class Node:
    """A tau with its weight, and mean and variance of mu given it."""

    weight: Number
    tau: Number
    mean: Number
    variance: Number


@dataclass(frozen=True)
class Recomputed:
    """A posterior as nodes of tau, whose weights come to 1; `marginal` is the density of the data."""

    nodes: tuple[Node, ...]
    marginal: Number
    at_zero: Number
    """Density of the data if tau were 0."""
    tau_share: Callable[[Number], Number]

    @cached_property
    def mean(self) -> Number:
        return sum(node.weight * node.mean for node in self.nodes)

    @cached_property
    def sd(self) -> Number:
        return mp.sqrt(sum(node.weight * (node.variance + (node.mean - self.mean) ** 2) for node in self.nodes))

    @cached_property
    def tau_mean(self) -> Number:
        return sum(node.weight * node.tau for node in self.nodes)

    @cached_property
    def tau_sd(self) -> Number:
        return mp.sqrt(sum(node.weight * (node.tau - self.tau_mean) ** 2 for node in self.nodes))

    @property
    def bf_tau_zero(self) -> Number:
        return self.at_zero / self.marginal

    @cached_property
    def _columns(self) -> tuple[Array, Array, Array, Array]:
        """Weights, tau squared, means and variances in double precision, enough for a sum of probabilities."""
        cells = [(node.weight, node.tau**2, node.mean, node.variance) for node in self.nodes]
        # A tau beyond what a double holds is as good as one beyond every effect.
        weight, square, mean, variance = np.minimum(np.array(cells, dtype=np.float64), 1e150).T
        return weight, square, mean, variance

    def below(self, x: float) -> float:
        """Probability that mu is below x."""
        weight, _, mean, variance = self._columns
        return float(weight @ special.ndtr((float(x) - mean) / np.sqrt(variance)))

    def new_below(self, x: float) -> float:
        """Probability that the true effect of a new study is below x."""
        weight, square, mean, variance = self._columns
        return float(weight @ special.ndtr((float(x) - mean) / np.sqrt(variance + square)))

    def tau_below(self, x: float) -> Number:
        """Probability that tau is below x: of the panels below it, and of a part of the one that it is in."""
        with mp.workdps(DIGITS):
            return self.tau_share(mpf(x))

    def study_below(self, x: float, yi: float, vi: float) -> float:
        """Probability that the true effect of a study that is one of them is below x."""
        weight, square, mean, variance = self._columns
        share = vi / (vi + square)
        middle = share * mean + (1 - share) * yi
        spread = np.sqrt(share * square + share**2 * variance)
        return float(weight @ special.ndtr((float(x) - middle) / spread))


def recompute_posterior(
    yi: Sequence[float], vi: Sequence[float], tau: Belief, mu: tuple[float, float] | None = None
) -> Recomputed:
    """The posterior of studies with these effects and variances; `mu` is mean and SD of a normal prior, or none."""
    with mp.workdps(DIGITS):
        y, v = [mpf(value) for value in yi], [mpf(value) for value in vi]
        model = _Model(y, v, tau, None if mu is None else (mpf(mu[0]), mpf(mu[1])))
        return model.posterior()


@dataclass(frozen=True)
class _Model:
    y: list[Number]
    v: list[Number]
    tau: Belief
    mu: tuple[Number, Number] | None

    def given(self, tau: Number) -> tuple[Number, Number, Number]:
        """Density of the data, and mean and variance of mu, if this were tau."""
        square = tau**2
        product, total, weighted = mpf(1), mpf(0), mpf(0)
        for yi, vi in zip(self.y, self.v, strict=True):
            variance = vi + square
            product *= variance
            total += 1 / variance
            weighted += yi / variance
        mean = weighted / total
        q = sum((yi - mean) ** 2 / (vi + square) for yi, vi in zip(self.y, self.v, strict=True))
        density = mp.exp(-q / 2) / mp.sqrt(product * (2 * mp.pi) ** len(self.y))
        if self.mu is None:
            return density * mp.sqrt(2 * mp.pi / total), mean, 1 / total
        believed, spread = self.mu[0], self.mu[1] ** 2
        away = (mean - believed) ** 2 / (spread + 1 / total)
        density *= mp.exp(-away / 2) / mp.sqrt(1 + spread * total)
        precision = total + 1 / spread
        return density, (weighted + believed / spread) / precision, 1 / precision

    def posterior(self) -> Recomputed:
        rule = _Rule(lambda tau: self.given(tau)[0] * self.tau.density(tau), self._moment(), {})
        edges = self._edges()
        whole = [(low, high, rule.panel(low, high)) for low, high in itertools.pairwise(edges)]
        near = sum(value for _, _, value in whole)
        done: list[tuple[Number, Number]] = []
        while whole:
            low, high, value = whole.pop()
            middle = mp.sqrt(low * high) if low > 0 else high / 2
            first, second = rule.panel(low, middle), rule.panel(middle, high)
            if abs(first + second - value) <= LEFT * near or high - low <= mpf("1e-9") * high:
                done += [(low, middle), (middle, high)]
            else:
                near = max(near, first + second)
                whole += [(low, middle, first), (middle, high, second)]
        weighed = [pair for low, high in done for pair in rule.terms(low, high)]
        marginal = sum(weight for _, weight in weighed)
        nodes = tuple(
            Node(weight / marginal, tau, *self.given(tau)[1:])
            for tau, weight in weighed
            if weight * (1 + tau**2) > mpf("1e-40") * marginal
        )

        def share(x: Number) -> Number:
            below = [rule.mass(low, high) for low, high in done if high <= x]
            cut = [rule.mass(low, x) for low, high in done if low < x < high]
            return (sum(below) + sum(cut)) / marginal

        return Recomputed(nodes, marginal, self.given(mpf(0))[0], share)

    def _moment(self) -> int:
        """The highest moment of tau up to the second that exists, on which panels must agree, too."""
        tail = {"HC": 2, "LT5": 1}.get(self.tau.family)
        if tail is None:
            return 2
        falls = tail + len(self.y) - (self.mu is None)
        return max(0, min(2, falls - 1 - (self.tau.family == "HC")))

    def _edges(self) -> list[Number]:
        """Ends of the first panels: powers of e where likelihood or prior have their shape, ever wider ones beyond."""
        scales = [mp.sqrt(value) for value in (min(self.v), max(self.v))]
        spread = max(self.y) - min(self.y)
        scales += [spread] if spread > 0 else []
        location, width = mpf(self.tau.location), mpf(self.tau.scale)
        if self.tau.is_of_log:
            scales += [mp.exp(location - 2 * width), mp.exp(location + 2 * width)]
        else:
            scales.append(width)
        low, high = mp.log(min(scales)) - 1, mp.log(max(scales)) + 2
        n_inside = int(mp.ceil(high - low))
        inside = [low + (high - low) * i / n_inside for i in range(n_inside + 1)]
        growing = [mpf(2) ** i - 1 for i in range(1, 14 if self.tau.family == "LT5" else 9)]
        below = [low - step for step in reversed(growing)] if self.tau.is_of_log else []
        edges = [mp.exp(u) for u in [*below, *inside, *(high + step for step in growing)]]
        edges = edges if self.tau.is_of_log else [mpf(0), *edges]
        if self.tau.family == "U":
            edges = [*(edge for edge in edges if edge < width), width]
        return edges


@dataclass(frozen=True)
class _Rule:
    """Gauss's rule over log tau, or over tau in the panel that begins at 0; what was evaluated is kept."""

    function: Callable[[Number], Number]
    moment: int
    known: dict[tuple[Number, Number], list[tuple[Number, Number]]]

    def terms(self, low: Number, high: Number) -> list[tuple[Number, Number]]:
        """Each tau with its share of the integral."""
        if (low, high) not in self.known:
            if low == 0:
                at = [(high * (1 + x) / 2, w * high / 2) for x, w in gauss()]
            else:
                a, b = mp.log(low), mp.log(high)
                taus = [(mp.exp((a + b + (b - a) * x) / 2), w) for x, w in gauss()]
                at = [(tau, w * (b - a) / 2 * tau) for tau, w in taus]
            self.known[low, high] = [(tau, step * self.function(tau)) for tau, step in at]
        return self.known[low, high]

    def mass(self, low: Number, high: Number) -> Number:
        return sum(term for _, term in self.terms(low, high))

    def panel(self, low: Number, high: Number) -> Number:
        """The integral and that of the moment, which both must be right."""
        return sum(term * (1 + tau**self.moment) for tau, term in self.terms(low, high))


@cache
def gauss() -> tuple[tuple[Number, Number], ...]:
    """Nodes and weights of Gauss's rule on -1 to 1: roots of a Legendre polynomial, by Newton's method."""
    found = []
    with mp.workdps(DIGITS + 10):
        for i in range(POINTS):
            x = mp.cos(mp.pi * (i + mpf("0.75")) / (POINTS + mpf("0.5")))
            for _ in range(8):
                slope = POINTS * (x * mp.legendre(POINTS, x) - mp.legendre(POINTS - 1, x)) / (x**2 - 1)
                x -= mp.legendre(POINTS, x) / slope
            found.append((x, 2 / ((1 - x**2) * slope**2)))
    return tuple(found)


TOLERANCE = 1e-8
"""Largest difference of a probability, or relative difference of a number, at which two engines agree."""


@dataclass(frozen=True)
class BayesDisagreement:
    """A number of a posterior that the second engine does not confirm."""

    line: BayesLine
    name: str
    stated: float
    recomputed: float

    def __str__(self) -> str:
        where = self.line
        return (
            f"{where.analysis or where.outcome}, {where.timepoint}, {where.evidence_set}, prior {where.prior}: "
            f"{self.name} is {self.stated}, recomputed {self.recomputed}"
        )


def crosscheck_bayes(inputs: Sequence[EffectInput], lines: Sequence[BayesLine]) -> tuple[BayesDisagreement, ...]:
    """Recompute every posterior from the numbers of its studies' arms.

    Returns
    -------
    tuple of BayesDisagreement
        Empty if everything is confirmed to `TOLERANCE`: of a quantile (of mu, tau, a new study and each of the studies), the probability below it; of moments,
        probabilities and the Bayes factor the number itself.
    """
    found = []
    for line in lines:
        rows = [row for row in inputs if _counts(row, line)]
        with mp.workdps(DIGITS):
            effects = [pair for pair in map(effect_again, rows) if None not in pair]
            belief = Belief(line.prior_family, line.prior_scale, line.prior_location)
            mu = None if line.mu_prior_sd is None else (line.mu_prior_mean, line.mu_prior_sd)
            again = _kept(tuple(yi for yi, _ in effects), tuple(vi for _, vi in effects), belief, mu)
            for name, stated, value in (*_compared(line, again), *_of_studies(line, again, rows)):
                if not abs(mpf(stated) - value) <= TOLERANCE * max(1, abs(value)):
                    found.append(BayesDisagreement(line, name, float(stated), float(value)))
    return tuple(found)


@lru_cache(maxsize=1024)
def _kept(yi: tuple[Number, ...], vi: tuple[Number, ...], tau: Belief, mu: tuple[float, float] | None) -> "Recomputed":
    """As `recompute_posterior`: evidence sets of one night and most nights have the same data."""
    return recompute_posterior(yi, vi, tau, mu)


def _counts(row: EffectInput, line: BayesLine) -> bool:
    is_same = (row.evidence_set, row.analysis) == (line.evidence_set, line.analysis)
    return is_same and row.counts_in is not Applicability.SUBGROUP and row.yi is not None and row.vi is not None


def _compared(line: BayesLine, again: Recomputed) -> Iterator[tuple[str, float, Number]]:
    """Each name with what is said and what comes out; a quantile's number is the probability below it."""
    tail = (1 - mpf(line.level)) / 2
    for name, of, p in (
        ("estimate", again.below, mpf("0.5")),
        ("ci_low", again.below, tail),
        ("ci_high", again.below, 1 - tail),
        ("pi_low", again.new_below, tail),
        ("pi_high", again.new_below, 1 - tail),
    ):
        stated = mpf(getattr(line, name))
        yield f"probability below {name}", float(p), of(mp.log(stated) if line.is_ratio else stated)
    for name, p in (("tau_median", mpf("0.5")), ("tau_low", tail), ("tau_high", 1 - tail)):
        yield f"probability below {name}", float(p), again.tau_below(getattr(line, name))
    yield "p_below_no_effect", line.p_below_no_effect, again.below(0)
    for name in ("mean", "sd", "tau_mean", "tau_sd", "bf_tau_zero"):
        stated = getattr(line, name)
        if stated is not None:
            yield name, stated, getattr(again, name)


def _of_studies(line: BayesLine, again: Recomputed, rows: Sequence[EffectInput]) -> Iterator[tuple[str, float, Number]]:
    """The same of each study's true effect, as far as the line has them."""
    tail = (1 - line.level) / 2
    effects = {(row.study_id, row.part, row.subgroup): effect_again(row) for row in rows}
    for study in line.studies:
        yi, vi = (float(value or 0) for value in effects[study.study_id, study.part, study.subgroup])
        stated = np.log(study.estimate) if line.is_ratio else study.estimate
        yield f"estimate of {study.study_id}", float(stated), yi
        for name, p in (("shrunk", 0.5), ("ci_low", tail), ("ci_high", 1 - tail)):
            value = getattr(study, name)
            below = again.study_below(np.log(value) if line.is_ratio else value, yi, vi)
            yield f"probability below {name} of {study.study_id}", p, below
