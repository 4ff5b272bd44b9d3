"""Partial dates: a registry may know a year, a month or a day, and the difference is kept.

A partial date is ISO text cut where knowledge ends: ``2014``, ``2014-06`` or ``2014-06-17``.
"""

import calendar
import re
from datetime import MAXYEAR, UTC, date, datetime, time

PartialDate = str

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
_ENGLISH = re.compile(r"([A-Za-z]+)\s+(?:(\d{1,2}),\s*)?(\d{4})")


def check_partial(text: str) -> PartialDate:
    """Return `text` if it is a partial ISO date.

    Raises
    ------
    ValueError
        If it is not one, or names a day that no calendar has.
    """
    first_day(text)
    return text


def first_day(text: PartialDate) -> date:
    """The earliest day that a partial date can mean."""
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def last_day(text: PartialDate) -> date:
    """The latest day that a partial date can mean."""
    year, month, day = _parts(text)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def precision(text: PartialDate) -> str:
    """``year``, ``month`` or ``day``."""
    return {4: "year", 7: "month", 10: "day"}[len(text)]


def from_english(text: str) -> PartialDate:
    """Read ``May 30, 2011`` or ``February 2011``, the form of the classic registry files.

    Raises
    ------
    ValueError
        If the text has another form.
    """
    match = _ENGLISH.fullmatch(text.strip())
    month = _MONTHS.get(match[1].lower()) if match else None
    if match is None or month is None:
        raise ValueError(f"{text!r} is not a date such as 'May 30, 2011' or 'February 2011'")
    return check_partial(f"{match[3]}-{month:02d}" + (f"-{int(match[2]):02d}" if match[2] else ""))


def month_number(text: str) -> int:
    """The number of an English month, by name, abbreviation or digits; ValueError otherwise."""
    if text.isdigit() and 1 <= int(text) <= 12:
        return int(text)
    if (number := _MONTHS.get(text.lower())) is None:
        raise ValueError(f"{text!r} is not a month")
    return number


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter; the last day of all beyond it."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def at_night(day: date) -> datetime:
    """The moment a nightly run of that day observes the registries: 06:00 UTC."""
    return datetime.combine(day, time(6), tzinfo=UTC)


def _parts(text: str) -> tuple[int, int | None, int | None]:
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date of the form 2014, 2014-06 or 2014-06-17")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    date(year, 1 if month is None else month, 1 if day is None else day)
    return year, month, day
