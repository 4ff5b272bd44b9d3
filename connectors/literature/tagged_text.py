"""Tagged bibliographic files: lines, fields, records, and where each of them stands.

RIS, NBIB and the text of Web of Science have one field per line, a tag of capitals and the value, which may go on over
further lines; all repeat tags. Which lines begin or end a record is each format's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connectors.literature.encodings import MARK

_LINE_END = re.compile(r"\r\n|\r|\n")
_INNER_MARK = re.compile(rf"(?:{MARK}|ï»¿)+(?=[ \t]*(?:TY {{1,3}}-|PMID ?-|FN |PT |<\?xml))")
"""A mark that begins another file, as such or read as Windows' letters; any other is inside of a text."""


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


@dataclass
class TaggedRecord:
    """The fields of one report in reading order, tags repeated."""

    line: int
    fields: list[TagLine] = field(default_factory=list)
    is_whole: bool = False

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


def lines_of(text: str) -> list[str]:
    """The lines of a file; where another was joined to it without a line end, it begins a line."""
    return _LINE_END.split(_INNER_MARK.sub("\n", text).replace(MARK, ""))


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
