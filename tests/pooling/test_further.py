"""What is looked at around a pooled estimate, against metafor 3.8 on the thirteen BCG trials."""

from pathlib import Path

import pytest

from models.vocabulary import Convention, Interval, Measure, Model
from pooling.forest import around
from pooling.further import Further, Wanted, further_of
from pooling.pool import analyses, record
from pooling.spreadsheet import PoolError

NEED_A_COLUMN = (Further.SUBGROUPS, Further.META_REGRESSION)

BCG = """year,ai,n1i,ci,n2i,alloc
1948,4,123,11,139,random
1949,6,306,29,303,random
1960,3,231,11,220,random
1977,62,13598,248,12867,random
1973,33,5069,47,5808,alternate
1953,180,1541,372,1451,alternate
1973,8,2545,10,629,random
1980,505,88391,499,88391,random
1968,29,7499,45,7277,random
1961,17,1716,65,1665,systematic
1974,186,50634,141,27338,systematic
1969,5,2498,3,2341,systematic
1976,27,16913,29,17854,systematic
"""


@pytest.fixture(scope="module")
def bcg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bcg") / "bcg.csv"
    path.write_text(BCG, encoding="utf-8")
    return path


def around_one(path, *further, model=Model.REML, measure=Measure.RR, interval=Interval.WALD, convention=None, **wanted):
    (analysis,) = analyses(path, measure, [model], [interval], [convention] if convention else ())
    return further_of(analysis, Wanted(further, **wanted))


def column(rows, name):
    return [row[name] for row in rows]


def test_leaving_one_out_is_metafors_with_tables_too(bcg):
    found = around_one(bcg, Further.LEAVE_ONE_OUT, model=Model.MH)["leave_one_out"]["without"]
    assert column(found, "est")[:3] == pytest.approx([-0.451379469928, -0.441007473776, -0.449455458417], rel=1e-11)
    assert column(found, "se")[:3] == pytest.approx([0.0394350331703, 0.039547949061, 0.0394254866525], rel=1e-11)
    assert column(found, "study")[0] == "row 2"


def test_cumulative_looks_go_by_the_column_that_is_named(bcg):
    looks = around_one(bcg, Further.CUMULATIVE, order_by="Year")["cumulative"]["looks"]
    expected = [-0.8893113339, -1.325003442, -0.9720799318, -1.001096174]
    assert column(looks, "est")[:4] == pytest.approx(expected, rel=1e-9)
    assert column(looks, "k") == list(range(1, 14))
    assert looks[-1]["n_participants"] == 357347
    in_file_order = around_one(bcg, Further.CUMULATIVE)["cumulative"]["looks"]
    assert in_file_order[-1]["est"] == looks[-1]["est"]


ORDERS = {
    # cells of the column, file order A B C D: the order that they put studies in
    "numbers": ("10;9;100;-1", "DBAC"),
    "decimal commas": ("1,5;1,25;10;2", "BADC"),
    "a typesetter's minus": ("−1;−2;0;1", "BACD"),
    "numbers that are not all given": ("10;NA;;9", "DABC"),
    "words that are not all given": ("low;;high;—", "CABD"),
    "days": ("2020-05-01;2019-12-31;2020-01-01;2018-06-06", "DBCA"),
    "ties": ("1;0;1;0", "BDAC"),
}


@pytest.mark.parametrize("name", ORDERS)
def test_studies_go_by_numbers_or_words_and_last_what_is_not_given(write, name):
    cells, order = ORDERS[name]
    rows = "".join(f"{study};1;1;{cell}\n" for study, cell in zip("ABCD", cells.split(";"), strict=True))
    path = write(f"study;yi;vi;when\n{rows}")
    looks = around_one(path, Further.CUMULATIVE, measure=Measure.GEN, order_by="When")["cumulative"]["looks"]
    assert "".join(column(looks, "study")) == order


def test_a_slip_among_the_numbers_of_an_order_is_refused_where_it_stands(write):
    path = write("study,yi,vi,year\nA,1,1,1999\nB,1,1,l998\n")
    with pytest.raises(PoolError, match="line 3, column year: 'l998'"):
        around_one(path, Further.CUMULATIVE, measure=Measure.GEN, order_by="year")


def test_a_group_that_is_not_given_is_one_however_that_is_written(write):
    path = write("study,yi,vi,g\nA,1,1,x\nB,1,1,NA\nC,2,1,\nD,2,1,x\n")
    found = around_one(path, Further.SUBGROUPS, measure=Measure.GEN, group_by="g")["subgroups"]
    assert [(row["group"], row["k"]) for row in found["groups"]] == [("x", 2), ("not given", 2)]


