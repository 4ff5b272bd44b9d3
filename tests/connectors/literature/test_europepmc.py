"""What is asked of Europe PMC, when its cursor has come to an end, and what a result says."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.http import HttpClient
from models.report import Report
from models.trial import Page, Rejected, SourceQuery

Connect = Callable[..., HttpClient]
Take = Callable[[Iterator[Page]], tuple[list[Page], str]]
EPMC = CONNECTORS["europepmc"]
SEARCH = "/europepmc/webservices/rest/search"


def _result(pmid: str = "90000001", /, **fields: Any) -> dict[str, Any]:
    named = {"id": pmid, "source": "MED", "pmid": pmid, "title": "A title", "firstIndexDate": "2020-01-02"}
    return {name: value for name, value in (named | fields).items() if value is not None}


def _body(*results: dict[str, Any], **fields: Any) -> str:
    answer = {"version": "6.9", "hitCount": len(results), "resultList": {"result": list(results)}}
    return json.dumps(answer | fields)


class Index:
    """Answers a search page by page; its cursors are the numbers of the results they lead to."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.pmids: list[str] = []
        self.count: int | None = None
        self.at_the_end = "same"
        """What stands beside the last result: the same cursor, a further one, or none."""
        self.stuck_at: str | None = None
        self.asked: list[dict[str, str]] = []
        httpserver.expect_request(SEARCH).respond_with_handler(self._search)

    def _search(self, request: Request) -> Response:
        self.asked.append(dict(request.args))
        cursor, size = request.args["cursorMark"], int(request.args["pageSize"])
        start = 0 if cursor == "*" else int(cursor)
        batch = self.pmids[start : start + size]
        following: str | None = str(start + len(batch))
        if start + len(batch) >= len(self.pmids):
            following = {"same": cursor, "further": following, "none": None}[self.at_the_end]
        if self.stuck_at is not None and start + len(batch) > int(self.stuck_at):
            following = self.stuck_at
        count = len(self.pmids) if self.count is None else self.count
        body = _body(*(_result(pmid) for pmid in batch), hitCount=count, nextCursorMark=following)
        return Response(body, content_type="application/json;charset=UTF-8")


@pytest.fixture
def index(httpserver: HTTPServer) -> Index:
    return Index(httpserver)


def _reports(pages: list[Page]) -> list[str]:
    return [item.report_id for page in pages for item in EPMC.parse(page) if isinstance(item, Report)]


@pytest.mark.parametrize("at_the_end", ["same", "further", "none"])
@pytest.mark.parametrize("n_reports", [1, 99, 100, 101, 234])
def test_a_topic_is_followed_to_its_last_page_however_that_is_marked(
    index: Index, client: Connect, at_the_end: str, n_reports: int, take: Take
) -> None:
    index.pmids = [str(90_000_000 + number) for number in range(n_reports)]
    index.at_the_end = at_the_end
    pages, failure = take(EPMC.fetch(SourceQuery(topic="als"), None, client("europepmc")))
    assert failure == ""
    assert _reports(pages) == [f"PMID:{pmid}" for pmid in index.pmids]
    assert {(page.listing, page.total) for page in pages} == {("search", n_reports)}
    assert index.asked[0]["cursorMark"] == "*"
    assert {(asked["query"], asked["resultType"], asked["format"]) for asked in index.asked} == {
        ("als", "core", "json")
    }


def test_a_search_without_result_is_complete(index: Index, client: Connect, take: Take) -> None:
    pages, failure = take(EPMC.fetch(SourceQuery(topic="als"), None, client("europepmc")))
    assert (len(pages), failure, _reports(pages)) == (1, "", [])


@pytest.mark.parametrize("stuck_at", ["100", "200"])
def test_a_cursor_that_comes_round_again_is_a_failure_and_no_endless_search(
    index: Index, client: Connect, stuck_at: str, take: Take
) -> None:
    index.pmids = [str(90_000_000 + number) for number in range(500)]
    index.stuck_at = stuck_at
    pages, failure = take(EPMC.fetch(SourceQuery(topic="als"), None, client("europepmc")))
    assert "500 reports announced" in failure
    assert 0 < len(pages) <= 5


def test_fewer_reports_than_announced_are_a_failure(index: Index, client: Connect, take: Take) -> None:
    index.pmids, index.count = ["90000001"], 3
    pages, failure = take(EPMC.fetch(SourceQuery(topic="als"), None, client("europepmc")))
    assert "3 reports announced, 1 received" in failure
    assert len(pages) == 1


