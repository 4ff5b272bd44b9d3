"""What people say of searches: which databases a protocol names, and searches.csv, what was searched by hand."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.database_names import OTHER, TITLES, database_called
from models.plain_faults import refuse
from models.terms import Row, Strict


class SourceSearch(Strict):
    """That a source is searched for this review, and how long a complete search of it holds.

    A database that people search by hand is one of `models.databases`, or has a title here.
    """

    freshness_limit_days: Annotated[int, Field(gt=0, le=3660)] = 3
    title: str = ""


_SLUG = re.compile(r"[a-z][a-z0-9_-]*")
_TAKEN = frozenset({OTHER, "done"})
"""What a file may be from besides, and where the inbox keeps what is loaded."""


def problems_of_searches(searches: Mapping[str, SourceSearch]) -> None:
    """See that every database that is searched by hand has a name of its own and a limit.

    Raises
    ------
    ValidationError
        With the place of each that does not.
    """
    refuse(
        "searches",
        (((slug,), searches[slug].model_dump(exclude_unset=True), said) for slug, said in _problems(searches)),
    )


def _problems(searches: Mapping[str, SourceSearch]) -> Iterator[tuple[str, str]]:
    titles: dict[str, str] = {}
    for slug, search in searches.items():
        called = database_called(slug, {})
        if called and called != slug:
            yield slug, f"the database {slug} is called {called} here; write {called}"
        elif slug in TITLES or search.title:
            if not _SLUG.fullmatch(slug) or slug in _TAKEN:
                yield slug, "cannot name a database; use small letters, digits, _ and -, a letter first"
            if "freshness_limit_days" not in search.model_fields_set:
                yield slug, "say after how many days it is to be searched by hand again, e.g. freshness_limit_days: 90"
            title = (search.title or TITLES[slug]).casefold()
            other = database_called(title, {}) or titles.setdefault(title, slug)
            if other != slug:
                yield slug, f"title: {other} has it already; give it another"


class SearchRow(Row):
    """searches.csv: a search that people carried out by hand, or of which database's search a loaded file is."""

    database: str
    """As the protocol or `models.databases` calls it; ``other`` of a file that is no database's search."""
    searched_on: date | None = None
    n_records: Annotated[int, Field(ge=0)] | None = None
    """Records that the search found."""
    file: Annotated[str, Field(pattern="^f[0-9a-f]{12}$")] | None = None
    """A loaded file, as the queue names it."""
    searched_by: str | None = None
    known_from: date
    note: str | None = None

    @model_validator(mode="after")
    def tells_of_a_search(self) -> Self:
        if self.file is None and self.database == OTHER:
            raise ValueError("what is no database's search is said of a file; name it")
        if self.file is None and (self.searched_on is None or self.n_records is None):
            raise ValueError(
                "a search without a file has the day on which it was made, and the number of records found"
            )
        if self.searched_on and self.searched_on > self.known_from:
            raise ValueError(f"searched_on {self.searched_on} is after known_from {self.known_from}")
        return self
