"""How records are cut out of a document, so that a broken one costs no other and entities are unknown in all."""

import re
from collections.abc import Iterator
from itertools import pairwise

_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")

_NOTES_BEHIND = re.compile(rb"(?:\s|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>)+\Z", re.DOTALL)
_LONGEST_NOTES = 2_000
"""Bytes behind a document's last element that are looked through for comments and instructions."""

_ROOT = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]{0,80})")


def fragments(body: bytes, tag: str) -> Iterator[tuple[bytes, int]]:
    """Every element of a name with the number of the line it begins on, as a document of its own.

    An element that is not closed ends where the next one begins. What the document declares about its encoding
    is said again, what it declares about entities is not.
    """
    name = re.escape(tag.encode())
    starts = [match.start() for match in re.finditer(rb"<" + name + rb"[\s>/]", body)]
    declared = _ENCODING.search(body[:1024])
    head = b'<?xml version="1.0" encoding="' + declared[1] + b'"?>' if declared else b""
    closing = b"</" + tag.encode() + b">"
    line, counted = 1, 0
    for start, following in pairwise([*starts, len(body)]):
        line += body.count(b"\n", counted, start)
        counted = start
        end = body.find(closing, start, following)
        yield head + body[start : end + len(closing) if end >= 0 else following], line


def unclosed_root(body: bytes) -> str:
    """Name of the outermost element if the document ends before it does, so that records may be missing; else ''."""
    root = _ROOT.search(body)
    end = _NOTES_BEHIND.sub(b"", body[-_LONGEST_NOTES:])
    if root is None or end.endswith((b"</" + root[1] + b">", b"/>")):
        return ""
    return root[1].decode("ascii")
