"""The numbers that a record of an export carries, wherever its vendor puts them, and the database that it is from.

A PMID stands in ``AN`` under MEDLINE or NLM, in ``C5`` under Embase, in ``C2`` under Web of Science and Scopus, before
``[pmid]`` in ``U1``, in ``C3`` of the Cochrane Library, in addresses of Ovid, EBSCO and PubMed, in notes of Zotero and
EndNote. In free text a number counts only behind the word for it, and not where the text speaks of another paper.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from connectors.literature.tagged_text import TaggedRecord
from connectors.reading import FieldReader, doi_in
from models.databases import BY_SLUG, DATABASES, Database, database_hosted, database_named

NUMBERS = ("AN", "U2", "UT", "ID", "U1", "PM", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "U3", "U4", "U5")
"""Tags in which exports put numbers, the record's own first."""
_OWN = ("AN", "U2", "UT", "ID")
_OTHERS = ("M1", "M2", "M3", "CN", "LB")
"""Tags that hold a number at times, and text at others."""
_TOLD = (*NUMBERS, *_OTHERS)
_ADDRESSES = ("UR", "L1", "L2", "L3", "L4", "LK")
_NOTES = ("N1", "RN")
_PMIDS_BY_VENDOR = {"embase": "C5", "wos": "C2", "scopus": "C2"}
"""Where a database of its own puts PubMed's number without a word."""

_NUMBER = re.compile(r"[1-9]\d{0,7}")
_PMID = re.compile(r"\b(?:PUBMED(?: ID)?|PMID|MEDLINE)[\s:=#]+([1-9]\d{0,7})\b|\b([1-9]\d{0,7})\s?\[pmid\]", re.I)
_PMCID = re.compile(r"\bPMC\d{3,9}\b")
_OPEN_URL = re.compile(r"\b(?:id|rft_id)=(?:pmid:|info:pmid/)([1-9]\d{0,7})\b", re.I)
_PUBMED_PAGE = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed|/MED)/([1-9]\d{0,7})\b")
_HOST = re.compile(r"ovid|ebsco|openurl", re.I)
_CODE, _AT_HOST = re.compile(r"[?&;](?:D|db)=([A-Za-z0-9]+)"), re.compile(r"[?&;]AN=([A-Za-z0-9.-]+)")
_DOI_PAGE = re.compile(
    r"(?:doi\.org/|[?&;]doi=|id=doi:|info:doi/|/doi/(?:(?:abs|full|pdf|epdf|book|central)/)*)(10\.[^&?#\s]+)", re.I
)
_PART_OF_PAGE = re.compile(r"/(?:full|fulltext|abstract|pdf|epdf|summary|references|meta|html|full/html)$", re.I)
_DOI_IN_NOTE = re.compile(r"\bDOI[\s:]+(?:https?://\S*?doi\.org/)?(10\.\S+)", re.I)
_PMID_IN_NOTE = re.compile(r"\b(?:PMID|PubMed ID)[\s:]+([1-9]\d{0,7})\b", re.I)
_PMCID_IN_NOTE = re.compile(r"\bPMCID[\s:]+(PMC\d{3,9})\b", re.I)
_AN_IN_NOTE = re.compile(r"\bAccession (?:Number|No\.?)[\s:]+([A-Za-z0-9.:-]+?)[.;,]?(?:\s|$)", re.I)
_OF_OTHERS = re.compile(
    r"\b(?:references|cited|cites|comments?|erratum|errata|retract\w*|correct\w*|updat\w*|repl\w+|republish\w*|refer\w*|"
    r"summary|see|original|associated|companion)\b",
    re.I,
)
"""Words after which a note speaks of other papers."""
_ANY_FORM = re.compile("|".join(item.accession.pattern for item in DATABASES if item.accession), re.I)
_CENTRAL_DOI = "10.1002/central/"
"""Addresses of CENTRAL's own entries, not of the reports that they describe."""

LOOK = "look at the record in the database and export it again"


@dataclass(frozen=True)
class Ids:
    """What a record is called: the PMID that is its own, its DOI, and its numbers in databases."""

    pmid: str | None
    doi: str | None
    accessions: tuple[str, ...]
    database: Database | None


def ids_of(record: TaggedRecord, reader: FieldReader) -> Ids:
    """Every number that a record carries; two PMIDs are none."""
    database = _database(record)
    pmid = _pmid(record, database, reader)
    numbers = dict.fromkeys([*_declared(record, database), *_in_addresses(record), *_in_notes(record, database)])
    others = [number for number in numbers if not number.startswith("PMID:")]
    return Ids(
        pmid=pmid,
        doi=_doi(record, reader),
        accessions=(*([f"PMID:{pmid}"] if pmid else []), *others),
        database=database or _told_by_numbers(record),
    )


def _database(record: TaggedRecord) -> Database | None:
    """As the record names it: in the field for it, or in that for who hosts it."""
    named = (database_named(item.value) for item in record.all("DB", "DP"))
    return next((database for database in named if database), None)


def _told_by_numbers(record: TaggedRecord) -> Database | None:
    """Where a record does not name its database: that of its own number, or that in whose address it is."""
    own = (database for item in record.all(*_OWN) for database, _ in _forms(item.value))
    hosts = (database for address in _addresses(record) if (database := _host(address)))
    return next(own, None) or next(hosts, None)


def _forms(text: str) -> Iterator[tuple[Database, str]]:
    """Databases whose numbers a text has in a form that can be nothing else, and the number as a report's id."""
    if not _ANY_FORM.search(text):
        return
    for database in DATABASES:
        if database.accession:
            for found in database.accession.finditer(text):
                yield database, database.report_id(found)


