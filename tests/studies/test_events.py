"""Events E1 to E5: what happened, when, since when it was public, and since when we knew."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from models.report import RelatedReport, Report
from models.screening import Event
from models.trial import Observation, Reference, TrialRecord
from models.vocabulary import CountType, LinkMethod, ReferenceType, RelationKind, ReportKind, Status, Verdict
from studies.lifecycle import LinkedReport, StudyFile

Trials = Callable[..., TrialRecord]
Studies = Callable[..., StudyFile]
Events = Callable[..., list[Event]]
Seen = Callable[..., Observation]

PAPER = Reference(doi="10.9999/paper", citation="A paper", type=ReferenceType.RESULT)


def codes(events: Sequence[Event]) -> list[str]:
    return [event.event_code for event in events]


def only(events: Sequence[Event], code: str) -> Event:
    [event] = [event for event in events if event.event_code == code]
    return event


def test_a_trial_registered_after_the_search_is_news(trial: Trials, study_of: Studies, events: Events):
    [event] = events(study_of(trial(first_posted_date="2021-02-09", registry_date="2021-02-09")), "2021-02-10")
    assert (event.key, event.event_date, event.is_news) == ("E4:NCT10000001:registered", "2021-02-09", True)


def test_back_filling_an_old_trial_is_no_news(trial: Trials, study_of: Studies, events: Events, seen: Seen):
    old = trial(
        first_posted_date="1999-11-01", registry_date="2001-01-01", status=Status.COMPLETED, completion_date="2000"
    )
    found = events(study_of(seen(old, "2026-11-20")), "2026-11-20")
    assert codes(found) == ["E4", "E1", "E5"]
    assert not any(event.is_news for event in found)
    assert {event.first_seen_at.date() for event in found} == {date(2026, 11, 20)}


def test_a_screened_out_trial_has_no_events(trial: Trials, study_of: Studies, events: Events):
    record = trial(status=Status.COMPLETED, has_results=True, results_posted_date="2020-02-01")
    assert events(study_of(record, eligible=Verdict.NOT_MET), "2022-01-01") == []


def test_a_trial_that_becomes_eligible_is_new_from_that_day(trial: Trials, study_of: Studies, events: Events):
    single, randomised = trial(), trial(registry_date="2021-06-01")
    [event] = events(study_of(single, randomised, eligible_from="2021-06-01"), "2021-06-02")
    assert (event.event_date, event.is_news) == ("2021-06-01", True)
    assert event.first_seen_at.date() == date(2021, 6, 1)
    assert "registered 2020-01-10" in event.evidence


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.TERMINATED])
def test_completion_has_its_day_in_the_world_and_the_day_it_was_shown(
    trial: Trials, study_of: Studies, events: Events, seen: Seen, status: Status
):
    done = trial(status=status, registry_date="2021-10-06", completion_date="2020-10-30")
    event = only(events(study_of(trial(), seen(done, "2021-10-08")), "2021-10-08"), "E1")
    assert event.event_date == "2020-10-30"
    assert (event.public_date, event.first_seen_at.date()) == (date(2021, 10, 6), date(2021, 10, 8))
    assert event.reference == status


def test_a_completion_date_still_ahead_is_not_when_it_completed(trial: Trials, study_of: Studies, events: Events):
    done = trial(status=Status.COMPLETED, registry_date="2021-10-06", completion_date="2023-01")
    assert only(events(study_of(done), "2021-10-08"), "E1").event_date == "2021-10-06"


@pytest.mark.parametrize("status", [Status.ENDED_RECRUITING, Status.UNKNOWN, Status.WITHDRAWN, Status.SUSPENDED])
def test_what_is_not_completion(trial: Trials, study_of: Studies, events: Events, status: Status):
    assert "E1" not in codes(events(study_of(trial(status=status)), "2020-02-01"))


def test_an_unknown_status_set_by_the_registry_is_no_event(trial: Trials, study_of: Studies, events: Events):
    before = trial(status=Status.ENDED_RECRUITING, completion_date="2025-12")
    after = trial(status=Status.UNKNOWN, completion_date="2025-12", last_known_status_text="ACTIVE_NOT_RECRUITING")
    assert codes(events(study_of(before, after), "2020-06-01")) == ["E4"]


def test_results_sent_in_are_told_for_information_and_results_posted_for_action(
    trial: Trials, study_of: Studies, events: Events
):
    promised = trial(status=Status.COMPLETED, results_submitted_date="2020-01-05")
    posted = trial(
        status=Status.COMPLETED, registry_date="2020-03-01", has_results=True, results_posted_date="2020-03-01"
    )
    before = events(study_of(promised), "2020-02-01")
    waiting = only(before, "E2Q")
    assert (waiting.event_date, waiting.public_date, waiting.grade) == ("2020-01-05", date(2020, 1, 10), "info")
    assert "E2" not in codes(before)
    after = events(study_of(promised, posted), "2020-03-02")
    event = only(after, "E2")
    assert only(after, "E2Q") == waiting
    assert (event.event_date, event.grade, event.reference) == ("2020-03-01", "action", "NCT10000001")


def test_results_of_a_trial_whose_eligibility_is_unclear_call_for_a_decision_first(
    trial: Trials, study_of: Studies, events: Events
):
    posted = trial(has_results=True, results_posted_date="2020-03-01")
    assert only(events(study_of(posted, eligible=Verdict.UNCLEAR), "2020-03-02"), "E2").grade == "watch"


def test_results_posted_before_completion_was_registered(trial: Trials, study_of: Studies, events: Events):
    posted = trial(has_results=True, results_posted_date="2020-03-01", registry_date="2020-03-01")
    done = trial(
        status=Status.COMPLETED, registry_date="2020-06-01", has_results=True, results_posted_date="2020-03-01"
    )
    assert codes(events(study_of(posted, done), "2020-07-01")) == ["E4", "E2", "E1"]


def test_every_register_with_results_is_told_once(trial: Trials, study_of: Studies, events: Events):
    ours = trial(has_results=True, results_posted_date="2020-03-01")
    other = trial("EUCTR2006-003096-12-ES", has_results=True, results_posted_date="2020-05-01")
    again = trial(has_results=True, results_posted_date="2020-03-01", registry_date="2021-01-01")
    found = [event for event in events(study_of(ours, again, other), "2021-02-01") if event.event_code == "E2"]
    assert [event.reference for event in found] == ["NCT10000001", "EUCTR2006-003096-12-ES"]


def test_a_report_is_news_from_its_entry_into_the_index(
    trial: Trials, study_of: Studies, events: Events, report: Callable[..., Report], linked: Callable[..., LinkedReport]
):
    paper = linked(report(published_date="2019-04", entered_date="2019-11-20", registry_date="2019-11-20"))
    event = only(events(study_of(trial(), reports=(paper,)), "2020-02-01"), "E3")
    assert (event.event_date, event.public_date, event.is_news) == ("2019-04", date(2019, 11, 20), True)


def test_a_link_made_by_a_person_counts_from_the_day_it_was_made(
    trial: Trials, study_of: Studies, events: Events, report: Callable[..., Report], linked: Callable[..., LinkedReport]
):
    paper = linked(
        report(entered_date="2015-01-01", registry_date="2015-01-01"),
        method=LinkMethod.PERSON,
        linked_from=date(2020, 1, 15),
    )
    event = only(events(study_of(trial(), reports=(paper,)), "2020-02-01"), "E3")
    assert (event.public_date, event.first_seen_at.date()) == (date(2020, 1, 15), date(2020, 1, 15))


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind is not ReportKind.RESULTS])
def test_only_results_are_told(
    trial: Trials,
    study_of: Studies,
    events: Events,
    report: Callable[..., Report],
    linked: Callable[..., LinkedReport],
    kind: ReportKind,
):
    assert "E3" not in codes(events(study_of(trial(), reports=(linked(report(), kind=kind),)), "2024-01-01"))


@pytest.mark.parametrize(
    ("fields", "as_of", "due"),
    [
        ({"primary_completion_date": "2020-01-15"}, "2021-01-14", None),
        ({"primary_completion_date": "2020-01-15"}, "2021-01-15", "2021-01-15"),
        # A month ends on its last day, a year on New Year's Eve.
        ({"primary_completion_date": "2020-02"}, "2021-02-27", None),
        ({"primary_completion_date": "2020-02"}, "2021-02-28", "2021-02-28"),
        ({"primary_completion_date": "2020"}, "2021-12-31", "2021-12-31"),
        # The primary completion counts, and the completion where there is none.
        ({"primary_completion_date": "2020-01-15", "completion_date": "2022"}, "2021-01-15", "2021-01-15"),
        ({"completion_date": "2020-01-15"}, "2021-01-15", "2021-01-15"),
        ({}, "2030-01-01", None),
        # The clock does not ask for the status, unless nobody took part.
        ({"primary_completion_date": "2020-01-15", "status": Status.UNKNOWN}, "2021-01-15", "2021-01-15"),
        ({"primary_completion_date": "2020-01-15", "status": Status.TERMINATED}, "2021-01-15", "2021-01-15"),
        ({"primary_completion_date": "2020-01-15", "status": Status.WITHDRAWN}, "2021-01-15", None),
        # Results in time stop it, late ones do not undo it.
        ({"primary_completion_date": "2020-01-15", "has_results": True, "results_posted_date": "2020-12-01"},
         "2021-06-01", None),
        ({"primary_completion_date": "2020-01-15", "has_results": True, "results_posted_date": "2021-03-01"},
         "2021-06-01", "2021-01-15"),
        # So do papers that the registry names, whether or not an index has them.
        ({"primary_completion_date": "2020-01-15", "references": (PAPER,)}, "2021-06-01", None),
        ({"primary_completion_date": "2020-01-15", "references": (replace(PAPER, declared_date="2021-03-01"),)},
         "2021-06-01", "2021-01-15"),
        ({"primary_completion_date": "2020-01-15", "references": (replace(PAPER, type=ReferenceType.BACKGROUND),)},
         "2021-06-01", "2021-01-15"),
        ({"primary_completion_date": "2020-01-15", "start_date": "2018-03",
          "references": (replace(PAPER, citation="Doe J. A pilot study. 2012"),)}, "2021-06-01", "2021-01-15"),
        ({"primary_completion_date": "2020-01-15", "references": (Reference(pmid="1", type=ReferenceType.RESULT),)},
         "2021-06-01", "2021-01-15"),
    ],
)  # fmt: skip
def test_overdue_by_the_clock(
    trial: Trials, study_of: Studies, events: Events, fields: dict[str, Any], as_of: str, due: str | None
):
    found = [event for event in events(study_of(trial(**fields)), as_of) if event.event_code == "E5"]
    assert [event.event_date for event in found] == ([due] if due else [])


def test_overdue_is_first_seen_on_the_first_night_after_it(
    trial: Trials, study_of: Studies, events: Events, seen: Seen
):
    record = trial(primary_completion_date="2020-01-15")
    later = trial(primary_completion_date="2020-01-15", registry_date="2021-03-01")
    study = study_of(record, seen(later, "2021-03-02"))
    first = only(events(study, "2021-03-02"), "E5")
    second = only(events(study, "2022-01-01"), "E5")
    assert first.first_seen_at.date() == date(2021, 3, 2)
    assert first == second


def test_a_day_added_to_a_known_month_is_not_overdue_again(trial: Trials, study_of: Studies, events: Events):
    month = only(events(study_of(trial(primary_completion_date="2013-05")), "2022-01-01"), "E5")
    day = only(events(study_of(trial(primary_completion_date="2013-05-31")), "2022-01-01"), "E5")
    assert month.key == day.key


def test_a_completion_that_is_put_off_is_overdue_again_and_the_first_time_stands(
    trial: Trials, study_of: Studies, events: Events
):
    plan = trial(primary_completion_date="2018-12", registry_date="2018-04-17")
    put_off = trial(primary_completion_date="2020-12", registry_date="2020-03-04")
    found = [event for event in events(study_of(plan, put_off), "2022-01-01") if event.event_code == "E5"]
    assert [event.event_date for event in found] == ["2019-12-31", "2021-12-31"]


def test_a_completion_put_off_in_time_was_never_overdue(trial: Trials, study_of: Studies, events: Events):
    plan = trial(primary_completion_date="2018-12", registry_date="2018-04-17")
    put_off = trial(primary_completion_date="2020-12", registry_date="2019-06-01")
    assert "E5" not in codes(events(study_of(plan, put_off), "2021-06-01"))


def test_a_plan_that_was_never_confirmed_is_told_as_a_plan(trial: Trials, study_of: Studies, events: Events):
    planned = trial(primary_completion_date="2020-01", primary_completion_type=CountType.ESTIMATED)
    assert "as planned; status recruiting" in only(events(study_of(planned), "2022-01-01"), "E5").evidence


def test_what_was_seen_first_in_a_later_version_was_seen_then(
    trial: Trials, study_of: Studies, events: Events, seen: Seen
):
    """A registry's history fills in older versions afterwards; we still knew when we knew."""
    current = trial(
        status=Status.COMPLETED, registry_date="2021-06-01", has_results=True, results_posted_date="2021-05-01"
    )
    history = trial(
        status=Status.COMPLETED, registry_date="2021-05-01", has_results=True, results_posted_date="2021-05-01"
    )
    found = events(study_of(seen(current, "2021-06-02"), seen(history, "2021-09-01")), "2021-10-01")
    assert {event.first_seen_at.date() for event in found if event.event_code in {"E1", "E2"}} == {date(2021, 6, 2)}
    assert only(found, "E1").public_date == date(2021, 5, 1)


