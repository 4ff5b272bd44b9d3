"""Printed numbers are everything that rounds to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pooling.spans import Span

PRINTED = [("0.30", 0.295, 0.305), ("5", 4.5, 5.5), ("-1.2", -1.25, -1.15), ("1e-3", 0.0005, 0.0015), ("0", -0.5, 0.5)]


@pytest.mark.parametrize(("text", "low", "high"), PRINTED)
def test_a_number_reaches_half_a_unit_of_its_last_digit(text, low, high):
    span = Span.of(text)
    assert (span.low, span.high) == (pytest.approx(low), pytest.approx(high))


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_a_number_lies_within_what_its_rounded_form_may_be(value, digits):
    assert Span.exactly(value).meets(Span.of(f"{value:.{digits}f}"))


numbers = st.floats(-1e3, 1e3)


@given(numbers, numbers, st.integers(0, 3), st.integers(0, 3))
def test_arithmetic_keeps_the_true_result(a, b, digits, more):
    one, two = Span.of(f"{a:.{digits}f}"), Span.of(f"{b:.{more}f}")
    assert Span.exactly(a + b).meets(one + two)
    assert Span.exactly(a - b).meets(one - two)
    assert Span.exactly(a * b).meets(one * two)
    assert abs(a) >= one.size().low - 1e-9
    if b:
        assert Span.exactly(a / b).meets(one / two)


def test_standard_errors_are_apart_by_what_rounding_does_not_explain():
    assert Span.of("0.1").times_apart(Span.of("0.14")) == 1
    assert Span.of("0.10").times_apart(Span.of("0.21")) == pytest.approx(0.205 / 0.105)
