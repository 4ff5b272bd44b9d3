"""When a time frame of a registry ends, counted from the start of treatment.

A time frame is free text, so a small grammar reads what it can and leaves the rest unread::

    frame    = (other words | time)*
    time     = numbers unit                 6 and 12 months, 24-28 weeks, 6mo
             | unit numbers                 Weeks 4, 8 and 24, Day 1 to 28, M6, Semanas 24 y 48
    numbers  = number (joint number)*
    joint    = , ; / & and or               each number is a time
             | to - through until           the numbers are two ends of one time

No times are an interval (*every 3 months*), an age, a tolerance (*± 7 days*) and what lies before the start. Nothing is
read where a text counts in cycles, nor of *1 year and 6 months*, which may be one time or two.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from models.protocol import Timepoint

_DAY, _WEEK, _MONTH, _YEAR = 1.0, 7.0, 365.25 / 12, 365.25
_UNITS = {
    r"min(?:ute)?s?": _DAY / 1440,
    r"hours?|hrs?|h": _DAY / 24,
    r"days?|d|d[íi]as?|jours?|tagen?|tage?|giorn[oi]": _DAY,
    r"weeks?|wks?|w|semanas?|semaines?|wochen?|settiman[ae]": _WEEK,
    r"months?|mos?|m|mes(?:es)?|mois|monat(?:en?)?|mes[ei]": _MONTH,
    r"years?|yrs?|y|años?|anos?|ans?|jahr(?:en?)?|ann[oi]": _YEAR,
}
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: float(number) for number, word in enumerate(_ONES)}
_WORDS |= {word: 10.0 * number for number, word in enumerate(_TENS, start=2)}
_WORDS |= {f"{ten}-{one}": _WORDS[ten] + _WORDS[one] for ten in _TENS for one in _ONES[1:10]}

_TOKEN = re.compile(
    rf"""
      (?P<number> (?<![\w.,]) \d+(?:\.\d+)? (?![\d]*,\d) | \b(?:{"|".join(sorted(_WORDS, key=len, reverse=True))})\b )
    | (?P<unit> (?<![a-z]) (?: {"|".join(f"(?:{unit})" for unit in _UNITS)} ) (?![a-z]) \.? )
    | (?P<before> \b(?:before|prior|preceding|pre)\b )
    | (?P<cycle> \bcycles?\b )
    | (?P<interval> ± | \+/- | \b(?:every|each|per|once|twice|daily|weekly|monthly|yearly|interval[s]?|aged?|times?)\b )
    | (?P<span> \b(?:to|through|thru|until|till)\b | [-\u2010-\u2015~] | \.\.\.? | … )
    | (?P<joint> [,;/&+] | \b(?:and|or|then|also|at|as\ well\ as|plus|et|und|sowie|oder|ou|e|o)\b )
    | (?P<between> [#(:] )
    | (?P<other> [^\s\w] | \w+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AND = "and|or|to|et|und|oder"
_SPANISH = r"(?:semanas?|mes(?:es)?|d[íi]as?|años?|weeks?|months?|days?|years?)"
_SPANISH_AND = re.compile(
    rf"(?<=\d)\s+y\s+(?=\d+\s*{_SPANISH}\b) | (?<=\d)\s+y\s+(?=\d+(?!\s*[dwmy]\b)(?!\s*\d))", re.IGNORECASE | re.VERBOSE
)
"""*Semanas 24 y 48*, *24 y 48 semanas*; *1 y 6 m* is a year and six months."""
_SAME_TIME = 0.05
"""Share by which two names of one time may differ: month 6 is week 26."""


class TimeFrame(msgspec.Struct, frozen=True):
    """Times that a text names, in days from the start of treatment, in the order of the text.

    `is_list` says that more than one of them is a time of its own, and not merely an end of one span.
    """

    times: tuple[float, ...]
    is_list: bool

    @property
    def last(self) -> float | None:
        """The last of them; None when the text names none."""
        return max(self.times, default=None)


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str


class _Time(msgspec.Struct, frozen=True):
    """Numbers with one unit, and whether they are times of their own.

    `unit` in days where it stands behind its numbers, else 0; `begins` and `ends` are places of tokens.
    """

    days: tuple[float, ...]
    is_list: bool
    unit: float
    begins: int
    ends: int
    joint: str
    """What stands in front: ``and``, a comma, nothing."""


def read_time_frame(text: str) -> TimeFrame:
    """Read what a time frame names; what cannot be read names nothing."""
    tokens = _tokens(text)
    found = list(_times(tokens))
    is_unread = any(item.kind == "other" and item.text[0].isdigit() for item in tokens)
    if is_unread or any(item.kind == "cycle" for item in tokens) or any(_may_be_one(*pair) for pair in pairwise(found)):
        return TimeFrame((), False)
    times = tuple(day for time in found for day in time.days)
    several = [day for time in found if time.is_list for day in time.days if day > 0]
    return TimeFrame(times, any(_differ(first, second) for first, second in pairwise(sorted(several))))


def last_day_of(time_frame: str) -> float | None:
    """Days from the start of treatment to the last time that a time frame names; None if it names none.

    ``baseline and week 16`` is 112, ``Months 6 and 12`` 365.25, ``every 3 months for 1 year`` 365.25.
    """
    return read_time_frame(time_frame).last


def is_within(time_frame: str | None, timepoint: Timepoint) -> bool:
    """Whether a time frame ends inside a window of the protocol; one that names no time does not, nor is one in a time
    that has a name and no window."""
    day = last_day_of(time_frame) if time_frame else None
    if day is None or timepoint.from_days is None or timepoint.to_days is None:
        return False
    return timepoint.from_days <= round(day) <= timepoint.to_days


def _tokens(text: str) -> list[_Token]:
    """Tokens of a text; a letter or two alone is a unit only beside a number: M6, 6 m, and no *a* or *m*."""
    plain = re.sub(r"(?<=\d),(?=\d)(?!\d{3}(?!\d))", ", ", text)
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|(?<=\d)[.]?[ªº]", "", plain, flags=re.IGNORECASE)
    plain = re.sub(rf"(?<=\d)\s*({_AND})\s*(?=\d)", r" \1 ", plain, flags=re.IGNORECASE)
    plain = _SPANISH_AND.sub(" and ", plain)
    plain = re.sub(r"\b([dwmy])(\d)", r"\1 \2", plain, flags=re.IGNORECASE)
    plain = re.sub(r"(\d)([a-z])", r"\1 \2", plain, flags=re.IGNORECASE)
    return [_Token(str(match.lastgroup), match[0].lower()) for match in _TOKEN.finditer(plain)]


def _times(tokens: list[_Token]) -> Iterator[_Time]:
    place = 0
    while place < len(tokens):
        begins = place
        if tokens[place].kind == "number":
            numbers, place = _numbers(tokens, place)
            unit = _unit_at(tokens, place)
            place += 0 if unit is None else 1 + (tokens[place].kind == "span")
            found = _time(numbers, unit, tokens, (begins, place), is_behind=True) if unit is not None else None
        elif tokens[place].kind == "unit":
            unit, place = _days(tokens[place].text), place + 1
            while place < len(tokens) and tokens[place].kind == "between":
                place += 1
            numbers, place = _without_next(*_numbers(tokens, place), tokens)
            found = _time(numbers, unit, tokens, (begins, place), is_behind=False) if numbers else None
        else:
            place, found = place + 1, None
        if found is not None:
            yield found


def _time(
    numbers: "_Numbers", unit: float, tokens: list[_Token], span: tuple[int, int], *, is_behind: bool
) -> _Time | None:
    """Numbers with their unit as a time, unless the words around say that it is none."""
    begins, ends = span
    before = tokens[begins - 1] if begins else _Token("", "")
    after = tokens[ends] if ends < len(tokens) else _Token("", "")
    if before.kind == "interval" or after.kind == "before":
        return None
    is_list = "span" not in numbers.joints and before.kind != "span"
    return _Time(
        tuple(value * unit for value in numbers.values), is_list, unit if is_behind else 0.0, begins, ends, before.text
    )


def _may_be_one(first: _Time, second: _Time) -> bool:
    """Whether the second may add to the first: a smaller unit behind a greater one, with no more than *and* between."""
    n_between = second.begins - first.ends
    is_joined = n_between == 0 or (n_between == 1 and second.joint in {"and", "&"})
    return is_joined and 0 < second.unit < first.unit and len(first.days) == len(second.days) == 1


class _Numbers(msgspec.Struct, frozen=True):
    """Numbers in a row with what joins each to the next, and where each stands."""

    values: tuple[float, ...] = ()
    joints: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values)


def _numbers(tokens: list[_Token], place: int) -> tuple[_Numbers, int]:
    """Numbers from a place on, and the place behind them."""
    values: list[float] = []
    joints: list[str] = []
    places: list[int] = []
    while place < len(tokens) and tokens[place].kind == "number":
        values.append(float(_WORDS.get(tokens[place].text, tokens[place].text)))
        places.append(place)
        place += 1
        following = place
        while following < len(tokens) and tokens[following].kind in {"joint", "span"}:
            following += 1
        if following == place or following >= len(tokens) or tokens[following].kind != "number":
            break
        joints.append("span" if any(item.kind == "span" for item in tokens[place:following]) else "joint")
        place = following
    return _Numbers(tuple(values), tuple(joints[: max(0, len(values) - 1)]), tuple(places)), place


def _without_next(numbers: _Numbers, ends: int, tokens: list[_Token]) -> tuple[_Numbers, int]:
    """The last number belongs to the unit behind it where it has one: *Week 4, 6 months*."""
    if len(numbers.values) > 1 and _unit_at(tokens, ends) is not None:
        kept = _Numbers(numbers.values[:-1], numbers.joints[:-1], numbers.places[:-1])
        return kept, numbers.places[-1]
    return numbers, ends


def _unit_at(tokens: list[_Token], place: int) -> float | None:
    """The unit at a place, or behind a hyphen there: *12-month*. Before a number it is that number's: *6 (Week 26)*."""
    if place < len(tokens) and tokens[place].kind == "span":
        place += 1
    if place >= len(tokens) or tokens[place].kind != "unit":
        return None
    return _days(tokens[place].text)


def _days(unit: str) -> float:
    return next(days for pattern, days in _UNITS.items() if re.fullmatch(pattern, unit.rstrip(".")))


def _differ(first: float, second: float) -> bool:
    return second - first > _SAME_TIME * second
