"""From the ledger's outbox to people: everything once, whatever happens in between."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import deliver_pending, open_channels
from alerts.rules import heartbeat, raise_alerts
from flows.conclude import untold
from models.alert import Alert, Heartbeat
from models.news import Names
from models.screening import RunContext
from models.vocabulary import AlertGrade, DeliveryState, UpdateStatus
from stores.ledger import MAX_ATTEMPTS, Ledger

REVIEW = "als_cell_therapy"


class Night:
    """A ledger, its channels, and a clock that goes when it is told to."""

    def __init__(self, folder: Path, addresses: Sequence[str], review: Any) -> None:
        self.time = datetime(2026, 11, 20, 6, tzinfo=UTC)
        self.review = review
        self.channels = open_channels(addresses, folder / "outbox")
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}", lambda: self.time)

    def conclude(self, *alerts: Alert) -> None:
        as_of = self.review.context.as_of
        self.ledger.conclude(
            self.ledger.begin_run(REVIEW, as_of),
            self.review.decision(),
            events=[],
            signals=[],
            alerts=alerts,
            heartbeat=Heartbeat(
                review=REVIEW,
                as_of=as_of,
                n_new_versions=0,
                n_new_events=0,
                n_alerts=len(alerts),
                stale_sources=(),
                message="",
            ),
            channels=[channel.name for channel in self.channels],
        )

    def deliver(self) -> list[str]:
        """Deliver what is due; the error of every attempt, empty for what went out."""
        return [attempt.error for attempt in deliver_pending(self.ledger, REVIEW, self.channels)]

    def states(self) -> list[DeliveryState]:
        return [delivery.state for delivery in self.ledger.deliveries(REVIEW)]


@pytest.fixture
def night(tmp_path: Path, review: Any) -> Callable[..., Night]:
    def begin(*addresses: str) -> Night:
        return Night(tmp_path, addresses, review)

    return begin


def test_a_night_is_delivered_once(night: Callable[..., Night], review: Any, mail_server: Any) -> None:
    tonight = night(mail_server.address("ann@example.net", "bob@example.net"))
    for _ in range(2):
        tonight.conclude(review.alert())
        tonight.deliver()
    assert mail_server.recipients == ["ann@example.net", "bob@example.net"]
    assert tonight.states() == [DeliveryState.DELIVERED] * 3


def test_a_server_that_refuses_first_gets_the_same_message_on_the_next_night(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    tonight = night(mail_server.address("ann@example.net"))
    tonight.conclude(review.alert())
    mail_server.on_data = ["451 disk full"]
    assert tonight.deliver() == ["", "message refused: 451 disk full"]
    assert tonight.deliver() == []
    tonight.time += timedelta(days=1)
    assert tonight.deliver() == [""]
    tonight.time += timedelta(days=1)
    assert tonight.deliver() == []
    assert [message["Message-ID"] for message in mail_server.messages] == ["<0123456789abcdef@example.org>"]


def test_one_recipient_refused_repeats_nobody_elses_mail(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    tonight = night(mail_server.address("ann@example.net", "bob@example.net"))
    tonight.conclude(review.alert())
    mail_server.on_rcpt = ["450 greylisted"]
    tonight.deliver()
    tonight.time += timedelta(days=1)
    tonight.deliver()
    assert sorted(mail_server.recipients) == ["ann@example.net", "bob@example.net"]


def test_a_recipient_that_does_not_exist_is_asked_once(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    tonight = night(mail_server.address("gone@example.net"))
    tonight.conclude(review.alert())
    mail_server.on_rcpt = ["550 no such user"] * 300
    for _ in range(30):
        tonight.deliver()
        tonight.time += timedelta(days=1)
    assert mail_server.n_recipients_asked == 1
    assert sorted(tonight.states()) == [DeliveryState.DELIVERED, DeliveryState.FAILED]


def test_a_recipient_that_is_never_ready_is_given_up(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    tonight = night(mail_server.address("busy@example.net"))
    tonight.conclude(review.alert(grade=AlertGrade.WATCH))
    mail_server.on_rcpt = ["450 mailbox busy"] * 300
    for _ in range(30):
        tonight.deliver()
        tonight.time += timedelta(days=1)
    assert mail_server.n_recipients_asked == MAX_ATTEMPTS
    assert tonight.ledger.alerts(REVIEW) == (review.alert(grade=AlertGrade.WATCH),)
    assert [item.n_attempts for item in tonight.ledger.undelivered(REVIEW)] == [MAX_ATTEMPTS]


def test_a_channel_that_was_taken_away_is_told_and_given_up(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    night(mail_server.address("ann@example.net")).conclude(review.alert())
    later = night()
    assert later.deliver() == [
        "",
        "this channel is neither in TRIALWATCH_CHANNELS nor a recipient of the protocol any more",
    ]
    later.time += timedelta(days=1)
    assert night(mail_server.address("ann@example.net")).deliver() == []
    assert mail_server.messages == []


def test_an_alert_that_is_sent_elsewhere_is_no_longer_waited_for_on_a_former_channel(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    alert = review.alert()
    night(mail_server.address("ann@example.net")).conclude(alert)
    later = night()
    later.deliver()
    [former] = later.ledger.undelivered(alert.review)
    assert "to send it on the present ones" in untold(former)
    later.ledger.resend(alert.key, [channel.name for channel in later.channels])
    later.deliver()
    assert later.ledger.undelivered(alert.review) == ()


def test_what_people_acknowledged_is_not_sent(night: Callable[..., Night], review: Any, mail_server: Any) -> None:
    tonight = night(mail_server.address("ann@example.net"))
    tonight.conclude(review.alert())
    tonight.ledger.acknowledge("0123456789abcdef", by="Ann", at=tonight.time)
    assert tonight.deliver() == []
    assert mail_server.messages == []


# --- from news to message ---


def watch(night: Night, as_of: datetime, **found: Any) -> list[str]:
    """One night of the review, from what the ledger remembers to what it is told; the alerts' keys."""
    ledger = night.ledger
    decision = night.review.decision(decided_at=as_of, **found.get("decision", {}))
    events, signals = found.get("events", []), found.get("signals", [])
    alerts = raise_alerts(
        context=RunContext(as_of=as_of, baseline_search_date=date(2016, 6, 21)),
        review_title="Cell therapies for ALS",
        decision=decision,
        past=[past for past in ledger.decisions(REVIEW) if past.decided_at < as_of],
        events=events,
        emitted=ledger.emitted_events(REVIEW, as_of),
        names=Names(),
        signals=signals,
        fired_before=ledger.fired_signals(REVIEW, as_of),
        freshness=[],
        stale_before=frozenset(),
        silent_since=None,
        render=lambda **told: (f"{len(told['events'])} events", f"{len(told['signals'])} signals"),
    )
    ledger.conclude(
        ledger.begin_run(REVIEW, as_of),
        decision,
        events=events,
        signals=signals,
        alerts=alerts,
        heartbeat=heartbeat(
            context=RunContext(as_of=as_of, baseline_search_date=date(2016, 6, 21)),
            review=REVIEW,
            n_new_versions=0,
            n_new_events=len(events),
            n_alerts=len(alerts),
            freshness=[],
        ),
        channels=[channel.name for channel in night.channels],
    )
    night.deliver()
    return [alert.key for alert in alerts]


