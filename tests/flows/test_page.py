"""What is gathered for the page, of a night of the replayed registries."""

from datetime import date

import pytest

from flows.night import NightResult
from models.vocabulary import StudyList
from reporting import words


@pytest.fixture(scope="module")
def night(carry_out, tmp_path_factory: pytest.TempPathFactory) -> NightResult:
    return carry_out(tmp_path_factory.mktemp("page") / "data", date(2024, 2, 29))


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


def test_whatever_waits_for_a_person_has_a_name(night: NightResult) -> None:
    assert {item.kind for item in night.page.queue} <= set(words.QUEUE)
