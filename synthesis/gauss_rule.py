"""Gauss's rule of integration with many digits, for the second engine alone."""

from functools import cache
from typing import Any, TypeAlias

from mpmath import mp, mpf

DIGITS = 22

POINTS = 12
"""Of Gauss's rule in one panel."""

Number: TypeAlias = Any
"""An mpf; mpmath carries no types."""


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
