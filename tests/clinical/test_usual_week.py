"""What a site's weeks were like, counted by hand."""

from datetime import date, time
from math import isnan

import numpy as np
import pandas as pd

from clinical.calendar import day_number, week_date, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.usual_week import opened_by_week, recorded_weeks, whole_weeks, work_from

MORNINGS = [(1, time(8), time(12)), (2, time(8), time(12))]
FIRST = week_number(day_number(date(2026, 3, 2)))
WEEKS = range(FIRST, FIRST + 3)


def test_the_weeks_end_with_the_last_whole_one():
    weeks = whole_weeks(date(2026, 11, 26))  # a Thursday
    assert len(weeks) == 26
    assert week_date(weeks[-1]) == date(2026, 11, 16)
    assert week_date(whole_weeks(date(2026, 11, 23))[-1]) == date(2026, 11, 16)
    assert week_date(whole_weeks(date(2026, 11, 22))[-1]) == date(2026, 11, 9)


def test_open_time_of_each_week():
    # 2 chairs × 2 mornings of 240 minutes; the second Monday is closed; open since 3 March.
    opened = opened_by_week(MORNINGS, 2, {date(2026, 3, 9)}, WEEKS, date(2026, 3, 3))
    assert opened.tolist() == [480, 480, 960]


def test_a_site_without_hours_chairs_or_appointments_was_not_open():
    assert opened_by_week([], 2, set(), WEEKS, date(2026, 1, 1)).tolist() == [0, 0, 0]
    assert opened_by_week(MORNINGS, 0, set(), WEEKS, date(2026, 1, 1)).tolist() == [0, 0, 0]
    assert opened_by_week(MORNINGS, 2, set(), WEEKS, None).tolist() == [0, 0, 0]
    assert opened_by_week(MORNINGS, 2, set(), WEEKS, date(2027, 1, 1)).tolist() == [0, 0, 0]


def test_days_add_up_to_weeks():
    sunday, monday = day_number(date(2026, 3, 8)), day_number(date(2026, 3, 9))
    time_by_day = pd.DataFrame(
        [(sunday - 1, 120, 90), (sunday, 60, 0), (monday, 240, 250), (monday + 90, 9, 9)],
        columns=["day", "booked", "used"],
    )
    infusions = pd.DataFrame([(FIRST + 1, 4)], columns=["week", "infusions"])
    weeks = recorded_weeks(np.full(3, 960.0), time_by_day, infusions, WEEKS)
    assert weeks.booked.tolist() == [180, 240, 0]
    assert weeks.used.tolist() == [90, 250, 0]
    assert weeks.infusions.tolist() == [0, 4, 0]


def work(*each: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(each, columns=["kind", "status", "minutes", "appointments"])


def test_what_the_chairs_are_booked_for():
    found = work_from(
        work(
            (Kind.INFUSION, Status.FULFILLED, 120, 6),
            (Kind.INFUSION, Status.NOSHOW, 120, 1),
            (Kind.INFUSION, Status.ARRIVED, 90, 2),
            (Kind.FOLLOW_UP, Status.FULFILLED, 60, 1),
            (Kind.FOLLOW_UP, Status.BOOKED, 60, 2),  # never closed: neither missed nor attended
        )
    )
    assert found.block == 120
    # 840 + 180 of 1,200 minutes; 120 missed, 720 + 180 + 60 attended.
    assert found.infusion_share == 1020 / 1200
    assert found.missed_share == 120 / 1080


def test_idle_chairs():
    found = work_from(work())
    assert isnan(found.block)
    assert isnan(found.infusion_share)
    assert isnan(found.missed_share)
