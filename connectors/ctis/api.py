"""CTIS, the Clinical Trials Information System of the European Union: search by POST, retrieve by number.

``POST /ctis-public-api/search`` lists trials (it needs a sort to answer properly), ``GET
/ctis-public-api/retrieve/{number}`` gives one whole. No key and no published limit; 403, 429 and 503 come when
asked too fast. Terms: European Medicines Agency, reuse with the source acknowledged.

Quirks that shaped this module: a query reaches 10,000 rows and does not say so; a row holds less than the
record, so every trial that may have changed is retrieved; an application that was resubmitted has the next
suffix (``2023-508143-51-01``) and is the same trial, whose id here is the number without it; dates come in
three forms; the shape of records changed on 17 June 2024 and archives hold both; the design of trials that
came from EudraCT is empty; there is no history.
"""

import codecs
import re
from collections.abc import Generator, Iterable, Iterator
from datetime import date

import msgspec

from connectors.ctis.record import european_date, trial_record
from connectors.ctis.shape import Listing, Record, Row
from connectors.ctis.words import FULL_ID, ID, SLUG
from connectors.reading import FieldReader, beginning, unusable
from models.connector import Client, Connector, SourceFailure
from models.dates import last_day
from models.pico import Pico
from models.trial import Page, Parsed, Rejected, SourceQuery, TrialRecord
from models.vocabulary import VersionOrigin

MOST_ROWS = 10_000
"""Rows that a query reaches; a search with as many must be narrowed."""

