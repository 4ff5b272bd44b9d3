"""How Cochrane's own are searched: CENTRAL by the Cochrane Library's search manager, a register by CRS Web.

Both hold reports of trials only: no filter. In the Cochrane Library a phrase in quotes takes no wildcard, so that words
with one are joined by ``NEXT``; ``[mh "…"]`` explodes and ``[mh ^"…"]`` does not (its help pages). CRS Web's syntax is
*memory*, from strategies in appendices of reviews: ``MESH DESCRIPTOR … EXPLODE ALL``, ``ADJ3``, fields after a colon, and
``AND INREGISTER`` for the specialised register itself.
"""

from collections.abc import Callable, Sequence
from functools import partial

from connectors.strategies.strategy import NEAR, Dialect
from models.pico import Heading
from models.search_term import SearchTerm


def _library_heading(item: Heading) -> str:
    return f'[mh {"" if item.explode else "^"}"{item.heading}"]'


def _register_heading(item: Heading) -> str:
    return f'MESH DESCRIPTOR "{item.heading}"{" EXPLODE ALL" if item.explode else ""} AND INREGISTER'


def _library_terms(wanted: Sequence[SearchTerm]) -> str:
    return " OR ".join(f"{_term(term, f'NEAR/{NEAR}', 'NEXT')}:ti,ab,kw" for term in wanted)


def _register_terms(wanted: Sequence[SearchTerm]) -> str:
    return f"({' OR '.join(_term(term, f'ADJ{NEAR}', 'ADJ') for term in wanted)}):TI,AB,KY AND INREGISTER"


def _term(term: SearchTerm, near: str, beside: str) -> str:
    join: Callable[[str], str] = partial(_word, beside=beside)
    if term.is_near:
        return f"({f' {near} '.join(map(join, term.words))})"
    return join(" ".join(term.words))


def _word(text: str, beside: str) -> str:
    """Words beside each other, one of them perhaps truncated; alone a word with letters stands as it is."""
    words = text.replace("-", " ").split()
    if "*" not in text and len(words) > 1:
        return f'"{" ".join(words)}"'
    parts = [word if _is_plain(word.rstrip("*")) or word.endswith("*") else f'"{word}"' for word in words]
    return parts[0] if len(parts) == 1 else f"({f' {beside} '.join(parts)})"


def _is_plain(word: str) -> bool:
    return not word.isdigit() and word.casefold() not in {"and", "or", "not", "near", "next", "adj"}


CENTRAL = Dialect(
    vocabulary="mesh", heading=_library_heading, terms=_library_terms, reference="#{}", joined_by=("OR", "AND")
)
REGISTER = Dialect(
    vocabulary="mesh", heading=_register_heading, terms=_register_terms, reference="#{}", joined_by=("OR", "AND")
)
