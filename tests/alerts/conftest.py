"""One review's nouns with what a case does not care about filled in, and a mail server on loopback."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import Message
from ssl import SSLContext
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from models.alert import Alert
from models.screening import Event, RunContext
from models.synthesis import Signal, SourceFreshness, UpdateDecision
from models.vocabulary import (
    AlertGrade,
    Convention,
    EventCode,
    EvidenceSet,
    Rationale,
    Rule,
    SourceState,
    UpdateStatus,
)

NIGHT = datetime(2016, 7, 20, 6, tzinfo=UTC)


class Review:
    """Makes the review's nouns; every field of them can be given."""

    context = RunContext(as_of=NIGHT, baseline_search_date=date(2016, 6, 21))

    def event(self, **given: Any) -> Event:
        event = Event(
            event_code=EventCode.RESULTS_POSTED,
            study_id="NCT01363401",
            event_date="2016-07-20",
            public_date=date(2016, 7, 20),
            first_seen_at=NIGHT,
            grade=AlertGrade.ACTION,
            evidence="results first posted on 2016-07-20",
            reference="posted",
            is_news=True,
        )
        return msgspec.structs.replace(event, **given)

    def signal(self, **given: Any) -> Signal:
        signal = Signal(
            rule=Rule.S1,
            outcome="alsfrs",
            timepoint="4-6 months",
            evidence_set=EvidenceSet.CONFIRMED,
            convention=Convention.REVMAN2025,
            fired=True,
        )
        return msgspec.structs.replace(signal, **given)

    def decision(self, **given: Any) -> UpdateDecision:
        decision = UpdateDecision(
            review="als_cell_therapy",
            decided_at=NIGHT,
            status=UpdateStatus.UP_TO_DATE,
            rationale=Rationale.NO_NEW_STUDIES,
            explanation="",
            baseline_version="pub2",
            fired_rules=(),
            event_keys=(),
            protocol_version="1",
        )
        return msgspec.structs.replace(decision, **given)

    def freshness(self, **given: Any) -> SourceFreshness:
        freshness = SourceFreshness(
            source="pubmed",
            title="PubMed",
            state=SourceState.COMPLETE,
            last_checked_at=NIGHT,
            last_complete_at=NIGHT,
            limit_days=3,
            is_stale=False,
            is_overdue=False,
            n_records=54,
            n_expected=54,
        )
        return msgspec.structs.replace(freshness, **given)

    def alert(self, **given: Any) -> Alert:
        alert = Alert(
            key="0123456789abcdef",
            review="als_cell_therapy",
            grade=AlertGrade.ACTION,
            raised_at=NIGHT,
            title="Cell therapies for ALS: update pending",
            body="NCT01363401 posted results; ALSFRS-R −0.53 (−5.37 to 4.31).\n",
        )
        return msgspec.structs.replace(alert, **given)


@pytest.fixture(scope="session")
def review() -> Review:
    return Review()


class MailServer:
    """A mail server that answers as it is told to, and accepts everything otherwise.

    `on_rcpt` and `on_data` are answers still to be given, each once, before mail is accepted.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.on_rcpt: list[str] = []
        self.on_data: list[str] = []
        self.n_recipients_asked = 0
        self.messages: list[Message] = []
        self.recipients: list[str] = []

    async def handle_RCPT(  # noqa: N802, the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.n_recipients_asked += 1
        if self.on_rcpt:
            return self.on_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.on_data:
            return self.on_data.pop(0)
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def address(self, *recipients: str, user: str = "", scheme: str = "mailto", more: str = "") -> str:
        """The server's address as Apprise takes it."""
        to = ",".join(recipients)
        return f"{scheme}://{user}127.0.0.1:{self.port}?from=watch@example.org&to={to}{more}"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def start_mail_server(free_port: int) -> Iterator[Callable[..., MailServer]]:
    """Starts a mail server: with a password if one is given, encrypted if a certificate is."""
    with ExitStack() as running:

        def start(
            password: str = "", ssl_context: SSLContext | None = None, tls_context: SSLContext | None = None
        ) -> MailServer:
            def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
                return AuthResult(success=data.password.decode() == password, handled=False)

            server = MailServer(free_port)
            options: dict[str, Any] = {}
            if password:
                options = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
            controller = Controller(
                server,
                hostname="127.0.0.1",
                port=free_port,
                ssl_context=ssl_context,
                tls_context=tls_context,
                **options,
            )
            controller.start()
            running.callback(controller.stop)
            return server

        yield start


@pytest.fixture
def mail_server(start_mail_server: Callable[..., MailServer]) -> MailServer:
    return start_mail_server()
