"""Which analyses have rare events, what other ways say, and how the second engine watches over them."""

import msgspec
import pytest

from models.rare_events import NAMES, RareEvents, RareLine
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import Convention, EvidenceSet, Interval, Measure, Model
from synthesis.crosscheck_rare import crosscheck_rare
from synthesis.rare_events import rare_events

TABLES = {
    "als, serious events": [(15, 33, 8, 31), (24, 95, 15, 94)],
    "spread": [(18, 33, 15, 31), (9, 95, 17, 94)],
    "zeros": [(0, 20, 3, 22), (1, 30, 4, 28), (2, 50, 5, 52), (0, 25, 0, 24), (7, 90, 9, 88)],
    "one-sided": [(0, 20, 3, 21), (0, 10, 1, 12)],
    "one study": [(2, 30, 5, 31)],
}
COMMON = [(20, 90, 25, 88)] * 5


def inputs(rows, measure=Measure.RR, **changes):
    return [
        EffectInput(
            study_id=f"S{i}",
            comparison="cells",
            outcome="death",
            timepoint="6 months",
            analysis="1.1",
            measure=measure,
            evidence_set=EvidenceSet.CONFIRMED,
            n_intervention=n1,
            n_control=n2,
            events_intervention=a,
            events_control=c,
            **changes,
        )
        for i, (a, n1, c, n2) in enumerate(rows)
    ]


def headline(measure=Measure.RR, low=0.5, high=2.0, **changes):
    return PooledEffect(
        **{
            "evidence_set": EvidenceSet.CONFIRMED,
            "convention": Convention.REVMAN2025,
            "comparison": "cells",
            "outcome": "death",
            "timepoint": "6 months",
            "analysis": "1.1",
            "measure": measure,
            "model": Model.REML,
            "interval": Interval.WALD,
            "k": 2,
            "n_studies": 2,
            "n_participants": 100,
            "estimate": 1.0,
            "ci_low": low,
            "ci_high": high,
            "is_headline": True,
            **changes,
        }
    )


@pytest.mark.parametrize("measure", [Measure.RR, Measure.OR, Measure.RD, Measure.PETO])
@pytest.mark.parametrize("name", TABLES)
def test_the_second_engine_confirms_every_line(name, measure):
    rows = inputs(TABLES[name], measure)
    found = rare_events(rows, [headline(measure)])
    assert [line.model for line in found[0].lines] == list(NAMES)
    assert crosscheck_rare(rows, found) == ()


@pytest.mark.parametrize("field", ["estimate", "ci_low", "ci_high", "p_value", "se", "tau2", "rho"])
def test_the_second_engine_finds_a_number_that_was_tampered_with(field):
    rows = inputs(TABLES["spread"])
    (found,) = rare_events(rows, [headline()])
    for line in found.lines:
        value = getattr(line, field)
        if value:
            bad = msgspec.structs.replace(line, **{field: value * 1.001})
            tampered = msgspec.structs.replace(found, lines=(bad,))
            assert field in {item.name for item in crosscheck_rare(rows, [tampered])}


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (COMMON, []),
        (COMMON[:4], ["Shown because four rows or fewer are pooled"]),
        ([*COMMON[:2], (0, 90, 3, 88)], ["In an arm of a study here nobody has the event, or everybody"]),
        ([*COMMON, (0, 90, 3, 88)], ["In an arm of a study here nobody has the event, or everybody"]),
        ([*COMMON, (90, 90, 80, 88)], ["In an arm of a study here nobody has the event, or everybody"]),
    ],
)
def test_other_ways_are_shown_where_a_cell_is_empty_or_rows_are_few_and_say_why(rows, reasons):
    found = rare_events(inputs(rows), [headline()])
    assert [item.reason[: len(reason)] for item, reason in zip(found, reasons, strict=True)] == reasons


def test_only_the_beta_binomial_model_keeps_double_zeros():
    (found,) = rare_events(inputs(TABLES["zeros"]), [headline()])
    assert {line.model: line.k for line in found.lines} == {
        model: 5 if model is Model.BETA_BINOMIAL else 4 for model in NAMES
    }


