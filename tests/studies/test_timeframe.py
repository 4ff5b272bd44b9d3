"""Time frames of registries end on a day, or name none."""

import pytest

from models.protocol import Protocol
from studies.timeframe import is_within, last_day_of


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
