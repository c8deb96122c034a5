"""Weeks or months, and which days they hold."""

from datetime import date

import pytest

from clinical.trend_unit import Unit, is_rare, periods_between, suitable_unit


@pytest.mark.parametrize(
    ("recorded", "affected", "unit"),
    [
        ([10] * 5, [1] * 5, Unit.WEEK),
        ([9] * 5, [9] * 5, Unit.MONTH),
        # 3 of 80: 0.75 in a usual week of 20.
        ([20] * 4, [3, 0, 0, 0], Unit.MONTH),
        # 4 of 80: exactly 1.
        ([20] * 4, [4, 0, 0, 0], Unit.WEEK),
        # Empty weeks count: the usual week is empty.
        ([30, 0, 0, 0, 30], [10, 0, 0, 0, 10], Unit.MONTH),
        ([0, 0], [0, 0], Unit.MONTH),
        ([], [], Unit.MONTH),
    ],
)
def test_weeks_are_for_enough_infusions(recorded, affected, unit):
    assert suitable_unit(recorded, affected) is unit


def test_rare_is_less_than_one_a_month():
    # 365 days are 11.99 months.
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert is_rare(11, *year)
    assert not is_rare(12, *year)


def test_weeks_begin_on_mondays_and_the_outer_ones_are_parts():
    # Thursday to Tuesday.
    weeks = periods_between(Unit.WEEK, date(2026, 1, 1), date(2026, 1, 20))
    assert weeks.count == 4
    assert [weeks.first_day(week) for week in (0, 3)] == [date(2025, 12, 29), date(2026, 1, 19)]
    assert weeks.last_day(3) == date(2026, 1, 25)
    assert [weeks.is_part(week) for week in range(4)] == [True, False, False, True]
    assert [weeks.place(day) for day in (date(2026, 1, 4), date(2026, 1, 5))] == [0, 1]
    assert weeks.place(date(2025, 12, 28)) == -1


def test_months_are_whole_where_the_days_are():
    months = periods_between(Unit.MONTH, date(2026, 1, 1), date(2026, 3, 30))
    assert months.count == 3
    assert [months.is_part(month) for month in range(3)] == [False, False, True]
    assert months.last_day(1) == date(2026, 2, 28)
    assert (months.a_year, months.judged, months.least_reference) == (12, 3, 6)


def test_a_key_stands_for_its_period_only():
    weeks = periods_between(Unit.WEEK, date(2026, 1, 1), date(2026, 1, 20))
    # 2025-12-29 is day 20,451: week (20451 + 3) / 7.
    assert weeks.key(0) == "week:2922"
    assert weeks.of_key("week:2925") == 3
    longer = periods_between(Unit.WEEK, date(2025, 12, 22), date(2026, 1, 20))
    assert longer.of_key("week:2922") == 1


@pytest.mark.parametrize(
    "key", ["week:2926", "week:2921", "month:2922", "week:", "week:-1", "", "week:9" * 9, "week:²"]
)
def test_what_is_no_key_is_no_period(key):
    weeks = periods_between(Unit.WEEK, date(2026, 1, 1), date(2026, 1, 20))
    assert weeks.of_key(key) is None