def test_since_asks_for_what_was_indexed_or_revised_from_that_day_on(index: Index, client: Connect, take: Take) -> None:
    take(EPMC.fetch(SourceQuery(topic="als OR mnd"), date(2026, 11, 1), client("europepmc")))
    assert index.asked[0]["query"] == (
        "(als OR mnd) AND (FIRST_IDATE:[2026-11-01 TO 3000-12-31] OR UPDATE_DATE:[2026-11-01 TO 3000-12-31])"
    )


def test_trials_are_asked_for_where_europe_pmc_mines_their_ids(index: Index, client: Connect, take: Take) -> None:
    registry_ids = (*(f"NCT{number:08d}" for number in range(60)), "ISRCTN12949496")
    _, failure = take(EPMC.fetch(SourceQuery(registry_ids=registry_ids), date(2026, 1, 1), client("europepmc")))
    assert failure == ""
    assert [asked["query"].count("ACCESSION_ID:NCT") for asked in index.asked] == [50, 10]
    assert index.asked[0]["query"].startswith("ACCESSION_TYPE:nct AND (ACCESSION_ID:NCT00000000 OR ")
    assert not any("ISRCTN" in asked["query"] or "IDATE" in asked["query"] for asked in index.asked)


def test_single_reports_are_asked_for_by_collection_and_id(index: Index, client: Connect, take: Take) -> None:
    query = SourceQuery(record_ids=("PMID:90000001", "PPR:PPR900001", "PMID:90000001"))
    take(EPMC.fetch(query, None, client("europepmc")))
    [asked] = index.asked
    assert asked["query"] == "(EXT_ID:90000001 AND SRC:MED) OR (EXT_ID:PPR900001 AND SRC:PPR)"


def test_an_id_of_no_report_is_refused_before_it_is_asked_for(client: Connect, take: Take) -> None:
    _, failure = take(EPMC.fetch(SourceQuery(record_ids=("NCT01363401",)), None, client("europepmc")))
    assert "no id of a report" in failure


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Response("<html>down</html>", mimetype="text/html"), "text/html where JSON was expected"),
        (
            Response('{"errCode":404,"errMsg":"bad query"}', mimetype="application/json"),
            "no search result but 'bad query'",
        ),
        (Response('{"hitCount":1,"resultList":{"res', mimetype="application/json"), "unreadable JSON"),
        (Response('{"hitCount":"many","resultList":{"result":[]}}', mimetype="application/json"), "unreadable JSON"),
        (Response('{"hitCount":-1,"resultList":{"result":[]}}', mimetype="application/json"), "no search result"),
        (Response(b'{"hitCount":1,"resultList":{"result":["\xff"]}}', mimetype="application/json"), "1 reports"),
        (Response("no", status=403, mimetype="text/plain"), "HTTP 403"),
        (Response("no", status=503, mimetype="text/plain"), "no whole answer"),
        (Response("no", status=429, headers={"Retry-After": "0"}), "HTTP 429"),
    ],
    ids=["html", "error with 200", "cut", "no number", "negative", "invalid UTF-8", "403", "503", "429"],
)
def test_a_search_that_is_not_answered_is_named_and_stops(
    httpserver: HTTPServer, client: Connect, answer: Response, told: str, take: Take
) -> None:
    httpserver.expect_request(SEARCH).respond_with_response(answer)
    pages, failure = take(EPMC.fetch(SourceQuery(topic="als"), None, client("europepmc")))
    read = [item for page in pages for item in EPMC.parse(page)]
    assert told in failure or read
    assert all(isinstance(item, Rejected) for item in read)


def _parse(page_of: Callable[..., Page], *results: dict[str, Any]) -> tuple[list[Report], list[Rejected]]:
    found = list(EPMC.parse(page_of("europepmc", _body(*results).encode())))
    return [x for x in found if isinstance(x, Report)], [x for x in found if isinstance(x, Rejected)]


