"""How a strategy is laid out on any platform: one block of numbered lines per concept, a filter, and what joins them.

A `Dialect` says how its platform writes a heading, a term and a reference to a line; nothing else differs between
platforms that number their lines.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from connectors.strategies.filters import TrialFilter
from models.pico import Heading, Pico
from models.search_term import SearchTerm, term_of_name

NEAR = 3
"""Words of a term stand within so many words of each other."""
MOST_TERMS = 20
"""Terms on a line; more are hard to check by eye, and long lines are cut off by some platforms."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is typed: a reference to another line is to its number."""

    number: int
    text: str
    about: str
    """What it searches for, or where it is typed."""


class Strategy(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy with what PRISMA-S asks to be reported of it (items 1, 8, 9, 10, 13)."""

    platform: str
    database: str
    host: str
    review: str
    title: str
    protocol_version: str
    written_on: date
    limits: str
    filter: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Dialect:
    """How a platform writes lines.

    Attributes
    ----------
    vocabulary : which of the protocol's thesauri the database is indexed by
    heading : a heading, exploded or not
    terms : free text of one line
    reference : a line by its number
    joined_by : the operators, as (or, and)
    trial_filter : the published filter for randomised trials, None where none belongs
    """

    vocabulary: str
    heading: Callable[[Heading], str]
    terms: Callable[[Sequence[SearchTerm]], str]
    reference: str
    joined_by: tuple[str, str]
    trial_filter: TrialFilter | None = None


def numbered(pico: Pico, dialect: Dialect) -> tuple[Line, ...]:
    """The lines of a strategy: population, intervention where the question has one, filter, and their combination."""
    lines = _Lines(dialect)
    concepts = [lines.block("population", pico)]
    if pico.intervention:
        concepts.append(lines.block("intervention", pico))
    if dialect.trial_filter:
        concepts.append(lines.filtered(dialect.trial_filter))
    lines.join(concepts, dialect.joined_by[1], "all of them")
    return tuple(lines.written)


class _Lines:
    """Lines as they are written one after the other; a line refers to earlier ones only."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.written: list[Line] = []

    def add(self, text: str, about: str) -> int:
        self.written.append(Line(number=len(self.written) + 1, text=text, about=about))
        return len(self.written)

    def join(self, numbers: Sequence[int], operator: str, about: str) -> int:
        """One line for several; none is needed for one."""
        if len(numbers) == 1:
            return numbers[0]
        return self.add(f" {operator} ".join(self.dialect.reference.format(number) for number in numbers), about)

    def block(self, concept: str, pico: Pico) -> int:
        headings = (
            getattr(getattr(pico.vocabulary, self.dialect.vocabulary), concept) if self.dialect.vocabulary else []
        )
        numbers = [self.add(self.dialect.heading(item), concept) for item in headings]
        for terms in (pico.terms(concept), *_beside(concept, pico)):
            for start in range(0, len(terms), MOST_TERMS):
                numbers.append(self.add(self.dialect.terms(terms[start : start + MOST_TERMS]), concept))
        return self.join(numbers, self.dialect.joined_by[0], concept)

    def filtered(self, published: TrialFilter) -> int:
        """The lines of a published filter, renumbered and otherwise unchanged."""
        before = len(self.written)
        for line in published.lines:
            text = re.sub(r"\{(\d+)\}", lambda found: self.dialect.reference.format(int(found[1]) + before), line)
            self.add(text, "randomised trials")
        return len(self.written)


def _beside(concept: str, pico: Pico) -> list[list[SearchTerm]]:
    """What has a line of its own: abbreviations of the population; interventions by name and code."""
    if concept == "intervention":
        return [pico.names]
    return [[term for word in pico.abbreviations if (term := term_of_name(word))]]
