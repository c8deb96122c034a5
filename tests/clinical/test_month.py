"""A month of the calendar, counted by hand."""

from datetime import date

import pandas as pd
import pytest

from clinical.calendar import day_number, month_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.month import fullest_day, lengths, month_days, month_span, weeks_of

TODAY = date(2026, 3, 11)
NAN = float("nan")


def day(number: int) -> int:
    return day_number(date(2026, 3, number))


COUNTS = pd.DataFrame(
    [
        (day(10), Kind.INFUSION, Status.FULFILLED, 6, 0),
        (day(10), Kind.CONSULTATION, Status.NOSHOW, 2, 0),
        (day(10), Kind.INFUSION, Status.CANCELLED, 3, 1),
        (day(10), Kind.INFUSION, Status.ARRIVED, 1, 0),
        (day(10), Kind.FOLLOW_UP, Status.BOOKED, 1, 0),
        (day(11), Kind.INFUSION, Status.NOSHOW, 1, 0),
        (day(12), Kind.INFUSION, Status.BOOKED, 4, 0),
        (day(12), Kind.INFUSION, Status.CANCELLED, 2, 0),
    ],
    columns=["day", "kind", "status", "appointments", "late_cancelled"],
)
USE = pd.DataFrame(
    {
        "open": [480.0, 480.0, 0.0, NAN],
        "booked": [360.0, 432.0, 60.0, NAN],
        "used": [300.0, 0.0, 0.0, NAN],
        "unknown_sites": [0, 0, 0, 1],
        "closed_sites": [0, 0, 1, 0],
    },
    index=pd.Index([day(10), day(11), day(12), day(13)], name="day"),
)
DAYS = month_days(COUNTS, USE, date(2026, 3, 10), date(2026, 3, 13), TODAY)


def test_what_each_day_holds():
    assert DAYS[int(Kind.INFUSION)].tolist() == [7, 1, 4, 0]
    assert DAYS["appointments"].tolist() == [10, 1, 4, 0], "without the cancelled ones"
    assert DAYS["cancelled"].tolist() == [3, 0, 2, 0]
    assert DAYS["passed"].tolist() == [True, False, False, False]


def test_only_days_that_have_passed_are_judged():
    # Of the 10th: 7 attended and 2 missed are due; 1 cancelled late. The never closed one is not.
    assert DAYS["due"].tolist() == [9, 0, 0, 0]
    assert DAYS["missed"].tolist() == [2, 0, 0, 0], "who misses today may still come"
    assert DAYS["lost"].tolist() == [3, 0, 0, 0]
    assert DAYS["lost_of"].tolist() == [10, 0, 0, 0]


def test_a_day_that_is_not_open_has_no_share():
    assert DAYS["share"].fillna(-1).tolist() == [0.75, 0.9, -1, -1]


def test_the_fullest_day():
    assert fullest_day(DAYS) == day(11)
    assert fullest_day(DAYS.tail(2)) is None
    assert fullest_day(DAYS.assign(share=0.0)) is None


def test_a_month_without_anything_has_zeros():
    empty = month_days(COUNTS.iloc[:0], USE.iloc[:0], date(2026, 2, 1), date(2026, 2, 28), TODAY)
    assert len(empty) == 28
    assert empty["appointments"].sum() == 0
    assert empty["open"].isna().all()


@pytest.mark.parametrize(
    ("year", "month", "last"), [(2026, 2, 28), (2028, 2, 29), (2026, 12, 31), (2027, 1, 31)]
)
def test_the_days_of_a_month(year, month, last):
    first = date(year, month, 1)
    assert month_span(month_number(first)) == (first, date(year, month, last))


def test_the_weeks_of_a_month_begin_on_mondays():
    # November 2026 begins on a Sunday and ends on a Monday: six weeks.
    weeks = weeks_of(date(2026, 11, 1), date(2026, 11, 30))
    assert weeks[0] == date(2026, 10, 26)
    assert weeks[-1] == date(2026, 11, 30)
    assert len(weeks) == 6
    assert len(weeks_of(date(2027, 2, 1), date(2027, 2, 28))) == 4


def test_parts_of_a_bar():
    assert lengths([3, 0, 1], 8) == [(0.0, 0.375), (0.375, 0.0), (0.375, 0.125)]
    assert lengths([0, 0], 0) == [(0.0, 0.0), (0.0, 0.0)]
