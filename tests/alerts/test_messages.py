"""What a message may contain, and how much of it."""

import textwrap
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fromstring

from alerts.messages import MAX_BODY, MAX_TITLE, body_of, file_name, mail, title_of, whole_message
from models.alert import LINE_WIDTH

WATCH = Address("trialwatch", addr_spec="watch@example.org")
ANN = Address(addr_spec="ann@example.org")


def plain(message: EmailMessage) -> str:
    part = message.get_body(["plain"])
    assert part is not None
    return str(part.get_content())


@given(st.integers(0, 3 * MAX_BODY), st.integers(200, MAX_BODY))
def test_a_body_is_whole_or_says_that_it_is_not(review: Any, length: int, limit: int) -> None:
    alert = review.alert(body="x" * length)
    body = body_of(alert, limit)
    assert len(body) <= limit
    if "Shortened" in body:
        assert f"All {length:,} characters are in the outbox, file 2016-07-20-0123456789abcdef.eml" in body
        assert length > limit - 600
    else:
        assert body.startswith(alert.body)


def test_a_body_that_is_shortened_ends_with_a_whole_item(review: Any) -> None:
    items = [f"- Analysis {n} moved from one estimate\n  to another estimate." for n in range(100)]
    body = body_of(review.alert(body="WHAT HAPPENED\n" + "\n".join(items) + "\n"), 1500)
    told, _ = body.split("\n\n[Shortened.")
    assert told.endswith("to another estimate.") and told.count("- Analysis") > 5


def test_a_message_says_how_to_answer_it_and_how_to_get_no_more(review: Any) -> None:
    body = body_of(review.alert())
    assert "trialwatch ack 0123456789abcdef --by NAME" in body
    assert "trialwatch snooze 0123456789abcdef --until YYYY-MM-DD" in body
    assert "taken out of TRIALWATCH_CHANNELS" in body


def test_mail_is_bounded_and_the_file_complete(review: Any) -> None:
    alert = review.alert(body="Studie – ergänzt\n" * 100_000)
    in_mail, in_file = mail(alert, WATCH, ANN), whole_message(alert)
    assert len(plain(in_mail)) <= MAX_BODY
    assert in_file.get_content() == alert.body


@given(st.text(max_size=400))
def test_any_title_fits_into_one_header(review: Any, title: str) -> None:
    alert = review.alert(title=f"{title}\r\nBcc: eve@example.org")
    assert len(title_of(alert)) <= MAX_TITLE
    read = message_from_bytes(whole_message(alert).as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert read["X-Trialwatch-Alert"] == alert.key


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_a_body_comes_out_of_the_mail_as_it_went_in(review: Any, line: str) -> None:
    alert = review.alert(body=f"{line}\n.\nFrom here\n")
    read = message_from_bytes(mail(alert, WATCH, ANN).as_bytes(), policy=policy.default)
    assert plain(read).splitlines() == body_of(alert).splitlines()


def test_the_same_text_fits_screens_of_any_width(review: Any) -> None:
    text = textwrap.fill(
        "- E2 Results posted in a registry: NurOwn phase 3 (NCT03280056), public since 29 February 2024. <b>R&D</b>",
        LINE_WIDTH,
        subsequent_indent="  ",
    )
    body = f"WHAT HAPPENED\n{text}\n  https://example.org/study/NCT03280056\n\nAs of today.\nUPDATE PENDING\n"
    html = mail(review.alert(body=body), WATCH, ANN).get_body(["html"])
    assert html is not None
    paragraphs = [element.text_content() for element in fromstring(html.get_content()).iter("h2", "p")]
    assert paragraphs[:5] == [
        "WHAT HAPPENED",
        "•\u2002E2 Results posted in a registry: NurOwn phase 3 (NCT03280056), public since 29 February 2024."
        " <b>R&D</b>",
        "https://example.org/study/NCT03280056",
        "As of today.",
        "UPDATE PENDING",
    ]
    assert '<a href="https://example.org/study/NCT03280056">' in html.get_content()


def test_a_reminder_is_a_message_of_its_own_and_names_the_first(review: Any) -> None:
    alert = review.alert(snoozed_until=datetime(2016, 9, 1, tzinfo=UTC))
    reminder = mail(alert, WATCH, ANN)
    assert reminder["Message-ID"] == "<0123456789abcdef.20160901@example.org>"
    assert reminder["In-Reply-To"] == "<0123456789abcdef@example.org>"
    assert reminder["Subject"].startswith("Reminder: Cell therapies")
    assert file_name(alert) == "2016-07-20-0123456789abcdef.20160901.eml"


def test_the_message_id_follows_from_the_alert_alone(review: Any) -> None:
    first, again = mail(review.alert(), WATCH, ANN), mail(review.alert(), WATCH, ANN)
    assert first.as_bytes() == again.as_bytes()
    assert first["Message-ID"] == "<0123456789abcdef@example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Wed, 20 Jul 2016 06:00:00 +0000"


def test_a_file_is_named_by_night_and_key(review: Any) -> None:
    assert file_name(review.alert()) == "2016-07-20-0123456789abcdef.eml"
