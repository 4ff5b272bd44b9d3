"""What the ledger promises, on SQLite and on PostgreSQL alike."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from sqlalchemy import create_engine, text

from models.alert import Alert, Heartbeat
from models.screening import Event
from models.search import Question, SourceCheck
from models.synthesis import Signal, UpdateDecision
from models.vocabulary import (
    AlertGrade,
    Convention,
    DeliveryState,
    EventCode,
    EvidenceSet,
    Rationale,
    Rule,
    Scope,
    SourceState,
    UpdateStatus,
)
from stores.archive import answer_file
from stores.ledger import MAX_ATTEMPTS, Delivery, Ledger, LedgerError
from stores.ledger_database import MIGRATIONS
from stores.ledger_tables import REVISION, Row
from stores.lock import AlreadyRunning, LockError, run_lock

REVIEW = "als_cell_therapy"
NIGHT = datetime(2016, 7, 20, 6, tzinfo=UTC)
NEXT = NIGHT + timedelta(days=1)


class Clock:
    """A wall clock that goes when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(ledger_url: str, clock: Clock) -> Iterator[Ledger]:
    with Ledger(ledger_url, clock) as opened:
        yield opened


def a_decision(at: datetime = NIGHT, status: UpdateStatus = UpdateStatus.UPDATE_PENDING) -> UpdateDecision:
    return UpdateDecision(
        review=REVIEW,
        decided_at=at,
        status=status,
        rationale=Rationale.AWAITING_ASSESSMENT,
        explanation="Results of NCT01363401 were posted.",
        baseline_version="pub2",
        fired_rules=("S5:alsfrs",),
        event_keys=("E2:NCT01363401:posted",),
        protocol_version="1",
        is_confirmed_only=False,
    )


def an_event(study_id: str = "NCT01363401") -> Event:
    return Event(
        event_code=EventCode.RESULTS_POSTED,
        study_id=study_id,
        event_date="2016-07-20",
        public_date=date(2016, 7, 20),
        first_seen_at=NIGHT,
        grade=AlertGrade.ACTION,
        evidence="results first posted 2016-07-20",
        reference="posted",
        is_news=True,
    )


def a_signal(outcome: str, fired: bool = True) -> Signal:
    return Signal(
        rule=Rule.S5,
        outcome=outcome,
        timepoint="4-6 months",
        evidence_set=EvidenceSet.CONFIRMED,
        convention=Convention.REVMAN2025,
        fired=fired,
    )


def an_alert(key: str = "3f2a", at: datetime = NIGHT, grade: AlertGrade = AlertGrade.ACTION) -> Alert:
    return Alert(
        key=key,
        review=REVIEW,
        grade=grade,
        raised_at=at,
        title="Ünlimited – cells",
        body="Results of NCT01363401 were posted.\n",
        event_keys=("E2:NCT01363401:posted",),
        signal_keys=(),
    )


def a_heartbeat(at: datetime = NIGHT, n_alerts: int = 1) -> Heartbeat:
    return Heartbeat(
        review=REVIEW,
        as_of=at,
        n_new_versions=3,
        n_new_events=n_alerts,
        n_alerts=n_alerts,
        stale_sources=("pubmed",),
        message="a message",
    )


def conclude(
    ledger: Ledger,
    at: datetime = NIGHT,
    *,
    events: Sequence[Event] = (),
    signals: Sequence[Signal] = (),
    alerts: Sequence[Alert] = (),
    channels: Sequence[str] = ("file", "mail"),
    decision: UpdateDecision | None = None,
    n_alerts: int = 1,
) -> int:
    run_id = ledger.begin_run(REVIEW, at)
    ledger.conclude(
        run_id,
        decision or a_decision(at),
        events=events,
        signals=signals,
        alerts=alerts,
        heartbeat=a_heartbeat(at, n_alerts),
        channels=channels,
    )
    return run_id


def delivery(ledger: Ledger, channel: str) -> Delivery:
    return next(item for item in ledger.deliveries(REVIEW) if item.channel == channel)


