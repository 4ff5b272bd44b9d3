"""The feed as a feed reader meets it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from alerts.feed import MAX_ENTRIES, render_feed

NIGHT = datetime(2016, 7, 21, 6, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def read(alerts: list[Any]) -> Any:
    return etree.fromstring(render_feed("als", "Cell therapies for ALS", NIGHT, alerts).encode())


def test_it_has_what_the_standard_asks_for(review: Any) -> None:
    feed = read([review.alert()])
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in ("id", "title", "updated", "author/a:name", "link[@rel='self']"):
        assert len(feed.xpath(f"a:{element}", namespaces=ATOM)) == 1
    [entry] = feed.xpath("a:entry", namespaces=ATOM)
    for element in ("id", "title", "updated", "link[@rel='alternate']", "content[@type='html']"):
        assert len(entry.xpath(f"a:{element}", namespaces=ATOM)) == 1
    assert entry.findtext("a:updated", namespaces=ATOM) == "2016-07-20T06:00:00+00:00"
    assert "NCT01363401 posted results" in entry.findtext("a:content", namespaces=ATOM)


def test_an_alert_is_the_same_entry_in_every_night_and_another_in_another_review(review: Any) -> None:
    def ids(name: str, night: datetime) -> list[str]:
        feed = etree.fromstring(render_feed(name, "x", night, [review.alert()]).encode())
        return [str(item) for item in feed.xpath("//a:id/text()", namespaces=ATOM)]

    assert ids("als", NIGHT) == ids("als", NIGHT + timedelta(days=1))
    assert not set(ids("als", NIGHT)) & set(ids("ms", NIGHT))


def test_the_newest_are_told_newest_first(review: Any) -> None:
    alerts = [
        review.alert(key=f"{n:03}", title=str(n), raised_at=NIGHT - timedelta(days=n)) for n in range(MAX_ENTRIES + 5)
    ]
    told = read(alerts[::-1]).xpath("a:entry/a:title/text()", namespaces=ATOM)
    assert told == [str(n) for n in range(MAX_ENTRIES)]


def test_without_alerts_it_is_a_feed_all_the_same() -> None:
    assert read([]).xpath("a:entry", namespaces=ATOM) == []


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=200))
def test_what_a_registry_wrote_stays_text(review: Any, text: str) -> None:
    hostile = f"{text} <script>alert(1)</script> ]]> & "
    feed = read([review.alert(title=hostile, body=f"{hostile}\n")])
    assert feed.xpath("//a:entry/a:title/text()", namespaces=ATOM) == [" ".join(hostile.split())]
    assert "<script" not in feed.findtext("a:entry/a:content", namespaces=ATOM)
