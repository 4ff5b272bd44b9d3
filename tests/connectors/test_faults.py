"""Every way in which a source can fail ends in a repetition or in a named failure, whatever the source.

Each source that is fetched answers here over two pages of records, spoken by a server on this machine, and then
fails at one of its answers. What must hold afterwards: the archive can be read whole, nothing is parsed from it
but what the source says when it is well, and the harvest says that something was wrong unless all of it came.
"""

import functools
import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors import CONNECTORS
from connectors.ctis import api as ctis
from connectors.euctr import register as euctr
from connectors.http import HttpClient
from connectors.literature import europepmc, pubmed
from flows import harvest as harvesting
from flows.harvest import HarvestFailure, HarvestTask, harvest
from models.connector import Connector
from models.search import SourceCheck
from models.settings import Settings
from models.trial import Page, Rejected, SourceQuery, content_hash
from models.vocabulary import Scope, SourceState
from stores.archive import archive_files, read_pages

FIXTURES = Path(__file__).parent / "fixtures"
NIGHT = datetime(2026, 11, 20, 6, tzinfo=UTC)
HUGE = 50_000_000
"""Bytes of a field that no record has."""


@dataclass(frozen=True)
class Asked:
    """A request as a source sees it."""

    path: str
    parameters: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Told:
    """An answer, and how it is sent."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    """Bytes after which the connection breaks."""
    is_silent: bool = False


# --- the sources when they are well ---


def _fixture(name: str) -> str:
    return (FIXTURES / name).read_text(encoding="utf-8")


def _json(value: object) -> Told:
    return Told(json.dumps(value).encode(), "application/json")


def _xml(text: str) -> Told:
    return Told(text.encode(), "text/xml; charset=UTF-8")


def speak_ctgov(asked: Asked) -> Told:
    if asked.path == "/api/v2/version":
        return _json({"apiVersion": "2.0.5", "dataTimestamp": "2026-11-19T09:00:05"})
    second = "pageToken" in asked.parameters
    study = json.loads(_fixture("ctgov/made_up_trial.json").replace("NCT90000001", f"NCT9000000{2 if second else 1}"))
    study["protocolSection"]["identificationModule"].pop("nctIdAliases")
    return _json({"studies": [study]} if second else {"totalCount": 2, "studies": [study], "nextPageToken": "next"})


def speak_pubmed(asked: Asked) -> Told:
    if asked.path.endswith("esearch.fcgi"):
        return _json({"esearchresult": {"count": "2", "idlist": ["90000001", "90000007"]}})
    text = re.sub(r"<!DOCTYPE.*?>", "", _fixture("pubmed/made_up_citations.xml"), flags=re.DOTALL)
    article = re.search(r"<PubmedArticle>.*?</PubmedArticle>", text, re.DOTALL)
    assert article
    citation = article[0].replace('<PMID Version="1">90000001', f'<PMID Version="1">{asked.parameters["id"]}')
    return _xml(f"<PubmedArticleSet>{citation}</PubmedArticleSet>")


def speak_europepmc(asked: Asked) -> Told:
    results = json.loads(_fixture("europepmc/made_up_results.json"))["resultList"]["result"]
    is_first = asked.parameters["cursorMark"] == "*"
    here = results[:1] if is_first else results[1:2]
    following = {"nextCursorMark": "2"} if is_first else {}
    return _json({"hitCount": 2, "resultList": {"result": here}} | following)


def speak_isrctn(asked: Asked) -> Told:
    text = _fixture("isrctn/made_up_trials.xml")
    return (
        _xml(re.sub(r"<fullTrial>.*</fullTrial>", "", text, flags=re.DOTALL))
        if asked.parameters["limit"] == "0"
        else _xml(text)
    )


def speak_euctr(asked: Asked) -> Told:
    if asked.path.endswith("/search"):
        return Told(b"<html>Trials with a EudraCT protocol (2)", "text/html")
    if int(asked.parameters["page"]) > 2:
        return Told(b"No trial here.", "text/plain;charset=UTF-8")
    trial = _fixture("euctr/made_up_trial.txt").replace("2009-000001-11", f"2009-00000{asked.parameters['page']}-11")
    return Told(trial.encode(), "text/plain;charset=UTF-8")


def speak_ctis(asked: Asked) -> Told:
    if asked.path.endswith("/search"):
        number = asked.body["pagination"]["page"]
        rows = [{"ctNumber": f"2023-50000{number}-11-01", "lastUpdated": "01/11/2026"}] if number <= 2 else []
        return _json({"pagination": {"totalRecords": 2}, "data": rows})
    number = asked.path.rpartition("/")[2]
    return _json(json.loads(_fixture("ctis/made_up_trial.json")) | {"ctNumber": number})


def speak_ictrp(asked: Asked) -> Told:
    text = _fixture("ictrp/made_up_answer.xml")
    if asked.path.endswith("/GetTrialDetails"):
        return _xml(text.replace("JPRN-UMIN000099901", asked.parameters["TrialIDnum"]))
    rows = "".join(f"<Trial><TrialID>ISRCTN9000000{number}</TrialID></Trial>" for number in (1, 2))
    return _xml(re.sub(r"<Trial diffgr.*</Results>", rows, text, flags=re.DOTALL))


SPEAKERS: dict[str, Callable[[Asked], Told]] = {
    "ctgov": speak_ctgov,
    "pubmed": speak_pubmed,
    "europepmc": speak_europepmc,
    "isrctn": speak_isrctn,
    "euctr": speak_euctr,
    "ctis": speak_ctis,
    "ictrp": speak_ictrp,
}
TOTALS = {
    "ctgov": b'"totalCount": 2',
    "pubmed": b'"count": "2"',
    "europepmc": b'"hitCount": 2',
    "isrctn": b'totalCount="2"',
    "euctr": b"protocol (2)",
    "ctis": b'"totalRecords": 2',
}
"""Where each source tells its total."""
UNTOLD = {"ictrp"}
"""Sources that tell no total: the list of numbers stands for it, and must be told to its end (their own tests)."""

FETCHED = [connector for connector in CONNECTORS.values() if connector.fetch]


# --- the ways to fail ---


def _entities(told: Told) -> Told:
    """A bomb of entities in front of what XML there is, or in the place of JSON."""
    bomb = b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1_000 + b'"><!ENTITY c "' + b"&b;" * 1_000 + b'">'
    bomb += b'<!ENTITY d "' + b"&c;" * 1_000 + b'">]>'
    if b"<?xml" in told.body or b"<Pubmed" in told.body:
        prolog, root = re.match(rb"(<\?xml.*?\?>)?\s*(.*)", told.body, re.DOTALL).groups()  # type: ignore[union-attr]
        return replace(told, body=(prolog or b"") + bomb + re.sub(rb"[Cc]ells for", b"&d;", root, count=1))
    return replace(told, body=bomb + b"<a>&d;</a>")


ONCE: dict[str, Callable[[Told], Told]] = {
    "too many requests": lambda told: replace(told, status=429, headers={"Retry-After": "0"}, body=b"{}"),
    "server error": lambda told: replace(told, status=500, body=b"oops", content_type="text/html"),
    "time-out": lambda told: replace(told, is_silent=True),
    "cut body": lambda told: replace(told, sent=len(told.body) // 2),
}
"""Faults that pass: the same question gets another answer."""

ALWAYS: dict[str, Callable[[Told], Told]] = ONCE | {
    "half a body, honestly measured": lambda told: replace(told, body=told.body[: len(told.body) // 2]),
    "nothing": lambda told: replace(told, body=b""),
    "HTML with 200": lambda told: replace(
        told, body=b"<html><body>Maintenance</body></html>", content_type="text/html"
    ),
    "not found": lambda told: replace(told, status=404, body=b"<html>Not Found</html>", content_type="text/html"),
    "decompression bomb": lambda told: replace(told, body=_BOMB, headers={"Content-Encoding": "gzip"}),
    "entity bomb": _entities,
}
_BOMB = gzip.compress(b" " * (harvesting.HttpClient.__init__.__kwdefaults__["largest_body"] + 1))


class Source(ThreadingHTTPServer):
    """A source on loopback; `fault` turns its answers from number `first` on into others, `times` of them."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, speak: Callable[[Asked], Told]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.speak = speak
        self.fault: Callable[[Told, Asked], Told] = lambda told, asked: told
        self.is_faulty: Callable[[int, Asked], bool] = lambda number, asked: False
        self.asked: list[Asked] = []
        self.closing = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Source

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def _answer(self, body: Any) -> None:
        parts = urlsplit(self.path)
        asked = Asked(parts.path, dict(parse_qsl(parts.query)), body)
        told = self.server.speak(asked)
        number = len(self.server.asked)
        self.server.asked.append(asked)
        if self.server.is_faulty(number, asked):
            told = self.server.fault(told, asked)
        if told.is_silent:
            self.server.closing.wait()
            self.close_connection = True
            return
        self.send_response(told.status)
        self.send_header("Content-Type", told.content_type)
        self.send_header("Content-Length", str(len(told.body)))
        for name, value in told.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told.body[: told.sent])
        self.close_connection = told.sent is not None


