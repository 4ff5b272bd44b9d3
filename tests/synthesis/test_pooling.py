"""A review's effects are pooled as it was published, under every convention, down to no study at all."""

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.protocol import Protocol
from models.synthesis import EffectInput
from models.vocabulary import Convention, EvidenceSet, Interval, Measure, Model
from synthesis.analyses import pool_review
from synthesis.effect_size import effect_inputs
from synthesis.pooling import (
    HKSJ_IS_NARROW,
    HKSJ_OF_TWO,
    NO_SPREAD,
    NO_TAU2_FITS,
    NO_WIDTH_OF_HKSJ,
    OUT_OF_REACH,
    natural,
    pool,
    pool_studies,
)
from synthesis.tables import Tables

MEASURES = {"alsfrsr": "MD", "fvc": "MD", "survival": "RR", "adverse_events": "RR", "serious_adverse_events": "RR"}

# Oh 2018 as the 2019 review used it: table 3 of the report, events recovered from the review's own ratios
OH_2018 = [
    ("alsfrsr", "intervention", {"n_analysed": 31, "mean": -3.1, "sd": 3.51}),
    ("alsfrsr", "control", {"n_analysed": 25, "mean": -6.48, "sd": 4.53}),
    ("fvc", "intervention", {"n_analysed": 31, "mean": -11.28, "sd": 10.06}),
    ("fvc", "control", {"n_analysed": 25, "mean": -10.75, "sd": 8.40}),
    ("survival", "intervention", {"n_analysed": 33, "n_events": 32}),
    ("survival", "control", {"n_analysed": 31, "n_events": 28}),
    ("adverse_events", "intervention", {"n_analysed": 33, "n_events": 21}),
    ("adverse_events", "control", {"n_analysed": 31, "n_events": 23}),
    ("serious_adverse_events", "intervention", {"n_analysed": 33, "n_events": 3}),
    ("serious_adverse_events", "control", {"n_analysed": 31, "n_events": 6}),
]

NUROWN_3 = [
    ("survival", "intervention", {"n_analysed": 95, "n_events": 85}),
    ("survival", "control", {"n_analysed": 94, "n_events": 90}),
    ("serious_adverse_events", "intervention", {"n_analysed": 95, "n_events": 23}),
    ("serious_adverse_events", "control", {"n_analysed": 94, "n_events": 17}),
]

# Abstract of the 2019 review
PUBLISHED = {
    "alsfrsr": (3.38, 1.22, 5.54),
    "fvc": (-0.53, -5.37, 4.31),
    "survival": (1.07, 0.94, 1.22),
    "adverse_events": (0.86, 0.62, 1.19),
    "serious_adverse_events": (0.47, 0.13, 1.72),
}

REVMAN5, REVMAN2025 = Convention.REVMAN5, Convention.REVMAN2025


def protocol():
    words = {"terms": ["x"]}
    kinds = ("population", "not_population", "intervention", "not_intervention", "needs_person", "comparator")
    published = [{"model": "mh", "interval": "wald"}, {"model": "DL", "interval": "wald"}]
    modern = [{"model": "REML", "interval": "hksj"}, {"model": "REML", "interval": "wald"}]
    return Protocol.model_validate(
        {
            "review": "als",
            "title": "ALS",
            "version": "1",
            "question": "?",
            "pico": {"population": ["ALS"]},
            "searches": {},
            "eligibility": dict.fromkeys(kinds, words),
            "comparisons": [{"id": "cells", "title": "Cells", "intervention": "cells", "control": "none"}],
            "timepoints": [{"name": "6 months", "from_days": 90, "to_days": 200}],
            "outcomes": [
                {
                    "id": outcome,
                    "title": outcome,
                    "short": outcome,
                    "measure": measure,
                    "unit": "",
                    "direction": "higher",
                    "timepoints": ["6 months"],
                    "registry": "none",
                }
                for outcome, measure in MEASURES.items()
            ],
            "conventions": [
                {"name": "revman5", "continuous": [{"model": "common", "interval": "wald"}], "dichotomous": published},
                {"name": "revman2025", "continuous": modern, "dichotomous": modern},
            ],
        }
    )


def rows(arm, *studies):
    arms = [
        arm(role, study_id=study, outcome=outcome, report=study, **numbers)
        for study, table in studies
        for outcome, role, numbers in table
    ]
    return effect_inputs(arms, protocol().analyses, EvidenceSet.CONFIRMED)


