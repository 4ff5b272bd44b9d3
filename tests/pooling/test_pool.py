"""Spreadsheets in, numbers and forest plots out, with no review at all."""

import json
import math

import pytest

from models.vocabulary import Convention, Interval, Measure, Model
from models.zero_cells import AddTo
from pooling.forest import forest
from pooling.pool import analyses, pool_files, record
from pooling.spreadsheet import PoolError
from pooling.ways import PRESETS
from synthesis.tables import ZeroChoice

KEYS = {
    *("dataset", "measure", "model", "interval", "k", "est", "se", "ci_low", "ci_high", "p"),
    *("tau2", "tau2_low", "tau2_high", "i2_pct", "h2", "q", "q_p", "pi_low", "pi_high"),
}

TWO_TRIALS = """study,ai,n1i,ci,n2i
Oh 2018,3,33,6,31
NurOwn 3,23,95,17,94
"""
ALSFRS_R = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nOh 2018,-3.1,3.51,31,-6.48,4.53,25\n"


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
    found = pool_files([write(text)], Measure.RR, conventions=list(PRESETS))
    assert [(item["convention"], item["model"], item["interval"], item["pi_df"]) for item in found] == [
        ("revman5", "mh", "wald", None),
        ("revman5", "DL", "wald", None),
        ("revman2025", "mh", "wald", None),
        ("revman2025", "REML", "wald", None),
        ("revman2025", "REML", "hksj", 2),
    ]
    assert found[4]["pi_low"] < found[3]["pi_low"] <= found[3]["ci_low"]


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
    "ai,n1i,ci,n2i\n3,33,six,31\n": r"trials.csv, line 2, column ci: 'six' is not a finite number",
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


def test_impossible_models_and_missing_files_are_refused_by_name(write, tmp_path):
    with pytest.raises(PoolError, match="mh needs 2 x 2 tables"):
        pool_files([write(ALSFRS_R)], Measure.MD, [Model.MH])
    with pytest.raises(PoolError, match=r"absent\.csv: cannot be read"):
        pool_files([tmp_path / "absent.csv"], Measure.MD)


def test_a_forest_plot_without_studies_says_so(write):
    text = forest(analyses(write("ai,n1i,ci,n2i\n0,15,0,15\n"), Measure.OR))
    assert "k = 0" in text
    assert "no study with an effect" in text


def test_the_forest_plot_shows_every_study_and_every_way_of_pooling(write):
    text = forest(analyses(write(TWO_TRIALS), Measure.RR, [Model.MH, Model.REML], list(Interval)[:2]))
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


FILES_FROM_ELSEWHERE = {
    "decimal commas between semicolons": "study;yi;vi\nA;0,25;0,1\nB;-0,1;0,2\n",
    "a hint for Excel and a blank line": "sep=;\n\nstudy;yi;vi\nA;0.25;0.1\nB;-0.1;0.2\n",
    "tabs, capitals, Windows line ends": "Study\tYI\tVi\r\nA\t0.25\t0.1\r\nB\t-0.1\t0.2\r\n",
    "names and cells on several lines": '"Author and\nyear","yi","vi"\n"A,\n1999",0.25,0.1\n"B",-0.1,0.2\n',
    "separators at the ends of lines": "yi,vi,\n0.25,0.1,\n-0.1,0.2,,\n",
    "a separator within a quoted name": '"study, with ; comma";"yi";"vi"\nA;0.25;0.1\nB;-0.1;0.2\n',
    "a typesetter's minus": "yi,vi\n0.25,0.1\n−0.1,0.2\n",
    "standard errors": "yi,sei\n0.25,0.31622776601683794\n-0.1,0.4472135954999579\n",
    "unknown cells and columns of words": "yi,vi,pval,n\n0.25,0.1,<0.001,ten\n-0.1,0.2,ns,?\nNA,n/a,,\n",
}


@pytest.mark.parametrize("name", FILES_FROM_ELSEWHERE)
def test_files_are_read_as_other_programs_write_them(write, name):
    path = write("")
    path.write_bytes(FILES_FROM_ELSEWHERE[name].encode())
    found = only([path], Measure.GEN, [Model.COMMON])
    assert (found["k"], found["est"]) == (2, pytest.approx((2.5 - 0.5) / 15))


