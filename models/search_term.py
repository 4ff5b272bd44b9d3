"""A term that is searched for: words, where they may end in other letters, and whether others may stand between them.

The same for every source; how a source writes it is known in ``connectors``. Truncation is what people wrote, and one
rule for plain words: the last word of a term may end in other letters when it has four or more (six when it stands
alone), as plurals do, a final *y* left off; abbreviations, numbers, codes and names stay as they are.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

SHORTEST_STEM = 3
"""Fewer letters before ``*`` are refused by several platforms and find everything on others."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*\*?")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_POSSESSIVE = re.compile(r"([^\W\d_]{4,})['’](?:s\b|(?!\w))")
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "no",
        "not",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "was",
        "with",
    ]
)
"""Words that databases do not index, or take for operators."""


class SearchTerm(msgspec.Struct, frozen=True):
    """Words that stand together.

    Attributes
    ----------
    words : letters and digits, perhaps with hyphens; ``*`` at the end of one whose ending is open
    written : for sources without truncation: as a person wrote it, a name by its whole words; '' for truncated free text
    is_near : whether other words may stand between them, and the order is free
    """

    words: tuple[str, ...]
    written: str = ""
    is_near: bool = False

    @property
    def is_truncated(self) -> bool:
        return any(word.endswith("*") for word in self.words)

    def is_within(self, other: "SearchTerm") -> bool:
        """Whether the other term finds everything that this one does."""
        return (
            len(self.words) == len(other.words)
            and other.is_near >= (self.is_near and len(self.words) > 1)
            and all(map(_is_within, self.words, other.words))
        )

    def finds(self, text: str) -> bool:
        """Whether the words stand in a text: next to each other, or all of them where they need not."""
        there = [word.casefold() for word in _plain_words(text)]
        wanted = [word for part in self.words for word in part.casefold().split("-")]
        if self.is_near:
            return all(any(_is_within(word, part) for word in there) for part in wanted)
        windows = (there[start : start + len(wanted)] for start in range(len(there) - len(wanted) + 1))
        return any(all(map(_is_within, window, wanted)) for window in windows)


def term_of_words(text: str) -> SearchTerm:
    """Words of the question, which may stand apart; the last one's ending is open where the rule lets it be."""
    words = _words_of(text)
    if len(words) > 1:
        words = tuple(word for word in words if word.casefold() not in _FUNCTION_WORDS) or words
    *first, last = words
    return SearchTerm((*first, _with_open_ending(last, is_alone=not first)), _plain(text), is_near=bool(first))


def term_of_free_text(text: str) -> SearchTerm:
    """Words with the truncation that a person gave them; they may stand apart."""
    words = _words_of(text)
    kept = tuple(word for word in words if word.casefold() not in _FUNCTION_WORDS) or words
    return SearchTerm(kept, "" if "*" in text else _plain(text), is_near=len(kept) > 1)


def term_of_name(text: str) -> SearchTerm | None:
    """A name or code as it stands; None where it has neither letter nor digit."""
    words = _words_of(text)
    # A phrase whose last word is cut short stands in no text: its whole words do.
    whole = [word for word in words if not word.endswith("*")] or [word.rstrip("*") for word in words]
    return SearchTerm(words, " ".join(whole)) if words else None


def without_doubles(terms: Iterable[SearchTerm]) -> list[SearchTerm]:
    """Terms in their order, less those that another one finds anyway."""
    kept = list(dict.fromkeys(terms))
    return [
        term
        for at, term in enumerate(kept)
        if not any(
            term.is_within(other) and (not other.is_within(term) or before < at)
            for before, other in enumerate(kept)
            if before != at
        )
    ]


def _words_of(text: str) -> tuple[str, ...]:
    plain = _POSSESSIVE.sub(r"\1*", _DASHES.sub("-", unicodedata.normalize("NFC", text)))
    return tuple(word if _stem(word) >= SHORTEST_STEM else word.rstrip("*") for word in _WORD.findall(plain))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", _DASHES.sub("-", unicodedata.normalize("NFC", text))))


def _plain_words(text: str) -> Sequence[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))


def _stem(word: str) -> int:
    """Letters before the end of a word that is truncated, after its last hyphen; enough where it is not."""
    return len(word.rstrip("*").rpartition("-")[2]) if word.endswith("*") else SHORTEST_STEM


def _with_open_ending(word: str, *, is_alone: bool) -> str:
    if not word.isalpha() or not word[1:].islower() or len(word) < (6 if is_alone else 4):
        return word
    return (re.sub("(?<=[^aeiou])y$", "", word) if len(word) > 5 else word) + "*"


def _is_within(word: str, other: str) -> bool:
    word, other = word.casefold(), other.casefold()
    return word == other or (other.endswith("*") and word.rstrip("*").startswith(other[:-1]))
