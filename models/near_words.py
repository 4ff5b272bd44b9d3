"""What somebody may have meant who wrote a word that is not in a list."""

from collections.abc import Iterable
from difflib import get_close_matches

_NEAR = 0.6


def nearest(value: str, names: Iterable[str]) -> str:
    """What to write instead."""
    ordered = sorted(map(str, names))
    near = get_close_matches(value, ordered, n=1, cutoff=_NEAR)
    return f"write {near[0]!r}" if near else f"write one of {', '.join(ordered) or 'none'}"
