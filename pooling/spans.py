"""Numbers as they are printed: all values that round to the same digits, and arithmetic with them.

``0.30`` may be anything from 0.295 to 0.305. Two numbers of one row agree when what they may be overlaps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import exp, inf, isnan, log, sqrt
from typing import Self

_LAST_BITS = 1e-9
"""Relative width that is left to programs which write all digits, and compute them in another order."""
_LARGEST_POWER = 700.0


@dataclass(frozen=True)
class Span:
    """Everything from `low` to `high`."""

    low: float
    high: float

    @classmethod
    def of(cls, text: str) -> Self:
        """What a printed number may be: half a unit of its last digit to either side."""
        value, exponent = float(text), Decimal(text).as_tuple().exponent
        half = max(float(Decimal(5).scaleb(int(exponent) - 1)), _LAST_BITS * abs(value))
        return cls(value - half, value + half)

    @classmethod
    def exactly(cls, value: float) -> Self:
        return cls(value, value)

    @property
    def middle(self) -> float:
        return self.low / 2 + self.high / 2

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Span") -> "Span":
        return Span(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Span") -> "Span":
        return self._corners(other, lambda a, b: a * b)

    def __truediv__(self, other: "Span") -> "Span":
        """Anything at all where the divisor may be 0."""
        if other.low <= 0 <= other.high:
            return Span(-inf, inf)
        return self._corners(other, lambda a, b: a / b)

    def _corners(self, other: "Span", of: Callable[[float, float], float]) -> "Span":
        found = [of(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(-inf, inf) if any(map(isnan, found)) else Span(min(found), max(found))

    def root(self) -> "Span":
        return Span(sqrt(max(self.low, 0.0)), sqrt(max(self.high, 0.0)))

    def log(self) -> "Span":
        return Span(*(log(end) if end > 0 else -inf for end in (self.low, self.high)))

    def exp(self) -> "Span":
        return Span(*(inf if end > _LARGEST_POWER else exp(end) for end in (self.low, self.high)))

    def size(self) -> "Span":
        """Without the sign."""
        ends = sorted((abs(self.low), abs(self.high)))
        return Span(0.0 if self.low <= 0 <= self.high else ends[0], ends[1])

    def meets(self, other: "Span") -> bool:
        """Whether one number may be both."""
        slack = _LAST_BITS * max(abs(end) for end in (self.middle, other.middle))
        return not (self.low > other.high + slack or other.low > self.high + slack)

    def is_between(self, low: "Span", high: "Span") -> bool:
        return not (self.high < low.low or self.low > high.high)

    def times_apart(self, other: "Span") -> float:
        """By which factor two numbers above 0 differ at least, 1 where they meet."""
        if self.meets(other):
            return 1.0
        small, large = sorted((self, other), key=lambda span: span.middle)
        return inf if small.high <= 0 else large.low / small.high


def joined(one: Span, other: Span) -> Span:
    """The least that holds both."""
    return Span(min(one.low, other.low), max(one.high, other.high))


def middle_of(low: Span, high: Span) -> Span:
    """What lies in the middle of two limits."""
    return Span((low.low + high.low) / 2, (low.high + high.high) / 2)
