"""How an alert reaches people: a file always; mail and whatever else Apprise has an address for.

Nobody is told the same thing twice: a mail carries a Message-ID, a webhook an Idempotency-Key, that
follow from the alert alone, so that receivers recognise what a crash between sending and recording
made us send again. Every mail recipient is a channel of its own: one refusal repeats nobody else's mail.

Apprise puts a random Message-ID behind any that it is given, and says only whether it worked. It
therefore reads mail addresses, while the standard library sends the mail.
"""

import hashlib
import logging
import os
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise
import msgspec
from apprise.plugins.email.base import NotifyEmail, PGPMode
from apprise.plugins.email.common import SecureMailMode

from alerts.messages import MAX_BODY, body_of, file_name, mail, message_key, title_of, whole_message
from models.alert import Alert, Heartbeat

log = logging.getLogger(__name__)

SMTP_SECONDS = 60
"""How long a mail server may take to answer; giving up too early means sending again."""

MAX_ERROR = 500
"""Characters kept of why a delivery failed."""


class ChannelError(Exception):
    """A channel's address cannot be used; the message says which one, without its secrets."""


class NotDelivered(Exception):
    """An alert did not go out. `is_permanent` says that this receiver will never take it."""

    def __init__(self, reason: str, is_permanent: bool = False) -> None:
        super().__init__(" ".join(reason.split())[:MAX_ERROR])
        self.is_permanent = is_permanent


class Channel(Protocol):
    """One way to one receiver."""

    @property
    def name(self) -> str:
        """Stable from run to run, also when a password changes, and without secrets."""

    def send(self, alert: Alert) -> None:
        """Deliver an alert; NotDelivered when that fails."""


class Due(Protocol):
    """An alert that is due on a channel."""

    @property
    def alert(self) -> Alert: ...
    @property
    def channel(self) -> str: ...


class Outbox(Protocol):
    """What knows which alerts are due, and remembers which went out."""

    def pending(self, review: str) -> Sequence[Due]: ...
    def record_delivery(self, key: str, channel: str, error: str = "", is_permanent: bool = False) -> None: ...


class Attempt(msgspec.Struct, frozen=True):
    """What became of one alert on one channel just now; no error means that it went out."""

    alert_key: str
    channel: str
    error: str = ""
    is_permanent: bool = False


def open_channels(addresses: Sequence[str], outbox: Path, recipients: Sequence[str] = ()) -> tuple[Channel, ...]:
    """Open the file channel, then one channel for each receiver that the Apprise addresses name.

    Parameters
    ----------
    recipients : mail addresses of a review's own people; the first mail server of the addresses sends to them too

    Raises
    ------
    ChannelError
        If Apprise cannot read an address; the message gives its place in the list and its scheme.
    """
    channels: list[Channel] = [FileChannel(outbox)]
    servers: list[NotifyEmail] = []
    for number, address in enumerate(addresses, start=1):
        with _apprise_words() as words:
            plugin = apprise.Apprise.instantiate(address, asset=apprise.AppriseAsset(app_id="trialwatch"))
        if plugin is None or words:
            complaint = _masked("; ".join(words), [address, *_secrets(address, has_host=True)])
            raise ChannelError(
                f"TRIALWATCH_CHANNELS: Apprise cannot read address {number}, {_scheme(address)}://…"
                f"{f' ({complaint})' if complaint else ''}. Its documentation shows each service's form"
            )
        if isinstance(plugin, NotifyEmail):
            servers.append(plugin)
            channels += _mail_channels(plugin)
        else:
            channels.append(AppriseChannel(address, plugin))
    if recipients and not servers:
        log.info("the recipients of the review get no mail: TRIALWATCH_CHANNELS names no mail server")
    channels += [MailChannel(server, Address(addr_spec=name)) for server in servers[:1] for name in recipients]
    return tuple({channel.name: channel for channel in channels}.values())


def deliver_pending(outbox: Outbox, review: str, channels: Iterable[Channel]) -> tuple[Attempt, ...]:
    """Send what is due, recording each attempt before the next; one failure holds nothing else back."""
    by_name = {channel.name: channel for channel in channels}
    attempts = []
    for due in outbox.pending(review):
        attempt = _attempt(due.alert, due.channel, by_name.get(due.channel))
        outbox.record_delivery(attempt.alert_key, attempt.channel, attempt.error, attempt.is_permanent)
        attempts.append(attempt)
    return tuple(attempts)


GONE = "this channel is neither in TRIALWATCH_CHANNELS nor a recipient of the protocol any more"
"""Why an alert that was addressed to a former channel does not arrive."""


def write_heartbeat(heartbeat: Heartbeat, outbox: Path) -> None:
    """Put a review's heartbeat into the outbox's ``heartbeat.json``, an object by review, in place of its last."""
    path = outbox / "heartbeat.json"
    known: dict[str, Any] = {}
    if path.exists():
        # What cannot be read says nothing about the other reviews; their next night writes it again.
        with suppress(msgspec.DecodeError):
            known = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    _write(path, msgspec.json.format(msgspec.json.encode({**known, heartbeat.review: heartbeat}), indent=2) + b"\n")


def _attempt(alert: Alert, name: str, channel: Channel | None) -> Attempt:
    if channel is None:
        return Attempt(alert.key, name, GONE)
    try:
        channel.send(alert)
    except NotDelivered as problem:
        return Attempt(alert.key, name, str(problem), problem.is_permanent)
    return Attempt(alert.key, name)


