"""Courses derived from bare infusions: the data contract's rule at each of its edges."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clinical.codes import Phase
from clinical.series import Course, derive_courses, sequence_numbers

INDUCTION, MAINTENANCE = Phase.INDUCTION, Phase.MAINTENANCE


def test_no_infusion_no_course():
    assert derive_courses([]) == []


def test_one_infusion_begins_an_induction():
    assert derive_courses([100]) == [Course(INDUCTION, 0, 1)]


def test_exactly_14_days_stay_in_the_induction():
    assert derive_courses([0, 14, 28]) == [Course(INDUCTION, 0, 3)]


def test_15_days_begin_the_maintenance():
    assert derive_courses([0, 3, 18]) == [Course(INDUCTION, 0, 2), Course(MAINTENANCE, 2, 3)]


def test_maintenance_goes_on_however_long_or_short_the_intervals():
    # After the first gap of 28 days: 2 days, 182 days, 14 days.
    assert derive_courses([0, 28, 30, 212, 226]) == [
        Course(INDUCTION, 0, 1),
        Course(MAINTENANCE, 1, 5),
    ]


def test_exactly_182_days_stay_in_the_maintenance():
    assert derive_courses([0, 20, 202]) == [Course(INDUCTION, 0, 1), Course(MAINTENANCE, 1, 3)]


def test_183_days_begin_a_new_induction():
    assert derive_courses([0, 20, 203, 206]) == [
        Course(INDUCTION, 0, 1),
        Course(MAINTENANCE, 1, 2),
        Course(INDUCTION, 2, 4),
    ]


def test_183_days_after_an_induction_begin_another_one():
    assert derive_courses([0, 3, 186, 201]) == [
        Course(INDUCTION, 0, 2),
        Course(INDUCTION, 2, 3),
        Course(MAINTENANCE, 3, 4),
    ]


def test_two_infusions_on_one_day_belong_together():
    assert derive_courses([5, 5]) == [Course(INDUCTION, 0, 2)]


def test_an_earlier_clinic_day_further_west_is_no_gap():
    # Two sites: the later instant can have the earlier local day.
    assert derive_courses([5, 4]) == [Course(INDUCTION, 0, 2)]


@given(st.lists(st.integers(0, 400), max_size=40))
def test_every_infusion_lies_in_exactly_one_course(gaps):
    days = [sum(gaps[:end]) for end in range(len(gaps) + 1)]
    courses = derive_courses(days)
    assert [position for run in courses for position in range(run.first, run.end)] == list(
        range(len(days))
    )
    assert courses[0].phase is INDUCTION
    for before, after in pairwise(courses):
        gap = days[after.first] - days[before.end - 1]
        if after.phase is MAINTENANCE:
            assert before.phase is INDUCTION
            assert 14 < gap <= 182
        else:
            assert gap > 182


def test_numbers_are_the_positions_where_none_is_given():
    assert sequence_numbers([]) == []
    assert sequence_numbers([None, None, None]) == [1, 2, 3]


def test_a_missing_number_follows_the_one_before():
    assert sequence_numbers([1, None, 3, None]) == [1, 2, 3, 4]
    assert sequence_numbers([4, None, None]) == [4, 5, 6]
    assert sequence_numbers([None, 5, None]) == [1, 5, 6]
