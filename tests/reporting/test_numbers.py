"""Numbers as readers see them, in tables: value, print."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import numbers


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (3.3800000000000012, 2, "3.38"),
        (1.2166946192213972, 2, "1.22"),
        (-0.52999999999999947, 2, "−0.53"),
        (-5.3656058317021254, 2, "−5.37"),
        (2.675, 2, "2.68"),
        (-2.675, 2, "−2.68"),
        (0.125, 2, "0.13"),
        (1.005, 2, "1.01"),
        (0.1 + 0.2 + 0.005, 2, "0.31"),
        (-0.001, 2, "0.00"),
        (0.0, 2, "0.00"),
        (0.5, 0, "1"),
        (12345.6, 1, "12,345.6"),
    ],
)
def test_rounds_half_up_with_a_true_minus(value, decimals, printed):
    assert numbers.fixed(value, decimals) == printed


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="cannot be printed"):
        numbers.fixed(value, 2)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0, "< 0.001"),
        (0.0004, "< 0.001"),
        (0.00174, "0.002"),
        (0.0099, "0.010"),
        (0.01, "0.01"),
        (0.1285, "0.13"),
        (1.0735930735930737, "1.07"),
        (12.706, "12.71"),
        (99.994, "99.99"),
        (99.996, "100"),
        (508.45, "508"),
        (1234.5, "1,235"),
        (10_000, "> 10,000"),
        (math.inf, "> 10,000"),
    ],
)
def test_ratios_stay_readable_at_both_ends(value, printed):
    assert numbers.ratio(value) == printed


def test_the_interval_of_hksj_with_two_studies_reads_as_it_should():
    low, high = math.exp(-6.3551443824346032), math.exp(6.2313638763659496)
    assert numbers.estimate(math.exp(-0.061890253034326853), low, high, True) == "0.94 (0.002 to 508)"


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0, "p < 0.001"),
        (0.0009, "p < 0.001"),
        (0.0022, "p = 0.002"),
        (0.03, "p = 0.03"),
        (0.046, "p = 0.046"),
        (0.0499, "p = 0.0499"),
        (0.05, "p = 0.05"),
        (0.0532, "p = 0.053"),
        (0.357, "p = 0.36"),
        (0.9959, "p > 0.99"),
        (None, "–"),
    ],
)
def test_p_values_show_on_which_side_of_five_per_cent_they_are(value, printed):
    assert numbers.p_value(value) == printed


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        (lambda: numbers.estimate(-0.53, -5.3656, 4.3056, False), "−0.53 (−5.37 to 4.31)"),
        (lambda: numbers.confidence(0.95), "95% CI"),
        (lambda: numbers.confidence(0.99), "99% CI"),
        (lambda: numbers.confidence(0.975), "97.5% CI"),
        (lambda: numbers.estimate(None, None, None, True), "–"),
        (lambda: numbers.estimate(1.2, None, None, True), "1.20 (–)"),
        (lambda: numbers.percent(52.7), "53%"),
        (lambda: numbers.variance(0.0065688), "< 0.01"),
        (lambda: numbers.variance(0.0), "0.00"),
        (lambda: numbers.plain(2.0), "2"),
        (lambda: numbers.plain(2.953125), "2.95"),
        (lambda: numbers.plain(0.0022), "0.002"),
        (lambda: numbers.count(None), "–"),
        (lambda: numbers.counted(1, "study", "studies"), "1 study"),
        (lambda: numbers.counted(2, "study", "studies"), "2 studies"),
        (lambda: numbers.counted(0, "event"), "0 events"),
    ],
)
def test_prints(call, printed):
    assert call() == printed


@given(st.floats(-9_000, 9_000), st.integers(0, 4))
def test_a_printed_number_is_within_half_a_unit_of_its_value(value, decimals):
    printed = float(numbers.fixed(value, decimals).replace(",", "").replace(numbers.MINUS, "-"))
    assert abs(printed - value) <= 0.5 * 10**-decimals * (1 + 1e-6)


@given(st.floats(0, 1e300))
def test_no_ratio_needs_more_than_eight_characters(value):
    assert len(numbers.ratio(value)) <= 8
