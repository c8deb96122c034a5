"""Proportions and their intervals."""

import pytest
from scipy.stats import binomtest

from clinical.incidence import proportion


def test_newcombe_1998_table_1_wilson_interval_of_81_of_263():
    found = proportion(81, 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_newcombe_1998_table_1_wilson_interval_of_0_of_20_and_1_of_29():
    assert proportion(0, 20).high == pytest.approx(0.1611, abs=5e-5)
    found = proportion(1, 29)
    assert (found.low, found.high) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 7, 40, 1000])
def test_it_equals_scipy(n: int):
    for events in {0, 1, n // 2, n - 1, n}:
        found = proportion(events, n)
        expected = binomtest(events, n).proportion_ci(0.95, method="wilson")
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert found.estimate == events / n


def test_nothing_of_nothing_has_no_estimate():
    found = proportion(0, 0)
    assert (found.estimate, found.low, found.high) == (None, None, None)


def test_more_events_than_trials_is_refused():
    with pytest.raises(ValueError, match="3 of 2"):
        proportion(3, 2)
