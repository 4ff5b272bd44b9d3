"""Single studies, order of arrival, groups, small studies and sequential looks."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from models.vocabulary import Interval, Model
from synthesis.heterogeneity import i2_limits_of_q, i2_of_tau2, pool_subgroups
from synthesis.inverse_variance import pool_sets
from synthesis.sensitivity import cumulative, influence, leave_one_out
from synthesis.small_study import TooFewStudies, egger, funnel_contours, harbord, peters, trim_and_fill
from synthesis.study_sets import StudySets
from synthesis.tables import Tables

YI = np.array([-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, -1.6, 0.0, -0.5, -1.4, -0.3, 0.4])
VI = np.array([0.33, 0.19, 0.42, 0.02, 0.05, 0.01, 0.22, 0.004, 0.06, 0.07, 0.012, 0.53])


def test_leaving_one_out_is_pooling_the_others():
    without = leave_one_out(YI, VI, model=Model.REML, interval=Interval.HKSJ)
    for i in range(len(YI)):
        alone = pool_sets(np.delete(YI, i), np.delete(VI, i), model=Model.REML, interval=Interval.HKSJ)
        assert_allclose([without.estimate[i], without.se[i]], [alone.estimate[0], alone.se[0]], rtol=1e-10)


def test_leaving_the_only_study_out_leaves_nothing():
    assert leave_one_out([0.3], [0.1], model=Model.DL).k[0] == 0


def test_cumulative_pooling_starts_with_the_first_study_and_ends_with_all():
    steps = cumulative(YI, VI, model=Model.DL)
    assert steps.k.tolist() == list(range(1, 13))
    assert steps.estimate[0] == YI[0]
    assert steps.estimate[-1] == pytest.approx(pool_sets(YI, VI, model=Model.DL).estimate[0], rel=1e-12)


def test_influence_of_each_study_is_what_its_deletion_does():
    found = influence(YI, VI, model=Model.REML)
    whole = pool_sets(YI, VI, model=Model.REML)
    last = pool_sets(YI[:-1], VI[:-1], model=Model.REML)
    change = whole.estimate[0] - last.estimate[0]
    assert found.cooks_distance[-1] == pytest.approx(change**2 / whole.se[0] ** 2)
    spread = math.sqrt(VI[-1] + last.tau2[0] + last.se[0] ** 2)
    assert found.rstudent[-1] == pytest.approx((YI[-1] - last.estimate[0]) / spread)
    assert found.hat.sum() == pytest.approx(1)
    assert np.sign(found.dffits[-1]) == np.sign(change)
    with pytest.raises(ValueError, match="at least two"):
        influence([0.1], [0.1], model=Model.DL)


def test_equal_groups_do_not_differ_and_a_single_group_has_no_test():
    same = pool_subgroups([0.1, 0.3, 0.1, 0.3], [0.1, 0.2, 0.1, 0.2], ["a", "a", "b", "b"], model=Model.DL)
    assert (same.q_between, same.df, same.p_value) == (pytest.approx(0, abs=1e-20), 1, pytest.approx(1))
    alone = pool_subgroups([0.1, 0.3], [0.1, 0.2], ["a", "a"], model=Model.DL)
    assert alone.df == 0
    assert math.isnan(alone.p_value)


def test_groups_of_common_effects_divide_q_between_and_within():
    groups = ["odd", "even"] * 6
    parts = pool_subgroups(YI, VI, groups, model=Model.COMMON)
    whole = pool_sets(YI, VI, model=Model.COMMON)
    assert parts.groups == ("odd", "even")
    assert parts.q_between + parts.pooled.q.sum() == pytest.approx(whole.q[0])


def test_i2_of_the_dersimonian_laird_tau2_is_that_of_q():
    pooled = pool_sets(YI, VI, model=Model.DL)
    i2, h2 = i2_of_tau2(StudySets.of(YI, VI), pooled.tau2)
    assert i2[0] == pytest.approx(100 * (1 - 11 / pooled.q[0]))
    assert h2[0] == pytest.approx(pooled.q[0] / 11)


def test_limits_of_i2_need_an_error():
    low, high = i2_limits_of_q([5.0, 1.5, 0.0], [1, 2, 1])
    assert np.isnan([*low, *high]).all()


TABLES = Tables.of([4, 6, 3, 62, 33], [123, 306, 231, 13598, 5069], [11, 29, 11, 248, 47], [139, 303, 220, 12867, 5808])


@pytest.mark.parametrize(
    "test",
    [
        lambda: egger(YI[:9], VI[:9]),
        lambda: trim_and_fill(YI[:9], VI[:9], model=Model.COMMON),
        lambda: harbord(TABLES),
        lambda: peters(TABLES),
    ],
    ids=["egger", "trim and fill", "harbord", "peters"],
)
def test_fewer_than_ten_studies_are_refused_with_the_reason(test):
    with pytest.raises(TooFewStudies, match=r"\d studies: with fewer than 10"):
        test()


def test_even_on_purpose_two_studies_give_no_regression():
    with pytest.raises(TooFewStudies, match="fewer than 3"):
        egger([0.1, 0.2], [0.1, 0.2], least=1)


def test_a_symmetric_funnel_is_left_as_it_is():
    yi = np.array([-2.01, 2.0, -1.0, 1.02, -0.5, 0.49, -0.21, 0.2, 0.11, -0.1, 0.01, -0.03])
    vi = np.repeat([0.9, 0.6, 0.3, 0.2, 0.1, 0.05], 2)
    result = trim_and_fill(yi, vi, model=Model.COMMON)
    assert result.n_filled == 0
    assert len(result.filled_yi) == 0
    assert egger(yi, vi).p_value > 0.5


def test_equally_precise_studies_have_no_funnel():
    with pytest.raises(ValueError, match="equally precise"):
        egger(YI, np.full(12, 0.3))


def test_a_funnel_without_its_left_side_is_filled_there_and_the_estimate_moves_left():
    se = np.linspace(0.05, 0.8, 12)
    yi = 0.2 + 1.2 * se
    result = trim_and_fill(yi, se**2, model=Model.DL)
    assert result.side == "left"
    assert result.n_filled > 0
    assert result.pooled.estimate[0] < pool_sets(yi, se**2, model=Model.DL).estimate[0]
    mirrored = trim_and_fill(-yi, se**2, model=Model.DL)
    assert (mirrored.side, mirrored.n_filled) == ("right", result.n_filled)
    assert mirrored.pooled.estimate[0] == pytest.approx(-result.pooled.estimate[0])


def test_funnel_contours_are_where_p_takes_its_levels():
    funnel = funnel_contours([0.04, 0.25], levels=(0.95,))
    assert funnel.se[-1] == 0.5
    assert funnel.high[0, -1] == pytest.approx(1.959963984540054 * 0.5)
    assert (funnel.low == -funnel.high).all()
