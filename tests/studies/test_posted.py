"""Posted results in words, and what is told when they change."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from models.results import Agreement, DropOut, ParticipantFlow, PostedAnalysis, PostedResults, ResultGroup
from models.trial import TrialRecord
from models.vocabulary import Masked
from studies.changes import changes_between
from studies.posted import agreement_words, analysis_line, changes_of_results, leaving_lines, masking_words

Trials = Callable[..., TrialRecord]
GROUPS = (ResultGroup(id="G1", title="Cells"), ResultGroup(id="G2", title="Placebo"))
ODDS = PostedAnalysis(
    outcome_title="Response",
    time_frame="week 24",
    groups=GROUPS,
    method_text="Regression, Logistic",
    estimate_type_text="Odds Ratio (OR)",
    estimate_text="2.1",
    ci_pct_text="95",
    ci_lower_text="1.2",
    ci_upper_text="3.7",
    p_text="0.012",
    hypothesis_text="SUPERIORITY",
)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Odds Ratio (OR) 2.1 (95 % limits 1.2 to 3.7), p = 0.012; Regression, Logistic; comparing Cells and Placebo;"
             " superiority"),
        ({"p_text": "<0.001"}, "p <0.001;"),
        ({"ci_upper_text": None, "ci_sides_text": "ONE_SIDED"}, "(95 % limits 1.2 to not posted, one-sided)"),
        ({"ci_pct_text": None}, "limits of a level not stated 1.2 to 3.7"),
        ({"dispersion_type_text": "STANDARD_ERROR_OF_MEAN", "dispersion_text": "0.3"}, "; standard error of mean 0.3)"),
        ({"estimate_text": None, "p_text": None}, "no estimate and no p; Regression"),
        ({"method_text": None}, "method not stated"),
        ({"method_comment_text": "adjusted\nfor site", "p_comment_text": "two-sided"}, "[adjusted for site | two-sided]"),
    ],
)  # fmt: skip
def test_an_analysis_is_a_readable_line(fields: dict[str, Any], words: str):
    line = analysis_line(msgspec.structs.replace(ODDS, **fields))
    assert line.startswith("Response (week 24): ")
    assert words in line


def left(reason: str, group: str, count: int | None, **more: str) -> DropOut:
    return DropOut(period="Treatment", reason_text=reason, group_id=group, count=count, **more)


FLOW = ParticipantFlow(
    groups=GROUPS,
    drop_outs=(
        left("Death", "G1", 2, comment_text="at home"), left("Moved", "G1", 0), left("Death", "G2", 0),
        left("Moved", "G3", None),
    ),
)  # fmt: skip


def test_who_left_is_told_by_period_and_arm():
    assert list(leaving_lines(FLOW)) == [
        "Treatment, Cells: Death 2 (at home)",
        "Treatment, Placebo: nobody",
        "Treatment, G3: Moved number not posted",
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"masking_text": "DOUBLE", "who_masked": (Masked.PARTICIPANT, Masked.OUTCOMES_ASSESSOR)},
         "participant, outcomes assessor (DOUBLE)"),
        ({"masking_text": "DOUBLE"}, "DOUBLE, and the register does not say who"),
        ({"masking_text": "NONE"}, "nobody (NONE)"),
        ({"masking_text": "Open (masking not used)"}, "nobody (Open (masking not used))"),
        ({"masking_text": "Not blinded"}, "nobody (Not blinded)"),
        ({"masking_text": None}, "not stated"),
        ({"masking_text": "SINGLE", "masking_details_text": "covered\nbags"},
         "SINGLE, and the register does not say who: covered bags"),
    ],
)  # fmt: skip
def test_masking_says_who_or_that_it_is_not_said(trial: Trials, fields: dict[str, Any], words: str):
    assert masking_words(trial(**fields)) == words


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        (None, ""),
        (Agreement(is_investigator_employed=False, is_restrictive=False),
         "investigators are not the sponsor's employees; no agreement restricts publication"),
        (Agreement(is_restrictive=True, restriction_text="GT60", details_text="ask\nfirst"),
         "an agreement restricts publication (GT60); ask first"),
    ],
)  # fmt: skip
def test_an_agreement_is_told(agreement: Agreement | None, words: str):
    assert agreement_words(agreement) == words


def results(*analyses: PostedAnalysis, flow: ParticipantFlow = FLOW, limitations: str | None = None) -> PostedResults:
    return PostedResults(analyses=analyses, flow=flow, limitations_text=limitations)


def test_first_results_are_counted():
    assert list(changes_of_results(None, results(ODDS, ODDS, limitations="few"))) == [
        ("posted analyses", "", "2 posted"),
        ("reasons for leaving", "", "4 posted"),
        ("limitations and caveats", "", "few"),
    ]


def test_an_analysis_that_changed_is_told_from_what_to_what():
    after = msgspec.structs.replace(ODDS, p_text="0.12")
    [(field, before, now)] = changes_of_results(results(ODDS, ODDS), results(ODDS, after))
    assert field == "posted analyses, Response, week 24, Cells and Placebo"
    assert ("p = 0.012" in before, "p = 0.12" in now) == (True, True)


def test_a_count_of_drop_outs_that_changed_is_told():
    other = msgspec.structs.replace(FLOW, drop_outs=(left("Death", "G1", 3), *FLOW.drop_outs[1:]))
    assert list(changes_of_results(results(flow=FLOW), results(flow=other))) == [
        ("reasons for leaving, Treatment, Cells, Death", "Death 2 (at home)", "Death 3")
    ]


def test_ids_of_groups_are_no_change():
    renamed = tuple(ResultGroup(id=f"O{n}", title=group.title) for n, group in enumerate(GROUPS))
    assert list(changes_of_results(results(ODDS), results(msgspec.structs.replace(ODDS, groups=renamed)))) == []


@pytest.mark.parametrize(
    ("before", "after", "substantive"),
    [
        ({"masking_text": "NONE"}, {"masking_text": "DOUBLE"}, ["masking"]),
        ({"masking_text": "DOUBLE"}, {"masking_text": "Open Label"}, ["masking"]),
        ({"masking_text": "DOUBLE"}, {"masking_text": "QUADRUPLE"}, []),
        ({"masking_text": None}, {"masking_text": "DOUBLE"}, []),
        ({"who_masked": ()}, {"who_masked": (Masked.PARTICIPANT,)}, []),
        ({"who_masked": (Masked.PARTICIPANT, Masked.INVESTIGATOR)},
         {"who_masked": (Masked.INVESTIGATOR, Masked.PARTICIPANT)}, []),
        ({"who_masked": (Masked.PARTICIPANT, Masked.INVESTIGATOR)}, {"who_masked": (Masked.PARTICIPANT,)},
         ["who is masked"]),
        ({"results": results()}, {"results": results(ODDS)}, ["posted analyses"]),
    ],
)  # fmt: skip
def test_what_changed_of_masking_and_analyses(
    trial: Trials, before: dict[str, Any], after: dict[str, Any], substantive: list[str]
):
    changes = changes_between(trial(**before), trial(**after))
    assert changes
    assert [item.field for item in changes if item.is_substantive] == substantive
