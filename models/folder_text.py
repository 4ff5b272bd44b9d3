"""Text of a file in a review folder, or why it is none: programs for tables save in encodings of their own."""

import codecs
from pathlib import Path

_SAVE = "save it as UTF-8 (in Excel: 'CSV UTF-8 (Comma delimited)'; in an editor: encoding UTF-8)"
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of files that Excel and LibreOffice keep for themselves."""


class ReviewError(Exception):
    """Something in a review folder cannot be used; the message names file, line, field and value."""


def text_of(path: Path) -> str:
    """What stands in a file, with or without a mark of its encoding before it.

    Raises
    ------
    ReviewError
        If it is no text in UTF-8; the message says where, and what to do.
    """
    content = path.read_bytes()
    if content.startswith(_SPREADSHEETS):
        raise ReviewError(f"{path}:1: file: is a spreadsheet, whatever its name: open it and {_SAVE}")
    if content.startswith(_MARKS):
        raise ReviewError(f"{path}:1: file: cannot be read as UTF-8: it is UTF-16 ('Unicode text'): {_SAVE}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        around = content[max(0, error.start - 12) : error.start + 12].decode("cp1252", "replace")
        raise ReviewError(
            f"{path}:{line}: file: cannot be read as UTF-8 at {' '.join(around.split())!r}: {_SAVE}"
        ) from error
    if "\0" in text:
        raise ReviewError(f"{path}:{text.count(chr(10), 0, text.index(chr(0))) + 1}: file: holds no text: {_SAVE}")
    return text
