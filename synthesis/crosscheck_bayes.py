"""The second engine's posteriors: the same model again with mpmath, by another rule of integration, sharing no code.

Here tau itself is integrated over, in panels that are halved until halves add up to the whole, each by
Gauss's rule; quantiles are not solved for but checked: what is said to be one must have its probability below it.
"""

import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, TypeAlias

from mpmath import fp, mp

from models.analysis import Applicability
from models.bayes import BayesLine
from models.synthesis import EffectInput
from synthesis.crosscheck import effect_again
from synthesis.gauss_rule import gauss

LARGEST, SMALLEST = sys.float_info.max, sys.float_info.min
"""Ratios between which a number has all its digits."""

DIGITS, POINTS = 22, 12
"""Of numbers, and of Gauss's rule in one panel."""

LEFT = 1e-12
"""What halving a panel may change, as a share of the whole; what is left of the halves is far less."""

Number: TypeAlias = Any
"""An mpf, or a float of mpmath's quick context; mpmath carries no types."""

Context: TypeAlias = Any
"""mpmath's arithmetic: ``mp`` with `DIGITS`, or ``fp`` with those of the processor."""


@dataclass(frozen=True)
class Belief:
    """A prior of tau by its family, ``HN``, ``HC``, ``Exp``, ``U``, ``LN`` or ``LT5``, and its numbers.

    `location` is that of log tau in the last two families, `scale` that of tau, or of log tau in those.
    """

    family: str
    scale: float
    location: float = 0.0

    def density(self, tau: Number, by: Context = mp) -> Number:
        """Density of tau."""
        s = by.mpf(self.scale)
        if self.family == "HN":
            return by.sqrt(2 / by.pi) / s * by.exp(-((tau / s) ** 2) / 2)
        if self.family == "HC":
            return 2 / (by.pi * s * (1 + (tau / s) ** 2))
        if self.family == "Exp":
            return by.exp(-tau / s) / s
        if self.family == "U":
            return 1 / s if tau <= s else by.mpf(0)
        z = (by.log(tau) - by.mpf(self.location)) / s
        if self.family == "LN":
            return by.exp(-(z**2) / 2) / (tau * s * by.sqrt(2 * by.pi))
        if self.family == "LT5":
            return 8 / (3 * by.pi * by.sqrt(5) * (1 + z**2 / 5) ** 3 * tau * s)
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

    @cached_property
    def sd(self) -> Number:
        return self.variance**0.5

    @cached_property
    def sd_of_new(self) -> Number:
        return (self.variance + self.tau**2) ** 0.5


def _share_below(distance: Number, sd: Number) -> float:
    """Share of a normal distribution below a point so far from its mean; sixteen digits of it are plenty."""
    return math.erfc(-float(distance / sd) / math.sqrt(2)) / 2


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

    def below(self, x: float) -> Number:
        """Probability that mu is below x."""
        return sum(node.weight * _share_below(x - node.mean, node.sd) for node in self.nodes)

    def new_below(self, x: float) -> Number:
        """Probability that the true effect of a new study is below x."""
        return sum(node.weight * _share_below(x - node.mean, node.sd_of_new) for node in self.nodes)

    def tau_below(self, x: float) -> Number:
        """Probability that tau is below x: of the panels below it, and of a part of the one that it is in."""
        with mp.workdps(DIGITS):
            return self.tau_share(x)

    def study_below(self, x: float, yi: float, vi: float) -> Number:
        """Probability that the true effect of a study that is one of them is below x."""
        total = 0.0
        for node in self.nodes:
            share = vi / (vi + node.tau**2)
            mean = share * node.mean + (1 - share) * yi
            variance = share * node.tau**2 + share**2 * node.variance
            total += node.weight * _share_below(x - mean, variance**0.5)
        return total


def recompute_posterior(
    yi: Sequence[float], vi: Sequence[float], tau: Belief, mu: tuple[float, float] | None = None, by: Context = mp
) -> Recomputed:
    """The posterior of studies with these effects and variances; `mu` is mean and SD of a normal prior, or none."""
    with mp.workdps(DIGITS):
        y, v = [by.mpf(value) for value in yi], [by.mpf(value) for value in vi]
        model = _Model(y, v, tau, None if mu is None else (by.mpf(mu[0]), by.mpf(mu[1])), by)
        return model.posterior()


