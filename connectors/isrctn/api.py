"""ISRCTN through its XML interface: asking for a listing, and how much of it there must be.

No key and no published limit; content is CC BY 4.0 (attribute ISRCTN). There is no paging: the first request
asks for nothing and reads how many records there are, the second asks for that many. Searches are boolean
expressions over fields such as ``condition:``; ``lastEdited GE`` narrows them to what was edited since.

The status is computed by the registry from today's date, and here from the day of observation
(:mod:`connectors.isrctn.record`): it moves without an edit, which only a search without `since` sees.
"""

import re
from collections.abc import Iterator
from datetime import date

import msgspec
from lxml import etree

from connectors.isrctn.elements import elements_of
from connectors.isrctn.record import ID_PATTERN, SLUG, read_record, trials_in
from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import no_answer, unusable
from connectors.search_words import any_of, both
from models.connector import Client, Connector, SourceFailure
from models.pico import Pico
from models.trial import Page, Parsed, SourceQuery
from models.vocabulary import VersionOrigin

_SEARCH, _RECORD = "/api/query/format/default", "/api/trial/{}/format/default"


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's records, and for single ones; a page that cannot be used still comes out.

    `since` narrows a topic to records edited from that day on. ISRCTN keeps no history of a record.

    Raises
    ------
    SourceFailure
        If a page cannot be used, or the number of records changes under the search. A record that the registry
        does not have is no failure of the registry: its page says so, and a person is asked about the number.
    """
    if query.topic:
        yield from _search(f"({query.topic}) AND lastEdited GE {since}T00:00:00.000Z" if since else query.topic, http)
    for record_id in query.record_ids:
        if not re.fullmatch(ID_PATTERN, record_id):
            raise SourceFailure(f"{SLUG}: {record_id!r} is no id of this registry: give ISRCTN and eight digits")
        page = http.get(_RECORD.format(record_id), {}, kind="record")
        yield page
        if page.status != 404:
            _document(page)


def _search(expression: str, http: Client) -> Iterator[Page]:
    counted = http.get(_SEARCH, {"q": expression, "limit": "0"}, kind="count")
    yield counted
    announced = _total(counted, _document(counted))
    if not announced:
        return
    page = http.get(_SEARCH, {"q": expression, "limit": str(announced)}, kind="search")
    yield msgspec.structs.replace(page, listing="search", total=announced)
    root = _document(page)
    total, found = _total(page, root), len(trials_in(root))
    if not total == found == announced:
        raise SourceFailure(f"{page.url}: {announced} records announced, then {total}, and {found} received: ask again")


def _total(page: Page, root: etree._Element) -> int:
    total = root.get("totalCount", "")
    if root.tag != "allTrials" or not re.fullmatch(r"\d{1,9}", total):
        raise SourceFailure(f"{page.url}: <{root.tag!s}> with totalCount {total!r} where <allTrials> was expected")
    return int(total)


def _document(page: Page) -> etree._Element:
    """The page's root element; names lose their namespace."""
    if problem := unusable(page, "xml"):
        raise SourceFailure(f"{page.url}: {problem}")
    try:
        root = read_xml(page.body)
    except UnreadableMarkup as error:
        raise SourceFailure(f"{page.url}: line {error.line}: {error}") from None
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    if root.tag not in {"allTrials", "fullTrial"}:
        raise SourceFailure(f"{page.url}: <{root.tag!s}> where <allTrials> or <fullTrial> was expected")
    return root


def parse(page: Page) -> Iterator[Parsed]:
    """Read every record of a page; the count that precedes a listing holds none."""
    is_json = page.body.lstrip().startswith((b"{", b"["))
    try:
        trials = elements_of(page) if is_json else trials_in(_document(page))
        if not trials and page.kind == "file":
            raise SourceFailure(f"{page.url}: no <fullTrial> in it")
        if not trials and page.kind == "record":
            raise SourceFailure(f"{page.url}: the registry has no record of this id")
    except SourceFailure as failure:
        yield no_answer(page, failure)
        return
    origin = VersionOrigin.COPY if is_json else VersionOrigin.CURRENT
    for number, trial in enumerate(trials, start=1):
        yield from read_record(trial, page.observed_at.date(), f"{page.url} record {number}", origin)


def write_query(pico: Pico) -> str:
    """For all fields, hence without abbreviations."""
    return both(any_of(pico.population), any_of(pico.narrowing_registries))


CONNECTOR = Connector(
    slug=SLUG,
    title="ISRCTN",
    id_pattern=ID_PATTERN,
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://www.isrctn.com",
    rate=1.0,
    probe_id="ISRCTN12949496",
    loads="XML of the interface (an <allTrials> or a single <fullTrial>), or its conversion to JSON by ctrdata",
    terms="CC BY 4.0; attribute ISRCTN",
)
