"""Spreadsheets pooled in ways that no convention has: counts of rare events, further intervals, meta-regression."""

import math

import pytest

from models.further_ways import FURTHER_INTERVALS, RARE_MODELS
from models.protocol import PoolingChoice
from models.vocabulary import Interval, Measure, Model
from pooling.further import Further, Wanted, further_of
from pooling.pool import analyses, pool_files
from pooling.spreadsheet import PoolError

RARE = """study,ai,n1i,ci,n2i
A,0,20,0,22
B,1,30,4,28
C,2,50,5,52
D,0,25,3,24
"""
GEN = "study,yi,vi\nA,0.1,0.04\nB,0.5,0.09\nC,-0.2,0.16\n"


def one(path, measure, model, interval=None):
    (row,) = pool_files([path], measure, [model], [interval] if interval else [])
    return row


@pytest.mark.parametrize("model", sorted(RARE_MODELS))
def test_every_model_of_counts_has_an_estimate_between_its_limits(write, model):
    row = one(write(RARE), Measure.OR, model)
    assert row["ci_low"] < row["est"] < row["ci_high"]
    assert row["est_ratio"] == pytest.approx(math.exp(row["est"]))
    assert row["model"] == model
    assert row["interval"] == ("exact" if model is Model.EXACT else "wald")


def test_double_zeros_count_for_the_beta_binomial_model_alone(write):
    path = write(RARE)
    assert one(path, Measure.RR, Model.BETA_BINOMIAL)["k"] == 4
    row = one(path, Measure.OR, Model.GLMM_CM_EL)
    assert row["k"] == 3
    assert any("1 without an effect" in note for note in row["notes"])


def test_nothing_was_added_to_cells_and_nothing_says_so(write):
    for model in RARE_MODELS:
        assert not any("added" in note for note in one(write(RARE), Measure.OR, model)["notes"])


def test_mid_p_limits_are_closer(write):
    exact, mid = (one(write(RARE), Measure.OR, Model.EXACT, which) for which in (Interval.EXACT, Interval.MID_P))
    assert exact["ci_low"] < mid["ci_low"] < mid["ci_high"] < exact["ci_high"]
    assert mid["interval"] == "mid-p"


@pytest.mark.parametrize(
    ("text", "measure", "model", "interval", "said"),
    [
        (RARE, Measure.RR, Model.GLMM_CM_EL, None, "estimates OR or PETO, not RR"),
        (GEN, Measure.OR, Model.EXACT, None, "needs events and people of both arms: ai, n1i, ci, n2i"),
        (GEN, Measure.GEN, Model.BETA_BINOMIAL, None, "estimates RR or OR or RD, not GEN"),
        (GEN, Measure.GEN, Model.REML, Interval.PROFILE, "interval profile cannot act with REML: it goes with ML"),
        (GEN, Measure.GEN, Model.REML, Interval.HENMI_COPAS, "cannot act with REML: it goes with DL"),
        (GEN, Measure.GEN, Model.DL, Interval.KENWARD_ROGER, "cannot act with DL: it goes with REML, ML"),
        (GEN, Measure.GEN, Model.DL, Interval.EXACT, "cannot act with DL: it goes with exact"),
    ],
)
def test_an_impossible_choice_says_what_to_take(write, text, measure, model, interval, said):
    with pytest.raises(PoolError, match=said):
        one(write(text), measure, model, interval)


@pytest.mark.parametrize(
    ("model", "interval"),
    [(Model.ML, Interval.PROFILE), (Model.DL, Interval.HENMI_COPAS), (Model.REML, Interval.KENWARD_ROGER)],
)
def test_further_intervals_of_one_study_are_walds_and_say_so(write, model, interval):
    row = one(write("study,yi,vi\nA,0.1,0.04\n"), Measure.GEN, model, interval)
    assert row["interval"] == "wald"
    assert any(f"{interval} does not exist for a single study" in note for note in row["notes"])
    three = one(write(GEN), Measure.GEN, model, interval)
    assert (three["interval"], three["k"]) == (interval, 3)
    assert three["ci_low"] < three["est"] < three["ci_high"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("study,ai,n1i,ci,n2i\nA,0,20,3,22\nB,0,9,1,8\n", "not computable: nobody, or everybody"),
        ("study,ai,n1i,ci,n2i\nA,0,20,9,22\nB,9,20,0,20\n", "not computable: the studies contradict"),
    ],
)
def test_what_counts_do_not_determine_has_no_estimate_and_a_reason(write, text, said):
    row = one(write(text), Measure.OR, Model.GLMM_CM_EL)
    assert row["est"] is None
    assert any(note.startswith(said) for note in row["notes"])


