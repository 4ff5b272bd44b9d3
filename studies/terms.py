"""How the protocol's words are found in a record's fields."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from models.terms import TermRule

_GAP = r"[\s_\-\u2010-\u2015]+"
"""Between words: blanks, underscores, and every hyphen and dash that sponsors type."""


class Field(msgspec.Struct, frozen=True):
    """A field of a record, by its name, with its text."""

    name: str
    text: str


class Found(msgspec.Struct, frozen=True):
    """A term where it was found; `is_abbreviation` when only capitals spell it."""

    field: str
    quote: str
    is_abbreviation: bool


def find(rule: TermRule, fields: Iterable[Field]) -> Found | None:
    """The first term of a rule in the first field that has one, whole words only.

    Case does not count, except for terms in capitals: AIDS is a disease, *aids* a word. `*` stands for the rest of a
    word, or, between blanks, for up to three words. A blank, a hyphen and an underscore are one: KT-474, KT 474.
    Phrases of `except_terms` hide the words inside them.
    """
    terms, exceptions = tuple(rule.terms), tuple(rule.except_terms)
    for field in fields:
        if place := _place(terms, exceptions, field.text):
            start, end, is_abbreviation = place
            return Found(field.name, _excerpt(field.text, start, end), is_abbreviation)
    return None


def places(rule: TermRule, text: str) -> list[tuple[int, int]]:
    """Begin and end of every term of a rule in a text, in order, those inside another left out."""
    searched = _without(tuple(rule.except_terms), text)
    possible = _possible(tuple(rule.terms), searched)
    found = sorted({match.span() for item in possible for match in item.pattern.finditer(searched)})
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


@lru_cache(maxsize=2**16)
def _place(terms: tuple[str, ...], exceptions: tuple[str, ...], text: str) -> tuple[int, int, bool] | None:
    """Begin and end of the first term; kept, since a trial's versions repeat each other, and nights the versions."""
    possible = _possible(terms, text)
    searched = _without(exceptions, text) if possible else text
    for item in possible:
        if match := item.pattern.search(searched):
            return match.start(), match.end(), item.is_abbreviation
    return None


class _Term(NamedTuple):
    """A term as it is searched: its longest letters first, which most texts do not have."""

    pattern: re.Pattern[str]
    letters: str
    is_abbreviation: bool


def _possible(terms: tuple[str, ...], text: str) -> list[_Term]:
    """The terms whose longest letters stand in a text."""
    folded = text.casefold()
    return [item for item in _compiled(terms) if item.letters in (text if item.is_abbreviation else folded)]


def _without(exceptions: tuple[str, ...], text: str) -> str:
    """A text of the same length with phrases blanked."""
    for item in _possible(exceptions, text):
        text = item.pattern.sub(lambda match: " " * len(match[0]), text)
    return text


@lru_cache(maxsize=256)
def _compiled(terms: tuple[str, ...]) -> tuple[_Term, ...]:
    """Long spellings before abbreviations, so that the clearest quote is found first."""
    ordered = sorted(terms, key=str.isupper)
    return tuple(_Term(_pattern(term), _letters(term), term.isupper()) for term in ordered)


def _letters(term: str) -> str:
    """The longest part of a term that stands in every text that has it."""
    parts = [part for word in re.split(_GAP, term) for part in word.split("*")]
    longest = max(parts, key=len, default="")
    return longest if term.isupper() else longest.casefold()


def _pattern(term: str) -> re.Pattern[str]:
    words = []
    for word in re.split(_GAP, term):
        if word == "*":
            words.append(r"\S+(?:\s+\S+){0,2}")
        else:
            words.append(re.escape(word).replace(r"\*", r"\w*"))
    return re.compile(r"(?<![\w])" + _GAP.join(words) + r"(?![\w])", 0 if term.isupper() else re.IGNORECASE)


def _excerpt(text: str, start: int, end: int, width: int = 160) -> str:
    """The field's words around a term, cut at `width` characters."""
    if len(text) <= width:
        return text
    middle = (start + end) // 2
    left = max(0, min(middle - width // 2, len(text) - width))
    return ("…" if left else "") + text[left : left + width].strip() + ("…" if left + width < len(text) else "")