@dataclass(frozen=True)
class _Model:
    y: list[Number]
    v: list[Number]
    tau: Belief
    mu: tuple[Number, Number] | None
    by: Context

    def given(self, tau: Number) -> tuple[Number, Number, Number]:
        """Density of the data, and mean and variance of mu, if this were tau."""
        by, square = self.by, tau**2
        product, total, weighted = by.mpf(1), by.mpf(0), by.mpf(0)
        for yi, vi in zip(self.y, self.v, strict=True):
            variance = vi + square
            product *= variance
            total += 1 / variance
            weighted += yi / variance
        mean = weighted / total
        q = sum((yi - mean) ** 2 / (vi + square) for yi, vi in zip(self.y, self.v, strict=True))
        density = by.exp(-q / 2) / by.sqrt(product * (2 * by.pi) ** len(self.y))
        if self.mu is None:
            return density * by.sqrt(2 * by.pi / total), mean, 1 / total
        believed, spread = self.mu[0], self.mu[1] ** 2
        away = (mean - believed) ** 2 / (spread + 1 / total)
        density *= by.exp(-away / 2) / by.sqrt(1 + spread * total)
        precision = total + 1 / spread
        return density, (weighted + believed / spread) / precision, 1 / precision

    def posterior(self) -> Recomputed:
        rule = _Rule(lambda tau: self.given(tau)[0] * self.tau.density(tau, self.by), self._moment(), self.by, {})
        edges = self._edges()
        whole = [(low, high, rule.panel(low, high)) for low, high in itertools.pairwise(edges)]
        near = sum(value for _, _, value in whole)
        done: list[tuple[Number, Number]] = []
        while whole:
            low, high, value = whole.pop()
            middle = self.by.sqrt(low * high) if low > 0 else high / 2
            first, second = rule.panel(low, middle), rule.panel(middle, high)
            if abs(first + second - value) <= LEFT * near or high - low <= 1e-9 * high:
                done += [(low, middle), (middle, high)]
            else:
                near = max(near, first + second)
                whole += [(low, middle, first), (middle, high, second)]
        weighed = [pair for low, high in done for pair in rule.terms(low, high)]
        marginal = sum(weight for _, weight in weighed)
        nodes = tuple(
            Node(weight / marginal, tau, *self.given(tau)[1:])
            for tau, weight in weighed
            if weight * (1 + tau**2) > 1e-40 * marginal
        )

        def share(x: Number) -> Number:
            below = [rule.mass(low, high) for low, high in done if high <= x]
            cut = [rule.mass(low, self.by.mpf(x)) for low, high in done if low < x < high]
            return (sum(below) + sum(cut)) / marginal

        return Recomputed(nodes, marginal, self.given(self.by.mpf(0))[0], share)

    def _moment(self) -> int:
        """The highest moment of tau up to the second that exists, on which panels must agree, too."""
        tail = {"HC": 2, "LT5": 1}.get(self.tau.family)
        if tail is None:
            return 2
        falls = tail + len(self.y) - (self.mu is None)
        return max(0, min(2, falls - 1 - (self.tau.family == "HC")))

    def _edges(self) -> list[Number]:
        """Ends of the first panels: powers of e where likelihood or prior have their shape, ever wider ones beyond."""
        by = self.by
        scales = [by.sqrt(value) for value in (min(self.v), max(self.v))]
        spread = max(self.y) - min(self.y)
        scales += [spread] if spread > 0 else []
        location, width = by.mpf(self.tau.location), by.mpf(self.tau.scale)
        if self.tau.is_of_log:
            scales += [by.exp(location - 2 * width), by.exp(location + 2 * width)]
        else:
            scales.append(width)
        low, high = by.log(min(scales)) - 1, by.log(max(scales)) + 2
        n_inside = math.ceil(high - low)
        inside = [low + (high - low) * i / n_inside for i in range(n_inside + 1)]
        growing = [2**i - 1 for i in range(1, 14 if self.tau.family == "LT5" else 9)]
        below = [low - step for step in reversed(growing)] if self.tau.is_of_log else []
        logs = [*below, *inside, *(high + step for step in growing)]
        # Beyond this the square of tau is no number of the processor; there is next to nothing.
        edges = [by.exp(u) for u in logs if by is mp or abs(u) < 350]
        edges = edges if self.tau.is_of_log else [by.mpf(0), *edges]
        if self.tau.family == "U":
            edges = [*(edge for edge in edges if edge < width), width]
        return edges


@dataclass(frozen=True)
class _Rule:
    """Gauss's rule over log tau, or over tau in the panel that begins at 0; what was evaluated is kept."""

    function: Callable[[Number], Number]
    moment: int
    by: Context
    known: dict[tuple[Number, Number], list[tuple[Number, Number]]]

    def terms(self, low: Number, high: Number) -> list[tuple[Number, Number]]:
        """Each tau with its share of the integral."""
        if (low, high) not in self.known:
            points = gauss(POINTS) if self.by is mp else [(float(x), float(w)) for x, w in gauss(POINTS)]
            if low == 0:
                at = [(high * (1 + x) / 2, w * high / 2) for x, w in points]
            else:
                a, b = self.by.log(low), self.by.log(high)
                taus = [(self.by.exp((a + b + (b - a) * x) / 2), w) for x, w in points]
                at = [(tau, w * (b - a) / 2 * tau) for tau, w in taus]
            self.known[low, high] = [(tau, step * self.function(tau)) for tau, step in at]
        return self.known[low, high]

    def mass(self, low: Number, high: Number) -> Number:
        return sum(term for _, term in self.terms(low, high))

    def panel(self, low: Number, high: Number) -> Number:
        """The integral and that of the moment, which both must be right."""
        return sum(term * (1 + tau**self.moment) for tau, term in self.terms(low, high))


