"""Each kind of news: a case that raises an alert, and a near miss that does not."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import failed_night, heartbeat, raise_alerts
from models.alert import Alert
from models.news import Names
from models.screening import Event
from models.vocabulary import AlertGrade, EventCode, EvidenceSet, Rationale, SourceState, UpdateStatus

ACTION, WATCH, INFO = AlertGrade.ACTION, AlertGrade.WATCH, AlertGrade.INFO


def render(**told: Any) -> tuple[str, str]:
    """What an alert's words are made from, as text."""
    title = f"{told['review_title']} {told['as_of']:%Y-%m-%d} {told['grade']} {told['decision'].status}"
    parts = [*told["events"], *told["signals"]]
    lines = [part.key for part in parts] + [source.source for source in told["newly_stale"]]
    lines += [told["silence"]] * bool(told["silence"])
    return title, "\n".join(lines)


def raised(review: Any, **given: Any) -> tuple[Alert, ...]:
    """A quiet night, apart from what is given."""
    night: dict[str, Any] = {
        "context": review.context,
        "review_title": "Cell therapies for ALS",
        "decision": review.decision(),
        "past": (review.decision(decided_at=review.context.as_of - timedelta(days=1)),),
        "silent_since": None,
        "events": (),
        "emitted": (),
        "names": Names(),
        "signals": (),
        "fired_before": frozenset(),
        "freshness": (review.freshness(),),
        "stale_before": frozenset(),
        "render": render,
    }
    return raise_alerts(**(night | given))


def grades(alerts: tuple[Alert, ...]) -> list[AlertGrade]:
    return [alert.grade for alert in alerts]


def test_a_quiet_night_raises_nothing(review: Any) -> None:
    assert raised(review) == ()


@pytest.mark.parametrize("grade", list(AlertGrade))
def test_a_news_event_raises_an_alert_of_its_grade_once(review: Any, grade: AlertGrade) -> None:
    event = review.event(grade=grade)
    assert grades(raised(review, events=[event])) == [grade]
    assert raised(review, events=[event], emitted=[event]) == ()


def test_a_backfilled_trial_of_1999_raises_nothing(review: Any) -> None:
    old = review.event(
        event_code=EventCode.NEW_TRIAL,
        study_id="NCT00000001",
        event_date="1999-11",
        public_date=date(1999, 11, 3),
        is_news=False,
    )
    assert raised(review, events=[old]) == ()
    assert old.key not in raised(review, events=[old, review.event()])[0].body


@pytest.mark.parametrize(
    ("signal", "fired_before", "expected"),
    [
        ({}, False, [ACTION]),
        ({"evidence_set": EvidenceSet.PUBLISHED}, False, [ACTION]),
        ({"evidence_set": EvidenceSet.PROVISIONAL}, False, [WATCH]),
        ({}, True, []),
        ({"fired": False}, False, []),
    ],
)
def test_a_signal_is_news_when_it_begins_to_fire(
    review: Any, signal: dict[str, Any], fired_before: bool, expected: list[AlertGrade]
) -> None:
    found = review.signal(**signal)
    before = {found.key} if fired_before else frozenset()
    assert grades(raised(review, signals=[found], fired_before=before)) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (UpdateStatus.UP_TO_DATE, UpdateStatus.UPDATE_PENDING, [ACTION]),
        (UpdateStatus.UPDATE_PENDING, UpdateStatus.UP_TO_DATE, [ACTION]),
        (UpdateStatus.UPDATE_PENDING, UpdateStatus.UPDATE_PENDING, []),
        (None, UpdateStatus.UP_TO_DATE, []),
        (None, UpdateStatus.UPDATE_PENDING, [ACTION]),
    ],
)
def test_another_status_is_news(
    review: Any, before: UpdateStatus | None, now: UpdateStatus, expected: list[AlertGrade]
) -> None:
    past = [review.decision(status=before)] if before else []
    assert grades(raised(review, past=past, decision=review.decision(status=now))) == expected