def test_a_one_sided_exact_interval_keeps_its_one_limit(write):
    row = one(write("study,ai,n1i,ci,n2i\nA,0,20,3,22\nB,0,9,1,8\n"), Measure.OR, Model.EXACT)
    assert (row["est"], row["ci_low"]) == (None, None)
    assert row["ci_high"] > 0
    assert 0 < row["p"] < 1


@pytest.mark.parametrize("model", sorted(RARE_MODELS))
def test_no_protocol_may_name_a_model_of_counts(model):
    with pytest.raises(ValueError, match="supplement of their own; take mh, peto or REML"):
        PoolingChoice(model=model)


@pytest.mark.parametrize("interval", sorted(FURTHER_INTERVALS))
def test_no_protocol_may_name_a_further_interval(interval):
    with pytest.raises(ValueError, match="no convention's interval: take wald or hksj"):
        PoolingChoice(model=Model.REML, interval=interval)


STUDIES = "study,yi,vi,dose,where,gap\n" + "".join(
    f"S{i},{0.1 * i + (-1) ** i * 0.05},0.04,{i},{'north' if i % 3 else 'south'},{'' if i == 3 else i * i}\n"
    for i in range(12)
)


def regression(path, *columns, model=Model.REML):
    (analysis,) = analyses(path, Measure.GEN, [model])
    return further_of(analysis, Wanted((Further.META_REGRESSION,), covariates=columns))["meta_regression"]


def test_a_column_of_numbers_is_a_slope_and_one_of_words_a_difference(write):
    path = write(STUDIES)
    dose, where = regression(path, "dose"), regression(path, "WHERE")
    assert [row["name"] for row in dose["coefficients"]] == ["intercept", "dose"]
    assert dose["coefficients"][1]["est"] == pytest.approx(0.1, abs=0.01)
    assert dose["permutation"]["p_all"] < 0.01
    assert where["coefficients"][1]["name"] == "WHERE: north v south"
    assert where["permutation"]["is_exact"]


def test_a_study_without_the_covariate_is_left_out_by_name(write):
    found = regression(write(STUDIES), "gap")
    assert (found["k"], found["left_out"]) == (11, ["S3"])


def test_a_meta_regression_of_few_studies_is_refused_with_the_reason(write):
    found = regression(write("\n".join(STUDIES.splitlines()[:8])), "dose")
    assert "7 studies for 1 covariate: meta-regression needs at least 10" in found["refused"]


def test_a_model_without_tau2_for_covariates_is_refused_with_those_that_have_one(write):
    assert "take common, DL" in regression(write(STUDIES), "dose", model=Model.SJ)["refused"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ((), "give --covariate COLUMN"),
        (("height",), "no column 'height'"),
        (("slip",), "line 3, column slip: 'x' is not"),
    ],
)
def test_a_covariate_that_is_no_column_or_has_a_slip_stops(write, columns, said):
    text = "".join(
        f"{line},{'slip' if i == 0 else 'x' if i == 2 else i}\n" for i, line in enumerate(STUDIES.splitlines())
    )
    with pytest.raises(PoolError, match=said):
        regression(write(text), *columns)


def test_subgroups_have_one_tau2_beside_their_own(write):
    (analysis,) = analyses(write(STUDIES), Measure.GEN, [Model.REML])
    found = further_of(analysis, Wanted((Further.SUBGROUPS,), group_by="where"))["subgroups"]["one_tau2"]
    assert {row["group"] for row in found["groups"]} == {"north", "south"}
    assert (found["test"], found["df"]) == ("chi-squared", 1)
    assert 0 <= found["p"] <= 1


def test_the_command_takes_models_intervals_and_covariates(trialwatch, write):
    done = trialwatch("pool", write(RARE), "--measure", "OR", "--model", "glmm-cm-el", "--model", "exact", "--json")
    assert [line["model"] for line in done.lines] == ["glmm-cm-el", "exact"]
    text = trialwatch("pool", write(STUDIES, "gen.csv"), "--measure", "GEN", "--covariate", "dose")
    assert (text.code, "r2_pct" in text.out) == (0, True)
