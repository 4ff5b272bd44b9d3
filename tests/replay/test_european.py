"""The two European registers as replayed: two trials that ClinicalTrials.gov has too, and none in CTIS; their copies."""

import json
from datetime import UTC, date, datetime

import pytest

from connectors import CONNECTORS
from connectors.http import HttpClient
from models.connector import SourceFailure
from models.literature import Literature
from models.trial import Rejected, SourceQuery, TrialRecord
from replay.archive import load_archive
from studies.linkage import link

TOPIC = '"amyotrophic lateral sclerosis" OR "motor neuron disease" OR ALS'
PAIRS = [("NCT02290886", "2011-006254-85"), ("NCT01254539", "2006-003096-12")]


@pytest.fixture
def fetched(server):
    """Pages that a live connector gets from the replayed source."""

    def fetch(slug, as_of="2026-11-20", since=None, **query):
        server.as_of = date.fromisoformat(as_of)
        now = datetime.combine(server.as_of, datetime.min.time(), UTC)
        secrets = {"username": "u", "password": "p"} if slug == "ictrp" else {}
        with HttpClient(slug, server.base_url(slug), rate=0, now=lambda: now, retries=0, secrets=secrets) as client:
            return list(CONNECTORS[slug].fetch(SourceQuery(**query), since, client))

    return fetch


@pytest.fixture
def records(fetched):
    """Records that these pages hold, by id; nothing may be rejected."""

    def read(slug, as_of="2026-11-20", **query):
        found = [item for page in fetched(slug, as_of, **query) for item in CONNECTORS[slug].parse(page)]
        assert [item for item in found if isinstance(item, Rejected)] == []
        return {item.registry_id: item for item in found if isinstance(item, TrialRecord)}

    return read


THIRD = "2019-002302-46"
IN_ICTRP = {number: f"EUCTR{number}-ES" for number in ("2006-003096-12", "2011-006254-85", THIRD)}


@pytest.mark.parametrize(
    ("as_of", "words", "numbers"),
    [
        ("2011-04-19", "amyotrophic lateral sclerosis", {"2006-003096-12"}),
        ("2026-11-20", "amyotrophic lateral sclerosis", {"2006-003096-12", THIRD}),
        ("2026-11-20", "triple blind", {"2011-006254-85"}),
    ],
)
def test_the_copies_of_ictrp_are_found_by_words_of_their_title(records, as_of, words, numbers):
    assert records("ictrp", as_of, topic=words).keys() == numbers


def test_before_its_first_copy_ictrp_finds_nothing_at_all(fetched):
    with pytest.raises(SourceFailure, match="no trial at all"):
        fetched("ictrp", "2011-04-18", topic="amyotrophic lateral sclerosis")


def test_a_copy_says_what_its_register_says(records):
    [copy] = records("ictrp", topic="triple blind").values()
    original = records("euctr", record_ids=[copy.registry_id])[copy.registry_id]
    assert (copy.official_title, copy.sponsor, copy.countries) == (
        original.official_title, original.sponsor, original.countries,
    )  # fmt: skip
    assert {item.id for item in copy.secondary_ids} == {"NCT02290886", IN_ICTRP[copy.registry_id]}
    assert (copy.origin, copy.allocation, copy.enrolment_count) == ("copy", "randomised", 40)


@pytest.mark.parametrize("secrets", [{}, {"username": "u"}, {"password": "p"}])
def test_ictrp_refuses_whoever_gives_no_credentials(server, secrets):
    with HttpClient("ictrp", server.base_url("ictrp"), rate=0, now=lambda: None, retries=0, secrets=secrets) as client:
        page = client.get("/TrialService.asmx/GetTrials", {"Title": "cells"}, kind="search")
    assert (page.status, b"give " in page.body) == (400, True)


def test_ictrp_has_no_content_for_a_number_of_another_registry(fetched):
    pages = fetched("ictrp", record_ids=["NCT02290886"])
    assert pages
    assert [item for page in pages for item in CONNECTORS["ictrp"].parse(page)] == []


def test_every_european_record_says_how_each_fact_is_known():
    for trial in load_archive().eudract_trials:
        assert trial.facts["basis"] == "reconstructed"
        assert len(trial.facts["why"]) > 20
        words = {item["evidence"] for item in trial.facts["provenance"].values()}
        assert words <= {"verbatim", "derived", "inferred", "memory", "none"}
        assert trial.facts["provenance"]["number"]["evidence"] == "verbatim"


@pytest.mark.parametrize(
    ("as_of", "numbers"),
    [
        ("2011-03-21", set()),
        ("2011-03-22", {"2006-003096-12"}),
        ("2013-02-08", {"2006-003096-12", "2011-006254-85"}),
        ("2026-11-20", {"2006-003096-12", "2011-006254-85", THIRD}),
    ],
)
def test_a_trial_is_there_from_its_first_day(records, as_of, numbers):
    assert set(records("euctr", as_of, topic=TOPIC)) == numbers


def test_a_listing_is_complete_by_its_own_count(fetched):
    pages = fetched("euctr", topic=TOPIC)
    assert [(page.kind, page.total) for page in pages] == [("count", None), ("search", 3)]


def test_the_feed_has_what_came_in_a_week(fetched):
    assert [page.kind for page in fetched("euctr", "2013-02-10", date(2013, 2, 6), topic=TOPIC)] == [
        "count",
        "feed",
        "record",
    ]
    assert [page.kind for page in fetched("euctr", "2013-02-16", date(2013, 2, 12), topic=TOPIC)] == ["count", "feed"]


@pytest.mark.parametrize(("nct_id", "number"), PAIRS)
def test_a_trial_arrives_from_two_registries_and_is_one_study(records, nct_id, number):
    both = records("ctgov", record_ids=tuple(nct for nct, _ in PAIRS)) | records("euctr", topic=TOPIC)
    studies = {item.record_id: item.study_id for item in link(both, Literature(), ()).records}
    assert studies[nct_id] == studies[number] == nct_id


def test_an_extension_does_not_take_the_first_trial_into_its_study(records):
    ids = ("NCT01254539", "NCT00855400")
    both = records("ctgov", record_ids=ids) | records("euctr", record_ids=("2006-003096-12",))
    studies = {item.record_id: item.study_id for item in link(both, Literature(), ()).records}
    assert studies["2006-003096-12"] == "NCT01254539"
    assert studies["NCT00855400"] == "NCT00855400"


def test_no_results_are_published(fetched):
    pages = fetched("euctr", record_ids=("2011-006254-85",))
    assert [(page.kind, page.status) for page in pages] == [("record", 200), ("results", 404)]


def test_a_failure_of_one_european_register_is_named(server, fetched):
    server.break_source("euctr", status=501)
    with pytest.raises(SourceFailure, match="HTTP 501"):
        fetched("euctr", topic=TOPIC)
    assert fetched("ctis", topic="ALS")


def test_ctis_finds_nothing_and_says_so(fetched, records):
    [page] = fetched("ctis", topic="amyotrophic lateral sclerosis, motor neuron disease")
    assert json.loads(page.body)["pagination"]["totalRecords"] == 0
    assert records("ctis", topic="ALS") == {}


def test_ctis_refuses_a_question_that_is_none(server, session):
    address = server.base_url("ctis") + "/ctis-public-api/search"
    assert session.post(address, json={}, timeout=5).status_code == 400
    assert session.post(address, data="x=1", timeout=5).status_code == 400
    assert session.get(server.base_url("ctis") + "/ctis-public-api/retrieve/2023-500001-11-00", timeout=5).json()
