"""Knows the boolean search language that both sources share, and matches it against words.

AND, OR, NOT, parentheses, quoted phrases, adjacent words (all of them must occur), a trailing ``*`` for
truncation, PubMed's ``term[field]`` and ClinicalTrials.gov's ``AREA[Field]term`` and ``AREA[Field]RANGE[a,b]``.
Matching is by whole words and ignores case; neither source's synonyms are known here.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<range>AREA\[(?P<range_area>[\w.]+)\]\s*RANGE\[\s*(?P<low>[^,\]]+?)\s*,\s*(?P<high>[^\]]+?)\s*\])
      | (?P<area>AREA\[(?P<area_name>[\w.]+)\])
      | (?P<paren>[()])
      | (?P<bool>(?:AND|OR|NOT)(?![\w*\[]))
      | "(?P<phrase>[^"]*)"(?:\s*\[(?P<phrase_field>[^\]]+)\])?
      | (?P<words>[^\s()"\[\]]+)(?:\s*\[(?P<words_field>[^\]]+)\])?
    )""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


class SearchError(ValueError):
    """The expression cannot be read; the message says where."""


@dataclass(frozen=True)
class Term:
    """Words that must stand next to each other, in a field or anywhere."""

    text: str
    field: str | None = None

    def stands_in(self, words: str) -> bool:
        """Whether the words occur in a text prepared by `words_of`."""
        truncated = self.text.endswith("*")
        wanted = " ".join(_WORD.findall(self.text.casefold()))
        return bool(wanted) and (f" {wanted}" if truncated else f" {wanted} ") in words


@dataclass(frozen=True)
class Range:
    """Values of a field from `low` to `high`, both included; MIN and MAX are open ends."""

    field: str
    low: str
    high: str


@dataclass(frozen=True)
class Combination:
    word: str
    parts: tuple["Expression", ...]


Expression = Term | Range | Combination
Matcher = Callable[[Term | Range], bool]


def words_of(texts: Iterable[str | None]) -> str:
    """Texts as lower-case words between single blanks, texts kept apart so that no phrase spans two."""
    return " | ".join(" " + " ".join(_WORD.findall(text.casefold())) + " " for text in texts if text)


@lru_cache(maxsize=512)
def parse_search(text: str) -> Expression:
    """Read a search expression.

    Raises
    ------
    SearchError
        If it is empty, a parenthesis or quote is not closed, or an operator has nothing to join.
    """
    tokens = _tokens(text)
    expression, rest = _either(tokens, 0)
    if rest < len(tokens):
        raise SearchError(f"cannot read the search from {tokens[rest]!r} on: {text}")
    return expression


def matches(expression: Expression, is_true: Matcher) -> bool:
    """Evaluate an expression, asking `is_true` about each term and range."""
    if not isinstance(expression, Combination):
        return is_true(expression)
    if expression.word == "NOT":
        return not matches(expression.parts[0], is_true)
    join = all if expression.word == "AND" else any
    return join(matches(part, is_true) for part in expression.parts)


def _tokens(text: str) -> list[str | Term | Range]:
    tokens: list[str | Term | Range] = []
    position, area = 0, None
    while text[position:].strip():
        found = _TOKEN.match(text, position)
        if found is None or found.end() == position:
            raise SearchError(f"cannot read the search from {text[position:].strip()!r} on: {text}")
        position = found.end()
        if found["range"]:
            tokens.append(Range(found["range_area"], found["low"], found["high"]))
        elif found["area"]:
            area = found["area_name"]
        elif found["paren"] or found["bool"]:
            tokens.append(found["paren"] or found["bool"])
        else:
            quoted = found["phrase"] is not None
            words, field = (
                (found["phrase"], found["phrase_field"]) if quoted else (found["words"], found["words_field"])
            )
            tokens.append(Term(words, area or field))
            area = None
    if not tokens:
        raise SearchError("the search is empty")
    return _tagged_together(tokens)


def _tagged_together(tokens: list[str | Term | Range]) -> list[str | Term | Range]:
    """``randomized controlled trial[pt]`` tags the whole run of words, not only the last."""
    joined: list[str | Term | Range] = []
    for token in tokens:
        if not isinstance(token, Term) or token.field is None:
            joined.append(token)
            continue
        words = [token.text]
        while joined and isinstance(last := joined[-1], Term) and last.field is None and " " not in last.text:
            words.insert(0, last.text)
            joined.pop()
        joined.append(Term(" ".join(words), token.field))
    return joined


def _either(tokens: list[str | Term | Range], at: int) -> tuple[Expression, int]:
    part, at = _both(tokens, at)
    parts = [part]
    while at < len(tokens) and tokens[at] == "OR":
        part, at = _both(tokens, at + 1)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Combination("OR", tuple(parts))), at


def _both(tokens: list[str | Term | Range], at: int) -> tuple[Expression, int]:
    part, at = _one(tokens, at)
    parts = [part]
    while at < len(tokens) and tokens[at] not in ("OR", ")"):
        part, at = _one(tokens, at + 1 if tokens[at] == "AND" else at)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Combination("AND", tuple(parts))), at


def _one(tokens: list[str | Term | Range], at: int) -> tuple[Expression, int]:
    if at >= len(tokens):
        raise SearchError("the search ends where a word is expected")
    token = tokens[at]
    if token == "NOT":
        part, at = _one(tokens, at + 1)
        return Combination("NOT", (part,)), at
    if token == "(":
        part, at = _either(tokens, at + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise SearchError("a parenthesis is not closed")
        return part, at + 1
    if isinstance(token, str):
        raise SearchError(f"{token} stands where a word is expected")
    return token, at + 1
