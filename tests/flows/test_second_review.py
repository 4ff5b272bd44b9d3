"""A made-up review of another disease is carried out like the one that ships: nothing of the first is assumed."""

from collections.abc import Callable
from datetime import date

import pytest

from flows.night import NightResult
from models.vocabulary import EventCode, EvidenceSet, Rule

AFTER_SEARCH, AFTER_RESULTS = date(2021, 3, 1), date(2022, 4, 20)
OUTCOMES = ("new_ulcer", "ulcer_area_change", "serious_adverse_events")
LISTS = {
    "NCT90010001": "included",
    "NCT90010002": "included",
    "NCT90010003": "ongoing",
    "NCT90010005": "awaiting",
    "NCT90010006": "screened_out",
    "NCT90010007": "excluded",
    "NCT90010008": "excluded",
    "NCT90010009": "screened_out",
}


@pytest.fixture(scope="module")
def nights(
    carry_out_second: Callable[..., NightResult], tmp_path_factory: pytest.TempPathFactory
) -> dict[date, NightResult]:
    data = tmp_path_factory.mktemp("second review") / "data"
    return {day: carry_out_second(data, day) for day in (AFTER_SEARCH, AFTER_RESULTS)}


def test_every_kind_of_list_is_reached(nights: dict[date, NightResult]) -> None:
    before, after = (
        {item.study_id: str(item.list) for item in nights[day].judgement.statuses}
        for day in (AFTER_SEARCH, AFTER_RESULTS)
    )
    assert before == LISTS
    assert after == LISTS | {"NCT90010003": "awaiting", "NCT90010004": "ongoing"}


def test_its_published_numbers_are_reproduced_and_posted_results_pooled(nights: dict[date, NightResult]) -> None:
    for result in nights.values():
        gate = [item for item in result.judgement.signals if item.rule is Rule.S0]
        assert {item.outcome: item.fired for item in gate} == dict.fromkeys(OUTCOMES, False)
    pooled = {
        (item.outcome, item.evidence_set): item.k for item in nights[AFTER_RESULTS].judgement.effects if item.estimate
    }
    assert pooled["ulcer_area_change", EvidenceSet.PUBLISHED] == 1
    assert pooled["ulcer_area_change", EvidenceSet.PROVISIONAL] == 2


def test_its_news_is_what_happened_after_its_search(nights: dict[date, NightResult]) -> None:
    told = {
        (event.event_code, event.study_id)
        for event in nights[AFTER_RESULTS].judgement.events
        if event.is_news and event.event_code is not EventCode.OVERDUE
    }
    assert told == {
        (EventCode.COMPLETED, "NCT90010003"),
        (EventCode.RESULTS_POSTED, "NCT90010003"),
        (EventCode.NEW_TRIAL, "NCT90010004"),
    }
    assert [str(nights[day].judgement.decision.status) for day in nights] == ["Up to date", "Update pending"]
