"""Other ways of pooling rare events stand folded beside the result, with one sentence."""

from collections.abc import Callable

import msgspec
import pytest
from lxml import html

from models.page import ReviewPage
from models.rare_events import RareEvents
from models.supplements import Supplements
from models.vocabulary import EvidenceSet
from reporting.render import render_page
from synthesis.rare_events import rare_events

PUBLISHED, CONFIRMED = EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED


@pytest.fixture(scope="module")
def found(review_page: ReviewPage) -> tuple[RareEvents, ...]:
    """Of the confirmed evidence, which is the published one in this night."""
    rows = [
        msgspec.structs.replace(item, evidence_set=CONFIRMED)
        for item in review_page.inputs
        if item.evidence_set is PUBLISHED
    ]
    return rare_events(rows, [item for item in review_page.effects if item.evidence_set is CONFIRMED])


@pytest.fixture(scope="module")
def shown(found: tuple[RareEvents, ...], changed: Callable[..., ReviewPage]) -> html.HtmlElement:
    return html.document_fromstring(render_page(changed(supplements=Supplements(rare=found))))


def details_of(document: html.HtmlElement) -> list[html.HtmlElement]:
    return [node for node in document.iter("details") if "supplement" in node.get("class", "")]


def words(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def test_each_analysis_of_events_says_in_one_sentence_whether_other_ways_agree(shown, found):
    assert found
    assert sorted(words(node.find("summary")) for node in details_of(shown)) == sorted(item.sentence for item in found)


def test_the_page_says_why_other_ways_are_shown(shown, found):
    reasons = sorted(item.reason for item in found)
    told = sorted(words(node.find("p")) for node in details_of(shown))
    assert [said[: len(reason)] for said, reason in zip(told, reasons, strict=True)] == reasons


def test_an_odds_ratio_beside_another_measure_is_said_to_be_another_one(shown):
    for node in details_of(shown):
        measures = {words(cell).split()[0] for cell in node.xpath(".//tbody//td[1]")} - {"–"}
        assert ("An odds ratio (OR) is not to be compared" in words(node)) is (len(measures) > 1), measures


def test_the_table_has_every_way_with_its_numbers_or_its_reason(shown):
    for node in details_of(shown):
        rows = [[words(cell) for cell in row] for row in node.iter("tr")][1:]
        assert len(rows) == 4
        assert all("to" in row[1] or "not computable" in row[0] for row in rows)
        [beside] = node.xpath("ancestor::div[@class='beside']")
        assert words(beside).startswith("Beside the result. None of this decides anything")


def test_an_analysis_of_means_has_none(found):
    assert not any(item.analysis.startswith("alsfrs_r") for item in found)
