"""A made-up review of another disease is carried out like the one that ships: nothing of the first is assumed."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from flows.night import NightResult
from models.vocabulary import EventCode, EvidenceSet, Rule
from stores.snapshot import fingerprint, query

pytestmark = pytest.mark.slow

AFTER_SEARCH, AFTER_RESULTS = date(2021, 3, 1), date(2022, 4, 20)
OUTCOMES = ("new_ulcer", "ulcer_area_change", "serious_adverse_events", "deaths")
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
    deaths = [
        (item.study_id, item.events_intervention, item.events_control)
        for item in nights[AFTER_RESULTS].judgement.inputs
        if item.outcome == "deaths" and item.evidence_set is EvidenceSet.PROVISIONAL
    ]
    assert deaths == [("NCT90010002", 2, 3), ("NCT90010003", 3, 4)]


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


def test_its_interventions_reach_the_warehouse_with_columns_of_its_own(nights: dict[date, NightResult]) -> None:
    _, rows = query(
        nights[AFTER_RESULTS].folder / "warehouse.duckdb",
        "SELECT name, names, counts, further ->> 'surface' FROM review_intervention ORDER BY counts",
    )
    assert rows == [
        ("Calmafoam", ["Calmafoam*"], "no", None),
        ("Undulair", ["Undulair*", "UDA-200"], "yes", "mattress"),
    ]


def test_its_page_speaks_of_no_other_review(nights: dict[date, NightResult]) -> None:
    page = (nights[AFTER_RESULTS].folder / "site" / "index.html").read_text(encoding="utf-8")
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert "Alternating-pressure surface" in text
    # An empty cell of a two-by-two table is no cell therapy.
    assert re.findall(r"\b(?:(?<!empty )cells?|ALSFRS\S*|FVC|survival|neuro\w*|ALS|MND)\b", text) == []


def test_a_night_is_the_same_with_and_without_the_verdicts_of_earlier_ones(
    carry_out_second: Callable[..., NightResult], tmp_path: Path
) -> None:
    with_known, without = tmp_path / "with", tmp_path / "without"
    carry_out_second(with_known, AFTER_SEARCH)
    shutil.copytree(with_known, without, symlinks=True)
    (without / "verdicts.sqlite").unlink()
    one, other = (carry_out_second(data, AFTER_RESULTS) for data in (with_known, without))
    assert fingerprint(one.folder / "warehouse.duckdb") == fingerprint(other.folder / "warehouse.duckdb")
    with closing(sqlite3.connect(with_known / "verdicts.sqlite")) as connection:
        kept, rules = connection.execute("SELECT count(*), count(DISTINCT rules) FROM verdict").fetchone()
    assert (kept >= 9, rules) == (True, 1)


def test_verdicts_that_cannot_be_kept_end_no_night(
    carry_out_second: Callable[..., NightResult], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data" / "verdicts.sqlite").mkdir(parents=True)
    assert carry_out_second(tmp_path / "data", AFTER_SEARCH).state == "done"
    assert caplog.text.count("verdicts.sqlite: unable to open database file; every record is judged anew") == 1
