"""The missed or the lost rate over time: the control chart of the view Attendance."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from charts.appointment_attendance import control_chart
from charts.numbers import percent
from clinical.attendance_trend import (
    AttendanceSeries,
    RateCounts,
    attendance_design,
    rate_parts,
    rate_trend,
    trend_counts,
)
from clinical.incidence import proportion
from clinical.thresholds import Thresholds
from clinical.trend_segments import Trend, spread
from clinical.trend_unit import Unit
from clinical.variation import LEAST_REFERENCE, Design
from pages.appointments.attendance_known import AttendanceKnown
from pages.shared.frame import Finding
from pages.shared.words import count_words, rate_words
from pages.side_effects.trend_words import budget_words, period_words, spread_words


class Rate(StrEnum):
    """Which rate is judged, by the words that stand in the address."""

    MISSED = "Missed"
    LOST = "Missed or cancelled late"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A rate by period, and what it is held against."""

    rate: Rate
    series: AttendanceSeries
    design: Design
    trend: Trend

    @property
    def counts(self) -> RateCounts:
        """The rate that is judged."""
        return self.series.missed if self.rate is Rate.MISSED else self.series.lost

    @property
    def other(self) -> RateCounts:
        """The rate beside it."""
        return self.series.lost if self.rate is Rate.MISSED else self.series.missed

    @property
    def other_name(self) -> str:
        """What the rate beside it is called."""
        return (Rate.LOST if self.rate is Rate.MISSED else Rate.MISSED).value

    @property
    def unit(self) -> Unit:
        """The unit of its periods."""
        return self.series.periods.unit

    @property
    def is_exact(self) -> bool:
        """Whether its limits are what chance alone gives, and not Laney's."""
        return self.trend.chart.sigma_z is None

    def words(self, period: int) -> str:
        """A period in words."""
        return period_words(self.series.periods, period)


def control_finding(
    known: AttendanceKnown, thresholds: Thresholds, rate: Rate, unit: Unit, *, laney: bool = False
) -> Finding:
    """The large picture: a rate by week or month with its limits, and the other beside it."""
    series = known.weekly if unit is Unit.WEEK else known.monthly
    design = attendance_design(
        known.weekly, thresholds.false_alarm_years, thresholds.run_rules, series.periods.a_year
    )
    counts = series.missed if rate is Rate.MISSED else series.lost
    found = rate_trend(series.periods, counts, design, laney=laney)
    shown = _Shown(rate, series, design, found)
    rows = _rows(shown)
    said = _marks_words(shown)
    return Finding(
        key="attendance-trend",
        title=f"{rate.value}: {said}",
        subtitle=_subtitle(shown),
        chart=control_chart(rows, shown.other_name),
        table=lambda: _numbers(shown, rows),
        alt=f"Control chart of the rate {rate.value.lower()} by {unit}. {said}",
        note=" ".join(_notes(shown)),
    )


def _subtitle(shown: _Shown) -> str:
    part = rate_parts(shown.series.periods, shown.counts)[0]
    basis = int((part.reference & (shown.counts.n > 0)).sum())
    of = "due" if shown.rate is Rate.MISSED else "due or cancelled late"
    limits = "exact binomial" if shown.is_exact else "Laney's"
    return (
        f"By {shown.unit}; of {int(shown.counts.n.sum()):,} appointments that were {of}; "
        f"{limits} limits from {count_words(basis, shown.unit.value)}"
        + (", provisional below 12" if basis < LEAST_REFERENCE else "")
    )


def _marks_words(shown: _Shown) -> str:
    """Which periods are marked, and on which side."""
    found = shown.trend
    said = []
    for way, side in ((1, "above"), (-1, "below")):
        beyond = np.flatnonzero((found.mark == way) & (found.chart.flag != 0))
        if len(beyond):
            latest = shown.words(int(beyond[-1])).removeprefix("week of ")
            said.append(
                f"{count_words(len(beyond), shown.unit.value)} {side} the limits, the latest "
                f"{latest}"
            )
        together = np.flatnonzero((found.mark == way) & (found.chart.flag == 0))
        if len(together):
            first = shown.words(int(together[0])).removeprefix("week of ")
            said.append(
                f"{count_words(len(together), shown.unit.value)} since {first} together {side} "
                "what chance gives"
            )
    return "; ".join(said) if said else f"every {shown.unit} as chance gives"


