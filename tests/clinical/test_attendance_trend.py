"""The missed and the lost rate by week and month."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from clinical.attendance_trend import (
    AttendanceSeries,
    RateCounts,
    attendance_design,
    extent,
    rate_trend,
    series_by,
    unit_of,
)
from clinical.calendar import day_number, month_number, week_number
from clinical.codes import AppointmentStatus as Status
from clinical.trend_unit import Unit, periods_between


def counts(*rows: tuple[date, Status, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (month_number(day), week_number(day_number(day)), status, number, late)
            for day, status, number, late in rows
        ],
        columns=["month", "week", "status", "appointments", "late_cancelled"],
    )


# Monday 30 March to Sunday 5 April lies in two months.
SPRING = counts(
    (date(2026, 3, 31), Status.FULFILLED, 6, 0),
    (date(2026, 3, 31), Status.NOSHOW, 1, 0),
    (date(2026, 4, 1), Status.FULFILLED, 3, 0),
    (date(2026, 4, 1), Status.CANCELLED, 4, 2),
    (date(2026, 4, 14), Status.NOSHOW, 2, 0),
)


def test_pieces_of_weeks_add_up_to_weeks_and_to_months():
    weeks = series_by(SPRING, Unit.WEEK, date(2026, 3, 31), date(2026, 4, 19))
    assert weeks.missed.events.tolist() == [1, 0, 2]
    assert weeks.missed.n.tolist() == [10, 0, 2]
    assert weeks.lost.events.tolist() == [3, 0, 2]
    assert weeks.lost.n.tolist() == [12, 0, 2]
    months = series_by(SPRING, Unit.MONTH, date(2026, 3, 31), date(2026, 4, 19))
    assert months.missed.n.tolist() == [7, 5]
    assert months.lost.events.tolist() == [1, 4]


def test_what_lies_before_and_after_the_data_is_no_gap():
    # The first piece begins on Monday 30 March, the last ends on Sunday 19 April.
    assert extent(SPRING, date(2026, 1, 1), date(2026, 6, 30)) == (
        date(2026, 3, 30),
        date(2026, 4, 19),
    )
    assert extent(SPRING, date(2026, 4, 1), date(2026, 4, 15)) == (
        date(2026, 4, 1),
        date(2026, 4, 15),
    )
    april = SPRING[SPRING["month"] == month_number(date(2026, 4, 1))]
    assert extent(april, date(2026, 1, 1), date(2026, 6, 30)) == (
        date(2026, 4, 1),
        date(2026, 4, 19),
    )
    assert extent(SPRING[:0], date(2026, 1, 1), date(2026, 6, 30)) is None


def steady(*last: int) -> AttendanceSeries:
    """40 weeks of 2 missed of 40, and then others."""
    missed = np.array([2] * 40 + list(last))
    due = np.full(len(missed), 40)
    periods = periods_between(Unit.WEEK, date(2025, 1, 6), date(2025, 1, 6))
    periods = periods_between(Unit.WEEK, date(2025, 1, 6), periods.last_day(len(missed) - 1))
    return AttendanceSeries(periods, RateCounts(missed, due), RateCounts(missed + 2, due + 2))


def test_a_week_beyond_the_exact_limit_is_marked_and_the_budget_is_shared_by_two_charts():
    series = steady(2, 2, 14)
    design = attendance_design(series, 1, 0, 52)
    assert design.alpha == pytest.approx(1 / (52 * 2))
    found = rate_trend(series.periods, series.missed, design)
    assert found.mark.tolist() == [0] * 42 + [1]
    # The level is that of the reference: 31 of the 43 weeks, 2 of 40 each.
    assert found.chart.centre[-1] == pytest.approx(0.05)
    highest = next(x for x in range(41) if binom.sf(x, 40, 0.05) < design.alpha / 2)
    assert found.chart.upper[-1] == pytest.approx(highest / 40)


def test_a_steady_rate_is_not_marked_and_a_week_without_appointments_is_a_gap():
    series = steady(2, 2, 2)
    n = series.missed.n.copy()
    events = series.missed.events.copy()
    n[20] = events[20] = 0
    found = rate_trend(series.periods, RateCounts(events, n), attendance_design(series, 1, 2, 52))
    assert not found.mark.any()
    assert np.isnan(found.chart.values[20])


def test_weeks_where_they_hold_enough_appointments():
    assert unit_of(steady(2)) is Unit.WEEK
    few = steady(2)
    thin = RateCounts(few.missed.events // 2, few.missed.n // 5)  # 1 of 8 a week
    assert unit_of(AttendanceSeries(few.periods, thin, thin)) is Unit.MONTH
