"""The queries of Access and What is coming on the Appointments page, with their floors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.appointment_windows import ahead, monday, next_days, weeks_before
from benchmarks.page_query import PageQuery
from benchmarks.scenario import Scenario
from clinical.calendar import day_number, week_number
from clinical.course_demand import IN_PROGRESS_DAYS
from clinical.free_slots import AHEAD_DAYS
from clinical.funnel import Stage
from clinical.occupancy import LONGEST_MINUTES
from clinical.series import NEW_INDUCTION_GAP_DAYS
from clinical.thresholds import DEFAULTS
from data_access import appointment_access, appointment_coming
from data_access.appointment_access import MOST_LISTED, USUAL_WEEKS, PeopleBehind

_QUARTER = 13
_YEAR = timedelta(days=365)
_RECORD_WEEKS = 20
_HOLDS_CHAIR = f"status <> 4 AND minutes <= {LONGEST_MINUTES}"


def _until_today(function: Callable[..., Any], *floor: str) -> PageQuery:
    return PageQuery(
        function, lambda c, asked: function(c, VIEWER, asked.filters, asked.today), floor
    )


def _site_keys(connection: Connection, asked: Scenario) -> list[int]:
    return list(appointment_access.chairs_by_site(connection, VIEWER, asked.filters))


_CHAIRS = (
    "SELECT site_key, chair_key FROM sites LEFT JOIN chairs USING (site_id)"
    " WHERE 1 = 1{site} ORDER BY site_key, chair_key"
)


def _planned(connection: Connection, asked: Scenario) -> Any:
    keys = _site_keys(connection, asked)
    found = appointment_access.planned_lengths(connection, VIEWER, keys, asked.today)
    return [length for of_site in found.values() for length in of_site]


def _bookings(connection: Connection, asked: Scenario) -> Any:
    keys, period = _site_keys(connection, asked), asked.filters
    found = appointment_access.bookings(connection, VIEWER, keys, period.start, period.end)
    return [booking for of_site in found.values() for booking in of_site]


def _people(connection: Connection, asked: Scenario) -> Any:
    """Those whose course was completed."""
    behind = PeopleBehind(Stage.COMPLETED, lost=False, entered_until=asked.filters.end)
    return appointment_access.named_people_behind(
        connection, VIEWER, asked.filters, behind, asked.today
    )


_ENTERED = "entered_day BETWEEN :start AND :end"
_WAY = "consultation_planned_day, consultation_day, f.first_infusion_day, completed_day"
_COMPLETED = f"{_ENTERED} AND completed_day <= :today"

_ACCESS = (
    _until_today(
        appointment_access.ways,
        f"SELECT entered_day, site_key, referral_source, referred_day, {_WAY}"
        f" FROM access_facts f WHERE {_ENTERED}{{site}}",
    ),
    _until_today(
        appointment_access.induction_courses,
        "SELECT started_day, site_key, planned, planned_known, completed_day"
        " FROM induction_facts WHERE started_day BETWEEN :start AND :end{site}",
    ),
    PageQuery(
        appointment_access.chairs_by_site,
        lambda c, asked: [
            (site, chair)
            for site, chairs in appointment_access.chairs_by_site(c, VIEWER, asked.filters).items()
            for chair in chairs
        ],
        (_CHAIRS,),
    ),
    PageQuery(
        appointment_access.planned_lengths,
        _planned,
        (
            _CHAIRS,
            "SELECT site_key, minutes, count(*) FROM appointment_facts WHERE kind = 2"
            f" AND {_HOLDS_CHAIR} AND day BETWEEN :today - {7 * USUAL_WEEKS} AND :today{{site}}"
            " GROUP BY 1, 2",
        ),
    ),
    PageQuery(
        appointment_access.bookings,
        _bookings,
        (
            _CHAIRS,
            "SELECT site_key, day, chair_key, start_minute, minutes FROM appointment_facts"
            f" WHERE (chair_key IS NOT NULL OR kind = 2) AND {_HOLDS_CHAIR} AND {{period}}",
        ),
        next_days(AHEAD_DAYS),
    ),
    PageQuery(
        appointment_access.named_people_behind,
        _people,
        (
            f"SELECT count(*) FROM access_facts WHERE {_COMPLETED}{{site}}",
            "SELECT handle, family_name, given_name, mrn, s.name, f.referral_source, entered_day,"
            f" referred_day, {_WAY}, f.done, f.planned FROM access_facts f"
            " JOIN patient_facts USING (patient_key) JOIN patients USING (patient_key)"
            f" LEFT JOIN sites s ON s.site_key = f.site_key WHERE {_COMPLETED}{{f_site}}"
            f" ORDER BY entered_day DESC, patient_key DESC LIMIT {MOST_LISTED}",
        ),
    ),
)


def _of_window(function: Callable[..., Any], narrow: Any, *floor: str) -> PageQuery:
    """A query that takes the first and the last day of a window."""
    return PageQuery(
        function,
        lambda c, asked: function(c, VIEWER, asked.filters, asked.filters.start, asked.filters.end),
        floor,
        narrow,
    )


def _ahead(connection: Connection, asked: Scenario) -> Any:
    days = asked.filters.start, asked.filters.end
    return appointment_coming.ahead(connection, VIEWER, asked.filters, days, asked.today)


def _outcomes(connection: Connection, asked: Scenario) -> Any:
    yesterday = asked.today - timedelta(days=1)
    begins = monday(asked) - timedelta(weeks=_RECORD_WEEKS)
    return appointment_coming.outcomes_by_booking(
        connection,
        VIEWER,
        asked.filters,
        (asked.today - _YEAR, yesterday),
        (begins - _YEAR, begins - timedelta(days=1)),
    )


def _as_they_stood(connection: Connection, asked: Scenario) -> Any:
    last = week_number(day_number(asked.today)) - 1
    return appointment_coming.bookings_as_they_stood(
        connection,
        VIEWER,
        asked.filters,
        (last - _RECORD_WEEKS + 1, last),
        DEFAULTS.own_record_weight,
    )


_MONDAY = ":today - (:today + 3) % 7"
_GONE = " ".join(
    f"WHEN notice_hours >= {168 * step} + 24 * (weekday - 1) + start_minute / 60.0 THEN {step}"
    for step in range(7, -1, -1)
)
_OWN = f"{DEFAULTS.own_record_weight} + due_before"
_LATELY = "day BETWEEN :today - 365 AND :today - 1"
_BEFORE = (
    f"day BETWEEN {_MONDAY} - {7 * _RECORD_WEEKS} - 365 AND {_MONDAY} - {7 * _RECORD_WEEKS} - 1"
)
_COURSES = weeks_before(52, until=9)

_COMING = (
    PageQuery(
        appointment_coming.ahead,
        _ahead,
        (
            "SELECT patient_key, site_key, done, planned, last_day FROM induction_facts"
            f" WHERE started_day BETWEEN :today - {NEW_INDUCTION_GAP_DAYS} AND :today"
            f" AND last_day >= :today - {IN_PROGRESS_DAYS} AND done < planned{{site}}",
            "SELECT f.patient_key, f.site_key, kind, f.phase, day, minutes, lead_band, due_before,"
            " missed_before, last_infusion_day FROM appointment_facts f"
            " LEFT JOIN patient_facts USING (patient_key) WHERE f.status = 1"
            " AND (kind = 2 OR chair_key IS NOT NULL) AND day BETWEEN :start AND :end{f_site}"
            " ORDER BY day, appointment_key",
        ),
        ahead,
    ),
    PageQuery(
        appointment_coming.outcomes_by_booking,
        _outcomes,
        (
            "SELECT site_key, kind, lead_band, status, notice_band,"
            f" count(CASE WHEN {_LATELY} THEN 1 END), count(CASE WHEN {_BEFORE} THEN 1 END)"
            f" FROM appointment_facts WHERE day BETWEEN {_MONDAY} - {7 * _RECORD_WEEKS} - 365"
            " AND :today - 1{site} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        ),
    ),
    _of_window(
        appointment_coming.infusions_by_lead,
        weeks_before(_QUARTER),
        "SELECT site_key, phase, lead_days, minutes, count(*) FROM appointment_facts"
        " WHERE kind = 2 AND status IN (2, 3) AND {period}"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    _of_window(
        appointment_coming.maintenance_by_site,
        weeks_before(_QUARTER),
        "SELECT site_key, count(*) FROM infusion_facts WHERE phase = 2 AND {period}"
        " GROUP BY 1 ORDER BY 1",
    ),
    _until_today(
        appointment_coming.starts_by_week,
        "SELECT (started_day + 3) / 7, count(*) FROM induction_facts"
        f" WHERE started_day < {_MONDAY}{{site}} GROUP BY 1 ORDER BY 1",
    ),
    _of_window(
        appointment_coming.starts_by_site,
        weeks_before(_QUARTER),
        "SELECT site_key, count(*) FROM induction_facts"
        " WHERE started_day BETWEEN :start AND :end{site} GROUP BY 1 ORDER BY 1",
    ),
    _of_window(
        appointment_coming.induction_courses,
        _COURSES,
        "SELECT (started_day + 3) % 7 + 1, last_day - started_day, done, planned, count(*)"
        " FROM induction_facts WHERE started_day BETWEEN :start AND :end{site}"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    PageQuery(
        appointment_coming.bookings_as_they_stood,
        _as_they_stood,
        (
            "SELECT week, kind, lead_band, status, CASE WHEN lead_days IS NULL"
            " OR lead_days - weekday >= 49 THEN 7 WHEN lead_days < weekday THEN -1"
            " ELSE (lead_days - weekday) / 7 END,"
            f" CASE WHEN status <> 4 THEN -1 WHEN notice_hours IS NULL THEN 7 {_GONE} ELSE -1 END,"
            f" count(*), sum({DEFAULTS.own_record_weight}.0 / ({_OWN})),"
            f" sum(1.0 * missed_before / ({_OWN}))"
            " FROM appointment_facts WHERE kind = 2 AND status IN (2, 3, 4, 5)"
            f" AND day BETWEEN {_MONDAY} - {7 * _RECORD_WEEKS} AND {_MONDAY} - 1{{site}}"
            " GROUP BY 1, 2, 3, 4, 5, 6",
        ),
    ),
)

APPOINTMENT_PEOPLE: tuple[PageQuery, ...] = (*_ACCESS, *_COMING)
