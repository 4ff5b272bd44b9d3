"""What trials report instead of SDs: round trips, records of how a number was made, and refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from synthesis import conversions as conv

positive = st.floats(0.01, 100)
people = st.integers(3, 500)


@settings(deadline=None)
@given(positive, people)
def test_an_sd_comes_back_from_its_se_and_from_its_interval(sd, n):
    se = sd / math.sqrt(n)
    assert conv.sd_from_se(se, n).value == pytest.approx(sd)
    half = float(conv.critical(0.9, n - 1)) * se
    assert conv.sd_from_ci(10 - half, 10 + half, n, level=0.9).value == pytest.approx(sd)


@settings(deadline=None)
@given(positive, positive, people, people)
def test_an_se_comes_back_from_t_and_from_p(effect, se, n1, n2):
    t, df = effect / se, n1 + n2 - 2
    assert conv.se_from_t(effect, -t).value == pytest.approx(se)
    p = 2 * student.sf(t, df)
    if 1e-10 < p < 0.99:
        assert conv.se_from_p(effect, p, df).value == pytest.approx(se, rel=1e-6)


def test_the_published_limits_of_oh_2018_give_its_standard_error():
    # MD 3.38 (1.23 to 5.54), SE 1.07 in the report, by t with 54 df
    assert conv.se_from_ci(1.23, 5.54, df=54).value == pytest.approx(1.07, abs=0.006)
    sd = conv.sd_from_se_of_difference(1.07, 31, 25).value
    assert sd == pytest.approx(math.sqrt((30 * 3.51**2 + 24 * 4.53**2) / 54), rel=0.01)


@settings(deadline=None)
@given(positive, positive, st.floats(-0.99, 0.99))
def test_change_score_and_correlation_are_inverse(baseline, final, correlation):
    change = conv.sd_of_change(baseline, final, correlation).value
    if change > 0.05:
        assert conv.correlation_of_change(baseline, final, change).value == pytest.approx(correlation, abs=1e-5)


@pytest.mark.parametrize("given", [("q1", "q3"), ("low", "high"), ("low", "q1", "q3", "high")])
def test_quantiles_of_normal_data_give_back_mean_and_sd(given):
    rng = np.random.default_rng(11)
    draws = rng.normal(50, 10, (400, 61))
    values = dict(
        zip(("low", "q1", "median", "q3", "high"), np.quantile(draws, [0, 0.25, 0.5, 0.75, 1], axis=1), strict=True)
    )
    found = [
        conv.mean_sd_from_quantiles(values["median"][i], 61, **{name: values[name][i] for name in given})
        for i in range(400)
    ]
    assert np.mean([item.mean.value for item in found]) == pytest.approx(50, abs=0.3)
    assert np.mean([item.sd.value for item in found]) == pytest.approx(10, abs=0.4)


def test_every_conversion_says_what_it_was_made_from():
    assert str(conv.sd_of_change(5, 7, 0.3)) == (
        "SD of change 7.28011 computed from SD at baseline 5, SD at the end 7, correlation 0.3 (Handbook 6.5.2.8)"
    )
    effect = conv.paired_mean_difference(38, 5, 42, 5.5, 27, 0.7)
    assert "correlation 0.7" in str(effect.vi)


def test_a_shared_control_is_divided_and_a_cluster_trial_shrinks():
    events, n = conv.split_control(4, 29, 3)
    assert (events.value, n.value) == (pytest.approx(4 / 3), pytest.approx(29 / 3))
    assert conv.split_control(None, 29, 3)[0] is None
    assert conv.design_effect(20, 0.05).value == pytest.approx(1.95)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv.sd_from_se(0, 10), "SE|se is 0"),
        (lambda: conv.sd_from_ci(3, 2, 10), "width of the interval"),
        (lambda: conv.sd_from_ci(1, 2, 10, level=95), "level is 95"),
        (lambda: conv.se_from_p(1, 0.0), "p is 0.0"),
        (lambda: conv.se_from_t(1, 0), "absolute t is 0"),
        (lambda: conv.sd_of_change(5, 7, 1.1), "correlation is 1.1"),
        (lambda: conv.correlation_of_change(5, 7, 20), "correlation is -"),
        (lambda: conv.design_effect(20, 1.5), "icc is 1.5"),
        (lambda: conv.mean_sd_from_quantiles(5, 10), "both quartiles, or minimum and maximum"),
        (lambda: conv.mean_sd_from_quantiles(5, 10, q1=6, q3=7), "not in order"),
        (lambda: conv.log_effect_from_ratio(0, 2), "low is 0"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


QUANTILES = [
    # n, quantiles around the median, T, critical value, whether too skewed
    (25, {"median": 9, "q1": 6, "q3": 30}, 0.75, 2.65 / 5 - 6 / 625, True),
    (40, {"median": 2, "low": 1, "high": 60}, 57 / 59, 1 / math.log(49) + 2.5 / 41, True),
    (22, {"median": 11, "q1": 8, "q3": 19}, 5 / 11, 2.65 / math.sqrt(22) - 6 / 484, False),
    (30, {"median": 5, "q1": 4, "q3": 6, "low": 0, "high": 10}, 0.0, 3 / math.sqrt(30) - 40 / 27000, False),
    (
        100,
        {"median": 2, "q1": 1, "q3": 3, "low": 0, "high": 20},
        2.65 * math.log(60) / 10 * 0.8,
        3 / 10 - 40 / 1e6,
        True,
    ),
]


@pytest.mark.parametrize(("n", "given_", "statistic", "critical", "is_skewed"), QUANTILES)
def test_quantiles_of_a_skewed_outcome_are_known(n, given_, statistic, critical, is_skewed):
    found = conv.skewness_of_quantiles(n=n, **given_)
    assert (found.statistic, found.critical) == (pytest.approx(statistic), pytest.approx(critical))
    assert found.is_skewed == is_skewed


def test_about_one_normal_sample_in_twenty_is_called_skewed():
    draws = np.sort(np.random.default_rng(1).normal(size=(4000, 41)), axis=1)
    n_skewed = sum(
        conv.skewness_of_quantiles(row[20], 41, q1=row[10], q3=row[30], low=row[0], high=row[40]).is_skewed
        for row in draws.tolist()
    )
    assert 0.03 < n_skewed / len(draws) < 0.07


def test_skewness_needs_a_pair_of_quantiles():
    with pytest.raises(ValueError, match="give both quartiles"):
        conv.skewness_of_quantiles(5, 30, q1=3)
