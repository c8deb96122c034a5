"""What another chair, hour or block length would change: one small site, worked out by hand.

Open on Monday and Tuesday from 8 to 16 with two chairs: 2 × 480 × 2 = 1,920 chair-minutes a week.
"""

from dataclasses import replace
from datetime import time
from math import isnan, nan

import numpy as np
import pytest

from clinical.growth import Growth
from clinical.what_if import (
    AS_NOW,
    Change,
    Place,
    UntilFull,
    Weeks,
    Work,
    blocks_that_fit,
    day_lengths,
    open_time,
    outlook,
    place_from,
    projection,
)

MONDAY, TUESDAY = (1, time(8), time(16)), (2, time(8), time(16))
WORK = Work(block=120, infusion_share=0.75, missed_share=0.1)
STEADY = Growth(24, 0, 24)
PLACE = Place((MONDAY, TUESDAY), 2, asked=960, used=720, growth=STEADY, work=WORK)


def weeks(opened=1920.0, booked=960.0, used=720.0, infusions=8.0, count=26) -> Weeks:
    """So many equal weeks; an amount may also be an array."""
    return Weeks(*(np.zeros(count) + amount for amount in (opened, booked, used, infusions)))


def test_as_it_is():
    found = outlook([PLACE], AS_NOW)
    assert found.opened == 1920
    assert found.scheduled == 0.5
    assert found.actual == 0.375
    # Four blocks of 120 minutes in 8 hours, two days, two chairs.
    assert found.fits == 16
    # 0.9 × 1,920 - 960 = 768 minutes are free: 32 weeks of growth, 4.5 of which are over; week 28
    # is the first whole one.
    assert found.until_full == UntilFull(28, 28, 28)


@pytest.mark.parametrize(
    ("change", "opened", "scheduled", "actual", "fits"),
    [
        (Change(chairs=1), 2880, 960 / 2880, 720 / 2880, 24),
        (Change(chairs=-1), 960, 1.0, 0.75, 8),
        # 2 × (480 + 600); ten hours hold five blocks.
        (Change(weekday=2, hours=2), 2160, 960 / 2160, 720 / 2160, 18),
        (Change(weekday=2, hours=-2), 1680, 960 / 1680, 720 / 1680, 14),
        # A day that was closed: two hours hold one block on each chair.
        (Change(weekday=6, hours=2), 2160, 960 / 2160, 720 / 2160, 18),
        # 75 % of 960 minutes become three quarters: 240 + 540. Eight hours hold five.
        (Change(block=90), 1920, 780 / 1920, 0.375, 20),
        # A block of 100 minutes leaves 80 minutes of the day, in which nobody fits.
        (Change(block=100), 1920, 840 / 1920, 0.375, 16),
        # Of those due a tenth was missed: 720 × 0.95 / 0.9 and 720 / 0.9; as much is booked.
        (Change(missed=0.5), 1920, 0.5, 760 / 1920, 16),
        (Change(missed=0), 1920, 0.5, 800 / 1920, 16),
        (Change(chairs=1, block=90, missed=0), 2880, 780 / 2880, 800 / 2880, 30),
    ],
)
def test_what_a_change_does(change, opened, scheduled, actual, fits):
    found = outlook([PLACE], change)
    assert found.opened == opened
    assert found.scheduled == pytest.approx(scheduled)
    assert found.actual == pytest.approx(actual)
    assert found.fits == fits


def test_is_none():
    assert Change(weekday=5).is_none
    assert not Change(hours=1).is_none
    assert not Change(block=120).is_none


def test_a_longer_day_ends_later_and_a_shorter_one_earlier():
    spans = [(1, time(8), time(12)), (1, time(13), time(17)), (3, time(9), time(10))]
    assert day_lengths(spans, AS_NOW) == [240, 240, 60]
    assert day_lengths(spans, Change(weekday=1, hours=1)) == [240, 300, 60]
    assert day_lengths(spans, Change(weekday=1, hours=-2)) == [240, 120, 60]
    # No shorter than not at all, and no longer than a day.
    assert sum(day_lengths(spans, Change(weekday=3, hours=-2))) == 480
    assert day_lengths([(1, time(0), time(22))], Change(weekday=1, hours=4)) == [1440]


def test_a_day_that_loses_more_than_its_afternoon():
    spans = [(1, time(8), time(12)), (1, time(13), time(14))]
    assert day_lengths(spans, Change(weekday=1, hours=-2)) == [180, 0]


@pytest.mark.parametrize(
    ("growth", "expected"),
    [
        (None, UntilFull(is_known=False)),
        (Growth(0, 0, 24), UntilFull(None, None, None)),
        (Growth(-5, 0, 24), UntilFull(None, None, None)),  # it shrinks
        # 768 / 5 - 4.5 = 149.1 weeks, 768 / 8 - 4.5 = 91.5.
        (Growth(5, 0, 24), UntilFull(None, None, None)),
        (Growth(8, 0, 24), UntilFull(92, 92, 92)),
        (Growth(1000, 0, 24), UntilFull(0, 0, 0)),
    ],
)
def test_weeks_until_full(growth, expected):
    assert outlook([replace(PLACE, growth=growth)], AS_NOW).until_full == expected


def test_the_interval_of_the_growth_is_that_of_the_weeks():
    # t for 95 % and 24 degrees of freedom is 2.0639: 24 ± 8 × 2.0639 is 7.489 to 40.511.
    until = outlook([replace(PLACE, growth=Growth(24, 8, 24))], AS_NOW).until_full
    assert until.weeks == 28
    assert until.earliest == 15  # 768 / 40.511 - 4.5 = 14.46
    assert until.latest == 99  # 768 / 7.489 - 4.5 = 98.05
    # A wide interval reaches below 0: then it may never be full.
    wide = outlook([replace(PLACE, growth=Growth(24, 20, 24))], AS_NOW).until_full
    assert (wide.weeks, wide.latest) == (28, None)


