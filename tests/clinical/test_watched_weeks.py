"""Which weeks are watched, and what is to be expected in them."""

from datetime import date

import numpy as np
import pytest

from clinical.calendar import week_date
from clinical.watched_weeks import expected_counts, last_weeks, reference_weeks


@pytest.mark.parametrize(
    ("end", "last_day", "last_monday"),
    [
        (date(2026, 3, 29), None, date(2026, 3, 23)),  # a Sunday: its week is whole
        (date(2026, 3, 28), None, date(2026, 3, 16)),  # a Saturday: it is not
        (date(2026, 3, 29), date(2026, 3, 27), date(2026, 3, 23)),  # no work at the weekend
        (date(2026, 3, 29), date(2026, 2, 4), date(2026, 2, 2)),  # the data ended before
        (date(2026, 3, 29), date(2026, 5, 1), date(2026, 3, 23)),  # the period ended before
    ],
)
def test_the_last_week_is_a_whole_one_with_data(end, last_day, last_monday):
    weeks = last_weeks(end, last_day)
    assert week_date(weeks[-1]) == last_monday
    assert len(weeks) == 52


def mask(first_judged: int) -> list[bool]:
    return [week < first_judged for week in range(52)]


@pytest.mark.parametrize(
    ("begin", "first_judged"),
    [
        (0, 40),  # all but the last 12
        (20, 40),
        (28, 40),  # 12 of them with infusions
        (30, 42),  # the first 12, then 10 to judge
        (45, 57),  # none to judge
    ],
)
def test_the_reference_is_all_but_the_last_12_and_at_least_12(begin, first_judged):
    recorded = np.array([0] * begin + [5] * (52 - begin))
    assert reference_weeks(recorded).tolist() == mask(first_judged)


def test_without_infusions_the_usual_weeks_are_the_reference():
    assert reference_weeks(np.zeros(52, np.int64)).tolist() == mask(40)


def test_expected_counts_follow_the_infusion_number():
    # One site, two weeks, two bands: 10 firsts and no later one; then 2 and 8.
    recorded = np.array([[[10, 0], [2, 8]]])
    # In the reference 6 of 10 firsts and 4 of 40 later ones had it; of the other term 0 and 20.
    expected = expected_counts(recorded, np.array([10, 40]), np.array([[6, 4], [0, 20]]))
    assert expected.shape == (2, 1, 2)
    assert expected[0, 0] == pytest.approx([10 * 0.6, 2 * 0.6 + 8 * 0.1])
    assert expected[1, 0] == pytest.approx([0, 8 * 0.5])


def test_a_band_that_the_reference_lacks_takes_the_rate_of_all():
    recorded = np.array([[[0, 4]]])
    expected = expected_counts(recorded, np.array([20, 0]), np.array([[5, 0]]))
    assert expected[0, 0, 0] == pytest.approx(4 * 0.25)


def test_without_a_reference_nothing_is_expected():
    recorded = np.array([[[3, 4]]])
    assert expected_counts(recorded, np.array([0, 0]), np.array([[0, 0]])).tolist() == [[[0.0]]]
