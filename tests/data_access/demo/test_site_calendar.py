"""Opening days, local time, and the text of times."""

from datetime import date

import numpy as np
import pytest

from clinical.calendar import day_number
from data_access.demo.arrays import NEVER
from data_access.demo.plan import make_plan
from data_access.demo.site_calendar import SiteCalendar, TimeText, closures

PLAN = make_plan(4_000, 1, date(2026, 11, 23))
NEW_YORK = SiteCalendar(PLAN, PLAN.sites[0])
"""Open from Monday to Friday."""
CHICAGO = SiteCalendar(PLAN, PLAN.sites[1])
WEEKEND = SiteCalendar(PLAN, PLAN.sites[2])
"""Open from Wednesday to Sunday."""


def days(*dates: str) -> np.ndarray:
    return np.array([day_number(date.fromisoformat(day)) for day in dates])


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2025, 5, 26), "Memorial Day"),
        (date(2025, 7, 4), "Independence Day"),
        (date(2025, 9, 1), "Labor Day"),
        (date(2025, 11, 27), "Thanksgiving"),
        (date(2026, 11, 26), "Thanksgiving"),
        (date(2027, 1, 1), "New Year's Day"),
    ],
)
def test_holidays(day: date, reason: str) -> None:
    assert closures(PLAN, PLAN.sites[0])[day_number(day)] == reason


def test_the_last_day_is_never_a_holiday() -> None:
    plan = make_plan(4_000, 1, date(2026, 12, 25))
    assert plan.last_day not in closures(plan, plan.sites[0])


def test_every_weekday_some_site_is_open() -> None:
    open_days = {span.weekday for site in PLAN.sites for span in site.spans}
    assert open_days == set(range(1, 8))


def test_open_from() -> None:
    saturday_monday = days("2026-10-10", "2026-10-12")
    assert NEW_YORK.open_from(saturday_monday).tolist() == days("2026-10-12", "2026-10-12").tolist()
    assert WEEKEND.open_from(saturday_monday).tolist() == days("2026-10-10", "2026-10-14").tolist()


def test_open_near() -> None:
    saturday, sunday = days("2026-10-10"), days("2026-10-11")
    friday, monday = days("2026-10-09"), days("2026-10-12")
    assert NEW_YORK.open_near(saturday, friday) == friday
    assert NEW_YORK.open_near(sunday, friday) == monday
    assert NEW_YORK.open_near(saturday, saturday) == monday


def test_local_time_follows_the_clock_changes() -> None:
    """Clocks went back on 2026-11-01: 10:00 in New York was 14:00, then 15:00 UTC."""
    moments = NEW_YORK.utc(days("2026-10-30", "2026-11-02"), np.array([600, 600]))
    assert (moments % 1440).tolist() == [14 * 60, 15 * 60]
    assert CHICAGO.utc(days("2026-10-30"), np.array([600])) % 1440 == 15 * 60


def test_local_day_of_an_evening() -> None:
    """20:00 in Chicago is after midnight in UTC, and still the same clinic day."""
    moment = CHICAGO.utc(days("2026-11-02"), np.array([20 * 60]))
    assert moment // 1440 == days("2026-11-03")
    assert CHICAGO.local_day(moment) == days("2026-11-02")


def test_the_first_chair_fills_first() -> None:
    wednesday = np.repeat(days("2026-10-14"), 9)
    seats = WEEKEND.slots(wednesday, np.arange(9), first_chair_first=True)
    assert seats[:3, 0].tolist() == [0, 0, 0]
    assert len({tuple(seat) for seat in seats.tolist()}) == 9


def test_time_text() -> None:
    text = TimeText(day_number(date(2026, 12, 31)))
    moment = day_number(date(2026, 3, 9)) * 1440 + 19 * 60 + 30
    assert text.moments(np.array([moment, NEVER])).tolist() == ["2026-03-09T19:30:00Z", None]
    assert text.days(days("1969-12-31")).tolist() == ["1969-12-31"]
    assert text.days(np.array([NEVER])).tolist() == [None]
