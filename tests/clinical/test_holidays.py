"""Public holidays by time zone, against the calendars of the countries."""

from datetime import date

import pytest

from clinical.holidays import country_of_zone, public_holidays


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/New_York", "US"),
        ("America/Phoenix", "US"),
        ("Europe/London", "GB"),
        ("Europe/Berlin", "DE"),
        ("Europe/Oslo", "NO"),  # by its own clock since 1970 the same as Berlin
        ("US/Eastern", "US"),  # an older name of America/New_York
        ("Asia/Calcutta", "IN"),
        ("UTC", None),
        ("EST", None),  # the database makes it a name of Panama's zone
        ("Etc/GMT+5", None),
        ("Nowhere/Land", None),
    ],
)
def test_the_country_of_a_time_zone(zone: str, country: str | None):
    assert country_of_zone(zone) == country


def test_the_federal_holidays_of_2026():
    # United States Code, title 5, section 6103; 4 July 2026 is a Saturday.
    assert public_holidays("America/Phoenix", date(2026, 5, 20), date(2026, 9, 30)) == {
        date(2026, 5, 25): "Memorial Day",
        date(2026, 6, 19): "Juneteenth National Independence Day",
        date(2026, 7, 3): "Independence Day (observed)",
        date(2026, 7, 4): "Independence Day",
        date(2026, 9, 7): "Labor Day",
    }


def test_both_ends_belong_to_the_period_and_years_are_joined():
    found = public_holidays("Europe/Berlin", date(2025, 12, 26), date(2026, 1, 1))
    assert list(found) == [date(2025, 12, 26), date(2026, 1, 1)]


def test_a_holiday_observed_in_the_year_before_is_found_in_that_year():
    # 1 January 2028 is a Saturday; federal offices keep Friday 31 December 2027.
    found = public_holidays("America/New_York", date(2027, 12, 26), date(2028, 1, 2))
    assert list(found) == [date(2027, 12, 31), date(2028, 1, 1)]


def test_nothing_of_nowhere_and_of_no_days():
    assert public_holidays("UTC", date(2026, 1, 1), date(2026, 12, 31)) == {}
    assert public_holidays("Europe/Berlin", date(2026, 12, 31), date(2026, 1, 1)) == {}


def test_a_country_that_the_library_does_not_know():
    assert country_of_zone("Indian/Chagos") == "IO"
    assert public_holidays("Indian/Chagos", date(2026, 1, 1), date(2026, 12, 31)) == {}