TOLERANCE = 1e-8
"""Largest difference of a probability, or relative difference of a number, at which two engines agree."""

TOLERANCE_OF_TAU = 1e-7
"""The same of probabilities below quantiles of tau: the first engine finds these between its nodes, to a few 1e-8."""


OF_TAU = tuple(f"probability below {name}" for name in ("tau_low", "tau_median", "tau_high"))


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

    In the processor's digits first, which suffice as a rule; whatever they do not confirm is asked again with `DIGITS`.

    Returns
    -------
    tuple of BayesDisagreement
        Empty if everything is confirmed to `TOLERANCE`: of a quantile, the probability below it; of moments,
        probabilities and the Bayes factor the number itself.
    """
    found: list[BayesDisagreement] = []
    for line in lines:
        rows = [row for row in inputs if _counts(row, line)]
        with mp.workdps(DIGITS):
            effects = [pair for pair in map(effect_again, rows) if None not in pair]
            if not _is_confirmed_at_once(line, effects):
                found += _unconfirmed(line, effects, mp)
    return tuple(found)


def _is_confirmed_at_once(line: BayesLine, effects: Sequence[tuple[Number, Number]]) -> bool:
    """Whether the processor's digits are enough, which they are not where densities under- or overflow."""
    try:
        return not _unconfirmed(line, effects, fp)
    except (ArithmeticError, ValueError):
        return False


def _unconfirmed(line: BayesLine, effects: Sequence[tuple[Number, Number]], by: Context) -> list[BayesDisagreement]:
    """What one arithmetic does not confirm."""
    belief = Belief(line.prior_family, line.prior_scale, line.prior_location)
    mu = None if line.mu_prior_sd is None else (line.mu_prior_mean, line.mu_prior_sd)
    yi, vi = zip(*effects, strict=True)
    again = _kept(yi, vi, belief, mu, by)
    return [
        BayesDisagreement(line, name, float(stated), float(value))
        for name, stated, value in _compared(line, again, effects, by)
        if not abs(by.mpf(stated) - value) <= (TOLERANCE_OF_TAU if name in OF_TAU else TOLERANCE) * max(1, abs(value))
    ]


@lru_cache(maxsize=1024)
def _kept(
    yi: tuple[Number, ...], vi: tuple[Number, ...], tau: Belief, mu: tuple[float, float] | None, by: Context
) -> "Recomputed":
    """As `recompute_posterior`: evidence sets of one night and most nights have the same data."""
    return recompute_posterior(yi, vi, tau, mu, by)


def _counts(row: EffectInput, line: BayesLine) -> bool:
    is_same = (row.evidence_set, row.analysis) == (line.evidence_set, line.analysis)
    return is_same and row.counts_in is not Applicability.SUBGROUP and row.yi is not None and row.vi is not None


def _compared(
    line: BayesLine, again: Recomputed, effects: Sequence[tuple[Number, Number]], by: Context
) -> Iterator[tuple[str, float, Number]]:
    """Each name with what is said and what comes out; a quantile's number is the probability below it.

    Of a ratio too large or too small to be held it is only known that the quantile lies beyond those that can be.
    """

    def below(of: Callable[[Number], Number], stated: float, p: float) -> Number:
        if not line.is_ratio:
            return of(by.mpf(stated))
        held = min(max(stated, SMALLEST), LARGEST)
        found = of(by.log(by.mpf(held)))
        return found if held == stated else (max if stated > held else min)(p, found)

    tail = (1 - line.level) / 2
    for name, of, p in (
        ("estimate", again.below, 0.5),
        ("ci_low", again.below, tail),
        ("ci_high", again.below, 1 - tail),
        ("pi_low", again.new_below, tail),
        ("pi_high", again.new_below, 1 - tail),
    ):
        yield f"probability below {name}", p, below(of, getattr(line, name), p)
    for name, p in (("tau_low", tail), ("tau_median", 0.5), ("tau_high", 1 - tail)):
        yield f"probability below {name}", p, again.tau_below(by.mpf(getattr(line, name)))
    yield "p_below_no_effect", line.p_below_no_effect, again.below(0)
    if line.p_benefit is not None:
        is_below = abs(line.p_benefit - line.p_below_no_effect) < abs(1 - line.p_benefit - line.p_below_no_effect)
        yield "p_benefit", line.p_benefit, again.below(0) if is_below else 1 - again.below(0)
    for name in ("mean", "sd", "tau_mean", "tau_sd", "bf_tau_zero"):
        stated = getattr(line, name)
        if stated is not None:
            yield name, stated, getattr(again, name)
    for study, (yi, vi) in zip(line.studies, effects, strict=bool(line.studies)):
        for name, p in (("shrunk", 0.5), ("ci_low", tail), ("ci_high", 1 - tail)):
            of_study = partial(again.study_below, yi=by.mpf(yi), vi=by.mpf(vi))
            yield f"probability that {study.study_id} is below {name}", p, below(of_study, getattr(study, name), p)
