"""RIS files of databases without an open interface: CENTRAL, Embase, specialised registers of review groups.

Loaded by hand or through the inbox. Terms: the databases belong to their publishers (Cochrane, Elsevier);
exports are for the review that searched them and are not to be republished.

Each export has habits of its own. The Cochrane Library writes ``AN  - CN-01234567``, the ids of PubMed and
Embase into ``C3`` (``PUBMED 31740545,EMBASE 629867342``) and, for a registry record, the registry's address
as its source; Embase writes ``AN  - L629867342`` or a PMID. A report is known by the widest of its ids: PMID,
DOI, accession number of its database, and only without any of them by a digest of title, year and author.
Registry ids count where a field declares them; those in titles and abstracts stay text. A file that holds a
report twice gives it once, with what both declare.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial

import msgspec
from rapidfuzz import fuzz

from connectors.literature.tagged_text import (
    RIS_TAG,
    TaggedRecord,
    TagLine,
    dated_by_words,
    decoded,
    partial_date,
    tag_lines,
)
from connectors.reading import FieldReader, beginning, doi_in, unusable
from connectors.search_words import any_of, both
from models.connector import Connector
from models.dates import PartialDate
from models.pico import Pico
from models.registers import ids_in
from models.report import UNDATED, Report
from models.trial import Page, Parsed, Rejected
from models.vocabulary import VersionOrigin

SLUG = "ris"

ACCESSIONS = {"CENTRAL": re.compile(r"\bCN-\d{8}\b"), "EMBASE": re.compile(r"\bL\d{7,10}\b|(?<=EMBASE )\d{7,10}\b")}
"""Form of the accession numbers by database."""

_DECLARING = ("AN", "ID", "C2", "C3", "C7", "U2")
"""Tags in which exports declare ids."""

_PMID = re.compile(r"\b(?:PUBMED|PMID|MEDLINE)[\s:]+([1-9]\d{0,8})\b", re.IGNORECASE)
_MEDLINE = re.compile(r"medline|pubmed", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_IN_PRESS = re.compile(
    r"in[ -]press|online first|epub ahead of print|forthcoming|accepted|no date|n\.?d\.?", re.IGNORECASE
)
_SAME_TITLE = 90
"""Likeness, 0 to 100, from which two titles under one DOI are one."""
_CENTRAL_DOI = "10.1002/central/"
"""Addresses of CENTRAL's own entries, not of the reports that they describe."""

_REGISTRY_RECORD = "Trial registry record"
_TYPES = {
    "clinical trial protocol": "Clinical Trial Protocol",
    "erratum": "Published Erratum",
    "journal article": "Journal Article",
    "letter": "Letter",
    "editorial": "Editorial",
    "randomized controlled trial": "Randomized Controlled Trial",
    "retracted article": "Retracted Publication",
    "review": "Review",
    "trial registry record": "Clinical Trial Protocol",
}
"""Publication types in MEDLINE's words; an entry of a registry tells what is planned. Others stay as they are."""

_LOOK = "look at the record in the database and export it again"


def parse(page: Page) -> Iterator[Parsed]:
    """Read every report of a file; what stands outside of a record, or is cut, is rejected with its line."""
    if page.status != 200:
        yield _rejected_page(page, unusable(page, "") or "")
        return
    text = decoded(page.body)
    found: list[tuple[Report, TaggedRecord]] = []
    is_empty = True
    for record in _records(text):
        is_empty = False
        reader = FieldReader(SLUG, _reference(record, page.url))
        if record.is_whole and (report := _report(record, reader)):
            found.append((report, record))
        elif not record.is_whole:
            shown = record.fields[0].value if record.fields else ""
            reader.note(f"line {record.line}", shown, "a record that does not end with ER", "export the file again")
        yield from reader.notes
    yield from _each_once(_parted(found))
    if is_empty:
        yield _rejected_page(page, "no RIS: no record begins with TY")


def _parted(found: Sequence[tuple[Report, TaggedRecord]]) -> Iterator[Report]:
    """Reports with ids of their own where one DOI stands for several titles: it is that of their supplement or book."""
    titles: dict[str, set[str]] = defaultdict(set)
    for report, _ in found:
        titles[report.report_id].add(_plain(report.title))
    for report, record in found:
        if report.report_id.startswith("DOI:") and _differ(titles[report.report_id]):
            yield msgspec.structs.replace(report, report_id=_own_id(record), doi=None)
        else:
            yield report


def _each_once(reports: Iterable[Report]) -> Iterator[Report]:
    """A report that a file holds twice, once, with what both declare."""
    once: dict[str, Report] = {}
    for report in reports:
        known = once.setdefault(report.report_id, report)
        ids = tuple(dict.fromkeys((*known.registry_ids, *report.registry_ids)))
        once[report.report_id] = msgspec.structs.replace(known, registry_ids=ids)
    yield from once.values()


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _differ(titles: Set[str]) -> bool:
    """Whether titles are more than spellings of one; a title may be cut, or have lost its subtitle."""
    first, *others = sorted(titles, key=len)
    return any(fuzz.partial_ratio(first, other) < _SAME_TITLE for other in others)


def _records(text: str) -> Iterator[TaggedRecord]:
    record: TaggedRecord | None = None
    for item in tag_lines(text, RIS_TAG):
        if item.tag == "TY":
            if record:
                yield record
            record = TaggedRecord(item.line, [item])
        elif record and item.tag == "ER":
            yield TaggedRecord(record.line, record.fields, is_whole=True)
            record = None
        elif record:
            record.fields.append(item)
    if record:
        yield record


