"""How review software rounds: half away from zero, on the decimal digits and not on the binary ones."""

from decimal import ROUND_HALF_UP, Decimal

_NOISE_DIGITS = 12
"""Significant digits kept before rounding: enough for any estimate, too few for a float's last-bit noise."""


def half_up(value: float, decimals: int) -> Decimal:
    """A finite value to that many decimals, as RevMan prints it."""
    return Decimal(f"{value:.{_NOISE_DIGITS}g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
