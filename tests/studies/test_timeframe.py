"""Time frames of registries end on a day, or name none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.protocol import Protocol
from studies.timeframe import is_within, last_day_of, read_time_frame

MONTH, YEAR = 365.25 / 12, 365.25


@pytest.mark.parametrize(
    ("time_frame", "days"),
    [
        ("28 weeks following the first treatment", 196),
        ("baseline(Visit 5) and week 16(Visit 9)", 112),
        ("6 months", 182.6),
        ("Month 12", 365.25),
        ("six-months", 182.6),
        ("1 year", 365.25),
        ("From baseline to Week 24, up to 52 weeks", 364),
        ("Day 180", 180),
        ("1.5 years", 547.9),
        ("Months 6 and 12", 12 * MONTH),
        ("Weeks 24 and 48", 336),
        ("baseline, 3, 6, and 12 months", 12 * MONTH),
        ("at 6, 12 and 18-month follow-up", 18 * MONTH),
        ("Day 1 to Day 28", 28),
        ("24-28 weeks", 196),
        ("Week 0, 4, 8…24", 168),
        ("every 3 months for 1 year", YEAR),
        ("every 28 days up to 2 years", 2 * YEAR),
        ("once per week for 6 months", 6 * MONTH),
        ("6mo", 6 * MONTH),
        ("M6, M12", 12 * MONTH),
        ("D28", 28),
        ("24wks", 168),
        ("Month 6 (Week 26)", 6 * MONTH),
        ("twenty-four months", 24 * MONTH),
        ("pre-dose and 24 hours", 1),
        ("Week 24 (± 7 days)", 168),
        ("2 weeks before infusion and 12 weeks after", 84),
        ("Week 4, 6 months", 6 * MONTH),
        ("Weeks 4,8,12", 84),
        ("Months 6,12", 12 * MONTH),
        ("Day 1,7,28", 28),
        ("Weeks 12,24 and 48", 336),
        ("12,24,36 weeks", 252),
        ("Weeks 24, then 48", 336),
        ("Weeks 24 as well as 48", 336),
        ("Weeks 24 and also at 48", 336),
        ("Months 6th and 12th", 12 * MONTH),
        ("Months 6and12", 12 * MONTH),
        ("Semanas 24 y 48", 336),
        ("24 y 48 semanas", 336),
        ("Meses 6 y 12", 12 * MONTH),
        ("Wochen 4 und 8", 56),
        ("6 mois et 12 mois", 12 * MONTH),
        ("12 Monate", 12 * MONTH),
        ("1 y 6 m", None),
        ("1,000 days", None),
        ("Day 1, 1,000", None),
        ("1 year and 6 months", None),
        ("1 year 6 months", None),
        ("Days 1, 8, 15 of each 28-day cycle", None),
        ("1 hour prior to dose", None),
        ("people aged 18 years", None),
        ("Visit 3", None),
        ("at each visit", None),
        ("", None),
    ],
)
def test_the_last_time_named_counts(time_frame: str, days: float | None):
    assert last_day_of(time_frame) == (None if days is None else pytest.approx(days, abs=0.05))


@pytest.mark.parametrize(
    ("time_frame", "window", "is_inside"),
    [
        ("4 months", "4 to 6 months", True),
        ("week 16", "4 to 6 months", True),
        ("28 weeks", "4 to 6 months", True),
        ("3 months", "4 to 6 months", False),
        ("9 months", "4 to 6 months", False),
        ("9 months", "12 months", False),
        ("52 weeks", "12 months", True),
        ("24 months from baseline", "12 months", False),
        ("throughout the study", "12 months", False),
        (None, "12 months", False),
    ],
)
def test_a_time_outside_a_window_is_no_data_for_it(
    protocol: Protocol, time_frame: str | None, window: str, is_inside: bool
):
    assert is_within(time_frame, protocol.timepoint(window)) == is_inside


UNITS = st.sampled_from([("day", 1.0), ("week", 7.0), ("month", MONTH), ("year", YEAR)])
NUMBERS = st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(sorted)


def _listed(numbers: list[int], oxford: str) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)}{oxford} and {last}" if first else last


@given(NUMBERS, UNITS, st.sampled_from(["", ","]), st.sampled_from(["Baseline, ", "At ", "up to ", ""]))
def test_a_list_of_numbers_has_one_unit_before_or_behind_it(
    numbers: list[int], unit: tuple[str, float], oxford: str, opening: str
):
    name, days = unit
    listed = _listed(numbers, oxford)
    for text in (f"{opening}{listed} {name}s", f"{opening}{name.title()}s {listed}", f"{opening}{listed}-{name}"):
        assert read_time_frame(text).times == pytest.approx([number * days for number in numbers]), text


@given(st.integers(1, 60), st.integers(1, 60), UNITS, st.sampled_from([" to ", "-", "–", " through ", " until "]))
def test_two_ends_of_a_span_are_no_list(first: int, more: int, unit: tuple[str, float], joint: str):
    name, days = unit
    for text in (f"{first}{joint}{first + more} {name}s", f"{name} {first}{joint}{name} {first + more}"):
        found = read_time_frame(text)
        assert not found.is_list
        assert found.last == pytest.approx((first + more) * days), text


@given(st.text())
def test_any_text_is_read_without_an_error(text: str):
    assert all(day >= 0 for day in read_time_frame(text).times)