STATUSES = st.sampled_from([*Status])
DAYS = st.integers(0, 3000).map(lambda n: (date(2012, 1, 1) + timedelta(days=n)).isoformat())
VERSION = st.fixed_dictionaries(
    {
        "registry_date": DAYS,
        "status": STATUSES,
        "primary_completion_date": st.none() | DAYS | DAYS.map(lambda day: day[:7]) | DAYS.map(lambda day: day[:4]),
        "has_results": st.booleans(),
        "enrolment_count": st.none() | st.integers(0, 500),
    }
)


@settings(deadline=None, max_examples=60)
@given(versions=st.lists(VERSION, min_size=1, max_size=6), seed=st.integers(0, 999))
def test_the_same_history_gives_the_same_events_in_any_order_of_observation(
    trial: Trials, study_of: Studies, events: Events, seen: Seen, versions: list[dict[str, Any]], seed: int
):
    records = [trial(**fields) for fields in versions]
    observed = [seen(record, "2023-01-01") for record in records]
    shuffled = random.Random(seed).sample(observed, len(observed))
    same_day = len({record.registry_date for record in records}) < len(records)
    if not same_day:
        assert events(study_of(*observed), "2023-02-01") == events(study_of(*shuffled), "2023-02-01")


@settings(deadline=None, max_examples=60)
@given(versions=st.lists(VERSION, min_size=1, max_size=6), extra=st.integers(1, 2000))
def test_looking_again_gives_the_same_events_and_unique_keys(
    trial: Trials, study_of: Studies, events: Events, seen: Seen, versions: list[dict[str, Any]], extra: int
):
    study = study_of(*(seen(trial(**fields), "2021-01-01") for fields in versions))
    first = events(study, "2021-02-01")
    again = events(study, (date(2021, 2, 1) + timedelta(days=extra)).isoformat())
    keys = [event.key for event in again]
    assert len(keys) == len(set(keys))
    assert {event.key for event in first} <= set(keys)
    assert [event for event in again if event.event_code != "E5"] == [
        event for event in first if event.event_code != "E5"
    ]


