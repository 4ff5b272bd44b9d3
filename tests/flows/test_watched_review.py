"""The second review that ships, on the replay: what it finds, what it tells, and that it tells it once.

It has no published version: what was public when watching began is found and is no news.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.gather import NightRequest
from flows.night import NightResult
from flows.portfolio import portfolio, worst
from models.dates import at_night
from models.settings import Settings
from models.vocabulary import StudyList, Verdict
from stores.published import fingerprint_of

REVIEW, FIRST_REVIEW = "als_calcium_sensitisers", "als_cell_therapy"
LABELS = Path(__file__).parents[1] / "studies" / "reference" / "labels.csv"
OF_THE_DRUGS = {"NCT02496767", "NCT03505021"}
"""Trials of tirasemtiv and of levosimendan, by their titles: all that the archive has of the review's drugs."""

NIGHTS: dict[date, tuple[dict[str, tuple[str, str]], set[str], str | None]] = {
    # night: studies that are not screened out, events told, grade of the alert
    date(2016, 6, 21): ({"NCT02496767": ("ongoing", "recruiting")}, set(), None),
    date(2018, 4, 21): (
        {"NCT02496767": ("ongoing", "recruiting"), "NCT03505021": ("ongoing", "planned")},
        {"E4 NCT03505021"},
        "info",
    ),
    date(2020, 6, 20): (
        {"NCT02496767": ("awaiting", "results_posted"), "NCT03505021": ("ongoing", "follow_up")},
        {"E1 NCT02496767", "E2 NCT02496767", "E5 NCT02496767"},
        "action",
    ),
    date(2020, 6, 21): (
        {"NCT02496767": ("awaiting", "results_posted"), "NCT03505021": ("ongoing", "follow_up")},
        set(),
        None,
    ),
    date(2021, 11, 20): (
        {"NCT02496767": ("awaiting", "results_posted"), "NCT03505021": ("ongoing", "stale")},
        {"E5 NCT03505021"},
        "watch",
    ),
}


@pytest.fixture(scope="module")
def nights(carry_out: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[date, NightResult]:
    data = tmp_path_factory.mktemp("watched") / "data"
    return {day: carry_out(data, day, review=REVIEW) for day in NIGHTS}


@pytest.mark.parametrize("day", NIGHTS, ids=str)
def test_a_night_knows_and_tells(nights: dict[date, NightResult], day: date) -> None:
    studies, told, grade = NIGHTS[day]
    result = nights[day]
    statuses = {item.study_id: item for item in result.judgement.statuses}
    assert result.state == "done"
    assert studies == {
        name: (item.list, item.state) for name, item in statuses.items() if item.list is not StudyList.SCREENED_OUT
    }
    assert told == {f"{event.event_code} {event.study_id}" for event in result.new_events if event.is_news}
    assert [alert.grade for alert in result.alerts] == [grade] * bool(grade)
    assert result.judgement.decision.status == "No published version yet"
    assert result.judgement.decision.baseline_version == ""


def test_what_was_public_when_watching_began_is_found_and_no_news(nights: dict[date, NightResult]) -> None:
    first = nights[date(2016, 6, 21)]
    events = [(event.event_code, event.study_id, event.is_news) for event in first.judgement.events]
    assert events == [("E4", "NCT02496767", False)]
    assert not first.page.events_since_version


def test_every_labelled_trial_of_the_drugs_is_found_and_no_other_is_one(nights: dict[date, NightResult]) -> None:
    with LABELS.open(encoding="utf-8") as file:
        labelled = {row["nct_id"] for row in csv.DictReader(file)}
    screening = nights[date(2021, 11, 20)].judgement.screened.screening
    verdicts = {name: {item.criterion: item.verdict for item in screening[name].criteria} for name in screening}
    assert labelled & OF_THE_DRUGS == OF_THE_DRUGS
    registered_by_then = labelled & set(verdicts)
    assert len(registered_by_then) > 45
    for name in OF_THE_DRUGS:
        assert set(verdicts[name].values()) == {Verdict.MET}, verdicts[name]
    others = {name: verdicts[name]["intervention"] for name in registered_by_then - OF_THE_DRUGS}
    assert set(others.values()) == {Verdict.NOT_MET}, others


def test_nothing_is_pooled_gated_or_said_of_numbers_that_nobody_has_seen(nights: dict[date, NightResult]) -> None:
    last = nights[date(2021, 11, 20)].judgement
    assert not [effect for effect in last.effects if effect.k]
    assert not [signal for signal in last.signals if signal.fired or signal.rule == "S0"]
    [task] = [item for item in last.queue if item.kind == "results"]
    assert (task.subject, task.value) == ("NCT02496767", "NCT02496767")


def test_the_page_reads_as_that_of_a_review_without_a_version(nights: dict[date, NightResult]) -> None:
    first, last = (
        (nights[day].folder / "site" / "index.html").read_text(encoding="utf-8")
        for day in (date(2016, 6, 21), date(2021, 11, 20))
    )
    assert "none published yet; watched since 21 June 2016" in first
    assert "Nothing of the review is published yet" in first
    assert "Results of NCT02496767 have become public since 21 June 2016." in last
    assert '<span class="muted">v</span> Placebo for levosimendan' in last
    assert "Levosimendan; Placebo" not in last
    for page in (first, last):
        for words in ("version of  was", "last published version", "by which the review was published", "Published ()"):
            assert words not in page


@pytest.mark.slow
def test_with_the_first_review_in_one_folder_both_are_as_they_are_alone(
    nights: dict[date, NightResult], tmp_path: Path, carry_out: Any
) -> None:
    night = date(2020, 6, 20)
    alone = carry_out(tmp_path / "alone", night, review=FIRST_REVIEW)
    both = Settings(data=tmp_path / "both")
    request = NightRequest(review="", as_of=at_night(night), registries="replay")
    told = list(portfolio((REVIEW, FIRST_REVIEW), request, both))
    assert worst(told) == "done"
    lists = [
        {item.study_id: item.list for item in result.judgement.statuses}
        for result in (alone, told[1].result, nights[night], told[0].result)
        if result
    ]
    assert lists[0] == lists[1]
    assert lists[2] == lists[3]
    assert (
        fingerprint_of(FIRST_REVIEW, both).fingerprint
        == fingerprint_of(FIRST_REVIEW, Settings(data=tmp_path / "alone")).fingerprint
    )
