"""What a search result of Europe PMC says, in its full form (``core``) and its short one (``lite``).

Yes and no are the strings "Y" and "N". Titles and abstracts hold HTML. The day in ``firstPublicationDate`` and
``printPublicationDate`` is made up where a journal names only a month: ``dateOfPublication`` keeps the precision.
The types of a report are in words of MEDLINE (``Randomized Controlled Trial``) beside those of publishers, in
lower case in the short form.
"""

import html
import re
from collections.abc import Iterator

import msgspec

from connectors.literature.pubmed_citation import OTHER_RELATIONS, RELATIONS
from connectors.literature.written_dates import date_in
from connectors.reading import FieldReader, different, doi_in, tidy
from models.dates import PartialDate, check_partial
from models.report import RelatedReport, Report
from models.trial import Rejected
from models.vocabulary import RelationKind, VersionOrigin

SLUG = "europepmc"
ID_PATTERN = r"PMID:[1-9]\d{0,8}|(?:AGR|CBA|CTX|ETH|HIR|NBK|PAT|PMC|PPR):[A-Za-z0-9][A-Za-z0-9./_-]*"
"""PubMed's id for what PubMed has; otherwise Europe PMC's collection and its id there."""

_PMID = re.compile(r"[1-9]\d{0,8}")
_LOOK = "look at the result in Europe PMC and in the archive"
_HEADING = re.compile(r"<h4>(.*?)</h4>\s*", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_RELATIONS = {word.lower(): kind for word, kind in RELATIONS.items()} | {
    "preprintof": RelationKind.PREPRINT_OF,
    "preprintin": RelationKind.PREPRINT_IN,
}
_OTHERS = {word.lower() for word in OTHER_RELATIONS} | {"review", "reviewof"}


class _Named(msgspec.Struct, frozen=True, rename="camel"):
    full_name: str | None = None
    collective_name: str | None = None


class _Authors(msgspec.Struct, frozen=True):
    author: list[_Named] = []


class _Journal(msgspec.Struct, frozen=True):
    title: str | None = None


class _Issue(msgspec.Struct, frozen=True, rename="camel"):
    volume: str | None = None
    issue: str | None = None
    date_of_publication: str | None = None
    journal: _Journal = _Journal()


class _Book(msgspec.Struct, frozen=True, rename="camel"):
    publisher: str | None = None
    title: str | None = None


class _Term(msgspec.Struct, frozen=True, rename={"descriptor": "descriptorName", "is_major": "majorTopic_YN"}):
    descriptor: str | None = None
    is_major: str | None = None
    qualifier: str | None = msgspec.field(name="qualifierName", default=None)

    @property
    def words(self) -> str:
        """The asterisk says that the paper is mainly about it."""
        return f"{'*' if self.is_major == 'Y' else ''}{tidy(self.descriptor) or tidy(self.qualifier) or ''}"


class _Qualifiers(msgspec.Struct, frozen=True, rename="camel"):
    mesh_qualifier: list[_Term] = []


class _Heading(_Term, frozen=True):
    qualifiers: _Qualifiers = msgspec.field(name="meshQualifierList", default=_Qualifiers())


class _Headings(msgspec.Struct, frozen=True, rename="camel"):
    mesh_heading: list[_Heading] = []


class _Keywords(msgspec.Struct, frozen=True):
    keyword: list[str | None] = []


class _Types(msgspec.Struct, frozen=True, rename="camel"):
    pub_type: list[str] = []


class _Correction(msgspec.Struct, frozen=True):
    id: str | None = None
    source: str | None = None
    reference: str | None = None
    type: str | None = None


class _Corrections(msgspec.Struct, frozen=True, rename="camel"):
    comment_correction: list[_Correction] = []


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """The fields of a result that are used."""

    id: str | None = None
    source: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    doi: str | None = None
    title: str | None = None
    author_string: str | None = None
    author_list: _Authors = _Authors()
    journal_title: str | None = None
    journal_info: _Issue = _Issue()
    book_or_report_details: _Book = _Book()
    journal_volume: str | None = None
    issue: str | None = None
    page_info: str | None = None
    language: str | None = None
    keyword_list: _Keywords = _Keywords()
    mesh_heading_list: _Headings = _Headings()
    pub_year: str | None = None
    pub_type: str | None = None
    pub_type_list: _Types = _Types()
    comment_correction_list: _Corrections = _Corrections()
    abstract_text: str | None = None
    date_of_creation: str | None = None
    date_of_revision: str | None = None
    first_index_date: str | None = None
    first_publication_date: str | None = None
    electronic_publication_date: str | None = None


def read_result(result: Result, where: str) -> Iterator[Report | Rejected]:
    """The report that a result describes, and what could not be read of it.

    Parameters
    ----------
    where : names the result as long as its id is not known
    """
    pmid = tidy(result.pmid) or (tidy(result.id) if result.source == "MED" else None)
    report_id = f"PMID:{pmid}" if pmid else f"{tidy(result.source) or ''}:{tidy(result.id) or ''}"
    is_known = re.fullmatch(ID_PATTERN, report_id) is not None
    reader = FieldReader(SLUG, report_id if is_known else where)
    if not is_known:
        reader.note("id", report_id, "no id of a collection that is known", _LOOK)
    elif report := _report(result, report_id, reader):
        yield report
    yield from reader.notes


def _report(result: Result, report_id: str, reader: FieldReader) -> Report | None:
    title = plain(result.title)
    revised = reader.date("dateOfRevision", result.date_of_revision)
    entered = reader.date("firstIndexDate", result.first_index_date)
    registry_date = revised or entered or reader.date("dateOfCreation", result.date_of_creation)
    if title is None or registry_date is None:
        missing = "title" if title is None else "date"
        reader.note("title" if title is None else "firstIndexDate", "", f"a result without a {missing}", _LOOK)
        return None
    author = next(iter(result.author_list.author), _Named())
    return Report(
        source=SLUG,
        report_id=report_id,
        title=title,
        registry_date=registry_date,
        origin=VersionOrigin.COPY if report_id.startswith("PMID:") else VersionOrigin.CURRENT,
        entered_date=entered,
        published_date=_published(result, reader),
        journal=tidy(result.journal_info.journal.title)
        or tidy(result.journal_title)
        or tidy(result.book_or_report_details.title)
        or tidy(result.book_or_report_details.publisher),
        volume=tidy(result.journal_info.volume) or tidy(result.journal_volume),
        issue=tidy(result.journal_info.issue) or tidy(result.issue),
        pages=tidy(result.page_info),
        doi=doi_in(result.doi) or None,
        accessions=tuple(_accessions(result, report_id)),
        first_author=plain(author.full_name)
        or plain(author.collective_name)
        or tidy((result.author_string or "").partition(",")[0].rstrip(". ")),
        language=tidy(result.language),
        keywords=different(_keywords(result)),
        publication_types=tuple(result.pub_type_list.pub_type)
        or tuple(kept for word in (result.pub_type or "").split(";") if (kept := tidy(word))),
        related=tuple(_related(result, reader)),
        abstract_text=_abstract(result.abstract_text),
    )


def _accessions(result: Result, report_id: str) -> Iterator[str]:
    """PubMed's number and that of the full text in PubMed Central."""
    if report_id.startswith("PMID:"):
        yield report_id
    if re.fullmatch(r"PMC\d+", number := tidy(result.pmcid) or ""):
        yield f"PMC:{number}"


def _keywords(result: Result) -> Iterator[str | None]:
    """Headings of MeSH with their qualifiers as NBIB writes them, then keywords."""
    for heading in result.mesh_heading_list.mesh_heading:
        terms: list[_Term] = [heading, *heading.qualifiers.mesh_qualifier]
        yield "/".join(term.words for term in terms)
    yield from (plain(word) for word in result.keyword_list.keyword)


def plain(text: str | None) -> str | None:
    """Text without HTML, on one line."""
    return tidy(" ".join(html.unescape(_TAG.sub("", text or "")).split()))


def _abstract(text: str | None) -> str | None:
    """One line per section, headings before a colon as in PubMed."""
    lines = _HEADING.sub(lambda heading: f"\n{heading[1].rstrip(': ')}: ", text or "").split("\n")
    return tidy("\n".join(kept for line in lines if (kept := plain(line))))


def _published(result: Result, reader: FieldReader) -> PartialDate | None:
    return (
        reader.date("electronicPublicationDate", result.electronic_publication_date)
        or reader.date("journalInfo.dateOfPublication", result.journal_info.date_of_publication, date_in)
        or reader.date("firstPublicationDate", result.first_publication_date, _without_made_up_day)
        or reader.date("pubYear", result.pub_year)
    )


def _without_made_up_day(text: str) -> PartialDate:
    """The first of a month stands for every month whose day is not known."""
    day = check_partial(text)
    return day.removesuffix("-01") if len(day) == 10 else day


def _related(result: Result, reader: FieldReader) -> Iterator[RelatedReport]:
    for number, given in enumerate(result.comment_correction_list.comment_correction):
        path = f"commentCorrectionList.commentCorrection[{number}]"
        word = "".join((given.type or "").lower().split())
        if word in _OTHERS:
            continue
        kind = reader.word(f"{path}.type", word, _RELATIONS)
        if kind and given.source == "MED" and given.id and _PMID.fullmatch(given.id):
            yield RelatedReport(kind=kind, pmid=given.id)
        elif kind and re.fullmatch(ID_PATTERN, other := f"{given.source}:{given.id}"):
            yield RelatedReport(kind=kind, report_id=other)
        elif kind:
            yield RelatedReport(kind=kind, source_text=tidy(given.reference))
