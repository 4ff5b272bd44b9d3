"""One question in the protocol gives every source its query, and what was sent can be read afterwards."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import requests

from connectors import CONNECTORS
from flows.searches import query_for, questions_of, searched_sources, searches, strategy
from models.eligibility import InterventionRow
from models.folder_files import ReviewError
from models.pico import Pico
from models.review import load_review
from models.settings import Settings, SettingsError
from models.vocabulary import Scope
from stores.snapshot import query

REVIEW = "als_cell_therapy"
SOURCES = [connector for connector in CONNECTORS.values() if connector.write_query]


@pytest.fixture(scope="module")
def protocol():
    return load_review(Settings().reviews / REVIEW).protocol


def with_words(protocol, **words: list[str]):
    return protocol.model_copy(update={"pico": Pico.model_validate(protocol.pico.model_dump() | words)})


def with_names(protocol, **words: object):
    return protocol.model_copy(update={"pico": protocol.pico.model_copy(update=words)})


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.slug)
def test_a_word_added_to_the_question_is_in_every_query(protocol, source):
    assert "hirayama" not in query_for(protocol, source)
    changed = with_words(protocol, population=[*protocol.pico.population, "hirayama disease"])
    assert "hirayama disease" in query_for(changed, source)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.slug)
def test_registries_are_searched_by_population_alone(protocol, source):
    changed = with_words(protocol, intervention=["spheroids"])
    narrows = "spheroids" in query_for(changed, source)
    assert narrows is (source.slug in {"pubmed", "europepmc", "ris"})
    assert query_for(with_words(protocol, intervention=[]), source)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.slug)
def test_a_review_may_narrow_the_registries_whose_search_can_join_words(protocol, source):
    changed = with_words(protocol, intervention=["spheroids", "two words"], registries_by_intervention=True)
    narrows = "spheroids" in query_for(changed, source)
    assert narrows is (source.slug not in {"ctis", "ictrp"})


def test_names_and_codes_of_interventions_narrow_beside_its_words(second_review):
    protocol = load_review(second_review).protocol
    asked = {source.slug: query_for(protocol, source) for source in SOURCES}
    assert {slug for slug, query in asked.items() if "UDA-200" in query} == {"pubmed", "europepmc", "ris"}
    assert "Calmafoam" not in str(asked)
    narrowed = with_names(protocol, registries_by_intervention=True)
    assert all("UDA-200" in query_for(narrowed, CONNECTORS[slug]) for slug in ("ctgov", "isrctn", "euctr"))
    nothing = with_names(protocol, intervention=[])
    assert not any("UDA-200" in query_for(nothing, source) for source in SOURCES)


def test_pubmed_is_asked_by_headings_as_well(second_review):
    protocol = load_review(second_review).protocol
    query = query_for(protocol, CONNECTORS["pubmed"])
    assert ' OR "Pressure Ulcer"[mh]) AND (' in query
    assert '"Beds"[mh:noexp]' in query


def test_registers_of_many_languages_are_asked_in_those_that_the_protocol_gives(second_review):
    protocol = load_review(second_review).protocol
    spelt = {source.slug for source in SOURCES if "úlcera por presión" in query_for(protocol, source)}
    assert spelt == {"ctis", "euctr"}


def test_a_title_with_nothing_but_the_name_of_an_intervention_is_found_by_night(second_review, both_worlds):
    """The replayed PubMed answers for titles alone; one of them speaks of air surfaces."""
    row = InterventionRow(name="surfaces", names="air surf*", counts="person", evidence="memory", source="made up")
    both_worlds.as_of = date(2022, 6, 1)
    protocol = with_words(load_review(second_review).protocol, intervention=["nothing else"])
    named = protocol.model_copy(update={"pico": protocol.pico.with_interventions([row])})
    found = []
    for each in (protocol, named):
        asked = {"db": "pubmed", "retmode": "json", "term": query_for(each, CONNECTORS["pubmed"])}
        address = f"{both_worlds.base_url('pubmed')}/entrez/eutils/esearch.fcgi"
        found.append(set(requests.get(address, params=asked, timeout=10).json()["esearchresult"]["idlist"]))
    assert found[0] < found[1]


def test_a_registry_that_is_narrowed_lists_the_trials_of_the_intervention_alone(second_review, both_worlds):
    protocol = load_review(second_review).protocol
    both_worlds.as_of = date(2022, 6, 1)
    narrowed = with_words(protocol, registries_by_intervention=True)
    source = CONNECTORS["ctgov"]
    ids = []
    for each in (protocol, narrowed):
        asked = {"query.cond": query_for(each, source), "pageSize": "100"}
        answer = requests.get(f"{both_worlds.base_url('ctgov')}/api/v2/studies", params=asked, timeout=10)
        studies = answer.json()["studies"]
        ids.append({item["protocolSection"]["identificationModule"]["nctId"] for item in studies})
    assert ids[0] - ids[1] == {"NCT90010005", "NCT90010006"}
    assert "NCT90010002" in ids[1]


def test_a_review_that_narrows_by_no_words_is_refused(protocol):
    with pytest.raises(ValueError, match="needs words of intervention"):
        with_words(protocol, intervention=[], registries_by_intervention=True)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.slug)
def test_words_are_given_to_a_source_as_phrases(protocol, source):
    asked = query_for(with_words(protocol, population=["motor neuron disease", "ALS"], abbreviations=[]), source)
    phrase = "motor neuron disease, ALS" if source.slug == "ctis" else '"motor neuron disease"'
    assert phrase in asked


@pytest.mark.parametrize("words", ['"stem cell"', "cell*", "a, b", "OR", "ALS[tiab]", "", "cells AND (b"])
def test_operators_of_a_source_are_no_words(protocol, words):
    with pytest.raises(ValueError, match="more than words"):
        with_words(protocol, population=[words])


def test_a_source_that_is_loaded_by_hand_is_not_searched_every_night(protocol):
    said = r"protocol\.yaml:\d+: searches\.nowhere: .*\n.*protocol\.yaml:\d+: searches\.ris: ris cannot be searched"
    with pytest.raises(ReviewError, match=said):
        changed = protocol.model_copy(update={"searches": {"ris": None, "ctgov": None, "nowhere": None}})
        searched_sources(changed, Settings())


def test_a_source_that_needs_credentials_is_searched_once_all_of_them_are_set(protocol):
    with_one, with_all = Settings(ictrp_username="u"), Settings(ictrp_username="u", ictrp_password="p")
    for settings in (Settings(), with_one):
        assert "ictrp" not in {source.slug for source in searched_sources(protocol, settings)}
    assert [source.slug for source in searched_sources(protocol, with_all)] == list(protocol.searches)
    with pytest.raises(SettingsError, match=r"ictrp is asked only with credentials: set TRIALWATCH_ICTRP_PASSWORD$"):
        searched_sources(protocol, with_one, ["ictrp"])


@pytest.mark.parametrize("credentials", [{}, {"ictrp_username": "u", "ictrp_password": "p"}])
def test_every_source_has_its_query_before_the_first_night(protocol, tmp_path: Path, credentials):
    review = load_review(Settings().reviews / REVIEW)
    found = searches(review, Settings(data=tmp_path, **credentials))
    by_hand = {"ris"} if credentials else {"ris", "ictrp"}
    assert [item.source for item in found if item.how == "every night"] == [
        slug for slug in protocol.searches if slug not in by_hand
    ]
    assert {item.source for item in found if item.how == "by hand"} == by_hand
    assert all(item.query and item.last_asked_at is None for item in found)


def test_the_queries_as_sent_are_published(data: Path, protocol):
    warehouse = data / "published" / REVIEW / "current" / "warehouse.duckdb"
    _, rows = query(warehouse, "SELECT source, question FROM out_search WHERE kind IN ('search', 'count')")
    for slug in protocol.searches:
        whole = query_for(protocol, CONNECTORS[slug])
        # ICTRP's service is asked for one phrase after the other.
        for wanted in whole.replace('"', "").split(" OR ") if slug == "ictrp" else [whole]:
            assert any(wanted in question for source, question in rows if source == slug), slug
    found = searches(load_review(Settings().reviews / REVIEW), Settings(data=data))
    assert all(item.last_asked_at for item in found if item.how == "every night")


def test_a_protocol_without_words_asks_no_topic_and_follows_its_studies():
    review = load_review(Settings().reviews / REVIEW)
    waiting = replace(review, protocol=review.protocol.model_copy(update={"pico": Pico()}))
    asked = {scope: [item.source for item in questions_of(waiting) if item.scope is scope] for scope in Scope}
    assert asked[Scope.TOPIC] == []
    assert sorted(asked[Scope.STUDIES]) == sorted(review.protocol.by_program)
    assert {item.query for item in searches(waiting, Settings())} == {""}
    with pytest.raises(ReviewError, match="pico: has no words to search by"):
        strategy(waiting, "ovid-medline", date(2026, 11, 30))
