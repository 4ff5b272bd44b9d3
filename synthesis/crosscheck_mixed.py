"""The second engine's mixed models of 2 x 2 tables, with 30 digits.

Integrals go over the log odds ratio itself, by Gauss-Legendre panels, and are differentiated by what the normal density,
and not the likelihood, changes by. Newton's steps start from the stated numbers: those that were right do not move.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import comb
from typing import Any, TypeAlias

from mpmath import mp, mpf

from synthesis.gauss_rule import gauss

DIGITS = 30
NODES = 16
REACH = 9
"""Standard deviations from the mean at which the normal density is cut: e^-40 of its peak."""

Number: TypeAlias = Any
"""An mpf; mpmath carries no types."""

Table: TypeAlias = tuple[Number, Number, Number, Number]
ZERO = mpf(0)


@dataclass(frozen=True)
class Mixed:
    """Where the likelihood is flat; `tau2` is None where it is flat at 0 and rises from there."""

    mu: Number
    se: Number
    tau2: Number | None


def mixed(studies: Sequence[Table], ratio: float, tau2: float, *, is_conditional: bool) -> Mixed:
    """Maximum likelihood from a stated odds ratio and variance between studies.

    Parameters
    ----------
    studies : events and people of both arms, without studies in which nobody or everybody had the event
    ratio, tau2 : as stated
    is_conditional : whether all events of a study are given, by the hypergeometric distribution; otherwise each study
        has a control risk of its own
    """
    mu, tau = mp.log(mpf(ratio)), mp.sqrt(mpf(tau2))
    logits = [mp.log((a + c) / (n1 + n2 - a - c)) for a, n1, c, n2 in studies]
    for _ in range(30):
        total, moves = _newton(studies, logits, mu, tau, is_conditional)
        mu_step, tau_step = total.step(tau)
        mu, tau = mu + mu_step, abs(tau + tau_step)
        logit_steps = [move(mu_step, tau_step) for move in moves]
        logits = [logit + step for logit, step in zip(logits, logit_steps, strict=True)]
        if max(map(abs, (mu_step, tau_step, *logit_steps))) < mpf("1e-9"):  # what is left is its square
            break
    is_maximum = tau > 0 or total.bends <= 0
    return Mixed(mu, mp.sqrt(total.variance(tau)), tau**2 if is_maximum else None)


@dataclass
class _Sums:
    """Derivatives of the log-likelihood by mu and tau, with logits at their best; `bends` is the slope by tau2 at 0."""

    mu: Number = ZERO
    tau: Number = ZERO
    mu_mu: Number = ZERO
    mu_tau: Number = ZERO
    tau_tau: Number = ZERO
    bends: Number = ZERO

    def step(self, tau: Number) -> tuple[Number, Number]:
        if tau == 0:
            return -self.mu / self.mu_mu, mpf(0)
        det = self.mu_mu * self.tau_tau - self.mu_tau**2
        return (
            (-self.mu * self.tau_tau + self.tau * self.mu_tau) / det,
            (-self.tau * self.mu_mu + self.mu * self.mu_tau) / det,
        )

    def variance(self, tau: Number) -> Number:
        return -1 / (self.mu_mu - (self.mu_tau**2 / self.tau_tau if tau > 0 else 0))


Move: TypeAlias = Callable[[Number, Number], Number]


def _newton(
    studies: Sequence[Table], logits: Sequence[Number], mu: Number, tau: Number, is_conditional: bool
) -> tuple[_Sums, list[Move]]:
    """Sums over studies, and how each study's logit moves with mu and tau."""
    total, moves = _Sums(), []
    for table, logit in zip(studies, logits, strict=True):
        density = _hypergeometric(table) if is_conditional else _two_binomials(table, logit)
        one = _derivatives(density, mu, tau, 1 / mp.sqrt(table[0] + table[2]))
        by = {"mu": one[0], "tau": one[1]}
        curve = {"mu_mu": one[2], "mu_tau": one[3], "tau_tau": one[4]}
        total.bends += one[5]
        if is_conditional:
            moves.append(_no_step)
        else:
            a, aa, a_mu, a_tau = one[6:]
            by = {"mu": one[0] - a_mu * a / aa, "tau": one[1] - a_tau * a / aa}
            curve["mu_mu"] -= a_mu**2 / aa
            curve["mu_tau"] -= a_mu * a_tau / aa
            curve["tau_tau"] -= a_tau**2 / aa
            moves.append(partial(_logit_step, a, aa, a_mu, a_tau))
        for name, value in {**by, **curve}.items():
            setattr(total, name, getattr(total, name) + value)
    return total, moves


