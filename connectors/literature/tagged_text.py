"""Tagged bibliographic files: lines, fields, records, and where each of them stands.

RIS, NBIB and the text of Web of Science have one field per line, a tag of capitals and the value, which may go on over
further lines; all repeat tags. Which lines begin or end a record is each format's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from connectors.literature.encodings import MARK

BLANK = r"[ \t\xa0]"
RIS_START = rf"TY{BLANK}{{1,4}}-"
NBIB_START = r"PMID- ?\d"
CIW_START = r"(?:FN [^\n]*\n+VR [^\n]*\n+PT [A-Z]|PT [A-Z](?=\n))"
"""How a record begins, or the file of Web of Science."""
_STARTS = rf"(?:{RIS_START}|{NBIB_START}|FN [A-Z]|{CIW_START}|<\?xml)"
_INNER_MARK = re.compile(rf"(?:{MARK}|ï»¿)+(?={BLANK}*{_STARTS})")
"""A mark that begins another file, as such or read as Windows' letters; any other is inside of a text."""
_JOINT = re.compile(rf"^({BLANK}*(?:ER {{0,3}}-?{BLANK}*|EF))(?={_STARTS})", re.MULTILINE)
"""Where a file without a last line end has another behind it."""
_CUT_JOINT = re.compile(
    r"(?<=[^\n])(TY {1,2}- [A-Z]{3,6}(?=\n+[ \t]*[A-Z][A-Z0-9] {1,2}- )|PMID- ?\d{1,8}(?=\n+[A-Z]{2,4} {0,2}- )|"
    r"PT [A-Z](?=\n+(?:A[UF]|B[AE]|CA|GP|TI) )|FN [A-Z][^\n]*(?=\n+VR ))"
)
"""Where a file that ends in the middle of a line, or with its citation's source, has another behind it."""


@dataclass(frozen=True)
class TagLine:
    """One field: its tag, its value over all its lines, and the first of them."""

    tag: str
    value: str
    line: int
    lines: tuple[str, ...] = ()
    """The lines of a value that has several."""

    @property
    def place(self) -> str:
        return f"line {self.line}, {self.tag}"


class Ending(StrEnum):
    """How the lines of a record end."""

    WHOLE = "whole"
    OPEN = "open"
    """Nothing ends it: the next record begins, or the file ends."""
    CUT = "cut"
    STRAY = "stray"
    """They are no record: nothing begins them."""


@dataclass
class TaggedRecord:
    """The fields of one report in reading order, tags repeated."""

    line: int
    fields: list[TagLine] = field(default_factory=list)
    ending: Ending = Ending.OPEN

    @cached_property
    def _by_tag(self) -> dict[str, list[TagLine]]:
        found: dict[str, list[TagLine]] = {}
        for item in self.fields:
            if item.value:
                found.setdefault(item.tag, []).append(item)
        return found

    def all(self, *tags: str) -> list[TagLine]:
        """Fields of the first tag, then of the second, that hold something; asked for once the record has ended."""
        return [item for tag in tags if tag in self._by_tag for item in self._by_tag[tag]]

    def text(self, *tags: str) -> str | None:
        """The first field of the first of these tags that is there."""
        return next((item.value for item in self.all(*tags)), None)


_BEGINNINGS = ("TY  - ", "TY - ", "PMID-", "PT J\n", "PT B\n", "PT S\n", "FN Clarivate", "FN Thomson", "FN ISI")


def separated(text: str) -> str:
    """A text with one kind of line end, in which each of the files that were joined begins on a line of its own."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if MARK in text or "ï»¿" in text:
        text = _INNER_MARK.sub("\n", text).replace(MARK, "")
    text = _JOINT.sub(r"\1\n", text)
    # Counting is quick, and hardly a file has a beginning inside of a line.
    if any(text.count(word) > text.count(f"\n{word}") + text.startswith(word) for word in _BEGINNINGS):
        text = _CUT_JOINT.sub(r"\n\1", text)
    return text


def on_one_line(values: list[str]) -> str:
    return " ".join(" ".join(values).replace("\0", "").split())


class FieldLines:
    """Collects the lines of a field until the next one begins."""

    def __init__(self) -> None:
        self.tag = ""
        self._line, self._values = 0, list[str]()

    def begin(self, tag: str, value: str, line: int) -> Iterator[TagLine]:
        """Begin a field; the one before it comes out, if any."""
        yield from self.end()
        self.tag, self._line, self._values = tag, line, [value]

    def go_on(self, line: str) -> None:
        """A further line of the field, if there is one."""
        if self.tag and line:
            self._values.append(line)

    def end(self) -> Iterator[TagLine]:
        """The field that was begun, if any."""
        if self.tag:
            lines = tuple(self._values) if len(self._values) > 1 else ()
            yield TagLine(self.tag, on_one_line(self._values), self._line, lines)
        self.tag = ""
