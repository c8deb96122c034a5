"""What the weekly sheet is made of: a week, those before it, and those to come."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from clinical.calendar import day_number, week_date, week_number
from clinical.month import month_days
from clinical.open_days import open_by_day, use_by_day
from clinical.thresholds import Thresholds
from clinical.variation import HOLDS
from clinical.weekly import RECENT_WEEKS, REFERENCE_WEEKS, weekly_table
from data_access import appointment_calendar as queries
from data_access.sites import closures, opening_hours
from data_access.thresholds import read_thresholds
from pages.appointments.day_notes import day_notes
from pages.shared.context import PageContext

COMING_WEEKS = 8
"""So many weeks ahead are shown, from next Monday on."""
_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class WeekData:
    """What is known of a week (:mod:`clinical.calendar`).

    ``table``: the week, in the last row, and the weeks before, as from
    :func:`clinical.weekly.weekly_table`. ``days``: its seven days as from
    :func:`clinical.month.month_days`. ``ahead``: ``open`` and ``booked`` minutes of the coming
    weeks, with the index ``week``. ``notes``: what is particular about the days of this week and of
    those to come. ``time_zones``: of the sites.
    """

    week: int
    table: pd.DataFrame
    days: pd.DataFrame
    ahead: pd.DataFrame
    notes: dict[date, str]
    time_zones: tuple[str, ...]
    thresholds: Thresholds

    @property
    def monday(self) -> date:
        """Its first day."""
        return week_date(self.week)

    @property
    def this(self) -> pd.Series:
        """Its row of the table."""
        return self.table.iloc[-1]


def last_whole_week(today: date) -> int:
    """The week before the one that goes on today."""
    return week_number(day_number(today)) - 1


def first_whole_week(sites: pd.DataFrame) -> int | None:
    """The first week of which every day lies in the data; ``sites`` as the calendar has them."""
    first = sites["first_day"].min()
    return None if pd.isna(first) else week_number(int(first) + 6)


def read_week(context: PageContext, week: int) -> WeekData:
    """Read everything about a week and its neighbours, whatever the period of the filters."""
    this_week = week_number(day_number(context.today))
    first, last = (
        week_date(week - HOLDS - REFERENCE_WEEKS),
        week_date(this_week + COMING_WEEKS) + _WEEK,
    )
    whole = replace(context.filters, start=first, end=last)
    asked = context.connection, context.viewer, whole
    thresholds = read_thresholds(context.connection, context.viewer)
    sites, closed = queries.calendar_sites(*asked), closures(*asked)
    use = use_by_day(
        open_by_day(sites, opening_hours(*asked), closed, first, last),
        queries.chair_minutes_on_days(*asked),
    )
    counts = queries.appointments_on_days(*asked, thresholds.late_notice_hours)
    begin = first_whole_week(sites)
    weeks = range(max(week - HOLDS - REFERENCE_WEEKS, min(begin or week, week)), week + 1)
    monday = week_date(week)
    return WeekData(
        week=week,
        table=weekly_table(weeks, counts, use, _others(context, week), day_number(context.today)),
        days=month_days(counts, use, monday, monday + _WEEK, context.today),
        ahead=_ahead(use, this_week),
        notes=day_notes(sites, closed, monday, last),
        time_zones=tuple(sites["time_zone"]),
        thresholds=thresholds,
    )


def _others(context: PageContext, week: int) -> dict[str, pd.DataFrame]:
    """What is counted by the week and asked for as far back only as it is needed."""
    monday = week_date(week)
    recent = replace(context.filters, start=week_date(week - RECENT_WEEKS), end=monday + _WEEK)
    asked = context.connection, context.viewer, recent
    return {
        "infusions": queries.infusions_by_week(*asked),
        "new starts": queries.new_starts_by_week(*asked),
        "overruns": queries.overruns_by_week(*asked),
        "freed slots": queries.freed_slots_by_week(*asked),
    }


def _ahead(use: pd.DataFrame, this_week: int) -> pd.DataFrame:
    weeks = pd.RangeIndex(this_week + 1, this_week + 1 + COMING_WEEKS, name="week")
    sums = use[["open", "booked"]].groupby(use.index.map(week_number)).sum(min_count=1)
    return sums.reindex(weeks)
