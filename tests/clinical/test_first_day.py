"""What the first day brought, counted by hand."""

import pandas as pd
import pytest
from scipy import stats

from clinical.first_day import first_day
from clinical.instruments import PHQ9, WHO5
from clinical.measures import THOUGHTS


def rows(*of: tuple[float, float, int]) -> pd.DataFrame:
    return pd.DataFrame(list(of), columns=["baseline", "total", "courses"])


def test_each_share_has_its_own_denominator():
    # 20 to 10 is just a response; 4 is in remission before; 0 leaves no room to respond.
    found = first_day(rows((20, 10, 2), (20, 15, 1), (18, 24, 1), (4, 3, 1), (0, 0, 1)), PHQ9)
    assert found.n == 6
    assert found.responded is not None
    assert (found.responded.events, found.responded.n) == (2, 5)
    assert found.remitted is not None
    assert (found.remitted.events, found.remitted.n) == (0, 4)
    # Reliable change: 6 points; 20 to 15 is not enough.
    assert found.improved is not None
    assert found.worse is not None
    assert (found.improved.events, found.worse.events, found.worse.n) == (2, 1, 6)
    changes = [10, 10, 5, -6, 1, 0]
    interval = stats.ttest_1samp(changes, 0).confidence_interval()
    assert found.better_by == pytest.approx(20 / 6)
    assert found.better_low == pytest.approx(interval.low, abs=1e-6)
    assert found.better_high == pytest.approx(interval.high, abs=1e-6)


def test_higher_may_be_better():
    found = first_day(rows((20, 40, 3), (40, 30, 2)), WHO5)
    assert (found.responded, found.remitted) == (None, None)
    assert found.improved is not None
    assert found.worse is not None
    assert (found.improved.events, found.worse.events) == (3, 2)
    assert found.better_by == pytest.approx((3 * 20 - 2 * 10) / 5)


def test_on_an_item_a_level_is_a_change():
    found = first_day(rows((2, 0, 3), (1, 1, 2), (0, 0, 9)), THOUGHTS)
    assert found.remitted is not None
    assert (found.remitted.events, found.remitted.n) == (3, 5)
    assert found.responded is None
    assert found.improved is not None
    assert found.worse is not None
    assert (found.improved.events, found.worse.events, found.improved.n) == (3, 0, 14)


def test_without_scores_nothing_is_known_and_of_one_no_interval():
    none = first_day(rows(), PHQ9)
    assert (none.n, none.better_by) == (0, None)
    assert none.responded is not None
    assert none.responded.estimate is None
    one = first_day(rows((20, 10, 1)), PHQ9)
    assert (one.better_by, one.better_low) == (10, None)
    same = first_day(rows((20, 10, 3)), PHQ9)
    assert (same.better_by, same.better_low, same.better_high) == (10, None, None)
