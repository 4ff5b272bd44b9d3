"""Ages as registers and abstracts write them, in years: ``18 Years``, ``6 Months``, ``18Y``, ``from 2 to 17``, ``adult``.

An age is told in completed units: who is 17 has not yet had an 18th birthday, so that *up to 17 years* ends at 18. A
span holds its beginning and not its end.
"""

import math
import re

from models.value import Value

DAYS_IN_YEAR = 365.25
_YEARS_IN = {
    "year": 1.0,
    "month": 1 / 12,
    "week": 7 / DAYS_IN_YEAR,
    "day": 1 / DAYS_IN_YEAR,
    "hour": 1 / 24 / DAYS_IN_YEAR,
    "minute": 1 / 1440 / DAYS_IN_YEAR,
}
_UNIT = (
    r"(?P<{0}>years?|yrs?|yo|y|months?|mths?|mo|m|weeks?|wks?|w|days?|d|hours?|h|minutes?|age)?"
    r"(?:\(s\))?(?:[\s-]*(?:old|of\s+age))*"
)
_NUMBER = r"(?P<{0}>\d{{1,3}}(?:[.,]\d+)?)"
_LIMIT = re.compile(
    r"(?P<before>[<>≤≥=]{1,2}|from|at\s+least|over|above|up\s+to|until|under|below|younger\s+than|older\s+than)?\s*"
    + _NUMBER.format("n")
    + r"[\s-]*"
    + _UNIT.format("unit")
    + r"\s*(?P<after>[<>≤≥=]{1,2})?\s*",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:from|between|aged?|ages?)?\s*"
    + _NUMBER.format("low")
    + r"[\s-]*?"
    + _UNIT.format("low_unit")
    + r"\s*(?:-|–|—|to|and|until|through)\s*"
    + _NUMBER.format("high")
    + r"[\s-]*"
    + _UNIT.format("high_unit")
    + r"\s*",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"(?:(?P<lead>>=|≥|>|at\s+least|over|above|from|older\s+than)\s*)?"
    + _NUMBER.format("n")
    + r"[\s-]*?"
    + _UNIT.format("unit")
    + r"\s*(?P<tail>\+|(?:and|or)\s+(?:over|older|above|more)|or\s+more)?(?:\s*"
    + _UNIT.format("later")
    + r")\s*",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?P<lead><=|≤|<|under|below|younger\s+than|less\s+than|up\s+to)\s*"
    + _NUMBER.format("n")
    + r"[\s-]*"
    + _UNIT.format("unit")
    + r"\s*",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\(([^()]*\d[^()]*)\)")
_SPOKEN = re.compile(
    r"\b(?:aged?|ages|of\s+age)\s+(?:between\s+|from\s+)?"
    + _NUMBER.format("low")
    + r"[\s-]*?"
    + _UNIT.format("low_unit")
    + r"\s*(?:-|–|—|to|and)\s*"
    + _NUMBER.format("high")
    + r"[\s-]*"
    + _UNIT.format("high_unit")
    + r"(?![\w.])",
    re.IGNORECASE,
)
_NO_LIMIT = frozenset(
    ["n/a", "na", "none", "no limit", "no limits", "not applicable", "no maximum age", "no minimum age", "no age limit",
     "unlimited", "not limited"]
)  # fmt: skip


class AgeSpan(Value, frozen=True, kw_only=True):
    """Ages in years from the first, below the second."""

    from_years: float = 0.0
    below_years: float = math.inf

    def holds(self, other: "AgeSpan") -> bool:
        return self.from_years <= other.from_years and other.below_years <= self.below_years

    def meets(self, other: "AgeSpan") -> bool:
        """Whether some age is in both."""
        return max(self.from_years, other.from_years) < min(self.below_years, other.below_years)


def _years(low: float, high: float = math.inf) -> AgeSpan:
    return AgeSpan(from_years=low, below_years=high)


