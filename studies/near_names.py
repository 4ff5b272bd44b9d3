"""Names that somebody may have meant who wrote another one."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

_NEAR = 0.88
"""One slip in a registry number, or in a name with its year; any more, and it is another."""
_HOW_MANY = 2
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def names_near(written: str, names: Sequence[str]) -> list[str]:
    """At most two of the names, the nearest first; studies of other years are others, however alike their names are.

    >>> names_near("Brich 2012", ["Birch 2012", "Birch 2013"])
    ['Birch 2012']
    """
    plain = written.strip()
    years = _YEAR.findall(plain)
    by_plain = {name.casefold(): name for name in names if _YEAR.findall(name) == years}
    return [by_plain[found] for found in get_close_matches(plain.casefold(), by_plain, n=_HOW_MANY, cutoff=_NEAR)]