def test_each_analysis_and_evidence_set_is_held_against_its_first_headline():
    effects = [headline(), headline(convention=Convention.REVMAN5, low=0.1, high=0.2), headline(is_headline=False)]
    (found,) = rare_events(inputs(TABLES["spread"]), effects)
    assert found.headline_side == 0


def test_means_and_rows_without_events_have_no_such_lines():
    assert rare_events(inputs(TABLES["spread"]), [headline(Measure.MD)]) == ()
    ready = inputs(TABLES["spread"], yi=0.1, vi=0.2, is_contrast=True)
    assert rare_events(ready, [headline()]) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"correlation": 0.5}, "cross-over"),
        ({"design_effect": 1.5}, "whole people"),
        ({"shared_by": 2}, "whole people"),
    ],
)
def test_what_cannot_be_computed_has_a_line_that_says_why(changes, said):
    (found,) = rare_events(inputs([(3, 31, 5, 33), (2, 41, 4, 39)], **changes), [headline()])
    reasons = [line.note for line in found.lines if not line.is_computable]
    assert reasons
    assert all(said in note for note in reasons)


def test_a_ready_estimate_among_tables_is_counted():
    rows = [*inputs(TABLES["spread"]), *inputs([(3, 30, 4, 30)], yi=0.1, vi=0.2, is_contrast=True)]
    (found,) = rare_events(rows, [headline()])
    assert {line.note for line in found.lines} == {
        "not computable: 1 of 3 rows give a ready estimate and not people with events"
    }


def test_an_odds_ratio_of_zero_has_an_upper_limit_and_no_lower_one():
    (found,) = rare_events(inputs(TABLES["one-sided"]), [headline()])
    exact = found.lines[-1]
    assert (exact.estimate, exact.ci_low, exact.is_computable) == (None, None, True)
    assert exact.ci_high > 1


def lines(*sides, lost=0):
    limits = {0: (0.5, 2.0), -1: (0.2, 0.8), 1: (1.5, 3.0)}
    known = [
        RareLine(
            model=model,
            measure=Measure.OR,
            interval=Interval.WALD,
            ci_low=limits[side][0],
            ci_high=limits[side][1],
            p_value=0.5,
        )
        for model, side in zip(NAMES, sides, strict=False)
    ]
    return (*known, *[RareLine(model=Model.EXACT, measure=Measure.OR, interval=Interval.EXACT, note="why")] * lost)


@pytest.mark.parametrize(
    ("side", "given", "sentence"),
    [
        (0, lines(0, 0, 0, 0), "Four other ways of pooling the events agree with the result: no clear difference."),
        (
            -1,
            lines(0, -1, -1, -1),
            "Four other ways of pooling the events: 3 agree with the result (fewer events with the intervention); no clear "
            "difference by the conditional random-effects model.",
        ),
        (
            0,
            lines(1, 1),
            "Two other ways of pooling the events all differ from the result (no clear difference): more events with the "
            "intervention by the conditional random-effects model and the random-effects model with each study's control risk.",
        ),
        (
            0,
            lines(0, lost=1),
            "One other way of pooling the events agrees with the result: no clear difference. One more cannot be computed; "
            "the table says why.",
        ),
        (0, lines(lost=2), "None of 2 other ways of pooling the events can be computed; the table says why."),
        (
            None,
            lines(0),
            "One other way of pooling the events shows no clear difference by the conditional random-effects model; the "
            "result has no interval.",
        ),
    ],
)
def test_one_sentence_says_whether_other_ways_agree(side, given, sentence):
    found = RareEvents(
        evidence_set=EvidenceSet.CONFIRMED,
        analysis="1.1",
        comparison="",
        outcome="",
        timepoint="",
        headline_side=side,
        lines=given,
    )
    assert found.sentence == sentence


MANY = [(150_000, 400_000, 160_000, 400_000), (100, 300, 120, 300)]


COMPUTABLE = {Model.GLMM_CM_EL: False, Model.GLMM_UM_FS: True, Model.BETA_BINOMIAL: True, Model.EXACT: False}


def test_only_models_that_sum_over_what_could_have_been_have_too_many_events():
    (found,) = rare_events(inputs(MANY), [headline()])
    assert {line.model: line.is_computable for line in found.lines} == COMPUTABLE
    assert {line.model: "so many events" not in line.note for line in found.lines} == COMPUTABLE