def _reference(record: TaggedRecord, url: str) -> str:
    return record.text("AN", "DO", "TI", "T1") or f"{url} line {record.line}"


def _rejected_page(page: Page, problem: str) -> Rejected:
    return Rejected(
        source=SLUG,
        record_ref=page.url,
        reason=problem,
        path=page.url,
        value=beginning(page.body),
        action="look at the file and export it again as RIS",
    )


def _report(record: TaggedRecord, reader: FieldReader) -> Report | None:
    title, published = record.text("TI", "T1"), _published(record, reader)
    if title is None:
        reader.note(f"line {record.line}", "", "a record without a title (TI, T1)", _LOOK)
        return None
    doi, types = _doi(record, reader), _types(record)
    report_id = _report_id(record, doi, reader)
    return Report(
        source=SLUG,
        report_id=report_id,
        origin=VersionOrigin.COPY if report_id.startswith("PMID:") else VersionOrigin.CURRENT,
        title=title,
        registry_date=published or UNDATED,
        published_date=published,
        journal=record.text("T2", "JF", "JO", "JA", "J2"),
        doi=doi,
        first_author=record.text("AU", "A1"),
        publication_types=tuple(dict.fromkeys(_TYPES.get(word.lower(), word) for word in types)),
        registry_ids=tuple(dict.fromkeys(_registry_ids(record, types))),
        abstract_text=record.text("AB", "N2"),
    )


def _published(record: TaggedRecord, reader: FieldReader) -> PartialDate | None:
    """The most precise of the dates of publication that the record gives; of what is ahead of print, that date."""
    year = next((match[0] for item in record.all("PY", "Y1") if (match := _YEAR.search(item.value))), "")
    dated = [item for item in record.all("DA", "Y1", "PY") if not _IN_PRESS.fullmatch(item.value.strip())]
    days = [reader.date(_at(item), item.value, partial(_day, year=year)) for item in dated]
    if not any(days):
        days = [reader.date(_at(item), item.value, _day) for item in record.all("EA", "C6") if _YEAR.search(item.value)]
    return max((day for day in days if day), key=len, default=None)


def _day(text: str, year: str = "") -> PartialDate:
    try:
        return partial_date(text)
    except ValueError:
        return dated_by_words(text, year)


def _doi(record: TaggedRecord, reader: FieldReader) -> str | None:
    for item in record.all("DO"):
        named = [doi for part in re.split(r"[\s;]+|,(?=\s*(?:doi|10\.))", item.value) if (doi := doi_in(part))]
        if not named:
            reader.note(_at(item), item.value, "no DOI", _LOOK)
        for doi in named:
            if not doi.startswith(_CENTRAL_DOI):
                return doi
    return None


def _types(record: TaggedRecord) -> list[str]:
    return [word.strip() for item in record.all("M3", "PT") for word in item.value.split(";") if word.strip()]


def _report_id(record: TaggedRecord, doi: str | None, reader: FieldReader) -> str:
    declared = record.all(*_DECLARING)
    pmids = dict.fromkeys(found for item in declared for found in _PMID.findall(item.value))
    if _MEDLINE.search(record.text("DB") or "") and re.fullmatch(r"[1-9]\d{0,8}", number := record.text("AN") or ""):
        pmids[number] = None
    if len(pmids) == 1:
        return f"PMID:{next(iter(pmids))}"
    if pmids:
        reader.note(_at(declared[0]), ", ".join(pmids), "more than one PMID; none is used", _LOOK)
    return f"DOI:{doi}" if doi else _own_id(record)


def _own_id(record: TaggedRecord) -> str:
    """The accession number of the record's database, or else a digest of title, year and author."""
    declared = record.all(*_DECLARING)
    for database, form in ACCESSIONS.items():
        for item in declared:
            if found := form.search(item.value):
                return f"{database}:{found[0].removeprefix('L')}"
    year = next(
        (match[0] for item in record.all("DA", "Y1", "PY", "EA", "C6") if (match := _YEAR.search(item.value))), ""
    )
    title = record.text("TI", "T1") or ""
    said = "\n".join([title.casefold(), year, (record.text("AU", "A1") or "").casefold()])
    return f"RIS:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _registry_ids(record: TaggedRecord, types: list[str]) -> Iterator[str]:
    declaring = record.all(*_DECLARING)
    if _REGISTRY_RECORD.lower() in {word.lower() for word in types}:
        declaring += record.all("T2", "JF", "JO", "SO", "UR")
    for item in declaring:
        for part in re.split("[;,]", item.value):
            yield from ids_in(part)


def _at(item: TagLine) -> str:
    return f"line {item.line}, {item.tag}"


def write_query(pico: Pico) -> str:
    """For title, abstract and keywords, in the form that the Cochrane Library and Embase share; typed in by hand."""
    form = "({}):ti,ab,kw"
    return both(any_of((*pico.population, *pico.abbreviations), form), any_of(pico.narrowing, form))


CONNECTOR = Connector(
    slug=SLUG,
    title="RIS files (CENTRAL, Embase, specialised registers)",
    id_pattern=r"PMID:[1-9]\d{0,8}|DOI:10\.\d{4,9}/\S+|CENTRAL:CN-\d{8}|EMBASE:\d{7,10}|RIS:[0-9a-f]{16}",
    parse=parse,
    write_query=write_query,
    loads="a RIS file as a database exports it, any number of records",
    terms="the databases belong to their publishers; for the review that searched them, not to be republished",
)