PENDING, CALM, NOT_KNOWN = UpdateStatus.UPDATE_PENDING, UpdateStatus.UP_TO_DATE, UpdateStatus.NOT_KNOWN


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ([PENDING, NOT_KNOWN, PENDING], [ACTION, WATCH, WATCH]),
        ([PENDING, NOT_KNOWN, NOT_KNOWN, PENDING], [ACTION, WATCH, None, WATCH]),
        ([PENDING, NOT_KNOWN, CALM], [ACTION, WATCH, ACTION]),
        ([CALM, NOT_KNOWN, CALM, NOT_KNOWN], [None, WATCH, WATCH, WATCH]),
        ([CALM, NOT_KNOWN, PENDING], [None, WATCH, ACTION]),
        ([NOT_KNOWN, NOT_KNOWN, CALM], [WATCH, None, WATCH]),
        ([NOT_KNOWN, PENDING, NOT_KNOWN, PENDING], [WATCH, ACTION, WATCH, WATCH]),
    ],
)
def test_a_time_of_not_knowing_is_measured_against_what_was_known_before_it(
    review: Any, nights: list[UpdateStatus], expected: list[AlertGrade | None]
) -> None:
    decisions = [
        review.decision(status=status, decided_at=review.context.as_of + timedelta(days=day))
        for day, status in enumerate(nights)
    ]
    told = [raised(review, past=decisions[:night], decision=item) for night, item in enumerate(decisions)]
    assert [alerts[0].grade if alerts else None for alerts in told] == expected
    keys = [alert.key for alerts in told for alert in alerts]
    assert len(set(keys)) == len(keys)


@given(st.lists(st.sampled_from([PENDING, CALM, NOT_KNOWN]), max_size=8))
def test_action_is_asked_for_exactly_when_what_is_known_changes(review: Any, nights: list[UpdateStatus]) -> None:
    decisions = [review.decision(status=status) for status in nights]
    known = CALM
    for night, item in enumerate(decisions):
        alerts = raised(review, past=decisions[:night], decision=item)
        is_other = item.status not in (known, NOT_KNOWN)
        assert (grades(alerts) == [ACTION]) == is_other
        known = item.status if item.status is not NOT_KNOWN else known


def test_nights_that_did_not_take_place_are_told_by_the_first_one_after_them(review: Any) -> None:
    last = review.context.as_of - timedelta(days=40)
    [alert] = raised(review, silent_since=last)
    assert alert.grade is WATCH
    assert alert.body == "No night took place between 2016-06-10 06:00 and 2016-07-20 06:00 UTC."
    assert "No night took place between 2016-06-10" in beat(review, [review.freshness()], silent_since=last).message


def test_a_series_of_failed_nights_is_one_message_whatever_the_reasons(review: Any) -> None:
    def key(reason: str, last_good: datetime | None, name: str = "als_cell_therapy") -> str:
        return failed_night(name, review.context.as_of, reason, last_good).key

    good = review.context.as_of - timedelta(days=3)
    assert key("the disk is full", good) == key("no source could be searched", good)
    assert key("no source could be searched", None) == key("the disk is full", None)
    others = {key("the disk is full", None), key("the disk is full", good + timedelta(days=1)), key("x", good, "other")}
    assert len(others | {key("the disk is full", good)}) == 4


def test_the_same_status_for_another_reason_is_no_news(review: Any) -> None:
    assert raised(review, decision=review.decision(rationale=Rationale.ALL_INCORPORATED)) == ()


def test_a_source_is_news_when_it_becomes_stale(review: Any) -> None:
    stale = review.freshness(is_stale=True, state=SourceState.FAILED)
    failed_tonight = review.freshness(state=SourceState.FAILED)
    assert grades(raised(review, freshness=[stale])) == [WATCH]
    assert raised(review, freshness=[stale], stale_before={"pubmed"}) == ()
    assert raised(review, freshness=[failed_tonight]) == ()


def test_all_news_of_a_night_goes_into_one_alert_of_the_highest_grade(review: Any) -> None:
    new_trial = review.event(event_code=EventCode.NEW_TRIAL, grade=INFO, study_id="NCT02290886")
    results = review.event()
    signal = review.signal(evidence_set=EvidenceSet.PROVISIONAL)
    (alert,) = raised(
        review,
        events=[new_trial, results, results],
        signals=[signal],
        decision=review.decision(status=UpdateStatus.UPDATE_PENDING),
        freshness=[review.freshness(is_stale=True)],
    )
    assert alert.grade is ACTION
    assert alert.event_keys == (results.key, new_trial.key)
    assert alert.signal_keys == (signal.key,)
    assert alert.title == "Cell therapies for ALS 2016-07-20 action Update pending"
    assert alert.body.splitlines() == [results.key, new_trial.key, signal.key, "pubmed"]
    assert alert.raised_at == review.context.as_of


# --- the key ---


@given(st.permutations(["NCT01363401", "NCT03280056", "NCT01254539"]), st.integers(0, 400))
def test_the_same_news_has_the_same_key_in_any_order_and_on_any_night(
    review: Any, study_ids: list[str], days_later: int
) -> None:
    def key(ids: list[str], context: Any) -> str:
        events: list[Event] = [review.event(study_id=study_id) for study_id in ids]
        signals = [review.signal(outcome=study_id) for study_id in ids]
        return raised(review, context=context, events=events, signals=signals)[0].key

    later = msgspec.structs.replace(review.context, as_of=review.context.as_of + timedelta(days=days_later))
    assert key(study_ids, later) == key(sorted(study_ids), review.context)


