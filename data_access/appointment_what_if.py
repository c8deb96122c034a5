"""What the view *What if* starts from: how the chairs were used of late, and how long stays last.

Whatever the diagnosis and phase, because a chair serves everybody. Statements group by columns that
an index holds in that order (see ``__table_args__`` of the fact tables).
"""

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, select

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.occupancy import LONGEST_MINUTES
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import AppointmentFact, Chair, ChairDayFact, InfusionFact, Site
from data_access.selection import permitted_site_keys

_facts = AppointmentFact


def places(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The chosen sites, with their chairs and the day of their first appointment.

    Columns, all whole numbers: ``site_key``, ``chairs``, ``first_day`` (:mod:`clinical.calendar`;
    -1 where there never was an appointment).
    """
    chairs = select(func.count()).where(Chair.site_id == Site.site_id).scalar_subquery()
    first = select(func.min(_facts.day)).where(_facts.site_key == Site.site_key).scalar_subquery()
    statement = (
        select(Site.site_key, chairs.label("chairs"), func.coalesce(first, -1).label("first_day"))
        .where(*_of_sites(connection, viewer, filters, Site))
        .order_by(Site.site_key)
    )
    return query_frame(connection, statement).astype(int)


def chair_time_by_day(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The chair-minutes of each site and day that were booked, and used.

    Columns, all whole numbers: ``site_key``, ``day`` (:mod:`clinical.calendar`), ``booked``,
    ``used``.
    """
    time = ChairDayFact
    groups = (time.site_key, time.day)
    statement = (
        select(*groups, func.sum(time.booked).label("booked"), func.sum(time.used).label("used"))
        .where(*_scoped(connection, viewer, filters, time))
        .group_by(*groups)
        .order_by(*groups)
    )
    return query_frame(connection, statement).astype(int)


def infusions_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many infusions each site gave in each week of which a day lies in the period.

    Columns, all whole numbers: ``site_key``, ``week`` (:mod:`clinical.calendar`), ``infusions``.
    """
    given = InfusionFact
    groups = (given.site_key, given.week)
    weeks = (week_number(day_number(filters.start)), week_number(day_number(filters.end)))
    statement = (
        select(*groups, func.count().label("infusions"))
        .where(given.week.between(*weeks), *_of_sites(connection, viewer, filters, given))
        .group_by(*groups)
        .order_by(*groups)
    )
    return query_frame(connection, statement).astype(int)


def booked_work(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """What each site's chairs were booked for: appointments that were not cancelled.

    Columns, all whole numbers: ``site_key``, ``kind``, ``status`` (:mod:`clinical.codes`),
    ``minutes`` (planned, up to :data:`~clinical.occupancy.LONGEST_MINUTES`), ``appointments``.
    """
    groups = (_facts.site_key, _facts.kind, _facts.status, _facts.minutes)
    statement = (
        select(*groups, func.count().label("appointments"))
        .where(
            *_scoped(connection, viewer, filters, _facts),
            _facts.status != int(AppointmentStatus.CANCELLED),
            _facts.chair_key.is_not(None),
            _facts.minutes <= LONGEST_MINUTES,
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return query_frame(connection, statement).astype(int)


def stays(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How long infusion patients stayed, from the planned start to the discharge.

    Columns, all whole numbers: ``site_key``, ``minutes`` (over 0 and up to
    :data:`~clinical.occupancy.LONGEST_MINUTES`), ``stays``.
    """
    groups = (_facts.site_key, _facts.minutes, _facts.over_minutes)
    # Of any sites SQLite had better read the index along the groups than seek the days in another
    # one and look every appointment up, so the day is hidden from it.
    day = _facts.day + 0 if connection.dialect.name == "sqlite" else _facts.day
    statement = (
        select(*groups, func.count().label("stays"))
        .where(
            day.between(day_number(filters.start), day_number(filters.end)),
            *_of_sites(connection, viewer, filters, _facts),
            _facts.kind == int(AppointmentKind.INFUSION),
            _facts.over_minutes.is_not(None),
            (_facts.minutes + _facts.over_minutes).between(1, LONGEST_MINUTES),
        )
        .group_by(*groups)
    )
    found = query_frame(connection, statement).astype(int)
    lasted = found["minutes"] + found["over_minutes"]
    # Grouped here by what they add up to: SQLite would sort every row for it.
    by = [found["site_key"], lasted.rename("minutes")]
    return found["stays"].groupby(by).sum().reset_index()


_Facts = type[AppointmentFact] | type[ChairDayFact] | type[InfusionFact]


def _scoped(
    connection: Connection, viewer: Viewer, filters: Filters, facts: _Facts
) -> list[ColumnElement[bool]]:
    days = (day_number(filters.start), day_number(filters.end))
    return [facts.day.between(*days), *_of_sites(connection, viewer, filters, facts)]


def _of_sites(
    connection: Connection, viewer: Viewer, filters: Filters, table: _Facts | type[Site]
) -> list[ColumnElement[bool]]:
    require(viewer, Permission.SEE_TOTALS)
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    return [] if site_keys is None else [table.site_key.in_(site_keys)]
