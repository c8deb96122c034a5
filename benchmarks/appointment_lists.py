"""The queries about the appointments behind a bar or a cell, with their floors."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, looking_back
from benchmarks.scenario import Scenario
from clinical.codes import AppointmentKind, AppointmentStatus
from data_access import appointments_behind
from data_access.appointments_behind import MOST_LISTED, AppointmentsBehind

_MISSED = AppointmentsBehind(
    kinds=(int(AppointmentKind.INFUSION),), statuses=(int(AppointmentStatus.NOSHOW),)
)
"""The missed infusions of the period: as wide as a bar can be."""
_OF_POINT = " FROM appointment_facts WHERE kind = 2 AND status = 5 AND {period}"
_LATEST = f"{_OF_POINT} ORDER BY day DESC, start_minute DESC, appointment_key DESC LIMIT"
_DETAILS = (
    "WITH e AS (SELECT appointment_key" + f"{_LATEST} {MOST_LISTED})"
    " SELECT appointment_key, f.day, f.start_minute, s.name, f.kind, f.status, f.minutes, c.name,"
    " p.name, lead_days, f.notice_hours, cancellation_reason, moved, moves, over_minutes, refilled,"
    " f.patient_key FROM e JOIN appointment_facts f USING (appointment_key)"
    " JOIN appointments USING (appointment_key) JOIN sites s ON s.site_key = f.site_key"
    " LEFT JOIN chairs c ON c.chair_key = f.chair_key"
    " LEFT JOIN providers p ON p.provider_key = f.provider_key"
    " LEFT JOIN freed_slot_facts z USING (appointment_key)"
)
_NAMES = (
    "SELECT appointment_key, handle, family_name, given_name FROM appointment_facts f"
    " JOIN patient_facts USING (patient_key) JOIN patients USING (patient_key)"
    f" WHERE appointment_key IN (SELECT appointment_key{_LATEST} {MOST_LISTED})"
)


def _behind(function: Callable[..., Any], *floor: str) -> PageQuery:
    def ask(connection: Connection, asked: Scenario) -> Any:
        return function(connection, VIEWER, asked.filters, _MISSED, asked.today)

    return PageQuery(function, ask, floor)


_COUNT = f"SELECT count(*){_OF_POINT}"

APPOINTMENT_LISTS: tuple[PageQuery, ...] = (
    _behind(appointments_behind.appointments_behind, _COUNT, _DETAILS),
    _behind(appointments_behind.named_appointments_behind, _COUNT, _NAMES, _DETAILS),
)
BEHIND_A_DAY: tuple[PageQuery, ...] = tuple(
    replace(query, narrow=looking_back(0)) for query in APPOINTMENT_LISTS
)
"""Behind a day of the calendar."""
