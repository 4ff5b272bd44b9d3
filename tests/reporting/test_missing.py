"""What the page says of people without a value, and what it shows."""

import msgspec
import pytest
from lxml import html

from models.arm_flow import ArmFlow
from models.page import ReviewPage
from models.supplements import Supplements
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet
from reporting.missing import missing_of
from reporting.render import render_page
from reporting.results import AnalysisResult, collect_results
from synthesis.missing_answers import missing_answers

OH_2018 = "NCT01363401"
OH = (ArmFlow(n_randomised=33), ArmFlow(n_randomised=31))


@pytest.fixture(scope="module")
def told(review_page: ReviewPage, changed):
    """The page of a night on which arms of ALSFRS-R (or another outcome) had this flow, and that analysis's result."""

    def build(flows=OH, outcome="alsfrs_r", direction="higher", ends=None) -> tuple[ReviewPage, AnalysisResult]:
        protocol = review_page.protocol
        outcomes = [
            item.model_copy(update={"direction": direction}) if item.id == outcome else item
            for item in protocol.outcomes
        ]
        choice = protocol.supplements.model_validate({"missing": {outcome: ends} if ends else {}})
        protocol = protocol.model_copy(update={"outcomes": outcomes, "supplements": choice})
        inputs = [
            _with_flow(item, flows)
            for item in review_page.inputs
            if item.outcome == outcome and item.study_id == OH_2018
        ]
        answers = missing_answers(inputs, review_page.effects, protocol)
        page = changed(protocol=protocol, supplements=Supplements(missing=answers))
        return page, next(item for item in collect_results(page) if item.outcome.id == outcome)

    return build


def _with_flow(item: EffectInput, flows: tuple[ArmFlow, ArmFlow]) -> EffectInput:
    return msgspec.structs.replace(
        item, evidence_set=EvidenceSet.CONFIRMED, flow_intervention=flows[0], flow_control=flows[1]
    )


def said(found) -> str:
    return " ".join(" ".join([lines.evidence + lines.lead, *lines.sentences]) for lines in missing_of(*found))


def test_who_is_missing_and_how_they_must_have_fared_is_told_for_a_clinician(told):
    assert said(told(ends={"lowest": -48, "highest": 48})) == (
        "8 of 64 people (13%) have no value: 2 of 33 in the intervention group and 6 of 31 in the control group. How many"
        " of them had died is not told. The result would no longer rule out that there is no effect if those missing in"
        " the control group had done 5.6 points better than those measured there (1.4 times the smallest difference that"
        " matters), or those missing in the intervention group 14.9 points worse (3.7 times). The estimate would reach the"
        " smallest difference that matters (4) if those missing in the control group had done 3.2 points worse than those"
        " measured there (0.8 times that difference), or those missing in the intervention group 10.2 points better (2.6"
        " times)."
    )


@pytest.mark.parametrize(
    ("flows", "sentence"),
    [
        ((ArmFlow(n_randomised=31), ArmFlow(n_randomised=25)), "All 56 people have one."),
        ((ArmFlow(), ArmFlow(n_randomised=31)), "Whether people without a value would change this is not known. Of Oh 2018, how"),
        ((ArmFlow(n_started=33), ArmFlow(n_randomised=31)), "those who started are counted"),
        ((ArmFlow(n_randomised=33, n_died=1), ArmFlow(n_randomised=31, n_died=3)), "4 of them had died."),
        ((ArmFlow(n_randomised=33, n_died=0), ArmFlow(n_randomised=31, n_died=0)), "None of them had died."),
        ((ArmFlow(n_randomised=33, n_died=0), ArmFlow(n_randomised=31)), "How many of them had died is not told."),
        ((ArmFlow(n_started=30), ArmFlow(n_started=31)), "more people are analysed than the participant flow says started"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_told_as_not_known(told, flows, sentence):
    assert sentence in said(told(flows))


def test_where_no_assumption_changes_an_answer_it_says_so_and_how_far_it_looked(told):
    one_missing = (ArmFlow(n_randomised=32), ArmFlow(n_randomised=25))
    without_ends = said(told(one_missing, outcome="fvc"))
    assert (
        "Whatever is assumed of them, up to 100.6 % predicted either way, the result does not rule out that"
        in without_ends
    )
    with_ends = said(told(one_missing, ends={"lowest": -12, "highest": 12}))
    assert "Whatever is assumed of them, the result rules out that there is no effect." in with_ends


def test_nobody_fares_better_where_the_review_does_not_say_what_is_better(told):
    words = said(told(direction="unknown"))
    assert "had had values 5.6 points higher than those measured there" in words
    assert "14.9 points lower (3.7 times)" in words
    assert "better" not in words


def test_events_are_told_by_odds(told):
    """2 of 35 and 6 of 37 without a value: survival of Oh 2018, 32 of 33 and 28 of 31."""
    flows = (ArmFlow(n_randomised=35), ArmFlow(n_randomised=37))
    words = said(told(flows, outcome="survival"))
    assert "8 of 72 people (11%) have no value" in words
    assert "the odds of this outcome among those missing in the control group had been" in words
    assert "times those among people observed there" in words


def test_the_heat_map_says_in_words_what_it_shows_and_needs_no_colour(told):
    page, result = told(ends={"lowest": -48, "highest": 48})
    [lines] = [item for item in missing_of(page, result) if not item.evidence]
    cells = lines.heat_map.cells
    assert len(cells) == 81
    assert {cell.state: cell.sign for cell in cells} == {"same": "", "mid": "m", "effect": "×"}
    n_changed = sum(cell.state == "effect" for cell in cells)
    assert f"In {n_changed} of 81 pairs of assumptions from −8 to 8" in lines.heat_map.description
    assert "intervention 0, control 0: 3.38 (1.22 to 5.54)" in {cell.told for cell in cells}


def test_the_page_shows_sentence_map_people_and_estimands(told):
    page, _ = told(ends={"lowest": -48, "highest": 48})
    document = html.document_fromstring(render_page(page))
    [folded] = document.xpath('//details[@class="missing"]')
    text = " ".join(folded.text_content().split())
    assert len(folded.xpath(".//svg//rect")) == 81
    assert "Worst rank" in text
    assert "not computable: how many of the missing had died is not known of NCT01363401" in text
    captions = [caption.text_content() for caption in folded.iter("caption")]
    assert len(captions) == 3
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_a_night_without_supplements_says_nothing_of_them(review_page):
    assert all(missing_of(review_page, result) == () for result in collect_results(review_page))
    assert EvidenceSet.CONFIRMED in {effect.evidence_set for effect in review_page.effects}


def test_a_folded_block_tells_whether_the_answer_could_turn_on_the_missing(told):
    [lines] = [item for item in missing_of(*told(ends={"lowest": -48, "highest": 48})) if not item.evidence]
    assert lines.headline == (
        "8 of 64 people without a value: how they fared could change whether the result rules out “no effect”"
    )
