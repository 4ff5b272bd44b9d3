"""Text of the files of a review folder: one rule for quotes, one for numbers, lines that end in LF."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from models.terms import Row

_WANTS_QUOTES = re.compile(r'[,"\r\n]|^\s|\s$')
_COMMENT = "#"
"""What a line of a folder's table begins with that is passed over."""


def csv_text(shape: type[Row], rows: Sequence[Row]) -> str:
    """A CSV file of rows: the columns that every such file has, and those of the others that hold something."""
    told = [_told(row) for row in rows]
    columns = [
        name for name, field in shape.model_fields.items() if field.is_required() or any(line[name] for line in told)
    ]
    return table_text(columns, ([line[name] for name in columns] for line in told))


def table_text(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table; cells are quoted where they would not be read back as they are, and nowhere else."""
    return "".join(f"{_line(line)}\n" for line in [columns, *lines])


def yaml_text(content: dict[str, Any], comment: str = "") -> str:
    """A YAML file in the order of its keys, under a comment."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def number_text(value: float | None) -> str:
    """The shortest text that is read back as the same number; whole numbers without a point; '' for none."""
    if value is None:
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _told(row: Row) -> dict[str, str]:
    defaults = {name: field.default for name, field in type(row).model_fields.items() if not field.is_required()}
    return {
        name: "" if name in defaults and value == defaults[name] else _cell(value)
        for name, value in row.model_dump(mode="json").items()
    }


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number_text(value)
    return "" if value is None else str(value)


def _line(cells: Sequence[str]) -> str:
    return ",".join(_quoted(cell, is_first=place == 0) for place, cell in enumerate(cells))


def _quoted(cell: str, is_first: bool) -> str:
    wants = _WANTS_QUOTES.search(cell) or (is_first and cell.startswith(_COMMENT))
    return '"{}"'.format(cell.replace('"', '""')) if wants else cell
