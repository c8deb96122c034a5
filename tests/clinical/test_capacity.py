"""Opening time, and how much of it the chairs are booked and in use: a week worked out by hand."""

from datetime import date, time

import pandas as pd
import pytest

from clinical.calendar import day_number
from clinical.capacity import (
    FEWEST_DAYS,
    OpenTime,
    chair_shares,
    full_hours,
    hour_shares,
    minutes_between,
    open_days,
    open_hours,
    open_minutes,
    open_time,
    outside_open_time,
    site_use,
)

MORNING = (1, time(8), time(12, 30))
AFTERNOON = (1, time(13), time(15, 30))
WEDNESDAY = (3, time(9), time(15))


def test_the_length_of_a_span():
    assert minutes_between(time(8), time(12, 30)) == 270
    assert minutes_between(time(8, 45), time(9, 15)) == 30


def test_open_time_counts_every_span_of_every_day_in_the_period():
    # Monday 2 March 2026 to Wednesday 11 March: two Mondays of 420, two Wednesdays of 360.
    spans = [MORNING, AFTERNOON, WEDNESDAY]
    assert open_minutes(spans, set(), date(2026, 3, 2), date(2026, 3, 11)) == 2 * 420 + 2 * 360


def test_a_closed_day_is_not_open_time():
    spans = [MORNING, AFTERNOON, WEDNESDAY]
    closed = {date(2026, 3, 9), date(2026, 3, 10)}
    assert open_minutes(spans, closed, date(2026, 3, 2), date(2026, 3, 11)) == 420 + 2 * 360


def test_no_opening_hours_and_no_days_are_no_time():
    assert open_minutes([], set(), date(2026, 3, 2), date(2026, 3, 11)) == 0
    assert open_minutes([MORNING], set(), date(2026, 3, 3), date(2026, 3, 2)) == 0


# --- a week of two chairs ---------------------------------------------------------------------
#
# North, Monday 2 March to Sunday 8 March 2026 (clocks go forward on the Sunday), two chairs. Open
# on Mondays from 9:00 to 11:30, on Tuesdays from 9:00 to 10:00, on Sundays from 1:00 to 4:00; the
# Tuesday is a closure. Open chair-minutes: Monday 2 x 150, Sunday 2 x 180, together 660. (The hour
# from two to three does not exist on that Sunday; opening hours are a rule of the clock.)

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 8)
NORTH, SOUTH = 1, 2


def hours(*rows: tuple[int, int, time, time]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["site_key", "weekday", "opens", "closes"])


def sites(*rows: tuple[int, int, date | None]) -> pd.DataFrame:
    """Site, chairs, day of the first appointment."""
    numbered = [(*row[:2], day_number(row[2]) if row[2] else None) for row in rows]
    table = pd.DataFrame(numbered, columns=["site_key", "chairs", "first_day"])
    return table.astype({"first_day": "Int64"})


def closures(*rows: tuple[int, date]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["site_key", "date"])


def used(*rows: tuple[int, int, int, int, int]) -> pd.DataFrame:
    """Site, weekday, hour, minutes booked and used."""
    columns = ["site_key", "weekday", "hour", "booked", "used"]
    return pd.DataFrame(list(rows), columns=columns, dtype="int64")


WEEK = hours(
    (NORTH, 1, time(9), time(11, 30)),
    (NORTH, 2, time(9), time(10)),
    (NORTH, 7, time(1), time(4)),
)
SITES = sites((NORTH, 2, date(2025, 1, 1)))
CLOSED = closures((NORTH, date(2026, 3, 3)), (SOUTH, date(2026, 3, 2)))
USED = used(
    (NORTH, 1, 9, 120, 110),
    (NORTH, 1, 10, 60, 70),
    (NORTH, 1, 11, 30, 60),  # the last half hour of it is after the closing time
    (NORTH, 2, 9, 60, 0),  # booked on the day of the closure
    (NORTH, 7, 1, 60, 60),
    (NORTH, 7, 8, 20, 0),  # booked outside opening hours
)


def week(some_sites: pd.DataFrame = SITES, shut: pd.DataFrame = CLOSED) -> pd.DataFrame:
    return open_time(some_sites, open_hours(WEEK), open_days(some_sites, shut, FIRST, LAST))


def test_open_time_by_hour_of_the_week():
    table = week()
    columns = ["weekday", "hour", "days", "chairs", "open"]
    assert table[columns].to_numpy().tolist() == [
        [1, 9, 1, 2, 120],
        [1, 10, 1, 2, 120],
        [1, 11, 1, 2, 60],
        [2, 9, 0, 2, 0],
        [7, 1, 1, 2, 120],
        [7, 2, 1, 2, 120],
        [7, 3, 1, 2, 120],
    ]
    assert table["open"].sum() == 660


def test_opening_hours_that_overlap_count_once():
    table = open_hours(hours((1, 1, time(8), time(10)), (1, 1, time(9, 30), time(10, 15))))
    assert table.to_numpy().tolist() == [[1, 1, 8, 60], [1, 1, 9, 60], [1, 1, 10, 15]]


def test_days_count_from_the_sites_first_appointment():
    table = open_days(sites((1, 1, date(2026, 3, 5)), (2, 1, None)), closures(), FIRST, LAST)
    by_site = table.groupby("site_key")["days"].apply(list).to_dict()
    assert by_site == {1: [0, 0, 0, 1, 1, 1, 1], 2: [0] * 7}


