"""A source that needs credentials is watched from the night on which they are set, and missed when they are gone."""

from datetime import date, timedelta

import pytest

from models.vocabulary import Scope, SourceState
from stores.snapshot import query

CREDENTIALS = {"ictrp_username": "u", "ictrp_password": "p"}
FIRST = date(2016, 6, 21)


def freshness(result):
    return {item.source: item for item in result.judgement.freshness}


@pytest.fixture(scope="module")
def nights(carry_out, tmp_path_factory):
    """Two nights with credentials, then one without and, the fourth day after the last with them, another."""
    data = tmp_path_factory.mktemp("credentials") / "data"
    given = {0: CREDENTIALS, 1: CREDENTIALS, 2: {}, 5: {}}
    return data, [carry_out(data, FIRST + timedelta(days=number), settings=each) for number, each in given.items()]


def test_without_credentials_nobody_speaks_of_the_source(data):
    _, rows = query(data / "published/als_cell_therapy/current/warehouse.duckdb", "FROM out_source_freshness")
    assert rows
    assert all("ictrp" not in row for row in rows)


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
    warehouse = data / "published/als_cell_therapy/current/warehouse.duckdb"
    _, read = query(warehouse, "SELECT DISTINCT item_id FROM core_listed WHERE source = 'ictrp'")
    assert read == [("2006-003096-12",)]
    _, versions = query(warehouse, "SELECT DISTINCT source FROM core_trial_version WHERE record_id = '2006-003096-12'")
    assert versions == [("euctr",)]


def test_the_conclusions_are_those_of_a_night_without_it(nights, carry_out, tmp_path):
    _, results = nights
    without = carry_out(tmp_path / "data", FIRST).judgement
    assert results[0].judgement.events == without.events
    assert results[0].judgement.screened == without.screened


def test_once_the_credentials_are_gone_the_source_grows_stale_and_is_named(nights):
    _, results = nights
    assert [freshness(result)["ictrp"].is_stale for result in results] == [False, False, False, True]
    last = freshness(results[-1])["ictrp"]
    assert last.last_complete_at == results[1].judgement.context.as_of
    assert last.reason == "last complete search is too old"