def _notes(shown: _Shown) -> list[str]:
    found = shown.trend
    said = ["Hollow: part of a period. A gap: nothing was due."]
    if not np.isnan(found.chart.lower).all() and not found.chart.can_show_fall:
        said.append(
            f"The lower limit is 0 in every {shown.unit}: a single point cannot show an "
            "improvement."
        )
    if found.in_run.any():
        last = count_words(int(found.in_run.sum()), shown.unit.value)
        said.append(f"The last {last} lie on one side.")
    if found.in_sum.any():
        said.append(
            "Marked within the limits: together the cumulative sum finds them beyond chance."
        )
    part = rate_parts(shown.series.periods, shown.counts)[0]
    of_neighbours = spread(trend_counts(shown.counts), part)
    said.append(spread_words(of_neighbours, shown.unit, laney=not shown.is_exact))
    said.append(budget_words(shown.design, shown.unit))
    said.append("Choose a point to list its appointments.")
    return [words for words in said if words]


_MARKS = {1: "concern", -1: "improvement", 0: ""}


def _rows(shown: _Shown) -> pd.DataFrame:
    periods = shown.series.periods
    chart = shown.trend.chart
    with np.errstate(invalid="ignore", divide="ignore"):
        other = np.where(shown.other.n > 0, shown.other.events / shown.other.n, np.nan)
    every = range(periods.count)
    return pd.DataFrame(
        {
            "day": [periods.first_day(period) for period in every],
            "value": chart.values,
            "centre": chart.centre,
            "lower": chart.lower,
            "upper": chart.upper,
            "other": other,
            "mark": [_MARKS[int(mark)] for mark in shown.trend.mark],
            "part": [periods.is_part(period) for period in every],
            "words": [_hover(shown, period) for period in every],
            "key": [periods.key(period) for period in every],
        }
    )


def _hover(shown: _Shown, period: int) -> str:
    name = shown.words(period)
    chart = shown.trend.chart
    lines = [f"<b>{name[:1].upper()}{name[1:]}</b>"]
    for words, counts in (
        (shown.rate.value, shown.counts),
        (shown.other_name, shown.other),
    ):
        rate = proportion(int(counts.events[period]), int(counts.n[period]))
        lines.append(f"{words}: {rate.events:,} of {rate.n:,}, {rate_words(rate)}")
    if not np.isnan(chart.upper[period]):
        lines.append(
            f"expected {percent(chart.centre[period])}, by chance {percent(chart.lower[period])} "
            f"to {percent(chart.upper[period])}"
        )
    if shown.trend.in_run[period]:
        lines.append("belongs to the run with which the series ends")
    if shown.trend.in_sum[period]:
        lines.append("belongs to the change that the cumulative sum shows")
    if shown.series.periods.is_part(period):
        lines.append("part of the period")
    return "<br>".join(lines)


def _numbers(shown: _Shown, rows: pd.DataFrame) -> pd.DataFrame:
    missed, lost = shown.series.missed, shown.series.lost
    return pd.DataFrame(
        {
            "From": rows["day"],
            "Due": missed.n,
            "Missed": missed.events,
            "Cancelled late": lost.events - missed.events,
            f"{shown.rate.value}, %": (100 * rows["value"]).round(2),
            f"{shown.other_name}, %": (100 * rows["other"]).round(2),
            "Expected": (100 * rows["centre"]).round(2),
            "Lower limit": (100 * rows["lower"]).round(2),
            "Upper limit": (100 * rows["upper"]).round(2),
            "Mark": [{"concern": "above", "improvement": "below"}.get(m, "") for m in rows["mark"]],
            "In the last run": shown.trend.in_run,
            "In the cumulative sum": shown.trend.in_sum,
            "Part of a period": rows["part"],
        }
    )
