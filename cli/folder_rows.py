"""Rows that a command adds to a file of a review folder: under the file's own columns, and only if all can be read."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from models.folder_files import ReviewError
from models.review import load_review


def columns_of(path: Path, default: Sequence[str]) -> tuple[str, ...]:
    """Columns of a file in their order, or the default ones where there is no such file."""
    if not path.is_file():
        return tuple(default)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(name.strip() for name in next(csv.reader(file), default))


def as_csv(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, header: bool = False, end: str = "\n"
) -> str:
    """Rows under the given columns, each line ended by `end`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator=end, extrasaction="ignore")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def append_rows(path: Path, rows: Sequence[Mapping[str, object]], default: Sequence[str]) -> None:
    """Add rows to a file of a review folder, all or none, and only if the folder can be read with them.

    Raises
    ------
    ReviewError
        If the folder cannot be read, or could not with them; the file is as it was.
    """
    load_review(path.parent)
    before = path.read_bytes().decode() if path.is_file() else ""
    end = "\r\n" if "\r\n" in before else "\n"
    if before and not before.endswith("\n"):
        before += end
    text = before + as_csv(rows, columns_of(path, default), header=not before, end=end)
    with TemporaryDirectory() as trial:
        copy = shutil.copytree(path.parent, Path(trial) / path.parent.name)
        (copy / path.name).write_bytes(text.encode())
        try:
            load_review(copy)
        except ReviewError as error:
            raise ReviewError(str(error).replace(str(copy), str(path.parent))) from None
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(text.encode())
    fresh.replace(path)
