"""How registers and Europe PMC are searched by hand: each line is a search of its own, typed into the place it names.

None of them joins lines, and none has a filter for randomised trials; registers know no headings of the protocol. EU
registers are searched in the languages that the protocol gives. Interventions by name are a search of their own, as
a trial may name its product and not its disease. ICTRP's portal joins by OR, has phrases in quotes and cuts words short
at three letters or more, which switches off its synonyms (its search tips): words are written out.
"""

from collections.abc import Iterable

from connectors.search_words import any_of, both
from connectors.strategies.strategy import Line
from models.pico import Pico
from models.search_term import SearchTerm, term_of_name


def ctgov(pico: Pico) -> tuple[Line, ...]:
    who = any_of((*pico.population, *pico.abbreviations))
    return _lines(
        ('"Condition or disease"', who),
        ('"Intervention/treatment", together with line 1', any_of(pico.narrowing_registries)),
        ('"Intervention/treatment", line 1 left empty', any_of(pico.written_names)),
    )


def isrctn(pico: Pico) -> tuple[Line, ...]:
    return _one_field("the search box", pico, pico.population)


def euctr(pico: Pico) -> tuple[Line, ...]:
    return _one_field("the search box", pico, pico.population_in_all_languages)


def ctis(pico: Pico) -> tuple[Line, ...]:
    place = '"Contain any of these terms"'
    return _lines((place, ", ".join(pico.population_in_all_languages)), (place, ", ".join(pico.written_names)))


def ictrp(pico: Pico) -> tuple[Line, ...]:
    return _lines(('"Condition"', any_of(pico.population)), ('"Intervention"', any_of(pico.written_names)))


def europepmc(pico: Pico) -> tuple[Line, ...]:
    """Title and abstract, and headings as keywords (*memory*: ``KW`` holds those of MEDLINE, unexploded)."""
    who = _europepmc("population", pico, map(term_of_name, pico.abbreviations))
    what = _europepmc("intervention", pico, pico.names) if pico.intervention else ""
    return _lines(("the search box", both(who, what)))


def _europepmc(concept: str, pico: Pico, beside: Iterable[SearchTerm | None]) -> str:
    headings = [f'KW:"{item.heading}"' for item in getattr(pico.vocabulary.mesh, concept)]
    terms = [*pico.terms(concept), *(term for term in beside if term)]
    return " OR ".join(dict.fromkeys([*headings, *map(_europepmc_term, terms)]))


def _europepmc_term(term: SearchTerm) -> str:
    """A phrase takes no wildcard: words that are cut short, or may stand apart, have to stand in one title or abstract."""
    fields = [f"TITLE_ABS:{word if word.rstrip('*').isalnum() else _phrase(word)}" for word in term.words]
    if len(fields) == 1:
        return fields[0]
    if term.is_near or term.is_truncated:
        return f"({' AND '.join(fields)})"
    return f"TITLE_ABS:{_phrase(' '.join(term.words))}"


def _phrase(text: str) -> str:
    return '"' + text.rstrip("*") + '"'


def _one_field(place: str, pico: Pico, who: list[str]) -> tuple[Line, ...]:
    return _lines(
        (place, both(any_of(who), any_of(pico.narrowing_registries))),
        (place, any_of(pico.written_names)),
    )


def _lines(*searches: tuple[str, str]) -> tuple[Line, ...]:
    typed = [(place, text) for place, text in searches if text]
    return tuple(Line(number=at, text=text, about=place) for at, (place, text) in enumerate(typed, start=1))