def n_decisions(ledger: Ledger) -> int:
    """Rows of the append-only table, superseded ones as well."""
    with ledger._engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM decision")) or 0


# --- opening ---


def test_the_tables_are_those_of_the_migrations(ledger_url: str) -> None:
    Ledger(ledger_url).close()
    engine = create_engine(ledger_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
    engine.dispose()


def test_the_declared_revision_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_what_was_written_is_there_after_opening_again(ledger_url: str) -> None:
    with Ledger(ledger_url) as ledger:
        conclude(ledger, alerts=[an_alert()])
    with Ledger(ledger_url) as ledger:
        assert ledger.alerts(REVIEW) == (an_alert(),)


def test_a_ledger_at_head_opens_without_loading_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    Ledger(url).close()
    code = (
        f"import sys; from stores.ledger import Ledger; Ledger({url!r}).registries(); print('alembic' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_sqlite_runs_with_wal_foreign_keys_and_patience(tmp_path: Path) -> None:
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger, ledger._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "address cannot be read"),
        ("sqlite://", "in memory"),
        ("mysql://someone:secret@host/ledger", "mysql is not supported"),
        ("postgresql+psycopg://someone:secret@127.0.0.1:1/ledger", "connection failed"),
        ("postgresql://someone:secret@127.0.0.1:1/ledger", "connection failed"),
        ("sqlite:////dev/null/ledger.sqlite", "/dev/null"),
        ("sqlite:///{folder}/notes.txt", "not a database"),
    ],
)
def test_an_address_that_cannot_be_opened_says_so_without_the_password(url: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes, and more than a hundred bytes of them. " * 5)
    with pytest.raises(LedgerError, match=words) as raised:
        Ledger(url.format(folder=tmp_path))
    assert "TRIALWATCH_LEDGER_URL" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_ledger_of_a_newer_program_is_left_alone(ledger_url: str) -> None:
    Ledger(ledger_url).close()
    engine = create_engine(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(LedgerError, match=r"newer trialwatch \(revision 9999"):
        Ledger(ledger_url)


OPEN = """
import sys
from stores.ledger import Ledger
print("ready", flush=True)
sys.stdin.readline()
Ledger(sys.argv[1]).close()
"""


def test_several_processes_may_create_the_ledger_together(ledger_url: str) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, ledger_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("open\n")
        opener.stdin.flush()
    assert [opener.communicate(timeout=60)[1] for opener in openers] == ["", "", ""]
    assert [opener.returncode for opener in openers] == [0, 0, 0]


def test_a_new_file_that_is_just_being_written_is_waited_for(tmp_path: Path) -> None:
    writer = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, writer.execute, ["ROLLBACK"])
    release.start()
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        assert ledger.registries() is None
    release.join()
    writer.close()


def test_a_migration_that_breaks_off_leaves_nothing_behind(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.create_index", break_off)
        with pytest.raises(KeyboardInterrupt):
            Ledger(ledger_url)
    with Ledger(ledger_url) as ledger:
        assert ledger.registries() is None


# --- live or replay ---


def test_a_data_folder_holds_live_registries_or_a_replay(ledger: Ledger) -> None:
    assert ledger.registries() is None
    ledger.claim("replay")
    ledger.claim("replay")
    assert ledger.registries() == "replay"
    with pytest.raises(LedgerError, match=r"holds replay registries .* on live ones"):
        ledger.claim("live")


# --- runs and source checks ---


def test_a_run_that_never_ended_is_marked_interrupted(ledger: Ledger, clock: Clock) -> None:
    first, second = ledger.begin_run(REVIEW, NIGHT), ledger.begin_run(REVIEW, NEXT)
    ledger.finish_run(second, "partial")
    assert second > first
    assert [(run.run_id, run.as_of, run.state) for run in ledger.runs(REVIEW)] == [
        (first, NIGHT, "interrupted"),
        (second, NEXT, "partial"),
    ]
    assert ledger.runs(REVIEW)[1].started_at == ledger.runs(REVIEW)[1].finished_at == clock.time


@pytest.mark.parametrize(("run_id", "state"), [(1, "finished"), (7, "done")])
def test_a_run_ends_only_once_begun_and_in_a_known_state(ledger: Ledger, run_id: int, state: str) -> None:
    ledger.begin_run(REVIEW, NIGHT)
    with pytest.raises(LedgerError, match=f"run {run_id}"):
        ledger.finish_run(run_id, state)


TOPIC = Question(source="ctgov", scope=Scope.TOPIC, query="AREA[Condition] of the review")


def test_only_a_complete_search_moves_the_cursor(ledger: Ledger) -> None:
    complete = SourceCheck(source="ctgov", scope="topic", state=SourceState.COMPLETE, checked_at=NIGHT, n_records=54)
    partial = SourceCheck(
        source="ctgov",
        scope="topic",
        state=SourceState.PARTIAL,
        checked_at=NEXT,
        since=date(2016, 7, 17),
        n_records=1000,
        n_expected=3454,
        n_requests=1,
        n_bytes=10**10,
        reason="1000 of 3454 records were stored",
    )
    history = SourceCheck(source="ctgov", scope="history", state=SourceState.FAILED, checked_at=NIGHT, reason="503")
    first = ledger.begin_run(REVIEW, NIGHT)
    ledger.record_source(first, history)
    ledger.record_source(first, complete)
    ledger.record_source(ledger.begin_run("another review", NEXT), complete)
    second = ledger.begin_run(REVIEW, NEXT)
    ledger.record_source(second, SourceCheck(source="ctgov", scope="topic", state=SourceState.FAILED, checked_at=NEXT))
    ledger.record_source(second, partial)
    assert ledger.source_checks(REVIEW) == (history, partial)
    assert ledger.last_complete(REVIEW, TOPIC) == NIGHT
    assert ledger.last_complete(REVIEW, Question(source="ctgov", scope=Scope.STUDIES, query=REVIEW)) is None


@settings(max_examples=40)
@given(
    runs=st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=7),
    is_named_from=st.integers(0, 4),
)
def test_a_search_counts_as_long_as_the_archive_has_what_it_rests_on(
    runs: list[tuple[int, bool, bool, bool]], is_named_from: int
) -> None:
    """Runs as of days in any order, of everything or of what had changed, their answers kept or lost, some of them taken
    over by another review; the first ones are from before questions were kept."""
    files, kept, holds = {}, {}, []
    last: dict[int, datetime] = {}
    with tempfile.TemporaryDirectory() as folder, Ledger(f"sqlite:///{folder}/ledger.sqlite") as ledger:
        for n, (day, is_sweep, is_kept, is_shared) in enumerate(runs):
            night = NIGHT + timedelta(days=day)
            question = TOPIC.id if n >= is_named_from else ""
            before = ledger.last_complete(REVIEW, TOPIC, before=night)
            since = None if is_sweep or before is None else before.date() - timedelta(days=3)
            run_id = ledger.begin_run(REVIEW, night)
            check = SourceCheck(
                source="ctgov",
                scope="topic",
                state=SourceState.COMPLETE,
                checked_at=night,
                since=since,
                n_requests=2,
                question=question,
            )
            ledger.record_source(run_id, check)
            if is_shared and question:
                copied = ledger.begin_run("another review", night)
                ledger.record_source(copied, msgspec.structs.replace(check, n_requests=0))
            file = answer_file("ctgov", night, run_id, Scope.TOPIC)
            files[file] = 2
            kept[file] = 2 if is_kept else 1
            is_held = is_kept and (since is None or any(base < night and base.date() >= since for base in holds))
            if is_held:
                holds.append(night)
                last[run_id] = night
        ledger.hold_against(kept, REVIEW, frozenset({TOPIC.id}))
        assert ledger.last_complete(REVIEW, TOPIC) == (last[max(last)] if last else None)
        named = ledger.telling_checks("another review", NIGHT + timedelta(days=9))
        assert all((item.checked_at in last.values()) or item.state is SourceState.LOST for item in named)
        ledger.hold_against(files, REVIEW, frozenset({TOPIC.id}))
        assert ledger.last_complete(REVIEW, TOPIC) is not None, "what is found again counts again"
        assert {item.state for item in ledger.source_checks(REVIEW)} == {SourceState.COMPLETE}


# --- conclusions ---


def test_a_night_that_is_concluded_twice_is_remembered_once(ledger: Ledger) -> None:
    for _ in range(2):
        conclude(ledger, events=[an_event(), an_event()], signals=[a_signal("alsfrs")], alerts=[an_alert()])
    assert ledger.decisions(REVIEW) == (a_decision(),)
    assert n_decisions(ledger) == 1
    assert ledger.heartbeats(REVIEW) == (a_heartbeat(),)
    assert ledger.alerts(REVIEW) == (an_alert(),)
    assert [(due.alert.key, due.channel) for due in ledger.pending(REVIEW)] == [("3f2a", "file"), ("3f2a", "mail")]


def test_a_night_with_another_verdict_keeps_both_and_shows_the_later(ledger: Ledger) -> None:
    verdicts = [a_decision(), a_decision(status=UpdateStatus.UP_TO_DATE), a_decision()]
    for verdict in verdicts[:2]:
        conclude(ledger, decision=verdict)
    assert ledger.decisions(REVIEW) == (verdicts[1],)
    conclude(ledger, decision=verdicts[2])
    assert ledger.decisions(REVIEW) == (verdicts[2],)
    assert n_decisions(ledger) == 3


def test_nothing_is_concluded_when_one_part_fails(ledger: Ledger) -> None:
    unaware = an_alert(at=datetime(2016, 7, 20))
    with pytest.raises(Exception, match="no time zone"):
        conclude(ledger, events=[an_event()], alerts=[unaware])
    assert ledger.decisions(REVIEW) == ledger.alerts(REVIEW) == ledger.heartbeats(REVIEW) == ()
    assert ledger.emitted_events(REVIEW, NEXT) == ()


def test_events_are_news_to_their_own_night_and_known_to_all_others(ledger: Ledger) -> None:
    event, later = an_event(), an_event("NCT03280056")
    conclude(ledger, events=[event])
    conclude(ledger, NEXT, events=[event, later])
    assert [item.key for item in ledger.emitted_events(REVIEW, NIGHT)] == [later.key]
    assert [item.key for item in ledger.emitted_events(REVIEW, NEXT)] == [event.key]
    assert ledger.emitted_events("another review", NIGHT) == ()


def test_firing_signals_are_those_of_the_last_conclusion_before(ledger: Ledger) -> None:
    alsfrs, survival = a_signal("alsfrs"), a_signal("survival")
    conclude(ledger, signals=[alsfrs, a_signal("fvc", fired=False)])
    conclude(ledger, NEXT, signals=[survival])
    assert ledger.fired_signals(REVIEW, NIGHT) == frozenset()
    assert ledger.fired_signals(REVIEW, NEXT) == {alsfrs.key}
    assert ledger.fired_signals(REVIEW, NEXT + timedelta(days=1)) == {survival.key}


def test_a_second_heartbeat_does_not_take_back_the_news_of_the_first(ledger: Ledger) -> None:
    conclude(ledger, n_alerts=1)
    conclude(ledger, n_alerts=0)
    conclude(ledger, NEXT, n_alerts=0)
    conclude(ledger, NEXT, n_alerts=2)
    assert [beat.n_alerts for beat in ledger.heartbeats(REVIEW)] == [1, 2]


# --- the outbox ---


def test_a_channel_set_up_later_gets_no_old_alerts(ledger: Ledger) -> None:
    conclude(ledger, alerts=[an_alert("old")], channels=["file"])
    conclude(ledger, NEXT, alerts=[an_alert("new", NEXT)], channels=["file", "mail"])
    assert [(due.alert.key, due.channel) for due in ledger.pending(REVIEW)] == [
        ("old", "file"),
        ("new", "file"),
        ("new", "mail"),
    ]


def test_what_is_delivered_is_not_due_any_more(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert()])
    ledger.record_delivery("3f2a", "file")
    assert [due.channel for due in ledger.pending(REVIEW)] == ["mail"]
    assert delivery(ledger, "file").state is DeliveryState.DELIVERED
    assert delivery(ledger, "file").delivered_at == clock.time


