"""EU Clinical Trials Register (EudraCT): search, full-text download, changes of a week, results page.

Addresses below ``/ctr-search``: ``search`` (HTML, which alone tells how many trials were found),
``rest/download/full`` (text, the 20 trials of one page of the search, country by country),
``rest/feed/bydates`` (RSS of trials entered or changed in the last 7 days), ``trial/{number}/results`` (HTML),
``rest/download/result/zip/xml/{number}`` (the tables of results, packed).
No key, no published limit; the server speaks HTTP/1.1 and does not send its whole certificate chain: put what
is missing into a file and name it in TRIALWATCH_CA_BUNDLE. Terms: European Medicines Agency, reuse with the
source acknowledged; whole exports are not to be republished.

Quirks that shaped this module: no new trials since January 2023, those still running were moved to CTIS and say
so; records of the United Kingdom are frozen since it left; a record does not say when it changed, so its date
is the day on which its newest country record was entered and our observations tell the rest; start date is
the first authorisation, as in the register's own search results; status is no search field any more.
"""

import math
import re
from collections.abc import Iterator
from datetime import date

import msgspec

from connectors.euctr.record import ID, SLUG, trial_record
from connectors.euctr.results import results_report, results_rows
from connectors.euctr.tables import result_element, tables_report
from connectors.euctr.text import CountryRecord, country_records
from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import FieldReader, beginning
from connectors.search_words import any_of, both
from models.connector import Client, Connector, SourceFailure
from models.pico import Pico
from models.trial import Page, Parsed, Rejected, SourceQuery
from models.vocabulary import VersionOrigin

PAGE_SIZE = 20
"""Trials on a page of the search, which the register fixes."""

FEED_DAYS = 7
"""The feed reaches back so far and no further."""

_COUNT = re.compile(rb"Trials with a EudraCT protocol \(([\d,.\s]*)\)")
_NUMBER = re.compile(rb"^EudraCT Number:\s*(\S+)", re.MULTILINE)
_FOR_FETCH = frozenset({"count", "feed"})
"""Pages that hold numbers of trials and no trial."""

