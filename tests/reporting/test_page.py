"""The page, read back from its HTML as a reader would."""

import itertools
import re
from collections.abc import Callable

import msgspec
import pytest
from lxml import html

from models.page import FlowNumbers, ReportFlow, ReviewPage
from models.vocabulary import Convention, SourceState, StudyList
from reporting.digest import render_digest
from reporting.render import render_page


def read(page: ReviewPage) -> html.HtmlElement:
    return html.document_fromstring(render_page(page))


def text(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def section(document: html.HtmlElement, name: str) -> html.HtmlElement:
    return document.get_element_by_id(name)


def table(node: html.HtmlElement, caption: str) -> list[list[str]]:
    """Rows of the first table whose caption begins so."""
    for candidate in node.iter("table"):
        if text(candidate.find("caption")).startswith(caption):
            return [[text(cell) for cell in row] for row in candidate.iter("tr")]
    raise AssertionError(f"no table captioned {caption!r}")


@pytest.fixture(scope="module")
def document(review_page: ReviewPage) -> html.HtmlElement:
    return read(review_page)


def test_sections_come_in_the_order_in_which_they_are_asked(document):
    order = [node.get("id") for node in document.iter("section", "footer")]
    assert order == ["decision", "changes", "rules", "results", "studies", "flow", "sources", "queue", "about"]


def test_a_replay_says_that_it_is_one(document, changed):
    assert "This is a replay." in text(document.body)
    live = text(read(changed(registries="live")).body)
    assert "replay" not in live


def test_the_decision_stands_first_in_cochranes_words(document):
    decision = text(section(document, "decision"))
    assert text(section(document, "decision-h")) == "Update pending"
    assert "New information identified and likely to change review findings" in decision
    assert "Results of NCT03280056 became public after its search of 31 July 2019." in decision
    assert "Results of NCT03280056 were posted on 29 February 2024" in decision
    assert "At least one rule fired on provisional numbers only" in decision


def test_what_fired_is_told_by_outcome_with_its_reason(document):
    decision = text(section(document, "decision"))
    assert "E2 Results posted in a registry: NCT03280056, public since 29 February 2024." in decision
    assert (
        "S2 Effect moved provisional Overall survival, 4 to 6 months: The log ratio moved by 145% of its published size."
        in decision
    )
    assert (
        "S3 Many new participants provisional announces participants whose results may not be public; decides nothing"
        " alone Overall survival, 4 to 6 months;"
        " Serious adverse events, 4 to 6 months: 189 new participants beside 64." in decision
    )


def test_conventions_that_differ_are_told_apart(review_page, changed):
    signal = next(item for item in review_page.signals if item.fired)
    other = msgspec.structs.replace(signal, convention=Convention.REVMAN2025, explanation="Moved by 111%.")
    decision = msgspec.structs.replace(review_page.decision, fired_rules=(signal.key, other.key))
    shown = text(section(read(changed(signals=(signal, other), decision=decision)), "decision"))
    assert f"RevMan 5: {signal.explanation} Cochrane 2025: Moved by 111%." in shown


def test_keys_that_the_page_does_not_know_are_shown_and_not_lost(review_page, changed):
    decision = msgspec.structs.replace(
        review_page.decision, fired_rules=("S4:gone:then:confirmed:revman5",), event_keys=("E9:gone:1",)
    )
    shown = text(section(read(changed(decision=decision)), "decision"))
    assert "S4:gone:then:confirmed:revman5" in shown and "E9:gone:1" in shown


def test_events_show_three_dates_and_their_evidence_newest_first(document):
    changes = section(document, "changes")
    since_run = table(changes, "Events since the last run")
    assert since_run[1] == [
        "E2 Results posted in a registry action",
        "NCT03280056",
        "29 February 2024",
        "29 February 2024",
        "29 February 2024",
        "results first posted 2024-02-29; submitted 2023-12-01",
    ]
    since_version = table(changes, "Events since the last published version")[1:]
    assert [row[0][:2] for row in since_version] == ["E2", "E5", "E4", "E1", "E3", "E3"]
    assert since_version[-1][1] == "NurOwn phase 2 NCT02017912"


def test_events_of_a_first_busy_night_are_told_once(review_page, changed):
    changes = section(read(changed(events_since_run=review_page.events_since_version)), "changes")
    n = len(review_page.events_since_version)
    assert f"The same {n} events" in text(changes)
    assert len(list(changes.iter("tr"))) == n + 1


def test_a_night_without_results_names_nobody(quiet_page):
    decision = msgspec.structs.replace(quiet_page.decision, event_keys=())
    assert "became public" not in text(
        section(read(msgspec.structs.replace(quiet_page, decision=decision)), "decision")
    )


def test_a_quiet_night_says_that_nothing_is_new(quiet_page):
    assert "Nothing new since the run of 28 February 2024" in text(section(read(quiet_page), "changes"))


def test_a_first_run_has_nothing_to_compare_with(changed):
    assert "This is the first run" in text(section(read(changed(previous_run=None)), "changes"))


@pytest.mark.parametrize("state", [SourceState.PARTIAL, SourceState.FAILED])
@pytest.mark.parametrize("is_stale", [True, False])
def test_a_source_that_was_not_searched_to_the_end_is_named_and_forbids_nothing_new(
    quiet_page, stale_pubmed, state, is_stale
):
    source = msgspec.structs.replace(stale_pubmed, state=state, is_stale=is_stale)
    page = msgspec.structs.replace(quiet_page, freshness=(quiet_page.freshness[0], source))
    document = read(page)
    assert "nothing new" not in text(document).lower()
    decision = text(section(document, "decision"))
    assert "A source was not searched to the end" in decision
    assert "PubMed: tonight" in decision and "20 February 2024" in decision
    assert "esearch.fcgi answered 503 five times" in decision


def test_a_night_without_any_source_does_not_say_that_nothing_is_new(quiet_page):
    page = msgspec.structs.replace(quiet_page, freshness=())
    assert "nothing new" not in text(read(page)).lower()


def test_rules_are_a_matrix_of_outcomes_with_values_against_thresholds(document):
    rules = section(document, "rules")
    matrix = {row[0]: row[1:] for row in table(rules, "Rules by outcome")}
    provisional = "fired on provisional numbers only"
    assert matrix["Overall survival 4 to 6 months"] == ["no", "no", provisional, provisional, "–", provisional, "–"]
    assert matrix["Muscle strength 4 to 6 months"] == ["–"] * 7
    first = table(rules, "Rules on Overall survival")[1]
    assert first == [
        "S2 Effect moved",
        "fired",
        "1.45",
        "0.50",
        "Provisional, RevMan 5",
        "The log ratio moved by 145% of its published size.",
    ]


def test_the_published_numbers_stand_beside_reproduced_and_current_ones(document):
    outcome = text(section(document, "cells-v-control-alsfrs-r-4-to-6-months").find(".//dl[@class='compare']"))
    assert outcome.count("MD 3.38 (1.22 to 5.54)") == 4
    assert "✓ Reproduced" in outcome


def test_results_are_told_in_words_with_their_certainty(document):
    outcome = text(section(document, "cells-v-control-alsfrs-r-4-to-6-months"))
    assert "1 study, 56 participants: mean difference 3.38 (95% CI 1.22 to 5.54), favouring cell-based" in outcome
    assert "low certainty (GRADE, 2019)" in outcome
    survival = text(section(document, "cells-v-control-survival-4-to-6-months"))
    assert "Result. 1 study, 64 participants: risk ratio 1.07 (95% CI 0.94 to 1.22), no clear difference" in survival
    assert "With provisional numbers. 2 studies, 253 participants: risk ratio 0.97 (95% CI 0.90 to 1.04)" in survival
    assert "GRADE: low by the numbers alone, rated down for imprecision." in survival


def test_both_conventions_are_pooled_and_hksj_of_two_stands_beside_wald(document):
    rows = table(section(document, "cells-v-control-serious-adverse-events-4-to-6-months"), "Pooled effects")
    assert rows[1:] == [
        ["Published and confirmed evidence k = 1, 64 participants"],
        ["RevMan 5: M–H; DL. Cochrane 2025: REML; REML, HKSJ", "0.47 (0.13 to 1.72)", "p = 0.25", "–", "–"],
        ["Provisional evidence k = 2, 253 participants"],
        ["RevMan 5: M–H ★ headline", "1.11 (0.67 to 1.83)", "p = 0.69", "–", "53%"],
        ["RevMan 5: DL", "0.94 (0.36 to 2.48)", "p = 0.90", "0.29", "53%"],
        ["Cochrane 2025: REML ★ headline", "0.94 (0.36 to 2.48)", "p = 0.90", "0.29", "53%"],
        ["Cochrane 2025: REML, HKSJ", "0.94 (0.002 to 508)", "p = 0.92", "0.29", "53%"],
    ]


def test_figure_and_table_show_the_same_numbers(document):
    for outcome in document.iter("article"):
        if outcome.get("class") != "outcome" or outcome.find(".//svg") is None:
            continue
        numbers = re.compile(r"\d\.\d\d \([^()]+ to [^()]+\)")
        figures = [set(numbers.findall(text(figure))) for figure in outcome.iter("svg")]
        tables = {found for node in outcome.iter("table") for found in numbers.findall(text(node))}
        assert figures[0] == figures[1] == tables


def test_every_estimate_in_a_sentence_or_in_the_mail_stands_in_a_table(document, review_page):
    estimate = re.compile(r"[−\d.,]+ \([−\d.,]+ to [−\d.,]+\)")

    def estimates(words: str) -> set[str]:
        return set(estimate.findall(words.replace("95% CI ", "")))

    n_told = 0
    for outcome in document.iter("article"):
        in_tables = {found for node in outcome.iter("table") for found in estimates(text(node))}
        told = {found for node in outcome.iter("p") for found in estimates(text(node))}
        assert told <= in_tables
        n_told += len(told)
    assert n_told >= 5
    _, mail = render_digest(review_page, review_page.events_since_run, review_page.signals)
    in_mail = estimates(" ".join(mail.split()))
    assert in_mail
    assert in_mail <= {found for node in document.iter("table") for found in estimates(text(node))}


@pytest.mark.parametrize(
    "outcome", ["cells-v-control-muscle-strength-4-to-6-months", "cells-v-control-alsfrs-r-12-months"]
)
def test_an_outcome_that_no_study_reports_says_so_in_words(document, outcome):
    node = section(document, outcome)
    assert "No study reports this outcome at this time (k = 0)." in text(node)
    assert node.find(".//svg") is None


def test_studies_stand_in_their_lists_with_three_numbers_kept_apart(document):
    card = section(document, "study-NCT01363401")
    counts = text(card.find(".//dl[@class='counts']"))
    assert counts == "Registered72actual Randomised64Oh 2018, abstract Analysed56Oh 2018, Table 3"
    links = {link.text: link.get("href") for link in card.iter("a")}
    assert links["NCT01363401"] == "https://clinicaltrials.gov/study/NCT01363401"
    assert links["PMID:30048006"] == "https://pubmed.ncbi.nlm.nih.gov/30048006/"


def test_ongoing_studies_are_a_forecast_in_order_of_completion(document):
    studies = text(section(document, "studies"))
    assert "Forecast: 4 studies with 248 planned participants" in studies
    cards = [node.get("id") for node in document.iter("article") if node.get("class") == "study"]
    ongoing = [name.removeprefix("study-") for name in cards[3:7]]
    assert ongoing == ["NCT01254539", "NCT02290886", "NCT04745299", "NCT06344260"]
    assert "Expected completionDecember 2015" in text(section(document, "study-NCT01254539"))
    assert "The expected completion has passed." in text(section(document, "study-NCT01254539"))
    assert "Completed6 April 2022" in text(section(document, "study-NCT02290886"))
    assert "The expected completion has passed." not in text(section(document, "study-NCT02290886"))
    assert "The expected completion has passed." not in text(section(document, "study-NCT04745299"))
    assert "record reconstructed" in text(section(document, "study-NCT01254539"))


def test_each_criterion_shows_verdict_field_and_words(document):
    card = section(document, "study-NCT01363401")
    rows = table(card, "Eligibility of NCT01363401")
    assert rows[1] == ["Population", "Met", "conditions", "Amyotrophic Lateral Sclerosis", "rule"]
    assert [row[0] for row in rows[1:]] == ["Population", "Intervention", "Design", "Comparator", "Co-interventions"]


def test_near_misses_name_the_criterion_and_its_words(document):
    rows = table(section(document, "studies"), "Near misses")
    assert rows[1][2:] == ["Design", "Non-Randomized", "allocation"]
    assert rows[3][2:] == ["Population", "Multiple Sclerosis", "conditions"]


def test_what_was_screened_out_is_counted_and_not_listed(review_page, changed):
    studies = tuple(
        msgspec.structs.replace(entry, list=StudyList.SCREENED_OUT) if entry.study_id == "NCT02286011" else entry
        for entry in review_page.studies
    )
    near = tuple(msgspec.structs.replace(entry, list=StudyList.SCREENED_OUT) for entry in review_page.near_misses)
    document = read(changed(studies=(*studies, *near), near_misses=near))
    ids = [node.get("id") for node in document.iter() if node.get("id")]
    assert "study-NCT02286011" not in ids
    assert ids.count("study-NCT02193893") == 1
    assert "Excluded studies (0)" in text(section(document, "studies"))


def test_older_events_are_folded_away_and_not_lost(review_page, changed):
    one = review_page.events_since_run[0]
    many = tuple(msgspec.structs.replace(one, reference=str(n), evidence=f"evidence {n:02d}") for n in range(30))
    changes = section(read(changed(events_since_version=many)), "changes")
    assert "18 older events" in text(changes.find(".//details"))
    assert all(f"evidence {n:02d}" in text(changes) for n in range(30))


def test_the_flow_shows_every_number(review_page, changed):
    of_studies = [name for name in FlowNumbers.__struct_fields__ if name.startswith("n_")]
    of_reports = [name for name in ReportFlow.__struct_fields__ if name.startswith("n_")]
    different = iter(range(101, 1000, 7))
    literature = ReportFlow(identified=(("Made-up index", 4007),), **{name: next(different) for name in of_reports})
    flow = FlowNumbers(of_reports=literature, **{name: next(different) for name in of_studies})
    shown = text(section(read(changed(flow=flow)), "flow"))
    told = [*(getattr(flow, name) for name in of_studies), *(getattr(literature, name) for name in of_reports)]
    # Of other studies than the included ones the rest is shown.
    told += [4007, literature.n_duplicates, literature.n_not_about, literature.n_of_studies - literature.n_of_included]
    told.remove(literature.n_of_studies)
    for number in told:
        assert re.search(rf"(?<![\d,]){number:,}(?![\d,])", shown), number


def test_sources_show_state_last_search_and_totals(document):
    rows = table(section(document, "sources"), "How recently")
    assert rows[1] == ["ClinicalTrials.gov", "Complete", "29 February 2024, 06:00 UTC", "3 days", "51", "51", "–"]


def test_the_queue_says_what_to_do(document):
    queue = text(section(document, "queue"))
    assert "2 matters that the program does not settle by itself, the weightiest first." in queue
    assert "→ Confirm 85/95 v 90/94 in extraction.csv, or correct it." in queue


def test_the_footer_states_versions_and_evidence_words(document):
    footer = text(section(document, "about"))
    for word in ("Protocol version1.0", "Version in force2019", "21 June 2016; 31 July 2019", "inferred"):
        assert word in footer


def test_the_same_page_gives_the_same_bytes(review_page):
    again = msgspec.structs.replace(review_page)
    assert render_page(review_page).encode() == render_page(again).encode()


def test_titles_that_are_markup_stay_text(review_page, changed: Callable[..., ReviewPage]):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    studies = tuple(
        msgspec.structs.replace(
            entry, title=hostile, reason=hostile, registry_ids=(hostile,), sponsor=hostile, status_text=hostile
        )
        for entry in review_page.studies
    )
    events = tuple(msgspec.structs.replace(event, evidence=hostile) for event in review_page.events_since_version)
    inputs = tuple(msgspec.structs.replace(item, source=hostile, study_id=hostile) for item in review_page.inputs)
    page = changed(studies=studies, events_since_version=events, inputs=inputs)
    document = read(page)
    assert list(document.iter("script", "img")) == []
    assert hostile in text(document)
    assert not any(name.startswith("on") for node in document.iter() for name in node.attrib)


def test_nothing_is_fetched_from_anywhere(document):
    fetching = [
        node.get("src") or node.get("href") for node in document.iter("script", "link", "img", "iframe", "object")
    ]
    # A feed is offered, and fetched only by who follows it.
    assert fetching == ["data:,", "feed.atom"]
    assert document.xpath("//link[@href='feed.atom']/@rel") == ["alternate"]
    assert "url(" not in document.find(".//style").text and "@import" not in document.find(".//style").text


def test_an_empty_review_is_a_whole_page(changed, review_page):
    version = review_page.baseline.model_copy(update={"included": [], "version": "2016"})
    page = changed(
        baseline=version,
        studies=(),
        near_misses=(),
        effects=(),
        inputs=(),
        comparisons=(),
        certainty={},
        computed_certainty={},
        signals=(),
        queue=(),
        events_since_run=(),
        events_since_version=(),
        past_decisions=(),
        previous_run=None,
    )
    document = read(page)
    assert text(section(document, "queue")) == "Waiting for a person Nothing waits."
    assert list(document.iter("svg")) == []


def test_ids_are_unique_links_lead_somewhere_and_tables_have_captions_and_scopes(document):
    ids = [node.get("id") for node in document.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for link in document.iter("a"):
        if link.get("href").startswith("#"):
            assert link.get("href")[1:] in ids
    for node in document.iter("table"):
        assert text(node.find("caption"))
        assert all(cell.get("scope") for cell in node.iter("th"))
    assert document.get("lang") == "en-GB"
    assert [len(list(document.iter(name))) for name in ("main", "nav", "h1")] == [1, 1, 1]


def test_headings_skip_no_level(document):
    levels = [int(node.tag[1]) for node in document.iter("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_search_day_that_nobody_told_is_not_told_as_one(review_page, changed):
    told = review_page.baseline.model_copy(update={"search_date_is": "assumed"})
    said = " ".join(text(read(changed(baseline=told)).body).split())
    assert "2019, the day of its search is not told, and taken to be 31 July 2019" in said
    assert "after 31 July 2019 (taken for the day of the search, which is not told)" in said
    assert "searched 31 July 2019" not in said
    assert "search of 31 July 2019" not in said


SIZES = [
    ({"k": 7, "n_studies": 5}, "5 studies in 7 rows, 64 participants", "k = 5 in 7 rows, n = 64"),
    ({"n_participants": None}, "1 study:", "k = 1 →"),
    ({"n_is_least": True}, "1 study, at least 64 participants", "k = 1, n at least 64"),
]


@pytest.mark.parametrize(("told", "on_page", "in_mail"), SIZES)
def test_rows_are_no_studies_and_people_are_told_as_far_as_they_are_known(
    review_page, told: dict[str, object], on_page: str, in_mail: str
):
    effects = tuple(
        msgspec.structs.replace(item, **told) if item.n_participants == 64 else item for item in review_page.effects
    )
    page = msgspec.structs.replace(review_page, effects=effects)
    assert on_page in " ".join(text(read(page).body).split())
    assert in_mail in " ".join(render_digest(page, (), ())[1].split())
