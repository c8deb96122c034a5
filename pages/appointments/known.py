"""What the Appointments page knows: what its queries found, up to when."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from clinical.attendance import Attendance, attendance
from clinical.calendar import day_number, week_date, week_number
from clinical.schedule import (
    COMING_WEEKS,
    MOST_DAYS,
    USUAL_WEEKS,
    Grain,
    suited_grain,
)
from data_access import appointments as queries
from data_access.filters import Filters
from data_access.sites import site_names
from pages.shared.context import PageContext

AUTOMATIC = "Auto"
"""The choice of a grain by the length of the period."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The period that is looked at. Rates end with ``passed``: its last day that has passed."""

    filters: Filters
    today: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.filters.start

    @property
    def last(self) -> date:
        """Its last day."""
        return self.filters.end

    @property
    def passed(self) -> date:
        """Its last day that has passed; before ``first`` where none has."""
        return min(self.last, self.today - _DAY)

    @property
    def before(self) -> Filters:
        """The equally long period before."""
        length = self.last - self.first + _DAY
        return replace(self.filters, start=self.first - length, end=self.first - _DAY)

    @property
    def monday(self) -> date:
        """The Monday of the week that goes on today."""
        return week_date(week_number(day_number(self.today)))


@dataclass(frozen=True, slots=True)
class Known:
    """What the queries found.

    ``by_week`` holds the period's days that have passed, ``of_today`` today, where the period
    reaches it; ``before`` the equally long period before (``reaches_back``: whether the
    data covers it). ``around`` holds the eight weeks before this one and those to come.
    """

    period: Period
    by_week: pd.DataFrame
    of_today: pd.DataFrame
    in_all: Attendance
    before: Attendance
    reaches_back: bool
    around: pd.DataFrame
    sites: dict[int, str]

    @property
    def volume(self) -> int:
        """All appointments of the period."""
        return self.in_all.appointments + int(self.of_today["appointments"].sum())


def look_up(context: PageContext) -> Known:
    """Ask the database for everything that the page shows, whatever the unit of time."""
    connection, viewer = context.connection, context.viewer
    period = Period(context.filters, context.today)
    passed = replace(context.filters, end=period.passed)
    by_week = queries.appointments_by_week(connection, viewer, passed)
    the_day = replace(context.filters, start=period.passed + _DAY)
    around = replace(
        context.filters,
        start=period.monday - timedelta(weeks=USUAL_WEEKS),
        end=period.today + timedelta(weeks=COMING_WEEKS),
    )
    return Known(
        period=period,
        by_week=by_week,
        of_today=queries.appointments_by_week(connection, viewer, the_day),
        in_all=attendance(by_week),
        before=attendance(queries.appointments_by_week(connection, viewer, period.before)),
        reaches_back=_reaches_back(context, period),
        around=queries.appointments_by_day(connection, viewer, around),
        sites=site_names(connection, viewer),
    )


def _reaches_back(context: PageContext, period: Period) -> bool:
    """Whether the data covers the period before; but for a week, since not all days have visits."""
    first = context.status.first_day
    return first is not None and first <= period.before.start + timedelta(weeks=1)


def chosen_grain(period: Period, wished: str) -> Grain:
    """The unit of time that the reader wished, or the one that suits the period."""
    if wished == AUTOMATIC:
        return suited_grain(period.first, period.last)
    grain = Grain(wished)
    too_fine = grain is Grain.DAY and (period.last - period.first).days >= MOST_DAYS
    return Grain.WEEK if too_fine else grain
