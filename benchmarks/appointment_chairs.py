"""The queries of Capacity, What if and Calendar on the Appointments page, with their floors."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.appointment_counts import counted, until_late
from benchmarks.appointment_windows import month_of_today, recent_weeks, weeks_before
from benchmarks.page_query import PageQuery, filtered
from benchmarks.scenario import Scenario
from clinical.calendar import day_number
from clinical.occupancy import LONGEST_MINUTES
from clinical.overruns import USUAL_WEEKS, UsualStay
from clinical.thresholds import DEFAULTS
from clinical.what_if import BASE_WEEKS, TREND_WEEKS
from data_access import appointment_calendar, appointment_capacity, appointment_what_if

_LATE_HOURS = DEFAULTS.late_notice_hours
_STAY_WEEKS = 52
_USUAL = UsualStay(stays=100, start_delay=5, infusion=40, recovery=60)
"""With what a stay is compared, in the floor too."""
_START, _INFUSION, _RECOVERY = "start_delay - 5", "infusion_minutes - 40", "recovery_minutes - 60"
_CAUSES = (
    "infusion_minutes + recovery_minutes IS NULL",
    f"{_START} > 0 AND {_START} >= {_INFUSION} AND {_START} >= {_RECOVERY}",
    f"{_INFUSION} > 0 AND {_INFUSION} > {_START} AND {_INFUSION} >= {_RECOVERY}",
    f"{_RECOVERY} > 0 AND {_RECOVERY} > {_START} AND {_RECOVERY} > {_INFUSION}",
)
_OVER = ", ".join(f"count(CASE WHEN over_minutes > 0 AND {each} THEN 1 END)" for each in _CAUSES)


def _hours_used(connection: Connection, asked: Scenario) -> Any:
    sites = appointment_calendar.calendar_sites(connection, VIEWER, asked.filters)
    chairs = dict(zip(sites["site_key"].tolist(), sites["chairs"].tolist(), strict=True))
    return appointment_capacity.hours_used(connection, VIEWER, asked.filters, chairs)


def _latest_stays(connection: Connection, asked: Scenario) -> Any:
    first = day_number(asked.filters.end - timedelta(weeks=USUAL_WEEKS)) + 1
    return appointment_capacity.latest_stays(connection, VIEWER, asked.filters, first)


_SITES = (
    "SELECT site_key, time_zone, (SELECT count(*) FROM chairs c WHERE c.site_id = s.site_id),"
    " (SELECT min(day) FROM appointment_facts a WHERE a.site_key = s.site_key),"
    " (SELECT max(day) FROM appointment_facts a WHERE a.site_key = s.site_key)"
    " FROM sites s WHERE 1 = 1{site} ORDER BY site_key"
)
_CAPACITY = (
    filtered(
        appointment_capacity.chairs_used,
        "SELECT chair_key, chairs.name, booked, used, double_booked, appointments FROM chairs"
        " JOIN sites USING (site_id) LEFT JOIN (SELECT chair_key, sum(booked) AS booked,"
        " sum(used) AS used, sum(double_booked) AS double_booked,"
        " sum(appointments) AS appointments FROM chair_day_facts WHERE {period}"
        " GROUP BY chair_key) AS d USING (chair_key) WHERE 1 = 1{site} ORDER BY chair_key",
    ),
    PageQuery(
        appointment_capacity.hours_used,
        _hours_used,
        (
            _SITES,
            "SELECT site_key, weekday, hour, sum(booked), sum(used), max(most_booked),"
            " max(most_used), count(CASE WHEN most_used >= 5 THEN 1 END)"
            " FROM site_hour_facts WHERE {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        ),
    ),
    filtered(
        appointment_capacity.booked_on_closures,
        # The hours of those days are so few that they cost nothing.
        "SELECT site_key, date FROM sites JOIN closures USING (site_id) WHERE 1 = 1{site}",
    ),
    until_late(
        appointment_capacity.freed_minutes,
        f"SELECT site_key, CASE WHEN notice_hours < {_LATE_HOURS} THEN 1 ELSE 0 END, count(*),"
        " sum(minutes) FROM freed_slot_facts WHERE refilled = 0 AND {period}"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    filtered(
        appointment_capacity.missed_minutes,
        "SELECT site_key, count(*), sum(minutes) FROM appointment_facts WHERE status = 5"
        f" AND chair_key IS NOT NULL AND minutes BETWEEN 1 AND {LONGEST_MINUTES}"
        " AND {period} GROUP BY 1 ORDER BY 1",
    ),
    filtered(
        appointment_capacity.count_too_long,
        f"SELECT count(*) FROM appointment_facts WHERE minutes > {LONGEST_MINUTES} AND {{period}}",
    ),
    filtered(
        appointment_capacity.count_without_chair,
        "SELECT count(*) FROM appointment_facts WHERE kind = 2 AND status <> 4"
        " AND chair_key IS NULL AND {period}",
    ),
    PageQuery(
        appointment_capacity.latest_stays,
        _latest_stays,
        (
            "SELECT start_delay, infusion_minutes, recovery_minutes FROM appointment_facts"
            f" WHERE over_minutes IS NOT NULL AND day > :end - {7 * USUAL_WEEKS} AND {{period}}",
        ),
    ),
    PageQuery(
        appointment_capacity.overruns_by_cause,
        lambda c, asked: appointment_capacity.overruns_by_cause(c, VIEWER, asked.filters, _USUAL),
        (
            "SELECT site_key, count(*), count(CASE WHEN over_minutes > 0 THEN 1 END),"
            f" sum(CASE WHEN over_minutes > 0 THEN over_minutes END), {_OVER}"
            " FROM appointment_facts WHERE over_minutes IS NOT NULL AND {period}"
            " GROUP BY 1 ORDER BY 1",
        ),
    ),
)


def _of_weeks(function: Any, weeks: int, *floor: str) -> PageQuery:
    return PageQuery(
        function,
        lambda c, asked: function(c, VIEWER, asked.filters),
        floor,
        weeks_before(weeks),
    )


_WHAT_IF = (
    _of_weeks(
        appointment_what_if.places,
        TREND_WEEKS,
        "SELECT site_key, (SELECT count(*) FROM chairs c WHERE c.site_id = s.site_id),"
        " (SELECT min(day) FROM appointment_facts a WHERE a.site_key = s.site_key)"
        " FROM sites s WHERE 1 = 1{site} ORDER BY site_key",
    ),
    _of_weeks(
        appointment_what_if.chair_time_by_day,
        TREND_WEEKS,
        "SELECT site_key, day, sum(booked), sum(used) FROM chair_day_facts WHERE {period}"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    _of_weeks(
        appointment_what_if.infusions_by_week,
        TREND_WEEKS,
        "SELECT site_key, week, count(*) FROM infusion_facts WHERE {period}"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    _of_weeks(
        appointment_what_if.booked_work,
        BASE_WEEKS,
        "SELECT site_key, kind, status, minutes, count(*) FROM appointment_facts"
        f" WHERE status <> 4 AND chair_key IS NOT NULL AND minutes <= {LONGEST_MINUTES}"
        " AND {period} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    _of_weeks(
        appointment_what_if.stays,
        _STAY_WEEKS,
        "SELECT site_key, minutes + over_minutes, count(*) FROM appointment_facts"
        " WHERE kind = 2 AND over_minutes IS NOT NULL"
        f" AND minutes + over_minutes BETWEEN 1 AND {LONGEST_MINUTES}"
        " AND {period} GROUP BY 1, 2",
    ),
)


def _by_week(counts: str, facts: str, condition: str = "") -> str:
    """By day where the facts hold no week; the pages add those up."""
    return f"SELECT week, {counts} FROM {facts} WHERE {{period}}{condition} GROUP BY 1 ORDER BY 1"


def _of_recent_weeks(function: Any, *floor: str) -> PageQuery:
    return PageQuery(
        function, lambda c, asked: function(c, VIEWER, asked.filters), floor, recent_weeks
    )


_CALENDAR = (
    filtered(appointment_calendar.calendar_sites, _SITES),
    PageQuery(
        appointment_calendar.appointments_on_days,
        lambda c, asked: appointment_calendar.appointments_on_days(
            c, VIEWER, asked.filters, _LATE_HOURS
        ),
        (
            counted(
                f"count(*), count(CASE WHEN notice_hours < {_LATE_HOURS} THEN 1 END)",
                "day",
                "kind",
                "status",
            ),
        ),
        month_of_today,
    ),
    PageQuery(
        appointment_calendar.chair_minutes_on_days,
        lambda c, asked: appointment_calendar.chair_minutes_on_days(c, VIEWER, asked.filters),
        (
            "SELECT site_key, day, sum(booked), sum(used) FROM chair_day_facts WHERE {period}"
            " GROUP BY 1, 2 ORDER BY 1, 2",
        ),
        month_of_today,
    ),
    _of_recent_weeks(
        appointment_calendar.overruns_by_week,
        _by_week(
            "count(*), count(CASE WHEN over_minutes > 0 THEN 1 END)",
            "appointment_facts",
            " AND over_minutes IS NOT NULL",
        ),
    ),
    _of_recent_weeks(
        appointment_calendar.freed_slots_by_week,
        _by_week("count(*), sum(refilled)", "freed_slot_facts"),
    ),
    _of_recent_weeks(
        appointment_calendar.infusions_by_week, _by_week("count(*)", "infusion_facts")
    ),
    _of_recent_weeks(
        appointment_calendar.new_starts_by_week,
        "SELECT (first_infusion_day + 3) / 7, count(*) FROM access_facts"
        " WHERE first_infusion_day BETWEEN :start AND :end{site} GROUP BY 1 ORDER BY 1",
    ),
)

APPOINTMENT_CHAIRS: tuple[PageQuery, ...] = (*_CAPACITY, *_WHAT_IF, *_CALENDAR)
