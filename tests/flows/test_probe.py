"""A probe tells a source that is down from one that answers in another shape or in words that are not known."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import CONNECTORS
from flows.probe import Probe, ProbeState, can_be_probed, probe
from models.settings import Settings
from replay.server import SPEAKERS, ReplayServer

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
CREDENTIALS = {"ictrp_username": "u", "ictrp_password": "p"}
WITH_RECORDS = ["ctgov", "pubmed", "europepmc", "euctr"]
"""Sources whose replay holds the record that is probed; of the others' no record is known."""


@pytest.fixture
def replay() -> Iterator[ReplayServer]:
    with ReplayServer(NOW.date()) as server:
        yield server


def of(slug: str, address: str, folder: Path) -> Probe:
    settings = Settings(data=folder, base_urls={slug: address}, contact="a@b.example", **CREDENTIALS)
    [found] = probe(NOW, settings, [slug])
    return found


def test_a_source_without_its_credentials_is_not_asked(tmp_path):
    asked = {slug for slug, connector in CONNECTORS.items() if can_be_probed(connector, Settings(data=tmp_path))}
    assert "ictrp" not in asked
    with_them = Settings(data=tmp_path, **CREDENTIALS)
    assert {slug for slug, item in CONNECTORS.items() if can_be_probed(item, with_them)} == asked | {"ictrp"}


def test_every_source_that_is_asked_over_the_network_can_be_probed():
    assert {slug for slug, connector in CONNECTORS.items() if connector.fetch} == {
        slug for slug, connector in CONNECTORS.items() if connector.probe_id
    }


@pytest.mark.parametrize("slug", WITH_RECORDS)
def test_a_source_that_answers_as_it_should_is_reachable(replay, tmp_path, slug):
    assert of(slug, replay.base_url(slug), tmp_path).state is ProbeState.REACHABLE


@pytest.mark.parametrize("slug", sorted(SPEAKERS))
def test_a_source_that_is_down_is_unreachable(replay, tmp_path, slug):
    replay.break_source(slug, status=501)
    found = of(slug, replay.base_url(slug), tmp_path)
    assert found.state is ProbeState.UNREACHABLE
    assert "HTTP 501" in found.reason


@pytest.mark.parametrize("slug", sorted(SPEAKERS))
def test_a_web_page_in_the_place_of_an_answer_is_another_shape(replay, tmp_path, slug):
    replay.break_source(slug, "html")
    found = of(slug, replay.base_url(slug), tmp_path)
    assert found.state is ProbeState.SHAPE_CHANGED
    assert found.reason


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ('"SOMETHING_NEW"', ProbeState.VALUES_UNKNOWN, "overallStatus = 'SOMETHING_NEW'"),
        ('["RECRUITING"]', ProbeState.SHAPE_CHANGED, "unreadable record"),
    ],
)
def test_what_a_record_says_is_looked_at_too(httpserver: HTTPServer, tmp_path, status, state, reason):
    body = (
        f'{{"protocolSection": {{"identificationModule": {{"nctId": "NCT01363401"}}, "statusModule":'
        f' {{"overallStatus": {status}, "lastUpdatePostDateStruct": {{"date": "2017-03-14"}}}}}}}}'
    )
    httpserver.expect_request("/api/v2/studies/NCT01363401").respond_with_data(body, content_type="application/json")
    found = of("ctgov", httpserver.url_for("").rstrip("/"), tmp_path)
    assert found.state is state
    assert reason in found.reason


def test_another_record_than_the_one_asked_for_is_another_shape(httpserver: HTTPServer, tmp_path):
    body = (
        '{"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}, "statusModule":'
        ' {"lastUpdatePostDateStruct": {"date": "2017-03-14"}}}}'
    )
    httpserver.expect_request("/api/v2/studies/NCT01363401").respond_with_data(body, content_type="application/json")
    found = of("ctgov", httpserver.url_for("").rstrip("/"), tmp_path)
    assert (found.state, found.reason) == (ProbeState.SHAPE_CHANGED, "the answer does not hold NCT01363401")


def test_a_probe_says_who_asks_as_a_night_does(httpserver: HTTPServer, tmp_path):
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response("<PubmedArticleSet></PubmedArticleSet>", content_type="text/xml")

    httpserver.expect_request("/entrez/eutils/efetch.fcgi").respond_with_handler(answer)
    of("pubmed", httpserver.url_for("").rstrip("/"), tmp_path)
    [request] = asked
    assert request.args["email"] == "a@b.example"
    assert "a@b.example" in request.headers["User-Agent"]
