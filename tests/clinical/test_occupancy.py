"""When chairs were booked and held: worked out by hand."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from clinical import occupancy as occupancy_module
from clinical.calendar import (
    day_date,
    day_number,
    month_number,
    month_numbers,
    week_number,
    week_numbers,
    weekday_numbers,
)
from clinical.occupancy import (
    InfusionTimes,
    Span,
    held_span,
    occupancy,
    possible_spans,
    refilled,
)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


NINE_TO_ELEVEN = (at(9), at(11))


@pytest.mark.parametrize(
    ("planned", "infusion", "held"),
    [
        pytest.param(NINE_TO_ELEVEN, None, NINE_TO_ELEVEN, id="came, no infusion"),
        pytest.param(
            NINE_TO_ELEVEN, (at(9, 20), at(10), at(10, 50)), (at(9), at(10, 50)), id="home early"
        ),
        pytest.param(
            NINE_TO_ELEVEN, (at(8, 40), at(9, 20), at(11, 30)), (at(8, 40), at(11, 30)), id="over"
        ),
        pytest.param(
            NINE_TO_ELEVEN, (at(9, 10), at(9, 50), None), NINE_TO_ELEVEN, id="no discharge"
        ),
        pytest.param(
            NINE_TO_ELEVEN,
            (at(10, 40), at(11, 20), None),
            (at(9), at(11, 20)),
            id="late, no discharge",
        ),
        pytest.param(None, (at(9), at(9, 40), at(11)), NINE_TO_ELEVEN, id="no appointment"),
        pytest.param(None, (at(9), None, None), None, id="end not known"),
        pytest.param(None, None, None, id="nothing known"),
        pytest.param((at(9), at(9, day=4)), None, None, id="three days"),
        pytest.param((at(9), at(8)), None, None, id="ends before it starts"),
        pytest.param(
            (at(9), at(8)), (at(9), at(9, 40), at(11)), NINE_TO_ELEVEN, id="slip in the plan"
        ),
        pytest.param(
            NINE_TO_ELEVEN,
            (at(9, day=3), at(10, day=3), at(11, day=3)),
            (at(9, day=3), at(11, day=3)),
            id="given the next day",
        ),
        pytest.param(NINE_TO_ELEVEN, (at(9), at(9, 40), at(8)), None, id="home before it began"),
        pytest.param((at(8), at(20)), None, (at(8), at(20)), id="twelve hours"),
        pytest.param((at(8), at(20, 1)), None, None, id="a minute longer"),
    ],
)
def test_a_chair_is_held_from_when_the_patient_was_due_until_discharge(
    planned: Span | None, infusion: InfusionTimes | None, held: Span | None
) -> None:
    assert held_span(planned, infusion) == held


MONDAY = day_number(date(2026, 3, 2))
SUNDAY = day_number(date(2026, 3, 8))  # clocks go forward in New York
NORTH, SOUTH = 1, 2


def spans(*rows: tuple[int, int, int, int, int]) -> pd.DataFrame:
    """Spans: site, chair, day, start (minute) and length."""
    columns = ["site_key", "chair_key", "day", "start_minute", "minutes"]
    return pd.DataFrame(list(rows), columns=columns, dtype="int64")


NONE = spans()


def hour(clock: int, minute: int = 0) -> int:
    return clock * 60 + minute


def test_overlapping_appointments_count_once_and_are_told():
    booked = spans(
        (NORTH, 1, MONDAY, hour(9), 120),  # 9 to 11
        (NORTH, 1, MONDAY, hour(10, 30), 90),  # 10:30 to 12
        (NORTH, 1, MONDAY, hour(10, 30), 30),  # 10:30 to 11, the third at once
    )
    days, hours = occupancy(booked, NONE)
    assert days.to_dict("records") == [
        {
            "day": MONDAY,
            "chair_key": 1,
            "site_key": NORTH,
            "booked": 180,
            "used": 0,
            "double_booked": 30,
            "appointments": 3,
            "week": week_number(MONDAY),
            "month": 2026 * 12 + 2,
            "weekday": 1,
        }
    ]
    assert hours[["hour", "booked", "double_booked", "most_booked"]].to_numpy().tolist() == [
        [9, 60, 0, 1],
        [10, 60, 30, 1],
        [11, 60, 0, 1],
    ]


def test_chairs_at_once_are_counted_by_hour():
    held = spans(
        (NORTH, 1, MONDAY, hour(9), 45),  # 9 to 9:45
        (NORTH, 2, MONDAY, hour(9, 30), 60),  # 9:30 to 10:30: two chairs for a quarter of an hour
        (NORTH, 3, MONDAY, hour(9, 45), 15),  # begins when the first is free again
        (SOUTH, 7, MONDAY, hour(9), 60),
    )
    _, hours = occupancy(NONE, held)
    assert hours[["site_key", "hour", "used", "most_used", "booked"]].to_numpy().tolist() == [
        [NORTH, 9, 90, 2, 0],
        [NORTH, 10, 30, 1, 0],
        [SOUTH, 9, 60, 1, 0],
    ]


def test_a_span_ends_at_midnight_and_lasts_as_long_on_the_day_of_the_change():
    held = spans(
        (NORTH, 1, MONDAY, hour(23), 180),  # one hour of it lies in the day
        (NORTH, 1, SUNDAY, hour(1, 30), 120),
    )
    days, _ = occupancy(NONE, held)
    assert days[["day", "used", "weekday"]].to_numpy().tolist() == [
        [MONDAY, 60, 1],
        [SUNDAY, 120, 7],
    ]


def test_a_chair_that_two_sites_share_on_a_day_counts_for_the_first():
    days, hours = occupancy(
        spans((SOUTH, 1, MONDAY, hour(9), 60)), spans((NORTH, 1, MONDAY, hour(9), 60))
    )
    assert days[["site_key", "booked", "used"]].to_numpy().tolist() == [[NORTH, 60, 60]]
    assert hours["site_key"].tolist() == [NORTH]


def test_nothing_booked_is_an_empty_table():
    days, hours = occupancy(NONE, NONE)
    assert days.empty
    assert hours.empty
    assert {"booked", "used", "double_booked", "appointments", "week"} <= set(days)
    assert {"most_booked", "most_used", "month"} <= set(hours)


def test_days_worked_out_in_pieces_are_the_same(monkeypatch):
    draw = np.random.default_rng(3)
    several = pd.DataFrame(
        {
            "site_key": draw.integers(1, 3, 300),
            "chair_key": draw.integers(1, 6, 300),
            "day": draw.integers(MONDAY, MONDAY + 20, 300),
            "start_minute": draw.integers(0, 1440, 300),
            "minutes": draw.integers(1, 300, 300),
        }
    )
    whole = occupancy(several[:200], several[200:])
    monkeypatch.setattr(occupancy_module, "_BLOCK", 7)
    for at_once, in_pieces in zip(whole, occupancy(several[:200], several[200:]), strict=True):
        pd.testing.assert_frame_equal(at_once, in_pieces)
    assert whole[0]["booked"].sum() == minutes_by_sets(several[:200])
    assert whole[1]["booked"].sum() == minutes_by_sets(several[:200])
    assert whole[0]["used"].sum() == minutes_by_sets(several[200:])


def minutes_by_sets(several: pd.DataFrame) -> int:
    """Chair-minutes, by listing each minute once."""
    rows = several[["chair_key", "day", "start_minute", "minutes"]].to_numpy().tolist()
    return len(
        {
            (chair, day, minute)
            for chair, day, start, length in rows
            for minute in range(start, start + length)
            if minute < 1440
        }
    )


def test_what_is_too_long_or_on_no_chair_holds_none():
    rows = pd.DataFrame({"chair_key": [1, 1, 1, 1, None], "minutes": [0, 1, 720, 721, 60]})
    assert possible_spans(rows).index.tolist() == [1, 2]


MISSING = float("nan")
SLOT = (9 * 60, 120, -600.0)  # 9 to 11, cancelled at two in the afternoon of the day before


def slots(*rows: tuple[int, int, float]) -> pd.DataFrame:
    """Appointments of one chair and day: start, length, and when they were made or given up."""
    columns = ["start_minute", "minutes", "made_at"]
    return pd.DataFrame(list(rows), columns=columns).assign(chair_key=1, day=MONDAY)


@pytest.mark.parametrize(
    ("others", "filled"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([(hour(9), 60, -500.0)], True, id="half of it"),
        pytest.param([(hour(9), 59, -500.0)], False, id="less than half"),
        pytest.param([(hour(9), 120, -601.0)], False, id="booked before: a double booking"),
        pytest.param([(hour(9), 120, -600.0)], True, id="booked at the same minute"),
        pytest.param([(hour(9), 120, MISSING)], True, id="not known when it was booked"),
        pytest.param([(hour(8), 90, -9.0), (hour(10, 30), 90, -9.0)], True, id="on both sides"),
        pytest.param([(hour(9), 50, -9.0), (hour(9), 50, -9.0)], False, id="the same half twice"),
        pytest.param([(hour(11), 120, -9.0)], False, id="beside it"),
    ],
)
def test_a_slot_is_refilled_by_what_was_booked_into_half_of_it_afterwards(others, filled):
    assert refilled(slots(SLOT), slots(*others)).tolist() == [filled]


def test_another_chair_or_day_does_not_refill_a_slot():
    other = slots((hour(9), 120, -9.0), (hour(9), 120, -9.0))
    other["chair_key"] = [1, 2]
    other["day"] = [MONDAY + 1, MONDAY]
    assert refilled(slots(SLOT), other).tolist() == [False]


def test_a_cancellation_of_unknown_time_is_judged_by_what_lies_in_the_slot():
    unknown = slots((hour(9), 120, MISSING))
    assert refilled(unknown, slots((hour(9), 120, -5000.0))).tolist() == [True]


def test_calendar_units_of_many_days_are_those_of_each():
    days = np.arange(day_number(date(2023, 12, 28)), day_number(date(2024, 3, 4)))
    dates = [day_date(int(day)) for day in days]
    assert week_numbers(days).tolist() == [week_number(int(day)) for day in days]
    assert month_numbers(days).tolist() == [month_number(each) for each in dates]
    assert weekday_numbers(days).tolist() == [each.isoweekday() for each in dates]
