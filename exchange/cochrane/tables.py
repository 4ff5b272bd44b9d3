"""Text and tables of a package's files, read whatever wrote them.

The first line names the columns; cells are kept as they stand. What an encoding, a short line or a repeated column
costs is a `Loss`.
"""

import csv
import io
from dataclasses import dataclass

from exchange.cochrane.files import PackageFile
from exchange.cochrane.package import Cells, Loss

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MARK = "\ufeff"
_SEPARATORS = {";": "semicolons", "\t": "tabs"}
SHOWN = 80
"""Characters of a value that a loss shows."""


@dataclass(frozen=True)
class Line:
    """A line of a table: the first line of the file that it takes, and its cells by column."""

    number: int
    cells: Cells


@dataclass(frozen=True)
class Table:
    """A table as written."""

    name: str
    header: tuple[str, ...]
    lines: list[Line]
    losses: list[Loss]

    def missing(self, *columns: str) -> list[str]:
        return [column for column in columns if column not in self.header]


def brief(value: str) -> str:
    """A value as a loss shows it: on one line, and not endless."""
    text = " ".join(value.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def text_of(file: PackageFile) -> tuple[str, list[Loss]]:
    """The text of a file, and what had to be guessed to read it. Packages are in UTF-8, with a mark or without."""
    body = file.body
    losses = list[Loss]()
    if encoding := _UTF_16.get(body[:2], _unmarked_utf_16(body)):
        text = body.decode(encoding, "replace")
        losses.append(Loss(file=file.name, done="not in UTF-8: read as UTF-16; look at its accents"))
    else:
        text = _by_lines(file, losses)
    if "\0" in text:
        losses.append(Loss(file=file.name, done="holds NUL characters: left out"))
    return text.replace("\0", "").removeprefix(_MARK), losses


def _by_lines(file: PackageFile, losses: list[Loss]) -> str:
    try:
        return file.body.decode("utf-8")
    except UnicodeDecodeError:
        lines = file.body.splitlines(keepends=True)
    foreign = [number for number, line in enumerate(lines, start=1) if not _is_utf_8(line)]
    done = f"not in UTF-8 ({len(foreign)} lines): read as Windows-1252; look at its accents"
    losses.append(Loss(file=file.name, line=foreign[0], done=done))
    taken = set(foreign)
    return "".join(
        line.decode("cp1252" if number in taken else "utf-8", "replace") for number, line in enumerate(lines, start=1)
    )


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unmarked_utf_16(body: bytes) -> str:
    high, low = body[:200:2].count(0), body[1:200:2].count(0)
    return "" if max(high, low) < len(body[:200]) / 4 else "utf-16-be" if high > low else "utf-16-le"


def read_table(file: PackageFile) -> Table:
    """The lines of a table under its header; lines without any cell are passed over."""
    text, losses = text_of(file)
    separator = _separator(text)
    if separator != ",":
        losses.append(Loss(file=file.name, line=1, done=f"separated by {_SEPARATORS[separator]}, not by commas"))
    before = csv.field_size_limit(max(len(text), 1))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        header = _header(next(reader, []), file.name, losses)
        lines = list[Line]()
        start = reader.line_num + 1
        for cells in reader:
            if any(cells):
                lines.append(_line(cells, header, start, file.name, losses))
            start = reader.line_num + 1
    finally:
        csv.field_size_limit(before)
    return Table(file.name, header, lines, losses)


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return "," if "," in first else next((mark for mark in _SEPARATORS if mark in first), ",")


def _header(cells: list[str], name: str, losses: list[Loss]) -> tuple[str, ...]:
    columns = list[str]()
    for number, cell in enumerate(cells, start=1):
        column = cell.strip() or f"column {number}"
        if column in columns:
            losses.append(Loss(file=name, line=1, column=column, value=cell, done="a column that is there twice"))
            column = f"{column} (column {number})"
        columns.append(column)
    return tuple(columns)


def _line(cells: list[str], header: tuple[str, ...], number: int, name: str, losses: list[Loss]) -> Line:
    if len(cells) < len(header):
        done = f"{len(cells)} cells under {len(header)} columns: the line may be cut off; the others are taken as empty"
        losses.append(Loss(file=name, line=number, done=done))
    elif any(cells[len(header) :]):
        extra = brief(", ".join(cells[len(header) :]))
        losses.append(Loss(file=name, line=number, done=f"more cells than columns: left out ({extra})"))
    filled = [*cells, *[""] * (len(header) - len(cells))]
    return Line(number, dict(zip(header, filled, strict=False)))
