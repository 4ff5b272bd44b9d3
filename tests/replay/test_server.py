"""The server itself: one base address per source, and the failures that it can be told to show."""

from datetime import date

import pytest
import requests

from replay import ReplayServer

VERSION = "/api/v2/version"
ONE_RECORD = "/api/v2/studies/NCT01363401"


def test_each_source_has_its_own_base_address(server, session):
    assert server.base_url("ctgov").startswith("http://127.0.0.1:")
    assert session.get(server.url + "/api/v2/version", timeout=5).status_code == 404
    with pytest.raises(KeyError, match="ctgov, pubmed"):
        server.base_url("nobody")


def test_a_source_answers_with_the_status_it_is_told_and_the_others_go_on(server, ctgov, pubmed):
    server.break_source("pubmed", status=503, headers={"Retry-After": "1"})
    broken = pubmed("/entrez/eutils/esearch.fcgi", db="pubmed", term="ALS")
    assert (broken.status_code, broken.headers["Retry-After"]) == (503, "1")
    assert ctgov(VERSION).status_code == 200
    server.repair("pubmed")
    assert pubmed("/entrez/eutils/esearch.fcgi", db="pubmed", term="ALS").status_code == 200


def test_a_source_can_serve_a_page_with_status_200(server, ctgov):
    server.break_source("ctgov", "html")
    page = ctgov(VERSION)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
    assert "<html>" in page.text


def test_a_body_can_be_cut_short(server, ctgov):
    server.break_source("ctgov", "truncate", times=1)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        ctgov(ONE_RECORD)
    assert ctgov(ONE_RECORD).json()["hasResults"]


def test_a_source_can_stay_silent_until_repaired(server, session):
    server.break_source("ctgov", "timeout")
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.get(server.base_url("ctgov") + VERSION, timeout=0.2)
    server.repair()
    assert session.get(server.base_url("ctgov") + VERSION, timeout=5).status_code == 200


def test_a_failure_can_end_by_itself(server, ctgov):
    server.break_source("ctgov", status=429, times=2)
    assert [ctgov(VERSION).status_code for _ in range(3)] == [429, 429, 200]


def test_an_unknown_failure_is_refused(server):
    with pytest.raises(ValueError, match="timeout"):
        server.break_source("ctgov", "explode")


def test_requests_are_kept(server, ctgov):
    before = len(server.requests)
    ctgov(VERSION)
    assert server.requests[before:] == [f"/ctgov{VERSION}"]


def test_the_port_is_free_again_after_the_context():
    with ReplayServer(date(2020, 1, 1)) as first:
        port = int(first.url.rsplit(":", 1)[1])
    with ReplayServer(date(2020, 1, 1), port=port) as second:
        assert second.url == first.url
