"""Text and tables of a package's files, read whatever wrote them.

The first line names the columns; cells are kept as they stand. What an encoding, a short line or a repeated column
costs is a `Loss`.
"""

import csv
import io
import re
from dataclasses import dataclass

from exchange.cochrane.files import PackageFile
from exchange.cochrane.package import Cells, Loss

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MARK = "\ufeff"
_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_DECIMAL_COMMA = re.compile(
    r"[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+),\d+(?:e[+-]?\d{1,3})?\s*%?", re.ASCII | re.IGNORECASE
)
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.\d+(?:e[+-]?\d{1,3})?\s*%?", re.ASCII | re.IGNORECASE)
_THREE_BEHIND = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""What may have its thousands set apart, or three decimals."""
_READ_AS = "; its numbers have decimal commas: 1,5 is read as 1.5"
SHOWN = 80
"""Characters of a value that a loss shows."""


@dataclass(frozen=True)
class Line:
    """A line of a table: the first line of the file that it takes, and its cells by column."""

    number: int
    cells: Cells


@dataclass(frozen=True)
class Table:
    """A table as written.

    `has_decimal_commas` where a spreadsheet wrote it whose country has decimal commas: ``1,5`` is 1.5.
    """

    name: str
    header: tuple[str, ...]
    lines: list[Line]
    losses: list[Loss]
    has_decimal_commas: bool = False

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
    separator, n_of_text = _separator(text), len(losses)
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
    has_commas = separator != "," and _has_decimal_commas(lines)
    if separator != ",":
        done = f"separated by {_SEPARATORS[separator]}, not by commas{_READ_AS if has_commas else ''}"
        losses.insert(n_of_text, Loss(file=file.name, line=1, done=done))
    return Table(file.name, header, lines, losses, has_commas)


def _separator(text: str) -> str:
    """What stands most often in the first line: names of columns may hold the others."""
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return max((",", *_SEPARATORS), key=first.count)


def _has_decimal_commas(lines: list[Line]) -> bool:
    """Whether numbers of a table have decimal commas. ``1,234`` alone tells it only where no number has a point."""
    cells = [cell.strip() for line in lines for cell in line.cells.values()]
    told = [cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)]
    if any(not _THREE_BEHIND.fullmatch(cell) for cell in told):
        return True
    return bool(told) and not any(_DECIMAL_POINT.fullmatch(cell) for cell in cells)


def with_decimal_point(text: str) -> str:
    """A number of a table with decimal commas as others have it; ``1.234`` stays in doubt, and is no number: '?'."""
    plain = text.strip()
    if _DECIMAL_COMMA.fullmatch(plain):
        return plain.replace(".", "").replace(",", ".")
    return "?" if _THREE_BEHIND.fullmatch(plain) else plain


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
