"""Printed numbers are read when they can mean one thing only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.printed import printed_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-1.36", -1.36),
        ("−1.36", -1.36),
        ("\u20131.36", -1.36),
        (" 12 ", 12),
        ("1,234", 1234),
        ("1,234,567.5", 1234567.5),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1,36", None),
        ("1,2345", None),
        ("0,123", None),
        ("12,34,567", None),
        ("1.234,5", None),
        ("1_000", None),
        ("1 000", None),
        ("<0.001", None),
        ("NA", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("12%", None),
        ("3 (2)", None),
        ("١٢", None),
        ("", None),
        (None, None),
    ],
)
def test_a_text_is_a_number_or_none(text: str | None, number: float | None) -> None:
    assert printed_number(text) == number


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_what_english_papers_print_is_read_back(whole: int, digits: int) -> None:
    value = whole / 10**digits
    assert printed_number(f"{value:,.{digits}f}") == pytest.approx(value, abs=10**-digits)


@given(st.text())
def test_no_text_is_read_as_another_number_than_python_reads(text: str) -> None:
    number = printed_number(text)
    if number is not None:
        assert (
            float(text.strip().replace(",", "").replace("−", "-").replace("\u2012", "-").replace("\u2013", "-"))
            == number
        )
