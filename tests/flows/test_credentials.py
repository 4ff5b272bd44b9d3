"""A source that needs credentials is watched from the night on which they are set, and missed when they are gone."""

from datetime import date, timedelta

import pytest

from flows.gather import NightRequest, as_asked_by
from models.dates import at_night
from models.settings import Settings
from models.vocabulary import Scope, SourceState
from replay.server import SPEAKERS, ReplayServer
from stores.snapshot import query

pytestmark = pytest.mark.slow

CREDENTIALS = {"ictrp_username": "u", "ictrp_password": "p"}
FIRST = date(2016, 6, 21)


def freshness(result):
    return {item.source: item for item in result.judgement.freshness}


def published(data, statement):
    return query(data / "published/als_cell_therapy/current/warehouse.duckdb", statement)[1]


@pytest.fixture(scope="module")
def live(carry_out):
    """Carries out nights on registries that are there, by the number of the day: with credentials or without."""

    def live(data, nights):
        results = []
        with ReplayServer(FIRST) as server:
            urls = {"base_urls": {slug: server.base_url(slug) for slug in SPEAKERS}}
            for number, credentials in nights.items():
                server.as_of = FIRST + timedelta(days=number)
                results.append(carry_out(data, server.as_of, settings=urls | credentials, registries="live"))
        return results

    return live


@pytest.fixture(scope="module")
def without(live, tmp_path_factory):
    """A night that never had any."""
    data = tmp_path_factory.mktemp("without") / "data"
    return data, live(data, {0: {}})[0]


@pytest.fixture(scope="module")
def nights(live, tmp_path_factory):
    """Two nights with credentials, then one without and, the fourth day after the last with them, another."""
    data = tmp_path_factory.mktemp("credentials") / "data"
    return data, live(data, {0: CREDENTIALS, 1: CREDENTIALS, 2: {}, 5: {}})


def test_without_credentials_nobody_speaks_of_the_source(without):
    data, result = without
    assert result.state == "done"
    assert "ictrp" not in freshness(result)
    assert published(data, "SELECT count(*) FROM core_capture WHERE source = 'ictrp'") == [(0,)]


def test_with_credentials_it_is_searched_to_its_end(nights):
    _, [first, second, *_] = nights
    for result in (first, second):
        assert result.state == "done"
        assert freshness(result)["ictrp"].state is SourceState.COMPLETE
        assert not freshness(result)["ictrp"].is_stale
    asked = [check for check in first.checks if check.source == "ictrp"]
    assert [(check.scope, check.state) for check in asked] == [
        (Scope.TOPIC, SourceState.COMPLETE),
        (Scope.STUDIES, SourceState.COMPLETE),
    ]


def test_its_copies_do_not_speak_beside_the_original(nights):
    data, _ = nights
    number = "2006-003096-12"
    assert published(data, "SELECT DISTINCT item_id FROM core_listed WHERE source = 'ictrp'") == [(number,)]
    versions = published(data, f"SELECT DISTINCT source FROM core_trial_version WHERE record_id = '{number}'")
    assert versions == [("euctr",)]


def test_the_conclusions_are_those_of_a_night_without_it(nights, without):
    _, [first, *_] = nights
    assert first.judgement.events == without[1].judgement.events
    assert first.judgement.screened == without[1].judgement.screened


def test_once_the_credentials_are_gone_the_source_grows_stale_and_is_named(nights):
    _, results = nights
    assert [freshness(result)["ictrp"].is_stale for result in results] == [False, False, False, True]
    last = freshness(results[-1])["ictrp"]
    assert last.last_complete_at == results[1].judgement.context.as_of
    assert last.reason == "last complete search is too old"


@pytest.mark.parametrize("given", [{}, CREDENTIALS])
def test_a_replay_needs_none_of_them(given):
    def settings_of(registries):
        request = NightRequest(review="als_cell_therapy", as_of=at_night(FIRST), registries=registries)
        return as_asked_by(request, Settings(**given))

    assert settings_of("live") == Settings(**given)
    assert settings_of("replay").unset(CREDENTIALS) == []
    assert not given or settings_of("replay") == Settings(**given)
