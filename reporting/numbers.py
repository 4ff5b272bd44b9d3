"""How a number is printed: the only place that rounds, signs and abbreviates for readers.

Page, figures and alert all print through here, so that the same value never appears in two forms.
"""

import math
from decimal import Decimal

from models.rounding import half_up

MINUS = "\u2212"
UNKNOWN = "\u2013"
ALPHA = "0.05"


def fixed(value: float, decimals: int) -> str:
    """Round half away from zero, as RevMan prints, with a true minus sign and never a negative zero.

    Raises
    ------
    ValueError
        If the value is not finite: an infinite limit is words, not a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be printed; give a finite number or None")
    rounded = half_up(value, decimals)
    return f"{abs(rounded):,f}" if not rounded else f"{rounded:,f}".replace("-", MINUS)


def ratio(value: float) -> str:
    """A ratio: two decimals between 0.01 and 100, three below, none above; bounded at 0.001 and 10,000.

    Two decimals are useless at the far ends of an interval such as 0.002 to 508.
    """
    if value >= 10_000:
        return "> 10,000"
    if value < 0.001:
        return "< 0.001"
    if value < 0.01:
        return fixed(value, 3)
    two = fixed(value, 2)
    return two if len(two) <= len("99.99") else fixed(value, 0)


def effect(value: float | None, is_ratio: bool) -> str:
    """An estimate or limit on the natural scale; a dash when there is none."""
    if value is None:
        return UNKNOWN
    return ratio(value) if is_ratio else fixed(value, 2)


def interval(low: float | None, high: float | None, is_ratio: bool) -> str:
    """Limits as Cochrane prints them: ``1.22 to 5.54``."""
    if low is None or high is None:
        return UNKNOWN
    return f"{effect(low, is_ratio)} to {effect(high, is_ratio)}"


def estimate(value: float | None, low: float | None, high: float | None, is_ratio: bool) -> str:
    """Estimate with its limits: ``3.38 (1.22 to 5.54)``; a dash when there is none."""
    if value is None:
        return UNKNOWN
    return f"{effect(value, is_ratio)} ({interval(low, high, is_ratio)})"


def confidence(level: float) -> str:
    """What limits are: ``95% CI``."""
    return f"{100 * level:.6g}% CI"


def p_value(value: float | None) -> str:
    """``p = 0.03``, ``p = 0.003``, ``p < 0.001``.

    Two decimals, three below 0.01; a value beside 0.05 gets as many as it takes to show its side.
    """
    if value is None:
        return UNKNOWN
    if value < 0.001:
        return "p < 0.001"
    if value > 0.99:
        return "p > 0.99"
    if value < 0.01:
        return f"p = {fixed(value, 3)}"
    decimals = 2
    while decimals < 4 and Decimal(fixed(value, decimals)) == Decimal(ALPHA) and value != float(ALPHA):
        decimals += 1
    return f"p = {fixed(value, decimals)}"


def percent(value: float | None) -> str:
    """A percentage without decimals: ``53%``."""
    return UNKNOWN if value is None else f"{fixed(value, 0)}%"


def variance(value: float | None) -> str:
    """Between-study variance; a small one is not printed as if it were none."""
    if value is None:
        return UNKNOWN
    return "< 0.01" if 0 < value < 0.01 else fixed(value, 2)


def count(value: int | None) -> str:
    """A number of people, studies or records; a dash when it is not known."""
    return UNKNOWN if value is None else f"{value:,}"


def plain(value: float | None) -> str:
    """A value of no particular scale, as rules compare it: whole as whole, otherwise two or three decimals."""
    if value is None:
        return UNKNOWN
    if float(value).is_integer():
        return fixed(value, 0)
    return fixed(value, 3 if abs(value) < 0.1 else 2)


def counted(n: int, noun: str, plural: str = "") -> str:
    """``1 study``, ``2 studies``: a count with its noun."""
    return f"{count(n)} {noun if n == 1 else plural or noun + 's'}"
