"""The review's question in words to search by: the one place from which every source's query is written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from models.eligibility import InterventionRow
from models.search_term import (
    SHORTEST_STEM,
    SearchTerm,
    term_of_free_text,
    term_of_name,
    term_of_words,
    without_doubles,
)
from models.terms import Strict


def _search_words(text: str) -> str:
    if not re.fullmatch(r"[^\W_]+(?:[ '’-][^\W_]+)*", text) or text in {"AND", "OR", "NOT"}:
        raise ValueError(f"{text!r} is more than words: quotes, wildcards and operators are added for each source")
    return text


SearchWords = Annotated[str, AfterValidator(_search_words)]
"""A word, or words that stand next to each other."""


def _free_text(text: str) -> str:
    if not re.fullmatch(r"[^\W_]+\*?(?:[ '’-][^\W_]+\*?)*", text) or text in {"AND", "OR", "NOT"}:
        raise ValueError(
            f"{text!r} is more than words that may end in *: quotes, operators and adjacency are added for each platform"
        )
    if short := [stem for stem in re.findall(r"([^\W_]+)\*", text) if len(stem) < SHORTEST_STEM]:
        raise ValueError(f"{short[0]}* would find nearly every word: give at least {SHORTEST_STEM} letters before *")
    return text


FreeText = Annotated[str, AfterValidator(_free_text)]
"""Words near each other; one that ends in ``*`` may end in any letters."""


def _heading(text: str) -> str:
    if text.casefold().startswith(("exp ", "explode ")) or text.endswith("/"):
        raise ValueError(f"{text!r}: write the heading alone; it is exploded unless explode: false stands beside it")
    if odd := re.findall(r"[^\w ,.'’()+-]|_", text):
        raise ValueError(
            f"{text!r}: {odd[0]!r} stands in no heading: write the heading alone, as the thesaurus has it, without"
            " subheadings and field tags"
        )
    if not re.search(r"\w", text):
        raise ValueError("a heading is empty; give its words, or remove it")
    return text


class Heading(Strict):
    """A heading of a thesaurus, with the narrower ones beneath it unless the review says no."""

    heading: Annotated[str, AfterValidator(_heading)]
    explode: bool = True


def _as_heading(value: Any) -> Any:
    """A heading may be written alone."""
    return {"heading": value} if isinstance(value, str) else value


def _each_once(headings: list[Heading]) -> list[Heading]:
    seen: set[str] = set()
    for item in headings:
        if item.heading.casefold() in seen:
            raise ValueError(f"{item.heading!r} stands twice; keep one")
        seen.add(item.heading.casefold())
    return headings


Headings = Annotated[list[Annotated[Heading, BeforeValidator(_as_heading)]], AfterValidator(_each_once)]


class Concepts(Strict):
    """Headings of one thesaurus, by the concept of the question that they stand for."""

    population: Headings = []
    intervention: Headings = []


class Vocabulary(Strict):
    """Headings of the question in the thesauri of the databases: MEDLINE's and CENTRAL's, Embase's."""

    mesh: Concepts = Concepts()
    emtree: Concepts = Concepts()


class FreeTexts(Strict):
    """Free text with truncation, beside the words of the question, for databases that know truncation."""

    population: list[FreeText] = []
    intervention: list[FreeText] = []


class Pico(Strict):
    """The question in search words, from which every source's query is written in its own form.

    Searched are those who take part and what they receive; a record seldom names its comparator and outcomes in
    the words of a review, so that these are judged and not searched. Words mean the same in every source: a
    connector knows only how its source wants them joined, and whether `intervention` narrows its search.
    """

    population: list[SearchWords] = []
    """Empty, as everything else, until a person writes the words of a review that was adopted: no topic is asked then."""
    abbreviations: list[SearchWords] = []
    """Short for the population; only where a search can be confined to conditions, or to titles and abstracts."""
    intervention: list[SearchWords] = []
    """Narrows the literature. Registries are searched without, unless the review says so."""
    registries_by_intervention: bool = False
    """Whether `intervention` narrows the registries, too, those at least whose search can join the two.

    For a disease with more trials than anybody can screen. What it misses is every treatment that a registry calls by
    another word.
    """
    vocabulary: Vocabulary = Vocabulary()
    free_text: FreeTexts = FreeTexts()
    languages: dict[Annotated[str, Field(pattern="^[a-z]{2}$")], Annotated[list[SearchWords], Field(min_length=1)]] = {}
    """The population in other languages, by their ISO 639-1 codes, for registers with titles in national languages."""
    _names: tuple[str, ...] = PrivateAttr(())

    @property
    def is_written(self) -> bool:
        """Whether there are words to search by."""
        return bool(self.population)

    @model_validator(mode="after")
    def says_whom(self) -> Self:
        if self.model_fields_set - {"population"} and not self.population:
            raise ValueError("population has no words; give some, or leave out all words until they are written")
        return self

    @model_validator(mode="after")
    def has_words_to_narrow_by(self) -> Self:
        if self.registries_by_intervention and not self.intervention:
            raise ValueError("registries_by_intervention needs words of intervention; give some, or leave it out")
        return self

    @property
    def narrows_in_vain(self) -> bool:
        """Whether headings or free text stand for an intervention of which the question has no words."""
        given = (self.vocabulary.mesh.intervention, self.vocabulary.emtree.intervention, self.free_text.intervention)
        return any(given) and not self.intervention

    def with_interventions(self, rows: Iterable[InterventionRow]) -> Self:
        """The question with the names and codes of interventions beside it: those that count, or may."""
        names = [name for row in rows if row.counts in {"yes", "person"} for name in row.terms]
        known = self.model_copy()
        known._names = tuple(dict.fromkeys(names))
        return known

    @property
    def names(self) -> list[SearchTerm]:
        """Interventions by name and code; they narrow only where words of the intervention do."""
        return without_doubles(term for name in self._names if (term := term_of_name(name)))

    @property
    def unsearchable(self) -> list[str]:
        """Names without any letter or digit."""
        return [name for name in self._names if term_of_name(name) is None]

    @property
    def narrowing(self) -> list[str]:
        """Words by which the literature is narrowed, names without truncation among them; none without `intervention`."""
        return [*self.intervention, *self.written_names] if self.intervention else []

    @property
    def written_names(self) -> list[str]:
        """Names as they are typed where no word can be cut short."""
        return list(dict.fromkeys(term.written for term in self.names))

    @property
    def narrowing_registries(self) -> list[str]:
        """Words by which registries are narrowed; none unless the review says so."""
        return self.narrowing if self.registries_by_intervention else []

    @property
    def population_in_all_languages(self) -> list[str]:
        """For registers with national texts."""
        return [*self.population, *(word for words in self.languages.values() for word in words)]

    def terms(self, concept: str) -> list[SearchTerm]:
        """Free text of the population or the intervention, without abbreviations and names."""
        return without_doubles(self._terms(concept))

    def _terms(self, concept: str) -> Iterator[SearchTerm]:
        words: Sequence[str] = getattr(self, concept)
        yield from map(term_of_words, words)
        yield from map(term_of_free_text, getattr(self.free_text, concept))
