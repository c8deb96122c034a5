"""The queries of the Appointments page.

Days, weeks, weekdays and hours are by each site's own clock. Counts come by kind and status, from
which :mod:`clinical.attendance` makes rates; ``late_cancelled`` are the cancelled ones among them
with less than ``late_hours`` of notice. Statements group by columns that an index holds in that
order (see ``__table_args__`` of the fact table): SQLite adds up such groups while it reads.
"""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from access.viewer import Viewer
from clinical.calendar import month_number
from clinical.codes import AppointmentStatus
from clinical.thresholds import DEFAULTS
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import AppointmentFact, Chair, Site
from data_access.selection import conditions, permitted_site_keys, spans_every_site

_facts = AppointmentFact


def appointments_by_day(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    late_hours: float = DEFAULTS.late_notice_hours,
) -> pd.DataFrame:
    """How many appointments there are on each day.

    Columns, all whole numbers: ``day`` (:mod:`clinical.calendar`), ``kind``, ``status``
    (:mod:`clinical.codes`), ``appointments``, ``late_cancelled``.
    """
    groups = (_facts.day, _facts.kind, _facts.status)
    return _counted(connection, groups, conditions(connection, viewer, filters, _facts), late_hours)


def appointments_by_week(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    late_hours: float = DEFAULTS.late_notice_hours,
) -> pd.DataFrame:
    """How many appointments there are in each week, the weeks cut where a month ends.

    So the rows add up to weeks as well as to months. Columns, all whole numbers: ``month``,
    ``week`` (:mod:`clinical.calendar`), ``kind``, ``status`` (:mod:`clinical.codes`),
    ``appointments``, ``late_cancelled``.
    """
    groups = (_facts.month, _facts.week, _facts.kind, _facts.status)
    scoped = conditions(connection, viewer, filters, _facts, along_groups=True)
    if spans_every_site(viewer, filters):
        # Says nothing new, but lets the index be entered at the first month.
        months = (month_number(filters.start), month_number(filters.end))
        scoped.append(_facts.month.between(*months))
    return _counted(connection, groups, scoped, late_hours)


def appointments_by_slot(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    late_hours: float = DEFAULTS.late_notice_hours,
) -> pd.DataFrame:
    """How many appointments there are at each site by weekday and hour of their start.

    Columns, all whole numbers: ``site_key``, ``weekday`` (1 = Monday), ``hour``, ``kind``,
    ``status`` (:mod:`clinical.codes`), ``appointments``, ``late_cancelled``.
    """
    groups = (_facts.site_key, _facts.weekday, _facts.hour, _facts.kind, _facts.status)
    scoped = conditions(connection, viewer, filters, _facts, along_groups=True)
    return _counted(connection, groups, scoped, late_hours)


def _counted(
    connection: Connection,
    groups: Sequence[InstrumentedAttribute[int]],
    scoped: Sequence[ColumnElement[bool]],
    late_hours: float,
) -> pd.DataFrame:
    counts = (
        func.count().label("appointments"),
        func.count().filter(_facts.notice_hours < late_hours).label("late_cancelled"),
    )
    statement = select(*groups, *counts).where(*scoped).group_by(*groups).order_by(*groups)
    return query_frame(connection, statement).astype(int)


_ATTENDED = (int(AppointmentStatus.FULFILLED), int(AppointmentStatus.ARRIVED))


def chair_minutes(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The minutes for which each chair was scheduled and used; chairs without any have zeros.

    Whatever the diagnosis and phase, because a chair serves everybody. Columns: ``chair_key``,
    ``chair`` (its name), ``site_key``, ``scheduled`` (minutes of appointments not cancelled),
    ``used`` (minutes of those attended), ``appointments`` (not cancelled), ``first_day`` (of
    those, a day number; 0 where there is none).
    """
    period = Filters(filters.start, filters.end, filters.site_ids)
    in_use = (
        select(
            _facts.chair_key,
            func.sum(_facts.minutes).label("scheduled"),
            func.sum(_facts.minutes).filter(_facts.status.in_(_ATTENDED)).label("used"),
            func.count().label("appointments"),
            func.min(_facts.day).label("first_day"),
        )
        .where(
            *conditions(connection, viewer, period, _facts),
            _facts.chair_key.is_not(None),
            _facts.status != int(AppointmentStatus.CANCELLED),
        )
        .group_by(_facts.chair_key)
        .subquery()
    )
    sums = [
        func.coalesce(in_use.c[name], 0).label(name)
        for name in ("scheduled", "used", "appointments", "first_day")
    ]
    chairs = (
        select(Chair.chair_key, Chair.name.label("chair"), Site.site_key, *sums)
        .join(Site, Site.site_id == Chair.site_id)
        .join(in_use, in_use.c.chair_key == Chair.chair_key, isouter=True)
        .order_by(Chair.chair_key)
    )
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        chairs = chairs.where(Site.site_key.in_(site_keys))
    # PostgreSQL adds whole numbers up to decimals.
    return query_frame(connection, chairs).astype({column.name: int for column in sums})
