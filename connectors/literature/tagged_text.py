"""Tagged bibliographic files, RIS and NBIB: encodings, lines, records, and where each of them stands.

Both have one field per line, a tag of two to four capitals, a hyphen and the value, which may go on over
further lines; both repeat tags. The libraries for them tell neither line nor file, give up a whole file for
one line (nbib 0.3) or return nothing for one that was cut (rispy 0.10), so that records could not be rejected
one by one; the lines are therefore read here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.dates import PartialDate, check_partial, month_number

RIS_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|)")
NBIB_TAG = re.compile(r"(?=.{4}-)([A-Z]{2,4}) {0,2}-(?: (.*)|)")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_MARK = "\ufeff"

DOI = re.compile(r"10\.\d{4,9}/\S+")

_DATE = re.compile(r"(\d{4})(?:[/-](\d{1,2}|[A-Za-z]+)?(?:[/-](\d{1,2})?)?)?(?:[/-].*)?")
_WRITTEN = re.compile(r"(\d{4})(?:\s+([A-Za-z]+)(?:\s+(\d{1,2})(?!\d|[-/]))?)?\b.*")


@dataclass(frozen=True)
class TagLine:
    """One field: its tag, its value over all its lines, and the first of them."""

    tag: str
    value: str
    line: int


@dataclass
class TaggedRecord:
    """The fields of one report in reading order, tags repeated."""

    line: int
    fields: list[TagLine] = field(default_factory=list)
    is_whole: bool = False

    def all(self, *tags: str) -> list[TagLine]:
        """Fields of the first tag, then of the second, that hold something."""
        return [item for tag in tags for item in self.fields if item.tag == tag and item.value]

    def first(self, *tags: str) -> TagLine | None:
        return next(iter(self.all(*tags)), None)

    def text(self, *tags: str) -> str | None:
        return found.value if (found := self.first(*tags)) else None


def decoded(body: bytes) -> str:
    """The text of a file that does not tell its encoding; every byte string has one.

    Files that were joined have a mark of their encoding where the second begins, on a line of its own or not.

    UTF-8, with or without its mark, UTF-16 with it; what is neither comes from Windows, and what Windows has
    no letter for from ISO 8859-1.
    """
    text = _decoded(body).removeprefix(_MARK)
    return re.sub(rf"(?<=[\r\n]){_MARK}", "", text).replace(_MARK, "\n")


def _decoded(body: bytes) -> str:
    if body.startswith(_UTF_16):
        return body.decode("utf-16", "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1")


def tag_lines(text: str, form: re.Pattern[str]) -> Iterator[TagLine]:
    """The fields of a file; lines without a tag of its form belong to the field before them."""
    tag, values, start = "", list[str](), 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if found := form.fullmatch(line.rstrip()):
            if tag:
                yield TagLine(tag, _joined(values), start)
            tag, values, start = found[1], [found[2] or ""], number
        elif tag:
            values.append(line)
    if tag:
        yield TagLine(tag, _joined(values), start)


def _joined(values: Sequence[str]) -> str:
    return " ".join(" ".join(values).replace("\0", "").split())


def partial_date(text: str) -> PartialDate:
    """Read ``2019/05/03/``, ``2019//``, ``20190503``, ``2018 Oct 5``, ``2018 Oct-Dec`` or ``2000 Spring``.

    As precise as the beginning is told: a range begins with its first month, a season with its year.

    Raises
    ------
    ValueError
        If it does not begin with a year, or names a day that no calendar has.
    """
    plain = text.strip()
    if re.fullmatch(r"\d{8}", plain):
        return check_partial(f"{plain[:4]}-{plain[4:6]}-{plain[6:]}")
    match = _DATE.fullmatch(plain) or _WRITTEN.fullmatch(plain)
    if match is None:
        raise ValueError("it does not begin with a year")
    year, month, day = match.groups()
    try:
        number = int(month) if (month or "").isdigit() else month_number(month or "")
    except ValueError:
        return check_partial(year)
    return check_partial(f"{year}-{number:02d}" + (f"-{int(day):02d}" if day else ""))


_PARTS = re.compile(r"[A-Za-z]+\.?|\d+")


def dated_by_words(text: str, year: str = "") -> PartialDate:
    """Read ``JUN 13``, ``SEP``, ``NOV-DEC``, ``JAN 2026``, ``13-Jun-2019`` or ``June 13, 2019``, as vendors write dates.

    A range begins with its first month; a season is its year. `year` is that of another field, for texts without one.

    Raises
    ------
    ValueError
        If neither the text nor `year` gives a year, or the day is none.
    """
    parts = _PARTS.findall(text)
    years = [part for part in parts if re.fullmatch(r"(?:1[89]|20)\d\d", part)]
    if not (stated := years[0] if years else year):
        raise ValueError("it has no year")
    months = [number for part in parts if (number := _month(part))]
    days = [int(part) for part in parts if re.fullmatch(r"0?[1-9]|[12]\d|3[01]", part)]
    if not months:
        return check_partial(stated)
    is_one_day = len(set(months)) == 1 and len(days) == 1
    return check_partial(f"{stated}-{months[0]:02d}" + (f"-{days[0]:02d}" if is_one_day else ""))


def _month(word: str) -> int | None:
    if word[0].isdigit():
        return None
    try:
        return month_number(word.rstrip("."))
    except ValueError:
        return None
