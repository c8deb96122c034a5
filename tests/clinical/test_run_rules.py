"""Run rules, each by a table: the points, and which of them belong to the pattern."""

import numpy as np
import pytest
from scipy.stats import binom

from clinical.run_rules import (
    NhsRule,
    nhs_marks,
    outside,
    shift,
    trend,
    trend_direction,
    two_of_three,
    unusual_runs,
)

NAN = float("nan")
CONSTANT = [0.1] * 15
"""The mean of these, as computed, is not 0.1 to the last bit."""


def marks(found) -> str:
    return "".join("x" if each else "." for each in found)


@pytest.mark.parametrize(
    ("values", "lower", "upper", "expected"),
    [
        ([0, 1, 5, 9, 10], 1, 9, "x...x"),  # on a limit is inside
        ([4, 4, 4], [0, 5, 0], [3, 9, 9], "xx."),  # limits of their own
        ([NAN, 10, 0], 1, 9, ".xx"),
        ([10, 0], NAN, NAN, ".."),  # no limits, nothing beyond them
        ([0, 10], 0, 9, ".x"),  # a lower limit of 0 flags nothing
        ([], 1, 9, ""),
    ],
)
def test_outside(values, lower, upper, expected):
    assert marks(outside(values, lower, upper)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1] * 6, "......"),
        ([1] * 7, "xxxxxxx"),
        ([1] * 9, "xxxxxxxxx"),
        ([-1] * 7, "xxxxxxx"),
        ([-1, *[1] * 7, -1], ".xxxxxxx."),
        ([1, 1, 1, -1, 1, 1, 1, 1], "........"),
        ([1, 1, 1, 0, 1, 1, 1, 1], "........"),  # a point on the mean breaks it
        ([0] * 15, "." * 15),
        ([1, 1, 1, NAN, 1, 1, 1, 1], "xxx.xxxx"),  # a missing one does not
        ([1, 1, 1, NAN, 1, 1, 1], "......."),  # nor does it count
        ([NAN] * 9, "." * 9),
        ([], ""),
    ],
)
def test_shift(values, expected):
    assert marks(shift(values, 0.0)) == expected


def test_the_length_of_a_shift_can_be_set():
    assert marks(shift([1, 1, 1, -1, -1], 0.0, run=3)) == "xxx.."


def test_a_shift_about_a_centre_that_changes_or_is_missing():
    values = [5.0] * 8
    assert marks(shift(values, [4, 4, 4, 4, 6, 6, 6, 6], run=4)) == "xxxxxxxx"
    assert marks(shift(values, [4, 4, 4, NAN, 4, 4, 4, 4], run=7)) == "xxx.xxxx"


def test_a_constant_series_is_no_shift_though_its_mean_is_rounded():
    centre = float(np.sum(CONSTANT)) / len(CONSTANT)
    assert centre != 0.1
    assert marks(shift(CONSTANT, centre)) == "." * 15


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], "......"),
        ([1, 2, 3, 4, 5, 6, 7], "xxxxxxx"),  # seven points are six steps
        ([7, 6, 5, 4, 3, 2, 1], "xxxxxxx"),
        ([9, 1, 2, 3, 4, 5, 6, 7, 0], ".xxxxxxx."),
        ([1, 2, 3, 4, 4, 5, 6, 7], "........"),  # equal points end it
        ([1, 2, 3, NAN, 4, 5, 6, 7], "xxx.xxxx"),
        ([1, 2, 3, NAN, 4, 5, 6], "......."),
        ([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1], "x" * 13),  # the top belongs to both
        (CONSTANT, "." * 15),
        ([3], "."),
        ([], ""),
    ],
)
def test_trend(values, expected):
    assert marks(trend(values)) == expected


def test_the_length_of_a_trend_can_be_set():
    assert marks(trend([3, 1, 2, 3, 1], run=3)) == ".xxx."


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
        ([7, 6, 5, 4, 3, 2, 1], [-1] * 7),
        ([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1], [1] * 6 + [-1] * 7),  # the top begins the fall
        ([1, 2, 3, NAN, 4, 5, 6, 7], [1, 1, 1, 0, 1, 1, 1, 1]),
        ([1, 2, 3, 4, 5, 6, 6], [0] * 7),
        ([], []),
    ],
)
def test_trend_direction(values, expected):
    assert trend_direction(values).tolist() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.5, 2.5, 0.5], "xx."),  # the third is not marked
        ([2.5, 0.5, 2.5], "x.x"),
        ([0.5, 2.5, 2.5], ".xx"),
        ([2.5, 2.5, 2.5], "xxx"),
        ([-2.5, -0.5, -2.5], "x.x"),
        ([2.5, -0.5, 2.5], "..."),  # not on one side
        ([2.5, 0.0, 2.5], "..."),  # on the mean is on no side
        ([2.5, -2.5, 2.5], "..."),
        ([2.5, 0.5, 0.5, 2.5], "...."),  # two of four
        ([2.5, 3.5, 0.5], "..."),  # beyond three sigma does not count as one of the two
        ([2.5, 3.5, 2.5], "x.x"),  # but may be the third
        ([2.0, 2.5, 1.0], "..."),  # exactly two is not between
        ([3.0, 2.5, 1.0], "xx."),  # exactly three is
        ([2.5, NAN, 2.5, 0.5], "x.x."),
        ([2.5, 2.5], ".."),  # there must be three
        ([2.5], "."),
        ([], ""),
    ],
)
def test_two_of_three(values, expected):
    assert marks(two_of_three(values, 0.0, 1.0)) == expected