def test_a_file_in_utf_16_is_read_by_its_mark(write):
    path = write("study,yi,vi\nÉtude,0.25,0.1\n", encoding="utf-16")
    assert analyses(path, Measure.GEN)[0].studies.names == ("Étude",)


def test_everything_that_is_wrong_with_a_file_is_said_at_once(write):
    path = write("yi,vi\nx,0.1\n0.2,0\n1_000,1\n0.2,1e999\n")
    with pytest.raises(PoolError) as refused:
        analyses(path, Measure.GEN)
    lines = [line.split(", ", 1)[1] for line in str(refused.value).splitlines()]
    assert [line[:18].split(":")[0] for line in lines] == [
        f"line {n}, column {c}" for n, c in enumerate(("yi", "vi", "yi", "vi"), 2)
    ]


def test_a_column_that_is_there_twice_is_not_chosen_from(write):
    with pytest.raises(PoolError, match="two columns are named yi"):
        analyses(write("yi,YI,vi\n1,2,3\n"), Measure.GEN)


AS_REPORTED = {
    # what a row gives in place of SDs: mean and SD of the first arm that must come out
    "se1i,se2i": ("0.5,0.5", 0.5 * math.sqrt(30)),
    "lb1i,ub1i,lb2i,ub2i": ("0,2,0,2", math.sqrt(30) / 2.0452296421327034),
    "sdpre1i,sdpost1i,sdpre2i,sdpost2i,ri": ("5,7,5,7,0.7", 5.0),
    "ti": ("2", 1 / 2 / math.sqrt(2 / 30)),
    "ci.lb,ci.ub": ("0,2", 1 / 2.0017174841452352 / math.sqrt(2 / 30)),
    "pval": ("0.05", 1 / 2.0017174841452352 / math.sqrt(2 / 30)),
}


@pytest.mark.parametrize("columns", AS_REPORTED)
def test_a_standard_deviation_comes_from_what_the_trial_reports_and_says_so(write, columns):
    cells, sd = AS_REPORTED[columns]
    (found,) = analyses(write(f"study,m1i,n1i,m2i,n2i,{columns}\nA,2,30,1,30,{cells}\n"), Measure.MD)
    assert found.studies.values["sd1i"] == pytest.approx(sd, rel=1e-12)
    assert found.pooled.se == pytest.approx(sd * math.sqrt(2 / 30), rel=1e-12)
    assert all(said.startswith("A: ") and "Handbook" in said for said in found.studies.conversions)
    assert found.studies.conversions


def test_medians_with_quartiles_stand_for_mean_and_sd(write):
    text = "med1i,q1_1i,q3_1i,n1i,med2i,min2i,max2i,n2i\n-4.5,-9,-1,27,-5,-14,3,95\n"
    (found,) = analyses(write(text), Measure.MD)
    assert found.studies.values["m1i"] == pytest.approx(-4.8572222222222221, rel=1e-12)
    said = [sentence.split(" computed from ") for sentence in found.studies.conversions]
    assert [" ".join(what.split()[2:4]) for what, _ in said] == [
        "intervention mean",
        "intervention SD",
        "control mean",
        "control SD",
    ]
    assert said[0][1] == "Q1 -9, median -4.5, Q3 -1, n 27 (Luo 2018, Wan 2014)"


def test_ratios_with_limits_are_read_as_printed(write):
    found = only([write("study,ratio,ci.lb,ci.ub\nOh 2018,1.07,0.94,1.22\n")], Measure.HR, [Model.COMMON])
    assert found["est"] == pytest.approx(0.067658648473814864, rel=1e-12)
    assert [round(found[name], 2) for name in ("est_ratio", "ci_low_ratio", "ci_high_ratio")] == [1.07, 0.94, 1.22]
    with pytest.raises(PoolError, match="line 2, column ratio: -1; give above 0"):
        analyses(write("ratio,ci.lb,ci.ub\n-1,0.9,1.2\n"), Measure.HR)


