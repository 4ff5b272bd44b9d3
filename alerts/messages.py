"""An alert as a message: who it is from, how long it may be, and the id that stays the same when it is sent again."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime

from models.alert import Alert

MAX_TITLE = 150
MAX_BODY = 20_000
"""Characters of a message that leaves the machine; the file in the outbox is complete."""

OWN_ADDRESS = "trialwatch@localhost"
"""Sender of the file in the outbox, which nobody sends."""


def file_name(alert: Alert) -> str:
    """Name of an alert's file in the outbox: the night it was raised and its key."""
    return f"{alert.raised_at:%Y-%m-%d}-{alert.key}.eml"


def title_of(alert: Alert) -> str:
    """The title on one line of at most `MAX_TITLE` characters."""
    title = " ".join(alert.title.split())
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"


def body_of(alert: Alert, limit: int = MAX_BODY) -> str:
    """The body in at most `limit` characters; a shortened one says so, and where the rest is."""
    if len(alert.body) <= limit:
        return alert.body
    note = f"\n\n[Shortened. All {len(alert.body):,} characters are in the outbox, file {file_name(alert)}.]\n"
    return alert.body[: max(0, limit - len(note))] + note


def whole_message(alert: Alert) -> EmailMessage:
    """The complete alert, readable as plain text and by any mail program."""
    message = EmailMessage(policy=default)
    _head(message, alert, Address("trialwatch", addr_spec=OWN_ADDRESS))
    message.set_content(alert.body, cte="8bit")
    return message


def mail(alert: Alert, sender: Address, recipient: Address) -> EmailMessage:
    """The alert for one recipient, bounded, in a form that every mail server takes."""
    message = EmailMessage(policy=SMTP)
    _head(message, alert, sender)
    message["To"] = recipient
    message.set_content(body_of(alert), cte="quoted-printable")
    return message


def _head(message: EmailMessage, alert: Alert, sender: Address) -> None:
    message["Subject"] = title_of(alert)
    message["From"] = sender
    message["Date"] = format_datetime(alert.raised_at)
    message["Message-ID"] = f"<{alert.key}@{sender.domain}>"
    # RFC 3834: asks holiday responders not to answer.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Trialwatch-Review"] = alert.review
    message["X-Trialwatch-Grade"] = alert.grade
    message["X-Trialwatch-Alert"] = alert.key
