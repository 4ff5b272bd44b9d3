"""Anybody's spreadsheet as rows: encodings, separators, decimal commas, and cells that are no numbers.

What the columns mean is known by `pooling.reported`.
"""

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MISSING = frozenset({"", "na", "n/a", "<na>", "nan", "null", "none", "."})
SEPARATORS = ",;\t"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
MINUS = str.maketrans({"\N{MINUS SIGN}": "-"})
"""The minus sign of typesetters, which comes with numbers copied from a paper."""


class PoolError(ValueError):
    """A file or a choice cannot be used; the message names file, line, column, value and what to do."""


@dataclass(frozen=True)
class Row:
    """One study as the file has it; `cells` by column name in lower case, "" for what is not given."""

    path: Path
    line: int
    cells: dict[str, str]
    has_decimal_comma: bool

    def number(self, column: str) -> float | None:
        """The number in a column, None if it is missing or the file has no such column.

        Raises
        ------
        PoolError
            If the cell holds something else than a finite number.
        """
        text = self.cells.get(column, "")
        if text.lower() in MISSING:
            return None
        plain = text.translate(MINUS)
        if self.has_decimal_comma and "." not in plain:
            plain = plain.replace(",", ".", 1)
        if not NUMBER.fullmatch(plain):
            raise self.problem(column, f"{text!r} is not a finite number; leave it empty or write NA if unknown")
        if not math.isfinite(value := float(plain)):
            raise self.problem(column, f"{text!r} is beyond what a number can hold")
        return value

    def problem(self, column: str, said: str) -> PoolError:
        return PoolError(f"{self.path}, line {self.line}, column {column}: {said}")


def read_rows(path: Path) -> list[Row]:
    """Rows of a file that hold anything.

    Parameters
    ----------
    path : CSV file in UTF-8 or, with a byte-order mark, UTF-16; comma, semicolon or tab between columns, the
        first line with anything in it being the names. Where columns are not separated by commas, a comma
        within a number is a decimal comma.

    Raises
    ------
    PoolError
        If it cannot be read, has no rows, names a column twice, or has more cells than names in a line.
    """
    text = _text(path)
    try:
        return _rows_of(path, text)
    except csv.Error as problem:
        raise PoolError(f"{path}: is no table of text: {problem}") from problem


def _rows_of(path: Path, text: str) -> list[Row]:
    separator = max(SEPARATORS, key=lambda mark: len(next(_lines(text, mark), (0, []))[1]))
    lines = _lines(text, separator)
    _, header = next(lines, (0, []))
    names = [name.strip().lower() for name in header]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise PoolError(f"{path}: two columns are named {', '.join(twice)}; keep one of them")
    rows = []
    for line, cells in lines:
        while len(cells) > len(names) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(names):
            raise PoolError(
                f"{path}, line {line}: {len(cells)} cells under {len(names)} column names; "
                "put quotes around a cell that holds the separator"
            )
        given = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        rows.append(Row(path, line, dict.fromkeys(names, "") | given, separator != ","))
    if not rows:
        raise PoolError(f"{path}: no rows; give a header line with column names, then one study per line")
    return rows


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        return data.decode(encoding)
    except (OSError, UnicodeDecodeError) as problem:
        raise PoolError(f"{path}: cannot be read as UTF-8 text: {problem}") from problem


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold anything, each with the number of the line on which it begins."""
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1
    for cells in reader:
        is_hint = line == 1 and "".join(cells).strip().lower().startswith("sep=")
        if any(cell.strip() for cell in cells) and not is_hint:
            yield line, cells
        line = reader.line_num + 1
