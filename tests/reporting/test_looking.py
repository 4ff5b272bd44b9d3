"""What readers are told of looks: every state of the evidence in its own words, and no number where there is none."""

from datetime import date
from math import inf, log

import msgspec
import pytest
from lxml import html

from models.looks import Look, Looks
from models.supplements import Supplements
from models.vocabulary import EvidenceSet, Measure
from reporting import looking
from reporting.render import render_page

LOOK = Look(
    place=1, day=date(2018, 8, 31), studies=("NCT01363401",), k=1, n_participants=56, information=0.9, score=2.8,
    estimate=3.1, ci_low=-0.5, ci_high=6.7, log_e=log(3.2), z=2.93, share=0.3, z_boundary=3.93, has_crossed=False,
)  # fmt: skip


def looks(*found: Look, **told: object) -> Looks:
    usual = {
        "evidence_set": EvidenceSet.CONFIRMED, "comparison": "cells", "outcome": "alsfrs_r", "timepoint": "6 months",
        "analysis": "alsfrs_r:6 months", "measure": Measure.MD, "is_ratio": False, "level": 0.95, "g": 16.0,
        "g_from": "a difference of 4, the smallest that matters", "required": 187, "looks": found or (LOOK,),
    }  # fmt: skip
    return Looks(**(usual | told))


def at(**told: object) -> Look:
    return msgspec.structs.replace(LOOK, **told)


LATER = {"place": 2, "day": date(2024, 2, 29)}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            looks(),
            "the evidence would not be enough to show a difference (e-value 3.2; 20 is needed). The interval that",
        ),
        (looks(at(log_e=log(26))), "the evidence would still show a difference (e-value 26; 20 is needed)"),
        (
            looks(at(log_e=log(0.4))),
            "(e-value 0.40; 20 is needed), and the data fit “no difference” better than a difference",
        ),
        (
            looks(at(log_e=log(30)), at(log_e=log(5), **LATER)),
            "would have shown a difference on 31 August 2018 (e-value 30) and be weaker now (e-value 5.0; 20 is needed)",
        ),
        (
            looks(at(log_e=log(30), day=None), at(log_e=log(5), **LATER)),
            "would have shown a difference with numbers that nobody has entered yet (e-value 30)",
        ),
        (looks(at(log_e=5000.0)), "(e-value > 10,000; 20 is needed)"),
        (looks(level=0.99), "(e-value 3.2; 100 is needed)"),
        (looks(at(ci_low=-inf, ci_high=inf)), "holds at all looks together is without limits."),
        (looks(at(ci_low=0.0, ci_high=1e9), is_ratio=True), "together is < 0.001 to > 10,000."),
        (looks(evidence_set=EvidenceSet.PROVISIONAL), "With provisional numbers: had the analysis been looked at"),
    ],
)
def test_one_sentence_says_what_holds(told, said):
    assert said in looking.sentence(told)


def test_without_a_stake_the_sentence_says_why_there_is_nothing():
    none = looks(g=None, g_from="the protocol names no smallest difference", looks=())
    assert looking.sentence(none) == "Not computed, because the protocol names no smallest difference."
    assert looking.of_boundaries(none) == ""


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            looks(),
            "is not crossed: z is 2.93, and 3.93 in either direction is needed. There are 56 participants, and 187",
        ),
        (looks(at(has_crossed=True, z=-4.0)), "is crossed: z is \N{MINUS SIGN}4.00, and 3.93 in either direction"),
        (looks(at(has_crossed=True), at(**LATER)), "is not crossed, and was at an earlier look: z is 2.93"),
        (looks(at(z_boundary=None)), "it is too early for any result to count: there are 56 participants, and 187 are"),
        (looks(at(share=None, z_boundary=None, has_crossed=None)), "how many participants there are is not known"),
        (looks(required=None), "how many participants are needed is not known"),
    ],
)
def test_boundaries_say_where_the_evidence_stands(told, said):
    assert said in looking.of_boundaries(told)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (LOOK, "2.93 (3.93)"),
        (at(z_boundary=None), "2.93 (too early)"),
        (at(share=None, z_boundary=None), "2.93"),
        (at(z=None), "–"),
    ],
)
def test_z_stands_beside_what_it_must_reach(look, said):
    assert looking.z_and_boundary(look) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.001, "< 0.01"), (0.4, "0.40"), (0.996, "1.0"), (3.21, "3.2"), (9.96, "10"), (26.4, "26"), (inf, "> 10,000")],
)
def test_an_e_value_has_two_digits(value, said):
    assert looking.e_value(value) == said