def test_a_failed_delivery_waits_longer_each_time_and_is_given_up(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert(grade=AlertGrade.WATCH)], channels=["mail"])
    waits = []
    while due := ledger.pending(REVIEW):
        assert due[0].n_attempts == len(waits)
        ledger.record_delivery("3f2a", "mail", "connection refused")
        failed = delivery(ledger, "mail")
        if failed.next_attempt_at is None:
            break
        assert ledger.pending(REVIEW) == ()
        waits.append((failed.next_attempt_at - clock.time) / timedelta(minutes=1))
        clock.time = failed.next_attempt_at
    assert waits == [10, 20, 40, 80, 160, 320, 640]
    assert failed.state is DeliveryState.FAILED
    assert (failed.n_attempts, failed.error) == (MAX_ATTEMPTS, "connection refused")
    assert ledger.pending(REVIEW) == ()


def test_every_wait_is_over_by_the_next_night(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert()], channels=["mail"])
    for _ in range(3 * MAX_ATTEMPTS):
        assert len(ledger.pending(REVIEW)) == 1
        ledger.record_delivery("3f2a", "mail", "connection refused")
        clock.time += timedelta(hours=23)
    assert [item.alert_key for item in ledger.undelivered(REVIEW)] == ["3f2a"]


def test_a_receiver_that_refuses_for_good_is_not_asked_again(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert(grade=AlertGrade.WATCH)])
    ledger.record_delivery("3f2a", "mail", "550 no such user", is_permanent=True)
    clock.time += timedelta(days=30)
    assert [due.channel for due in ledger.pending(REVIEW)] == ["file"]
    assert delivery(ledger, "mail").state is DeliveryState.FAILED