def test_utilisation_of_the_week():
    (row,) = site_use(SITES, week(), USED, LAST).to_dict("records")
    assert (row["open"], row["booked"], row["used"]) == (660, 350, 300)
    assert row["scheduled_share"] == pytest.approx(350 / 660)
    assert row["used_share"] == pytest.approx(300 / 660)
    assert row["state"] == OpenTime.KNOWN


def test_the_hours_of_the_week_count_where_the_site_is_open():
    table = hour_shares(week(), USED)
    columns = ["weekday", "hour", "open", "booked", "used"]
    assert table[columns].to_numpy().tolist() == [
        [1, 9, 120, 120, 110],
        [1, 10, 120, 60, 70],
        [1, 11, 60, 30, 60],
        [7, 1, 120, 60, 60],
        [7, 2, 120, 0, 0],
        [7, 3, 120, 0, 0],
    ]
    assert table["scheduled_share"].tolist() == [1.0, 0.5, 0.5, 0.5, 0.0, 0.0]


def test_what_is_booked_while_no_site_is_open():
    on_closure = used((NORTH, 2, 9, 60, 0), (NORTH, 2, 18, 30, 0))
    # 20 on Sunday; 60 within the hours of a closed Tuesday. The 30 at six are among USED's, if any.
    assert outside_open_time(SITES, open_hours(WEEK), USED, on_closure) == 20 + 60
    # Nothing is known to lie outside hours that are not known.
    assert outside_open_time(SITES, open_hours(hours()), USED, on_closure) == 0


@pytest.mark.parametrize(
    ("some_sites", "shut", "state"),
    [
        (sites((NORTH, 0, FIRST)), closures(), OpenTime.NO_CHAIRS),
        (sites((SOUTH, 2, FIRST)), closures(), OpenTime.NO_HOURS),
        (sites((NORTH, 2, None)), closures(), OpenTime.NOT_YET),
        (sites((NORTH, 2, date(2026, 3, 9))), closures(), OpenTime.NOT_YET),
        (
            sites((NORTH, 2, FIRST)),
            closures(*((NORTH, date(2026, 3, day)) for day in range(2, 9))),
            OpenTime.CLOSED,
        ),
    ],
)
def test_utilisation_is_unknown_and_never_nothing_or_infinite(some_sites, shut, state):
    taken = used((NORTH, 1, 9, 60, 60), (SOUTH, 1, 9, 60, 60))
    (row,) = site_use(some_sites, week(some_sites, shut), taken, LAST).to_dict("records")
    assert row["state"] == state
    assert pd.isna(row["scheduled_share"])
    assert pd.isna(row["used_share"])
    assert row["open"] == 0
    assert hour_shares(week(some_sites, shut), taken).empty


# --- chairs -----------------------------------------------------------------------------------


def shares(*booked: int) -> pd.DataFrame:
    """Chairs of North, each open for 330 minutes."""
    there = sites((NORTH, len(booked), FIRST))
    chairs = pd.DataFrame(
        {
            "chair_key": range(1, len(booked) + 1),
            "site_key": NORTH,
            "booked": booked,
            "used": [minutes // 2 for minutes in booked],
        }
    )
    return chair_shares(chairs, site_use(there, week(there), USED, LAST))


def test_a_chair_is_open_as_long_as_its_site():
    table = shares(165, 330)
    assert table["chair_key"].tolist() == [2, 1]
    assert table["open"].tolist() == [330, 330]
    assert table["scheduled_share"].tolist() == [1.0, 0.5]
    assert table["used_share"].tolist() == [0.5, pytest.approx(82 / 330)]
    assert table["others"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        ((297, 297), [True, True]),  # 90 % of 330 minutes each: both are full
        ((296, 296), [False, False]),
        ((210, 140), [True, False]),  # over half, and 1.5 times the other
        ((209, 140), [False, False]),
        ((160, 50), [False, False]),  # uneven, but not half full
    ],
)
def test_a_bottleneck_is_full_or_much_fuller_than_the_others(booked, expected):
    assert shares(*booked)["bottleneck"].tolist() == expected


def test_a_sites_only_chair_is_a_bottleneck_only_when_full():
    table = shares(290)
    assert table["others"].isna().all()
    assert not table["bottleneck"].any()


def test_chairs_without_open_time_are_left_out():
    there = sites((SOUTH, 1, FIRST))
    chairs = pd.DataFrame({"chair_key": [1], "site_key": [SOUTH], "booked": [60], "used": [60]})
    assert chair_shares(chairs, site_use(there, week(there), USED, LAST)).empty


def test_an_hour_is_full_when_nine_tenths_of_it_are_booked_on_enough_days():
    last = date(2026, 3, 29)  # four Mondays, four Sundays
    is_open = open_time(SITES, open_hours(WEEK), open_days(SITES, closures(), FIRST, last))
    taken = used(
        (NORTH, 1, 9, 432, 400),  # 90 % of 4 x 120
        (NORTH, 1, 10, 431, 431),
        (NORTH, 7, 1, 480, 480),
    )
    table = full_hours(is_open, taken)
    assert table[["weekday", "hour"]].to_numpy().tolist() == [[7, 1], [1, 9]]
    assert FEWEST_DAYS == 4
    assert full_hours(week(), used((NORTH, 1, 9, 120, 120))).empty  # of a single Monday
