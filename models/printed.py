"""Numbers as papers and registries print them: read when they can mean one thing only."""

import math
import re

_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{FIGURE DASH}": "-", "\N{EN DASH}": "-"})
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
"""Thousands set apart by commas: groups of three throughout, and no zero in front, as in 0,123."""


def printed_number(text: str | None) -> float | None:
    """The number that a printed text is; None when it is none, or could be two.

    ``1,234`` is a thousand and more, as English papers print it. ``1,36`` is no such number: it may be 1.36 or a
    slip, so it is not read. Signs of typesetters are signs; ``<0.001``, ``NA``, ``1_000`` and what no number can hold
    are none.
    """
    plain = (text or "").strip().translate(_MINUS)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        return None
    return value if math.isfinite(value := float(plain)) else None
