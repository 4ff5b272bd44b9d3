"""A data package written as RevMan Web writes one now: a zip of tables and references, nothing in it but what it is given."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from exchange.cochrane.package import Cells
from exchange.folder_text import table_text

_LIKE_A_ZIP_OF = (1980, 1, 1, 0, 0, 0)
"""One day for all files: the same package is the same bytes."""

Tags = Sequence[tuple[str, str]]


def write_package(path: Path, files: Mapping[str, str]) -> None:
    """Write the files of a package, text by path in it, into a zip at a path."""
    path.write_bytes(zipped(files))


def zipped(files: Mapping[str, str]) -> bytes:
    """The zip of files, text by path in it; the same files are the same bytes."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _LIKE_A_ZIP_OF)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text.encode("utf-8"))
    return body.getvalue()


def cells_table(columns: Sequence[str], lines: Sequence[Cells]) -> str:
    """A table of the columns, and of others that lines have behind them."""
    more = dict.fromkeys(name for line in lines for name in line if name not in columns)
    header = [*columns, *more]
    return table_text(header, ([line.get(name, "") for name in header] for line in lines))


def references_text(references: Iterable[Tags]) -> str:
    """References in RIS, empty tags left out."""
    return "".join(
        "".join(f"{tag}  - {value}\n" for tag, value in reference if value) + "ER  - \n\n" for reference in references
    )