_GROUPS = {
    "child": _years(0, 18),
    "adult": _years(18, 65),
    "adults": _years(18),
    "older_adult": _years(65),
    "older adult": _years(65),
    "senior": _years(65),
    "elderly": _years(65),
    "neonate": _years(0, 28 / DAYS_IN_YEAR),
    "all": _years(0),
    "infant, newborn": _years(0, 1 / 12),
    "infant": _years(1 / 12, 2),
    "child, preschool": _years(2, 6),
    "adolescent": _years(13, 19),
    "young adult": _years(19, 25),
    "middle aged": _years(45, 65),
    "aged": _years(65),
    "aged, 80 and over": _years(80),
}
"""Groups that registers name without their ages. Sources: ClinicalTrials.gov's standard ages (birth to 17, 18 to 64, 65
and over), ISRCTN's list of age ranges. MeSH's check tags have ages of their own, where a word means something else there."""
MESH = _GROUPS | {"child": _years(6, 13), "adult": _years(19, 45)}
"""MeSH's check tags of ages, in small letters. Source: scope notes of the National Library of Medicine."""


def limits(minimum: str | None, maximum: str | None) -> AgeSpan:
    """The span between two registered limits; a limit that is not there is none.

    Raises
    ------
    ValueError
        If one of them cannot be read, or they contradict each other.
    """
    low = _limit(minimum, is_upper=False)
    high = _limit(maximum, is_upper=True)
    found = AgeSpan(from_years=0.0 if low is None else low, below_years=math.inf if high is None else high)
    if found.from_years >= found.below_years:
        raise ValueError(f"nobody is from {minimum} to {maximum}")
    return found


def group(text: str) -> AgeSpan:
    """The span of a group as a register words it: ``Adults (18-64 years)``, ``65+ years``, ``ADULT``, ``from 2 to 17``.

    Raises
    ------
    ValueError
        If the text names no ages.
    """
    said = " ".join(text.split())
    if named := _GROUPS.get(said.lower()):
        return named
    said = bracketed[1].strip() if (bracketed := _BRACKETED.search(said)) else said
    if match := _RANGE.fullmatch(said):
        return _between(match)
    if match := _BELOW.fullmatch(said):
        is_inclusive = match["lead"].lower() in {"<=", "≤", "up to"}
        return _years(0, _in_years(match["n"], match["unit"], whole=is_inclusive))
    match = _OPEN.fullmatch(said)
    if match and (match["lead"] or match["tail"]):
        return _years(_in_years(match["n"], match["unit"] or match["later"]))
    raise ValueError(f"{text!r} names no ages")


def spoken(text: str) -> tuple[AgeSpan, str] | None:
    """The first span that a sentence tells of people, with its words: *patients aged 12 to 17 years*."""
    match = _SPOKEN.search(text)
    if match is None:
        return None
    found = _between(match)
    return (found, match[0].strip()) if found.from_years < found.below_years else None


def _between(match: re.Match[str]) -> AgeSpan:
    unit = match["low_unit"] or match["high_unit"]
    return _years(_in_years(match["low"], unit), _in_years(match["high"], match["high_unit"] or unit, whole=True))


def _limit(text: str | None, *, is_upper: bool) -> float | None:
    said = " ".join((text or "").split())
    if not said or said.lower() in _NO_LIMIT or "no limit" in said.lower():
        return None
    match = _LIMIT.fullmatch(said)
    if match is None:
        raise ValueError(f"{text!r} is no age")
    # A limit with its sign, as 20years-old<= of a beginning and 75years-old> of an end, is exclusive without an equals.
    signs = (match["before"] or "").lower(), match["after"] or ""
    is_below = signs[0] in {"<", "under", "below", "younger than"} or signs[1] == ">"
    return _in_years(match["n"], match["unit"], whole=is_upper and not is_below)


def _in_years(number: str, unit: str | None, *, whole: bool = False) -> float:
    """Years; with `whole` to the end of the last completed unit, where the number counts units."""
    value = float(number.replace(",", "."))
    if whole and value.is_integer():
        value += 1
    return value * _YEARS_IN[_unit(unit)]


def _unit(text: str | None) -> str:
    said = (text or "year").lower()
    for beginning, name in (("mi", "minute"), ("m", "month"), ("w", "week"), ("d", "day"), ("h", "hour")):
        if said.startswith(beginning):
            return name
    return "year"