def _declared(record: TaggedRecord, database: Database | None) -> Iterator[str]:
    for item in record.all(*_TOLD):
        yield from (number for _, number in _forms(item.value))
        yield from (f"PMC:{found}" for found in _PMCID.findall(item.value))
    for item in record.all("AN", "UI"):
        if number := _alone(item.value, database):
            yield number


def _alone(text: str, database: Database | None) -> str:
    found = database.alone.fullmatch(text) if database and database.alone else None
    return database.report_id(found) if database and found else ""


def _pmid(record: TaggedRecord, database: Database | None, reader: FieldReader) -> str | None:
    """PubMed's number by the surest of the places that have one."""
    declared = dict.fromkeys(_declared_pmids(record, database))
    if len(declared) > 1:
        reader.note(record.all(*_TOLD)[0].place, ", ".join(declared), "more than one PMID; none is used", LOOK)
    if declared:
        return next(iter(declared)) if len(declared) == 1 else None
    addressed = {number for address in _addresses(record) for number in _pmids_in_address(address)}
    noted = {found[1] for found in _own_notes(record, _PMID_IN_NOTE)}
    noted |= {number.removeprefix("PMID:") for number in _in_notes(record, database) if number.startswith("PMID:")}
    return next((next(iter(found)) for found in (addressed, noted) if len(found) == 1), None)


def _declared_pmids(record: TaggedRecord, database: Database | None) -> Iterator[str]:
    for item in record.all(*NUMBERS):
        yield from (first or second for first, second in _PMID.findall(item.value))
    for item in record.all(*_OTHERS):
        if found := _PMID.fullmatch(item.value):
            yield found[1] or found[2]
    bare = ["PM"]
    if database is BY_SLUG["medline"]:
        bare += ["AN", "UI"]
    own = {database, *(found for item in record.all(*_OWN) for found, _ in _forms(item.value))}
    bare += [tag for slug, tag in _PMIDS_BY_VENDOR.items() if BY_SLUG[slug] in own]
    yield from (item.value for item in record.all(*bare) if _NUMBER.fullmatch(item.value))


def _addresses(record: TaggedRecord) -> Iterator[str]:
    for item in record.all(*_ADDRESSES):
        yield from (part for part in re.split(r"[\s]+|;(?=\s*https?:)", item.value) if "." in part or "=" in part)


def _host(address: str) -> Database | None:
    code = _CODE.search(address) if _HOST.search(address) else None
    if code and (hosted := database_hosted(code[1])):
        return hosted
    return next((database for database, _ in _forms(unquote(address))), None)


def _in_addresses(record: TaggedRecord) -> Iterator[str]:
    for address in _addresses(record):
        plain = unquote(address)
        yield from (number for _, number in _forms(plain))
        yield from (f"PMC:{found}" for found in _PMCID.findall(plain))
        database, number = _host(address), _AT_HOST.search(address)
        if database and number and (told := _alone(number[1], database)) and not told.startswith("PMID:"):
            yield told


def _pmids_in_address(address: str) -> Iterator[str]:
    plain = unquote(address)
    yield from _OPEN_URL.findall(plain)
    yield from _PUBMED_PAGE.findall(plain)
    number = _AT_HOST.search(address)
    if number and _host(address) is BY_SLUG["medline"] and _NUMBER.fullmatch(number[1]):
        yield number[1]


def _own_notes(record: TaggedRecord, form: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What notes say in a form, of the paper itself."""
    for item in record.all(*_NOTES):
        for found in form.finditer(item.value):
            before = re.split(r"[.;|](?:\s|$)", item.value[max(0, found.start() - 200) : found.start()])[-1]
            if not _OF_OTHERS.search(before) and not _OF_OTHERS.match(item.value):
                yield found


def _in_notes(record: TaggedRecord, database: Database | None) -> Iterator[str]:
    yield from (f"PMC:{found[1].upper()}" for found in _own_notes(record, _PMCID_IN_NOTE))
    for found in _own_notes(record, _AN_IN_NOTE):
        yield from (number for _, number in _forms(found[1]))
        if number := _alone(found[1], database):
            yield number


def _doi(record: TaggedRecord, reader: FieldReader) -> str | None:
    """The record's own DOI: from the field for it, else from another that is one, an address, or a note."""
    for item in record.all("DO", "DI"):
        named = list(_dois(item.value))
        if not named:
            reader.note(item.place, item.value, "no DOI", LOOK)
        if own := _first_own(named):
            return own
    whole = (doi for item in record.all("M3", *_TOLD, *_ADDRESSES) for doi in _dois(item.value, is_whole=True))
    paged = (doi for address in _addresses(record) for doi in _doi_in_address(address))
    noted = (doi_in(found[1]) for found in _own_notes(record, _DOI_IN_NOTE))
    return _first_own([*whole, *paged]) or _first_own(list(dict.fromkeys(noted)))


def _dois(text: str, *, is_whole: bool = False) -> Iterator[str]:
    """The DOIs of a field that holds nothing else, or of one that should."""
    for part in re.split(r"[\s;]+|,(?=\s*(?:doi|10\.))", text):
        doi = doi_in(_PART_OF_PAGE.sub("", unquote(part) if "doi.org/" in part else part))
        if doi and not (is_whole and not re.match(r"(?:doi:?\s*)?[<(\[]?10\.", part, re.I)):
            yield doi


def _doi_in_address(address: str) -> Iterator[str]:
    for found in _DOI_PAGE.findall(unquote(address) if "%2F" in address or "%2f" in address else address):
        if doi := doi_in(_PART_OF_PAGE.sub("", unquote(found))):
            yield doi


def _first_own(dois: Sequence[str]) -> str | None:
    return next((doi for doi in dois if doi and not doi.startswith(_CENTRAL_DOI)), None)