def test_other_news_has_another_key(review: Any) -> None:
    pending = review.decision(status=UpdateStatus.UPDATE_PENDING)
    nights: list[dict[str, Any]] = [
        {"events": [review.event()]},
        {"events": [review.event(reference="PMID:30048006")]},
        {"signals": [review.signal()]},
        {"signals": [review.signal(outcome="survival")]},
        {"decision": pending},
        {"events": [review.event()], "decision": pending},
        {"freshness": [review.freshness(is_stale=True)]},
        {"freshness": [review.freshness(is_stale=True, source="ctgov")]},
        {"events": [review.event()], "decision": review.decision(review="another_review")},
    ]
    keys = {raised(review, **night)[0].key for night in nights}
    assert len(keys) == len(nights)


def test_what_stops_and_starts_again_is_news_again(review: Any) -> None:
    def key(year: int, **night: Any) -> str:
        previous = review.decision(decided_at=review.context.as_of.replace(year=year))
        return raised(review, past=[previous], **night)[0].key

    def stale(year: int) -> Any:
        return review.freshness(is_stale=True, last_complete_at=review.context.as_of.replace(year=year))

    assert key(2017, signals=[review.signal()]) != key(2018, signals=[review.signal()])
    assert key(2017, freshness=[stale(2017)]) != key(2018, freshness=[stale(2018)])
    pending = review.decision(status=UpdateStatus.UPDATE_PENDING)
    assert key(2017, decision=pending) != key(2018, decision=pending)


# --- the heartbeat ---


def beat(
    review: Any,
    freshness: list[Any],
    versions: int = 0,
    events: int = 0,
    alerts: int = 0,
    silent_since: datetime | None = None,
) -> Any:
    return heartbeat(
        context=review.context,
        review="als_cell_therapy",
        n_new_versions=versions,
        n_new_events=events,
        n_alerts=alerts,
        freshness=freshness,
        silent_since=silent_since,
    )


def test_a_complete_quiet_night_says_that_there_is_nothing_new(review: Any) -> None:
    found = beat(review, [review.freshness(), review.freshness(source="ctgov")])
    assert found.message == "Searched 2 sources to the end: nothing new."
    assert found.stale_sources == ()


def test_a_heartbeat_counts_what_was_found(review: Any) -> None:
    found = beat(review, [review.freshness()], versions=12, events=1)
    assert found.message == "Searched 1 source to the end: 12 new record versions, 1 new event, 0 alerts."


def test_a_heartbeat_counts_databases_that_people_search_apart(review: Any) -> None:
    embase = review.freshness(source="embase", title="Embase", is_by_hand=True, limit_days=90)
    found = beat(review, [review.freshness(), embase])
    assert found.message == "Searched 1 source to the end, 1 database searched by hand within the limit: nothing new."
    overdue = msgspec.structs.replace(embase, is_stale=True, is_overdue=True, reason="its last search is too old")
    found = beat(review, [review.freshness(), overdue])
    assert found.message.endswith(
        "Embase: searched by hand, last on 2016-07-20, to be searched every 90 days (its last search is too old)."
    )
    assert found.stale_sources == ("embase",)


def test_a_heartbeat_names_the_source_that_was_not_searched_to_its_end(review: Any) -> None:
    failed = review.freshness(state=SourceState.FAILED, is_stale=True, reason="HTTP 503 from eutils")
    found = beat(review, [failed, review.freshness(source="ctgov", title="ClinicalTrials.gov")])
    assert found.stale_sources == ("pubmed",)
    assert found.message == (
        "Not every source was searched to its end, so there may be more than was found "
        "(0 new record versions, 0 new events, 0 alerts). "
        "PubMed: tonight failed (HTTP 503 from eutils); last searched to its end on 2016-07-20, stale after 3 days."
    )


@given(
    st.lists(st.tuples(st.sampled_from(list(SourceState)), st.booleans()), max_size=4),
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
)
def test_nothing_new_is_claimed_only_when_all_is_searched_and_none_found(
    review: Any, sources: list[tuple[SourceState, bool]], counts: tuple[int, int, int]
) -> None:
    freshness = [review.freshness(state=state, is_stale=is_stale) for state, is_stale in sources]
    is_known = bool(sources) and all(state is SourceState.COMPLETE and not stale for state, stale in sources)
    assert ("nothing new" in beat(review, freshness, *counts).message) == (is_known and not any(counts))
