"""Anybody's spreadsheet as rows: names of columns, numbers with their printed digits, and cells that are no numbers.

What the columns mean is known by `pooling.reported`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pooling.cell_words import (
    BOUND,
    NAMED_P,
    NOT_SIGNIFICANT,
    NUMBER,
    is_missing,
    is_remark,
    plain_digits,
    visible,
    why_no_number,
)
from pooling.sheets import CellError, read_sheet
from pooling.sheets import PoolError as PoolError  # noqa: PLC0414 (whoever reads rows meets it)
from pooling.spans import Span

_USUAL_P = 0.05


class LeftOut(ValueError):
    """Numbers that may be right and still give no effect: the row is left out, and the others count."""


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
        if not self.has(column):
            return None
        text = self.cells[column]
        plain = self._plain(self._text(column))
        if not NUMBER.fullmatch(plain):
            raise self.problem(column, f"{text!r} {why_no_number(text)}")
        if not math.isfinite(value := float(plain)):
            raise self.problem(column, f"{text!r} is beyond what a number can hold")
        return value

    def printed(self, column: str) -> Span | None:
        """What the number in a column may be before rounding; None where there is none, or something else."""
        plain = self._plain(self._text(column))
        if not NUMBER.fullmatch(plain) or not math.isfinite(float(plain)):
            return None
        return Span.of(plain)

    def bounded(self, column: str) -> Span | None:
        """As `printed`; ``<0.001`` is anything from 0 to that, ``>0.05`` anything from there to 1."""
        text = self._text(column)
        if text.lower() in NOT_SIGNIFICANT:
            return Span(_USUAL_P, 1.0)
        found = BOUND.fullmatch(text)
        if found is None:
            return self.printed(column)
        plain = self._plain(found[2])
        if not NUMBER.fullmatch(plain):
            return None
        return Span(0.0, float(plain)) if found[1] in "<≤" else Span(float(plain), 1.0)

    def is_bound(self, column: str) -> bool:
        text = self._text(column)
        return text.lower() in NOT_SIGNIFICANT or BOUND.fullmatch(text) is not None

    def has(self, column: str) -> bool:
        """Whether the row has anything there."""
        return not is_missing(self.cells.get(column, ""))

    def problem(self, column: str, said: str) -> CellError:
        return CellError(column, f"{self.path}, line {self.line}, column {column}: {said}")

    def _text(self, column: str) -> str:
        """A cell; of ``p = 0.03`` the number."""
        text = self.cells.get(column, "")
        return NAMED_P.sub("", text) if column == "pval" else text

    def _plain(self, text: str) -> str:
        plain = plain_digits(text)
        return plain.replace(",", ".", 1) if self.has_decimal_comma and "." not in plain else plain


@dataclass(frozen=True)
class Table:
    """The rows of a file, and what is to be told of how it was read."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def read_rows(path: Path, is_name: Callable[[str], bool] = lambda _: False) -> Table:
    """Rows of a file that hold anything.

    Parameters
    ----------
    path : see `pooling.sheets.read_sheet`; the line with the names first. Where columns are not separated by commas, a
        comma within a number is a decimal comma.
    is_name : whether a cell is the name of a known column

    Raises
    ------
    PoolError
        If it cannot be read, has no rows, names a column twice, or has more cells than names in a line.
    """
    sheet = read_sheet(path, is_name)
    _, header = sheet.lines[0] if sheet.lines else (0, [])
    names = [visible(name).lower() for name in header]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise PoolError(
            f"{path}: two columns are named {', '.join(twice)}; keep one of them, or name the arm in both, such as "
            "'intervention events' and 'control events'"
        )
    rows, notes = [], [*sheet.notes]
    for line, cells in sheet.lines[1:]:
        if is_remark(cells):
            notes.append(f"line {line} is read as a remark, not as a study: {' '.join(cells).strip()[:60]}")
            continue
        while len(cells) > len(names) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(names):
            raise PoolError(
                f"{path}, line {line}: {len(cells)} cells under {len(names)} column names; "
                "put quotes around a cell that holds the separator"
            )
        given = dict(zip(names, map(visible, cells), strict=False))
        rows.append(Row(path, line, dict.fromkeys(names, "") | given, sheet.has_decimal_comma))
    if not rows:
        raise PoolError(f"{path}: no rows; give a header line with column names, then one study per line")
    return Table(tuple(rows), tuple(notes))
