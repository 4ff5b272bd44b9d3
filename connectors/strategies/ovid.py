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
_OPERATOR = re.compile(r"and|or|not|adj\d*|freq|same|use|with|exp", re.IGNORECASE)


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
    return _word(" ".join(term.words))


def _word(text: str) -> str:
    """Words beside each other as they stand; in quotes, and then without ``*``, where one is an operator or a line."""
    plain = text.replace("*", "")
    is_read_otherwise = any(map(_OPERATOR.fullmatch, re.split("[ -]", plain))) or any(map(str.isdigit, plain.split()))
    return _quoted(plain) if is_read_otherwise else text


def _quoted(text: str) -> str:
    return f'"{text}"'


MEDLINE = _dialect("mesh", HSSS_OVID)
EMBASE = _dialect("emtree", EMBASE_OVID)
