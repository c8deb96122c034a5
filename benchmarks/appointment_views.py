"""What each view of the Appointments page asks together, with nothing remembered.

And one thing that takes longer than the questions: the forecast of new starts, with its backtest.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.appointment_lists import APPOINTMENT_LISTS, BEHIND_A_DAY
from benchmarks.appointment_windows import (
    Window,
    ahead,
    next_days,
    of_sheet,
    period_before,
    year_before,
)
from benchmarks.page_group import Group, named
from benchmarks.page_query import PageQuery
from benchmarks.scenario import ALL, Scenario
from clinical.forecast import FEWEST_WEEKS, forecast_starts
from data_access import appointment_coming, appointment_volume

_SOON_DAYS = 7
"""So far Access looks for free slots, where it finds enough."""
_NAMES = named("sites.site_names", "sites.site_ids")
_OPEN = named("sites.opening_hours", "sites.closures")


def _in(narrow: Window, *names: str) -> tuple[PageQuery, ...]:
    """Queries about a window of the view's own."""
    return tuple(replace(part, narrow=narrow) for part in named(*names))


def _view(name: str, *parts: PageQuery) -> Group:
    return Group(f"appointments: {name}", parts, aim=30, aim_of_large=200, aim_of_large_site=20)


def _volume_counts(connection: Connection, asked: Scenario) -> Any:
    """By day for two years at most, else by week."""
    by_week = asked.name == ALL
    count = appointment_volume.volume_by_week if by_week else appointment_volume.volume_by_day
    return count(connection, VIEWER, asked.filters)


def _a_year_ago(connection: Connection, asked: Scenario) -> Any:
    """All of history has none."""
    if asked.name == ALL:
        return []
    return appointment_volume.volume_by_day(connection, VIEWER, asked.filters)


_BY_DAY, _BY_WEEK = named("appointment_volume.volume_by_day", "appointment_volume.volume_by_week")
_VOLUME = (
    *named("appointment_volume.first_appointment_day"),
    PageQuery(appointment_volume.volume_by_day, _volume_counts, _BY_WEEK.floor),
    PageQuery(appointment_volume.volume_by_day, _a_year_ago, _BY_DAY.floor, year_before),
    *_NAMES,
    *named("sites.site_ids", "sites.closures"),
)


def _forecast(connection: Connection, asked: Scenario) -> Any:
    """The new starts of each week, and the next ones; nothing where there are too few."""
    found = appointment_coming.starts_by_week(connection, VIEWER, asked.filters, asked.today)
    weeks = found.set_index("week")["starts"]
    if not len(weeks) or weeks.index[-1] - weeks.index[0] < FEWEST_WEEKS:
        return found
    every = range(int(weeks.index[0]) + 1, int(weeks.index[-1]) + 1)
    return forecast_starts(weeks.reindex(every, fill_value=0).to_numpy(np.float64))


_COMING = (
    *named("thresholds.read_thresholds", "appointment_access.chairs_by_site", "sites.site_names"),
    *named(
        "appointment_coming.outcomes_by_booking",
        "appointment_coming.ahead",
        "appointment_coming.infusions_by_lead",
        "appointment_coming.starts_by_week",
        "appointment_coming.induction_courses",
        "thresholds.read_thresholds",
        "appointment_coming.starts_by_site",
        "appointment_coming.maintenance_by_site",
    ),
    *_in(ahead, "sites.opening_hours", "sites.closures"),
    *named("appointment_coming.bookings_as_they_stood"),
)

APPOINTMENT_GROUPS: tuple[Group, ...] = (
    _view("Volume", *_VOLUME),
    _view(
        "Volume by site",
        *_VOLUME,
        *named("appointment_volume.volume_by_site"),
        *_in(year_before, "appointment_volume.appointments_of_sites"),
    ),
    _view(
        "Volume by provider",
        *_VOLUME,
        *named("appointment_volume.volume_by_provider", "appointment_volume.appointment_providers"),
        *_in(year_before, "appointment_volume.appointments_of_providers"),
    ),
    _view(
        "Attendance",
        *named(
            "thresholds.read_thresholds",
            "appointment_attendance.attendance_by_week",
            "appointment_attendance.attendance_by_slot",
            "appointment_attendance.freed_slots",
        ),
        *_in(
            period_before,
            "appointment_attendance.attendance_in_all",
            "appointment_attendance.freed_slots",
        ),
        *named("sites.site_names"),
    ),
    _view(
        "Capacity",
        *named(
            "thresholds.read_thresholds",
            "appointment_capacity.chairs_used",
            # With the sites and their chairs.
            "appointment_capacity.hours_used",
        ),
        *_OPEN,
        *named(
            "appointment_capacity.latest_stays",
            "appointment_capacity.booked_on_closures",
        ),
        *_NAMES,
        *named(
            "appointment_capacity.missed_minutes",
            "appointment_capacity.freed_minutes",
            "appointment_capacity.overruns_by_cause",
            "appointment_capacity.count_too_long",
            "appointment_capacity.count_without_chair",
        ),
    ),
    _view(
        "Access",
        *named(
            "thresholds.read_thresholds",
            "appointment_access.ways",
            "appointment_access.induction_courses",
            "sites.site_names",
            # With the chairs.
            "appointment_access.planned_lengths",
        ),
        *_OPEN,
        *_in(next_days(_SOON_DAYS), "appointment_access.bookings"),
        *named("sites.site_names"),
    ),
    _view("What is coming", *_COMING),
    _view(
        "What if",
        *named("thresholds.read_thresholds", "sites.site_names", "appointment_what_if.places"),
        *_OPEN,
        *named(
            "appointment_what_if.chair_time_by_day",
            "appointment_what_if.infusions_by_week",
            "appointment_what_if.booked_work",
            "appointment_what_if.stays",
        ),
    ),
    _view(
        "Calendar",
        *named("thresholds.read_thresholds"),
        # Of all sites for the choice of the month, and of those that are looked at.
        *named("appointment_calendar.calendar_sites", "appointment_calendar.calendar_sites"),
        *_OPEN,
        *named(
            "appointment_calendar.chair_minutes_on_days",
            "appointment_calendar.appointments_on_days",
        ),
    ),
    _view(
        "the weekly sheet",
        *named("thresholds.read_thresholds", "appointment_calendar.calendar_sites"),
        *_in(
            of_sheet,
            "sites.opening_hours",
            "sites.closures",
            "appointment_calendar.chair_minutes_on_days",
            "appointment_calendar.appointments_on_days",
        ),
        *named(
            "appointment_calendar.infusions_by_week",
            "appointment_calendar.new_starts_by_week",
            "appointment_calendar.overruns_by_week",
            "appointment_calendar.freed_slots_by_week",
        ),
    ),
    # As a reader asks who may see patients: the list without names is for others.
    _view("behind the missed infusions", *APPOINTMENT_LISTS[1:]),
    _view("behind a day", *BEHIND_A_DAY[1:]),
    Group(
        "the forecast of new starts",
        (
            PageQuery(
                appointment_coming.starts_by_week,
                _forecast,
                named("appointment_coming.starts_by_week")[0].floor,
            ),
        ),
        aim=1000,
        aim_of_large=1000,
    ),
)