def test_influence_is_metafors(bcg):
    found = around_one(bcg, Further.INFLUENCE)["influence"]["studies"]
    metafor = {
        "rstudent": [-0.2181424857, -1.291790186, -0.7547197657],
        "dffits": [-0.0407075475, -0.3435877099, -0.160361504],
        "cooks_distance": [0.001716541342, 0.1132497014, 0.02598033104],
        "hat": [0.05059482734, 0.06364679373, 0.04436027403],
        "tau2_without": [0.3361567018, 0.292583084, 0.3207379296],
    }
    for name, values in metafor.items():
        assert column(found, name)[:3] == pytest.approx(values, rel=1e-8)


def test_subgroups_are_pooled_and_tested_by_the_column_that_is_named(bcg):
    found = around_one(bcg, Further.SUBGROUPS, group_by="alloc")["subgroups"]
    assert column(found["groups"], "group") == ["random", "alternate", "systematic"]
    assert column(found["groups"], "est") == pytest.approx([-0.9709647043, -0.5407929618, -0.4242073915], rel=1e-9)
    assert (found["q_between"], found["df"]) == (pytest.approx(1.861444946, rel=1e-9), 2)
    by_t = around_one(bcg, Further.SUBGROUPS, group_by="alloc", interval=Interval.HKSJ)["subgroups"]
    weights = [1 / group["se"] ** 2 for group in by_t["groups"]]
    mean = sum(w * group["est"] for w, group in zip(weights, by_t["groups"], strict=True)) / sum(weights)
    between = sum(w * (group["est"] - mean) ** 2 for w, group in zip(weights, by_t["groups"], strict=True))
    assert by_t["q_between"] == pytest.approx(between, rel=1e-12) != pytest.approx(found["q_between"], rel=0.01)
    with pytest.raises(PoolError, match="no column 'arm'; there are ai, alloc"):
        around_one(bcg, Further.SUBGROUPS, group_by="arm")
    with pytest.raises(PoolError, match="--group-by"):
        around_one(bcg, Further.SUBGROUPS)


