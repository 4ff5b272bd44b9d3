"""Dates in people's notes, as precise as they are without doubt."""

import re

from models.dates import PartialDate, check_partial, month_number

_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|"
    rf"{_MONTH},?\s+\d{{4}}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}|\d{{1,2}}/\d{{4}}|"
    r"\d{4}-\d{2}|(?:19|20)\d\d)(?!\d)"
)
"""Pattern of a date, without groups."""
_WORDS = re.compile(rf"(?:(\d{{1,2}})\D*\s)?({_MONTH})(?:\s+(\d{{1,2}})\D*?)?,?\s+(\d{{4}})", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?")
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})")
_FOUND = re.compile(DATE, re.IGNORECASE)


def noted_date(text: str) -> PartialDate | None:
    """The first date in a text; None without one that a calendar has.

    ``01/02/2010`` may be a day of January or of February: it is 2010.
    """
    found = _FOUND.search(text)
    if not found:
        return None
    try:
        return check_partial(_iso(found[0]))
    except ValueError:
        return None


def _iso(text: str) -> str:
    if match := _WORDS.fullmatch(text):
        month = month_number(match[2].rstrip(".").lower().replace("sept", "sep") if len(match[2]) < 6 else match[2])
        return _joined(int(match[4]), month, int(match[1] or match[3] or 0))
    if match := _YEAR_FIRST.fullmatch(text):
        return _joined(int(match[1]), int(match[2]), int(match[3] or 0))
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1] or 0), int(match[2]), int(match[3])
        if not first or first == second:
            return _joined(year, second, first)
        if first > 12 or second > 12:
            return _joined(year, min(first, second), max(first, second))
        return str(year)
    return text


def _joined(year: int, month: int, day: int) -> str:
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")
