"""NBIB files, the tagged form in which PubMed saves citations; also for what is copied from there by hand.

Loaded by hand or through the inbox. Terms as for PubMed: citations are free to use with attribution, abstracts
belong to their publishers. A citation begins with its PMID and ends with its source (SO); nothing marks the end
of a file, so the last citation must have its source, and that a full stop or a line break after it.
"""

import re
from collections.abc import Iterator

from connectors.literature.pubmed_citation import OTHER_BANKS
from connectors.literature.tagged_text import DOI, NBIB_TAG, TaggedRecord, TagLine, decoded, partial_date, tag_lines
from connectors.reading import FieldReader, beginning, unusable
from models.connector import Connector
from models.dates import PartialDate
from models.registers import is_bank
from models.report import RelatedReport, Report
from models.trial import Page, Parsed, Rejected
from models.vocabulary import RelationKind, VersionOrigin

SLUG = "nbib"

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


def parse(page: Page) -> Iterator[Parsed]:
    """Read every citation of a file, each once; what is cut or has no PMID is rejected with its line."""
    records = list(_records(decoded(page.body))) if page.status == 200 else []
    seen: set[str] = set()
    for record in records:
        pmid = record.text("PMID") or ""
        reader = FieldReader(SLUG, f"PMID:{pmid}" if pmid else f"{page.url} line {record.line}")
        if not re.fullmatch(r"[1-9]\d{0,8}", pmid):
            reader.note(f"line {record.line}, PMID", pmid, "no PMID", _LOOK)
        elif not record.is_whole:
            reason = "a citation that stops before its source (SO) ends"
            reader.note(f"line {record.line}, PMID", pmid, reason, _LOOK)
        elif (report := _report(record, pmid, reader)) and pmid not in seen:
            seen.add(pmid)
            yield report
        yield from reader.notes
    if not records:
        yield Rejected(
            source=SLUG,
            record_ref=page.url,
            reason=unusable(page, "") or "no NBIB: no citation begins with PMID",
            path=page.url,
            value=beginning(page.body),
            action="save the citations again from PubMed, format PubMed",
        )


def _records(text: str) -> Iterator[TaggedRecord]:
    record: TaggedRecord | None = None
    for item in tag_lines(text, NBIB_TAG):
        if item.tag == "PMID":
            if record:
                yield TaggedRecord(record.line, record.fields, is_whole=True)
            record = TaggedRecord(item.line, [item])
        elif record:
            record.fields.append(item)
    if record:
        last = record.fields[-1]
        is_ended = text.endswith(("\n", "\r")) or last.value.endswith(".")
        yield TaggedRecord(record.line, record.fields, is_whole=last.tag == "SO" and is_ended)


def _report(record: TaggedRecord, pmid: str, reader: FieldReader) -> Report | None:
    title = record.text("TI", "TT", "BTI")
    revised, entered, published = (_date(record, reader, *tags) for tags in (("LR",), ("EDAT", "CRDT"), ("DEP", "DP")))
    registry_date = revised or entered or published
    if title is None or registry_date is None:
        missing = "title (TI)" if title is None else "date (LR, EDAT, DP)"
        reader.note(f"line {record.line}", title or "", f"a citation without a {missing}", _LOOK)
        return None
    return Report(
        source=SLUG,
        report_id=f"PMID:{pmid}",
        origin=VersionOrigin.COPY,
        title=title,
        registry_date=registry_date,
        entered_date=entered,
        published_date=published,
        journal=record.text("JT", "TA"),
        doi=_doi(record),
        first_author=record.text("AU", "CN"),
        publication_types=tuple(item.value for item in record.all("PT")),
        registry_ids=tuple(dict.fromkeys(_registry_ids(record, reader))),
        related=tuple(_related(record, reader)),
        abstract_text=record.text("AB"),
    )


def _date(record: TaggedRecord, reader: FieldReader, *tags: str) -> PartialDate | None:
    """The date of the first tag that has one; a time of day after it is passed over."""
    for item in record.all(*tags):
        text = item.value.partition(" ")[0] if "/" in item.value else item.value
        if day := reader.date(_at(item), text, partial_date):
            return day
    return None


def _doi(record: TaggedRecord) -> str | None:
    for item in record.all("LID", "AID"):
        number, _, kind = item.value.rpartition(" ")
        if kind == "[doi]" and DOI.fullmatch(number):
            return number
    return None


def _registry_ids(record: TaggedRecord, reader: FieldReader) -> Iterator[str]:
    for item in record.all("SI"):
        bank, _, number = item.value.partition("/")
        plain = re.sub(r"[^a-z]", "", bank.lower())
        if is_bank(bank) and number:
            yield "".join(number.split())
        elif not is_bank(bank) and plain not in OTHER_BANKS:
            action = "decide whether it is a trial registry and add it to the connector"
            reader.note(_at(item), bank, "an unknown data bank", action)


def _related(record: TaggedRecord, reader: FieldReader) -> Iterator[RelatedReport]:
    for tag, kind in RELATIONS.items():
        for item in record.all(tag):
            if found := re.search(r"PMID:\s*([1-9]\d{0,8})", item.value):
                yield RelatedReport(kind=kind, pmid=found[1])
            else:
                reader.note(_at(item), item.value, f"{tag} without a PMID", "find the notice and judge it")


def _at(item: TagLine) -> str:
    return f"line {item.line}, {item.tag}"


CONNECTOR = Connector(
    slug=SLUG,
    title="NBIB files (PubMed format)",
    id_pattern=r"PMID:[1-9]\d{0,8}",
    parse=parse,
    loads="a file that PubMed saved in its own format, any number of citations",
    terms="National Library of Medicine; citations free to use with attribution, abstracts belong to publishers",
)
