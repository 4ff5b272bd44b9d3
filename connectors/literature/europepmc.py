"""Europe PMC's REST search: asking for reports page by page, each page named by the one before it.

Polite use, no key. Terms: EMBL-EBI's; metadata may be used freely, abstracts belong to their publishers. Version
6.9 of the interface.

Europe PMC repeats MEDLINE and adds preprints and papers that MEDLINE has not: a report with a PMID is the same
report as PubMed's and here a copy of it (:mod:`connectors.literature.europepmc_result`). Quirks that shaped this module:
the cursor of the last page repeats, or leads to an empty page; ``hitCount`` is the total and is told on every
page; an error may come as JSON with ``errMsg`` in the place of results; a search by trial id finds what was
mined from texts, which is mentioned, not declared, so that no registry id is taken from it.
"""

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from connectors.literature.downloads import misplaced
from connectors.literature.europepmc_result import ID_PATTERN, SLUG, Result, read_result
from connectors.reading import beginning, no_answer, shown, unusable
from connectors.search_words import any_of, both
from models.connector import Client, Connector, SourceFailure
from models.pico import Pico
from models.registers import BY_NAME, CTGOV
from models.trial import Page, Parsed, Rejected, SourceQuery

PAGE_SIZE = 100
"""Of 1,000 at most; a result with its abstract takes about 10 kB."""

IDS_SIZE = 50
"""Ids in one search, which keeps its address under 4,000 characters."""

FAR = "3000-12-31"

_SEARCH = "/europepmc/webservices/rest/search"
_FIRST = "*"
_MINED = re.compile(BY_NAME[CTGOV].pattern)
"""Ids of trials that Europe PMC mines; those of other registries it does not."""


class _Results(msgspec.Struct, frozen=True):
    result: list[msgspec.Raw]


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    hit_count: int | None = None
    next_cursor_mark: str | None = None
    result_list: _Results | None = None
    err_code: int | None = None
    err_msg: str | None = None


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's reports, those that mention trials, or single ones; unusable pages come out too.

    `since` narrows a topic to reports indexed or revised from that day on, so that a retraction is seen. It does
    not narrow the others: a trial's id may be mined from an old paper.

    Raises
    ------
    SourceFailure
        If a page cannot be used, or the cursor ends or repeats before everything announced was received.
    """
    if query.topic:
        changed = f"FIRST_IDATE:[{since} TO {FAR}] OR UPDATE_DATE:[{since} TO {FAR}]"
        yield from _search(f"({query.topic}) AND ({changed})" if since else query.topic, "search", http)
    mined = [registry_id for registry_id in query.registry_ids if _MINED.fullmatch(registry_id)]
    for number, batch in enumerate(_batches(mined)):
        named = " OR ".join(f"ACCESSION_ID:{registry_id}" for registry_id in batch)
        yield from _search(f"ACCESSION_TYPE:nct AND ({named})", f"registry_ids {number}", http)
    for number, batch in enumerate(_batches(list(dict.fromkeys(query.record_ids)))):
        yield from _search(" OR ".join(_by_id(record_id) for record_id in batch), f"record_ids {number}", http)


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), IDS_SIZE):
        yield ids[start : start + IDS_SIZE]


def _by_id(record_id: str) -> str:
    if not re.fullmatch(ID_PATTERN, record_id):
        raise SourceFailure(f"{SLUG}: {record_id!r} is no id of a report: give PMID:… or a collection and an id")
    collection, _, number = record_id.partition(":")
    return f"(EXT_ID:{number} AND SRC:{'MED' if collection == 'PMID' else collection})"


def _search(query: str, listing: str, http: Client) -> Iterator[Page]:
    cursors: set[str] = set()
    cursor, n_received, total = _FIRST, 0, 0
    while cursor not in cursors:
        cursors.add(cursor)
        page = http.get(
            _SEARCH,
            {
                "query": query,
                "resultType": "core",
                "format": "json",
                "pageSize": str(PAGE_SIZE),
                "cursorMark": cursor,
                "synonym": "false",
            },
            kind="search",
        )
        try:
            answer = _understood(page)
        except SourceFailure:
            yield page
            raise
        yield msgspec.structs.replace(page, listing=listing, total=answer.hit_count)
        assert answer.hit_count is not None
        assert answer.result_list is not None
        total, n_here = answer.hit_count, len(answer.result_list.result)
        n_received += n_here
        if n_received >= total or not n_here or not answer.next_cursor_mark:
            break
        cursor = answer.next_cursor_mark
    if n_received < total:
        raise SourceFailure(f"{page.url}: {total} reports announced, {n_received} received until the cursor ended")


def _understood(page: Page) -> _Answer:
    if problem := unusable(page, "json"):
        raise SourceFailure(f"{page.url}: {problem}")
    try:
        answer = msgspec.json.decode(page.body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceFailure(f"{page.url}: unreadable JSON: {error}; it begins with {beginning(page.body)!r}") from None
    if answer.hit_count is None or answer.hit_count < 0 or answer.result_list is None:
        said = answer.err_msg or beginning(page.body)
        raise SourceFailure(f"{page.url}: no search result but {shown(said)!r}")
    return answer


def parse(page: Page) -> Iterator[Parsed]:
    """Read every result of a page, each by itself. A page that is no answer gives one Rejected."""
    if other := misplaced(page):
        yield other
        return
    try:
        answer = _understood(page)
    except SourceFailure as failure:
        yield no_answer(page, failure)
        return
    assert answer.result_list is not None
    for number, raw in enumerate(answer.result_list.result):
        try:
            result = msgspec.json.decode(raw, type=Result)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield Rejected(
                source=SLUG,
                record_ref=f"{page.url} result {number + 1}",
                reason=f"not in the form of a result: {error}",
                path=f"resultList.result[{number}]",
                value=beginning(bytes(raw)),
                action="look at the result in the archive",
            )
        else:
            yield from read_result(result, f"{page.url} result {number + 1}")


def write_query(pico: Pico) -> str:
    """For titles and abstracts, as in PubMed: full texts mention every disease."""
    who, what = (*pico.population, *pico.abbreviations), pico.narrowing
    return both(any_of(who, "TITLE_ABS:{}"), any_of(what, "TITLE_ABS:{}"))


CONNECTOR = Connector(
    slug=SLUG,
    title="Europe PMC",
    id_pattern=ID_PATTERN,
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://www.ebi.ac.uk",
    rate=2.0,
    probe_id="PMID:30048006",
    loads="JSON of the REST search, result type core or lite",
    terms="EMBL-EBI; metadata free to use with attribution, abstracts belong to publishers",
)
