"""ClinicalTrials.gov, API v2 and record history: addresses, paging and watermark.

API version 2.0.x (specification 2.0.0-draft), no key. No limit is published; robots.txt asks crawlers for
a pause of one second and fewer than 50 requests a minute are known to be served. Terms: a work of the
United States government, free to use with attribution and date; the registry does not endorse the use.

Quirks that shaped this module:
a page may be empty and still name a next one; page tokens expire with the listing, which is therefore
fetched from its first page after any failure; a page size above 1,000 is cut silently; a query of nothing
but ids makes the registry ignore filters; an obsolete id answers 301 to the current one; errors are
plain text or HTML, sometimes with status 200; the data are replaced once a day, in the middle of a
listing if need be, which only ``/version`` tells; the history is undocumented, 0-based, and lists
submission dates, which precede the dates of posting by up to half a year (NCT01492686: 188 days).
"""

import codecs
import re
from collections.abc import Generator, Iterator
from datetime import date

import msgspec

from connectors.ctgov import words
from connectors.ctgov.record import LOOK, SLUG, record_of
from connectors.ctgov.shape import Answer, Study
from connectors.reading import FieldReader, beginning, unusable
from connectors.search_words import any_of, both
from models.connector import Client, Connector, SourceFailure
from models.pico import Pico
from models.trial import Page, Parsed, Rejected, SourceQuery, TrialRecord
from models.vocabulary import VersionOrigin

PAGE_SIZE = 100
MOST_PASSES = 3
"""Times a listing is fetched before giving up, when the registry's data change under it."""
EMPTY_PAGES = 50
"""Pages by which a listing may be longer than its records need."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ONLY_IDS = re.compile(r"[\s,]*(?:NCT\d+[\s,]*)+", re.IGNORECASE)


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's records, single records, or histories; a page that cannot be used still comes out.

    `since` narrows a topic to records posted from that day on. Histories are fetched whole: their change
    lists tell when versions were submitted, not when they were posted.

    Raises
    ------
    SourceFailure
        If a page cannot be used, a page token repeats, the data kept changing under the listing, or
        a history is missing; the latter after all the others were fetched.
    """
    for record_id in query.record_ids:
        if not re.fullmatch(words.ID_PATTERN, record_id):
            raise SourceFailure(f"{SLUG}: {record_id!r} is no id of this registry: give NCT and eight digits")
    if query.topic:
        yield from _search(query.topic, since, http)
    unknown = []
    for registry_id in query.record_ids:
        found = yield from _record(f"/api/v2/studies/{registry_id}", {"format": "json"}, "record", http)
        if found is None:
            unknown.append(registry_id)
    without = []
    for registry_id in query.registry_ids:
        # Of other registries' entries there is no history here, nor of a number that somebody mistyped.
        has_history = re.fullmatch(words.ID_PATTERN, registry_id) and registry_id not in unknown
        if has_history and not (yield from _history(registry_id, http)):
            without.append(registry_id)
    if without:
        raise SourceFailure(f"{SLUG}: /api/int/studies: no history, or not all of it, of {', '.join(without)}")


def _search(topic: str, since: date | None, http: Client) -> Iterator[Page]:
    """A whole listing, taken while the registry's data stood still.

    Pages of a pass that was overtaken are answers too and are handed on, but belong to no listing.
    """
    if _ONLY_IDS.fullmatch(topic):
        raise SourceFailure(f"{SLUG}: topic {topic!r} holds only ids, which makes the registry ignore filters")
    page = _version(http)
    yield page
    before = _data_timestamp(page)
    for _ in range(MOST_PASSES):
        pages: list[Page] = []
        try:
            for page in _listing(topic, since, http):
                pages.append(page)
            pages.append(_version(http))
            after = _data_timestamp(pages[-1])
        except SourceFailure:
            yield from pages
            raise
        totals = {page.total for page in pages if page.listing}
        if after == before and len(totals) == 1:
            yield from pages
            return
        yield from (msgspec.structs.replace(page, listing=None, total=None) for page in pages)
        before = after
    raise SourceFailure(f"{pages[0].url}: the registry's data changed during each of {MOST_PASSES} listings")


