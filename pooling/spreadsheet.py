"""Anybody's spreadsheet as rows: names of columns, numbers with their printed digits, and cells that are no numbers.

What the columns mean is known by `pooling.reported`.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pooling.sheets import CellError, read_sheet
from pooling.sheets import PoolError as PoolError  # noqa: PLC0414 (whoever reads rows meets it)
from pooling.spans import Span

MISSING = frozenset(
    {
        *(
            "",
            "na",
            "n/a",
            "n.a.",
            "#n/a",
            "<na>",
            "nan",
            "null",
            "none",
            ".",
            "..",
            "…",
            "-",
            "--",
            "–",
            "—",
            "?",
            "??",
        ),
        *("nr", "n.r.", "not reported", "not available", "unknown", "missing", "not given", "not stated"),
    }
)
"""What people write where there is no number."""
NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "non-significant", "nonsignificant"})
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
MINUS = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{FULLWIDTH HYPHEN-MINUS}": "-", "\N{FULLWIDTH FULL STOP}": ".", "\N{FULLWIDTH COMMA}": ",",
     "\N{ARABIC DECIMAL SEPARATOR}": "."}
)  # fmt: skip
"""The minus sign of typesetters, which comes with numbers copied from a paper, and marks that go with other digits."""
_USUAL_P = 0.05
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,'’\s]\d{3})+([.,]\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_WITH_WORDS = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*[^\W\d_][\w .()/]*")
_SEVERAL = re.compile(r"\d\s*(±|\+/-|/|\(|\[|;|\bto\b|\bof\b|–)\s*\d|\d\s*-\s*\d")
_APPROXIMATE = re.compile(r"(~|≈|c\.|ca\.?|about|approx)", re.IGNORECASE)
_NAMED_P = re.compile(r"^p?\s*=\s*", re.IGNORECASE)
_BOUND = re.compile(r"(?:p\s*)?([<>≤≥])\s*=?\s*(.+)", re.IGNORECASE)


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
            raise self.problem(column, f"{text!r} {_not_a_number(text)}")
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
        found = _BOUND.fullmatch(text)
        if found is None:
            return self.printed(column)
        plain = self._plain(found[2])
        if not NUMBER.fullmatch(plain):
            return None
        return Span(0.0, float(plain)) if found[1] in "<≤" else Span(float(plain), 1.0)

    def is_bound(self, column: str) -> bool:
        text = self._text(column)
        return text.lower() in NOT_SIGNIFICANT or _BOUND.fullmatch(text) is not None

    def has(self, column: str) -> bool:
        """Whether the row has anything there."""
        return self.cells.get(column, "").lower() not in MISSING

    def problem(self, column: str, said: str) -> CellError:
        return CellError(column, f"{self.path}, line {self.line}, column {column}: {said}")

    def _text(self, column: str) -> str:
        """A cell; of ``p = 0.03`` the number."""
        text = self.cells.get(column, "")
        return _NAMED_P.sub("", text) if column == "pval" else text

    def _plain(self, text: str) -> str:
        plain = "".join(map(_as_ascii, text.translate(MINUS)))
        return plain.replace(",", ".", 1) if self.has_decimal_comma and "." not in plain else plain


@dataclass(frozen=True)
class Table:
    """The rows of a file, and what is to be told of how it was read."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def _as_ascii(character: str) -> str:
    """A digit of any script as ours; superscripts and fractions are no digits."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _without_marks(text: str) -> str:
    """Digits without marks between thousands; a last mark of another kind is the decimal one."""
    marks = [mark for mark in text if mark in ",."]
    decimal = marks[-1] if marks and marks.count(marks[-1]) == 1 and len(set(marks)) > 1 else ""
    plain = "".join(character for character in text if character.isdigit() or character in f"+-{decimal}")
    return plain.replace(",", ".")


def _not_a_number(text: str) -> str:
    if _DAY.fullmatch(text):
        return "is a date: the spreadsheet took a number such as 3/33 or 3.5 for a day; type it again as a number"
    if _BOUND.fullmatch(text) or text.lower() in NOT_SIGNIFICANT:
        return "bounds a number and is none; leave it empty, or give the exact number"
    if found := _WITH_WORDS.fullmatch(text):
        return f"has words beside its number; write {found[1]} alone, and units in the name of the column"
    if _SEVERAL.search(text):
        return "holds more than one number; give each a column of its own"
    if _APPROXIMATE.match(text):
        return "is approximate; write the number alone, or leave the cell empty"
    if _THOUSANDS.fullmatch(text):
        return (
            "has marks between thousands, or a decimal comma in a file with commas between columns; "
            f"write {_without_marks(text)}, or a point for the decimal mark"
        )
    if text.endswith("%"):
        return "is a percentage; give events and people, or a number without the sign"
    if text.startswith("#"):
        return "is an error of the spreadsheet's own formula; mend the formula, or leave the cell empty"
    return "is not a finite number; leave it empty or write NA if unknown"


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
    names = [name.strip().lower() for name in header]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise PoolError(f"{path}: two columns are named {', '.join(twice)}; keep one of them")
    rows = []
    for line, cells in sheet.lines[1:]:
        while len(cells) > len(names) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(names):
            raise PoolError(
                f"{path}, line {line}: {len(cells)} cells under {len(names)} column names; "
                "put quotes around a cell that holds the separator"
            )
        given = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        rows.append(Row(path, line, dict.fromkeys(names, "") | given, sheet.has_decimal_comma))
    if not rows:
        raise PoolError(f"{path}: no rows; give a header line with column names, then one study per line")
    return Table(tuple(rows), sheet.notes)
