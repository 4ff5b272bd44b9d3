"""What is in a file, line by line: text in its encodings, or the first sheet of an Excel workbook with a header."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

SEPARATORS = ",;\t|"
_RULE = " \t\r\n-:"
"""What a line between names and rows is drawn of."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OF_EXCEL = "xl/workbook.xml"
_AS_CSV = "save it as .xlsx or as CSV"

Line = tuple[int, list[str]]


class PoolError(ValueError):
    """A file or a choice cannot be used; the message names file, line, column, value and what to do."""


class CellError(PoolError):
    """One cell cannot be used; `column` is where it stands."""

    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column = column


@dataclass(frozen=True)
class Sheet:
    """Lines that hold anything, each with its number in the file, the names first."""

    lines: tuple[Line, ...]
    has_decimal_comma: bool
    notes: tuple[str, ...] = ()


def read_sheet(path: Path, is_name: Callable[[str], bool]) -> Sheet:
    """Read a file, whatever it is.

    Parameters
    ----------
    path : text in UTF-8, UTF-16 or Windows-1252, with comma, semicolon, tab or bar between columns; or an .xlsx workbook,
        of which the first visible sheet is read whose header has a name that is known, else the first with anything in it
    is_name : whether a cell is the name of a known column

    Raises
    ------
    PoolError
        If it cannot be read, or is something else; the message says what to save it as.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise PoolError(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    if data.startswith(_OLD_EXCEL):
        raise PoolError(f"{path}: is an Excel workbook of the old kind (.xls), or one with a password; {_AS_CSV}")
    if data.startswith(_ZIP):
        return _workbook(path, data, is_name)
    return _text(path, data, is_name)


def _text(path: Path, data: bytes, is_name: Callable[[str], bool]) -> Sheet:
    text, notes = _decoded(path, data)
    try:
        separator = max(SEPARATORS, key=lambda mark: _n_names(_split(text, mark), is_name))
        lines = tuple(_split(text, separator))
    except csv.Error as problem:
        raise PoolError(f"{path}: is no table of text: {problem}") from problem
    if _is_open(text, separator):
        raise PoolError(f"{path}, line {lines[-1][0]}: a quotation mark opens a cell and none closes it; mend the line")
    return Sheet(_below_title(lines, is_name), separator != ",", notes)


def _is_open(text: str, separator: str) -> bool:
    """Whether a cell is quoted to the end of the file, and swallows all rows below it."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as problem:
        return "end of data" in str(problem)
    return False


def _n_names(lines: Iterator[Line], is_name: Callable[[str], bool]) -> tuple[int, int]:
    """Known names, then cells, of the line that would be the header."""
    kept = _below_title(tuple(lines), is_name)
    cells = kept[0][1] if kept else []
    return sum(map(is_name, cells)), len(cells)


def _below_title(lines: tuple[Line, ...], is_name: Callable[[str], bool]) -> tuple[Line, ...]:
    """Without a title or remarks above the names: lines before one of the first with a known name."""
    for at, (_, cells) in enumerate(lines[:20]):
        if any(map(is_name, cells)):
            return lines[at:]
    return lines


def _decoded(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    if data.startswith(_MARKS):
        encoding = "utf-16"
    elif b"\0" in data[:64]:
        encoding = "utf-16-le" if data[:64:2].count(0) < data[1:64:2].count(0) else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as problem:
        reason = problem
    try:
        return data.decode("cp1252"), (
            "read as Windows-1252 (cp1252), since it is not UTF-8: see whether names look right",
        )
    except UnicodeDecodeError:
        raise PoolError(f"{path}: cannot be read as text: {reason}; save it as CSV in UTF-8") from reason


def _split(text: str, separator: str) -> Iterator[Line]:
    """Lines that hold anything, each with the number of the line on which it begins."""
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1
    for cells in reader:
        is_hint = line == 1 and "".join(cells).strip().lower().startswith("sep=")
        if any(cell.strip(_RULE) for cell in cells) and not is_hint:
            yield line, cells
        line = reader.line_num + 1


def _workbook(path: Path, data: bytes, is_name: Callable[[str], bool]) -> Sheet:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        raise PoolError(f"{path}: is a broken archive ({problem}); {_AS_CSV}") from problem
    if _OF_EXCEL not in names:
        kind = "an OpenDocument file (.ods)" if "content.xml" in names else "an archive, not a workbook"
        raise PoolError(f"{path}: is {kind}; {_AS_CSV}")
    import openpyxl  # noqa: PLC0415 (only where a workbook is read)

    try:
        values, formulas = (openpyxl.load_workbook(io.BytesIO(data), data_only=is_value) for is_value in (True, False))
        hidden = [sheet.title for sheet in values.worksheets if sheet.sheet_state != "visible"]
        sheets = [
            _sheet(path, sheet, formulas[sheet.title]) for sheet in values.worksheets if sheet.title not in hidden
        ]
        of_title = {sheet.title: sheet for sheet in values.worksheets}
    except PoolError:
        raise
    # A damaged workbook ends in whatever its reader stumbles upon.
    except Exception as problem:
        raise PoolError(f"{path}: cannot be read as an .xlsx workbook ({problem}); {_AS_CSV}") from problem
    filled = [(title, _below_title(lines, is_name)) for title, lines in sheets if lines]
    if not filled:
        return Sheet((), has_decimal_comma=False)
    named = [item for item in filled if any(map(is_name, item[1][0][1]))]
    title, lines = (named or filled)[0]
    notes = [f"read from the sheet {title!r}, the first with names of columns"] if len(filled) > 1 else []
    notes += [f"the hidden sheet {name!r} is not read" for name in hidden]
    if unseen := [str(line) for line, _ in lines if of_title[title].row_dimensions[line].hidden]:
        notes.append(f"rows that are hidden in the workbook are read, too: line {', '.join(unseen)}")
    return Sheet(lines, has_decimal_comma=False, notes=tuple(notes))


def _sheet(path: Path, values: Any, formulas: Any) -> tuple[str, tuple[Line, ...]]:
    lines = []
    for line, (row, written) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=False), 1):
        _stored(path, values.title, line, row, written)
        cells = [_shown(cell.value) for cell in row]
        if any(cells):
            lines.append((line, cells))
    return values.title, tuple(lines)


def _stored(path: Path, title: str, line: int, row: Sequence[Any], written: Sequence[Any]) -> None:
    """A formula has a number only if the program that wrote it computed one."""
    for cell, formula in zip(row, written, strict=False):
        if cell.value is None and isinstance(formula.value, str) and formula.value.startswith("="):
            raise PoolError(
                f"{path}, sheet {title!r}, line {line}, column {formula.column_letter}: the formula {formula.value} "
                "has no stored result; open the workbook, save it, and try again"
            )


def _shown(value: object) -> str:
    """A cell as text; whole numbers without a point, days and times as ISO has them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value).strip()