@pytest.mark.parametrize(
    ("fields", "report_id", "origin"),
    [
        ({}, "PMID:90000001", "copy"),
        ({"pmid": None}, "PMID:90000001", "copy"),
        ({"id": "PMC9000001", "source": "PMC"}, "PMID:90000001", "copy"),
        ({"id": "PMC9000001", "source": "PMC", "pmid": None}, "PMC:PMC9000001", "current"),
        ({"id": "PPR900001", "source": "PPR", "pmid": None}, "PPR:PPR900001", "current"),
        ({"id": "NBK0001", "source": "NBK", "pmid": None}, "NBK:NBK0001", "current"),
    ],
)
def test_a_report_with_a_pmid_is_the_one_of_pubmed(
    page_of: Callable[..., Page], fields: dict[str, Any], report_id: str, origin: str
) -> None:
    [report], rejected = _parse(page_of, _result(**fields))
    assert (report.source, report.report_id, report.origin, rejected) == ("europepmc", report_id, origin, [])


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"electronicPublicationDate": "2025-06-18", "journalInfo": {"dateOfPublication": "2025 Dec"}}, "2025-06-18"),
        ({"journalInfo": {"dateOfPublication": "2025 Dec"}, "firstPublicationDate": "2025-12-01"}, "2025-12"),
        ({"journalInfo": {"dateOfPublication": "2025 Dec 3"}}, "2025-12-03"),
        ({"journalInfo": {"dateOfPublication": "2025 Nov-Dec"}}, "2025-11"),
        ({"journalInfo": {"dateOfPublication": "2025 Spring"}}, "2025"),
        ({"firstPublicationDate": "2025-06-18"}, "2025-06-18"),
        ({"firstPublicationDate": "2025-12-01"}, "2025-12"),
        ({"pubYear": "2025"}, "2025"),
        ({}, None),
    ],
)
def test_a_date_of_publication_is_no_more_precise_than_the_journal(
    page_of: Callable[..., Page], fields: dict[str, Any], published: str | None
) -> None:
    [report], rejected = _parse(page_of, _result(**fields))
    assert (report.published_date, rejected) == (published, [])


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Erratum for", "erratum_for"),
        ("Erratum in", "erratum_in"),
        ("Retraction in", "retraction_in"),
        ("Retraction of", "retraction_of"),
        ("Expression of concern in", "concern_in"),
        ("Comment on", None),
        ("Preprint in", "preprint_in"),
        ("Preprint of", "preprint_of"),
    ],
)
def test_what_touches_the_findings_is_related_and_nothing_else(
    page_of: Callable[..., Page], word: str, kind: str | None
) -> None:
    notice = {"id": "7", "source": "MED", "reference": "J. 2020", "type": word}
    [report], rejected = _parse(page_of, _result(commentCorrectionList={"commentCorrection": [notice]}))
    assert [(item.kind, item.pmid) for item in report.related] == ([(kind, "7")] if kind else [])
    assert rejected == []


def test_a_relation_that_nobody_knows_goes_to_a_person(page_of: Callable[..., Page]) -> None:
    notice = {"id": "7", "source": "MED", "type": "Doubted by"}
    [report], [rejected] = _parse(page_of, _result(commentCorrectionList={"commentCorrection": [notice]}))
    assert report.related == ()
    assert (rejected.record_ref, rejected.value) == ("PMID:90000001", "doubtedby")


def test_no_mined_id_is_declared(page_of: Callable[..., Page]) -> None:
    mined = {"hasTMAccessionNumbers": "Y", "tmAccessionTypeList": {"accessionType": ["nct"]}}
    [report], _ = _parse(page_of, _result(abstractText="See NCT01363401.", **mined))
    assert report.registry_ids == ()


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "x y", "source": "MED", "pmid": "x y"},
        {"id": "7", "source": "ABC", "pmid": None},
        {"title": None},
        {"firstIndexDate": None},
        {"title": 7},
        {"pubTypeList": {"pubType": "Review"}},
    ],
)
def test_a_broken_result_costs_no_other(page_of: Callable[..., Page], broken: dict[str, Any]) -> None:
    reports, rejected = _parse(page_of, _result("1"), _result("2", **broken), _result("3"))
    assert [report.report_id for report in reports] == ["PMID:1", "PMID:3"]
    assert len(rejected) == 1


def test_every_real_result_is_read_in_both_forms(samples: Path, page_of: Callable[..., Page]) -> None:
    read = {}
    for path in sorted((samples / "europepmc").iterdir()):
        found = list(EPMC.parse(page_of("europepmc", path.read_bytes(), kind="file")))
        assert all(isinstance(item, Report) for item in found)
        read[path.stem] = [item for item in found if isinstance(item, Report)]
    assert {name: len(items) for name, items in read.items()} == {
        "search_cancer": 25,
        "search_cancer_core": 25,
        "search_cancer_page2": 5,
    }
    full, short = read["search_cancer_core"], read["search_cancer"]
    assert {item.report_id for item in full} == {item.report_id for item in short}
    assert full[0].published_date == "2025-12"
    assert (full[0].journal, full[0].first_author) == ("Lancet (London, England)", "Schoenfeld JD")
    assert [item.related[0].pmid for item in full if item.related] == ["39293462", "39971854"]
    assert not any("<" in (item.abstract_text or "") and "h4" in (item.abstract_text or "") for item in full)
