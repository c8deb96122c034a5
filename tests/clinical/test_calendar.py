"""Calendar integers against dates worked by hand, and there and back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.calendar import (
    day_date,
    day_number,
    month_date,
    month_number,
    week_date,
    week_number,
)


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(1970, 1, 1), 0),
        (date(1970, 2, 1), 31),
        (date(1969, 12, 31), -1),
        (date(2000, 1, 1), 10_957),
        (date(2026, 3, 9), 20_521),
    ],
)
def test_days_count_from_1970(day, number):
    assert day_number(day) == number
    assert day_date(number) == day


def test_a_week_goes_from_monday_to_sunday():
    sunday, monday, next_sunday = date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 15)
    week = week_number(day_number(monday))
    assert week_number(day_number(sunday)) == week - 1
    assert week_number(day_number(next_sunday)) == week
    assert week_date(week) == monday


def test_week_0_holds_the_first_day_of_1970():
    assert week_number(0) == 0
    assert week_date(0) == date(1969, 12, 29)


def test_months_count_on_over_the_years():
    assert month_number(date(2026, 1, 31)) == month_number(date(2025, 12, 1)) + 1
    assert month_date(month_number(date(2026, 12, 31))) == date(2026, 12, 1)


DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(DAYS)
def test_there_and_back(day):
    assert day_date(day_number(day)) == day
    monday = week_date(week_number(day_number(day)))
    assert monday.isoweekday() == 1
    assert timedelta(0) <= day - monday < timedelta(days=7)
    assert month_date(month_number(day)) == day.replace(day=1)
