"""Gauss's rule of integration with many digits, for the second engine alone."""

from functools import cache
from typing import Any, TypeAlias

from mpmath import mp, mpf

DIGITS = 40
"""Of nodes and weights, more than anybody computes with."""

Number: TypeAlias = Any
"""An mpf; mpmath carries no types."""


@cache
def gauss(n: int) -> tuple[tuple[Number, Number], ...]:
    """Nodes and weights of Gauss's rule of n points on -1 to 1: roots of a Legendre polynomial, by Newton's method."""
    found = []
    with mp.workdps(DIGITS):
        for i in range(n):
            x = mp.cos(mp.pi * (i + mpf("0.75")) / (n + mpf("0.5")))
            for _ in range(8):
                slope = n * (x * mp.legendre(n, x) - mp.legendre(n - 1, x)) / (x**2 - 1)
                x -= mp.legendre(n, x) / slope
            found.append((x, 2 / ((1 - x**2) * slope**2)))
    return tuple(found)