@pytest.mark.parametrize("grade", list(AlertGrade))
def test_an_alert_is_sent_again_whatever_became_of_it(ledger: Ledger, clock: Clock, grade: AlertGrade) -> None:
    conclude(ledger, alerts=[an_alert(grade=grade)], channels=["mail"])
    ledger.record_delivery("3f2a", "mail", "550 no such user", is_permanent=True)
    assert [item.channel for item in ledger.undelivered(REVIEW)] == ["mail"]
    ledger.resend("3f2a", ["mail", "chat"])
    assert [due.channel for due in ledger.pending(REVIEW)] == ["chat", "mail"]
    ledger.record_delivery("3f2a", "chat")
    ledger.snooze("3f2a", clock.time + timedelta(days=2))
    assert ledger.pending(REVIEW) == ledger.undelivered(REVIEW) == ()
    clock.time += timedelta(days=2)
    assert [due.channel for due in ledger.pending(REVIEW)] == ["chat", "mail"]


def test_a_study_keeps_what_each_number_stood_for_on_each_night(ledger: Ledger) -> None:
    run_id, told = ledger.begin_run(REVIEW, NIGHT), {"events": [], "signals": [], "alerts": [], "channels": []}
    nights = [(NIGHT, {"ISRCTN1": "ISRCTN1"}), (NEXT, {"ISRCTN1": "ISRCTN1", "NCT1": "ISRCTN1"})]
    for at, aliases in nights:
        ledger.conclude(run_id, a_decision(at), heartbeat=a_heartbeat(at), aliases=aliases, **told)  # type: ignore[arg-type]
    assert [ledger.study_aliases(REVIEW, at) for at, _ in nights] == [aliases for _, aliases in nights]
    assert ledger.study_aliases("another review", NEXT) == {}


