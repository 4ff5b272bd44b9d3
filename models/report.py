"""A report: one document about a study, as a literature index describes it."""

from models.dates import PartialDate
from models.results import PostedResults
from models.value import Value
from models.vocabulary import RelationKind, VersionOrigin


class RelatedReport(Value, frozen=True, kw_only=True):
    """A notice about a report, or what a notice is about: by its id, or by its place where it has none."""

    kind: RelationKind
    pmid: str | None = None
    source_text: str | None = None
    report_id: str | None = None
    """Of a report that PubMed does not have, e.g. ``PPR:PPR123456``."""


_NOTICES = {"retracted publication", "retracted article", "expression of concern"}
_OF_NOTICES = {RelationKind.RETRACTION_IN, RelationKind.ERRATUM_IN, RelationKind.CONCERN_IN}
UNDATED = ""
"""Registry date of a report that a file gives without any: it gets the day on which it was seen."""


class Report(Value, frozen=True, kw_only=True):
    """One document about a study, as a literature index describes it."""

    source: str
    report_id: str
    """``PMID:30048006`` for PubMed."""
    title: str
    registry_date: PartialDate
    """Day from which the index showed this version: its revision date, or its entry date."""
    origin: VersionOrigin = VersionOrigin.CURRENT
    entered_date: PartialDate | None = None
    published_date: PartialDate | None = None
    journal: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    accessions: tuple[str, ...] = ()
    """Its numbers in databases as report ids: ``PMID:…``, ``EMBASE:…``, ``CENTRAL:CN-…``, ``WOS:…``."""
    database: str | None = None
    """Slug of the database that a file was exported from (`models.databases`), where the file says so."""
    first_author: str | None = None
    language: str | None = None
    """As the index gives it."""
    keywords: tuple[str, ...] = ()
    """Index terms and authors' keywords, verbatim."""
    publication_types: tuple[str, ...] = ()
    registry_ids: tuple[str, ...] = ()
    """Accession numbers of the DataBank list: declared, not merely mentioned."""
    related: tuple[RelatedReport, ...] = ()
    abstract_text: str | None = None
    results: PostedResults | None = None
    """Of a summary of results that a registry publishes beside its records."""

    @property
    def names(self) -> frozenset[str]:
        """What it may be called elsewhere: its id and numbers, and its DOI, which is the same in any case of letters."""
        doi = [f"DOI:{self.doi.lower()}"] if self.doi else []
        return frozenset({self.report_id, *self.accessions, *doi})

    @property
    def has_notice(self) -> bool:
        """Whether it is said to be retracted, corrected or in doubt."""
        return bool(self.notices) or any(item.kind in _OF_NOTICES for item in self.related)

    @property
    def notices(self) -> tuple[str, ...]:
        """Its publication types that say so."""
        return tuple(word for word in self.publication_types if word.casefold() in _NOTICES)
