"""How PubMed is searched: ``[mh]``, ``[tiab]``, and words near each other as ``"…"[tiab:~2]``.

A wildcard stands at the end of a word of four letters or more, or of a phrase, and not in a search for words near each
other (PubMed's user guide). So words near each other are searched for as they were written, and beside it as a phrase
whose end is open; words that a person truncated inside a phrase have to stand in the same title or abstract. A stem of
three letters is searched with and without a plural's *s*.
"""

from collections.abc import Sequence

from connectors.strategies.filters import HSSS_PUBMED
from connectors.strategies.strategy import NEAR, Dialect
from models.pico import Heading
from models.search_term import SearchTerm

SHORTEST_STEM = 4
_FIELD = "[tiab]"
_NEAR_BY = f"[tiab:~{NEAR - 1}]"
"""PubMed counts the words between."""


def heading(item: Heading) -> str:
    return f'"{item.heading}"[{"mh" if item.explode else "mh:noexp"}]'


def terms(wanted: Sequence[SearchTerm]) -> str:
    return " OR ".join(dict.fromkeys(form for term in wanted for form in forms(term)))


def forms(term: SearchTerm) -> list[str]:
    """Everything that is typed for a term; any of it finds it."""
    if (term.is_near and not term.written) or any(word.endswith("*") for word in term.words[:-1]):
        return [f"({' AND '.join(_either(word) for word in term.words)})"]
    phrases = [f"{_quoted(phrase)}{_FIELD}" for phrase in _phrases(term.words)]
    near = _as_written(term) if term.is_near else []
    return [f'"{" ".join(near)}"{_NEAR_BY}', *phrases] if len(near) > 1 else phrases


def _as_written(term: SearchTerm) -> list[str]:
    """The words as a person wrote them, of those that are searched for."""
    starts = tuple(word.rstrip("*").casefold() for word in term.words)
    written = (word.replace("’", "'").removesuffix("'s") for word in term.written.split())
    return [word for word in written if word.casefold().startswith(starts)]


def _phrases(words: Sequence[str]) -> list[str]:
    *first, last = words
    if first and last.endswith("*") and len(last.rpartition("-")[2]) <= SHORTEST_STEM:
        return [" ".join(first)]
    if not last.endswith("*") or len(last.rstrip("*").rpartition("-")[2]) >= SHORTEST_STEM:
        return [" ".join(words)]
    return [" ".join([*first, last.rstrip("*") + ending]) for ending in ("", "s")]


def _either(word: str) -> str:
    found = [f"{_quoted(form)}{_FIELD}" for form in _phrases([word])]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def _quoted(text: str) -> str:
    is_plain = text.rstrip("*").isalnum() and text.upper() not in {"AND", "OR", "NOT"}
    return text if is_plain else f'"{text}"'


DIALECT = Dialect(
    vocabulary="mesh",
    heading=heading,
    terms=terms,
    reference="#{}",
    joined_by=("OR", "AND"),
    trial_filter=HSSS_PUBMED,
)