@pytest.fixture
def source(connector: Connector, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Source]:
    """The connector's source, well; its pages hold one record each, and clients are quick to give up."""
    for module, size in ((pubmed, "FETCH_SIZE"), (europepmc, "PAGE_SIZE"), (euctr, "PAGE_SIZE"), (ctis, "PAGE_SIZE")):
        monkeypatch.setattr(module, size, 1)
    # A busy machine may be slow to answer; short patience is for where no answer is to come.
    timeout = 0.5 if request.node.callspec.params.get("fault") == "time-out" else 5.0
    quick = functools.partial(HttpClient, retries=1, backoff=0.0, timeout=timeout)
    monkeypatch.setattr(harvesting, "HttpClient", quick)
    server = Source(SPEAKERS[connector.slug])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Outcome:
    check: SourceCheck
    parsed: tuple[Any, ...]
    """What the archive's pages hold, read again from the archive."""

    @property
    def versions(self) -> dict[str, str]:
        """Content of each record by id."""
        return {
            getattr(item, "record_id", None) or item.report_id: content_hash(item)
            for item in self.parsed
            if not isinstance(item, Rejected)
        }

    @property
    def rejected(self) -> list[Rejected]:
        return [item for item in self.parsed if isinstance(item, Rejected)]


def search(connector: Connector, source: Source, folder: Path) -> Outcome:
    settings = Settings(data=folder)
    task = HarvestTask(
        connector=connector,
        scope=Scope.TOPIC,
        query=SourceQuery(topic="cells"),
        since=None,
        base_url=f"http://127.0.0.1:{source.server_address[1]}",
        observed_at=NIGHT,
        run_id=1,
    )
    try:
        check = harvest(task, settings).check
    except HarvestFailure as failure:
        check = failure.harvested.check
    pages: list[Page] = [
        archived.page for path in archive_files(settings.archive) for archived in read_pages(settings.archive, path)
    ]
    assert len(pages) == check.n_requests
    return Outcome(check, tuple(item for page in pages for item in connector.parse(page)))