@pytest.mark.parametrize(
    ("told", "drawn"),
    [
        (looks(at(ci_low=-1.0, estimate=1.0, ci_high=2.0)), [(37.5, 62.5, 75.0)]),
        (looks(at(ci_low=-9.0, ci_high=8.0, estimate=0.0), at(ci_low=0.0, estimate=1.0, ci_high=2.0)), [(0, 50, 100), (50, 62.5, 75)]),
        (looks(at(ci_low=0.5, estimate=1.0, ci_high=2.0), is_ratio=True), [(25.0, 50.0, 75.0)]),
        (looks(at(ci_low=0.0, estimate=1.0, ci_high=inf), is_ratio=True), [(0.0, 50.0, 100.0)]),
        (looks(at(ci_low=-inf, estimate=3.0, ci_high=inf)), [(0.0, 75.0, 100.0)]),
    ],
)  # fmt: skip
def test_intervals_are_drawn_around_no_effect_and_cut_where_they_leave_the_picture(told, drawn):
    assert looking.bars(told) == drawn


def test_provisional_evidence_that_is_the_same_is_not_told_twice():
    same, other = looks(evidence_set=EvidenceSet.PROVISIONAL), looks(LOOK, at(**LATER))
    assert looking.worth_telling([looks(), same]) == [looks()]
    assert looking.worth_telling([looks(), other]) == [looks(), other]


def test_the_page_folds_the_looks_of_each_analysis_and_calls_them_a_supplement(review_page):
    name = review_page.effects[0].analysis
    found = looks(LOOK, at(z=None, n_participants=None, share=None, z_boundary=None, **LATER), analysis=name)
    page = msgspec.structs.replace(review_page, supplements=Supplements(looks=(found,)))
    (node,) = html.document_fromstring(render_page(page)).find_class("looks")
    text = " ".join(node.text_content().split())
    assert node.tag == "details"
    assert node.get("open") is None
    assert "Cochrane does not use it for conclusions" in text
    assert looking.sentence(found) in text
    assert len(node.findall(".//tbody/tr")) == 2


def test_what_is_not_computed_is_one_line_without_anything_to_unfold(review_page):
    name = review_page.effects[0].analysis
    found = looks(analysis=name, g=None, g_from="the protocol names no smallest difference", looks=())
    none = msgspec.structs.replace(found, looks=())
    page = msgspec.structs.replace(review_page, supplements=Supplements(looks=(none,)))
    document = html.document_fromstring(render_page(page))
    assert document.find_class("looks") == []
    said = " ".join(document.text_content().split())
    assert "Looked at every night. Not computed, because the protocol names no smallest difference." in said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([looks(at(log_e=log(26)))], "still enough evidence of a difference"),
        ([looks()], "not enough evidence of a difference"),
        (
            [looks(), looks(at(log_e=log(5)), evidence_set=EvidenceSet.PROVISIONAL)],
            "not enough evidence of a difference",
        ),
        (
            [looks(), looks(at(log_e=log(26)), evidence_set=EvidenceSet.PROVISIONAL)],
            "not enough evidence of a difference; still enough evidence of a difference with provisional numbers",
        ),
    ],
)
def test_a_folded_block_tells_what_is_in_it(found, said):
    assert looking.headline(found) == f"Looked at every night: {said}"
