"""What a record in the tags of RIS says as a report. Other formats are read into these tags, so that each habit of a
vendor is known in one place."""

import hashlib
import re
from collections.abc import Iterator

from connectors.literature.report_ids import LOOK, NUMBERS, ids_of
from connectors.literature.tagged_text import TaggedRecord, TagLine
from connectors.literature.written_dates import YEAR, date_in
from connectors.reading import FieldReader, different, doi_in
from models.dates import PartialDate
from models.registers import ids_in
from models.report import UNDATED, Report
from models.vocabulary import VersionOrigin

TITLES, AUTHORS = ("TI", "T1"), ("AU", "A1")
_JOURNALS = ("T2", "JF", "JO", "JA", "J2", "BT")
_DATED = ("DA", "Y1", "PY", "YR")
_AHEAD = ("EA", "C6", "D1", "U3")
"""Dates of what has no other yet: early access, and the day on which Embase had it in press."""
_NO_DATE = re.compile(
    r"in[ -]press|(?:published )?online(?: first)?|(?:e-?pub(?:lication)? )?ahead of print|forthcoming|accepted|"
    r"submitted|undated|no date|not? (?:specified|available|known)|unknown|[ns]\.? ?d\.?|n/?a|0*|[-–/.?\[\] ]*",
    re.IGNORECASE,
)

_REGISTRY_RECORD = "trial registry record"
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


def report_of(record: TaggedRecord, source: str, reader: FieldReader) -> Report | None:
    """The report that a record describes; None without a title."""
    title, ids, types = record.text(*TITLES), ids_of(record, reader), _types(record)
    published = _published(record, reader)
    if title is None:
        shown = next(iter((*ids.accessions, ids.doi or "")), "")
        reader.note(f"line {record.line}", shown, "a record without a title (TI, T1)", LOOK)
        return None
    return Report(
        source=source,
        report_id=f"PMID:{ids.pmid}" if ids.pmid else f"DOI:{ids.doi}" if ids.doi else own_id(record, ids.accessions),
        origin=VersionOrigin.COPY if ids.pmid else VersionOrigin.CURRENT,
        title=title,
        registry_date=published or UNDATED,
        published_date=published,
        journal=record.text(*_JOURNALS),
        volume=record.text("VL"),
        issue=record.text("IS"),
        pages=_pages(record),
        doi=ids.doi,
        accessions=ids.accessions,
        database=ids.database.slug if ids.database else None,
        first_author=record.text(*AUTHORS),
        language="; ".join(different(item.value for item in record.all("LA"))) or None,
        keywords=different(_keywords(record)),
        publication_types=tuple(dict.fromkeys(_TYPES.get(word.lower(), word) for word in types)),
        registry_ids=tuple(dict.fromkeys(_registry_ids(record, types))),
        abstract_text=record.text("AB", "N2"),
    )


def own_id(record: TaggedRecord, accessions: tuple[str, ...]) -> str:
    """The first number in a database, or else a digest of title, year and author."""
    if own := next((number for number in accessions if not number.startswith(("PMID:", "PMC:"))), ""):
        return own
    year = next((match[0] for item in record.all(*_DATED, *_AHEAD) if (match := YEAR.search(item.value))), "")
    title, author = record.text(*TITLES) or "", record.text(*AUTHORS) or ""
    said = "\n".join([title.casefold(), year, author.casefold()])
    return f"RIS:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _published(record: TaggedRecord, reader: FieldReader) -> PartialDate | None:
    """The most precise of the dates of publication that the record gives; of what is ahead of print, that date."""
    year = next((match[0] for item in record.all("PY", "Y1", "YR") if (match := YEAR.search(item.value))), "")
    days = [day for item in record.all(*_DATED) if (day := _day(item, year))]
    days = days or [day for item in record.all(*_AHEAD) if YEAR.search(item.value) and (day := _day(item))]
    told = next((item for item in record.all(*_DATED) if not _NO_DATE.fullmatch(item.value.strip())), None)
    if not days and told:
        reader.date(told.place, told.value, date_in)
    return max(days, key=len, default=None)


def _day(item: TagLine, year: str = "") -> PartialDate | None:
    """A field's date, as far as it is one: of a day that no calendar has, its year."""
    try:
        return date_in(item.value, year)
    except ValueError:
        return found[0] if (found := YEAR.search(item.value)) else None


def _pages(record: TaggedRecord) -> str | None:
    """First and last page as printed, or the number of an article that has none."""
    first, last = record.text("SP"), record.text("EP")
    if first:
        return f"{first}-{last}" if last and last != first and "-" not in first else first
    articles = (item.value for item in record.all("AR", "C7"))
    return last or next((number for number in articles if re.fullmatch(r"[A-Za-z]?\d{1,9}", number)), None)


def _keywords(record: TaggedRecord) -> Iterator[str]:
    """Each keyword has a field, a line, or a place between semicolons."""
    for item in record.all("KW"):
        for line in item.lines or (item.value,):
            yield from (word for part in line.split(";") if (word := " ".join(part.split())))


def _types(record: TaggedRecord) -> list[str]:
    """What stands in the fields for types and is none, a DOI, is left out."""
    parts = (word.strip() for item in record.all("M3", "PT") for word in item.value.split(";"))
    return [word for word in parts if word and not doi_in(word)]


def _registry_ids(record: TaggedRecord, types: list[str]) -> Iterator[str]:
    declaring = record.all(*NUMBERS)
    if _REGISTRY_RECORD in {word.lower() for word in types}:
        declaring += record.all("T2", "JF", "JO", "SO", "UR")
    for item in declaring:
        for part in re.split("[;,]", item.value):
            yield from ids_in(part)