@settings(deadline=None, max_examples=60)
@given(versions=st.lists(VERSION, min_size=1, max_size=6, unique_by=lambda fields: fields["registry_date"]))
def test_a_nightly_watch_and_a_single_look_back_tell_the_same(
    trial: Trials, study_of: Studies, events: Events, seen: Seen, versions: list[dict[str, Any]]
):
    ordered = sorted(versions, key=lambda fields: fields["registry_date"])
    records = [trial(**(fields | {"first_posted_date": ordered[0]["registry_date"]})) for fields in ordered]
    days = [record.registry_date for record in records] + ["2023-01-01"]
    nightly = {
        event.key
        for day in days
        for event in events(study_of(*(record for record in records if record.registry_date <= day)), day)
    }
    at_once = {
        event.key for event in events(study_of(*(seen(record, "2023-01-01") for record in records)), "2023-01-01")
    }
    assert nightly == at_once


@settings(deadline=None, max_examples=60)
@given(versions=st.lists(VERSION, min_size=1, max_size=6))
def test_an_event_is_never_seen_before_it_was_public_unless_a_registry_dated_it_back(
    trial: Trials, study_of: Studies, events: Events, versions: list[dict[str, Any]]
):
    """Observed on the day it was shown, nothing is seen before it was public."""
    ordered = sorted(versions, key=lambda fields: fields["registry_date"])
    records = [trial(**(fields | {"first_posted_date": ordered[0]["registry_date"]})) for fields in ordered]
    for event in events(study_of(*records), "2026-01-01"):
        assert event.first_seen_at.date() >= event.public_date, event


