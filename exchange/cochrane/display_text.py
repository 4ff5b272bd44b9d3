"""Texts of a package for people: without markup, entities, addresses of people."""

import html
import re

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BREAK = re.compile(r"<(?:/(?:p|li|ul|ol|div|tr|h\d|table)|br\s*/?)\s*>|<(?:p|li|div|tr|h\d)\b[^<>]*>", re.IGNORECASE)
_MAIL = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PHONE = re.compile(
    r"(?:tel(?:ephone)?|phone|fax|mobile)\b[.:\s]*[+(]?\d[\d\s()./-]{5,30}\d|\+\d[\d\s()./-]{6,30}\d", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=[\"“(\[]?[A-Z0-9])")


def shown(text: str) -> str:
    """A cell on one line, as its readers see it."""
    return " ".join(paragraphs(text))


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs, items and lines of a cell that hold something, each without markup and outer blanks."""
    lines = _BREAK.sub("\n", text).splitlines() if "<" in text else text.splitlines()
    plain = (" ".join(html.unescape(_TAG.sub("", line)).split()) for line in lines)
    return tuple(line for line in plain if line)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a cell; no sentence goes beyond its paragraph."""
    return tuple(part for line in paragraphs(text) for part in _SENTENCE_END.split(line))


def without_addresses(text: str) -> str:
    """A text without e-mail addresses and telephone numbers."""
    return _PHONE.sub("[…]", _MAIL.sub("[…]", text))
