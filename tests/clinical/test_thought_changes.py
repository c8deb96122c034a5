"""Suicidal thoughts against their baseline, on twenty courses counted by hand.

=========  =====  ===========================================  =======
baseline   due    after infusion 6, observed                   missing
=========  =====  ===========================================  =======
0          6      0, 0, 0, 1                                   2
1          5      0, 0, 1, 2                                   1 (0, carried)
2          6      0, 1, 1, 2, 3                                1 (2, carried)
3          3      0, 3                                         1 (no score at all)
=========  =====  ===========================================  =======
"""

import pandas as pd
import pytest

from clinical.course_scores import Missing
from clinical.incidence import proportion
from clinical.thought_changes import LevelChange, changes_at, changes_by_number, level_changes


def scores(*rows: tuple[int, int, float, float, int]) -> pd.DataFrame:
    columns = ["number", "observed", "baseline", "total", "courses"]
    return pd.DataFrame(rows, columns=columns).astype({"baseline": float, "total": float})


def baselines(*rows: tuple[float, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["baseline", "length", "courses"]).astype({"baseline": float})


SCORES = scores(
    (6, 1, 0, 0, 3),
    (6, 1, 0, 1, 1),
    (6, 1, 1, 0, 2),
    (6, 1, 1, 1, 1),
    (6, 1, 1, 2, 1),
    (6, 0, 1, 0, 1),
    (6, 1, 2, 0, 1),
    (6, 1, 2, 1, 2),
    (6, 1, 2, 2, 1),
    (6, 1, 2, 3, 1),
    (6, 0, 2, 2, 1),
    (6, 1, 3, 0, 1),
    (6, 1, 3, 3, 1),
    (2, 1, 1, 1, 1),
)
BASELINES = baselines((0, 6, 6), (1, 6, 5), (2, 6, 6), (3, 6, 3), (3, 4, 7))
"""Seven more courses are judged up to infusion 4 only."""


@pytest.mark.parametrize(
    ("missing", "answered", "free", "lower", "unchanged", "higher", "newly"),
    [
        # Free: two of level 1, one each of 2 and 3. Fell to 1: two of level 2.
        (Missing.OBSERVED, 11, (4, 11), (2, 11), (3, 11), (2, 11), (1, 4)),
        # A carried 0 is free, a carried 2 unchanged; who has no score at all is left out.
        (Missing.CARRIED, 13, (5, 13), (2, 13), (4, 13), (2, 13), (1, 4)),
        # Fourteen are due; a rise is told of the eleven with an answer all the same.
        (Missing.ALL, 11, (4, 14), (2, 14), (3, 11), (2, 11), (1, 4)),
    ],
)
def test_each_change_has_its_own_denominator(
    missing, answered, free, lower, unchanged, higher, newly
):
    found = changes_at(SCORES, BASELINES, 6, missing)
    assert (found.due, found.answered, found.seen) == (14, answered, 11)
    assert found.free == proportion(*free)
    assert found.lower == proportion(*lower)
    assert found.unchanged == proportion(*unchanged)
    assert found.higher == proportion(*higher)
    assert found.newly == proportion(*newly)
    # None, or all three of those without an observed answer, were free.
    assert found.free_bounds == pytest.approx((4 / 14, 7 / 14))


def test_the_bounds_of_observed_cases_begin_at_the_rate_of_all_starters():
    observed = changes_at(SCORES, BASELINES, 6, Missing.OBSERVED)
    everybody = changes_at(SCORES, BASELINES, 6, Missing.ALL)
    assert observed.free_bounds is not None
    assert observed.free_bounds[0] == everybody.free.estimate


def test_nobody_with_an_answer_has_no_rate():
    found = changes_at(SCORES[:0], BASELINES, 6, Missing.OBSERVED)
    assert (found.due, found.answered, found.free.estimate) == (14, 0, None)
    assert (found.free_bounds, found.is_shown(1)) == (None, False)
    nobody = changes_at(SCORES[:0], BASELINES[:0], 6, Missing.ALL)
    assert (nobody.free.estimate, nobody.free_bounds) == (None, None)


def test_more_answers_than_courses_that_are_due_are_no_fault():
    # A clinic that begins to count its infusions at 4 has scores of a seventh of six.
    found = changes_at(scores((7, 1, 2, 0, 3)), BASELINES, 7, Missing.ALL)
    assert (found.due, found.free) == (3, proportion(3, 3))


def test_a_course_free_at_once_is_neither_lower_nor_higher():
    found = changes_at(scores((1, 1, 3, 0, 5)), baselines((3, 6, 5)), 1, Missing.OBSERVED)
    assert (found.free.events, found.lower.events, found.higher.events) == (5, 0, 0)


def test_every_infusion_with_an_answer_is_told():
    found = changes_by_number(SCORES, BASELINES, Missing.OBSERVED)
    assert [changes.number for changes in found] == [2, 6]
    assert found[0].due == 21, "the seven shorter courses are due then"


def test_from_each_level_to_the_level_after():
    assert level_changes(SCORES, BASELINES, 6, Missing.OBSERVED, 1) == [
        LevelChange(0, 0, (3, 1, 0, 0)),
        LevelChange(1, 1, (2, 1, 1, 0)),
        LevelChange(2, 2, (1, 2, 1, 1)),
        LevelChange(3, 3, (1, 0, 0, 1)),
    ]
    assert level_changes(SCORES, BASELINES, 6, Missing.ALL, 1)[1:] == [
        LevelChange(1, 1, (2, 1, 1, 0), 1),
        LevelChange(2, 2, (1, 2, 1, 1), 1),
        LevelChange(3, 3, (1, 0, 0, 1), 1),
    ]


@pytest.mark.parametrize(
    ("least", "levels"),
    [
        (4, [(0, 0), (1, 1), (2, 3)]),  # two courses at 3 go with those at 2
        (5, [(1, 3)]),  # four at 1 would be found from the total; four at 0 are too few
        (12, []),
    ],
)
def test_small_levels_go_with_their_neighbours(least, levels):
    found = level_changes(SCORES, BASELINES, 6, Missing.OBSERVED, least)
    assert [(change.low, change.high) for change in found] == levels


def test_levels_nobody_began_at_are_left_out():
    assert level_changes(scores((6, 1, 2, 0, 9)), BASELINES, 6, Missing.OBSERVED, 1) == [
        LevelChange(2, 2, (9, 0, 0, 0))
    ]


def test_levels_are_small_by_their_answers_whoever_is_due():
    found = level_changes(SCORES, BASELINES, 6, Missing.ALL, 3)
    # Of three at 3 two have an answer, so they go with the six at 2.
    assert found[-1] == LevelChange(2, 3, (2, 2, 1, 2), 2)