def test_every_source_that_is_fetched_fails_here() -> None:
    assert {connector.slug for connector in FETCHED} == SPEAKERS.keys() == TOTALS.keys() | UNTOLD


every_source = pytest.mark.parametrize("connector", FETCHED, ids=lambda connector: connector.slug)


@pytest.fixture
def well(connector: Connector, source: Source, tmp_path: Path) -> Outcome:
    """What the source gives when nothing is wrong."""
    outcome = search(connector, source, tmp_path / "well")
    assert (outcome.check.state, len(outcome.versions), outcome.rejected) == (SourceState.COMPLETE, 2, [])
    return outcome


def _places(source: Source) -> list[int]:
    """Numbers of the requests that fail in turn: the first of a search, and the last."""
    return [0, len(source.asked) - 1]


@every_source
@pytest.mark.parametrize("fault", ONCE)
def test_a_fault_that_passes_is_waited_out(
    connector: Connector, source: Source, well: Outcome, fault: str, tmp_path: Path
) -> None:
    n_asked = len(source.asked)
    for place in _places(source):
        source.asked.clear()
        source.fault = lambda told, asked: ONCE[fault](told)
        source.is_faulty = lambda number, asked, place=place: number == place
        outcome = search(connector, source, tmp_path / str(place))
        assert (outcome.check.state, outcome.check.reason) == (SourceState.COMPLETE, "")
        assert outcome.versions == well.versions
        assert len(source.asked) == n_asked + 1


