"""Dates as vendors write them: in any order, with words around them, as precise as they are told and no more.

``2019/06/13/``, ``20190613``, ``13 Jun 2019``, ``JUN 13`` beside a year, ``2018 Nov-Dec``, ``2019///Summer``. A range
begins with its first month, a season is its year, a zero is not known, and of ``06/05/2019`` only the year is certain.
"""

import re

from models.dates import PartialDate, check_partial, month_number

YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_SHORT = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)(\d\d)(\d\d)(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)[/.年-]\s?(\d{1,2}|[A-Za-z]{3,9})(?:[/.月-]\s?(\d{1,2}))?(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(?:(\d{1,2})([/.-]))?(\d{1,2})[/.-]((?:1[89]|20)\d\d)(?!\d)")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_DAY = re.compile(r"0?[1-9]|[12]\d|3[01]")
_ABROAD = {
    "januar": 1, "jänner": 1, "janvier": 1, "janv": 1, "enero": 1, "ene": 1, "gennaio": 1, "gen": 1, "janeiro": 1,
    "februar": 2, "février": 2, "févr": 2, "fév": 2, "febrero": 2, "febbraio": 2, "fevereiro": 2, "fev": 2,
    "märz": 3, "mär": 3, "mrz": 3, "mars": 3, "marzo": 3, "março": 3, "maart": 3, "mrt": 3,
    "avril": 4, "avr": 4, "abril": 4, "abr": 4, "aprile": 4,
    "mai": 5, "mayo": 5, "maggio": 5, "mag": 5, "maio": 5, "mei": 5,
    "juni": 6, "juin": 6, "junio": 6, "giugno": 6, "giu": 6, "junho": 6,
    "juli": 7, "juillet": 7, "juil": 7, "julio": 7, "luglio": 7, "lug": 7, "julho": 7,
    "août": 8, "aout": 8, "agosto": 8, "ago": 8, "augustus": 8,
    "sept": 9, "septembre": 9, "septiembre": 9, "settembre": 9, "setembro": 9,
    "oktober": 10, "okt": 10, "octobre": 10, "octubre": 10, "ottobre": 10, "ott": 10, "outubro": 10,
    "novembre": 11, "noviembre": 11, "novembro": 11,
    "dezember": 12, "dez": 12, "décembre": 12, "déc": 12, "diciembre": 12, "dic": 12, "dicembre": 12, "dezembro": 12,
}  # fmt: skip
"""Months in German, French, Spanish, Italian, Portuguese and Dutch, where they differ from English."""


def date_in(text: str, year: str = "") -> PartialDate:
    """The date that a field tells; `year` is that of another field, for texts without one.

    Raises
    ------
    ValueError
        If there is no year, or the day is one that no calendar has.
    """
    plain = text.replace("\u2013", "-").replace("\u2014", "-")
    for form, read in ((_SHORT, _as_told), (_YEAR_FIRST, _as_told), (_YEAR_LAST, _year_last)):
        if found := form.search(plain):
            return read(found)
    return _in_words(plain, year)


def _as_told(found: re.Match[str]) -> PartialDate:
    year, month, day = found[1], found[2], found[3]
    number = int(month) if month.isdigit() else _month(month) or 0
    return _partial(year, number, int(day or 0))


def _year_last(found: re.Match[str]) -> PartialDate:
    """With points the day comes first; with other signs only where no month can be meant is it certain."""
    first, second = int(found[1] or 0), int(found[3])
    if not first:
        return _partial(found[4], second, 0)
    if found[2] == "." or first == second or first > 12:
        return _partial(found[4], second, first)
    return _partial(found[4], first, second) if second > 12 else found[4]


def _partial(year: str, month: int, day: int) -> PartialDate:
    if not month:
        return check_partial(year)
    return check_partial(f"{year}-{month:02d}" + (f"-{day:02d}" if day else ""))


def _in_words(text: str, year: str) -> PartialDate:
    """``JUN 13``, ``NOV-DEC``, ``13th of June, 2019``: one day of one month, or the first month."""
    parts = _PARTS.findall(text)
    years = [part for part in parts if YEAR.fullmatch(part)]
    if not (stated := years[0] if years else year):
        raise ValueError("it has no year")
    months = [number for part in parts if (number := _month(part))]
    days = [int(part) for part in parts if _DAY.fullmatch(part)]
    is_one_day = len(set(months)) == 1 and len(days) == 1
    return _partial(stated, months[0] if months else 0, days[0] if is_one_day else 0)


def _month(word: str) -> int | None:
    if word[0].isdigit():
        return None
    try:
        return month_number(word)
    except ValueError:
        return _ABROAD.get(word.lower())