def test_a_cross_over_trial_is_a_paired_difference(write):
    found = only([write("m1i,sd1i,m2i,sd2i,ni,ri\n38,5,42,5.5,27,0.7\n")], Measure.MD)
    assert (found["est"], found["n_participants"]) == (-4, 27)
    assert found["se"] ** 2 == pytest.approx(0.62037037037037035, rel=1e-12)


def test_clusters_and_shared_controls_shrink_what_a_row_weighs_and_not_who_took_part(write):
    plain = only([write("ai,n1i,ci,n2i\n10,100,20,100\n", "plain.csv")], Measure.OR, [Model.COMMON])
    cluster = only([write("ai,n1i,ci,n2i,icc,cluster_size\n10,100,20,100,0.1,11\n")], Measure.OR, [Model.COMMON])
    assert cluster["est"] == pytest.approx(plain["est"])
    assert cluster["se"] ** 2 == pytest.approx(2 * plain["se"] ** 2)
    assert cluster["n_participants"] == 200
    assert cluster["conversions"] == ["row 2: design effect 2 computed from M 11, ICC 0.1 (Handbook 23.1.4)"]
    shared = only([write("ai,n1i,ci,n2i,shared_by\n10,100,20,100,2\n")], Measure.RR, [Model.COMMON])
    assert shared["se"] ** 2 == pytest.approx(1 / 10 - 1 / 100 + 1 / 10 - 1 / 50)
    assert shared["n_participants"] == 150


ZEROS = "ai,n1i,ci,n2i\n0,20,3,40\n2,30,1,31\n0,9,0,9\n"


def test_continuity_corrections_are_chosen_by_number_by_tables_and_by_arm(write):
    path = write(ZEROS)

    def estimate(model, **choice):
        return only([path], Measure.OR, [model], zero_cells=ZeroChoice(**choice))

    assert estimate(Model.COMMON)["est"] == estimate(Model.COMMON, add=0.5, to=AddTo.ONLY_ZERO)["est"]
    (by_arm,) = analyses(path, Measure.OR, [Model.COMMON], zero_cells=ZeroChoice(by_arm=True))
    add_1, add_2 = 20 / 60, 40 / 60
    assert by_arm.studies.yi[0] == pytest.approx(math.log(add_1 / (20 + add_1)) - math.log((3 + add_2) / (37 + add_2)))
    assert estimate(Model.COMMON, to=AddTo.NONE)["k"] == 1
    assert estimate(Model.COMMON, drop_double=False)["k"] == 3
    plain, corrected = estimate(Model.MH), estimate(Model.MH, add=0.5)
    assert plain["est"] == pytest.approx(math.log((2 * 30 / 61) / (3 * 20 / 60 + 28 * 1 / 61)))
    assert corrected["est"] == pytest.approx(
        math.log((0.5 * 37.5 / 62 + 2 * 30 / 61) / (20.5 * 3.5 / 62 + 28 * 1 / 61))
    )
    assert plain["k"] == corrected["k"] == 2


def test_two_files_of_one_name_are_two_plots(write, tmp_path):
    (tmp_path / "other").mkdir()
    paths = [write("yi,vi\n1,1\n"), write("yi,vi\n2,1\n", "other/trials.csv")]
    text = forest([analysis for path in paths for analysis in analyses(path, Measure.GEN)])
    assert [line.split("  ")[-1] for line in text.splitlines() if "■" in line] == [
        "1.00 (-0.96 to 2.96)",
        "2.00 (0.04 to 3.96)",
    ]


