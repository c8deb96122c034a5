"""The missed and the lost rate by week or month, on control charts with exact limits.

The rules, and the budget of false marks that they share, are those of the Side effects page
(:mod:`clinical.variation`); appointments stand in the place of infusions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clinical.attendance import attendance_by
from clinical.calendar import month_date, week_date
from clinical.dispersion import dispersion
from clinical.exact import Counts
from clinical.trend_segments import Measure, Segment, Trend, TrendCounts, segments, trend
from clinical.trend_unit import Periods, Unit, periods_between, suitable_unit
from clinical.variation import Design, make_design

CHARTS = 2
"""Two charts share the budget: the missed and the lost rate."""
MOST_WEEKS = 240
"""Of a longer time months are drawn: so many weeks can still be told apart."""


@dataclass(frozen=True, slots=True)
class RateCounts:
    """``events`` of ``n`` appointments by period, the oldest first; shape (periods,) each."""

    events: Counts
    n: Counts


@dataclass(frozen=True, slots=True)
class AttendanceSeries:
    """Both rates by the same periods."""

    periods: Periods
    missed: RateCounts
    lost: RateCounts


def extent(by_week: pd.DataFrame, start: date, end: date) -> tuple[date, date] | None:
    """The part of a period in which there are any appointments; ``None`` where there are none.

    ``by_week`` has ``month`` and ``week`` (weeks cut where a month ends). Before the first and
    after the last such piece nothing was recorded yet: that is no gap.
    """
    if by_week.empty:
        return None
    first, last = (
        by_week.sort_values(["week", "month"])[["week", "month"]].iloc[place] for place in (0, -1)
    )
    begin = max(start, week_date(int(first["week"])), month_date(int(first["month"])))
    finish = min(
        end,
        week_date(int(last["week"]) + 1) - timedelta(days=1),
        month_date(int(last["month"]) + 1) - timedelta(days=1),
    )
    return begin, finish


def series_by(by_week: pd.DataFrame, unit: Unit, start: date, end: date) -> AttendanceSeries:
    """Both rates by week or month from ``start`` to ``end``.

    ``by_week``: ``month``, ``week`` and what :func:`clinical.attendance.attendance_by` takes.
    """
    periods = periods_between(unit, start, end)
    found = attendance_by(by_week, [unit.value]).set_index(unit.value)
    every = range(periods.first, periods.first + periods.count)
    table = found[["missed", "due", "lost", "lost_of"]].reindex(every, fill_value=0)
    missed, due, lost, of = (table[name].to_numpy(np.int64) for name in table.columns)
    return AttendanceSeries(periods, RateCounts(missed, due), RateCounts(lost, of))


def unit_of(weekly: AttendanceSeries) -> Unit:
    """Weeks where a usual one has enough appointments and a missed one, else months."""
    if weekly.periods.count > MOST_WEEKS:
        return Unit.MONTH
    return suitable_unit(weekly.missed.n, weekly.missed.events)


def attendance_design(
    weekly: AttendanceSeries, years: float, rules: int, periods_a_year: int
) -> Design:
    """The limits with which both charts together raise one false mark in ``years`` years.

    How much more the counts vary than chance gives is measured by week, whatever is drawn.
    """
    rates = (weekly.missed, weekly.lost)
    basis = np.stack([_part(weekly.periods, rate).reference for rate in rates])
    observed, of = (
        np.stack([getattr(rate, name) for rate in rates]).astype(np.float64)
        for name in ("events", "n")
    )
    # Held against its own level, so any constant share will do as what is expected.
    spread = float(dispersion(observed, of, of / 2, basis))
    return make_design(CHARTS, years, rules, periods_a_year, spread)


def rate_trend(periods: Periods, rate: RateCounts, design: Design, *, laney: bool = False) -> Trend:
    """The control chart of one rate; ``design`` is for periods of the same length."""
    return trend(trend_counts(rate), rate_parts(periods, rate), Measure.SHARE, design, laney)


def rate_parts(periods: Periods, rate: RateCounts) -> Sequence[Segment]:
    """The one segment of the chart, which says what its reference is."""
    return [_part(periods, rate)]


def _part(periods: Periods, rate: RateCounts) -> Segment:
    return segments(periods, rate.n, ())[0]


def trend_counts(rate: RateCounts) -> TrendCounts:
    """The rate in the terms of the charts: no forms are missing, and there is one stratum."""
    return TrendCounts(
        infusions=rate.n,
        recorded=rate.n,
        affected=rate.events,
        events=rate.events,
        recorded_by=rate.n[:, np.newaxis],
        affected_by=rate.events[:, np.newaxis],
    )