def test_news_is_told_on_its_night_only_and_a_signal_again_when_it_fires_again(
    night: Callable[..., Night], review: Any, mail_server: Any
) -> None:
    tonight = night(mail_server.address("ann@example.net"))
    news = {
        "events": [review.event(), review.event(study_id="NCT00000001", is_news=False)],
        "signals": [review.signal()],
        "decision": {"status": UpdateStatus.UPDATE_PENDING},
    }
    first = review.context.as_of
    (key,) = watch(tonight, first, **news)
    assert watch(tonight, first, **news) == [key], "the same night again finds the same news"
    assert watch(tonight, first + timedelta(days=1), **news) == []
    quiet = {**news, "signals": [review.signal(fired=False)]}
    assert watch(tonight, first + timedelta(days=2), **quiet) == []
    (again,) = watch(tonight, first + timedelta(days=3), **news)
    assert [message["X-Trialwatch-Alert"] for message in mail_server.messages] == [key, again]
    assert [message["Subject"] for message in mail_server.messages] == ["1 events", "0 events"]


# --- killed ---

KILLED = """
import os, signal, sys
from pathlib import Path
from alerts.channels import deliver_pending, open_channels
from stores.ledger import Ledger

folder, address, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")

class Outbox:
    def pending(self, review):
        if moment == "before sending":
            os.kill(os.getpid(), signal.SIGKILL)
        return [due for due in ledger.pending(review) if due.channel != "file"]

    def record_delivery(self, *attempt):
        os.kill(os.getpid(), signal.SIGKILL)

deliver_pending(Outbox(), "als_cell_therapy", open_channels([address], folder / "outbox"))
"""


def kill(tmp_path: Path, address: str, moment: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, address, moment], check=False)
    assert killed.returncode == -signal.SIGKILL


def test_killed_between_conclusion_and_delivery_one_message_goes_out(
    night: Callable[..., Night], review: Any, mail_server: Any, tmp_path: Path
) -> None:
    address = mail_server.address("ann@example.net")
    night(address).conclude(review.alert())
    kill(tmp_path, address, "before sending")
    assert mail_server.messages == []
    for _ in range(2):
        tonight = night(address)
        tonight.conclude(review.alert())
        tonight.deliver()
    assert len(mail_server.messages) == 1
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_killed_between_sending_and_recording_the_receiver_can_tell_the_repetition(
    night: Callable[..., Night], review: Any, mail_server: Any, tmp_path: Path
) -> None:
    address = mail_server.address("ann@example.net")
    night(address).conclude(review.alert())
    kill(tmp_path, address, "before recording")
    assert len(mail_server.messages) == 1
    for _ in range(2):
        night(address).deliver()
    first, second = mail_server.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
