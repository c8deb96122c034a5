"""The slope of weekly amounts, against scipy and by hand."""

import numpy as np
import pytest
from scipy import stats

from clinical.growth import Growth, total_growth, weekly_growth


def test_the_slope_and_its_interval_are_those_of_least_squares():
    amounts = np.random.default_rng(3).poisson(40, 26) + np.arange(26) * 0.4
    fit = stats.linregress(np.arange(26), amounts)
    growth = weekly_growth(amounts)
    assert growth is not None
    assert growth.a_week == pytest.approx(fit.slope)
    half = stats.t.ppf(0.975, 24) * fit.stderr
    assert (growth.low, growth.high) == pytest.approx((fit.slope - half, fit.slope + half))


def test_weeks_that_are_not_known_are_left_out_and_keep_their_place():
    amounts = np.array([0, 1, 2, np.nan, np.nan, np.nan, 6, 7, 8, 9, np.nan], dtype=float)
    growth = weekly_growth(amounts)
    assert growth is None  # seven known weeks
    amounts[3] = 3
    growth = weekly_growth(amounts)
    assert growth is not None
    assert growth.a_week == pytest.approx(1)
    assert growth.error == pytest.approx(0, abs=1e-12)
    assert growth.freedom == 6


@pytest.mark.parametrize("amounts", [[], [np.nan] * 26, [5.0] * 7])
def test_too_little_tells_no_growth(amounts):
    assert weekly_growth(amounts) is None


def test_a_constant_amount_does_not_grow():
    growth = weekly_growth([5.0] * 8)
    assert growth is not None
    assert (growth.low, growth.a_week, growth.high) == (0, 0, 0)


def test_growths_of_several_add_up():
    # 3-4-5: the errors add up as squares.
    both = total_growth([Growth(1, 3, 10), None, Growth(-2, 4, 6)])
    assert both == Growth(-1, 5, 16)
    assert total_growth([None]) is None
    assert total_growth([]) is None


def test_another_unit():
    assert Growth(2, 1, 8).times(-3) == Growth(-6, 3, 8)
