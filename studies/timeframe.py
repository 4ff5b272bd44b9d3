"""How long after the start of treatment a time frame of a registry ends."""

import re

from models.protocol import Timepoint

_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18, "twenty-four": 24,
}  # fmt: skip
_NUMBER = r"(\d+(?:\.\d+)?|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_UNIT = r"(day|week|month|year)s?"
_BEFORE = re.compile(rf"\b{_NUMBER}[\s-]*{_UNIT}\b", re.IGNORECASE)
_AFTER = re.compile(rf"\b{_UNIT}\s*#?{_NUMBER}\b", re.IGNORECASE)


def last_day_of(time_frame: str) -> float | None:
    """Days from the start of treatment to the last time that a time frame names; None if it names none.

    ``baseline and week 16`` is 112, ``28 weeks following the first treatment`` 196.
    """
    found = [(number, unit) for number, unit in _BEFORE.findall(time_frame)]
    found += [(number, unit) for unit, number in _AFTER.findall(time_frame)]
    days = [_value(number) * _DAYS[unit.lower()] for number, unit in found]
    return max(days) if days else None


def is_within(time_frame: str | None, timepoint: Timepoint) -> bool:
    """Whether a time frame ends inside a window of the protocol; one that names no time does not."""
    day = last_day_of(time_frame) if time_frame else None
    return day is not None and timepoint.from_days <= round(day) <= timepoint.to_days


def _value(number: str) -> float:
    return float(_WORDS.get(number.lower(), 0)) or float(number)