def test_already_full_needs_no_trend():
    full = replace(PLACE, asked=0.9 * 1920, growth=None)
    assert outlook([full], AS_NOW).until_full == UntilFull(0, 0, 0)
    assert outlook([full], Change(chairs=1)).until_full == UntilFull(is_known=False)


def test_a_shorter_block_grows_more_slowly():
    # 0.9 × 1,920 - 780 = 948; 24 × 0.8125 = 19.5 a week: 48.6 - 4.5.
    assert outlook([PLACE], Change(block=90)).until_full.weeks == 45


def test_no_chair_left():
    found = outlook([PLACE], Change(chairs=-2))
    assert (found.opened, found.fits) == (0, 0)
    assert found.scheduled is None
    assert found.actual is None
    assert found.until_full == UntilFull(is_known=False)
    assert np.isnan(projection(found).scheduled).all()
    assert outlook([PLACE], Change(chairs=-3)).opened == 0


def test_sites_add_up():
    other = replace(PLACE, chairs=1, asked=240, used=240, growth=None)
    found = outlook([PLACE, other], Change(chairs=1))
    assert found.opened == 2880 + 1920
    assert found.asked == 1200
    assert found.growth == STEADY
    assert found.fits == 40


def test_a_place_is_learned_from_its_last_weeks():
    place = place_from([MONDAY, TUESDAY], 2, weeks(), WORK)
    assert place.is_known
    assert (place.asked, place.used) == (960, 720)
    assert place.growth == Growth(0, 0, 24)


def test_weeks_of_closures_lower_neither_utilisation_nor_trend():
    # One Monday of the last eight weeks was closed, and one whole week long before.
    opened, booked, infusions = np.full(26, 1920.0), np.full(26, 960.0), np.full(26, 8.0)
    opened[24], booked[24], infusions[24] = 960, 480, 4
    opened[3], booked[3], infusions[3] = 0, 0, 0
    place = place_from([MONDAY, TUESDAY], 2, weeks(opened, booked, booked, infusions), WORK)
    assert place.asked == pytest.approx(960)
    assert place.growth is not None
    assert place.growth.a_week == pytest.approx(0, abs=1e-9)
    assert place.growth.freedom == 23


def test_growth_in_minutes_is_that_of_the_infusions_by_what_one_takes():
    # 8, 9, … 33 infusions; in the last eight weeks 236 of them and 8 × 3,540 = 28,320 minutes
    # booked: 120 for each.
    infusions = np.arange(8.0, 34.0)
    place = place_from([MONDAY, TUESDAY], 2, weeks(booked=3540, infusions=infusions), WORK)
    assert place.growth is not None
    assert place.growth.a_week == pytest.approx(120)


def test_a_site_that_opened_last_month_is_known_without_a_trend():
    opened = np.r_[np.zeros(22), np.full(4, 1920.0)]
    some = opened / 2
    place = place_from([MONDAY, TUESDAY], 2, weeks(opened, some, some, opened / 240), WORK)
    assert place.asked == 960
    assert place.growth is None


def test_what_is_not_known():
    no_hours = place_from([], 2, weeks(), WORK)
    no_chairs = place_from([MONDAY], 0, weeks(opened=0), WORK)
    closed_all_year = place_from([MONDAY, TUESDAY], 2, weeks(0, 0, 0, 0), WORK)
    for place in (no_hours, no_chairs, closed_all_year):
        assert not place.is_known
        assert isnan(place.asked)
    assert open_time(no_hours, Change(hours=2)) == 0
    assert blocks_that_fit(no_hours, Change(hours=2)) is None
    assert open_time(no_chairs, Change(chairs=1)) == 480


def test_a_site_where_nothing_is_booked():
    idle = Work(block=nan, infusion_share=nan, missed_share=nan)
    place = place_from([MONDAY, TUESDAY], 2, weeks(booked=0, used=0, infusions=0), idle)
    assert place.is_known
    found = outlook([place], Change(block=90, missed=0))
    assert (found.scheduled, found.actual) == (0, 0)
    assert found.until_full == UntilFull(is_known=False)
    assert outlook([place], AS_NOW).fits is None
    assert found.fits == 20
    assert outlook([PLACE, place], AS_NOW).fits is None
    assert projection(found).scheduled.tolist() == [0] * 53


def test_where_everybody_missed_nothing_is_gained():
    all_missed = replace(PLACE, used=0, work=replace(WORK, missed_share=1.0))
    assert outlook([all_missed], Change(missed=0)).used == 0


def test_the_weeks_ahead():
    # 960 + 24 × 4.5 = 1,068 now, 24 more each week.
    ahead = projection(outlook([PLACE], AS_NOW), 40)
    assert ahead.scheduled[0] == pytest.approx(1068 / 1920)
    assert ahead.scheduled[40] == pytest.approx(2028 / 1920)
    assert ahead.actual[0] == pytest.approx(0.75 * 1068 / 1920)
    assert np.isnan(ahead.actual[40])  # more is asked than is open
    assert ahead.low.tolist() == ahead.scheduled.tolist()


def test_shrinking_demand_ends_at_nothing():
    gone = projection(outlook([replace(PLACE, growth=Growth(-100, 0, 24))], AS_NOW))
    assert gone.scheduled[52] == 0
    assert gone.actual[52] == 0


def test_without_a_trend_nothing_is_projected():
    flat = projection(outlook([replace(PLACE, growth=None)], AS_NOW))
    assert set(flat.scheduled) == {0.5}
    assert np.isnan(flat.low).all()
    assert np.isnan(flat.high).all()
