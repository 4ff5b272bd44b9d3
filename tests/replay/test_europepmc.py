"""The interface of Europe PMC's search, from outside and as our connector hears it."""

from datetime import UTC, date, datetime

import pytest

from connectors.http import HttpClient
from connectors.literature.europepmc import CONNECTOR
from models.report import Report
from models.trial import SourceQuery

SEARCH = "/europepmc/webservices/rest/search"


@pytest.fixture
def asked(server, session):
    def ask(query, as_of=None, **parameters):
        if as_of:
            server.as_of = date.fromisoformat(as_of)
        named = {"query": query, "format": "json", "resultType": "core"} | parameters
        return session.get(server.base_url("europepmc") + SEARCH, params=named, timeout=5)

    return ask


@pytest.fixture
def reports(server):
    def take(query, since=None, as_of="2026-11-20"):
        server.as_of = date.fromisoformat(as_of)
        now = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
        client = HttpClient("europepmc", server.base_url("europepmc"), rate=0, now=lambda: now, retries=0)
        with client:
            pages = list(CONNECTOR.fetch(query, since, client))
        items = [item for page in pages for item in CONNECTOR.parse(page)]
        assert all(isinstance(item, Report) for item in items)
        return {item.report_id: item for item in items}

    return take


@pytest.mark.parametrize(
    ("query", "pmids"),
    [
        ("EXT_ID:32265627 AND SRC:MED", ["32265627"]),
        ("ACCESSION_TYPE:nct AND (ACCESSION_ID:NCT01363401 OR ACCESSION_ID:NCT02017912)", ["31740545", "30048006"]),
        ('TITLE:"intramuscular injection" AND PUB_TYPE:"randomized controlled trial"', ["32265627"]),
        ("NurOwn", ["31740545"]),
        ("sclerosis AND FIRST_IDATE:[2025-01-01 TO 3000-12-31]", ["41132886"]),
        ("SRC:PPR", []),
    ],
)
def test_searches_by_field(asked, query, pmids):
    told = asked(query).json()
    assert [each["pmid"] for each in told["resultList"]["result"]] == pmids
    assert told["hitCount"] == len(pmids)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("NO_FIELD:x", {}),
        ("(open", {}),
        ("", {}),
        ("ALS", {"pageSize": "5000"}),
        ("ALS", {"cursorMark": "?"}),
        ("ALS", {"format": "xml"}),
        ("ALS", {"page": "2"}),
    ],
)
def test_what_it_does_not_understand_it_refuses(asked, query, parameters):
    answer = asked(query, **parameters)
    assert answer.status_code == 400
    assert answer.json()["errMsg"]


def test_pages_by_cursor_add_up_and_the_last_cursor_repeats(asked):
    whole = [each["pmid"] for each in asked("sclerosis").json()["resultList"]["result"]]
    cursor, found = "*", []
    while True:
        told = asked("sclerosis", pageSize="4", cursorMark=cursor).json()
        found += [each["pmid"] for each in told["resultList"]["result"]]
        if told["nextCursorMark"] == cursor:
            break
        cursor = told["nextCursorMark"]
    assert found == whole
    assert len(whole) > 8


def test_the_connector_hears_the_same_reports_as_pubmed_tells(reports, pubmed):
    found = reports(SourceQuery(topic="sclerosis OR ALS"))
    listed = pubmed("/entrez/eutils/esearch.fcgi", db="pubmed", retmode="json", term="sclerosis OR ALS", retmax="100")
    assert set(found) == {f"PMID:{pmid}" for pmid in listed.json()["esearchresult"]["idlist"]}
    assert found["PMID:30048006"].published_date == "2018-08-31"
    assert found["PMID:30048006"].first_author == "Oh KW"
    assert found["PMID:30048006"].origin == "copy"


def test_a_report_is_there_from_its_entry_date(reports):
    query = SourceQuery(record_ids=("PMID:30048006",))
    assert [len(reports(query, as_of=day)) for day in ("2018-08-30", "2018-08-31")] == [0, 1]


def test_since_narrows_to_what_is_newer(reports):
    found = reports(SourceQuery(topic="sclerosis"), since=date(2025, 1, 1))
    assert list(found) == ["PMID:41132886"]
