"""What the view Attendance knows: what its queries found, and what was judged of it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from clinical.attendance import Attendance, attendance, attendance_by
from clinical.attendance_groups import attendance_groups, judged
from clinical.attendance_trend import AttendanceSeries, extent, series_by
from clinical.refills import refill_rates
from clinical.thresholds import Thresholds
from clinical.trend_unit import Unit
from data_access import appointment_attendance as queries
from data_access.filters import Filters
from data_access.sites import site_names
from pages.shared.context import PageContext

CELL, WEEKDAY, HOUR, SITE, KIND, LEAD, NEWCOMER = (
    "cell",
    "weekday",
    "hour",
    "site_key",
    "kind",
    "lead_band",
    "newcomer",
)
"""By what appointments are grouped: the columns of the facts; a cell is a weekday at a site."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The period that is looked at, up to its last day that has passed."""

    filters: Filters
    today: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.filters.start

    @property
    def passed(self) -> date:
        """Its last day that has passed; before ``first`` where none has."""
        return min(self.filters.end, self.today - _DAY)

    @property
    def before(self) -> Filters:
        """The equally long period before."""
        length = self.filters.end - self.first + _DAY
        return replace(self.filters, start=self.first - length, end=self.first - _DAY)


@dataclass(frozen=True, slots=True)
class AttendanceKnown:
    """What became of the appointments whose day has passed.

    ``in_all`` and ``before`` (the equally long period before); ``reaches_back``: whether the data
    covers that. ``notice_unknown``: cancelled at a time that is not recorded. ``weekly`` and
    ``monthly``: both rates as far as there is data. ``groups``: a judged table for each way of
    grouping. ``by_lead``: all bookings by lead time. ``freed``, ``freed_before``:
    :func:`clinical.refills.refill_rates`.
    """

    period: Period
    late_hours: int
    in_all: Attendance
    before: Attendance
    reaches_back: bool
    notice_unknown: int
    weekly: AttendanceSeries
    monthly: AttendanceSeries
    groups: dict[str, pd.DataFrame]
    by_slot: pd.DataFrame
    by_lead: pd.DataFrame
    freed: pd.DataFrame
    freed_before: pd.DataFrame
    sites: dict[int, str]

    @property
    def several_sites(self) -> bool:
        """Whether the appointments are of more than one site."""
        return len(self.groups[SITE]) > 1


def look_up(context: PageContext, thresholds: Thresholds) -> AttendanceKnown | None:
    """Ask the database; ``None`` where no appointment of the period lies in the past."""
    connection, viewer = context.connection, context.viewer
    hours = thresholds.late_notice_hours
    period = Period(context.filters, context.today)
    passed = replace(context.filters, end=period.passed)
    by_week = queries.attendance_by_week(connection, viewer, passed, hours)
    reach = extent(by_week, period.first, period.passed)
    if reach is None:
        return None
    by_slot = queries.attendance_by_slot(connection, viewer, passed, hours)
    before = queries.attendance_in_all(connection, viewer, period.before, hours)
    return AttendanceKnown(
        period=period,
        late_hours=hours,
        in_all=attendance(by_week),
        before=attendance(before),
        reaches_back=_reaches_back(context, period),
        notice_unknown=int(by_week["notice_unknown"].sum()),
        weekly=series_by(by_week, Unit.WEEK, *reach),
        monthly=series_by(by_week, Unit.MONTH, *reach),
        groups=_groups(by_slot, by_week),
        by_slot=by_slot,
        by_lead=attendance_by(by_week, [LEAD]),
        freed=refill_rates(queries.freed_slots(connection, viewer, passed)),
        freed_before=refill_rates(queries.freed_slots(connection, viewer, period.before)),
        sites=site_names(connection, viewer),
    )


def _reaches_back(context: PageContext, period: Period) -> bool:
    """Whether the data covers the period before; but for a week, since not all days have visits."""
    first = context.status.first_day
    return first is not None and first <= period.before.start + timedelta(weeks=1)


def _groups(by_slot: pd.DataFrame, by_week: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The judged table of each way of grouping; cells only where there are several sites."""
    tables = {
        CELL: attendance_groups(by_slot, ["site_key", "weekday"]),
        WEEKDAY: attendance_groups(by_slot, ["weekday"]),
        HOUR: attendance_groups(by_slot, ["hour"]),
        SITE: attendance_groups(by_slot, ["site_key"]),
        KIND: attendance_groups(by_slot, ["kind"], allow_for_kind=False),
        LEAD: attendance_groups(by_week, ["lead_band"]),
        NEWCOMER: attendance_groups(by_week, ["newcomer"]),
    }
    if len(tables[SITE]) < 2:
        del tables[CELL]
    return dict(zip(tables, judged(list(tables.values())), strict=True))
