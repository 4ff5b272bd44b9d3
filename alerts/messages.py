"""An alert as a message: who it is from, how long it may be, and the id that stays the same when it is sent again."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime
from html import escape

from models.alert import LINE_WIDTH, Alert

MAX_TITLE = 150
MAX_BODY = 20_000
"""Characters of a message that leaves the machine; the file in the outbox is complete."""

OWN_ADDRESS = "trialwatch@localhost"
"""Sender of the file in the outbox, which nobody sends."""

_ADDRESS = re.compile(r"https://[^\s<>&\"]+[^\s<>&\".,;:)]")


def message_key(alert: Alert) -> str:
    """What stays the same when a message is sent again; a reminder that a person asked for is another message."""
    return alert.key if alert.snoozed_until is None else f"{alert.key}.{alert.snoozed_until:%Y%m%d}"


def file_name(alert: Alert) -> str:
    """Name of an alert's file in the outbox: the night it was raised and its key."""
    return f"{alert.raised_at:%Y-%m-%d}-{message_key(alert)}.eml"


def title_of(alert: Alert) -> str:
    """The title on one line of at most `MAX_TITLE` characters."""
    reminder = "Reminder: " if alert.snoozed_until else ""
    title = " ".join(f"{reminder}{alert.title}".split())
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"


def body_of(alert: Alert, limit: int = MAX_BODY) -> str:
    """The body with what a reader can answer, in at most `limit` characters.

    A shortened one ends with a whole item, says that it is shortened, and where the rest is.
    """
    foot = _foot(alert)
    if len(alert.body) + len(foot) <= limit:
        return alert.body + foot
    note = f"\n\n[Shortened. All {len(alert.body):,} characters are in the outbox, file {file_name(alert)}.]\n"
    foot = foot if len(note) + len(foot) < limit else ""
    return _whole_lines(alert.body, max(0, limit - len(note) - len(foot))) + note + foot


def as_html(text: str) -> str:
    """A message's text for screens of any width: wrapped lines joined, capitals as headings, addresses as links."""
    return "\n".join(_paragraph(line) for line in _unwrapped(text) if line)


def whole_message(alert: Alert) -> EmailMessage:
    """The complete alert, readable as plain text and by any mail program."""
    message = EmailMessage(policy=default)
    _head(message, alert, Address("trialwatch", addr_spec=OWN_ADDRESS))
    message.set_content(alert.body, cte="8bit")
    return message


def mail(alert: Alert, sender: Address, recipient: Address) -> EmailMessage:
    """The alert for one recipient, bounded, as text and as HTML, in a form that every mail server takes."""
    message = EmailMessage(policy=SMTP)
    _head(message, alert, sender)
    message["To"] = recipient
    body = body_of(alert)
    message.set_content(body, cte="quoted-printable")
    message.add_alternative(
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title_of(alert))}</title>'
        '</head>\n<body style="font: 16px/1.5 sans-serif; max-width: 42em; overflow-wrap: break-word">\n'
        f"{as_html(body)}\n</body></html>\n",
        subtype="html",
        cte="quoted-printable",
    )
    # A boundary drawn by lot would make another message of the same alert.
    message.set_boundary(f"=_{message_key(alert)}")
    return message


def _head(message: EmailMessage, alert: Alert, sender: Address) -> None:
    message["Subject"] = title_of(alert)
    message["From"] = sender
    message["Date"] = format_datetime(alert.snoozed_until or alert.raised_at)
    message["Message-ID"] = f"<{message_key(alert)}@{sender.domain}>"
    if alert.snoozed_until:
        message["In-Reply-To"] = f"<{alert.key}@{sender.domain}>"
    # RFC 3834: asks holiday responders not to answer.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Trialwatch-Review"] = alert.review
    message["X-Trialwatch-Grade"] = alert.grade
    message["X-Trialwatch-Alert"] = alert.key


def _foot(alert: Alert) -> str:
    return f"""
WHAT YOU CAN ANSWER
- Taken note: trialwatch ack {alert.key} --by NAME
- Not now: trialwatch snooze {alert.key} --until YYYY-MM-DD
- No more of these: have your address taken out of TRIALWATCH_CHANNELS, where
  it stands because somebody wants you to know of this review.
"""


def _whole_lines(text: str, limit: int) -> str:
    """As many items of a text as fit, none cut in its middle; the beginning of a text that is one item longer than that."""
    kept = text[:limit]
    ends = max(kept.rfind("\n- "), kept.rfind("\n\n"))
    return kept[:ends].rstrip("\n") if ends > 0 else kept


def _unwrapped(text: str) -> list[str]:
    """Lines as they were before they were wrapped: one is joined to the last where its first word had no room."""
    joined: list[str] = []
    last = ""
    for line in text.splitlines():
        words = line.split()
        is_forced = bool(words) and len(last) + 1 + len(words[0]) > LINE_WIDTH
        if joined and last and is_forced and not line.startswith("- "):
            joined[-1] += f" {' '.join(words)}"
        else:
            joined.append(line.rstrip())
        last = line
    return joined


def _paragraph(line: str) -> str:
    text = _ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(line.strip(), quote=False))
    if line.startswith("- "):
        return f'<p style="margin: 0 0 .4em 1.2em; text-indent: -1.2em">•&ensp;{text[2:]}</p>'
    if line.startswith("  "):
        return f'<p style="margin: 0 0 .4em 1.2em">{text}</p>'
    if line.isupper():
        return f'<h2 style="font-size: 1em; margin: 1.4em 0 .4em">{text}</h2>'
    return f'<p style="margin: 0 0 .4em">{text}</p>'
