"""What is asked of ClinicalTrials.gov, and what becomes of every way in which it answers badly."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from connectors.http import HttpClient
from models.review import load_review
from models.settings import Settings
from models.trial import Page, Rejected, SourceQuery, TrialRecord

Connect = Callable[..., HttpClient]
Take = Callable[[Iterator[Page]], tuple[list[Page], str]]
CTGOV = CONNECTORS["ctgov"]
TOPIC = SourceQuery(topic="amyotrophic lateral sclerosis OR motor neuron disease")


class Registry:
    """Answers the registry's addresses from what a test puts into it."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.versions = iter(["2026-11-19T09:00:05"] * 99)
        self.listing: dict[str, Any] = {"": {"totalCount": 0, "studies": []}}
        self.asked: list[Request] = []
        httpserver.expect_request("/api/v2/version").respond_with_handler(self._version)
        httpserver.expect_request("/api/v2/studies").respond_with_handler(self._studies)

    def _version(self, request: Request) -> Response:
        self.asked.append(request)
        return _json({"apiVersion": "2.0.5", "dataTimestamp": next(self.versions)})

    def _studies(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.listing[request.args.get("pageToken", "")]
        return answer if isinstance(answer, Response) else _json(answer)


@pytest.fixture
def registry(httpserver: HTTPServer) -> Registry:
    return Registry(httpserver)


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json;charset=utf-8")


def _study(number: int) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}"},
            "statusModule": {"lastUpdatePostDateStruct": {"date": "2026-11-01"}},
        }
    }


def _ids(pages: list[Page]) -> list[str]:
    return [item.registry_id for page in pages for item in CTGOV.parse(page) if isinstance(item, TrialRecord)]


def test_a_listing_is_followed_to_its_end_through_an_empty_page(
    registry: Registry, client: Connect, take: Take
) -> None:
    registry.listing = {
        "": {"totalCount": 3, "studies": [_study(1), _study(2)], "nextPageToken": "a"},
        "a": {"studies": [], "nextPageToken": "a-longer-token-than-before"},
        "a-longer-token-than-before": {"studies": [_study(3)]},
    }
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert failure == ""
    assert _ids(pages) == ["NCT00000001", "NCT00000002", "NCT00000003"]
    assert [(page.kind, page.listing, page.total) for page in pages] == [
        ("version", None, None),
        ("search", "search", 3),
        ("search", "search", 3),
        ("search", "search", 3),
        ("version", None, None),
    ]


def test_every_page_is_asked_with_the_same_words(registry: Registry, client: Connect, take: Take) -> None:
    registry.listing = {"": {"totalCount": 0, "studies": [], "nextPageToken": "a"}, "a": {"studies": []}}
    take(CTGOV.fetch(TOPIC, date(2026, 11, 1), client()))
    first, second = (dict(request.args) for request in registry.asked if request.path.endswith("/studies"))
    assert first == {
        "query.cond": TOPIC.topic,
        "filter.advanced": "AREA[LastUpdatePostDate]RANGE[2026-11-01,MAX]",
        "countTotal": "true",
        "pageSize": "100",
        "format": "json",
    }
    assert second == first | {"pageToken": "a"}


def test_without_a_date_nothing_is_filtered(registry: Registry, client: Connect, take: Take) -> None:
    take(CTGOV.fetch(TOPIC, None, client()))
    assert not [name for request in registry.asked for name in request.args if "filter" in name.lower()]


def test_a_page_token_that_comes_twice_ends_the_listing(registry: Registry, client: Connect, take: Take) -> None:
    turning = {"studies": [_study(2)], "nextPageToken": "a"}
    registry.listing = {"": {"totalCount": 3, "studies": [_study(1)], "nextPageToken": "a"}, "a": turning}
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert "token 'a' came twice" in failure
    assert _ids(pages) == ["NCT00000001", "NCT00000002"]


def test_page_tokens_that_never_end_end_the_listing(registry: Registry, client: Connect, take: Take) -> None:
    class Endless(dict[str, Any]):
        def __missing__(self, token: str) -> dict[str, Any]:
            return {"studies": [_study(2)], "nextPageToken": f"{token}x"}

    registry.listing = Endless({"": {"totalCount": 3, "studies": [_study(1)], "nextPageToken": "a"}})
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert "3 records announced, and no end after" in failure
    assert len(pages) < 100


def test_a_listing_overtaken_by_new_data_is_fetched_again(registry: Registry, client: Connect, take: Take) -> None:
    registry.versions = iter(["2026-11-18T09:00:00", "2026-11-19T09:00:00", "2026-11-19T09:00:00"])
    registry.listing = {"": {"totalCount": 1, "studies": [_study(1)]}}
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert failure == ""
    assert [(page.kind, page.listing) for page in pages] == [
        ("version", None),
        ("search", None),
        ("version", None),
        ("search", "search"),
        ("version", None),
    ]


