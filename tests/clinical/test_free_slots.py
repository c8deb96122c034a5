"""When a site could take one more infusion."""

from datetime import date

import pytest

from clinical.calendar import day_number
from clinical.free_slots import (
    NTH,
    Booking,
    Place,
    free_blocks,
    free_days,
    merged,
    usual_block,
)

MONDAY = day_number(date(2026, 3, 9))
MORNING = (8 * 60, 12 * 60)
AFTERNOON = (13 * 60, 17 * 60)
WEEKDAYS = {weekday: [MORNING, AFTERNOON] for weekday in range(1, 6)}


def place(chairs=(1,), block=120, hours=WEEKDAYS, closed=()) -> Place:
    return Place(hours=hours, closed=set(closed), chairs=chairs, block=block)


def at(clock: str, minutes: int, chair: int | None = 1, day: int = MONDAY) -> Booking:
    hour, minute = clock.split(":")
    return Booking(day, chair, 60 * int(hour) + int(minute), minutes)


@pytest.mark.parametrize(
    ("bookings", "free"),
    [
        # Four hours twice a day: two blocks in each.
        ([], 4),
        ([at("08:00", 120)], 3),
        # 09:00 to 11:00 leaves an hour on either side: no block.
        ([at("09:00", 120)], 2),
        # 11:00 to 14:00 takes an hour of each span: 3 hours are left of both.
        ([at("11:00", 180)], 2),
        # Double-booked, and one within the other: the chair is taken once.
        ([at("08:00", 120), at("08:30", 60), at("08:00", 120)], 3),
        # Before the doors open and after they close.
        ([at("06:00", 120), at("17:00", 120)], 4),
        ([at("07:00", 120)], 3),
        # A chair of another site, or one that is no more, holds nobody here.
        ([at("08:00", 480, chair=9)], 4),
        # The whole day.
        ([at("00:00", 1440)], 0),
    ],
)
def test_blocks_of_one_chair(bookings, free):
    assert free_blocks(place(), bookings, MONDAY) == free


def test_who_has_no_chair_takes_one_that_is_free():
    two = place(chairs=(1, 2))
    taken = [at("08:00", 120, chair=1)]
    assert free_blocks(two, taken, MONDAY) == 7
    assert free_blocks(two, [*taken, at("08:00", 120, None)], MONDAY) == 6
    # Of three at once on two chairs the third has no room and takes nothing more.
    three = [at("08:00", 120, None)] * 3
    assert free_blocks(two, three, MONDAY) == 6


def test_a_block_lies_within_one_span_and_overlapping_spans_are_one():
    split = {1: [(480, 540), (540, 600)], 2: [(480, 570), (600, 690)]}
    assert free_blocks(place(hours=split), [], MONDAY) == 1, "they touch: two hours"
    assert free_blocks(place(hours=split), [], MONDAY + 1) == 0, "an hour and a half each"
    assert merged([(5, 9), (1, 3), (2, 4), (7, 7), (8, 6)]) == [(1, 4), (5, 9)]


def test_the_days_of_the_first_three_blocks():
    full = [at("08:00", 240), at("13:00", 120)]
    # One on Monday, Tuesday is closed, the others on Wednesday.
    found = free_days(place(closed=[MONDAY + 1]), full, MONDAY)
    assert found == (MONDAY, MONDAY + 2, MONDAY + 2)
    assert len(found) == NTH


def test_weekends_count_where_the_site_is_open():
    friday = MONDAY + 4
    full = [at("08:00", 540, day=friday)]
    assert free_days(place(), full, friday) == (MONDAY + 7,) * 3
    saturdays = place(hours={**WEEKDAYS, 6: [(480, 720)]})
    assert free_days(saturdays, full, friday) == (friday + 1, friday + 1, MONDAY + 7)


def test_beyond_eight_weeks():
    one_a_month = place(hours={1: [(480, 600)]}, closed=[MONDAY + 7 * week for week in range(2, 8)])
    assert free_days(one_a_month, [], MONDAY) == (MONDAY, MONDAY + 7), "a third is not in sight"
    closed_for_a_year = place(closed=range(MONDAY, MONDAY + 365))
    assert free_days(closed_for_a_year, [], MONDAY) == ()


@pytest.mark.parametrize(
    ("unknown", "why"),
    [
        (place(hours={}), "no opening hours"),
        (place(hours={1: []}), "no opening hours"),
        (place(chairs=()), "no chairs"),
        (place(block=None), "no usual infusion length"),
    ],
)
def test_what_is_not_known_is_no_date(unknown, why):
    assert free_days(unknown, [], MONDAY) is None
    assert unknown.unknown == why


@pytest.mark.parametrize(
    ("lengths", "median"),
    [
        ([], None),
        ([(0, 5), (-10, 3)], None),
        ([(120, 1)], 120),
        ([(180, 1), (120, 1)], 120),
        ([(90, 3), (120, 4), (180, 2)], 120),
        ([(90, 10), (120, 4), (180, 2)], 90),
    ],
)
def test_the_usual_length_is_one_that_was_planned(lengths, median):
    assert usual_block(lengths) == median
