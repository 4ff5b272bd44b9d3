"""Citations as PubMed saves them: where each begins and ends, and what its fields say."""

import re
from collections.abc import Iterator

from connectors.literature.pubmed_citation import OTHER_BANKS
from connectors.literature.record_ends import OF_NBIB, accounted, name_of
from connectors.literature.tagged_text import Ending, FieldLines, TaggedRecord
from connectors.literature.written_dates import date_in
from connectors.reading import FieldReader, different, doi_in
from models.dates import PartialDate
from models.registers import is_bank
from models.report import RelatedReport, Report
from models.trial import Rejected
from models.vocabulary import RelationKind, VersionOrigin

_TAG = re.compile(r" {0,3}(?=.{4}-)([A-Z]{2,4}) {0,2}-(?: (.*)|)", re.DOTALL)
_ONCE = frozenset({"OWN", "STAT", "TI", "JT", "DP"})
"""Tags that a citation has once: behind its source they are another's."""
_EPUB = re.compile(r"\bEpub (\d{4}(?: [A-Z][a-z]{2}(?: \d{1,2})?)?)")

RELATIONS = {
    "RIN": RelationKind.RETRACTION_IN,
    "RRI": RelationKind.RETRACTION_IN,
    "EIN": RelationKind.ERRATUM_IN,
    "CRI": RelationKind.ERRATUM_IN,
    "ECI": RelationKind.CONCERN_IN,
    "ROF": RelationKind.RETRACTION_OF,
    "RRF": RelationKind.RETRACTION_OF,
    "EFR": RelationKind.ERRATUM_FOR,
    "CRF": RelationKind.ERRATUM_FOR,
    "ECF": RelationKind.CONCERN_FOR,
}
"""Tags of comments and corrections that touch the findings (PubMed's list of MEDLINE display fields)."""

_LOOK = "look at the citation in PubMed and save it again"


def reports(text: str, source: str, url: str) -> Iterator[Report | Rejected]:
    """Read every citation of a file; what is cut or has no PMID is rejected with its line."""
    for record in accounted(_records(text), source, url, OF_NBIB, ends_on_a_line=False):
        if isinstance(record, Rejected):
            yield record
            continue
        pmid = record.text("PMID") or ""
        reader = FieldReader(source, name_of(record, url))
        if not re.fullmatch(r"[1-9]\d{0,8}", pmid):
            reader.note(f"line {record.line}, PMID", pmid, "no PMID", _LOOK)
        elif report := _report(record, pmid, source, reader):
            yield report
        yield from reader.notes


def _records(text: str) -> Iterator[TaggedRecord]:
    """Citations, and fields that belong to none; a citation is whole when its source is there and has ended."""
    record: TaggedRecord | None = None
    field = FieldLines()
    for number, line in enumerate(text.split("\n"), start=1):
        found = _TAG.fullmatch(line.rstrip())
        begins = found is not None and (found[1] == "PMID" or record is None or _is_anothers(found[1], record, field))
        if record and begins:
            yield _ended(record, field, is_ended=True)
        if begins:
            record = TaggedRecord(number)
        if record and found:
            record.fields += field.begin(found[1], found[2] or "", number)
        elif record:
            field.go_on(line)
    if record:
        yield _ended(record, field, is_ended=field.tag == "SO" and text.endswith(("\n", ".")))


def _ended(record: TaggedRecord, field: FieldLines, *, is_ended: bool) -> TaggedRecord:
    record.fields += field.end()
    if record.fields[0].tag != "PMID":
        record.ending = Ending.STRAY
    elif is_ended and record.text("SO"):
        record.ending = Ending.WHOLE
    return record


def _is_anothers(tag: str, record: TaggedRecord | None, field: FieldLines) -> bool:
    tags = {item.tag for item in record.fields} | {field.tag} if record and tag in _ONCE else set()
    return "SO" in tags and tag in tags


def _report(record: TaggedRecord, pmid: str, source: str, reader: FieldReader) -> Report | None:
    title = record.text("TI", "TT", "BTI")
    revised, entered = _date(record, reader, "LR"), _date(record, reader, "EDAT", "CRDT")
    published = _date(record, reader, "DEP") or _online(record) or _date(record, reader, "DP")
    registry_date = revised or entered or published
    if title is None or registry_date is None:
        missing = "title (TI)" if title is None else "date (LR, EDAT, DP)"
        reader.note(f"line {record.line}", title or "", f"a citation without a {missing}", _LOOK)
        return None
    return Report(
        source=source,
        report_id=f"PMID:{pmid}",
        origin=VersionOrigin.COPY,
        title=title,
        registry_date=registry_date,
        entered_date=entered,
        published_date=published,
        journal=record.text("JT", "TA"),
        volume=record.text("VI"),
        issue=record.text("IP"),
        pages=record.text("PG"),
        doi=_doi(record),
        accessions=(f"PMID:{pmid}", *(f"PMC:{item.value}" for item in record.all("PMC"))),
        database="medline",
        first_author=record.text("AU", "CN"),
        language="; ".join(different(item.value for item in record.all("LA"))) or None,
        keywords=different(item.value for item in record.all("MH", "OT")),
        publication_types=tuple(item.value for item in record.all("PT")),
        registry_ids=tuple(dict.fromkeys(_registry_ids(record, reader))),
        related=tuple(_related(record, reader)),
        abstract_text=record.text("AB"),
    )


def _date(record: TaggedRecord, reader: FieldReader, *tags: str) -> PartialDate | None:
    """The date of the first tag that has one; a time of day after it is passed over."""
    for item in record.all(*tags):
        text = item.value.partition(" ")[0] if "/" in item.value else item.value
        if day := reader.date(item.place, text, date_in):
            return day
    return None


def _online(record: TaggedRecord) -> PartialDate | None:
    """The day of publication ahead of print, where only the source tells it."""
    found = _EPUB.search(record.text("SO") or "")
    return date_in(found[1]) if found else None


def _doi(record: TaggedRecord) -> str | None:
    given = (doi_in(item.value) for item in record.all("LID", "AID") if item.value.rstrip().endswith("[doi]"))
    return next((doi for doi in given if doi), None)


def _registry_ids(record: TaggedRecord, reader: FieldReader) -> Iterator[str]:
    for item in record.all("SI"):
        bank, _, number = item.value.partition("/")
        plain = re.sub(r"[^a-z]", "", bank.lower())
        if is_bank(bank) and number:
            yield "".join(number.split())
        elif not is_bank(bank) and plain not in OTHER_BANKS:
            action = "decide whether it is a trial registry and add it to the connector"
            reader.note(item.place, bank, "an unknown data bank", action)


def _related(record: TaggedRecord, reader: FieldReader) -> Iterator[RelatedReport]:
    for tag, kind in RELATIONS.items():
        for item in record.all(tag):
            if found := re.search(r"PMID:\s*([1-9]\d{0,8})", item.value):
                yield RelatedReport(kind=kind, pmid=found[1])
            else:
                reader.note(item.place, item.value, f"{tag} without a PMID", "find the notice and judge it")
