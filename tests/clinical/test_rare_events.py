"""Charts of the gaps between rare events."""

import numpy as np
import pytest
from scipy.stats import geom

from clinical.rare_events import g_chart, t_chart

THREE_SIGMA = 0.0026997960632601866
"""The two-sided probability beyond three sigma of a normal distribution."""
NAN = float("nan")

# Montgomery 2013, table 7.14: days between failures of a valve.
VALVE = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214]
VALVE += [2831, 96]


@pytest.mark.parametrize("alpha", [0.05, THREE_SIGMA, 1e-4])
@pytest.mark.parametrize("mean", [1, 19, 61, 999])
def test_the_limits_of_gaps_are_those_of_the_geometric_distribution(mean: int, alpha: float):
    chart = g_chart([mean] * 5, [True] * 5, alpha)
    gap = geom(1 / (mean + 1), loc=-1)  # how many without the event come before it
    assert chart.lower is not None
    assert chart.upper is not None
    assert gap.cdf(chart.lower) >= alpha / 2 > gap.cdf(chart.lower - 1)
    assert gap.sf(chart.upper - 1) >= alpha / 2 > gap.sf(chart.upper)
    assert chart.centre == gap.median()
    assert not chart.flag.any()


def test_gaps_in_infusions_by_hand():
    # Gaps of 1 on average: each infusion has a half, so P(gap >= x) = 1 / 2^x. With tails of 1 / 64
    # a gap of 6 is as probable as that and stays inside, 7 is flagged; a gap of 0 has a half.
    chart = g_chart([0, 1, 2, 6, 7], [True, True, True, False, False], 2 / 64)
    assert (chart.centre, chart.lower, chart.upper) == (0, 0, 6)
    assert chart.flag.tolist() == [0, 0, 0, 0, 1]
    assert not chart.can_show_short
    assert not chart.is_long(6)
    assert chart.is_long(7)


def test_short_gaps_are_flagged_where_events_are_rare_enough():
    # Gaps of 999 on average: P(0) = 0.1 %, P(1 or less) = 0.2 %; the tail is 0.135 %.
    chart = g_chart([999, 999, 999, 0, 1], [True] * 3 + [False] * 2, THREE_SIGMA)
    assert chart.lower == 1
    assert chart.can_show_short
    assert chart.flag.tolist() == [0, 0, 0, -1, 0]


def test_events_at_every_infusion_of_the_reference():
    # The gaps count as half an infusion in sum: P(gap >= x) = (0.5 / 4.5)^x, 1.2 % for 2.
    chart = g_chart([0, 0, 0, 0, 2, 3], [True] * 4 + [False] * 2, 0.005)
    assert (chart.centre, chart.lower, chart.upper) == (0, 0, 2)
    assert chart.flag.tolist() == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("draw", [g_chart, t_chart])
def test_without_a_reference_nothing_is_said(draw):
    for gaps in ([], [NAN, NAN], [5.0, 900.0]):
        chart = draw(gaps, [False] * len(gaps), THREE_SIGMA)
        assert (chart.centre, chart.lower, chart.upper) == (None, None, None)
        assert chart.flag.tolist() == [0] * len(gaps)
        assert not chart.can_show_short
        assert not chart.is_long(1e9)


@pytest.mark.parametrize("draw", [g_chart, t_chart])
def test_a_missing_gap_is_neither_flagged_nor_counted(draw):
    with_missing = draw([40, NAN, 50, 60], [True] * 4, THREE_SIGMA)
    assert with_missing.flag.tolist() == [0, 0, 0, 0]
    assert with_missing.upper is not None
    assert np.isnan(with_missing.gaps[1])


def test_a_missing_gap_changes_no_limit_of_the_others():
    with_missing = g_chart([40, NAN, 50, 60], [True] * 4, THREE_SIGMA)
    assert with_missing.upper == g_chart([50, 50, 50], [True] * 3, THREE_SIGMA).upper


def test_montgomery_table_7_14_the_transformed_days():
    # The book prints the first roots as 4.80986, 6.70903, 5.72650 and 3.81367; its power is 0.2777.
    four = t_chart(VALVE[:4], [True] * 4, THREE_SIGMA)
    roots = np.array([4.80986, 6.70903, 5.72650, 3.81367])
    middle, ranges = roots.mean(), np.abs(np.diff(roots)).mean()
    assert four.centre is not None
    assert four.upper is not None
    assert four.centre ** (1 / 3.6) == pytest.approx(middle, rel=1e-3)
    assert four.upper ** (1 / 3.6) == pytest.approx(middle + 3 / 1.128 * ranges, rel=1e-3)


def test_montgomery_the_valve_shows_nothing_unusual():
    chart = t_chart(VALVE, [True] * 20, THREE_SIGMA)
    assert not chart.flag.any()
    assert chart.lower == 0.0  # the book's lower limit is negative
    assert not chart.can_show_short
    assert chart.upper is not None
    assert not chart.is_long(chart.upper)
    assert chart.is_long(chart.upper + 1)


def test_gaps_in_days_by_hand():
    # Roots 3, 4, 3, 4: mean 3.5, moving range 1, spread 0.8865; limits 3.5 ± 3 * 0.8865.
    chart = t_chart(np.array([3, 4, 3, 4, 0.5, 6.5]) ** 3.6, [True] * 4 + [False] * 2, THREE_SIGMA)
    assert chart.centre == pytest.approx(3.5**3.6)
    assert chart.lower == pytest.approx((3.5 - 3 / 1.128) ** 3.6)
    assert chart.upper == pytest.approx((3.5 + 3 / 1.128) ** 3.6)
    assert chart.flag.tolist() == [0, 0, 0, 0, -1, 1]
    assert chart.can_show_short


def test_a_missing_gap_in_days_is_not_bridged():
    # Roots 3, missing, 4, 4: one moving range, of 0; the mean is that of all three.
    chart = t_chart(np.array([3, NAN, 4, 4]) ** 3.6, [True] * 4, THREE_SIGMA)
    assert chart.upper == pytest.approx((11 / 3) ** 3.6)


def test_two_events_on_one_day_are_a_gap_of_nought():
    chart = t_chart([0, 30, 0, 60], [True] * 4, THREE_SIGMA)
    assert chart.upper is not None
    assert chart.flag.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("days", [1, 7, 13, 30.44, 365])
def test_a_constant_series_of_gaps_is_not_flagged(days: float):
    chart = t_chart([days] * 15, [True] * 15, THREE_SIGMA)
    assert chart.centre == pytest.approx(days)
    assert not chart.flag.any()
    assert not chart.is_long(days)


@pytest.mark.parametrize("gaps", [[5.0], [5.0, NAN, 5.0]])
def test_days_without_two_neighbouring_gaps_have_no_limits(gaps):
    assert t_chart(gaps, [True] * len(gaps), THREE_SIGMA).upper is None


@pytest.mark.parametrize("draw", [g_chart, t_chart])
def test_a_gap_below_nought_is_refused(draw):
    with pytest.raises(ValueError, match="below 0"):
        draw([-1, 5], [True, True], THREE_SIGMA)


def test_stable_gaps_are_flagged_as_seldom_as_promised():
    random = np.random.default_rng(3)
    gaps = random.geometric(1 / 61, 40_000) - 1
    reference = np.ones(len(gaps), np.bool_)
    for alpha in (0.05, 0.01):
        assert np.mean(g_chart(gaps, reference, alpha).flag != 0) <= alpha * 1.1
