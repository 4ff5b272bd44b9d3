"""The page and the mail of a review with nine comparisons, read back as a reader would."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from playwright.sync_api import Browser
from pytest_httpserver import HTTPServer

from flows.night import NightResult
from models.analysis import Analysis, Totals
from models.page import ReviewPage
from models.vocabulary import Rule
from reporting.digest import MAX_LINES, render_digest
from reporting.render import render_page
from reporting.results import by_comparison, collect_results

pytestmark = pytest.mark.slow

NEWS = date(2022, 6, 1)
N_ANALYSES = 36


@pytest.fixture(scope="module")
def hiccup_page(nights_of_hiccups: dict[date, NightResult]) -> ReviewPage:
    return nights_of_hiccups[NEWS].page


@pytest.fixture(scope="module")
def document(hiccup_page: ReviewPage) -> html.HtmlElement:
    return html.document_fromstring(render_page(hiccup_page))


def text(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def article(document: html.HtmlElement, key: str) -> str:
    return text(document.get_element_by_id(key))


def figure(document: html.HtmlElement, key: str) -> list[str]:
    svg = next(document.get_element_by_id(key).iter("svg"))
    return [text(node) for node in svg.iter("text") if text(node)]


def summary(document: html.HtmlElement, comparison: str) -> dict[str, list[str]]:
    table = next(document.get_element_by_id(f"comparison-{comparison}").iter("table"))
    rows = [[text(cell) for cell in row] for row in table.iter("tr")]
    return {row[0]: row[1:] for row in rows[1:]}


def test_comparisons_are_sections_in_the_protocols_order_each_part_after_its_whole(document: html.HtmlElement) -> None:
    headings = [text(node.find("h3")) for node in document.find_class("comparison")]
    assert headings[:3] == [
        "Quellitol versus placebo",
        "Quellitol versus placebo, trials at low risk of bias",
        "Quellitol versus usual care",
    ]
    assert len(headings) == 9
    assert "Part of: Quellitol versus placebo" in article(document, "comparison-placebo-low-risk")


def test_primary_outcomes_come_first_within_each_comparison(hiccup_page: ReviewPage) -> None:
    for group in by_comparison(hiccup_page):
        is_primary = [result.is_primary for result in group.results]
        assert is_primary == sorted(is_primary, reverse=True)


def test_contents_lead_to_every_comparison_and_analysis(document: html.HtmlElement) -> None:
    [toc] = document.find_class("toc")
    targets = [link.get("href")[1:] for link in toc.iter("a")]
    assert len(targets) == len(set(targets)) == 9 + N_ANALYSES
    ids = [node.get("id") for node in document.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)
    assert not [node for node in toc.iter("details") if node.get("open") is not None]


def test_a_summary_says_before_now_certainty_and_which_rules_fired(document: html.HtmlElement) -> None:
    rows = summary(document, "placebo")
    provisional = "on provisional numbers only"
    assert rows["Free of hiccups, 8 weeks primary RR"] == [
        "5", "761", "1.38 (1.09 to 1.76)", "1.48 (1.26 to 1.75)", "moderate", f"S3 {provisional}",
    ]  # fmt: skip
    moved = rows["Severity of hiccups (0 to 10), 8 weeks primary MD"]
    assert moved[3] == "unchanged −0.81 (−1.78 to 0.15), provisional"
    assert moved[5].split(f" {provisional}")[:-1] == ["S1", " S2", " S3", " S4"]
    assert rows["Serious adverse events, 26 weeks RR, 99% CI"][2] == "1.45 (0.48 to 4.39)"
    assert summary(document, "breathing")["Death from any cause, 26 weeks"] == ["no study reports it"]


def test_analyses_of_one_name_are_told_apart(hiccup_page: ReviewPage) -> None:
    untitled = [item.model_copy(update={"title": ""}) for item in hiccup_page.protocol.analyses]
    changed = msgspec.structs.replace(hiccup_page, protocol=hiccup_page.protocol.with_analyses(untitled))
    titles = [(result.comparison.id, result.title) for result in collect_results(changed)]
    assert len(titles) == len(set(titles))
    assert ("placebo", "Free of hiccups, 8 weeks (analysis 1.12)") in titles


def test_a_time_that_nobody_tells_is_not_printed(document: html.HtmlElement) -> None:
    assert "as analysed" not in text(document.body)
    assert text(document.get_element_by_id("placebo-1-5-h")) == "Time to relapse"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("placebo-1-4", "standardised mean difference 0.22 (95% CI"),
        ("placebo-1-5", "hazard ratio 0.76 (95% CI 0.60 to 0.98), favouring quellitol"),
        ("placebo-1-6", "rate ratio 0.78 (95% CI 0.63 to 0.96), favouring quellitol"),
        ("placebo-1-7", "risk ratio 1.45 (99% CI 0.48 to 4.39)"),
        (
            "placebo-1-9",
            "Ratio of adjusted geometric means 1.17 (95% CI 1.06 to 1.30), higher with quellitol than with",
        ),
        ("placebo-1-10", "risk difference 0.00 (95% CI −0.07 to 0.07)"),
    ],
)
def test_each_measure_has_its_words_its_scale_and_its_level(document: html.HtmlElement, key: str, words: str) -> None:
    assert words in article(document, key)


def test_where_nobody_says_which_side_is_better_nothing_is_favoured(document: html.HtmlElement) -> None:
    for key in ("placebo-1-9", "placebo-1-11", "ostramine-4-3", "drops-8-2", "breathing-9-3"):
        assert "avour" not in article(document, key)
    assert "← Lower with" in figure(document, "placebo-1-9")


def test_subgroups_have_headings_diamonds_and_a_test(document: html.HtmlElement) -> None:
    shown = figure(document, "ostramine-4-1")
    for words in ("Under 65 years", "65 years and over", "−0.66 (−1.42 to 0.11)", "0.04 (−1.07 to 1.14)"):
        assert words in shown
    assert shown.count("Subtotal") == 2
    test = "Test for subgroup differences: χ² = 1.02, df = 1, p = 0.31, I² = 2%"
    assert test in shown
    assert test in article(document, "ostramine-4-1").split("Study Intervention")[0]


def test_parts_of_one_study_are_lines_of_their_own(document: html.HtmlElement) -> None:
    shown = figure(document, "placebo-1-11")
    assert [words for words in shown if words.startswith("week ")] == ["week 2", "week 4", "week 6"]
    assert shown.count("Brindle 2016") == 3


@pytest.mark.parametrize(("key", "has_diamonds"), [("placebo-1-11", False), ("ostramine-4-1", True)])
def test_what_shows_no_total_claims_none(document: html.HtmlElement, key: str, has_diamonds: bool) -> None:
    words = article(document, key)
    assert "No overall estimate." in words
    assert "Result." not in words and "Pooled effects" not in words
    drawn = [node for node in document.get_element_by_id(key).iter("path") if node.get("class") == "diamond"]
    assert bool(drawn) is has_diamonds


def test_rows_that_do_not_count_in_a_total_say_so(hiccup_page: ReviewPage) -> None:
    analyses = [
        item.model_copy(update={"totals": Totals.ALL}) if item.analysis == "4.1" else item
        for item in hiccup_page.protocol.analyses
    ]
    changed = msgspec.structs.replace(hiccup_page, protocol=hiccup_page.protocol.with_analyses(analyses))
    result = next(item for item in collect_results(changed) if item.analysis.analysis == "4.1")
    assert [line.counts for line in result.studies] == ["", "", "not in the total", ""]


def test_a_row_that_is_not_estimable_says_why(document: html.HtmlElement) -> None:
    assert "Brindle 2016 is not estimable: nobody had the event" in article(document, "placebo-1-8")


def test_weights_on_the_page_are_those_of_pooling(hiccup_page: ReviewPage) -> None:
    pooled = {
        (effect.analysis, weight.row): weight.pct
        for effect in hiccup_page.effects
        if effect.evidence_set == "provisional" and effect.is_headline
        for weight in effect.weights
    }
    n_held = 0
    for result in collect_results(hiccup_page):
        if result.has_total and not result.is_closed:
            for line in result.studies:
                assert line.weight_pct == pooled.get((result.analysis.analysis, line.input.row))
                n_held += line.weight_pct is not None
    assert n_held > 40


def test_risk_of_bias_is_told_in_words_beside_the_studies(document: html.HtmlElement) -> None:
    words = article(document, "placebo-1-1")
    assert "Risk of bias (RoB 2) of 5 studies: some concerns in 2, high in 1, low in 1, not judged in 1." in words
    rows = [
        [text(cell) for cell in row]
        for table in document.get_element_by_id("placebo-1-1").iter("table")
        if text(table.find("caption")).startswith("Risk of bias")
        for row in table.iter("tr")
    ]
    by_study = {row[0]: row[1:] for row in rows}
    assert by_study["Lindqvist 1998 Low dose (up to 20 mg)"] == [
        "− high", "? some concerns", "? some concerns", "− high", "+ low", "? some concerns",
    ]  # fmt: skip
    assert by_study["QUELL-3 High dose (above 20 mg)"] == ["not judged"]
    assert "D3 Missing outcome data" in words


def test_a_result_has_its_own_judgement(hiccup_page: ReviewPage) -> None:
    overall = {
        (result.analysis.analysis, line.input.study_id): bias.overall
        for result in collect_results(hiccup_page)
        for line, bias in result.bias
        if bias
    }
    assert overall["1.1", "NCT90030002"] == "some concerns"
    assert overall["1.2", "NCT90030002"] == "low"


def test_a_closed_gate_says_what_was_printed_what_comes_out_and_what_to_do(document: html.HtmlElement) -> None:
    words = article(document, "usual-3-2")
    for part in (
        "not reproduced (S0)",
        "Printed -0.98 (-1.59 to -0.37); computed -0.73 (-1.34 to -0.12)",
        "no rule but this gate (S0) is applied here",
        "Correct the rows of its studies in extraction.csv",
        "✗ Not reproduced: its data give−0.73 (−1.34 to −0.12), k = 2",
    ):
        assert part in words
    assert "Result." not in words and "Confirmed now" not in words
    decision = article(document, "decision")
    assert "31 of 32 estimates of the version of 2020 are reproduced from its own data; 1 is not." in decision
    assert "Severity of hiccups (0 to 10), 8 weeks (Quellitol versus usual care)" in decision


def test_the_decision_names_its_analyses_the_deciding_rules_first(document: html.HtmlElement) -> None:
    led = [text(node) for node in document.get_element_by_id("decision").find_class("fired")[0].iterchildren()]
    assert [words[:2] for words in led] == ["S1", "S2", "S4", "S3", "S6"]
    assert "Severity of hiccups (0 to 10), 8 weeks (Quellitol versus placebo): p = 0.0298 before, 0.0752 now." in led[0]
    assert re.search(r"and \d+ more analyses, among the rules", led[3])


def test_each_rule_has_a_sentence_for_each_analysis_or_is_said_not_to_be_applied(document: html.HtmlElement) -> None:
    spoken = document.get_element_by_id("rules").find_class("spoken")
    assert len(spoken) == N_ANALYSES
    for block in spoken:
        lines = [text(line) for line in block]
        if not lines[0].startswith(tuple(Rule)):
            assert lines[0].startswith(("It ", "Its "))
            continue
        assert [line[:2] for line in lines] == list(Rule)
        assert all(line.endswith(".") and len(line.split(": ", 1)[1]) >= len("As before.") for line in lines)


@pytest.mark.parametrize(
    ("analysis", "remark"),
    [
        ("1.12", "It is a sensitivity analysis: the rules are for main analyses."),
        ("1.11", "It shows no overall estimate that could change."),
    ],
)
def test_analyses_that_no_rule_is_for_say_so(
    hiccup_page: ReviewPage, document: html.HtmlElement, analysis, remark
) -> None:
    spoken = document.get_element_by_id("rules").find_class("spoken")
    place = [result.analysis.analysis for result in collect_results(hiccup_page)].index(analysis)
    assert text(spoken[place][0]) == remark


def test_the_mail_leads_with_what_changes_the_conclusion(hiccup_page: ReviewPage) -> None:
    title, body = render_digest(hiccup_page, hiccup_page.events_since_version, hiccup_page.signals)
    assert title.endswith("— S1 statistical significance changed")
    sections = [line for line in body.splitlines() if line.isupper() or " (PUBLISHED" in line.upper()]
    assert sections[0].startswith("WHAT CHANGES THE CONCLUSION")
    words = " ".join(body.split())
    assert words.index("8 weeks (Quellitol versus placebo): MD −0.49 (95% CI −0.87 to −0.12)") < words.index("E1 Study")
    assert re.search(r"; and \d+ more analyses, on the page \(#rules\)\.", words)
    assert "No rule is applied to: Severity of hiccups (0 to 10), 8 weeks (Quellitol versus usual care)." in words
    assert len(body.splitlines()) <= MAX_LINES


def test_a_mail_names_no_comparison_where_there_is_one(review_page: ReviewPage) -> None:
    _, body = render_digest(review_page, (), review_page.signals)
    assert review_page.protocol.comparisons[0].title not in " ".join(body.split())


def grown(hiccup_page: ReviewPage, factor: int) -> ReviewPage:
    """The same review with each analysis so many times, under further names."""
    names = [(item, f"{item.analysis}.{n}") for item in hiccup_page.protocol.analyses for n in range(factor)]
    analyses = [item.model_copy(update={"analysis": name}) for item, name in names]

    def again(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            msgspec.structs.replace(item, analysis=f"{item.analysis}.{n}") for item in items for n in range(factor)
        )

    return msgspec.structs.replace(
        hiccup_page,
        protocol=hiccup_page.protocol.with_analyses(analyses),
        effects=again(hiccup_page.effects),
        inputs=again(hiccup_page.inputs),
        signals=again(hiccup_page.signals),
        comparisons=again(hiccup_page.comparisons),
    )


def test_nine_times_thirty_analyses_stay_a_page_and_a_bounded_mail(hiccup_page: ReviewPage) -> None:
    large = grown(hiccup_page, 8)
    document = html.document_fromstring(render_page(large))
    assert len(document.find_class("outcome")) > 270
    ids = [node.get("id") for node in document.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    _, body = render_digest(large, large.events_since_version, large.signals)
    assert len(body.splitlines()) <= MAX_LINES
    assert "WHAT TO DO NEXT" in body
    for item in re.split(r"\n(?=- |\n)", body.split("\n\n", 2)[2]):
        last = item.rstrip().splitlines()[-1] if item.strip() else "."
        assert last.endswith((".", ")", "provisional", "confirmed", "page")) or last.isupper() or "https://" in last, (
            item
        )


@given(st.lists(st.text("ab1.-: é", min_size=1, max_size=5), min_size=1, max_size=12, unique=True))
def test_names_that_differ_in_signs_alone_have_fragments_of_their_own(
    review_page: ReviewPage, names: list[str]
) -> None:
    [comparison, *_] = review_page.protocol.comparisons
    outcome = review_page.protocol.outcomes[0]
    analyses = [
        Analysis(analysis=name, comparison=comparison.id, outcome=outcome.id, timepoint=outcome.timepoints[0])
        for name in {name.strip(): name for name in names}
        if name.strip()
    ]
    protocol = review_page.protocol.with_analyses(analyses)
    keys = [result.key for result in collect_results(msgspec.structs.replace(review_page, protocol=protocol))]
    assert len(keys) == len(set(keys))
    assert not any(" " in key for key in keys)


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reader_gets_from_the_contents_to_an_analysis(
    browser: Browser, httpserver: HTTPServer, hiccup_page: ReviewPage, width: int, scheme: str
) -> None:
    httpserver.expect_request("/").respond_with_data(render_page(hiccup_page), content_type="text/html; charset=utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(httpserver.url_for("/"))

    def too_wide() -> int:
        return opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert too_wide() <= 0
    toc = opened.locator(".toc")
    assert toc.bounding_box()["height"] < 900, "the contents fit one screen"
    lead = opened.locator("#placebo-1-5 .lead")
    assert not lead.is_visible()
    toc.locator("summary").first.click()
    toc.get_by_role("link", name="Time to relapse").first.click()
    assert lead.is_visible()
    opened.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert too_wide() <= 0, "with everything unfolded"
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("layout", ["phone", "desk"])
def test_text_of_grouped_figures_does_not_overlap(
    browser: Browser,
    httpserver: HTTPServer,
    hiccup_page: ReviewPage,
    overlapping_text: Callable[..., list[str]],
    layout: str,
) -> None:
    httpserver.expect_request("/").respond_with_data(render_page(hiccup_page), content_type="text/html; charset=utf-8")
    opened = browser.new_page(viewport={"width": {"phone": 375, "desk": 1100}[layout], "height": 900})
    opened.goto(httpserver.url_for("/"))
    opened.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    found = overlapping_text(opened, layout)
    opened.close()
    assert not found, "; ".join(found)
