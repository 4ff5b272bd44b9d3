"""Where the records of a RIS file begin and end, whatever joined, wrapped or cut it.

A record's lines are written as its first is: with two blanks before the hyphen, or with one. ``TY`` begins a record
where a type and further fields follow it, ``ER`` ends one where nothing else stands on its line; in the middle of an
abstract either is text. A record that does not end with ``ER`` is read where another follows; at the end of a file it
may have been cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.literature.tagged_text import FieldLines, TaggedRecord, lines_of
from connectors.reading import FieldReader
from models.trial import Rejected

_BLANK = r"[ \t\xa0]"
_TAG = re.compile(rf"{_BLANK}{{0,6}}([A-Z][A-Z0-9])({_BLANK}{{1,4}})-(?:{_BLANK}(.*)|)", re.DOTALL)
_END = re.compile(rf"{_BLANK}{{0,6}}ER(?:({_BLANK}{{0,4}}-){_BLANK}*(TY{_BLANK}{{1,4}}-.*)?)?")
_TYPE = re.compile(r"(?!.{41})(?:[A-Z][A-Za-z/()-]* ?){0,4}")
_NO_VALUE = " \t\xa0\x1a\0\u200b"
"""What stands behind a value and is none: blanks, and the mark with which old systems end a file."""
_HEADS = frozenset({"FN", "VR", "EF"})
"""Lines that stand before and behind records and belong to none."""


_ASK = "export the file again"


def tagged_records(text: str, source: str, url: str) -> Iterator[TaggedRecord | Rejected]:
    """Every record of a RIS file that is not cut, and what stands outside of one or is cut, with its line."""
    unended: list[TaggedRecord] = []
    n_ended, last = 0, None
    for item in _records(text):
        if last:
            unended.append(last)
            yield last
            last = None
        if isinstance(item, _Stray):
            reader = FieldReader(source, f"{url} line {item.line}")
            reader.note(f"line {item.line}", item.shown, "fields that no TY begins", _ASK)
            yield from reader.notes
        elif item.is_whole:
            n_ended += 1
            yield item
        else:
            last = item
    if last and unended and not n_ended and text.endswith(("\n", "\r")):
        # Whoever wrote this file never ends a record.
        unended.append(last)
        yield last
    elif last:
        reader = FieldReader(source, name_of(last, url))
        shown = last.fields[0].value if last.fields else ""
        reader.note(f"line {last.line}", shown, "a record that does not end with ER", _ASK)
        yield from reader.notes
    if unended:
        reader = FieldReader(source, url)
        reason = f"{len(unended)} records that do not end with ER, read as far as the next begins; the first of them"
        reader.note(f"line {unended[0].line}", name_of(unended[0], url), reason, "see whether they are whole")
        yield from reader.notes


def name_of(record: TaggedRecord, url: str) -> str:
    """What a message calls a record."""
    return record.text("AN", "DO", "TI", "T1") or f"{url} line {record.line}"


@dataclass(frozen=True)
class _Stray:
    """Fields that no ``TY`` begins."""

    line: int
    shown: str


def _records(text: str) -> Iterator[TaggedRecord | _Stray]:
    """Every record of a file in its order, and the fields outside of any; an unended one is not whole."""
    return _Reader(lines_of(text)).records()


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._record: TaggedRecord | None = None
        self._field = FieldLines()
        self._is_loose = False
        self._stray: _Stray | None = None

    def records(self) -> Iterator[TaggedRecord | _Stray]:
        for number, line in enumerate(self._lines, start=1):
            yield from self._take(line.rstrip(_NO_VALUE), number)
        yield from self._close(is_whole=False)
        yield from self._told()

    def _take(self, line: str, number: int) -> Iterator[TaggedRecord | _Stray]:
        found = _TAG.fullmatch(line)
        if found and found[1] == "TY" and self._begins(found, number):
            yield from self._close(is_whole=False)
            yield from self._begin(found, number)
        elif (ended := _END.fullmatch(line)) and (ended[1] or self._is_last(number)):
            yield from self._close(is_whole=True)
            yield from self._told()
            if ended[2]:
                yield from self._take(ended[2], number)
        elif self._record is None:
            if found and found[1] not in _HEADS and not self._stray:
                self._stray = _Stray(number, line)
        elif found and (self._is_loose or len(found[2]) > 1 or found[2] == "\t"):
            self._record.fields += self._field.begin(found[1], found[3] or "", number)
        else:
            self._field.go_on(line)

    def _begin(self, found: re.Match[str], number: int) -> Iterator[_Stray]:
        yield from self._told()
        self._record = TaggedRecord(number)
        self._is_loose = found[2] in {" ", "\xa0"}
        self._record.fields += self._field.begin("TY", found[3] or "", number)

    def _told(self) -> Iterator[_Stray]:
        if self._stray:
            yield self._stray
        self._stray = None

    def _close(self, *, is_whole: bool) -> Iterator[TaggedRecord]:
        if self._record:
            self._record.fields += self._field.end()
            self._record.is_whole = is_whole
            yield self._record
        self._record = None

    def _begins(self, found: re.Match[str], number: int) -> bool:
        """Inside of a record only what looks like a record's first line begins another."""
        if self._record is None:
            return True
        following = self._following(number)
        return bool(_TYPE.fullmatch(found[3] or "")) and bool(_TAG.fullmatch(following) or _END.fullmatch(following))

    def _is_last(self, number: int) -> bool:
        """Whether another record, or nothing, follows a line that has the word and no hyphen."""
        following = _TAG.fullmatch(self._following(number))
        return (following is not None and following[1] == "TY") or not self._following(number)

    def _following(self, number: int) -> str:
        lines = (self._lines[place].rstrip(_NO_VALUE) for place in range(number, min(number + 20, len(self._lines))))
        return next((line for line in lines if line), "")