@every_source
@pytest.mark.parametrize("fault", ALWAYS)
def test_a_fault_that_stays_is_named_and_nothing_of_it_is_believed(
    connector: Connector, source: Source, well: Outcome, fault: str, tmp_path: Path
) -> None:
    for place in _places(source):
        source.asked.clear()
        source.fault = lambda told, asked: ALWAYS[fault](told)
        source.is_faulty = lambda number, asked, place=place: number >= place
        outcome = search(connector, source, tmp_path / str(place))
        assert outcome.versions.items() <= well.versions.items()
        assert outcome.check.state is not SourceState.COMPLETE
        assert "http://127.0.0.1" in outcome.check.reason or "announced" in outcome.check.reason


@every_source
def test_bytes_that_are_no_utf_8_cost_their_record_or_the_search_and_are_named(
    connector: Connector, source: Source, well: Outcome, tmp_path: Path
) -> None:
    source.fault = lambda told, asked: replace(told, body=told.body.replace(b"Cells", b"Cell\xff"))
    source.is_faulty = lambda number, asked: True
    outcome = search(connector, source, tmp_path / "bytes")
    assert outcome.versions.items() < well.versions.items()
    assert outcome.check.state is not SourceState.COMPLETE
    assert outcome.rejected
    assert all(item.reason and item.action for item in outcome.rejected)


@every_source
def test_a_page_that_comes_again_is_no_other_page(
    connector: Connector, source: Source, well: Outcome, tmp_path: Path
) -> None:
    """The first page of records, or within the only one its first record, in the place of every later one."""
    first: list[Told] = []

    def again(told: Told, asked: Asked) -> Told:
        if connector.slug == "isrctn":
            return replace(told, body=told.body.replace(b"99999902", b"99999901"))
        has_records = b"90000" in told.body or b"2009-00000" in told.body or b"authorizedApplication" in told.body
        if not has_records or asked.path.endswith(("esearch.fcgi", "GetTrials")):
            return told
        first.append(told)
        return first[0]

    source.fault, source.is_faulty = again, lambda number, asked: True
    outcome = search(connector, source, tmp_path / "again")
    assert outcome.check.state is not SourceState.COMPLETE
    assert outcome.check.reason
    assert len(outcome.versions) == 1


@pytest.mark.parametrize("connector", [CONNECTORS[slug] for slug in TOTALS], ids=TOTALS)
@pytest.mark.parametrize("change", ["one more", "all there is", "one more later", "one less later"])
def test_a_total_that_is_not_what_was_received_is_no_complete_search(
    connector: Connector, source: Source, well: Outcome, change: str, tmp_path: Path
) -> None:
    told_as, totals = TOTALS[connector.slug], {"one more": b"3", "all there is": b"470145", "one less later": b"1"}
    is_later, n_told = change.endswith("later"), []

    def other(told: Told, asked: Asked) -> Told:
        if told_as not in told.body:
            return told
        n_told.append(asked)
        if is_later and len(n_told) == 1:
            return told
        other_total = totals.get(change, b"3")
        return replace(told, body=told.body.replace(told_as, told_as.replace(b"2", other_total)))

    source.fault, source.is_faulty = other, lambda number, asked: True
    outcome = search(connector, source, tmp_path / "total")
    assert outcome.versions.items() <= well.versions.items()
    if is_later and len(n_told) == 1:  # A source that tells its total once cannot change it.
        assert connector.slug in {"ctgov", "pubmed", "euctr"}
        assert outcome.check.state is SourceState.COMPLETE
    else:
        assert outcome.check.state is not SourceState.COMPLETE
        assert outcome.check.reason


@pytest.mark.slow
@every_source
def test_a_field_of_fifty_megabytes_is_read_whole_or_rejected(
    connector: Connector, source: Source, well: Outcome, tmp_path: Path
) -> None:
    made_huge: list[Asked] = []

    def huge(told: Told, asked: Asked) -> Told:
        if made_huge or b"Cells" not in told.body:
            return told
        made_huge.append(asked)
        return replace(told, body=told.body.replace(b"Cells", b"Cells" + b" and more" * (HUGE // 9), 1))

    source.fault, source.is_faulty = huge, lambda number, asked: True
    outcome = search(connector, source, tmp_path / "huge")
    assert made_huge
    other = [item for item in outcome.parsed if not isinstance(item, Rejected) and len(repr(item)) > HUGE]
    known = outcome.versions.items() & well.versions.items()
    assert len(outcome.versions) == len(known) + len(other)
    if len(outcome.versions) < 2:
        assert outcome.check.state is not SourceState.COMPLETE
        assert outcome.rejected
        assert all(len(item.value) <= 80 for item in outcome.rejected)