def test_a_single_group_has_no_test(bcg, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("yi,vi,where\n1,1,here\n2,1,here\n", encoding="utf-8")
    found = around_one(path, Further.SUBGROUPS, measure=Measure.GEN, group_by="where")["subgroups"]
    assert (len(found["groups"]), found["df"], found["p"]) == (1, 0, None)


def test_small_study_tests_of_tables_and_a_refusal_below_ten(bcg, tmp_path):
    found = around_one(bcg, Further.SMALL_STUDY)["small_study"]
    assert found["egger"]["p_value"] == pytest.approx(0.188707, rel=1e-5)
    assert {"harbord", "peters", "trim_and_fill"} <= found.keys()
    short = tmp_path / "nine.csv"
    short.write_text("\n".join(BCG.splitlines()[:10]), encoding="utf-8")
    refused = around_one(short, Further.SMALL_STUDY)["small_study"]
    assert all("9 studies" in part["refused"] for part in refused.values())
    assert len(refused) == 4


def test_the_funnel_is_drawn_whatever_the_number_of_studies(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("yi,vi\n1,1\n2,4\n", encoding="utf-8")
    found = around_one(path, Further.FUNNEL, measure=Measure.GEN)["funnel"]
    assert column(found["studies"], "se") == [1, 2]
    assert (found["se"][0], found["se"][-1]) == (0, 2)
    at_95 = found["contours"][1]
    assert (at_95["level"], at_95["high"][-1]) == (0.95, pytest.approx(2 * 1.959963984540054))
    assert at_95["low"][-1] == -at_95["high"][-1]


def test_an_early_look_has_no_boundary_and_nothing_crosses_it(bcg):
    found = around_one(bcg, Further.SEQUENTIAL)["sequential"]
    assert "discourages" in found["note"]
    assert found["required"] > found["information_size"] > 40_000
    fleming = [look for look in found["looks"] if look["spending"] == "obrien-fleming"]
    assert (fleming[3]["z_boundary"], fleming[3]["has_crossed"]) == (None, False)
    assert abs(fleming[-1]["z_boundary"]) > 1.96
    half = around_one(bcg, Further.SEQUENTIAL, smallest_effect=0.5)["sequential"]
    assert half["information_size"] < found["information_size"] / 3


def test_looks_without_a_standard_error_are_refused_and_not_left_out(bcg):
    (analysis,) = analyses(bcg, Measure.RR, [Model.ML], [Interval.PROFILE])
    found = further_of(analysis, Wanted((Further.SEQUENTIAL,)))["sequential"]
    assert found == {"refused": "a look needs a standard error, which this way of pooling has not: take interval wald"}


def test_what_the_numbers_do_not_allow_is_refused_with_the_reason_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("yi,vi\n1,1\n", encoding="utf-8")
    found = around_one(path, *(part for part in Further if part not in NEED_A_COLUMN), measure=Measure.GEN)
    refused = {name for name, part in found.items() if "refused" in part}
    assert refused == {"leave_one_out", "influence", "sequential", "anytime"}
    assert found["cumulative"]["looks"][0]["est"] == 1


def test_single_studies_left_out_keep_the_convention(bcg):
    (whole,) = analyses(bcg, Measure.RR, [Model.DL], conventions=[Convention.REVMAN5])
    found = further_of(whole, Wanted((Further.CUMULATIVE,)))["cumulative"]["looks"]
    assert {name: found[-1][name] for name in ("est", "tau2", "pi_df")} == {
        name: record(whole)[name] for name in ("est", "tau2", "pi_df")
    }


def test_the_command_prints_tables_or_one_object_per_estimate(trialwatch, bcg):
    asked = ["pool", bcg, "--measure", "RR", "--group-by", "alloc", "--also", "leave-one-out"]
    tables = trialwatch(*asked)
    assert (tables.code, "q_between: 1.861" in tables.out) == (0, True)
    (line,) = trialwatch(*asked, "--json").lines
    assert {"est", "subgroups", "leave_one_out"} <= line.keys()


def test_files_that_cannot_be_read_do_not_stop_the_others(trialwatch, bcg, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("ai,n1i,ci,n2i\n1,x,1,3\n", encoding="utf-8")
    partial = trialwatch("pool", bad, bcg, "--measure", "RR", "--json")
    assert (partial.code, len(partial.lines)) == (3, 1)
    assert "line 2, column n1i: 'x'" in partial.err
    alone = trialwatch("pool", bad, "--measure", "RR")
    assert (alone.code, "line 2, column n1i: 'x'" in alone.err) == (1, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    {
        ("--measure", "RX"): "'RX' is not one of",
        ("--measure", "RR", "--model", "XX"): "'DL', 'PM', 'REML'",
        ("--measure", "RR", "--level", "95"): "between 0 and 1",
    }.items(),
)
def test_unknown_choices_are_usage_errors_that_list_what_there_is(trialwatch, bcg, asked, said):
    found = trialwatch("pool", bcg, *asked)
    assert (found.code, said in found.err) == (2, True)


def test_tables_leave_out_what_no_row_has():
    text = around({"groups": [{"a": 1.23456, "b": None}, {"a": None, "b": None}], "n": 2}, "title")
    assert text.splitlines() == ["title", "      a", "  1.235", "      —", "  n: 2"]


NARROW = """study,yi,vi,g,dose
A,0.30,0.04,x,1
B,0.32,0.04,x,1
C,0.60,0.04,y,2
D,0.61,0.05,y,2
"""


def test_limits_and_tests_that_agree_better_than_chance_are_told_wherever_they_stand(tmp_path):
    path = tmp_path / "narrow.csv"
    path.write_text(NARROW, encoding="utf-8")

    def of(interval):
        wanted = (Further.SUBGROUPS, Further.CUMULATIVE, Further.LEAVE_ONE_OUT)
        return around_one(path, *wanted, measure=Measure.GEN, interval=interval, group_by="g")

    hksj, wald = of(Interval.HKSJ), of(Interval.WALD)
    assert ["falsely precise" in note for row in hksj["subgroups"]["groups"] for note in row["notes"]] == [True, True]
    assert "x, y" in hksj["subgroups"]["notes"][0]
    assert "falsely precise" in hksj["subgroups"]["one_tau2"]["notes"][0]
    assert [len(row["notes"]) for row in hksj["cumulative"]["looks"]] == [0, 1, 0, 0]
    assert wald["subgroups"]["notes"] == wald["subgroups"]["one_tau2"]["notes"] == []
    assert not any(row["notes"] for row in wald["subgroups"]["groups"])
    assert "note: x: HKSJ is narrower than Wald" in around(hksj, "REML hksj")


def test_hksj_limits_that_mislead_stand_beside_walds(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("study,yi,vi\nA,0.30,0.04\nB,0.32,0.04\n", encoding="utf-8")
    (analysis,) = analyses(path, Measure.GEN, [Model.REML], [Interval.HKSJ])
    assert "Wald: 0.03 to 0.59" in analysis.pooled.notes