def test_trials_in_which_everybody_lives_count_in_a_risk_ratio_and_the_note_says_so(write):
    path = write("study,ai,n1i,ci,n2i\nA,14,14,18,18\nB,20,33,15,31\n")
    for conventions in ([], [Convention.REVMAN5], [Convention.REVMAN2025]):
        found = only([path], Measure.RR, [Model.MH], conventions=conventions)
        assert found["k"] == 2
        assert "everybody had the event in both arms: counted as a ratio of 1: A" in found["notes"]
    plain = only([path], Measure.RR, [Model.MH])
    low, middle, high = (plain[name] for name in ("ci_low_ratio", "est_ratio", "ci_high_ratio"))
    assert (round(low, 2), round(middle, 2), round(high, 2)) == (0.89, 1.13, 1.43)
    assert only([path], Measure.OR, [Model.MH])["k"] == 1
    assert only([path], Measure.RR, [Model.MH], zero_cells=ZeroChoice(drop_double=True))["k"] == 1


def test_risk_differences_have_the_weights_of_the_counts_under_a_convention_too(write):
    path = write("ai,n1i,ci,n2i\n1,8,0,8\n2,25,0,25\n")
    for conventions in ([], [Convention.REVMAN5], [Convention.REVMAN2025]):
        assert only([path], Measure.RD, [Model.MH], conventions=conventions)["est"] == pytest.approx(1.5 / 16.5)


def test_what_was_added_and_what_is_left_out_is_told_by_study(write):
    path = write("study,ai,n1i,ci,n2i\nA,0,14,3,18\nB,20,33,15,31\nC,0,9,0,9\n")
    found = only([path], Measure.RR, [Model.REML])
    assert found["notes"][:2] == [
        "1 without an effect that can be pooled (nobody had the event in either arm, which says nothing about the "
        "ratio: C)",
        "0.5 added to each cell because one is zero: A",
    ]
    assert not any("added" in note for note in only([path], Measure.RR, [Model.MH])["notes"])
    assert any(
        "added" in note for note in only([path], Measure.RR, [Model.MH], conventions=list(Convention)[:1])["notes"]
    )


def test_an_sd_of_0_and_rates_without_any_event_are_left_out_with_the_reason(write):
    means = write("study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,8.4,0,20,0,1,20\nB,1,2,20,3,2,20\n", "means.csv")
    found = only([means], Measure.MD, [Model.COMMON])
    assert (found["k"], found["est"]) == (1, pytest.approx(-2))
    assert "(an SD that is not above 0: A)" in found["notes"][0]
    rates = write("study,x1i,t1i,x2i,t2i\nA,0,100,0,10\nB,4,100,8,100\n", "rates.csv")
    assert only([rates], Measure.IRR, [Model.COMMON])["est_ratio"] == pytest.approx(0.5)


PEOPLE = [
    ("study,yi,vi\nAsh,0.1,0.04\nBirch,0.2,0.05\n", None, False, "k = 2"),
    ("study,yi,vi,n1i,n2i\nAsh,0.1,0.04,20,20\nBirch,0.2,0.05,,\n", 40, True, "k = 2, at least 40 participants"),
    ("study,yi,vi,ni\nAsh,0.1,0.04,40\nAsh,0.2,0.05,24\n", 64, False, "k = 1 in 2 rows, 64 participants"),
]


@pytest.mark.parametrize(("text", "n", "is_least", "said"), PEOPLE)
def test_people_who_are_not_told_are_not_nobody_and_rows_are_no_studies(write, text, n, is_least, said):
    found = analyses(write(text), Measure.GEN)
    assert (record(found[0])["n_participants"], record(found[0])["n_is_least"]) == (n, is_least)
    assert forest(found).splitlines()[0].endswith(f"limits, {said}")


def test_every_study_that_counts_stands_in_the_record_with_its_weight_and_what_was_added(write):
    path = write("study,ai,n1i,ci,n2i\nA,0,33,2,31\nB,5,95,9,94\nC,0,9,0,9\n")
    found = only([path], Measure.OR, [Model.COMMON])
    studies = {item["study"]: item for item in found["studies"]}
    assert list(studies) == ["A", "B"]
    assert sum(item["weight"] for item in studies.values()) == pytest.approx(100)
    assert studies["B"]["weight"] == pytest.approx(100 / studies["B"]["vi"] * found["se"] ** 2)
    assert studies["B"]["yi"] == pytest.approx(math.log(5 / 90 / (9 / 85)))
    assert studies["B"]["estimate"] == pytest.approx(5 / 90 / (9 / 85))
    assert studies["B"]["ci_high"] == pytest.approx(
        math.exp(studies["B"]["yi"] + 1.959963984540054 * studies["B"]["se"])
    )
    assert (studies["B"]["line"], studies["B"]["n"], studies["B"]["added"]) == (3, 189, None)
    assert studies["A"]["added"] == "0.5 added to each cell because one is zero"
    text = forest(analyses(path, Measure.OR, [Model.COMMON]))
    assert f"{studies['B']['weight']:.1f} %" in text


