"""PubMed through NCBI's E-utilities: searching, fetching, and what a MEDLINE citation declares.

Three requests a second without a key, ten with one; NCBI asks for ``tool`` and ``email`` in every
request (the address and the key are given to the client as secrets, so that neither is kept). Terms:
citations and their metadata may be used freely with attribution; abstracts belong to their publishers.

Quirks that shaped this module: esearch never reaches beyond 9,999 ids and does not say so
(a search that finds more is halved by days of entry until every part is reached); an unknown
search field is dropped from the query with a note beside the result; too many requests are answered by
JSON with status 429, which may repeat the key; ``Entrez date`` (edat) is when a citation came in and
does not move when it is retracted or revised, so only a search without `since` sees that; the ids of
DataBankList are declared by the journal, one mentioned in an abstract is not; many reports of trials
carry none (PMID 25364329).
"""

from collections.abc import Generator, Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
from lxml import etree

from connectors.literature.downloads import misplaced
from connectors.literature.pubmed_citation import SLUG, citations
from connectors.markup import UnreadableMarkup, read_xml
from connectors.reading import beginning, no_answer, shown, tidy, unusable
from connectors.search_words import any_of, both
from connectors.strategies import pubmed as syntax
from models.connector import Client, Connector, SourceFailure
from models.pico import Pico
from models.trial import Page, Parsed, Rejected, SourceQuery

MOST_IDS = 9_999
"""esearch reaches no further in PubMed; a search with more results is asked for by days of entry."""

FIRST_DAY = date(1900, 1, 1)
"""No citation came in before."""

SEARCH_SIZE = 1_000
FETCH_SIZE = 200
"""Ids in one efetch; NCBI asks to send longer lists by POST."""

BY_NUMBER = "record_ids"
"""Listing of the citations that a review names by their numbers."""

REGISTRY_IDS_SIZE = 50
"""Registry ids in one search, which keeps its address under 2,000 characters."""

_SEARCH, _FETCH = "/entrez/eutils/esearch.fcgi", "/entrez/eutils/efetch.fcgi"
_COMMON = {"db": "pubmed", "tool": "trialwatch"}
_Days = tuple[date, date | None] | None
"""First and last day of entry, the last open if None; None for all."""


class _ErrorList(msgspec.Struct, frozen=True):
    fieldsnotfound: list[str] = []


class _Result(msgspec.Struct, frozen=True):
    count: str | None = None
    idlist: list[str] = []
    errorlist: _ErrorList = _ErrorList()
    error: str | None = msgspec.field(name="ERROR", default=None)


class _Found(msgspec.Struct, frozen=True):
    """Answer of esearch, or NCBI's error in its place."""

    esearchresult: _Result | None = None
    error: str | None = None


def fetch(query: SourceQuery, since: date | None, http: Client) -> Iterator[Page]:
    """Ask for a topic's citations, those that name registry ids, or single ones; unusable pages come out too.

    `since` narrows a topic to citations entered from that day on. It does not narrow the others: a
    registry id may be added to an old citation.

    Raises
    ------
    SourceFailure
        If a page cannot be used, PubMed does not understand the query, or finds more of one day than it hands out.
    """
    if query.topic:
        ids = yield from _search(query.topic, (since, None) if since else None, http)
        yield from _citations(ids, "search", http)
    named: dict[str, None] = {}
    for start in range(0, len(query.registry_ids), REGISTRY_IDS_SIZE):
        batch = query.registry_ids[start : start + REGISTRY_IDS_SIZE]
        ids = yield from _search(" OR ".join(f"{registry_id}[si]" for registry_id in batch), None, http)
        named |= dict.fromkeys(ids)
    yield from _citations(list(named), "registry_ids", http)
    asked = dict.fromkeys(record_id.removeprefix("PMID:") for record_id in query.record_ids)
    yield from _citations(list(asked), BY_NUMBER, http)


def _search(term: str, days: _Days, http: Client) -> Generator[Page, None, list[str]]:
    """Ids that a search finds, each once, newest first; more than PubMed hands out are asked for span by span."""
    ids: dict[str, None] = {}
    start, count = 0, 1
    dates = _between(*days) if days else {}
    while start < count:
        page = http.get(
            _SEARCH,
            _COMMON | {"retmode": "json", "term": term, "retstart": str(start), "retmax": str(SEARCH_SIZE)} | dates,
            kind="search",
        )
        yield page
        result = _result(page)
        count = int(result.count or 0)
        if count > MOST_IDS:
            ids = dict.fromkeys((yield from _in_halves(term, days, page, count, http)))
            break
        if not result.idlist and start < count:
            raise SourceFailure(f"{page.url}: {count} citations announced, no id from number {start} on")
        ids |= dict.fromkeys(result.idlist)
        start += SEARCH_SIZE
    if len(ids) != count:
        raise SourceFailure(f"{page.url}: {count} citations announced, {len(ids)} different ids received")
    return list(ids)


def _between(low: date, high: date | None) -> dict[str, str]:
    return {"datetype": "edat", "mindate": f"{low:%Y/%m/%d}", "maxdate": f"{high:%Y/%m/%d}" if high else "3000"}


