"""The scores of a course by infusion number, on courses worked by hand."""

import pytest

from clinical.codes import ScoreKind, Timepoint
from clinical.course_scores import Step, course_length, nearest, observed_steps, score_kind, steps


@pytest.mark.parametrize(
    ("timepoint", "kind"),
    [
        (Timepoint.AFTER_INFUSION, ScoreKind.ACUTE),
        (Timepoint.BEFORE_INFUSION, ScoreKind.SETTLED),
        (Timepoint.FOLLOW_UP, ScoreKind.SETTLED),
        (Timepoint.BASELINE, None),
        (Timepoint.UNLINKED, None),
    ],
)
def test_which_kind_a_score_is(timepoint, kind):
    assert score_kind(timepoint) is kind


@pytest.mark.parametrize(
    ("planned", "done", "is_induction", "length"),
    [
        (6, 4, True, 6),
        (6, 8, True, 8),  # it went further than planned
        (8, 6, True, 8),
        (None, 3, True, 6),  # the usual six
        (None, 7, True, 7),
        (None, 3, False, 3),  # maintenance has no end
        (4, 2, False, 4),
        (20, 15, False, 12),  # followed up to the twelfth
    ],
)
def test_up_to_which_infusion_a_course_is_judged(planned, done, is_induction, length):
    assert course_length(planned, done, is_induction=is_induction) == length


def test_a_score_is_carried_forward_to_the_end_of_the_course_and_never_back():
    assert steps([(2, 14.0), (4, 9.0)], 6) == [
        Step(2, 14.0, True),
        Step(3, 14.0, False),
        Step(4, 9.0, True),
        Step(5, 9.0, False),
        Step(6, 9.0, False),
    ]


def test_of_one_infusion_the_latest_score_counts():
    assert steps([(1, 14.0), (1, 11.0)], 1) == [Step(1, 11.0, True)]
    assert observed_steps([(1, 14.0), (1, 11.0)]) == [Step(1, 11.0, True)]


def test_scores_beyond_the_length_are_left_out_and_none_give_no_step():
    assert steps([(3, 5.0)], 2) == []
    assert steps([], 6) == []


def test_observed_steps_carry_nothing_and_end_at_the_twelfth():
    assert observed_steps([(13, 3.0), (12, 4.0), (2, 8.0)]) == [
        Step(2, 8.0, True),
        Step(12, 4.0, True),
    ]


@pytest.mark.parametrize(
    ("times", "position"), [([], None), ([2.0], 0), ([4.0, 20.0, 40.0], 1), ([23.0, 25.0], 0)]
)
def test_the_time_nearest_to_a_day(times, position):
    assert nearest(times, 24) == position