def lines(arm, *studies):
    pooled = pool_review(rows(arm, *studies), protocol(), EvidenceSet.CONFIRMED)
    return {(line.outcome, line.convention, line.model, line.interval): line for line in pooled}


@pytest.mark.parametrize("outcome", PUBLISHED)
@pytest.mark.parametrize("convention", [REVMAN5, REVMAN2025])
def test_the_2019_review_is_reproduced_to_its_printed_decimals_under_both_conventions(arm, outcome, convention):
    for line in lines(arm, ("OH2018", OH_2018)).values():
        if (line.outcome, line.convention) == (outcome, convention):
            assert (round(line.estimate, 2), round(line.ci_low, 2), round(line.ci_high, 2)) == PUBLISHED[outcome]
            assert (line.k, line.tau2, line.i2_pct) == (1, 0.0, 0.0)
            assert "a single study" in line.note
            assert ("Wald limits" in line.note) == (line.interval is Interval.HKSJ)


# Oh 2018 with the registry's counts of NurOwn 3: outcome, model, interval, then estimate and limits
TWO_TRIALS = [
    ("survival", Model.MH, Interval.WALD, 0.97, 0.90, 1.04),
    ("survival", Model.REML, Interval.WALD, 0.99, 0.87, 1.13),
    ("survival", Model.REML, Interval.HKSJ, 0.99, 0.41, 2.37),
    ("serious_adverse_events", Model.MH, Interval.WALD, 1.11, 0.67, 1.83),
    ("serious_adverse_events", Model.REML, Interval.WALD, 0.94, 0.36, 2.48),
    ("serious_adverse_events", Model.REML, Interval.HKSJ, 0.94, 0.002, 508),
]


@pytest.mark.parametrize(("outcome", "model", "interval", "estimate", "low", "high"), TWO_TRIALS)
def test_two_trials_give_the_illustrated_update(arm, outcome, model, interval, estimate, low, high):
    convention = REVMAN5 if model is Model.MH else REVMAN2025
    line = lines(arm, ("OH2018", OH_2018), ("NUROWN3", NUROWN_3))[outcome, convention, model, interval]
    digits = 2 if high < 100 else 3
    assert round(line.estimate, 2) == estimate
    assert (round(line.ci_low, digits), round(line.ci_high, 0 if high > 100 else 2)) == (low, high)
    assert (line.k, line.n_participants) == (2, 253)
    assert ("12.71" in line.note) == (interval is Interval.HKSJ)


def test_the_methods_page_prints_what_is_computed(arm):
    text = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8").replace("−", "-")
    for outcome in PUBLISHED:
        line = lines(arm, ("OH2018", OH_2018))[outcome, REVMAN2025, Model.REML, Interval.WALD]
        assert f"| {line.estimate:.2f} ({line.ci_low:.2f} to {line.ci_high:.2f}) |\n" in text
    both = lines(arm, ("OH2018", OH_2018), ("NUROWN3", NUROWN_3))
    for outcome in ("survival", "serious_adverse_events"):
        chosen = [(REVMAN5, Model.MH, Interval.WALD), *((REVMAN2025, Model.REML, item) for item in list(Interval)[:2])]
        for line in (both[outcome, *key] for key in chosen):
            high = f"{line.ci_high:.2f}" if line.ci_high < 100 else f"{line.ci_high:.0f}"
            low = f"{line.ci_low:.2f}" if line.ci_low > 0.01 else f"{line.ci_low:.3f}"
            assert f"{line.estimate:.2f} ({low} to {high})" in text


def test_every_line_of_the_protocol_is_there_without_any_study():
    pooled = pool_review([], protocol(), EvidenceSet.PUBLISHED)
    assert len(pooled) == 2 * (1 + 2) + 3 * (2 + 2)
    assert {(line.k, line.estimate, line.ci_low, line.tau2, line.n_participants) for line in pooled} == {
        (0, None, None, None, 0)
    }
    assert all(line.note.startswith("no study") for line in pooled)
    headlines = [(line.outcome, line.convention, line.model) for line in pooled if line.is_headline]
    assert headlines[:2] == [("alsfrsr", REVMAN5, Model.COMMON), ("alsfrsr", REVMAN2025, Model.REML)]
    assert len(headlines) == len({(outcome, convention) for outcome, convention, _ in headlines}) == 10


def test_effects_of_another_evidence_set_are_left_out(arm):
    inputs = rows(arm, ("OH2018", OH_2018))
    assert {line.k for line in pool_review(inputs, protocol(), EvidenceSet.PROVISIONAL)} == {0}


