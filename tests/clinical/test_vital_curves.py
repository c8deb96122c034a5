"""The course of a vital sign over many infusions."""

from math import nan

import numpy as np
import pytest
from scipy import stats

from clinical.vital_curves import PERCENTILES, VitalCurve, mean_interval, vital_curve


def course(*readings: tuple[int, float, float]) -> VitalCurve:
    infusion, minute, value = zip(*readings, strict=True) if readings else ((), (), ())
    return vital_curve(
        np.array(infusion, dtype=np.int64),
        np.array(minute, dtype=np.float64),
        np.array(value, dtype=np.float64),
    )


def test_the_numbers_of_a_slot():
    found = course(*((each, 20, 100 + each) for each in range(1, 12)))  # 101 to 111
    assert found.minute.tolist() == [20]
    assert found.n.tolist() == [11]
    assert found.mean.tolist() == [106]
    # Type 7: at h = 10 p of the 11 values counted from 0, so 5 % lies half-way of the first two.
    shown = {percentile: values.tolist() for percentile, values in found.percentiles.items()}
    assert tuple(shown) == PERCENTILES
    assert shown == {
        5: [pytest.approx(101.5)],
        10: [pytest.approx(102)],
        50: [106],
        90: [pytest.approx(110)],
        95: [pytest.approx(110.5)],
    }
    expected = stats.t.interval(0.95, 10, 106, stats.sem(np.arange(101, 112)))
    assert (found.low[0], found.high[0]) == pytest.approx(expected)


def test_ten_infusions_are_enough_and_nine_are_not():
    ten = [(each, 0.0, 120.0) for each in range(10)]
    nine = [(each, 30.0, 120.0) for each in range(9)]
    assert course(*ten, *nine).minute.tolist() == [0]


def test_an_infusion_counts_once_in_a_slot_as_the_mean_of_its_readings():
    # Infusion 0 was rechecked four times: 150, 140, 130, 120 count as one of 135.
    rechecked = [(0, 38.0 + each, 150.0 - 10 * each) for each in range(4)]
    found = course(*rechecked, *((each, 40.0, 100.0) for each in range(1, 10)))
    assert found.n.tolist() == [10]
    assert found.mean[0] == pytest.approx((135 + 9 * 100) / 10)


@pytest.mark.parametrize(
    ("minute", "slot"), [(-6, -10), (-5, 0), (0, 0), (4.9, 0), (5, 10), (14.9, 10), (15, 20)]
)
def test_readings_go_to_the_nearest_ten_minutes(minute: float, slot: int):
    assert course(*((each, minute, 1.0) for each in range(10))).minute.tolist() == [slot]


def test_what_was_not_measured_counts_nowhere():
    readings = [(each, 0.0, 97.0) for each in range(10)]
    assert course(*readings, (99, 0.0, nan)).n.tolist() == [10]
    for nothing in (course(), course((1, 0.0, nan))):
        assert nothing.minute.tolist() == []
        assert all(len(values) == 0 for values in nothing.percentiles.values())


def test_equal_values_have_an_interval_without_width():
    found = course(*((each, 0.0, 120.0) for each in range(10)))
    assert (found.low[0], found.mean[0], found.high[0]) == (120, 120, 120)


def test_the_interval_of_a_mean():
    # t of 0.975 with 15 degrees of freedom is 2.131450 (tables); sd / sqrt(16) = 2.
    assert mean_interval(100, 8, 16) == pytest.approx((100 - 4.2629, 100 + 4.2629), abs=1e-4)