_LOOK = "look at the page in the archive and fetch it again"


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's trials or for single ones with their results; a page that cannot be used still comes out.

    `since` narrows a topic to what changed, if that was not longer than a week ago; otherwise all of it comes.

    Raises
    ------
    SourceFailure
        If a page cannot be used, holds no trial where the register announced some, or came before.
    """
    for record_id in query.record_ids:
        if not re.fullmatch(CONNECTOR.id_pattern, record_id):
            raise SourceFailure(f"{SLUG}: {record_id!r} is no id of this register: give a EudraCT number")
    if query.topic:
        yield from _search(query.topic, since, http)
    for number in dict.fromkeys(record_id.partition("/")[0] for record_id in query.record_ids):
        yield http.get(_FULL, _page_params(number, 1), kind="record")
        yield from _results(number, http)


_FULL = "/ctr-search/rest/download/full"


def _page_params(topic: str, number: int) -> dict[str, str]:
    return {"query": topic, "page": str(number), "mode": "current_page"}


def _search(topic: str, since: date | None, http: Client) -> Iterator[Page]:
    counted = http.get("/ctr-search/search", {"query": topic}, kind="count")
    yield counted
    found = _COUNT.search(counted.body)
    digits = re.sub(rb"\D", b"", found[1]) if found else b""
    if counted.status != 200 or not digits:
        raise SourceFailure(f"{counted.url}: the register does not say how many trials it found: {_told(counted)}")
    if since and (counted.observed_at.date() - since).days <= FEED_DAYS:
        yield from _changes(topic, http)
        return
    total, seen = int(digits), set[bytes]()
    for number in range(1, math.ceil(total / PAGE_SIZE) + 1):
        page = http.get(_FULL, _page_params(topic, number), kind="search")
        yield msgspec.structs.replace(page, listing="search", total=total)
        trials = set(_NUMBER.findall(page.body)) if page.status == 200 else set()
        if not trials:
            raise SourceFailure(f"{page.url}: no trial, though {total} were announced: {_told(page)}")
        if trials <= seen:
            raise SourceFailure(f"{page.url}: trials of an earlier page again: the listing cannot be trusted")
        seen |= trials


def _changes(topic: str, http: Client) -> Iterator[Page]:
    feed = http.get("/ctr-search/rest/feed/bydates", {"query": topic}, kind="feed")
    yield feed
    try:
        root = read_xml(feed.body) if feed.status == 200 else None
    except UnreadableMarkup as error:
        raise SourceFailure(f"{feed.url}: line {error.line}: {error}") from None
    if root is None or root.tag != "rss":
        raise SourceFailure(f"{feed.url}: no feed: {_told(feed)}")
    links = " ".join(str(link.text) for link in root.iterfind("channel/item/link"))
    numbers = list(dict.fromkeys(re.findall(ID, links)))
    if len(numbers) != len(root.findall("channel/item")):
        raise SourceFailure(f"{feed.url}: {len(root.findall('channel/item'))} entries, {len(numbers)} EudraCT numbers")
    for number in numbers:
        page = http.get(_FULL, _page_params(number, 1), kind="record")
        yield msgspec.structs.replace(page, listing="changes", total=len(numbers))


def _results(number: str, http: Client) -> Iterator[Page]:
    page = http.get(f"/ctr-search/trial/{number}/results", {}, kind="results")
    yield page
    if page.status != 404 and (page.status != 200 or number.encode() not in page.body):
        raise SourceFailure(f"{page.url}: no page about this trial: {_told(page)}")
    if page.status == 200 and results_report(results_rows(page.body), number, FieldReader(SLUG, number)):
        tables = http.get(f"/ctr-search/rest/download/result/zip/xml/{number}", {}, kind="tables")
        yield tables
        if tables.status not in {200, 404}:
            raise SourceFailure(f"{tables.url}: no tables of results: {_told(tables)}")


def _told(page: Page) -> str:
    return f"HTTP {page.status}, {beginning(page.body)!r}"


def parse(page: Page) -> Iterator[Parsed]:
    """Read every trial of a download, or the results page or tables of one; counts and feeds hold none.

    A download of a single country gives the trial as that country tells it.
    """
    if page.kind in _FOR_FETCH or (page.kind in {"results", "tables"} and page.status == 404):
        return
    if page.status == 200 and (root := result_element(page.body)) is not None:
        reader = FieldReader(SLUG, root.get("eudractNumber", page.url))
        if report := tables_report(root, reader):
            yield report
        yield from reader.notes
        return
    rows = results_rows(page.body) if page.status == 200 and not _NUMBER.search(page.body) else {}
    named = re.search(ID, rows.get("EudraCT number", "") or page.url)
    if named and (page.kind == "results" or "EudraCT number" in rows):
        reader = FieldReader(SLUG, named[0])
        if report := results_report(rows, named[0], reader):
            yield report
        yield from reader.notes
        return
    trials: dict[str, list[CountryRecord]] = {}
    if page.status == 200:
        for record in country_records(page.body):
            trials.setdefault(record.number, []).append(record)
    if not trials:
        reason = _told(page) if page.status != 200 else "it holds no text of a trial's download"
        yield Rejected(
            source=SLUG,
            record_ref=named[0] if named else page.url,
            reason=reason,
            path=page.url,
            value=beginning(page.body),
            action=_LOOK,
        )
    origin = VersionOrigin.EXPORT if page.kind == "file" else VersionOrigin.CURRENT
    for number, records in trials.items():
        reader = FieldReader(SLUG, number or page.url)
        if trial := trial_record(records, origin, reader):
            yield trial
        yield from reader.notes


def write_query(pico: Pico) -> str:
    """For the whole text in all languages, hence without abbreviations: in another language they are words."""
    return both(any_of(pico.population_in_all_languages), any_of(pico.narrowing_registries))


CONNECTOR = Connector(
    slug=SLUG,
    title="EU Clinical Trials Register",
    id_pattern=rf"{ID}(?:/results|/tables)?",
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://www.clinicaltrialsregister.eu",
    rate=1.0,
    probe_id="2011-006254-85",
    opens_zips=True,
    loads="text of the full download (any number of trials and countries), a saved results page, or tables of results as XML or zip",
    terms="European Medicines Agency; reuse with the source acknowledged, no republication of whole exports",
)
