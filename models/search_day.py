"""The day on which a version was searched, in words: told, or taken to be another day because nobody told it.

Whatever says when a version was searched says it with these.
"""

from collections.abc import Callable
from datetime import date

from models.published import PublishedVersion

Day = Callable[[date], str]
"""How a day is printed."""


def is_told(version: PublishedVersion) -> bool:
    """Whether somebody told when the version was searched."""
    return version.search_date_is == "stated"


def searched(version: PublishedVersion, day: Day = str, on: str = "searched") -> str:
    """``searched 31 July 2019``; ``published 15 June 2026; the day of its search is not told, and taken to be that day``."""
    taken = day(version.search_date)
    if is_told(version):
        return f"{on} {taken}"
    if version.search_date == version.publication_date:
        return f"published {taken}; the day of its search is not told, and taken to be that day"
    return f"the day of its search is not told, and taken to be {taken}"


def search_day(version: PublishedVersion, day: Day = str) -> str:
    """``31 July 2019``; ``15 June 2026 (taken for the day of the search, which is not told)``."""
    return day(version.search_date) + (
        "" if is_told(version) else " (taken for the day of the search, which is not told)"
    )