def test_a_history_without_news_raises_nothing(
    archived: Mapping[str, Sequence[TrialRecord]], study_of: Studies, events: Events
):
    """Trials whose dated versions differ in form only (no sponsor's change between 2018 and 2022)."""
    quiet = ["NCT00855400", "NCT01082653", "NCT01254539", "NCT01759797", "NCT01771640", "NCT01777646", "NCT01933321"]
    for nct_id in quiet:
        found = events(study_of(*archived[nct_id]), "2022-10-10")
        assert not {"E6", "E7"} & set(codes(found)), (nct_id, found)


def test_results_of_a_register_that_dates_records_by_their_entry_are_news_when_they_come(
    trial: Trials, study_of: Studies, events: Events, seen: Seen
):
    """A European record is dated by its entry, years before its results: they would never be news."""
    entered = {"registry": "EU Clinical Trials Register", "source": "euctr", "registry_date": "2011-03-01"}
    without = trial("2011-006254-85", **entered)
    posted = trial("2011-006254-85", has_results=True, status=Status.COMPLETED, **entered)
    found = events(study_of(seen(without, "2021-01-05"), seen(posted, "2024-02-06")), "2024-03-01")
    for code in ("E1", "E2"):
        assert (only(found, code).public_date, only(found, code).is_news) == (date(2024, 2, 6), True)
    alone = only(events(study_of(seen(posted, "2024-02-06")), "2024-03-01"), "E2")
    assert (alone.public_date, alone.is_news) == (date(2011, 3, 1), False)


