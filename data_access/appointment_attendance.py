"""The queries of the view Attendance: who comes, who cancels, who stays away, what is freed.

Days, weeks, weekdays and hours are by each site's own clock. Counts come by kind and status, from
which :mod:`clinical.attendance` makes rates. ``late_hours`` is the notice below which a
cancellation is late (the threshold ``late_notice_hours``). Statements group by columns that an
index holds in that order (see ``__table_args__`` of the fact tables).
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from clinical.codes import AppointmentStatus
from clinical.refills import NOTICE_STARTS, UNKNOWN_NOTICE
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import Appointment, AppointmentFact, FreedSlotFact
from data_access.selection import along_months, conditions, scope

LEAST_NAMED = 5
"""A reason that fewer cancellations have is not shown: free text may tell who it was."""

_facts = AppointmentFact
_freed = FreedSlotFact
_Groups = Sequence[InstrumentedAttribute[int]]


def attendance_by_week(
    connection: Connection, viewer: Viewer, filters: Filters, late_hours: float
) -> pd.DataFrame:
    """What became of appointments in each week, by how long ahead they were booked, and for whom.

    Weeks are cut where a month ends. Columns, all whole numbers: ``month``, ``week``
    (:mod:`clinical.calendar`), ``kind``, ``status``, ``lead_band``, ``newcomer``
    (:mod:`clinical.codes`), ``appointments``, ``late_cancelled`` and ``notice_unknown`` (how many
    of them were cancelled late, and at a time that is not recorded). One statement, from which
    several pictures are added up: to read every appointment again takes several times as long.
    """
    groups = (
        _facts.month,
        _facts.week,
        _facts.kind,
        _facts.status,
        _facts.lead_band,
        _facts.newcomer,
    )
    scoped = along_months(connection, viewer, filters, _facts)
    return _counted(connection, groups, scoped, late_hours)


def attendance_by_slot(
    connection: Connection, viewer: Viewer, filters: Filters, late_hours: float
) -> pd.DataFrame:
    """What became of appointments at each site by weekday and hour of their start.

    Columns, all whole numbers: ``site_key``, ``weekday`` (1 = Monday), ``hour``, ``kind``,
    ``status``, and from ``appointments`` on as :func:`attendance_by_week`.
    """
    groups = (_facts.site_key, _facts.weekday, _facts.hour, _facts.kind, _facts.status)
    scoped = conditions(connection, viewer, filters, _facts, along_groups=True)
    return _counted(connection, groups, scoped, late_hours)


def attendance_in_all(
    connection: Connection, viewer: Viewer, filters: Filters, late_hours: float
) -> pd.DataFrame:
    """What became of all appointments together, in one pass without groups.

    Columns, all whole numbers: ``status``, ``appointments``, ``late_cancelled``; a row for each
    status, with zeros where there is none.
    """
    cancelled = AppointmentStatus.CANCELLED
    counts = [func.count().filter(_facts.status == int(status)) for status in AppointmentStatus]
    late = func.count().filter(_facts.notice_hours < late_hours)
    scoped = conditions(connection, viewer, filters, _facts)
    *of_status, late_cancelled = connection.execute(select(*counts, late).where(*scoped)).one()
    return pd.DataFrame(
        {
            "status": [int(status) for status in AppointmentStatus],
            "appointments": of_status,
            "late_cancelled": [
                late_cancelled if status is cancelled else 0 for status in AppointmentStatus
            ],
        }
    )


def _counted(
    connection: Connection,
    groups: _Groups,
    scoped: Sequence[ColumnElement[bool]],
    late_hours: float,
) -> pd.DataFrame:
    unknown = and_(_facts.status == int(AppointmentStatus.CANCELLED), _facts.notice_hours.is_(None))
    counts = (
        func.count().label("appointments"),
        func.count().filter(_facts.notice_hours < late_hours).label("late_cancelled"),
        func.count().filter(unknown).label("notice_unknown"),
    )
    statement = select(*groups, *counts).where(*scoped).group_by(*groups).order_by(*groups)
    names = [*(group.key for group in groups), *(count.name for count in counts)]
    return typed_frame(connection.execute(statement), dict.fromkeys(names, "int64"))


def _notice_band(hours: Any) -> ColumnElement[int]:
    """The band of a number of hours; what was cancelled after the start is in the first."""
    bands = [(hours < start, band) for band, start in enumerate(NOTICE_STARTS)]
    return case((hours.is_(None), UNKNOWN_NOTICE), *bands, else_=len(NOTICE_STARTS))


_notice = _notice_band(_freed.notice_hours).label("notice")
_FREED_BY_NOTICE = (
    select(
        _notice,
        func.count().label("slots"),
        func.coalesce(func.sum(_freed.refilled), 0).label("refilled"),
    )
    .group_by(_notice)
    .order_by(_notice)
)
"""Built once: to build it takes as long as to read the slots of a site."""


def freed_slots(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many slots on a chair were freed by cancellations, and refilled, by the notice.

    Columns, all whole numbers: ``notice`` (an index in :data:`clinical.refills.NOTICE_BANDS`),
    ``slots``, ``refilled``.
    """
    statement = _FREED_BY_NOTICE.where(
        *scope(connection, viewer, filters, _freed),
        _freed.day.between(day_number(filters.start), day_number(filters.end)),
    )
    kinds = dict.fromkeys(("notice", "slots", "refilled"), "int64")
    return typed_frame(connection.execute(statement), kinds)


def cancellation_reasons(
    connection: Connection, viewer: Viewer, filters: Filters, late_hours: float
) -> pd.DataFrame:
    """Why appointments were cancelled, as recorded, the commonest reason first.

    Reasons that fewer than :data:`LEAST_NAMED` have are left out. Columns: ``reason`` (missing
    where none is recorded), ``cancelled``, ``late_cancelled``, ``moved`` (replaced by another
    appointment).

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may see no more than totals:
    reasons are free text, however many have one.
    """
    require(viewer, Permission.SEE_CLINICAL)
    written = func.nullif(func.trim(Appointment.cancellation_reason), "")
    cancelled = func.count().label("cancelled")
    statement = (
        select(
            written.label("reason"),
            cancelled,
            func.count().filter(_facts.notice_hours < late_hours).label("late_cancelled"),
            func.coalesce(func.sum(_facts.moved), 0).label("moved"),
        )
        .join(Appointment, Appointment.appointment_key == _facts.appointment_key)
        .where(
            *conditions(connection, viewer, filters, _facts),
            _facts.status == int(AppointmentStatus.CANCELLED),
        )
        .group_by(written)
        .having(func.count() >= LEAST_NAMED)
        .order_by(cancelled.desc(), written)
    )
    counts = dict.fromkeys(("cancelled", "late_cancelled", "moved"), "int64")
    return typed_frame(connection.execute(statement), {"reason": TEXT, **counts})
