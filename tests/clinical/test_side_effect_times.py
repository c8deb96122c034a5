"""When a side effect came and passed: one infusion from 10:00 to 10:40, discharged at 11:40."""

from datetime import UTC, date, datetime, time

import pytest

from clinical.side_effect_times import Odd, Span, Stay, side_effect_times


def at(clock: str) -> datetime:
    return datetime.combine(date(2026, 3, 1), time.fromisoformat(clock), UTC)


STAY = Stay(at("10:00"), at("10:40"), at("11:40"))
NO_END = Stay(at("10:00"), None, at("11:40"))
NO_DISCHARGE = Stay(at("10:00"), at("10:40"), None)


def span(onset: str | None, resolved: str | None) -> Span:
    return Span(*(at(clock) if clock else None for clock in (onset, resolved)))


@pytest.mark.parametrize(
    ("onset", "resolved", "expected"),
    [
        # onset, passed, lasted, open, odd
        ("10:10", "11:05", (10, 25, 55, 0, Odd.NONE)),
        ("10:10", "10:30", (10, 0, 20, 0, Odd.NONE)),  # before the end: nobody waited for it
        ("10:10", "10:40", (10, 0, 30, 0, Odd.NONE)),
        ("10:00", "10:00", (0, 0, 0, 0, Odd.NONE)),
        ("10:50", "11:00", (50, 20, 10, 0, Odd.NONE)),  # began after the end
        ("10:10", "14:40", (10, 240, 270, 0, Odd.NONE)),  # told later than the discharge
        (None, "11:05", (None, 25, None, 0, Odd.NONE)),
        ("10:10", None, (10, 60, 90, 1, Odd.NONE)),  # open: watched until 11:40
        (None, None, (None, 60, None, 1, Odd.NONE)),
        ("11:40", None, (100, 60, 0, 1, Odd.NONE)),  # at the discharge is not after it
        ("10:00:29", "10:41:31", (0, 2, 41, 0, Odd.NONE)),  # 41 min 2 s from onset to the end
    ],
)
def test_one_record(onset, resolved, expected):
    assert side_effect_times([span(onset, resolved)], STAY) == expected


@pytest.mark.parametrize(
    ("onset", "resolved", "expected"),
    [
        ("10:30", "10:20", (None, None, None, 0, Odd.PASSED_BEFORE_ONSET)),
        (None, "09:59", (None, None, None, 0, Odd.PASSED_BEFORE_ONSET)),  # before the start
        ("09:59", "10:20", (None, None, None, 0, Odd.BEGAN_BEFORE_INFUSION)),
        ("09:59", None, (None, None, None, 1, Odd.BEGAN_BEFORE_INFUSION)),
        # Told by telephone: the times are as good as any.
        ("11:41", "12:40", (101, 120, 59, 0, Odd.BEGAN_AFTER_DISCHARGE)),
        # Nobody watched it.
        ("11:41", None, (101, None, None, 1, Odd.BEGAN_AFTER_DISCHARGE)),
    ],
)
def test_times_that_contradict_each_other(onset, resolved, expected):
    assert side_effect_times([span(onset, resolved)], STAY) == expected


@pytest.mark.parametrize(
    ("stay", "onset", "resolved", "expected"),
    [
        (NO_END, "10:10", "11:05", (10, None, 55, 0, Odd.NONE)),
        (NO_END, "10:10", None, (10, None, 90, 1, Odd.NONE)),
        (NO_DISCHARGE, "10:10", "11:05", (10, 25, 55, 0, Odd.NONE)),
        (NO_DISCHARGE, "10:10", None, (10, None, None, 1, Odd.NONE)),
        (NO_DISCHARGE, "18:00", "18:30", (480, 470, 30, 0, Odd.NONE)),  # after what discharge?
    ],
    ids=["no end", "no end, open", "no discharge", "no discharge, open", "long after"],
)
def test_an_infusion_of_which_not_all_is_known(stay, onset, resolved, expected):
    assert side_effect_times([span(onset, resolved)], stay) == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # From the first onset to the last end, whatever their order, also across a pause.
        ([("10:30", "11:10"), ("10:05", "10:20")], (5, 30, 65, 0, Odd.NONE)),
        # One is open: so is the term.
        ([("10:30", "11:10"), ("10:05", None)], (5, 60, 95, 1, Odd.NONE)),
        # The one onset that is known.
        ([(None, "11:10"), ("10:20", "10:30")], (20, 30, 50, 0, Odd.NONE)),
        # One contradiction is enough: which of the times is wrong cannot be told.
        ([("10:10", "10:20"), ("10:30", "10:25")], (None, None, None, 0, Odd.PASSED_BEFORE_ONSET)),
        ([("09:50", None), ("10:30", "10:25")], (None, None, None, 1, Odd.BEGAN_BEFORE_INFUSION)),
        # The later one began after the discharge and had passed.
        ([("10:10", "10:20"), ("12:00", "12:10")], (10, 90, 120, 0, Odd.BEGAN_AFTER_DISCHARGE)),
    ],
    ids=["two", "one open", "one onset", "one wrong", "two wrong", "one after the discharge"],
)
def test_several_records_of_one_term(records, expected):
    spans = [span(*record) for record in records]
    assert side_effect_times(spans, STAY) == expected
    assert side_effect_times(reversed(spans), STAY) == expected


@pytest.mark.parametrize("wrong", [("10:30", "10:25"), ("09:50", "10:25")])
def test_a_contradiction_beside_one_that_began_after_the_discharge(wrong):
    times = side_effect_times([span(*wrong), span("12:00", "12:10")], STAY)
    assert times[:3] == (None, None, None)


def test_the_codes_that_lie_in_databases():
    assert [(int(odd), odd.label) for odd in Odd] == [
        (0, "Nothing"),
        (1, "Passed before it began"),
        (2, "Began before the infusion"),
        (3, "Began after the discharge"),
    ]