def table(*cells, study="A"):
    """One study as an effect input: events and totals of both arms."""
    a, n1, c, n2 = cells
    kept = not ((a == 0 and c == 0) or (a == n1 and c == n2))
    half = 0.5 if 0 in (a, n1 - a, c, n2 - c) else 0.0
    one, two = (a + half) / (n1 + 2 * half), (c + half) / (n2 + 2 * half)
    spread = 1 / (a + half) - 1 / (n1 + 2 * half) + 1 / (c + half) - 1 / (n2 + 2 * half) if kept else None
    return EffectInput(
        study_id=study,
        comparison="cells",
        outcome="survival",
        timepoint="6 months",
        measure=Measure.RR,
        evidence_set=EvidenceSet.CONFIRMED,
        n_intervention=n1,
        n_control=n2,
        events_intervention=a,
        events_control=c,
        yi=math.log(one / two) if kept else None,
        vi=spread,
    )


def risk_ratio(inputs, model, interval=Interval.WALD, **options):
    return pool(inputs, measure=Measure.RR, model=model, interval=interval, **options)


def test_mantel_haenszel_keeps_zero_cells_unless_revman_5_is_asked_for():
    inputs = [table(0, 20, 3, 20), table(2, 30, 0, 31), table(5, 50, 6, 48)]
    as_they_are = risk_ratio(inputs, Model.MH)
    assert math.exp(as_they_are.estimate) == pytest.approx(
        (2 * 31 / 61 + 5 * 48 / 98) / (3 * 20 / 40 + 6 * 50 / 98), rel=1e-13
    )
    corrected = risk_ratio(inputs, Model.MH, convention=REVMAN5)
    assert math.exp(corrected.estimate) == pytest.approx(
        (0.5 * 21 / 42 + 2.5 * 32 / 63 + 5 * 48 / 98) / (3.5 * 21 / 42 + 0.5 * 31 / 63 + 6 * 50 / 98), rel=1e-13
    )


def test_double_zero_studies_do_not_count_and_the_note_says_how_many():
    pooled = risk_ratio([table(0, 15, 0, 15), table(2, 40, 3, 41), table(0, 9, 0, 8)], Model.MH)
    assert (pooled.k, pooled.n_participants) == (1, 81)
    assert "2 more without an effect that can be pooled" in pooled.notes


def test_a_ratio_without_any_event_in_one_arm_does_not_exist_under_mantel_haenszel():
    inputs = [table(0, 20, 3, 20), table(0, 30, 1, 31)]
    pooled = risk_ratio(inputs, Model.MH)
    assert (pooled.estimate, pooled.ci_low, pooled.k) == (None, None, 2)
    assert "does not exist" in pooled.notes[0]
    assert risk_ratio(inputs, Model.MH, convention=REVMAN5).estimate is not None


def test_a_risk_difference_without_events_has_no_width_and_says_that_this_is_no_certainty():
    tables = Tables.of([0, 0], [20, 30], [0, 0], [21, 29])
    options = {"tables": tables, "measure": Measure.RD, "interval": Interval.WALD}
    pooled = pool_studies([0.0, 0.0], [0.1, 0.1], model=Model.MH, **options)
    assert (pooled.estimate, pooled.se) == (0, 0)
    assert (pooled.ci_low, pooled.ci_high, pooled.p_value) == (None, None, None)
    assert pooled.notes == (NO_SPREAD,)
    assert pool_studies([0.0, 0.0], [0.1, 0.1], model=Model.COMMON, **options).notes == ()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 30), st.integers(0, 30))
@settings(deadline=None)
def test_mantel_haenszel_of_one_table_is_its_own_risk_ratio(a, c, b, d):
    pooled = risk_ratio([table(a, a + b + 1, c, c + d + 1)], Model.MH)
    assert pooled.estimate == pytest.approx(math.log(a / (a + b + 1) / (c / (c + d + 1))), abs=1e-12)


def test_prediction_interval_exists_for_random_effects_only_and_names_its_df():
    inputs = [table(3, 33, 6, 31), table(23, 95, 17, 94), table(12, 60, 8, 61)]
    modern, older = (risk_ratio(inputs, Model.REML, convention=name) for name in (REVMAN2025, REVMAN5))
    by_t = risk_ratio(inputs, Model.REML, Interval.HKSJ, convention=REVMAN2025)
    assert (modern.pi_df, older.pi_df, by_t.pi_df) == (None, None, 2)
    assert by_t.pi_low < modern.pi_low == older.pi_low <= modern.ci_low
    assert risk_ratio(inputs, Model.COMMON).pi_low is None
    assert risk_ratio(inputs[:1], Model.REML).pi_low is None


