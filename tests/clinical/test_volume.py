"""Volume over time and against a year ago, by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from clinical.calendar import day_number
from clinical.schedule import Grain
from clinical.volume import YEAR_AGO_DAYS, change, volume_over_time, with_units, year_before

DONE, MISSED = 1, 5


def by_day(*rows: tuple[date, int, int, int]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["day", "part", "appointments", "demands"])
    return found.assign(day=[day_number(day) for day in found["day"]]).astype("int64")


NOW = by_day(
    (date(2026, 2, 26), DONE, 2, 2),  # Thursday
    (date(2026, 3, 1), MISSED, 3, 1),  # the Sunday of that week
    (date(2026, 3, 2), DONE, 4, 4),
    (date(2026, 3, 11), DONE, 1, 1),
)
A_YEAR_AGO = by_day(
    (date(2025, 2, 27), DONE, 7, 7),  # Thursday
    (date(2025, 3, 3), DONE, 5, 5),  # Monday
)
FIRST, LAST = date(2026, 2, 26), date(2026, 3, 11)


def test_a_year_ago_has_the_same_weekdays():
    first, last = year_before(date(2025, 11, 27), date(2026, 11, 26))
    assert (first, last) == (date(2024, 11, 28), date(2025, 11, 27))
    assert first.weekday() == date(2025, 11, 27).weekday()


def test_weeks_with_their_parts_demands_and_a_year_ago():
    earlier = with_units(A_YEAR_AGO, YEAR_AGO_DAYS)
    table = volume_over_time(with_units(NOW), earlier, Grain.WEEK, [DONE, MISSED], FIRST, LAST)
    assert table["start"].tolist() == [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9)]
    assert table["first"].tolist() == [FIRST, date(2026, 3, 2), date(2026, 3, 9)]
    assert table["last"].tolist() == [date(2026, 3, 1), date(2026, 3, 8), LAST]
    assert table["whole"].tolist() == [False, True, False]
    assert table[DONE].tolist() == [2, 4, 1]
    assert table[MISSED].tolist() == [3, 0, 0]
    assert table["all"].tolist() == [5, 4, 1]
    assert table["demands"].tolist() == [3, 4, 1]
    assert table["before"].tolist() == [7, 5, 0]


def test_days_and_months():
    counts = with_units(NOW)
    months = volume_over_time(counts, None, Grain.MONTH, [DONE, MISSED], FIRST, LAST)
    assert months["all"].tolist() == [2, 8]
    assert months["before"].isna().all()
    assert months["whole"].tolist() == [False, False]
    days = volume_over_time(counts, None, Grain.DAY, [DONE, MISSED], FIRST, date(2026, 3, 2))
    assert days["all"].tolist() == [2, 0, 0, 3, 4]
    assert days["whole"].all()


@pytest.mark.parametrize(("now", "before"), [(30, 20), (0, 4), (1138, 1136), (7, 1)])
def test_the_interval_of_a_change_is_that_of_a_share(now: int, before: int):
    found = change(now, before)
    share = binomtest(now, now + before).proportion_ci(method="exact")
    assert found.estimate == pytest.approx(now / before - 1)
    assert found.low == pytest.approx(share.low / (1 - share.low) - 1)
    assert found.high == pytest.approx(share.high / (1 - share.high) - 1)


def test_there_is_no_change_from_nothing():
    found = change(5, 0)
    assert (found.estimate, found.low, found.high) == (None, None, None)


def test_months_and_weeks_of_days():
    found = with_units(by_day((date(2026, 12, 31), DONE, 1, 1)))
    assert found["month"].tolist() == [2026 * 12 + 11]
    assert found["week"].dtype == np.int64