def test_beneath_a_peto_estimate_stand_petos_own_effects(write):
    path = write("study,ai,n1i,ci,n2i\nA,0,33,2,31\nB,5,95,9,94\n")
    peto, woolf = (only([path], Measure.OR, [model]) for model in (Model.PETO, Model.COMMON))
    by_hand = (0 - 2 * 33 / 64) / (33 * 31 * 2 * 62 / (64**2 * 63))
    assert peto["studies"][0]["yi"] == pytest.approx(by_hand)
    assert peto["studies"][0]["added"] is None
    assert woolf["studies"][0]["yi"] != pytest.approx(by_hand)
    weights = [item["weight"] for item in peto["studies"]]
    assert sum(w / 100 * item["yi"] for w, item in zip(weights, peto["studies"], strict=True)) == pytest.approx(
        peto["est"]
    )
    text = forest(analyses(path, Measure.OR, [Model.PETO, Model.MH, Model.DL]))
    assert text.count("trials: OR, 95% limits") == 2


MEANS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5,2,30,4,2,30\n"
CANNOT_ACT = [
    (MEANS, Measure.MD, {"zero_cells": ZeroChoice(add=0.5, to=AddTo.ALL)}, "--add, --to cannot act"),
    ("x1i,t1i,x2i,t2i\n0,9,2,9\n", Measure.IRR, {"zero_cells": ZeroChoice(add=0, to=AddTo.NONE, drop_double=True)}, "--drop-double"),
    ("yi,vi\n1,1\n", Measure.OR, {"zero_cells": ZeroChoice(by_arm=False)}, "--by-arm cannot act"),
    (TWO_TRIALS, Measure.RR, {"zero_cells": ZeroChoice(add=0.5, to=AddTo.NONE)}, "--to none corrects no table"),
    (TWO_TRIALS, Measure.RR, {"models": [Model.MH], "intervals": [Interval.HKSJ]}, "hksj cannot act with mh: it goes with DL"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "measure", "options", "message"), CANNOT_ACT)
def test_an_option_that_cannot_act_is_refused(write, text, measure, options, message):
    with pytest.raises(PoolError, match=message):
        analyses(write(text), measure, **options)


def test_an_interval_of_equal_effects_is_withheld_and_the_reason_given(write):
    path = write("study,yi,vi\nA,0.3,0.04\nB,0.3,0.04\n")
    hksj, wald = (only([path], Measure.GEN, [Model.REML], [interval]) for interval in (Interval.HKSJ, Interval.WALD))
    assert (hksj["est"], hksj["ci_low"], hksj["ci_high"], hksj["p"]) == (pytest.approx(0.3), None, None, None)
    assert any("withheld" in note for note in hksj["notes"])
    assert wald["ci_low"] < wald["ci_high"]


def test_what_a_reader_would_misread_is_not_printed(write):
    strong = forest(analyses(write("study,yi,vi\nA,1,0.001\nB,3,0.001\n"), Measure.GEN, [Model.COMMON]))
    assert "p = 0.000" not in strong
    assert strong.count("p < 0.001") == 2
    alike = analyses(write("study,yi,vi\nA,1,1\nB,1.0001,1\nC,1,1.1\n"), Measure.GEN)
    assert "(0 to 0)" not in forest(alike)
    assert any("empty set" in note for note in alike[0].pooled.notes)
    nobody = forest(analyses(write("ai,n1i,ci,n2i\n0,15,0,15\n"), Measure.OR))
    assert "0 participants" not in nobody
