"""Other ways of pooling rare events stand folded beside the result, with one sentence."""

from collections.abc import Callable

import pytest
from lxml import html

from models.page import ReviewPage
from models.supplements import Supplements
from models.vocabulary import EvidenceSet
from reporting.render import render_page
from synthesis.rare_events import rare_events


@pytest.fixture(scope="module")
def shown(review_page: ReviewPage, changed: Callable[..., ReviewPage]) -> html.HtmlElement:
    found = rare_events(review_page.inputs, review_page.effects)
    return html.document_fromstring(render_page(changed(supplements=Supplements(rare=found))))


def details_of(document: html.HtmlElement) -> list[html.HtmlElement]:
    return [node for node in document.iter("details") if "supplement" in node.get("class", "")]


def words(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def test_each_analysis_of_events_says_in_one_sentence_whether_other_ways_agree(shown, review_page):
    found = rare_events(review_page.inputs, review_page.effects)
    of_result = [item.sentence for item in found if item.evidence_set is EvidenceSet.PUBLISHED]
    assert of_result
    assert sorted(words(node.find("summary")) for node in details_of(shown)) == sorted(of_result)


def test_the_table_has_every_way_with_its_numbers_or_its_reason(shown):
    for node in details_of(shown):
        rows = [[words(cell) for cell in row] for row in node.iter("tr")][1:]
        assert len(rows) == 4
        assert all("to" in row[1] or "not computable" in row[0] for row in rows)
        assert "decide nothing" in words(node)


def test_an_analysis_of_means_has_none(review_page):
    analyses = {item.analysis for item in rare_events(review_page.inputs, review_page.effects)}
    assert not any(name.startswith("alsfrs_r") for name in analyses)
    assert analyses