def test_a_total_that_changes_within_a_listing_is_no_listing(registry: Registry, client: Connect, take: Take) -> None:
    registry.listing = {
        "": {"totalCount": 2, "studies": [_study(1)], "nextPageToken": "a"},
        "a": {"totalCount": 3, "studies": [_study(2)]},
    }
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert "changed during each of 3 listings" in failure
    assert {page.listing for page in pages} == {None}
    assert len([page for page in pages if page.kind == "search"]) == 6


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            Response("<html>maintenance</html>", content_type="text/html"),
            "text/html where JSON was expected: '<html>main",
        ),
        (Response("<html>maintenance</html>", content_type="application/json"), "it begins with '<html>maintenance"),
        (Response("Invalid prefix", status=400, content_type="text/plain"), "HTTP 400 (text/plain): 'Invalid prefix'"),
        (Response(b'{"studies":[{"proto', content_type="application/json"), "truncated"),
        (Response(b'{"nextPageToken":"\xff\xfe"}', content_type="application/json"), "unreadable JSON"),
        (Response(b"{}", content_type="application/json"), "without list of studies"),
        (Response(b'{"studies":"all"}', content_type="application/json"), "$.studies"),
    ],
    ids=["html", "html as json", "plain text", "cut json", "no utf-8", "empty object", "another shape"],
)
def test_a_page_that_is_no_answer_is_kept_and_stops_the_listing(
    registry: Registry, client: Connect, answer: Response, told: str, take: Take
) -> None:
    registry.listing = {"": {"totalCount": 2, "studies": [_study(1)], "nextPageToken": "a"}, "a": answer}
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert "/api/v2/studies?query.cond=" in failure
    assert "pageToken=a" in failure
    assert told in failure
    assert [page.kind for page in pages] == ["version", "search", "search"]
    assert _ids(pages) == ["NCT00000001"]
    assert [item.path for item in CTGOV.parse(pages[-1]) if isinstance(item, Rejected)] == [pages[-1].url]


def test_a_listing_without_a_total_cannot_be_called_complete(registry: Registry, client: Connect, take: Take) -> None:
    registry.listing = {"": {"studies": [_study(1)]}}
    _, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert "without totalCount" in failure


def test_pages_received_before_the_network_fails_are_kept(registry: Registry, client: Connect, take: Take) -> None:
    down = Response("", status=503)
    registry.listing = {"": {"totalCount": 2, "studies": [_study(1)], "nextPageToken": "a"}, "a": down}
    pages, failure = take(CTGOV.fetch(TOPIC, None, client()))
    assert "HTTP 503" in failure
    assert _ids(pages) == ["NCT00000001"]


@pytest.mark.parametrize("topic", ["NCT01363401", "nct01363401, NCT03280056", " NCT01363401 NCT03280056 "])
def test_a_topic_of_nothing_but_ids_is_not_asked(registry: Registry, client: Connect, topic: str, take: Take) -> None:
    _, failure = take(CTGOV.fetch(SourceQuery(topic=topic), date(2026, 11, 1), client()))
    assert "holds only ids" in failure
    assert registry.asked == []


@pytest.mark.parametrize("wrong", ["ISRCTN12345678", "NCT1", "NCT01363401?fields=x", ""])
def test_an_id_of_another_registry_is_not_asked(registry: Registry, client: Connect, wrong: str, take: Take) -> None:
    _, failure = take(CTGOV.fetch(SourceQuery(record_ids=(wrong,)), None, client()))
    assert repr(wrong) in failure


def test_an_obsolete_id_leads_to_the_current_record(httpserver: HTTPServer, client: Connect, take: Take) -> None:
    to = {"Location": "/api/v2/studies/NCT00000002?format=json"}
    httpserver.expect_request("/api/v2/studies/NCT00000001").respond_with_data("", status=301, headers=to)
    httpserver.expect_request("/api/v2/studies/NCT00000002").respond_with_json(_study(2))
    pages, failure = take(CTGOV.fetch(SourceQuery(record_ids=("NCT00000001",)), None, client()))
    assert (_ids(pages), failure) == (["NCT00000002"], "")


