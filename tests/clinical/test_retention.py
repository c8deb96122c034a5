"""The funnel of outcomes: who began, who can be told, and why the others cannot."""

import pandas as pd
import pytest

from clinical.retention import due_at, retention

_STARTS = ["over", "length", "done", "complete", "baseline", "starts"]
_SCORES = ["number", "observed", "baseline", "total", "courses"]

STARTS = pd.DataFrame(
    [
        (0, 6, 2, 0, 1, 7),  # under way
        (1, 6, 6, 1, 1, 40),
        (1, 6, 6, 1, 0, 5),  # without a baseline
        (1, 6, 3, 0, 1, 8),  # stopped after the third
        (1, 6, 3, 0, 0, 2),  # stopped, and without a baseline
        (1, 4, 4, 1, 1, 3),  # planned to have four
    ],
    columns=_STARTS,
)
SCORES = pd.DataFrame(
    [
        (3, 1, 20.0, 8.0, 30),
        (4, 0, 20.0, 8.0, 30),
        (6, 1, 20.0, 8.0, 20),
        (6, 1, 18.0, 9.0, 11),
        (6, 0, 18.0, 8.0, 6),
    ],
    columns=_SCORES,
)


def test_each_course_stands_in_one_place_of_the_funnel():
    found = retention(STARTS, SCORES, 6)
    assert (found.began, found.under_way, found.over) == (65, 7, 58)
    assert found.due == 55, "three were planned to have four infusions"
    assert (found.no_baseline, found.with_baseline) == (7, 48)
    # Eight of those with a baseline stopped; 31 of the other 40 have a score that was seen.
    assert (found.stopped, found.unscored, found.scored) == (8, 9, 31)
    assert found.completed == 48


@pytest.mark.parametrize("number", range(1, 13))
def test_the_parts_add_up_to_those_due(number):
    found = retention(STARTS, SCORES, number)
    assert found.no_baseline + found.stopped + found.unscored + found.scored == found.due
    assert found.under_way + found.over == found.began
    assert found.due == due_at(STARTS, number)


def test_who_stopped_depends_on_the_infusion():
    assert retention(STARTS, SCORES, 3).stopped == 0
    assert retention(STARTS, SCORES, 4).stopped == 8
    assert retention(STARTS, SCORES, 3).scored == 30
    assert retention(STARTS, SCORES, 4).scored == 0, "carried scores were not seen"


def test_of_nobody_there_is_nothing():
    found = retention(STARTS.head(0), SCORES.head(0), 6)
    assert (found.began, found.over, found.due, found.scored, found.completed) == (0,) * 5


def test_a_clinic_that_numbers_infusions_otherwise_has_no_negative_part():
    # The course had three infusions, the last of which is called the sixth.
    starts = pd.DataFrame([(1, 6, 3, 0, 1, 2)], columns=_STARTS)
    scores = pd.DataFrame([(6, 1, 20.0, 8.0, 2)], columns=_SCORES)
    found = retention(starts, scores, 6)
    assert (found.stopped, found.unscored, found.scored) == (0, 0, 2)
