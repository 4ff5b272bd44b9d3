"""The alert as a person reads it in a mail program."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert import LINE_WIDTH
from reporting.digest import MAX_LINES, MAX_TITLE, render_digest


@pytest.fixture
def digest(review_page):
    return render_digest(review_page, review_page.events_since_run, review_page.signals)


def test_the_title_says_status_review_and_news(digest):
    title, _ = digest
    assert title.startswith("Update pending: Cell-based therapies for")
    assert title.endswith("— results posted for NCT03280056")
    assert len(title) <= MAX_TITLE


def test_the_body_tells_what_happened_what_moved_and_what_to_do(digest):
    body = " ".join(digest[1].split())
    for part in (
        "As of 29 February 2024, 06:00 UTC, a replay of dated registry records.",
        "UPDATE PENDING (before: Up to date)",
        "Rests on provisional numbers, not yet confirmed by a person.",
        "E2 Results posted in a registry: NCT03280056, 29 February 2024",
        "https://clinicaltrials.gov/study/NCT03280056",
        "RR 1.07 (95% CI 0.94 to 1.22), k = 1, n = 64 → RR 0.97 (95% CI 0.90 to 1.04), k = 2, n = 253, provisional",
        "S2 Effect moved: Overall survival, 4 to 6 months (provisional)",
        "Check the posted numbers of NCT03280056 and confirm them in extraction.csv.",
        "2 matters wait for a person",
    ):
        assert part in body
    assert "3.38" not in body, "ALSFRS-R did not move"


def test_rules_that_did_not_fire_are_left_out(review_page):
    quiet = tuple(signal for signal in review_page.signals if not signal.fired)
    assert "RULES THAT FIRED" not in render_digest(review_page, (), quiet)[1]


def test_a_first_estimate_is_told_against_none(review_page):
    effects = tuple(e for e in review_page.effects if e.evidence_set != "published")
    body = " ".join(render_digest(msgspec.structs.replace(review_page, effects=effects), (), ())[1].split())
    assert "no pooled estimate → MD 3.38 (95% CI 1.22 to 5.54), k = 1, n = 56, confirmed" in body


def test_a_stale_source_is_named_and_gives_the_title_when_it_is_the_news(quiet_page, stale_pubmed):
    page = msgspec.structs.replace(quiet_page, freshness=(quiet_page.freshness[0], stale_pubmed))
    title, body = render_digest(page, (), ())
    assert title.endswith("— PubMed not searched to the end")
    assert "NOT SEARCHED TO THE END\n- PubMed: tonight failed" in body
    assert "nothing new" not in body.lower()


def test_the_most_urgent_event_leads(review_page):
    title, body = render_digest(review_page, review_page.events_since_version, ())
    assert title.endswith("— results posted for NCT03280056 and 5 more")
    assert body.index("NCT03280056") < body.index("NCT02290886")


def test_a_flood_of_events_stays_one_bounded_mail(review_page):
    one = review_page.events_since_run[0]
    flood = [
        msgspec.structs.replace(one, study_id=f"NCT{n:08d}", public_date=date(2024, 1, 1 + n % 28), evidence="x " * 900)
        for n in range(300)
    ]
    _, body = render_digest(review_page, flood, review_page.signals)
    assert len(body.splitlines()) <= MAX_LINES
    assert "294 more, on the page" in body


@given(st.text(max_size=400))
def test_no_text_breaks_the_title_or_the_lines(review_page, hostile):
    event = msgspec.structs.replace(review_page.events_since_run[0], study_id=hostile, evidence=hostile)
    protocol = review_page.protocol.model_copy(update={"title": hostile})
    page = msgspec.structs.replace(review_page, protocol=protocol)
    title, body = render_digest(page, (event,), ())
    assert len(title) <= MAX_TITLE and "\n" not in title and "\r" not in title
    lines = body.splitlines()
    assert len(lines) <= MAX_LINES
    assert all(len(line) <= LINE_WIDTH for line in lines if "://" not in line)
