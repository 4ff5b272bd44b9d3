"""What is gathered for the page, of a night of the replayed registries."""

import pytest

from flows.night import NightResult
from models.vocabulary import StudyList, Verdict
from reporting import words
from stores.snapshot import query


@pytest.fixture(scope="module")
def night(night_with_posted_results) -> NightResult:
    return night_with_posted_results.result


def test_every_study_has_one_place_in_the_flow(night: NightResult) -> None:
    flow = night.page.flow
    assert flow.n_studies == flow.n_not_eligible + flow.n_included + flow.n_ongoing + flow.n_awaiting
    assert flow.n_not_eligible >= flow.n_excluded > 0
    shown = [entry.list for entry in night.page.studies]
    assert [shown.count(name) for name in StudyList] == [
        {
            StudyList.INCLUDED: flow.n_included,
            StudyList.ONGOING: flow.n_ongoing,
            StudyList.AWAITING: flow.n_awaiting,
            StudyList.EXCLUDED: flow.n_excluded,
        }.get(name, 0)
        for name in StudyList
    ]


def test_near_misses_are_excluded_studies(night: NightResult) -> None:
    assert {entry.list for entry in night.page.near_misses} == {StudyList.EXCLUDED}


def test_analysts_find_the_same_near_misses_as_readers(night: NightResult) -> None:
    _, found = query(night.folder / "warehouse.duckdb", "SELECT study_id, criterion, field, quote FROM out_near_miss")
    shown = {entry.study_id: entry.screening.criteria for entry in night.page.near_misses}
    assert len(shown) > 1
    assert {study_id: tuple(words) for study_id, *words in found} == {
        study_id: (item.criterion, item.field, item.quote)
        for study_id, criteria in shown.items()
        for item in criteria
        if item.verdict is Verdict.NOT_MET
    }


def test_whatever_waits_for_a_person_has_a_name(night: NightResult) -> None:
    assert {item.kind for item in night.page.queue} <= set(words.QUEUE)