def _listing(topic: str, since: date | None, http: Client) -> Iterator[Page]:
    params = {"query.cond": topic, "countTotal": "true", "pageSize": str(PAGE_SIZE), "format": "json"}
    if since:
        params["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since.isoformat()},MAX]"
    seen: set[str] = set()
    total: int | None = None
    while True:
        page = http.get("/api/v2/studies", params, kind="search")
        found = _understood(page)
        if isinstance(found, Answer) and found.total_count is not None:
            total = found.total_count
        yield msgspec.structs.replace(page, listing="search", total=total)
        answer = _insist(page, found)
        if answer.studies is None or total is None:
            missing = "list of studies" if answer.studies is None else "totalCount, though asked for it"
            raise SourceFailure(f"{page.url}: an answer without {missing}: {beginning(page.body)!r}")
        token = answer.next_page_token
        if not token:
            return
        if token in seen:
            raise SourceFailure(f"{page.url}: page token {token!r} came twice: the listing has no end")
        seen.add(token)
        if len(seen) > 2 * total / PAGE_SIZE + EMPTY_PAGES:
            raise SourceFailure(f"{page.url}: {total} records announced, and no end after {len(seen)} pages")
        params = params | {"pageToken": token}


def _history(registry_id: str, http: Client) -> Generator[Page, None, bool]:
    """The change list of a record and the body of every version; tells whether all of it was there."""
    path = f"/api/int/studies/{registry_id}"
    listed = yield from _record(path, {"history": "true"}, "history", http)
    if listed is None or listed.history is None:
        return False
    complete = True
    for change in listed.history.changes:
        body = yield from _record(f"{path}/history/{change.version}", {}, "history_version", http)
        complete = complete and body is not None
    return complete


def _record(path: str, params: dict[str, str], kind: str, http: Client) -> Generator[Page, None, Answer | None]:
    """One answer about one record; None when the registry does not have it."""
    page = http.get(path, params, kind=kind)
    yield page
    return None if page.status == 404 else _insist(page, _understood(page))


def _version(http: Client) -> Page:
    return http.get("/api/v2/version", {}, kind="version")


def _data_timestamp(page: Page) -> str:
    timestamp = _insist(page, _understood(page)).data_timestamp
    if not timestamp:
        raise SourceFailure(f"{page.url}: no dataTimestamp, without which a listing cannot be trusted")
    return timestamp


def _insist(page: Page, found: Answer | str) -> Answer:
    if isinstance(found, str):
        raise SourceFailure(f"{page.url}: {found}")
    return found


def _understood(page: Page) -> Answer | str:
    """What a page holds, or why that cannot be told."""
    if problem := unusable(page, "json"):
        return problem
    body = page.body.removeprefix(codecs.BOM_UTF8)
    try:
        if body.lstrip()[:1] == b"[":
            return Answer(studies=msgspec.json.decode(body, type=list[msgspec.Raw]))
        return msgspec.json.decode(body, type=Answer)
    except _UNREADABLE as error:
        return f"unreadable JSON: {error}; it begins with {beginning(body)!r}"


def parse(page: Page) -> Iterator[Parsed]:
    """Read every study of a page: a listing, a single record, a historic version, or a file of any of them.

    Version and change lists hold no record. A page that is no answer gives one Rejected.
    """
    found = _understood(page)
    origin = VersionOrigin.EXPORT if page.kind == "file" else VersionOrigin.CURRENT
    if isinstance(found, str):
        yield _rejected_page(page, found)
    elif found.studies is not None:
        if found.studies and not any(b'"protocolSection"' in bytes(raw) for raw in found.studies):
            yield _rejected_page(page, "a list that holds no study")
            return
        for number, raw in enumerate(found.studies):
            yield from _study(bytes(raw), f"$.studies[{number}]", origin, page)
    elif found.study_version is not None:
        yield from _study(bytes(found.study), "$.study", VersionOrigin.HISTORY, page)
    elif bytes(found.protocol_section):
        yield from _study(page.body.removeprefix(codecs.BOM_UTF8), "$", origin, page)
    elif page.kind == "file" or (found.history is None and found.changes is None and found.data_timestamp is None):
        yield _rejected_page(page, "JSON that holds no study in the form of API v2")


def _rejected_page(page: Page, problem: str) -> Rejected:
    name = re.search(words.ID_PATTERN, page.url)
    reason, action = problem, "look at the page in the archive and fetch it again"
    if page.kind == "file":
        action = f"load {CONNECTOR.loads}"
        if page.body.removeprefix(codecs.BOM_UTF8).startswith(b"NCT Number,"):
            reason = "the CSV of ClinicalTrials.gov, which leaves out most of a record"
            action = "choose JSON instead of CSV in the same Download dialog, and load that file"
    if page.status == 404 and name:
        reason = f"the registry has no record of this id, or no longer: {problem}"
        action = "look in the registry whether it was withdrawn or merged"
    return Rejected(
        source=SLUG,
        record_ref=name[0] if name else page.url,
        reason=reason,
        path=page.url,
        value=beginning(page.body),
        action=action,
    )


def _study(raw: bytes, where: str, origin: VersionOrigin, page: Page) -> Iterator[TrialRecord | Rejected]:
    named = re.search(rf'"nctId"\s*:\s*"({words.ID_PATTERN})"'.encode(), raw)
    reader = FieldReader(SLUG, named[1].decode() if named else f"{page.url} {where}")
    try:
        study = msgspec.json.decode(raw, type=Study)
    except _UNREADABLE as error:
        reader.note(where, beginning(raw), f"unreadable record: {error}", LOOK)
    else:
        if record := record_of(study, origin, reader):
            yield record
    yield from reader.notes


def write_query(pico: Pico) -> str:
    """For the field of conditions, which also looks at titles and keywords; what is given has an area of its own."""
    given = any_of(pico.narrowing_registries, "AREA[InterventionSearch]{}")
    return both(any_of((*pico.population, *pico.abbreviations)), given)


CONNECTOR = Connector(
    slug=SLUG,
    title="ClinicalTrials.gov",
    id_pattern=words.ID_PATTERN,
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://clinicaltrials.gov",
    rate=0.8,
    follows_changes_only=True,
    probe_id="NCT01363401",
    loads="JSON of the API: a study, a page of a listing, a historic version, or a downloaded list of studies",
    terms="United States government work; attribute ClinicalTrials.gov and state the date of the data",
)
