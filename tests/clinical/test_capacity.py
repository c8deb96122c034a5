"""Opening time, and how much of it the chairs are in use."""

from datetime import date, time

import pandas as pd
import pytest

from clinical.calendar import day_number
from clinical.capacity import chair_use, minutes_between, open_minutes

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


HOURS = pd.DataFrame(
    [(1, 1, time(8), time(12)), (1, 2, time(8), time(12)), (2, 1, time(9), time(10))],
    columns=["site_key", "weekday", "opens", "closes"],
)
CLOSURES = pd.DataFrame([(1, date(2026, 3, 3))], columns=["site_key", "date"])
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 10)  # two Mondays, two Tuesdays


def chairs(*rows: tuple[int, int, int, int, date | None]) -> pd.DataFrame:
    """Chair, site, minutes scheduled and used, day of the first appointment."""
    columns = ["chair_key", "site_key", "scheduled", "used", "first_day"]
    numbered = [(*row[:4], day_number(row[4]) if row[4] else 0) for row in rows]
    return pd.DataFrame(numbered, columns=columns)


def test_use_of_chairs_is_a_share_of_the_open_time_of_their_site():
    table = chair_use(
        chairs((1, 1, 180, 90, FIRST), (2, 1, 360, 300, FIRST), (3, 2, 0, 0, None)),
        HOURS,
        CLOSURES,
        FIRST,
        LAST,
    )
    assert table["chair_key"].tolist() == [2, 1, 3]
    assert table["open"].tolist() == [720, 720, 120]  # 3 of 4 days of four hours; 2 of one hour
    assert table["scheduled_share"].tolist() == [0.5, 0.25, 0.0]
    assert table["used_share"].round(4).tolist() == [0.4167, 0.125, 0.0]


def test_open_time_counts_from_the_sites_first_appointment():
    table = chair_use(
        chairs((1, 1, 60, 60, date(2026, 3, 9)), (2, 1, 60, 60, date(2026, 3, 10))),
        HOURS,
        CLOSURES,
        FIRST,
        LAST,
    )
    assert table["open"].tolist() == [480, 480]


def test_a_chair_without_open_time_has_no_share():
    table = chair_use(chairs((1, 9, 60, 60, FIRST)), HOURS, CLOSURES, FIRST, LAST)
    assert table["scheduled_share"].isna().all()
    assert not table["bottleneck"].any()


@pytest.mark.parametrize(
    ("scheduled", "expected"),
    [
        ((648, 648), [True, True]),  # 90 % of 720 minutes each: both are full
        ((640, 640), [False, False]),
        ((450, 300), [True, False]),  # over half, and 1.5 times the other
        ((449, 300), [False, False]),
        ((350, 100), [False, False]),  # uneven, but not half full
    ],
)
def test_a_bottleneck_is_full_or_much_fuller_than_the_others(scheduled, expected):
    first, second = scheduled
    table = chair_use(
        chairs((1, 1, first, first, FIRST), (2, 1, second, second, FIRST)),
        HOURS,
        CLOSURES,
        FIRST,
        LAST,
    )
    assert table["bottleneck"].tolist() == expected


def test_a_sites_only_chair_is_a_bottleneck_only_when_full():
    one = chair_use(chairs((1, 1, 500, 500, FIRST)), HOURS, CLOSURES, FIRST, LAST)
    assert not one["bottleneck"].any()


def test_no_chairs():
    assert chair_use(chairs(), HOURS, CLOSURES, FIRST, LAST).empty