def test_two_of_three_with_a_sigma_of_each_period():
    assert marks(two_of_three([2.5, 2.5, 0.5], 0.0, [1.0, 2.0, 1.0])) == "..."
    assert marks(two_of_three([2.5, 5.0, 0.5], 0.0, [1.0, 2.0, 1.0])) == "xx."


def test_two_of_three_about_a_mean_that_is_no_round_number():
    # 0.1 + 0.2 is more than 0.3 to the last bit; it is still not beyond three sigma.
    assert marks(two_of_three([0.1 + 0.2, 0.25, 0.05], 0.0, 0.1)) == "xx."


def test_two_of_three_of_a_series_without_spread():
    assert marks(two_of_three([1, 1, 1], 1.0, 0.0)) == "..."
    assert marks(two_of_three([2, 2, 2], 1.0, 0.0)) == "..."  # beyond three sigma, all of them


# 0 no rule, 1 outside, 2 trend, 3 two of three, 4 shift; centre 0, sigma 1.
@pytest.mark.parametrize(
    ("values", "rules", "sides"),
    [
        ([0.5, 3.5, -3.5], [0, 1, 1], [0, 1, -1]),
        ([3.0, -3.0], [0, 0], [0, 0]),  # on a limit is inside
        ([1] * 7, [4] * 7, [1] * 7),
        # Outside before shift, two of three before shift.
        ([-1] * 5 + [-3.5, -1], [4] * 5 + [1, 4], [-1] * 7),
        ([1, 1, 1, 1, 2.5, 2.5, 1], [4, 4, 4, 4, 3, 3, 4], [1] * 7),
        # A trend before two of three and shift, but not before outside; it rises below the centre.
        ([-3.5, -2.6, -2.5, -1.5, -1, -0.5, -0.1], [1, *[2] * 6], [-1, *[1] * 6]),
        ([1, 1, NAN, 1, 1, 1, 1, 1], [4, 4, 0, 4, 4, 4, 4, 4], [1, 1, 0, 1, 1, 1, 1, 1]),
        ([0.0] * 9, [0] * 9, [0] * 9),
        ([NAN] * 3, [0] * 3, [0] * 3),
        ([], [], []),
    ],
)
def test_the_nhs_rules_in_their_order(values, rules, sides):
    found = nhs_marks(values, 0.0, 1.0, -3.0, 3.0)
    assert found.rule.tolist() == rules
    assert found.side.tolist() == sides


def test_the_nhs_rules_are_named_in_the_order_in_which_they_go():
    assert [rule.name for rule in NhsRule] == ["NONE", "OUTSIDE", "TREND", "TWO_OF_THREE", "SHIFT"]


# Anhøj and Olesen 2014; the table of the qicharts2 documentation: useful points, the longest run
# that is usual, the fewest crossings that are usual.
@pytest.mark.parametrize(
    ("useful", "longest_usual", "fewest_usual"),
    [
        (10, 6, 2),
        (11, 6, 2),
        (12, 7, 3),
        (14, 7, 4),
        (16, 7, 4),
        (18, 7, 5),
        (20, 7, 6),
        (22, 7, 7),
        (23, 8, 7),
        (24, 8, 8),
        (30, 8, 10),
        (45, 8, 17),
        (46, 9, 17),
        (52, 9, 20),
        (60, 9, 23),
        (90, 9, 37),
        (91, 10, 37),
        (100, 10, 41),
    ],
)
def test_anhoej_limits(useful: int, longest_usual: int, fewest_usual: int):
    found = unusual_runs([(-1) ** i for i in range(useful)], 0.0)
    assert (found.useful, found.longest_usual, found.fewest_usual) == (
        useful,
        longest_usual,
        fewest_usual,
    )
    assert fewest_usual == binom.ppf(0.05, useful - 1, 0.5)
    assert (found.longest, found.crossings, found.signal) == (1, useful - 1, False)


@pytest.mark.parametrize(
    ("values", "useful", "longest", "crossings", "signal"),
    [
        ([1] * 5 + [-1] * 5, 10, 5, 1, True),  # too few crossings
        ([1] * 5 + [-1] * 4 + [1], 10, 5, 2, False),
        ([1] * 7 + [-1, 1, -1], 10, 7, 3, True),  # too long a run
        ([1] * 6 + [-1, 1, -1, 1], 10, 6, 4, False),
        ([1, 1, 0, NAN, 1] * 2 + [-1] * 4, 10, 6, 1, True),  # on the line and missing: left out
        ([1] * 9, 9, 9, 0, False),  # fewer than 10 points are not judged
        ([0] * 20, 0, 0, 0, False),
        ([NAN] * 20, 0, 0, 0, False),
        ([], 0, 0, 0, False),
    ],
)
def test_unusual_runs(values, useful, longest, crossings, signal):
    found = unusual_runs(values, 0.0)
    assert (found.useful, found.longest, found.crossings) == (useful, longest, crossings)
    assert found.signal is signal