def test_people_stop_an_alert_or_put_it_off(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert("seen"), an_alert("later")], channels=["mail"])
    ledger.acknowledge("seen", by="Ann", at=clock.time)
    ledger.snooze("later", until=clock.time + timedelta(days=7))
    assert ledger.pending(REVIEW) == ()
    clock.time += timedelta(days=7)
    assert [due.alert.key for due in ledger.pending(REVIEW)] == ["later"]


def test_who_put_an_alert_off_is_reminded_once_of_it(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert()], channels=["mail", "file"])
    for channel in ("mail", "file"):
        ledger.record_delivery("3f2a", channel)
    ledger.snooze("3f2a", until=clock.time + timedelta(days=7))
    assert ledger.pending(REVIEW) == ()
    clock.time += timedelta(days=7)
    assert {(due.channel, due.alert.snoozed_until) for due in ledger.pending(REVIEW)} == {
        ("file", clock.time),
        ("mail", clock.time),
    }
    for channel in ("mail", "file"):
        ledger.record_delivery("3f2a", channel)
    clock.time += timedelta(days=30)
    assert ledger.pending(REVIEW) == ()


def test_what_a_person_has_taken_note_of_cannot_be_put_off(ledger: Ledger, clock: Clock) -> None:
    conclude(ledger, alerts=[an_alert()])
    assert ledger.acknowledge("3f2a", by="Ann", at=clock.time).acknowledged_by == "Ann"
    assert ledger.acknowledge("3f2a", by="Bob", at=clock.time).acknowledged_by == "Ann"
    with pytest.raises(LedgerError, match="acknowledged by Ann"):
        ledger.snooze("3f2a", until=clock.time + timedelta(days=7))