def test_the_page_of_results_says_when_they_were_posted(
    trial: Trials, study_of: Studies, events: Events, seen: Seen, report: Callable[..., Report],
    linked: Callable[..., LinkedReport],
):  # fmt: skip
    posted = trial("2011-006254-85", has_results=True, registry_date="2011-03-01")
    page = linked(report("2011-006254-85/results", published_date="2023-06-01"), kind=ReportKind.REGISTRY_SUMMARY)
    found = events(study_of(seen(posted, "2024-02-06"), reports=(page,)), "2024-03-01")
    assert only(found, "E2").public_date == date(2023, 6, 1)
    assert "E3" not in codes(found)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"disposition_posted_date": "2020-06-01"}, ", certificate of delay posted 2020-06-01"),
        ({"results_submitted_date": "2020-12-01"}, ", results submitted 2020-12-01"),
        ({"disposition_posted_date": "2021-06-01"}, ""),
    ],
)
def test_what_excuses_overdue_results_is_told_with_them(
    trial: Trials, study_of: Studies, events: Events, fields: dict[str, Any], words: str
):
    found = only(events(study_of(trial(primary_completion_date="2020-01-15", **fields)), "2022-01-01"), "E5")
    assert found.evidence == f"primary completion 2020-01-15{words}, no results 12 months later"


def test_an_article_whose_preprint_gave_the_numbers_says_so(
    trial: Trials, study_of: Studies, events: Events, report: Callable[..., Report],
    linked: Callable[..., LinkedReport],
):  # fmt: skip
    preprint = report("PPR:PPR1", related=(RelatedReport(kind=RelationKind.PREPRINT_OF, pmid="1"),))
    reports = (linked(preprint), linked(report("PMID:1", entered_date="2024-01-01")))
    study = study_of(trial(), reports=reports, extracted_from=frozenset({"PPR:PPR1"}))
    found = {event.reference: event.evidence for event in events(study, "2024-03-01") if event.event_code == "E3"}
    assert found["PMID:1"].endswith("; the article of PPR:PPR1, from which numbers in extraction.csv come")
    assert "article of" not in found["PPR:PPR1"]


def test_an_older_entry_in_another_register_is_no_change_of_the_record(
    trial: Trials, study_of: Studies, events: Events
):
    """The European entry came first, and the American record was eligible from its first day."""
    european = trial("2011-006254-85", source="euctr", registry_date="2011-03-01", first_posted_date="2011-03-01")
    american = trial(registry_date="2014-11-14", first_posted_date="2014-11-14")
    found = only(events(study_of(european, american, eligible_from="2014-11-14"), "2020-01-01"), "E4")
    assert (found.public_date, found.evidence) == (date(2011, 3, 1), "Stem Cells in ALS")
