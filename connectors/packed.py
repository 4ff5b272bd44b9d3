"""Files in a zip, as download buttons give them: each is read as if it had been loaded by itself."""

import io
import zipfile
import zlib
from collections.abc import Iterator

import msgspec

from models.trial import Page

LARGEST = 200_000_000
"""Bytes of one unpacked file: a registry's whole record is a thousandth of it."""
MOST = 20_000
"""Files of one zip."""
_WORKBOOK = "[Content_Types].xml"
"""What every file of Excel, Word and their like has inside: they are zips, too."""


class NotOpened(Exception):
    """A zip cannot be read; the message says why."""


def is_packed(page: Page) -> bool:
    """Whether a file that people loaded is a zip."""
    return page.kind == "file" and page.body.startswith(b"PK\x03\x04")


def unpacked(page: Page) -> Iterator[Page]:
    """The files of a zip in its order, folders and what systems add to them left out.

    Raises
    ------
    NotOpened
        If it is damaged, locked, holds nothing, is a spreadsheet, or unpacks to more than anything that is read here.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(page.body)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir() and not _is_added(entry.filename)]
            if any(entry.filename == _WORKBOOK for entry in entries):
                raise NotOpened("a workbook or document: save its sheet as CSV, in UTF-8, and load that")
            if not entries or len(entries) > MOST or any(entry.file_size > LARGEST for entry in entries):
                raise NotOpened(f"a zip of {len(entries)} files, or of one too large: unpack it and load the files")
            for entry in entries:
                yield msgspec.structs.replace(page, url=f"{page.url}/{entry.filename}", body=packed.read(entry))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise NotOpened(f"a zip that cannot be opened ({error}): unpack it and load the files") from error


def _is_added(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