def test_a_vanished_record_goes_to_the_queue_and_the_next_one_is_read(
    httpserver: HTTPServer, client: Connect, take: Take
) -> None:
    missing = "NCT number NCT00000001 not found"
    httpserver.expect_request("/api/v2/studies/NCT00000001").respond_with_data(missing, 404, content_type="text/plain")
    httpserver.expect_request("/api/v2/studies/NCT00000002").respond_with_json(_study(2))
    query = SourceQuery(record_ids=("NCT00000001", "NCT00000002"))
    pages, failure = take(CTGOV.fetch(query, None, client()))
    assert (_ids(pages), failure) == (["NCT00000002"], "")
    [rejected] = CTGOV.parse(pages[0])
    assert isinstance(rejected, Rejected)
    assert rejected.record_ref == "NCT00000001"
    assert "no record of this id, or no longer" in rejected.reason


def _with_history(httpserver: HTTPServer, versions: dict[int, str]) -> None:
    path = "/api/int/studies/NCT00000001"
    changes = [{"version": number, "date": day, "status": "RECRUITING"} for number, day in versions.items()]
    httpserver.expect_request(path, query_string="history=true").respond_with_json(
        {"study": _study(1), "topics": [], "history": {"changes": changes}}
    )
    for number, day in versions.items():
        body = _study(1)
        body["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] = day
        httpserver.expect_request(f"{path}/history/{number}").respond_with_json({"studyVersion": number, "study": body})


def test_a_history_gives_every_version_from_the_zeroth(httpserver: HTTPServer, client: Connect, take: Take) -> None:
    _with_history(httpserver, {0: "2013-03-22", 1: "2016-07-20", 2: "2018-01"})
    pages, failure = take(CTGOV.fetch(SourceQuery(registry_ids=("NCT00000001",)), date(2026, 1, 1), client()))
    assert failure == ""
    assert list(CTGOV.parse(pages[0])) == []
    versions = [item for page in pages for item in CTGOV.parse(page)]
    assert [(item.registry_date, item.origin) for item in versions if isinstance(item, TrialRecord)] == [
        ("2013-03-22", "history"),
        ("2016-07-20", "history"),
        ("2018-01", "history"),
    ]


def test_a_missing_history_is_told_after_the_others_were_fetched(
    httpserver: HTTPServer, client: Connect, take: Take
) -> None:
    _with_history(httpserver, {0: "2013-03-22"})
    httpserver.expect_request("/api/int/studies/NCT00000007").respond_with_data("", status=404)
    query = SourceQuery(registry_ids=("NCT00000007", "NCT00000001"))
    pages, failure = take(CTGOV.fetch(query, None, client()))
    assert _ids(pages) == ["NCT00000001"]
    assert failure.endswith("of NCT00000007")


def test_every_request_is_one_that_the_registrys_specification_allows(
    registry: Registry, httpserver: HTTPServer, client: Connect, samples: Path
) -> None:
    registry.listing = {"": {"totalCount": 1, "studies": [_study(1)], "nextPageToken": "a"}, "a": {"studies": []}}
    httpserver.expect_request("/api/v2/studies/NCT00000001").respond_with_json(_study(1))
    assert CTGOV.write_query is not None
    review = load_review(Settings().reviews / "als_cell_therapy")
    topic = SourceQuery(topic=CTGOV.write_query(review.protocol.pico))
    list(CTGOV.fetch(topic, None, client()))
    list(CTGOV.fetch(topic, date(2026, 11, 1), client()))
    list(CTGOV.fetch(SourceQuery(record_ids=("NCT00000001",)), None, client()))
    specification = yaml.safe_load((samples / "ctgov" / "spec" / "ctg-oas-v2_2.0.0-draft.yaml").read_text())
    asked = [request for request, _ in httpserver.log]
    assert len(asked) == 9
    for request in asked:
        _check_request(request, specification)


def _check_request(request: Request, specification: dict[str, Any]) -> None:
    """Path known, every parameter known, every value valid by its schema after the declared conversion."""
    path = request.path.removeprefix("/api/v2")
    matching = [
        (operation, found)
        for template, operation in specification["paths"].items()
        if (found := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path))
    ]
    operation, in_path = min(matching, key=lambda pair: len(pair[1].groupdict()))
    given = {("path", name): text for name, text in in_path.groupdict().items()}
    given |= {("query", name): text for name, text in request.args.items()}
    declared = {(item["in"], item["name"]): item for item in operation["get"]["parameters"]}
    assert given.keys() <= declared.keys()
    assert {key for key, item in declared.items() if item.get("required")} <= given.keys()
    for key, text in given.items():
        schema = declared[key]["schema"]
        value = json.loads(text) if schema["type"] in {"integer", "boolean"} else text
        jsonschema.validate(value, schema)


def test_entries_of_other_registries_have_no_history_here(httpserver: HTTPServer, client: Connect) -> None:
    assert CTGOV.fetch is not None
    assert list(CTGOV.fetch(SourceQuery(registry_ids=("2006-003096-12", "ISRCTN00000019")), None, client())) == []
    assert httpserver.log == []
