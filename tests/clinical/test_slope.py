"""The slope of a series, by hand and against scipy."""

import numpy as np
import pytest
from scipy.stats import theilslopes

from clinical.slope import theil_sen


def test_a_straight_line_with_one_odd_week():
    # 2 more each week but for a closure: of the 28 pairs 21 lie on the line, so their slope is 2.
    slope = theil_sen([10, 12, 14, 0, 18, 20, 22, 24])
    assert slope is not None
    assert slope.estimate == 2.0
    assert slope.n == 8


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [8, 12, 53])
def test_estimate_and_interval_are_scipys(seed: int, n: int):
    values = np.random.default_rng(seed).poisson(6, n) + 0.1 * np.arange(n)
    slope = theil_sen(np.round(values))
    expected = theilslopes(np.round(values), alpha=0.95)
    assert slope is not None
    found = (slope.estimate, slope.low, slope.high)
    assert found == pytest.approx((expected.slope, expected.low_slope, expected.high_slope))


def test_a_constant_series_has_no_slope():
    slope = theil_sen([5] * 10)
    assert slope is not None
    assert (slope.estimate, slope.low, slope.high) == (0, 0, 0)
    assert not slope.is_clear


def test_too_few_units_have_none():
    assert theil_sen([1, 2, 3, 4, 5, 6, 7]) is None
    assert theil_sen([]) is None
