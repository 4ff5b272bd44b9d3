"""Rows that a command adds to a file of a review folder: under the file's own columns, and only if all can be read."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from models.review import load_review


def columns_of(path: Path, default: Sequence[str]) -> tuple[str, ...]:
    """Columns of a file in their order, or the default ones where there is no such file."""
    if not path.is_file():
        return tuple(default)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(name.strip() for name in next(csv.reader(file), default))


def as_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, header: bool = False) -> str:
    """Rows under the given columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def append_rows(path: Path, rows: Sequence[Mapping[str, object]], default: Sequence[str]) -> None:
    """Add rows to a file of a review folder, all or none, and only if the folder can be read with them.

    Raises
    ------
    ReviewError
        If the folder could not be read with them; the file is as it was.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    text = before + as_csv(rows, columns_of(path, default), header=not before)
    with TemporaryDirectory() as trial:
        copy = shutil.copytree(path.parent, Path(trial) / path.parent.name)
        (copy / path.name).write_text(text, encoding="utf-8")
        load_review(copy)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
