"""The bands of days between the first two boosters."""

from itertools import pairwise

from clinical.booster_intervals import INTERVALS, interval_of


def test_each_bound_belongs_to_the_interval_that_names_it():
    assert interval_of([0, 7, 10, 11, 21, 22, 35, 36, 400]).tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 3]


def test_no_day_lies_between_two_intervals():
    for before, after in pairwise(INTERVALS):
        assert before.last is not None
        assert after.first == before.last + 1
    assert (INTERVALS[0].first, INTERVALS[-1].last) == (0, None)
