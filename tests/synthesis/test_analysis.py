"""One analysis whole: what is shown, what counts, what is said, and what may not depend on how rows are written."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.analysis import Applicability, Method
from models.further_ways import CONVENTIONAL_INTERVALS
from models.vocabulary import Interval, Measure, Model
from synthesis.analysis import AnalysisResult, analyse
from synthesis.analysis_rows import AnalysisRow, AnalysisSettings
from synthesis.study_effects import DataType
from synthesis.tables import UNCORRECTED

RR = AnalysisSettings(measure=Measure.RR, data_type=DataType.DICHOTOMOUS, method=Method.MH)
MD = AnalysisSettings(measure=Measure.MD, data_type=DataType.CONTINUOUS, is_random=True, estimator=Model.REML)


def table(study, a, n1, c, n2, **more):
    return AnalysisRow(study=study, ai=a, n1i=n1, ci=c, n2i=n2, **more)


def means(study, m1, sd1, n1, m2, sd2, n2, **more):
    return AnalysisRow(study=study, m1i=m1, sd1i=sd1, n1i=n1, m2i=m2, sd2i=sd2, n2i=n2, **more)


def but(settings, **changes):
    return msgspec.structs.replace(settings, **changes)


ROWS = [
    table("A", 3, 33, 6, 31, subgroup="1"),
    table("B", 23, 95, 17, 94, subgroup="1"),
    table("C", 12, 60, 8, 61, subgroup="2"),
]

# which totals are shown: overall, subgroups; then what the weights of A and B, and of C, sum to
SHOWN = [(True, True, 100, None), (True, False, 100, None), (False, True, 200, 100), (False, False, 0, 0)]


@pytest.mark.parametrize(("overall", "subgroups", "whole", "last"), SHOWN)
def test_weights_go_by_the_totals_that_are_shown(overall, subgroups, whole, last):
    result = analyse(ROWS, but(RR, has_overall=overall, has_subgroups=subgroups))
    weights = [row.weight_pct for row in result.rows]
    assert sum(weights) == pytest.approx(whole)
    assert last is None or weights[2] == pytest.approx(last)
    assert result.overall.is_shown is overall
    assert {total.is_shown for total in result.subgroups} == {subgroups}
    assert result.test is not None


def test_rows_count_where_they_apply_and_those_that_split_others_share_their_weight():
    rows = [
        table("A", 3, 33, 6, 31, subgroup="1", applicability=Applicability.SUBGROUP),
        table("A", 2, 20, 6, 31, subgroup="2", applicability=Applicability.SUBGROUP),
        table("A", 5, 53, 6, 31, applicability=Applicability.OVERALL),
        table("B", 23, 95, 17, 94, subgroup="2"),
    ]
    result = analyse(rows, RR)
    assert (result.overall.k, [total.k for total in result.subgroups]) == (2, [1, 2])
    assert (result.overall.n_1, result.overall.n_2) == (148, 125)
    weights = [row.weight_pct for row in result.rows]
    assert weights[2] + weights[3] == pytest.approx(100)
    assert weights[0] + weights[1] == pytest.approx(weights[2])
    assert sum(total.weight_pct for total in result.subgroups) == pytest.approx(100)


NOT_ESTIMABLE = [
    (RR, table("X", 0, 12, 0, 15), "nobody had the event"),
    (but(RR, measure=Measure.OR), table("X", 12, 12, 15, 15), "everybody had the event"),
    (but(RR, swaps_events=True), table("X", 12, 12, 15, 15), "nobody had the event"),
    (RR, table("X", 0, 0, 3, 15), "an arm without people"),
    (RR, table("X", 16, 12, 3, 15), "events that are not from 0 to the people"),
    (RR, table("X", None, 12, 3, 15), "not all of ai, n1i, ci, n2i given"),
    (MD, means("X", 8.4, 1.2, 20, 0, 0, 20), "an SD that is not above 0"),
    (MD, means("X", 0.0, 0.0, 20, 1.0, 0.5, 20), "an SD that is not above 0"),
    (but(MD, measure=Measure.SMD_APPROXIMATE), means("X", 1, 1, 1, 2, 1, 1), "these numbers give no SMD-approximate"),
    (but(MD, measure=Measure.ROM), means("X", -1, 1, 9, 2, 1, 9), "these numbers give no ROM"),
    (but(MD, data_type=DataType.CONTRAST), AnalysisRow(study="X", yi=0.3, sei=0.0), "a variance that is not above 0"),
    (but(MD, data_type=DataType.CONTRAST), AnalysisRow(study="X", yi=0.3, sei=-0.2), "a variance that is not above 0"),
    (but(MD, data_type=DataType.CONTRAST), AnalysisRow(study="X", yi=0.3), "not all of yi, vi given"),
    (but(MD, data_type=DataType.O_E, is_log=True), AnalysisRow(study="X", o_e=0.0, v=0.0), "a variance that is not"),
    (but(RR, measure=Measure.IRR, method=Method.IV, data_type=DataType.RATES), AnalysisRow(study="X", ai=0, t1i=9, ci=0, t2i=9), "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "row", "reason"), NOT_ESTIMABLE)
def test_a_row_that_is_not_estimable_stays_in_the_list_with_its_reason(settings, row, reason):
    result = analyse([row], settings)
    (shown,) = result.rows
    assert reason in shown.reason
    assert (shown.estimate, shown.ci_low, shown.weight_pct, shown.yi) == (None, None, None, None)
    assert (result.overall.k, result.overall.estimate, result.overall.df, result.overall.n_rows) == (0, None, 0, 1)


def test_no_row_at_all_gives_an_analysis_without_an_estimate():
    for settings in (RR, MD, but(MD, data_type=DataType.CONTRAST)):
        result = analyse([], settings)
        assert (result.rows, result.subgroups, result.test, result.overall.k) == ((), (), None, 0)


def test_a_risk_ratio_of_everybody_is_1_with_the_weight_of_the_corrected_table():
    result = analyse([table("A", 14, 14, 18, 18), table("B", 20, 33, 15, 31)], RR)
    everybody = result.rows[0]
    assert everybody.estimate == 1.0
    assert everybody.sei == pytest.approx(math.sqrt(1 / 14.5 - 1 / 15 + 1 / 18.5 - 1 / 19))
    weight, other = 18.5 * 15 / 34, 15 * 33 / 64
    assert everybody.weight_pct == pytest.approx(100 * weight / (weight + other))
    assert result.overall.estimate == pytest.approx((weight + 20 * 31 / 64) / (weight + other))
    assert (result.overall.k, result.overall.df) == (2, 1)
    assert "everybody" in everybody.note


def test_risk_differences_are_weighted_by_the_counts_and_a_single_one_is_its_own_total():
    settings = but(RR, measure=Measure.RD)
    result = analyse([table("A", 1, 8, 0, 8), table("B", 2, 25, 0, 25)], settings)
    assert result.overall.estimate == pytest.approx(1.5 / 16.5)
    single = analyse([table("A", 0, 8, 0, 20)], settings)
    assert single.overall.ci_high == pytest.approx(single.rows[0].ci_high)
    assert single.overall.ci_low == -single.overall.ci_high < 0


def test_random_effects_with_mantel_haenszel_measure_q_around_its_estimate():
    around_mh, around_iv = (
        analyse(ROWS, but(RR, is_random=True, method=method)).overall.pooled for method in (Method.MH, Method.IV)
    )
    centre = analyse(ROWS, RR).overall.pooled
    effects = [(row.yi, row.sei) for row in analyse(ROWS, RR).rows]
    assert around_mh.q == pytest.approx(sum(((yi - centre.estimate) / sei) ** 2 for yi, sei in effects))
    assert around_mh.q > around_iv.q


def test_hksj_has_its_own_p_and_the_one_that_revman_prints_and_decides_the_test_of_subgroups():
    rows = [means(str(i), m, 2, 30, 0, 2, 30, subgroup=str(i % 2)) for i, m in enumerate((0.1, 1.4, 0.3, 1.7, 0.2))]
    by_t, by_z = (analyse(rows, but(MD, interval=interval)) for interval in (Interval.HKSJ, Interval.WALD))
    assert by_t.overall.p_as_revman == by_z.overall.p != by_t.overall.p
    assert (by_t.overall.z, by_z.overall.t) == (None, None)
    assert by_t.test.chi2 != pytest.approx(by_z.test.chi2)
    assert by_t.overall.pooled.pi_df == 4
    single = analyse(rows[:1], but(MD, interval=Interval.HKSJ)).overall
    assert (single.ci_low, single.t) == (pytest.approx(0.1 - 1.959963984540054 * math.sqrt(8 / 30)), None)


def test_contrasts_are_ratios_where_they_are_logarithms_whatever_their_label():
    rows = [AnalysisRow(study="A", yi=math.log(0.8), sei=0.2)]
    settings = AnalysisSettings(measure=Measure.GEN, data_type=DataType.CONTRAST, is_log=True)
    assert analyse(rows, settings).overall.estimate == pytest.approx(0.8)
    assert analyse(rows, but(settings, measure=Measure.HR, is_log=False)).overall.estimate == pytest.approx(
        math.log(0.8)
    )
    assert analyse(rows, but(settings, measure=Measure.HR, is_log=None)).overall.estimate == pytest.approx(0.8)
    o_e = [AnalysisRow(study="A", o_e=-4.0, v=8.0)]
    settings = but(settings, data_type=DataType.O_E, method=Method.PETO)
    assert analyse(o_e, settings).overall.estimate == pytest.approx(math.exp(-0.5))


def test_a_single_subgroup_with_an_estimate_is_compared_with_nothing():
    rows = [table("A", 3, 33, 6, 31, subgroup="1"), table("B", 0, 9, 0, 9, subgroup="2")]
    test = analyse(rows, RR).test
    assert (test.chi2, test.df, test.p, test.i2_pct) == (0, 0, 1, 0)
    assert analyse(rows[1:], RR).test is None
    assert analyse(rows, but(RR, tests_subgroups=False)).test is None


def test_a_study_in_several_rows_and_a_control_arm_that_they_share_are_told():
    rows = [
        table("A, both doses", 3, 33, 6, 31),
        table("B", 9, 40, 17, 94, subgroup="1"),
        table("B", 7, 41, 17, 94, subgroup="2"),
    ]
    notes = analyse(rows, RR).notes
    assert notes == (
        "B: 2 rows count in the overall estimate, as if they were 2 studies",
        "B: the same control data in 2 rows of the overall estimate; the people of one control arm may count 2 times",
    )
    assert analyse(rows, but(RR, has_overall=False)).notes == ()
    assert analyse(rows, but(RR, has_overall=False, has_subgroups=False)).notes == ()


def test_what_zero_cells_do_can_be_chosen_per_analysis():
    rows = [table("A", 0, 20, 3, 20), table("B", 2, 30, 0, 31), table("C", 5, 50, 6, 48)]
    plain = analyse(rows, but(RR, zero_cells_of_tables=UNCORRECTED)).overall
    assert plain.estimate == pytest.approx((2 * 31 / 61 + 5 * 48 / 98) / (3 / 2 + 6 * 50 / 98))


IMPOSSIBLE = [
    (but(MD, method=Method.MH), "method mh needs dichotomous data and RR, OR or RD, not continuous, MD"),
    (but(MD, estimator=Model.COMMON), "estimator common is a common effect"),
    (but(MD, level=95.0), "level is 95.0"),
    (but(RR, measure=Measure.HR, method=Method.IV), "HR is not for 2 x 2 tables"),
]


@pytest.mark.parametrize(("settings", "message"), IMPOSSIBLE)
def test_settings_that_contradict_each_other_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        analyse([table("A", 1, 2, 1, 2)], settings)


def test_a_common_effect_keeps_wald_limits_and_says_so_where_hksj_is_asked_for():
    result = analyse(ROWS, but(RR, interval=Interval.HKSJ))
    assert result.overall.pooled.interval is Interval.WALD
    assert "whatever interval" in result.notes[0]


counts = st.integers(0, 30)
tables = st.builds(
    lambda i, a, b, c, d, group: table(f"S{i}", a, a + b + 1, c, c + d + 1, subgroup=group),
    st.integers(0, 3), counts, counts, counts, counts, st.sampled_from(["", "1", "2"]),
)  # fmt: skip
arms = st.tuples(st.floats(-5, 5), st.floats(0.5, 3), st.integers(2, 40))
pairs = st.builds(
    lambda one, two, group: means("S", *one, *two, subgroup=group), arms, arms, st.sampled_from(["", "1"])
)
of_tables = st.builds(
    lambda measure, method, is_random, model: but(
        RR, measure=measure, method=method, is_random=is_random, estimator=model, interval=Interval.WALD
    ),
    st.sampled_from([Measure.RR, Measure.OR, Measure.RD]),
    st.sampled_from([Method.MH, Method.IV]),
    st.booleans(),
    st.sampled_from([Model.DL, Model.PM]),
)
of_means = st.sampled_from(
    [
        but(MD, estimator=model, interval=interval)
        for model in (Model.DL, Model.REML, Model.HE)
        for interval in CONVENTIONAL_INTERVALS
    ]
)
analyses = st.one_of(
    st.tuples(st.lists(tables, min_size=1, max_size=6), of_tables),
    st.tuples(st.lists(pairs, min_size=1, max_size=6), of_means),
)


def numbers(result: AnalysisResult) -> list[float | None]:
    """Totals as shown, in a row."""
    return [
        value
        for total in (result.overall, *sorted(result.subgroups, key=lambda total: total.subgroup))
        for value in (
            total.estimate,
            total.ci_low,
            total.ci_high,
            total.pooled.tau2,
            total.pooled.q,
            total.weight_pct,
            total.n_1,
        )
    ]


def near(one, two):
    assert [value is None for value in one] == [value is None for value in two]
    assert [value for value in one if value is not None] == pytest.approx(
        [value for value in two if value is not None], rel=1e-6, abs=1e-9
    )


@given(analyses, st.randoms())
def test_the_order_of_rows_changes_nothing(analysis, random):
    rows, settings = analysis
    shuffled = random.sample(rows, len(rows))
    near(numbers(analyse(rows, settings)), numbers(analyse(shuffled, settings)))


@given(analyses)
def test_a_row_that_is_not_estimable_changes_no_estimate(analysis):
    rows, settings = analysis
    empty = AnalysisRow(study="not reported", subgroup=rows[0].subgroup)
    near(numbers(analyse(rows, settings)), numbers(analyse([*rows, empty], settings)))


@given(analyses)
def test_one_subgroup_of_all_rows_is_the_overall_estimate(analysis):
    rows, settings = analysis
    result = analyse([msgspec.structs.replace(row, subgroup="all") for row in rows], settings)
    (total,) = result.subgroups
    assert total.pooled == result.overall.pooled
    assert total.weight_pct is None or total.weight_pct == pytest.approx(100)


@given(analyses)
def test_exchanging_the_arms_turns_every_effect_round(analysis):
    rows, settings = analysis
    turned = [
        AnalysisRow(
            study=row.study, subgroup=row.subgroup, ai=row.ci, n1i=row.n2i, ci=row.ai, n2i=row.n1i,
            m1i=row.m2i, sd1i=row.sd2i, m2i=row.m1i, sd2i=row.sd1i,
        )
        for row in rows
    ]  # fmt: skip
    there, back = analyse(rows, settings), analyse(turned, settings)
    for one, two in zip(there.rows, back.rows, strict=True):
        assert (one.yi is None) == (two.yi is None)
        assert one.yi is None or (one.yi, one.sei) == pytest.approx((-two.yi, two.sei), rel=1e-9, abs=1e-12)
    if there.overall.estimate is not None:
        one, two = there.overall.pooled, back.overall.pooled
        assert one.estimate == pytest.approx(-two.estimate, rel=1e-5, abs=1e-7)
        assert (one.ci_low is None) == (two.ci_high is None)
        assert one.ci_low is None or one.ci_low == pytest.approx(-two.ci_high, rel=1e-5, abs=1e-7)
        if settings.is_ratio:
            assert there.overall.estimate == pytest.approx(1 / back.overall.estimate, rel=1e-5)
