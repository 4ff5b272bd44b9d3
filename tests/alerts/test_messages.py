"""What a message may contain, and how much of it."""

from email import message_from_bytes, policy
from email.headerregistry import Address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alerts.messages import MAX_BODY, MAX_TITLE, body_of, file_name, mail, title_of, whole_message

WATCH = Address("trialwatch", addr_spec="watch@example.org")
ANN = Address(addr_spec="ann@example.org")


@given(st.integers(0, 3 * MAX_BODY), st.integers(200, MAX_BODY))
def test_a_body_is_whole_or_says_that_it_is_not(review: Any, length: int, limit: int) -> None:
    alert = review.alert(body="x" * length)
    body = body_of(alert, limit)
    assert len(body) <= limit
    if length <= limit:
        assert body == alert.body
    else:
        assert f"All {length:,} characters are in the outbox, file 2016-07-20-0123456789abcdef.eml" in body


def test_mail_is_bounded_and_the_file_complete(review: Any) -> None:
    alert = review.alert(body="Studie – ergänzt\n" * 100_000)
    in_mail, in_file = mail(alert, WATCH, ANN), whole_message(alert)
    assert len(in_mail.get_content()) <= MAX_BODY
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
    assert read.get_content().splitlines() == alert.body.splitlines()


def test_the_message_id_follows_from_the_alert_alone(review: Any) -> None:
    first, again = mail(review.alert(), WATCH, ANN), mail(review.alert(), WATCH, ANN)
    assert first["Message-ID"] == again["Message-ID"] == "<0123456789abcdef@example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Wed, 20 Jul 2016 06:00:00 +0000"


def test_a_file_is_named_by_night_and_key(review: Any) -> None:
    assert file_name(review.alert()) == "2016-07-20-0123456789abcdef.eml"
