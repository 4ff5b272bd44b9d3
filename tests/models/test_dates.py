"""A partial date says what is known and nothing more."""

import calendar
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dates import add_months, at_night, check_partial, first_day, from_english, last_day, month_number, precision


@pytest.mark.parametrize(
    ("text", "first", "last", "known"),
    [
        ("2014", date(2014, 1, 1), date(2014, 12, 31), "year"),
        ("2014-06", date(2014, 6, 1), date(2014, 6, 30), "month"),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "month"),
        ("2014-06-17", date(2014, 6, 17), date(2014, 6, 17), "day"),
    ],
)
def test_what_a_partial_date_can_mean(text: str, first: date, last: date, known: str) -> None:
    assert (first_day(text), last_day(text), precision(text)) == (first, last, known)
    assert check_partial(text) == text


@pytest.mark.parametrize(
    "text", ["", "14", "2014-6", "2014-13", "2014-00", "2014-02-30", "2014-06-1", "2014/06/17", "2014-06-17T06:00", "x"]
)
def test_anything_else_is_no_partial_date(text: str) -> None:
    with pytest.raises(ValueError):
        check_partial(text)


@given(day=st.dates(min_value=date(1000, 1, 1)), length=st.sampled_from([4, 7, 10]))
def test_a_day_lies_within_every_date_that_it_shortens_to(day: date, length: int) -> None:
    text = day.isoformat()[:length]
    assert first_day(text) <= day <= last_day(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("May 30, 2011", "2011-05-30"),
        ("February 2011", "2011-02"),
        ("Sept 2011", None),
        ("December 8, 2017", "2017-12-08"),
        (" June 2014 ", "2014-06"),
        ("Feb 2, 2011", "2011-02-02"),
        ("February 30, 2011", None),
        ("30 May 2011", None),
        ("Maytember 2011", None),
        ("2011", None),
    ],
)
def test_english_dates_of_the_classic_files(text: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(ValueError):
            from_english(text)
    else:
        assert from_english(text) == meant


@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_an_english_date_is_read_back(day: date) -> None:
    assert from_english(f"{calendar.month_name[day.month]} {day.day}, {day.year:04d}") == day.isoformat()


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("12", 12), ("Jan", 1), ("december", 12), ("MAY", 5)])
def test_months(text: str, number: int) -> None:
    assert month_number(text) == number


@pytest.mark.parametrize("text", ["0", "13", "", "Janu", "-1"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        month_number(text)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2015, 1, 31), 1, date(2015, 2, 28)),
        (date(2016, 6, 21), 12, date(2017, 6, 21)),
        (date(2016, 12, 15), 1, date(2017, 1, 15)),
        (date(2016, 6, 21), 0, date(2016, 6, 21)),
    ],
)
def test_adding_months(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_a_night_is_six_in_the_morning() -> None:
    assert at_night(date(2016, 6, 21)) == datetime(2016, 6, 21, 6, tzinfo=UTC)


def test_months_beyond_the_last_day_of_all_end_there() -> None:
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    assert add_months(date(9999, 12, 31), 12) == date.max