PAGE_SIZE = 100
_SEARCH, _RETRIEVE = "/ctis-public-api/search", "/ctis-public-api/retrieve"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LOOK = "look at the record in the register and in the archive"


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's trials, of which one word is enough (separated by commas), or for single trials.

    `since` narrows what is retrieved to trials that were updated from that day on; the listing is always read
    whole, because it is the only way to know how many there are.

    Raises
    ------
    SourceFailure
        If a page cannot be used, the listing is not as long as announced or too long to be reached, or
        changed while it was read.
    """
    for record_id in query.record_ids:
        if not re.fullmatch(ID, record_id):
            raise SourceFailure(f"{SLUG}: {record_id!r} is no id of this register: give an EU CT number, no suffix")
    if query.topic:
        rows = yield from _listing({"containAny": query.topic}, http)
        changed = [row for row in rows if since is None or _updated(row) >= since]
        yield from _retrieve(_newest(changed), "search", http)
    numbers = []
    for record_id in query.record_ids:
        rows = yield from _listing({"number": record_id}, http)
        own = [row for row in rows if str(row.ct_number).startswith(record_id)]
        numbers += _newest(own) or [f"{record_id}-00"]
    yield from _retrieve(numbers, "record_ids", http)


def _listing(criteria: dict[str, object], http: Client) -> Generator[Page, None, list[Row]]:
    """All rows that a search finds, each once."""
    rows: dict[str, Row] = {}
    number, total, first_total = 1, 1, None
    while (number - 1) * PAGE_SIZE < total:
        page = http.post(
            _SEARCH,
            {
                "pagination": {"page": number, "size": PAGE_SIZE},
                "sort": {"property": "decisionDate", "direction": "DESC"},
                "searchCriteria": criteria,
            },
            kind="search",
        )
        yield page
        found = _understood(page)
        if not isinstance(found, Listing) or found.pagination is None or found.pagination.total_records is None:
            problem = found if isinstance(found, str) else f"no list of trials: {beginning(page.body)!r}"
            raise SourceFailure(f"{page.url}: {problem}")
        total, given = found.pagination.total_records, found.data or []
        if total >= MOST_ROWS:
            raise SourceFailure(f"{page.url}: {total} trials, of which CTIS lists {MOST_ROWS}: narrow the search")
        if first_total not in {None, total}:
            raise SourceFailure(
                f"{page.url}: {first_total} trials before and {total} now: it changed while it was read"
            )
        if total and not given:
            raise SourceFailure(f"{page.url}: {total} trials announced, none on page {number}")
        for row in given:
            if not re.fullmatch(FULL_ID, str(row.ct_number)):
                raise SourceFailure(f"{page.url}: a row without an EU CT number: {row.ct_number!r}")
            rows[str(row.ct_number)] = row
        number, first_total = number + 1, total
    if len(rows) != total:
        raise SourceFailure(f"{page.url}: {total} trials announced, {len(rows)} different ones received")
    return list(rows.values())


def _updated(row: Row) -> date:
    """Last day on which a trial may have changed; one that does not say so may have at any time."""
    days = []
    for value in (row.last_updated, row.last_publication_update):
        try:
            days.append(last_day(european_date(str(value))))
        except ValueError:
            continue
    return max(days, default=date.max)


def _newest(rows: Iterable[Row]) -> list[str]:
    """The number of each trial with the suffix of its last resubmission."""
    newest: dict[str, str] = {}
    for number in sorted(str(row.ct_number) for row in rows):
        newest[number[:14]] = number
    return list(newest.values())


def _retrieve(numbers: list[str], listing: str, http: Client) -> Iterator[Page]:
    for number in numbers:
        page = http.get(f"{_RETRIEVE}/{number}", {}, kind="record")
        yield msgspec.structs.replace(page, listing=listing, total=len(numbers))
        found = _understood(page)
        if page.status != 404 and not isinstance(found, list):
            raise SourceFailure(f"{page.url}: {found if isinstance(found, str) else 'a listing instead of a trial'}")


def _understood(page: Page) -> Listing | list[msgspec.Raw] | str:
    """What a page holds, a listing or trials, or why that cannot be told."""
    if problem := unusable(page, "json"):
        return problem
    body = page.body.removeprefix(codecs.BOM_UTF8)
    try:
        if body.lstrip()[:1] == b"[":
            return msgspec.json.decode(body, type=list[msgspec.Raw])
        listing = msgspec.json.decode(body, type=Listing)
    except _UNREADABLE as error:
        return f"unreadable JSON: {error}; it begins with {beginning(body)!r}"
    return listing if listing.pagination or listing.data is not None else [msgspec.Raw(body)]


def parse(page: Page) -> Iterator[Parsed]:
    """Read every trial of a page: one as retrieved, or a list of them; a listing holds none."""
    found = _understood(page)
    if isinstance(found, Listing):
        if page.kind == "file":
            yield _rejected_page(page, "a listing, whose rows hold less than the records; load what retrieve gives")
        return
    if isinstance(found, str):
        yield _rejected_page(page, found)
        return
    origin = VersionOrigin.EXPORT if page.kind == "file" else VersionOrigin.CURRENT
    for number, raw in enumerate(found):
        yield from _trial(bytes(raw), f"{page.url} $[{number}]" if len(found) > 1 else page.url, origin)
    if not found:
        yield _rejected_page(page, "an empty list")


def _trial(raw: bytes, where: str, origin: VersionOrigin) -> Iterator[TrialRecord | Rejected]:
    named = re.search(rb'"ctNumber"\s*:\s*"' + FULL_ID.encode() + rb'"', raw)
    reader = FieldReader(SLUG, named[1].decode() if named else where)
    try:
        record = msgspec.json.decode(raw, type=Record)
    except _UNREADABLE as error:
        reader.note(where, beginning(raw), f"unreadable record: {error}", _LOOK)
    else:
        if record.ct_number is None:
            reader.note(where, beginning(raw), "JSON that holds no trial", _LOOK)
        elif trial := trial_record(record, origin, reader):
            yield trial
    yield from reader.notes


def _rejected_page(page: Page, problem: str) -> Rejected:
    named = re.search(ID, page.url)
    action = "look at the page in the archive and fetch it again"
    if page.body.removeprefix(codecs.BOM_UTF8).startswith(b"Trial number,"):
        problem = "the CSV of the search in CTIS, which leaves out most of a record"
        action = (
            "leave it: CTIS is asked for these trials every night; one that the search leaves out is asked for once it is"
            " named in links.csv or in a published version"
        )
    return Rejected(
        source=SLUG,
        record_ref=named[0] if named else page.url,
        reason=problem,
        path=page.url,
        value=beginning(page.body),
        action=action,
    )


def write_query(pico: Pico) -> str:
    """For ``containAny``, whose words are parted by commas; hence without abbreviations, as it reads every text."""
    return ", ".join(pico.population_in_all_languages)


CONNECTOR = Connector(
    slug=SLUG,
    title="CTIS",
    id_pattern=ID,
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://euclinicaltrials.eu",
    rate=1.0,
    probe_id="2024-510663-34",
    loads="JSON of retrieve, of its present shape or of the one before June 2024, or a list of such records",
    terms="European Medicines Agency; reuse with the source acknowledged",
)
