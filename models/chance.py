"""How a probability is told to readers: in whole per cent, and never as a certainty."""

from models.rounding import half_up


def chance(probability: float) -> str:
    """``24%``; ``under 1%`` and ``over 99%`` of what is nearly nothing or nearly certain."""
    if probability < 0.01:
        return "under 1%"
    if probability > 0.99:
        return "over 99%"
    return f"{half_up(100 * probability, 0)}%"