def _in_halves(term: str, days: _Days, page: Page, count: int, http: Client) -> Generator[Page, None, list[str]]:
    """Ids of a search that finds more than PubMed hands out, from two searches of half the days each."""
    low, high = days or (FIRST_DAY, None)
    high = high or max(low, page.observed_at.date() + timedelta(days=366))  # No citation came in later than that.
    if low == high:
        raise SourceFailure(f"{page.url}: {count} citations of one day, of which PubMed hands out {MOST_IDS}")
    middle = low + (high - low) // 2
    older = yield from _search(term, (low, middle), http)
    newer = yield from _search(term, (middle + timedelta(days=1), high), http)
    return newer + older


def _result(page: Page) -> _Result:
    if problem := unusable(page, "json"):
        raise SourceFailure(f"{page.url}: {problem}")
    try:
        found = msgspec.json.decode(page.body, type=_Found)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceFailure(f"{page.url}: unreadable JSON: {error}; it begins with {beginning(page.body)!r}") from None
    result = found.esearchresult
    if result is None or result.error or not (result.count or "").isdecimal():
        said = (result.error if result else found.error) or beginning(page.body)
        raise SourceFailure(f"{page.url}: no search result but {shown(said)!r}")
    if result.errorlist.fieldsnotfound:
        raise SourceFailure(f"{page.url}: PubMed does not know the fields {result.errorlist.fieldsnotfound}")
    return result


def _citations(ids: list[str], listing: str, http: Client) -> Iterator[Page]:
    for start in range(0, len(ids), FETCH_SIZE):
        batch = ids[start : start + FETCH_SIZE]
        page = http.get(_FETCH, _COMMON | {"retmode": "xml", "id": ",".join(batch)}, kind="record")
        # A number that somebody mistyped is no shortfall of PubMed's: `parse` names it.
        yield msgspec.structs.replace(page, listing=listing, total=None if listing == BY_NUMBER else len(ids))
        if (tag := str(_document(page).tag)) != "PubmedArticleSet":
            raise SourceFailure(f"{page.url}: <{tag}> where <PubmedArticleSet> was expected")


def _document(page: Page) -> etree._Element:
    if problem := unusable(page, "xml"):
        raise SourceFailure(f"{page.url}: {problem}")
    try:
        return read_xml(page.body)
    except UnreadableMarkup as error:
        raise SourceFailure(f"{page.url}: line {error.line}: {error}") from None


def parse(page: Page) -> Iterator[Parsed]:
    """Read every citation of a page; a search result holds none. A page that is no answer gives one Rejected.

    A search result that is loaded by hand is no answer: it names citations and does not hold them.
    """
    if other := misplaced(page):
        yield other
        return
    try:
        is_search = page.body.lstrip()[:1] == b"{"
        root = None if is_search else _document(page)
        if is_search:
            _result(page)
        if page.kind == "file" and (root is None or root.tag == "eSearchResult"):
            raise SourceFailure("a search result, which holds ids and no citations: load the XML that efetch gives")
    except SourceFailure as failure:
        yield no_answer(page, failure)
        return
    if root is not None and root.tag != "eSearchResult":
        yield from citations(root, page.url)
    if root is not None and root.tag == "PubmedArticleSet" and page.listing == BY_NUMBER:
        yield from _unknown(root, page.url)


def _unknown(root: etree._Element, url: str) -> Iterator[Rejected]:
    """Numbers that were asked for and have no citation in the answer."""
    found = {tidy(pmid.text) for pmid in root.iterfind("./*/*/PMID")}
    for pmid in parse_qs(urlsplit(url).query).get("id", [""])[0].split(","):
        if pmid and pmid not in found:
            yield Rejected(
                source=SLUG,
                record_ref=f"PMID:{pmid}",
                reason="PubMed has no citation of this number",
                path="PMID",
                value=pmid,
                action="correct it where the review names it, or load the report from a file",
            )


def write_query(pico: Pico) -> str:
    """For titles, abstracts and headings: who takes part, and what they receive, by its names and codes as well."""
    mesh = pico.vocabulary.mesh
    who = [any_of((*pico.population, *pico.abbreviations), "{}[tiab]"), *map(syntax.heading, mesh.population)]
    if not pico.intervention:
        return " OR ".join(who)
    what = [*any_of(pico.intervention, "{}[tiab]").split(" OR "), *map(syntax.heading, mesh.intervention)]
    names = (form for name in pico.names for form in syntax.forms(name))
    return both(" OR ".join(who), " OR ".join(dict.fromkeys([*what, *names])))


CONNECTOR = Connector(
    slug=SLUG,
    title="PubMed",
    id_pattern=r"PMID:[1-9]\d{0,8}",
    parse=parse,
    fetch=fetch,
    write_query=write_query,
    base_url="https://eutils.ncbi.nlm.nih.gov",
    rate=2.5,
    secrets={"email": "contact", "api_key": "ncbi_api_key"},
    probe_id="PMID:30048006",
    loads="XML of efetch: a <PubmedArticleSet> or a single <PubmedArticle>",
    terms="National Library of Medicine; citations free to use with attribution, abstracts belong to publishers",
)
