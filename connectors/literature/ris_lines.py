"""Where the records of a RIS file begin and end, whatever joined, wrapped or cut it.

A record's lines are written as its first is: with two blanks before the hyphen, or with one. ``TY`` begins a record
where a type and further fields follow it, ``ER`` ends one where nothing else stands on its line; in the middle of an
abstract either is text. A record that does not end with ``ER`` is read where another follows; at the end of a file it
may have been cut.
"""

import re
from collections.abc import Iterator

from connectors.literature.tagged_text import BLANK, Ending, FieldLines, TaggedRecord, TagLine

_TAG = re.compile(rf"{BLANK}{{0,6}}([A-Z][A-Z0-9])({BLANK}{{1,4}})-(?:{BLANK}(.*)|)", re.DOTALL)
_END = re.compile(rf"{BLANK}{{0,6}}ER(?:({BLANK}{{2,4}}-)|{BLANK}?-)?")
_TYPE = re.compile(r"(?!.{41})(?:[A-Z][A-Za-z/()-]* ?){0,4}")
_RUN_TOGETHER = re.compile(r"^[ \t]*TY  - [A-Za-z]+ +[A-Z][A-Z0-9]  - ", re.MULTILINE)
_ANY_TAG = re.compile(r"(?:^|\s+)([A-Z][A-Z0-9])(?:  | ?\n+)-(?=\s|$)")
_NO_VALUE = " \t\xa0\x1a\0\u200b"
"""What stands behind a value and is none: blanks, and the mark with which old systems end a file."""
_HEADS = frozenset({"FN", "VR", "EF"})
"""Lines that stand before and behind records and belong to none."""


def tagged_records(text: str) -> Iterator[TaggedRecord]:
    """Every record of a file in its order, and the fields outside of any."""
    if _RUN_TOGETHER.search(text):
        # Some program took the line ends for blanks, and broke the lines anew: only the tags tell where fields begin.
        text = _ANY_TAG.sub(r"\n\1  -", text)
    return _Reader(text.split("\n")).records()


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._record: TaggedRecord | None = None
        self._field = FieldLines()
        self._is_loose = False
        self._stray: TaggedRecord | None = None

    def records(self) -> Iterator[TaggedRecord]:
        for number, line in enumerate(self._lines, start=1):
            yield from self._take(line.rstrip(_NO_VALUE), number)
        yield from self._close(Ending.OPEN)
        yield from self._told()

    def _take(self, line: str, number: int) -> Iterator[TaggedRecord]:
        found = _TAG.fullmatch(line)
        if found and found[1] == "TY" and self._begins(found, number):
            yield from self._close(Ending.OPEN)
            yield from self._begin(found, number)
        elif "ER" in line[:8] and (ended := _END.fullmatch(line)) and (ended[1] or self._is_last(number)):
            yield from self._close(Ending.WHOLE)
            yield from self._told()
        elif self._record is None:
            if found and found[1] not in _HEADS and not self._stray:
                self._stray = TaggedRecord(number, [TagLine("", line, number)], Ending.STRAY)
        elif found and found[1] not in {"TY", "ER"} and (self._is_loose or found[2] not in {" ", "\xa0"}):
            self._record.fields += self._field.begin(found[1], found[3] or "", number)
        else:
            self._field.go_on(line)

    def _begin(self, found: re.Match[str], number: int) -> Iterator[TaggedRecord]:
        yield from self._told()
        self._record = TaggedRecord(number)
        self._is_loose = found[2] in {" ", "\xa0"}
        self._record.fields += self._field.begin("TY", found[3] or "", number)

    def _told(self) -> Iterator[TaggedRecord]:
        if self._stray:
            yield self._stray
        self._stray = None

    def _close(self, ending: Ending) -> Iterator[TaggedRecord]:
        if self._record:
            self._record.fields += self._field.end()
            self._record.ending = ending
            yield self._record
        self._record = None

    def _begins(self, found: re.Match[str], number: int) -> bool:
        """Inside of a record only what looks like a record's first line begins another."""
        if self._record is None:
            return True
        following = self._following(number)
        return bool(_TYPE.fullmatch(found[3] or "")) and bool(_TAG.fullmatch(following) or _END.fullmatch(following))

    def _is_last(self, number: int) -> bool:
        """Whether another record, or nothing, follows a line that ends one in another way than RIS does."""
        following = _TAG.fullmatch(self._following(number))
        return (following is not None and following[1] == "TY") or not self._following(number)

    def _following(self, number: int) -> str:
        lines = (self._lines[place].rstrip(_NO_VALUE) for place in range(number, min(number + 20, len(self._lines))))
        return next((line for line in lines if line), "")