@pytest.mark.parametrize(
    "act",
    [
        lambda ledger: ledger.acknowledge("none", by="Ann", at=NIGHT),
        lambda ledger: ledger.snooze("none", until=NIGHT),
        lambda ledger: ledger.record_delivery("none", "mail"),
    ],
)
def test_an_unknown_alert_is_named(ledger: Ledger, act: Callable[[Ledger], None]) -> None:
    with pytest.raises(LedgerError, match="none"):
        act(ledger)


# --- one writer ---


def test_a_second_run_on_the_ledger_ends_at_once(ledger_url: str) -> None:
    with Ledger(ledger_url) as first, Ledger(ledger_url) as second:
        with first.lock(), pytest.raises(AlreadyRunning, match="another run"), second.lock():
            pass
        with second.lock():
            pass


def test_a_run_waits_for_the_ledger_as_long_as_it_has_patience(
    ledger_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="trialwatch")
    with Ledger(ledger_url) as first, Ledger(ledger_url) as second, ExitStack() as held:
        held.enter_context(first.lock())
        began = time.monotonic()
        with pytest.raises(AlreadyRunning, match="another run"), second.lock(patience=0.5):
            pass
        assert 0.5 <= time.monotonic() - began < 10
        threading.Timer(0.5, held.close).start()
        with second.lock(patience=60):
            pass
    assert len([text for text in caplog.messages if "waiting for its end" in text]) == 2


def test_a_lock_that_cannot_be_is_one_sentence_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "folder.lock").mkdir()
    (tmp_path / "file").write_text("x")
    for path, why in (
        (tmp_path / "folder.lock", "a folder stands where the lock belongs: move it away"),
        (tmp_path / "file" / "run.lock", "or another folder with --data"),
        (Path("/proc/run.lock"), "or another folder with --data"),
    ):
        with pytest.raises(LockError, match=why) as told, run_lock(path):
            pass
        assert str(path.parent) in str(told.value)


HOLD = """
import sys, time
from pathlib import Path
from stores.lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_names_its_holder_and_ends_with_it_even_by_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "data" / "run.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout as says:
        assert says.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"process {holder.pid}"), run_lock(path):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    with run_lock(path):
        assert path.read_text() == f"{os.getpid()}\n"


def test_a_reader_is_not_kept_waiting_by_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger(f"sqlite:///{path}") as ledger:
        conclude(ledger, alerts=[an_alert()])
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        assert ledger.alerts(REVIEW) == (an_alert(),)
        writer.close()
