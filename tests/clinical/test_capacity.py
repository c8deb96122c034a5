"""Opening time."""

from datetime import date, time

from clinical.capacity import minutes_between, open_minutes

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
