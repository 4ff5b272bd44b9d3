"""How Embase.com is searched: Emtree with ``/exp`` or ``/de``, ``NEAR/3``, fields after each term.

A phrase, a word with a hyphen, a number and a word that is an operator stand in single quotes, a hyphen becoming a
blank; ``*`` works inside them. An apostrophe ends a quotation, so that a heading with one stands in double quotes
(*memory*). A field may not stand inside an expression of proximity.
"""

import re
from collections.abc import Sequence

from connectors.strategies.filters import EMBASE_COM
from connectors.strategies.strategy import NEAR, Dialect
from models.pico import Heading
from models.search_term import SearchTerm

_FIELDS = ":ti,ab,kw"
_OPERATOR = re.compile(r"and|or|not|near|next|\d+\*?", re.IGNORECASE)


def heading(item: Heading) -> str:
    name = item.heading.lower()
    quote = '"' if re.search("['’]", name) else "'"
    return f"{quote}{name}{quote}/{'exp' if item.explode else 'de'}"


def terms(wanted: Sequence[SearchTerm]) -> str:
    return " OR ".join(f"{_term(term)}{_FIELDS}" for term in wanted)


def _term(term: SearchTerm) -> str:
    if term.is_near:
        return f"({f' NEAR/{NEAR} '.join(map(_word, term.words))})"
    return _word(" ".join(term.words))


def _word(text: str) -> str:
    return text if text.rstrip("*").isalnum() and not _OPERATOR.fullmatch(text) else f"'{text.replace('-', ' ')}'"


DIALECT = Dialect(
    vocabulary="emtree",
    heading=heading,
    terms=terms,
    reference="#{}",
    joined_by=("OR", "AND"),
    trial_filter=EMBASE_COM,
)
