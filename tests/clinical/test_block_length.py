"""The length of a block, worked out by hand."""

import pandas as pd
import pytest

from clinical.block_length import (
    Lengths,
    covered_by,
    lengths,
    overrunning,
    suggested_block,
    usual_length,
)


def stays(*each: tuple[int, int]) -> Lengths:
    return lengths(pd.DataFrame(each, columns=["minutes", "stays"]), "stays")


def test_equal_lengths_of_several_rows_are_added():
    found = stays((120, 1), (90, 2), (120, 3), (60, 0))
    assert found.minutes.tolist() == [90, 120]
    assert found.counts.tolist() == [2, 4]
    assert found.n == 6


def test_what_a_share_does_not_exceed():
    # Of ten stays nine last up to 110 minutes.
    ten = stays((90, 5), (100, 3), (110, 1), (180, 1))
    assert covered_by(ten, 90) == 110
    assert covered_by(ten, 91) == 180
    assert covered_by(ten, 80) == 100
    assert usual_length(ten) == 90
    assert covered_by(stays(), 90) is None
    assert usual_length(stays()) is None


@pytest.mark.parametrize(
    ("covers", "turnover", "expected"),
    [
        (90, 10, 120),  # 110 + 10
        (90, 0, 110),
        (90, 11, 125),  # 121, up to the next multiple of 5
        (80, 10, 110),
        (99, 10, 190),
    ],
)
def test_the_suggestion_holds_the_stay_and_the_turnover(covers, turnover, expected):
    twenty = stays((90, 10), (100, 6), (110, 2), (180, 2))
    assert suggested_block(twenty, covers, turnover) == expected


def test_a_share_that_is_met_exactly_is_met():
    # 29 of 100: 0.29 * 100 is 28.999… in binary, so the shares must not be compared as fractions.
    hundred = stays((60, 29), (90, 71))
    assert covered_by(hundred, 29) == 60


def test_few_stays_suggest_nothing():
    assert suggested_block(stays((100, 19)), 90, 10) is None
    assert suggested_block(stays((100, 20)), 90, 10) == 110
    assert suggested_block(stays(), 90, 10) is None


def test_how_many_would_overrun():
    ten = stays((90, 5), (100, 3), (110, 1), (180, 1))
    at_100 = overrunning(ten, 100)
    assert (at_100.events, at_100.n) == (2, 10)
    # By Wilson, as scipy.stats.binomtest has it.
    assert (at_100.low, at_100.high) == pytest.approx((0.0566822, 0.5098375), abs=1e-6)
    assert overrunning(ten, 180).events == 0
    assert overrunning(stays(), 100).estimate is None
