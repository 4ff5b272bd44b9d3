"""Event E8: a version lists a study as ongoing that had ended, or whose results were public, before it could be read."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from models.screening import Event, Numbers
from models.trial import TrialRecord
from models.vocabulary import Status
from studies.lifecycle import StudyFile

Trials = Callable[..., TrialRecord]
Studies = Callable[..., StudyFile]
Events = Callable[..., list[Event]]

LISTED: dict[str, Any] = {"listed_ongoing": "2026", "listed_from": date(2026, 6, 10)}
NIGHT = "2026-06-11"


def late(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.event_code == "E8"]


def test_results_that_were_posted_before_the_version_are_news_of_their_own(
    trial: Trials, study_of: Studies, events: Events
) -> None:
    record = trial(
        status=Status.COMPLETED,
        registry_date="2022-07-20",
        completion_date="2021-06",
        has_results=True,
        results_posted_date="2022-07-15",
    )
    study = study_of(record, numbers=Numbers(n_randomised=386), **LISTED)
    [event] = late(events(study, NIGHT))
    assert (event.grade, event.is_news, event.event_date) == ("action", True, "2022-07-15")
    assert event.public_date == date(2026, 6, 10)
    assert event.evidence == (
        "results posted 2022-07-15 (NCT10000001); 386 randomised; listed as ongoing in version 2026 (2026-06-10)"
    )


def test_a_study_that_had_only_ended_is_to_be_watched(trial: Trials, study_of: Studies, events: Events) -> None:
    record = trial(status=Status.COMPLETED, registry_date="2024-02-01", completion_date="2024-01")
    [event] = late(events(study_of(record, **LISTED), NIGHT))
    assert (event.grade, event.reference) == ("watch", "2026:complete")
    assert "complete since 2024-01" in event.evidence


@pytest.mark.parametrize(
    ("fields", "listed"),
    [
        ({"status": Status.RECRUITING}, LISTED),
        ({"status": Status.COMPLETED, "registry_date": "2026-07-01", "completion_date": "2026-06-20"}, LISTED),
        ({"status": Status.COMPLETED, "registry_date": "2024-02-01", "completion_date": "2024-01"}, {}),
    ],
    ids=["still recruiting", "completed after the version", "not listed by the version's own words"],
)
def test_nothing_is_held_against_a_version_that_could_not_know(
    trial: Trials, study_of: Studies, events: Events, fields: dict[str, Any], listed: dict[str, Any]
) -> None:
    assert late(events(study_of(trial(**fields), **listed), "2026-08-01")) == []


def test_it_is_told_once_and_again_when_results_turn_out_to_have_been_public(
    trial: Trials, study_of: Studies, events: Events
) -> None:
    done = {"status": Status.COMPLETED, "registry_date": "2024-02-01", "completion_date": "2024-01"}
    first = late(events(study_of(trial(**done), **LISTED), NIGHT))
    again = late(events(study_of(trial(**done), **LISTED), "2026-06-12"))
    assert [event.key for event in first] == [event.key for event in again] == ["E8:NCT10000001:2026:complete"]
    posted = trial(**done, has_results=True, results_posted_date="2024-01-30")
    assert [event.key for event in late(events(study_of(posted, **LISTED), NIGHT))] == ["E8:NCT10000001:2026:results"]