def test_beside_wald_limits_the_prediction_interval_rests_on_z_from_two_studies_on():
    pooled = pool_studies([-0.2, 0.16], [0.01, 0.01], measure=Measure.MD, model=Model.DL, interval=Interval.WALD)
    half_width = 1.959963984540054 * math.sqrt(pooled.tau2 + pooled.se**2)
    assert (pooled.pi_low, pooled.pi_high) == (
        pytest.approx(pooled.estimate - half_width),
        pytest.approx(pooled.estimate + half_width),
    )


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"model": Model.MH, "interval": Interval.HKSJ}, "hksj needs a random-effects model, not mh"),
        ({"model": Model.COMMON, "interval": Interval.HKSJ_TRUNCATED}, "hksj-truncated needs a random-effects"),
        ({"model": Model.DL, "level": 95.0}, "level is 95.0"),
    ],
)
def test_impossible_choices_are_refused_by_name(choice, message):
    with pytest.raises(ValueError, match=message):
        risk_ratio([table(3, 33, 6, 31)], **choice)


def test_models_of_tables_refuse_measures_that_they_do_not_estimate():
    with pytest.raises(ValueError, match=r"peto needs 2 x 2 tables .* and OR or PETO"):
        risk_ratio([table(3, 33, 6, 31)], Model.PETO)
    effects = [msgspec.structs.replace(table(3, 33, 6, 31), events_control=None)]
    with pytest.raises(ValueError, match=r"mh needs 2 x 2 tables .* and RR, OR or RD"):
        risk_ratio(effects, Model.MH)


def test_measures_are_never_mixed():
    with pytest.raises(ValueError, match="measure RR cannot be pooled as MD"):
        pool([table(3, 33, 6, 31)], measure=Measure.MD, model=Model.DL, interval=Interval.WALD)


def test_ratios_are_read_on_their_natural_scale_and_differences_stay():
    assert natural(math.log(2), Measure.RR) == pytest.approx(2)
    assert natural(2.0, Measure.MD) == 2.0
    assert natural(None, Measure.RR) is None


OF_TWO = HKSJ_OF_TWO.format(critical=12.706204736432095)
HKSJ_BESIDE_WALD = [
    ("far apart", [0.1, 0.9], [0.04, 0.05], {OF_TWO}),
    ("a little narrower", [0.30, 0.32], [0.04, 0.04], {HKSJ_IS_NARROW}),
    ("equal", [0.3, 0.3], [0.04, 0.05], {NO_WIDTH_OF_HKSJ, NO_TAU2_FITS}),
    ("three that agree", [0.30, 0.31, 0.32], [0.04, 0.05, 0.06], {HKSJ_IS_NARROW, NO_TAU2_FITS}),
    ("three that differ", [0.1, 0.5, 0.9], [0.04, 0.04, 0.04], set()),
    ("without a common reach", [1e150, -1e150], [1.0, 1.0], {OUT_OF_REACH}),
]


@pytest.mark.parametrize(("name", "yi", "vi", "notes"), HKSJ_BESIDE_WALD, ids=[row[0] for row in HKSJ_BESIDE_WALD])
def test_hksj_is_called_what_it_is_beside_wald(name, yi, vi, notes):
    hksj, wald = (
        pool_studies(yi, vi, measure=Measure.GEN, model=Model.REML, interval=interval)
        for interval in (Interval.HKSJ, Interval.WALD)
    )
    assert set(hksj.notes) == notes
    if hksj.ci_low is not None:
        narrower = hksj.ci_high - hksj.ci_low < wald.ci_high - wald.ci_low
        assert narrower == (HKSJ_IS_NARROW in notes)
    else:
        assert hksj.p_value is None


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 4), st.floats(0.01, 4))
def test_at_two_studies_never_both_uninformative_and_falsely_precise(one, two, v1, v2):
    pooled = pool_studies([one, two], [v1, v2], measure=Measure.GEN, model=Model.REML, interval=Interval.HKSJ)
    said = {HKSJ_IS_NARROW, OF_TWO, NO_WIDTH_OF_HKSJ} & set(pooled.notes)
    assert len(said) <= 1
    assert (pooled.ci_low is None) == (NO_WIDTH_OF_HKSJ in said or any("one number" in note for note in pooled.notes))
