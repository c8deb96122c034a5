"""Open chair time by day, worked out by hand."""

from datetime import date, time

import pandas as pd

from clinical.calendar import day_number
from clinical.open_days import open_by_day, use_by_day

MONDAY = date(2026, 3, 9)
NORTH, WEST, BARE = 1, 2, 3
SITES = pd.DataFrame(
    {
        "site_key": [NORTH, WEST, BARE],
        "chairs": [3, 1, 2],
        # West's first appointment is on the Wednesday.
        "first_day": [day_number(date(2026, 1, 5)), day_number(date(2026, 3, 11)), 0],
    }
)
HOURS = pd.DataFrame(
    [
        (NORTH, 1, time(8), time(12)),
        (NORTH, 1, time(13), time(17)),
        (NORTH, 2, time(8), time(12)),
        (WEST, 2, time(9), time(15)),
        (WEST, 3, time(9), time(15)),
        (99, 3, time(9), time(15)),
    ],
    columns=["site_key", "weekday", "opens", "closes"],
)
CLOSURES = pd.DataFrame({"site_key": [NORTH, NORTH], "date": [date(2026, 3, 10), date(2026, 4, 1)]})


def opened(site: int, sites: pd.DataFrame = SITES) -> list[float]:
    table = open_by_day(sites, HOURS, CLOSURES, MONDAY, date(2026, 3, 11))
    return table.loc[table["site_key"] == site, "open"].fillna(-1).tolist()


def test_open_time_is_opening_minutes_times_chairs_without_closures():
    # Monday 8 hours, Tuesday 4 hours but closed, Wednesday not open; three chairs.
    assert opened(NORTH) == [3 * 480, 0, 0]


def test_a_site_is_open_from_its_first_appointment_on():
    assert opened(WEST) == [0, 0, 360]
    without_any = SITES.assign(first_day=pd.Series([None, None, None], dtype="Int64"))
    assert opened(WEST, without_any) == [0, 0, 0]


def test_without_opening_hours_or_without_a_chair_open_time_is_unknown():
    assert opened(BARE) == [-1, -1, -1]
    assert opened(NORTH, SITES.assign(chairs=[0, 1, 2])) == [-1, -1, -1]


def test_of_all_sites_only_those_with_known_open_time_count():
    table = open_by_day(SITES, HOURS, CLOSURES, MONDAY, date(2026, 3, 11))
    minutes = pd.DataFrame(
        [
            (NORTH, day_number(MONDAY), 720, 600),
            (BARE, day_number(MONDAY), 120, 120),
            (WEST, day_number(date(2026, 3, 11)), 180, 90),
        ],
        columns=["site_key", "day", "booked", "used"],
    )
    days = use_by_day(table, minutes)
    assert days["open"].tolist() == [1440, 0, 360]
    assert days["booked"].tolist() == [720, 0, 180], "not the 120 of the site without hours"
    assert days["used"].tolist() == [600, 0, 90]
    assert days["unknown_sites"].tolist() == [1, 1, 1]
    assert days["closed_sites"].tolist() == [0, 1, 0]


def test_where_nothing_is_known_all_is_missing_and_never_0():
    table = open_by_day(SITES.tail(1), HOURS, CLOSURES, MONDAY, MONDAY)
    days = use_by_day(
        table,
        pd.DataFrame(
            {"site_key": [BARE], "day": [day_number(MONDAY)], "booked": [60], "used": [60]}
        ),
    )
    assert days[["open", "booked", "used"]].isna().all().all()
