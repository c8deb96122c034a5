"""The queries of Volume and Attendance on the Appointments page, with their floors."""

from collections.abc import Callable
from typing import Any

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, filtered
from clinical.refills import NOTICE_STARTS
from clinical.thresholds import DEFAULTS
from data_access import appointment_attendance, appointment_volume
from data_access.appointment_attendance import LEAST_NAMED

LATE_HOURS = DEFAULTS.late_notice_hours
_DEMANDS = "count(*), count(CASE WHEN moved = 0 THEN 1 END)"
_LATE = f"count(CASE WHEN notice_hours < {LATE_HOURS} THEN 1 END)"
_UNKNOWN = "count(CASE WHEN status = 4 AND notice_hours IS NULL THEN 1 END)"


def counted(counts: str, *groups: str) -> str:
    """Appointments counted by columns."""
    named = ", ".join(groups)
    return (
        f"SELECT {named}, {counts} FROM appointment_facts WHERE {{period}}"
        f" GROUP BY {named} ORDER BY {named}"
    )


def until_late(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query that also takes the notice below which a cancellation is late."""
    return PageQuery(
        function, lambda c, asked: function(c, VIEWER, asked.filters, LATE_HOURS), floor
    )


_VOLUME = (
    filtered(appointment_volume.volume_by_day, counted(_DEMANDS, "day", "kind", "status")),
    filtered(
        appointment_volume.volume_by_week, counted(_DEMANDS, "month", "week", "kind", "status")
    ),
    filtered(appointment_volume.volume_by_site, counted(_DEMANDS, "site_key", "day")),
    PageQuery(
        appointment_volume.volume_by_provider,
        lambda c, asked: appointment_volume.volume_by_provider(
            c, VIEWER, asked.filters, by_day=False
        ),
        (counted(_DEMANDS, "provider_key", "month", "week"),),
    ),
    filtered(appointment_volume.appointments_of_sites, counted("count(*)", "site_key")),
    filtered(appointment_volume.appointments_of_providers, counted("count(*)", "provider_key")),
    filtered(
        appointment_volume.first_appointment_day,
        "SELECT min(day) FROM appointment_facts WHERE 1 = 1{site}",
    ),
    PageQuery(
        appointment_volume.appointment_providers,
        lambda c, _asked: appointment_volume.appointment_providers(c, VIEWER),
        ("SELECT provider_key, provider_id, name FROM providers",),
    ),
)


def _attendance(*groups: str) -> str:
    return counted(f"count(*), {_LATE}, {_UNKNOWN}", *groups)


def _in_all() -> str:
    of_status = ", ".join(f"count(CASE WHEN status = {code} THEN 1 END)" for code in range(1, 6))
    return f"SELECT {of_status}, {_LATE} FROM appointment_facts WHERE {{period}}"


_NOTICE = " ".join(
    f"WHEN notice_hours < {start} THEN {band}" for band, start in enumerate(NOTICE_STARTS)
)

_ATTENDANCE = (
    until_late(
        appointment_attendance.attendance_by_week,
        _attendance("month", "week", "kind", "status", "lead_band", "newcomer"),
    ),
    until_late(
        appointment_attendance.attendance_by_slot,
        _attendance("site_key", "weekday", "hour", "kind", "status"),
    ),
    until_late(appointment_attendance.attendance_in_all, _in_all()),
    filtered(
        appointment_attendance.freed_slots,
        f"SELECT CASE {_NOTICE} WHEN notice_hours IS NULL THEN -1 ELSE {len(NOTICE_STARTS)} END,"
        " count(*), sum(refilled) FROM freed_slot_facts WHERE {period} GROUP BY 1 ORDER BY 1",
    ),
    until_late(
        appointment_attendance.cancellation_reasons,
        "SELECT nullif(trim(cancellation_reason), ''), count(*),"
        f" {_LATE}, sum(moved) FROM appointment_facts f JOIN appointments USING (appointment_key)"
        " WHERE f.status = 4 AND {period} GROUP BY 1"
        f" HAVING count(*) >= {LEAST_NAMED} ORDER BY 2 DESC",
    ),
)

APPOINTMENT_COUNTS: tuple[PageQuery, ...] = (*_VOLUME, *_ATTENDANCE)