class FileChannel:
    """Alerts as files of the outbox folder, complete."""

    name = "file"

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox

    def send(self, alert: Alert) -> None:
        try:
            _write(self._outbox / file_name(alert), whole_message(alert).as_bytes())
        except OSError as problem:
            raise NotDelivered(str(problem)) from problem


class MailChannel:
    """Mail to one recipient.

    A server that refuses the recipient or the message for good (5xx) is not asked again; a server
    that cannot be reached, or does not let us in, is.
    """

    def __init__(self, server: Any, recipient: Address) -> None:
        self.name = _name("mail", recipient.domain, recipient.addr_spec.lower())
        self._server = server
        self._recipient = recipient
        display, address = server.from_addr
        self._sender = Address(display or "trialwatch", addr_spec=address)

    def send(self, alert: Alert) -> None:
        message = mail(alert, self._sender, self._recipient)
        try:
            with self._session() as smtp:
                smtp.send_message(message, self._sender.addr_spec, [self._recipient.addr_spec])
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            raise NotDelivered(self._masked(f"recipient refused: {code} {_text(words)}"), code >= 500) from refused
        except smtplib.SMTPDataError as refused:
            reason = f"message refused: {refused.smtp_code} {_text(refused.smtp_error)}"
            raise NotDelivered(self._masked(reason), refused.smtp_code >= 500) from refused
        except OSError as problem:
            where = f"{self._server.smtp_host}:{self._server.port}"
            raise NotDelivered(self._masked(f"mail server {where}: {problem}")) from problem

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        context = ssl.create_default_context()
        if not server.verify_certificate:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if server.secure_mode == SecureMailMode.SSL:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.smtp_host, server.port, timeout=SMTP_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.smtp_host, server.port, timeout=SMTP_SECONDS)
        try:
            if server.secure_mode == SecureMailMode.STARTTLS:
                smtp.starttls(context=context)
            if server.user and server.password:
                smtp.login(server.user, server.password)
            yield smtp
        finally:
            # The message is accepted or not by now: a bad farewell changes nothing.
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _masked(self, reason: str) -> str:
        return _masked(reason, [self._server.password or ""])


class AppriseChannel:
    """Any other Apprise address: chat, webhook, push message."""

    def __init__(self, address: str, plugin: Any) -> None:
        parts = urlsplit(address)
        has_host = any("{host}" in template for template in plugin.templates)
        # Password and query stay out, so that a changed password leaves the name as it is.
        identity = f"{parts.username or ''}@{parts.netloc.rpartition('@')[2]}{parts.path}"
        self.name = _name(parts.scheme, plugin.host if has_host else "", identity)
        self._secrets = _secrets(address, has_host)
        self._plugin = plugin
        self._sender = apprise.Apprise()
        self._sender.add(plugin)

    def send(self, alert: Alert) -> None:
        if "headers" in self._plugin.template_kwargs:
            self._plugin.headers["Idempotency-Key"] = message_key(alert)
        if "payload" in self._plugin.template_kwargs:
            about = {"key": alert.key, "review": alert.review, "grade": str(alert.grade)}
            self._plugin.payload_extras.update(about)
        title = title_of(alert)
        body = body_of(alert, min(MAX_BODY, self._plugin.body_maxlen - len(title) - 2))
        with _apprise_words() as words:
            went_out = self._sender.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        if not went_out:
            raise NotDelivered(_masked("; ".join(words) or "Apprise gives no reason", self._secrets))


def _mail_channels(server: Any) -> list[Channel]:
    if server.pgp_mode != PGPMode.NONE:
        raise ChannelError("TRIALWATCH_CHANNELS: mail cannot be signed or encrypted; leave pgp= out of the address")
    copies = sorted({*server.cc, *server.bcc})
    addresses = [address for _, address in server.targets] + copies
    return [MailChannel(server, Address(addr_spec=address)) for address in addresses]


def _name(scheme: str, host: str, identity: str) -> str:
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    return ":".join(part for part in (scheme, host, digest) if part)


def _scheme(address: str) -> str:
    scheme, separator, _ = address.partition("://")
    return scheme if separator else "?"


@contextmanager
def _apprise_words() -> Iterator[list[str]]:
    """Collect what Apprise logs about its failures, and keep it out of the program's log: it names addresses."""
    words: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            # The cause of a failed connection is only told at debug level, among whole payloads.
            if record.levelno >= logging.WARNING or message.startswith("Socket Exception"):
                words.append(message)

    apprise_log, collector = logging.getLogger("apprise"), Collector()
    talkative = (apprise_log, logging.getLogger("urllib3"))
    before = [(logger, logger.level, logger.propagate) for logger in talkative]
    apprise_log.addHandler(collector)
    apprise_log.setLevel(logging.DEBUG)
    for logger in talkative:
        logger.propagate = False
    try:
        yield words
    finally:
        apprise_log.removeHandler(collector)
        for logger, level, propagates in before:
            logger.setLevel(level)
            logger.propagate = propagates


def _secrets(address: str, has_host: bool) -> list[str]:
    """Parts of an address that may be tokens: everything but the scheme and a true host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return [address.partition("://")[2]]
    found = [parts.username or "", parts.password or "", parts.fragment, *parts.path.split("/")]
    found += [value for _, value in parse_qsl(parts.query)]
    if not has_host:
        found.append(parts.netloc.rpartition("@")[2])
    return [*found, *map(unquote, found)]


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    return text


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _write(path: Path, content: bytes) -> None:
    """Write a file so that readers and crashes meet it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
