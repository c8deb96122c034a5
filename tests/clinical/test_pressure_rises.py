"""How far the systolic pressure rose, by hand."""

from math import sqrt

import pytest

from clinical.incidence import proportion
from clinical.pressure_rises import binned_rises, summarise_rises

COUNTS = [(-3, 1), (0, 1), (19, 2), (20, 3), (30, 1), (41, 2)]


def test_mean_spread_and_large_rises():
    found = summarise_rises(COUNTS)
    assert found is not None
    assert found.n == 10
    # -3 + 0 + 38 + 60 + 30 + 82 = 207
    assert found.mean == pytest.approx(20.7)
    # Squares: 9 + 0 + 722 + 1200 + 900 + 3362 = 6193; 6193 - 10 * 20.7**2 = 1908.1; by 9.
    assert found.sd == pytest.approx(sqrt(1908.1 / 9))
    # t of 0.975 with 9 degrees of freedom: 2.262157
    assert found.high == pytest.approx(20.7 + 2.262157 * sqrt(1908.1 / 90), abs=1e-5)
    assert found.low == pytest.approx(20.7 - 2.262157 * sqrt(1908.1 / 90), abs=1e-5)
    # Exactly 20 and exactly 30 count.
    assert found.reached == {20: proportion(6, 10), 30: proportion(3, 10)}


def test_one_infusion_has_no_spread_and_none_no_mean():
    one = summarise_rises([(12, 1)])
    assert one is not None
    assert (one.n, one.mean, one.sd, one.low, one.high) == (1, 12, None, None, None)
    assert summarise_rises([]) is None
    assert summarise_rises([(12, 0)]) is None


def test_spans_of_five_without_gaps():
    assert binned_rises([(-3, 1), (-5, 2), (-6, 4), (0, 8), (4, 16), (15, 32)]) == [
        (-10, 4),
        (-5, 3),
        (0, 24),
        (5, 0),
        (10, 0),
        (15, 32),
    ]
    assert binned_rises([]) == []
