"""How Ovid is searched: MEDLINE and Embase, by headings, adjacency and truncation.

A field list stands after the terms, ``.ti,ab,kf.``; ``adj3`` finds words within three of each other in either order;
words beside each other are a phrase. A bare number is a line, and some words are operators: both stand in quotes, as
does a heading with anything but letters, blanks and hyphens.
"""

import re
from collections.abc import Sequence

from connectors.strategies.filters import EMBASE_OVID, HSSS_OVID, TrialFilter
from connectors.strategies.strategy import NEAR, Dialect
from models.pico import Heading
from models.search_term import SearchTerm

_FIELDS = ".ti,ab,kf."
_OPERATOR = re.compile(r"and|or|not|adj\d*|freq|same|use|with|exp|ab|ti|kf|\d+", re.IGNORECASE)


def _dialect(vocabulary: str, trial_filter: TrialFilter) -> Dialect:
    return Dialect(
        vocabulary=vocabulary,
        heading=heading,
        terms=terms,
        reference="{}",
        joined_by=("or", "and"),
        trial_filter=trial_filter,
    )


def heading(item: Heading) -> str:
    """A heading, in quotes where it would be read as anything else."""
    name = item.heading.lower()
    plain = re.fullmatch(r"[^\W\d_]+(?:[ -][^\W\d_]+)*", name) and not any(map(_OPERATOR.fullmatch, name.split()))
    return f"{'exp ' if item.explode else ''}{name if plain else _quoted(name)}/"


def terms(wanted: Sequence[SearchTerm]) -> str:
    return f"({' or '.join(map(_term, wanted))}){_FIELDS}"


def _term(term: SearchTerm) -> str:
    if term.is_near:
        return f"({f' adj{NEAR} '.join(map(_word, term.words))})"
    # In quotes a word is what it is, and `*` would be, too.
    return _word(term.words[0]) if len(term.words) == 1 else _phrase(term)


def _phrase(term: SearchTerm) -> str:
    if any(map(_OPERATOR.fullmatch, term.words)):
        return _quoted(" ".join(word.rstrip("*") for word in term.words))
    return " ".join(term.words)


def _word(word: str) -> str:
    plain = word.rstrip("*")
    return _quoted(plain) if _OPERATOR.fullmatch(plain) else word


def _quoted(text: str) -> str:
    return f'"{text}"'


MEDLINE = _dialect("mesh", HSSS_OVID)
EMBASE = _dialect("emtree", EMBASE_OVID)
