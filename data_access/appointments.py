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
from clinical.thresholds import DEFAULTS
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import AppointmentFact
from data_access.selection import conditions, spans_every_site

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
