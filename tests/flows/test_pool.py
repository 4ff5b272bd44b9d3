"""Spreadsheets in, numbers and forest plots out, with no review at all."""

import json
import math
from pathlib import Path

import pytest

from flows.forest import forest
from flows.pool import analyses, pool_files
from flows.spreadsheet import PoolError
from models.vocabulary import Convention, Interval, Measure, Model

KEYS = {
    *("dataset", "measure", "model", "interval", "k", "est", "se", "ci_low", "ci_high", "p"),
    *("tau2", "tau2_low", "tau2_high", "i2_pct", "h2", "q", "q_p", "pi_low", "pi_high"),
}

TWO_TRIALS = """study,ai,n1i,ci,n2i
Oh 2018,3,33,6,31
NurOwn 3,23,95,17,94
"""
ALSFRS_R = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nOh 2018,-3.1,3.51,31,-6.48,4.53,25\n"


@pytest.fixture
def write(tmp_path):
    def to(text: str, name: str = "trials.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return to


def only(*args, **options):
    (found,) = pool_files(*args, **options)
    return found


def test_two_trials_have_the_interval_that_says_nothing_and_a_note_that_says_so(write):
    found = only([write(TWO_TRIALS, "als.k2.csv")], Measure.RR, [Model.REML], [Interval.HKSJ])
    assert set(found) >= KEYS
    assert (found["dataset"], found["model"], found["interval"], found["k"]) == ("als.k2", "REML", "hksj", 2)
    assert found["est"] == pytest.approx(-0.061890253034326714, rel=1e-9)
    assert found["ci_high"] == pytest.approx(6.2313638763, rel=1e-9)
    assert found["ci_high_ratio"] == pytest.approx(math.exp(found["ci_high"]))
    assert (round(found["ci_low_ratio"], 3), round(found["ci_high_ratio"])) == (0.002, 508)
    assert "12.71" in found["notes"][0]
    assert json.loads(json.dumps(found)) == found


def test_a_mean_difference_is_not_back_transformed(write):
    found = only([write(ALSFRS_R)], Measure.MD)
    assert [round(found[name], 2) for name in ("est", "ci_low", "ci_high")] == [3.38, 1.22, 5.54]
    assert found["est_ratio"] is None
    assert (found["model"], found["interval"], found["tau2"], found["pi_low"]) == ("REML", "wald", 0, None)


def test_every_file_is_pooled_in_every_way_once(write):
    paths = [write(TWO_TRIALS, "a.csv"), write(TWO_TRIALS, "b.csv")]
    found = pool_files(paths, Measure.RR, [Model.MH, Model.DL], [Interval.WALD, Interval.HKSJ])
    assert [(item["dataset"], item["model"], item["interval"]) for item in found] == [
        (name, model, interval) for name in "ab" for model, interval in [("mh", "wald"), ("DL", "wald"), ("DL", "hksj")]
    ]


def test_conventions_bring_their_models_and_their_prediction_interval(write):
    text = TWO_TRIALS + "Third,12,60,8,61\n"
    found = pool_files([write(text)], Measure.RR, conventions=list(Convention))
    assert [(item["convention"], item["model"], item["interval"], item["pi_df"]) for item in found] == [
        ("revman5", "mh", "wald", None),
        ("revman5", "DL", "wald", 1),
        ("revman2025", "mh", "wald", None),
        ("revman2025", "REML", "wald", 2),
        ("revman2025", "REML", "hksj", 2),
    ]
    assert found[3]["pi_low"] == found[4]["pi_low"]


def test_mantel_haenszel_corrects_zeros_under_a_convention_only(write):
    path = write("ai,n1i,ci,n2i\n0,20,3,20\n2,30,0,31\n5,50,6,48\n0,9,0,9\n")
    plain, revman = (only([path], Measure.RR, [Model.MH], conventions=chosen) for chosen in ([], [Convention.REVMAN5]))
    assert plain["est"] == pytest.approx(math.log((2 * 31 / 61 + 5 * 48 / 98) / (3 / 2 + 6 * 50 / 98)))
    assert revman["est"] == pytest.approx(-0.2423550511, rel=1e-8)
    assert plain["k"] == revman["k"] == 3
    assert "row 5" in plain["notes"][0]


def log_risk_ratio(a, n1, c, n2):
    return f"{math.log(a / n1 / (c / n2))!r},{1 / a - 1 / n1 + 1 / c - 1 / n2!r}\n"


COLUMNS = {
    "four cells": "ai,bi,ci,di\n3,30,6,25\n23,72,17,77\n",
    "semicolons, BOM, other columns": "\ufeffyear;n2i;ci;n1i;ai\n2018;31;6;33;3\n2022;94;17;95;23\n",
    "effects and variances": "yi,vi\n" + log_risk_ratio(3, 33, 6, 31) + log_risk_ratio(23, 95, 17, 94),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_may_come_in_other_shapes(write, name):
    expected = only([write(TWO_TRIALS, "plain.csv")], Measure.RR, [Model.DL])
    found = only([write(COLUMNS[name], "other.csv")], Measure.RR, [Model.DL])
    for number in ("k", "est", "se", "tau2", "q"):
        assert found[number] == pytest.approx(expected[number], rel=1e-12)


def test_hazard_and_rate_ratios_come_from_log_rank_statistics_standard_errors_and_person_time(write):
    by_o_minus_e = only([write("oei,vi_oe\n2.78,2.857\n-1.2,6.1\n")], Measure.HR, [Model.COMMON])
    assert by_o_minus_e["est"] == pytest.approx((2.78 - 1.2) / (2.857 + 6.1))
    by_se = only([write("yi,sei\n-0.25,0.2\n")], Measure.HR, [Model.COMMON])
    assert (by_se["est"], by_se["se"]) == (-0.25, pytest.approx(0.2))
    rates = only([write("x1i,t1i,x2i,t2i\n4,100,8,100\n")], Measure.IRR)
    assert rates["est_ratio"] == pytest.approx(0.5)


def test_revman_has_the_approximate_smd(write):
    exact, approximate = (
        only([write(ALSFRS_R)], Measure.SMD, conventions=chosen, models=[Model.COMMON])
        for chosen in ([], [Convention.REVMAN2025])
    )
    assert exact["est"] == pytest.approx(0.83411554787096864, rel=1e-12)
    assert 0 < abs(exact["est"] - approximate["est"]) < 1e-4


def test_an_incomplete_row_is_left_out_and_counted(write):
    found = only([write(TWO_TRIALS + "Abstract only,NA,24,,24\n")], Measure.RR)
    assert found["k"] == 2
    assert found["notes"][0] == "left out, not all of ai, n1i, ci, n2i given: line 4"


def test_a_file_without_a_single_effect_gives_a_line_that_says_so(write):
    found = only([write("ai,n1i,ci,n2i\n0,15,0,15\n")], Measure.OR)
    assert (found["k"], found["est"], found["tau2"]) == (0, None, None)
    assert any("no study" in note for note in found["notes"])


PROBLEMS = {
    "ai,n1i,ci,n2i\n3,33,six,31\n": r"trials.csv, line 2, column ci: 'six' is not a number",
    "ai,n1i,ci,n2i\n3,33,6,31\n9,4,1,9\n": r"line 3, column ai: 9 events among 4 people",
    "study,mean\nA,3\n": r"columns study, mean do not give RR; it needs one of: ai n1i ci n2i",
    "ai,n1i,ci,n2i\n": r"no rows",
    "": r"no rows",
    "ai,n1i,ci,n2i\n3,33,6,31,7\n": r"line 2: 5 cells under 4 column names",
    "yi,vi\n0.1,-2\n": r"line 2, column vi: -2; give above 0",
    "yi,vi\n0.1,inf\n": r"line 2, column vi: 'inf' is not a finite number",
}


@pytest.mark.parametrize(("text", "message"), PROBLEMS.items())
def test_bad_files_are_refused_with_file_line_and_column(write, text, message):
    with pytest.raises(PoolError, match=message):
        pool_files([write(text)], Measure.RR)


def test_bad_means_impossible_models_and_missing_files_are_refused_by_name(write, tmp_path):
    with pytest.raises(PoolError, match="column n2i: 1; give 2 or more"):
        pool_files([write(ALSFRS_R.replace(",25", ",1"))], Measure.MD)
    with pytest.raises(PoolError, match="mh needs 2 x 2 tables"):
        pool_files([write(ALSFRS_R)], Measure.MD, [Model.MH])
    with pytest.raises(PoolError, match=r"absent\.csv: cannot be read"):
        pool_files([tmp_path / "absent.csv"], Measure.MD)
    with pytest.raises(PoolError, match="cannot be read as UTF-8"):
        pool_files([write("étude,yi,vi\nA,1,1\n", encoding="latin-1")], Measure.GEN)


def test_a_forest_plot_without_studies_says_so(write):
    text = forest(analyses([write("ai,n1i,ci,n2i\n0,15,0,15\n")], Measure.OR))
    assert "k = 0" in text
    assert "no study with an effect" in text


def test_the_forest_plot_shows_every_study_and_every_way_of_pooling(write):
    text = forest(analyses([write(TWO_TRIALS)], Measure.RR, [Model.MH, Model.REML], list(Interval)[:2]))
    lines = text.splitlines()
    assert lines[0] == "trials: RR, 95% limits, k = 2, 253 participants"
    plotted = {line.split("  ")[0].strip(): line for line in lines if "■" in line or "◆" in line}
    assert list(plotted) == ["Oh 2018", "NurOwn 3", "mh wald", "REML wald", "REML hksj"]
    assert "0.47 (0.13 to 1.72)" in plotted["Oh 2018"]
    assert "0.94 (0.002 to 508.45)" in plotted["REML hksj"]
    assert "◄" in plotted["REML hksj"]
    assert "►" in plotted["REML hksj"]
    assert "◄" not in plotted["REML wald"]
    assert any("uninformative alone" in line for line in lines)
