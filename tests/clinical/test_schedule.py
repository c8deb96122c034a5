"""The schedule in the units that people plan by."""

from datetime import date

import pandas as pd
import pytest

from clinical.attendance import Outcome
from clinical.calendar import day_number, month_number, week_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.schedule import (
    Grain,
    hours_of_day,
    suited_grain,
    volume,
    week_at_hand,
    window_sums,
    with_outcome,
)

MONDAY = date(2026, 3, 9)
WEDNESDAY = date(2026, 3, 11)
DONE, UNDER_WAY, TO_COME, NOT_CLOSED, MISSED, CANCELLED = (int(each) for each in Outcome)


def number(day: date) -> int:
    return day_number(day)


@pytest.mark.parametrize(
    ("first", "last", "grain"),
    [
        (date(2026, 1, 1), date(2026, 2, 14), Grain.DAY),  # 45 days
        (date(2026, 1, 1), date(2026, 2, 15), Grain.WEEK),
        (date(2026, 1, 1), date(2027, 2, 4), Grain.WEEK),  # 400 days
        (date(2026, 1, 1), date(2027, 2, 5), Grain.MONTH),
    ],
)
def test_a_period_is_drawn_in_about_ten_to_sixty_bars(first: date, last: date, grain: Grain):
    assert suited_grain(first, last) is grain


def test_outcomes_of_some_that_have_passed_and_some_that_have_not():
    counts = pd.DataFrame({"status": [Status.BOOKED, Status.BOOKED, Status.ARRIVED, Status.NOSHOW]})
    mixed = with_outcome(counts, pd.Series([True, False, False, True]))
    assert mixed["outcome"].tolist() == [NOT_CLOSED, TO_COME, UNDER_WAY, MISSED]
    assert with_outcome(counts, over=True)["outcome"].tolist() == [
        NOT_CLOSED,
        NOT_CLOSED,
        DONE,
        MISSED,
    ]


def by_day(*rows: tuple[date, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(number(day), outcome, count) for day, outcome, count in rows],
        columns=["day", "outcome", "appointments"],
    )


def test_the_week_at_hand_with_what_is_usual():
    before = [(date(2026, 3, 2), DONE, 6), (date(2026, 1, 12), MISSED, 2)]  # both Mondays
    week = week_at_hand(
        by_day(
            *before,
            (date(2026, 3, 2), CANCELLED, 9),  # does not count as usual
            (date(2026, 1, 5), DONE, 80),  # nine weeks ago
            (MONDAY, DONE, 3),
            (WEDNESDAY, TO_COME, 99),  # today is told by the hour
            (date(2026, 3, 15), TO_COME, 1),
            (date(2026, 3, 16), TO_COME, 50),  # next week
        ),
        pd.DataFrame({"outcome": [UNDER_WAY, CANCELLED], "appointments": [2, 1]}),
        WEDNESDAY,
    )
    assert week.index.tolist() == [number(MONDAY) + offset for offset in range(7)]
    assert week[DONE].tolist() == [3, 0, 0, 0, 0, 0, 0]
    assert week[UNDER_WAY].tolist() == [0, 0, 2, 0, 0, 0, 0]
    assert week[TO_COME].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert week["all"].tolist() == [3, 0, 3, 0, 0, 0, 1]
    assert week["appointments"].tolist() == [3, 0, 2, 0, 0, 0, 1]
    assert week["usual"].tolist() == [1.0, 0, 0, 0, 0, 0, 0]  # (6 + 2) in eight weeks


def test_without_earlier_weeks_nothing_is_usual():
    week = week_at_hand(by_day(), by_day().drop(columns="day"), WEDNESDAY)
    assert week["usual"].isna().all()
    assert week["all"].tolist() == [0] * 7


def test_a_day_by_hour_without_gaps():
    counts = pd.DataFrame(
        {"hour": [9, 12, 12], "outcome": [DONE, TO_COME, CANCELLED], "appointments": [2, 1, 4]}
    )
    hours = hours_of_day(counts)
    assert hours.index.tolist() == [9, 10, 11, 12]
    assert hours["appointments"].tolist() == [2, 0, 0, 1]
    assert hours["all"].tolist() == [2, 0, 0, 5]
    assert hours_of_day(counts.head(0)).empty


def by_week(*rows: tuple[date, Kind, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (month_number(day), week_number(number(day)), int(kind), count)
            for day, kind, count in rows
        ],
        columns=["month", "week", "kind", "appointments"],
    )


KINDS = [int(kind) for kind in Kind]
ACROSS_MONTHS = by_week(
    (date(2026, 2, 28), Kind.INFUSION, 2),  # Saturday; the week began on 23 February
    (date(2026, 3, 1), Kind.INFUSION, 3),  # the Sunday of that week
    (date(2026, 3, 11), Kind.CONSULTATION, 1),
)


def test_volume_by_week_with_incomplete_weeks_at_both_ends():
    table = volume(ACROSS_MONTHS, Grain.WEEK, "kind", KINDS, date(2026, 2, 25), date(2026, 3, 11))
    assert table["start"].tolist() == [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9)]
    assert table[int(Kind.INFUSION)].tolist() == [5, 0, 0]
    assert table[int(Kind.CONSULTATION)].tolist() == [0, 0, 1]
    assert table["all"].tolist() == [5, 0, 1]
    assert table["whole"].tolist() == [False, True, False]


def test_volume_by_month_from_the_same_counts():
    table = volume(ACROSS_MONTHS, Grain.MONTH, "kind", KINDS, date(2026, 2, 1), date(2026, 3, 31))
    assert table["start"].tolist() == [date(2026, 2, 1), date(2026, 3, 1)]
    assert table["all"].tolist() == [2, 4]
    assert table["whole"].tolist() == [True, True]


def test_volume_by_day_fills_days_without_appointments():
    counts = by_day((MONDAY, DONE, 2), (WEDNESDAY, MISSED, 1))
    table = volume(counts, Grain.DAY, "outcome", [DONE, MISSED], MONDAY, WEDNESDAY)
    assert table["start"].tolist() == [MONDAY, date(2026, 3, 10), WEDNESDAY]
    assert table["all"].tolist() == [2, 0, 1]
    assert table["whole"].all()


def test_volume_of_nothing():
    table = volume(ACROSS_MONTHS.head(0), Grain.WEEK, "kind", KINDS, MONDAY, WEDNESDAY)
    assert table["all"].tolist() == [0]
    assert volume(by_day(), Grain.DAY, "outcome", [DONE], WEDNESDAY, MONDAY).empty


def test_sums_over_windows_that_end_on_a_day():
    counts = pd.DataFrame(
        {
            "day": [number(date(2026, 3, day)) for day in (4, 5, 11)],
            "infusions": [4, 2, 1],
            "recorded": [3, 2, 0],
        }
    )
    sums = window_sums(counts, ["infusions", "recorded"], WEDNESDAY, 7, 3)
    assert sums["infusions"].tolist() == [0, 4, 3]
    assert sums["recorded"].tolist() == [0, 3, 2]
    assert window_sums(counts.head(0), ["infusions"], WEDNESDAY, 7, 2)["infusions"].tolist() == [
        0,
        0,
    ]
