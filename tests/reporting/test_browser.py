"""The page in a real browser: phone and desk, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from pytest_httpserver import HTTPServer

from models.page import ReviewPage
from reporting.render import render_page

pytestmark = pytest.mark.browser

WIDTHS = {"phone": 375, "desk": 1280}


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=list(WIDTHS))
def opened(request, scheme, browser: Browser, httpserver: HTTPServer, review_page: ReviewPage):
    """The page as a server gives it, with everything the browser said and asked for."""
    httpserver.expect_request("/").respond_with_data(render_page(review_page), content_type="text/html; charset=utf-8")
    context = browser.new_context(viewport={"width": WIDTHS[request.param], "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(httpserver.url_for("/"), wait_until="networkidle")
    yield page, request.param, said, asked, httpserver.url_for("/")
    context.close()


def overflowing(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_page_fits_its_window_is_silent_and_asks_for_nothing(opened):
    page, layout, said, asked, url = opened
    assert overflowing(page) <= 0
    page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert overflowing(page) <= 0, "with everything unfolded"
    assert said == []
    assert [address for address in asked if not address.startswith("data:")] == [url]
    assert page.locator(f".forest-{layout}").first.is_visible()
    other = "phone" if layout == "desk" else "desk"
    assert not page.locator(f".forest-{other}").first.is_visible()


@pytest.mark.parametrize("layout", list(WIDTHS))
def test_text_of_a_figure_does_not_overlap(
    layout,
    browser: Browser,
    httpserver: HTTPServer,
    review_page: ReviewPage,
    changed: Callable[..., ReviewPage],
    overlapping_text: Callable[[Page, str], list[str]],
):
    long = {"NCT01363401": "Murcia, intraspinal or intrathecal BM-MNC", "NCT02017912": "NurOwn phase 2 (abstract)"}
    included = [item.model_copy(update={"label": long[item.study_id]}) for item in review_page.baseline.included]
    baseline = review_page.baseline.model_copy(update={"included": included})
    httpserver.expect_request("/").respond_with_data(
        render_page(changed(baseline=baseline)), content_type="text/html; charset=utf-8"
    )
    page = browser.new_page(viewport={"width": WIDTHS[layout], "height": 900})
    page.goto(httpserver.url_for("/"))
    overlapping = overlapping_text(page, layout)
    page.close()
    assert not overlapping, "; ".join(overlapping)


def test_keyboard_reaches_the_decision_first(browser: Browser, httpserver: HTTPServer, review_page: ReviewPage):
    httpserver.expect_request("/").respond_with_data(render_page(review_page), content_type="text/html; charset=utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(httpserver.url_for("/"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the decision"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/#decision")
    context.close()


def test_print_opens_what_is_folded(browser: Browser, httpserver: HTTPServer, review_page: ReviewPage):
    httpserver.expect_request("/").respond_with_data(render_page(review_page), content_type="text/html; charset=utf-8")
    context = browser.new_context(viewport={"width": 794, "height": 1123})
    page = context.new_page()
    page.goto(httpserver.url_for("/"))
    folded = page.locator("#study-NCT01363401 details table")
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    assert overflowing(page) <= 0
    context.close()