def _logit_step(a: Number, aa: Number, a_mu: Number, a_tau: Number, mu_step: Number, tau_step: Number) -> Number:
    return -(a + a_mu * mu_step + a_tau * tau_step) / aa


def _no_step(*_: Number) -> Number:
    return ZERO


Density: TypeAlias = Callable[[Number], tuple[Number, Number, Number, Number, Number, Number]]
"""Of an effect: probability, log's first and second derivative by it; by the logit; and by both."""


def _hypergeometric(table: Table) -> Density:
    a, n1, c, n2 = (int(cell) for cell in table)
    low, high = max(0, a + c - n2), min(a + c, n1)
    ways = [(s - a, comb(n1, s) * comb(n2, a + c - s)) for s in range(low, high + 1)]
    own = comb(n1, a) * comb(n2, c)

    def density(theta: Number) -> tuple[Number, Number, Number, Number, Number, Number]:
        terms = [(s, way * mp.exp(theta * s)) for s, way in ways]
        total = mp.fsum(term for _, term in terms)
        mean = mp.fsum(s * term for s, term in terms) / total
        square = mp.fsum(s * s * term for s, term in terms) / total
        return own / total, -mean, mean**2 - square, mpf(0), mpf(0), mpf(0)

    return density


def _two_binomials(table: Table, logit: Number) -> Density:
    a, n1, c, n2 = table

    def density(theta: Number) -> tuple[Number, Number, Number, Number, Number, Number]:
        p, q = 1 / (1 + mp.exp(-logit - theta / 2)), 1 / (1 + mp.exp(-logit + theta / 2))
        value = p**a * (1 - p) ** (n1 - a) * q**c * (1 - q) ** (n2 - c)
        one, two, v, w = a - n1 * p, c - n2 * q, n1 * p * (1 - p), n2 * q * (1 - q)
        return value, (one - two) / 2, -(v + w) / 4, one + two, -(v + w), -(v - w) / 2

    return density


def _derivatives(density: Density, mu: Number, tau: Number, width: Number) -> tuple[Number, ...]:
    """Of a study's log-integral: by mu, tau, mu mu, mu tau, tau tau; by tau2 at 0; by the logit, twice, and with both."""
    if tau == 0:
        _, d, dd, a, aa, da = density(mu)
        return d, mpf(0), dd, mpf(0), mpf(-1), (dd + d**2) / 2, a, aa, da, mpf(0)
    total, sums = mpf(0), [mpf(0)] * 9
    for theta, weight in _points(mu, tau, width):
        p, _, _, a, aa, _ = density(theta)
        z = (theta - mu) / tau
        mass = weight * p * mp.exp(-z * z / 2)
        m, t = z / tau, (z * z - 1) / tau
        values = (m, t, m * m - 1 / tau**2, m * t - 2 * z / tau**2, t * t - (3 * z * z - 1) / tau**2)
        total += mass
        for i, value in enumerate((*values, a, aa + a * a, a * m, a * t)):
            sums[i] += mass * value
    m, t, mm, mt, tt, a, aa, am, at = (value / total for value in sums)
    return m, t, mm - m * m, mt - m * t, tt - t * t, mpf(0), a, aa - a * a, am - a * m, at - a * t


def _points(mu: Number, tau: Number, width: Number) -> list[tuple[Number, Number]]:
    """Nodes and weights of panels no wider than the normal density or a likelihood is."""
    panel = 4 * min(tau, 2 * width)
    n = int(mp.ceil(2 * REACH * tau / panel))
    half = REACH * tau / n
    starts = [mu - REACH * tau + (2 * i + 1) * half for i in range(n)]
    return [(middle + half * x, half * w) for middle in starts for x, w in gauss(NODES)]
