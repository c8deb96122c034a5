"""Chair time lost to side effects."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from clinical.chair_time import LostTime, lost_time_by

NAUSEA, ANXIETY = 7, 8
COLUMNS = ["site_key", "phase", "infusions", "minutes", "squares"]


def cell(site: int, phase: int, *chair_minutes: float) -> tuple[float, ...]:
    squares = sum(minutes**2 for minutes in chair_minutes)
    return site, phase, len(chair_minutes), sum(chair_minutes), squares


def of_terms(*rows: tuple[int, tuple[float, ...]]) -> pd.DataFrame:
    return pd.DataFrame([(term, *one) for term, one in rows], columns=["term_key", *COLUMNS])


def of_all(*rows: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def of_nausea(with_it: list[tuple[float, ...]], everyone: list[tuple[float, ...]]) -> LostTime:
    affected = of_terms(*((NAUSEA, one) for one in with_it))
    return lost_time_by("term_key", affected, of_all(*everyone))[NAUSEA]


def test_two_sites_by_hand():
    # Site 1: means 140 and 110, so 2 × 30 minutes; variances 200 and 100: 2 × 200 + 4 × 100 / 3.
    # Site 2: means 90 and 90, so none; one infusion, whose variance is that of site 1, 200, and
    # 200 without: 200 + 200 / 2. Together 60 minutes with the variance 833.33.
    found = of_nausea(
        [cell(2, 1, 90), cell(1, 1, 130, 150)],
        [cell(1, 1, 130, 150, 100, 110, 120), cell(2, 1, 90, 80, 100)],
    )
    assert (found.infusions, found.left_out) == (3, 0)
    assert found.total == pytest.approx(60)
    assert (found.low, found.high) == pytest.approx((3.4207, 116.5793), abs=1e-3)
    assert found.each == pytest.approx(20)
    assert (found.each_low, found.each_high) == pytest.approx((1.1402, 38.8598), abs=1e-3)


def test_slow_sites_do_not_make_a_side_effect_look_long():
    # All with it are at the slow site, where they take no longer than the others.
    found = of_nausea(
        [cell(1, 1, 190, 210)],
        [cell(1, 1, 190, 210, 190, 210), cell(2, 1, 100, 100, 100, 100)],
    )
    assert found.total == 0


def test_phases_are_cells_too():
    found = of_nausea(
        [cell(1, 1, 130), cell(1, 2, 100)],
        [cell(1, 1, 130, 110, 120), cell(1, 2, 100, 90, 90)],
    )
    assert found.total == pytest.approx((130 - 115) + (100 - 90))


def test_without_an_infusion_to_compare_with_it_is_left_out_and_counted():
    found = of_nausea(
        [cell(1, 1, 130, 150), cell(2, 1, 200, 220, 240)],
        [cell(1, 1, 130, 150, 100, 110, 120), cell(2, 1, 200, 220, 240)],
    )
    assert (found.infusions, found.left_out) == (2, 3)
    # The variance is 2 × 200 + 4 × 100 / 3, from site 1 alone; half the interval 45.2634.
    assert (found.total, found.low, found.high) == pytest.approx((60, 14.7366, 105.2634), abs=1e-3)


def test_nothing_to_compare_is_no_data():
    found = of_nausea([cell(1, 1, 130, 150)], [cell(1, 1, 130, 150)])
    assert (found.infusions, found.left_out) == (0, 2)
    assert (found.total, found.low, found.high) == (None, None, None)
    assert (found.each, found.each_low, found.each_high) == (None, None, None)


def test_one_infusion_of_a_side_has_an_estimate_and_no_interval():
    found = of_nausea([cell(1, 1, 130)], [cell(1, 1, 130, 100, 110)])
    assert (found.total, found.low, found.high) == (25, None, None)
    found = of_nausea([cell(1, 1, 130, 150)], [cell(1, 1, 130, 150, 110)])
    assert (found.total, found.low, found.high) == (60, None, None)


def test_infusions_that_were_stopped_may_take_less_time():
    found = of_nausea([cell(1, 1, 60, 70)], [cell(1, 1, 60, 70, 100, 110, 120)])
    assert found.total == pytest.approx(-90)
    # Variances 50 and 100: 2 × 50 + 4 × 100 / 3 = 233.33; half the interval 29.9389.
    assert (found.low, found.high) == pytest.approx((-119.9389, -60.0611), abs=1e-3)


def test_each_term_is_compared_with_the_infusions_without_that_term():
    affected = of_terms((NAUSEA, cell(1, 1, 130, 150)), (ANXIETY, cell(1, 1, 150, 120)))
    found = lost_time_by("term_key", affected, of_all(cell(1, 1, 130, 150, 100, 110, 120)))
    # Anxiety: 135 against the mean of 130, 100 and 110.
    assert [found[term].total for term in (NAUSEA, ANXIETY)] == pytest.approx([60, 2 * 21.66667])
    assert lost_time_by("term_key", affected.iloc[:0], of_all()) == {}


def test_infusions_of_a_cell_that_is_not_there_are_left_out():
    found = of_nausea([cell(1, 1, 130), cell(9, 1, 90)], [cell(1, 1, 130, 100, 110)])
    assert (found.infusions, found.left_out, found.total) == (1, 1, 25)


@pytest.mark.parametrize("seed", range(5))
def test_within_one_cell_it_is_the_unequal_variances_interval_of_welch(seed: int):
    random = np.random.default_rng(seed)
    with_it = random.normal(130, 25, random.integers(2, 60)).round()
    without = random.normal(115, 15, random.integers(2, 300)).round()
    found = of_nausea([cell(1, 1, *with_it)], [cell(1, 1, *with_it, *without)])
    welch = ttest_ind(with_it, without, equal_var=False)
    difference = with_it.mean() - without.mean()
    half = 1.959964 * difference / welch.statistic
    expected = (difference, difference - half, difference + half)
    assert (found.each, found.each_low, found.each_high) == pytest.approx(expected)
