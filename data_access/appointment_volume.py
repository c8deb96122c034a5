"""The queries of the view Volume: how many appointments, of which kind, where and with whom.

Days and weeks are by each site's own clock. ``demands`` are the appointments that no other one
replaces: moved twice is one demand. Statements group by columns that an index holds in that order
(see ``__table_args__`` of the fact table): SQLite adds up such groups while it reads.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_date
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.points import NOT_RECORDED
from data_access.schema import AppointmentFact, Provider
from data_access.selection import along_months, conditions, in_each_site, permitted_site_keys

_facts = AppointmentFact
_COUNTS = (
    func.count().label("appointments"),
    func.count().filter(_facts.moved == 0).label("demands"),
)
_Groups = Sequence[InstrumentedAttribute[int] | InstrumentedAttribute[int | None]]


def volume_by_day(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many appointments there are on each day.

    Columns, all whole numbers: ``day`` (:mod:`clinical.calendar`), ``kind``, ``status``
    (:mod:`clinical.codes`), ``appointments``, ``demands``.
    """
    groups = (_facts.day, _facts.kind, _facts.status)
    return _counted(connection, groups, conditions(connection, viewer, filters, _facts))


def volume_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many appointments there are in each week, the weeks cut where a month ends.

    For a long time: so there are fewer rows, which add up to weeks as well as to months. Columns,
    all whole numbers: ``month``, ``week`` (:mod:`clinical.calendar`), ``kind``, ``status``
    (:mod:`clinical.codes`), ``appointments``, ``demands``.
    """
    groups = (_facts.month, _facts.week, _facts.kind, _facts.status)
    return _counted(connection, groups, along_months(connection, viewer, filters, _facts))


def volume_by_site(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many appointments each site has on each day.

    Columns, all whole numbers: ``site_key``, ``day``, ``appointments``, ``demands``.
    """
    scoped = in_each_site(connection, viewer, filters, _facts)
    return _counted(connection, (_facts.site_key, _facts.day), scoped)


def volume_by_provider(
    connection: Connection, viewer: Viewer, filters: Filters, *, by_day: bool
) -> pd.DataFrame:
    """How many appointments each provider has in each week, cut where a month ends, or on each day.

    Columns, all whole numbers: ``provider_key`` (0: nobody named), ``month``, ``week``, ``day``
    (where asked for), ``appointments``, ``demands``.
    """
    groups: _Groups = (_facts.provider_key, _facts.month, _facts.week)
    if by_day:
        groups = (*groups, _facts.day)
    return _counted(connection, groups, along_months(connection, viewer, filters, _facts))


def appointments_of_sites(
    connection: Connection, viewer: Viewer, filters: Filters
) -> dict[int, int]:
    """How many appointments each site has in all, by its key; sites without any are left out."""
    scoped = in_each_site(connection, viewer, filters, _facts)
    return _in_all(_counted(connection, (_facts.site_key,), scoped))


def appointments_of_providers(
    connection: Connection, viewer: Viewer, filters: Filters
) -> dict[int, int]:
    """How many appointments each provider has in all, by the key (0: nobody named)."""
    scoped = along_months(connection, viewer, filters, _facts)
    return _in_all(_counted(connection, (_facts.provider_key,), scoped))


def _in_all(counts: pd.DataFrame) -> dict[int, int]:
    keys = counts.iloc[:, 0].tolist()
    return dict(zip(keys, counts["appointments"].tolist(), strict=True))


def first_appointment_day(connection: Connection, viewer: Viewer, filters: Filters) -> date | None:
    """The first day with an appointment of the chosen sites, of whomever; ``None`` without any."""
    require(viewer, Permission.SEE_TOTALS)
    statement = select(func.min(_facts.day))
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        statement = statement.where(_facts.site_key.in_(site_keys))
    first = connection.scalar(statement)
    return None if first is None else day_date(first)


def appointment_providers(connection: Connection, viewer: Viewer) -> dict[int, str]:
    """The names of those with whom there are appointments at the viewer's sites, by their keys.

    Namesakes have their identifier behind the name.
    """
    require(viewer, Permission.SEE_TOTALS)
    statement = select(Provider.provider_key, Provider.provider_id, Provider.name)
    site_keys = permitted_site_keys(connection, viewer)
    if site_keys is not None:
        statement = statement.where(
            exists(_facts.provider_key).where(
                _facts.provider_key == Provider.provider_key, _facts.site_key.in_(site_keys)
            )
        )
    rows = connection.execute(statement).all()
    names = [row.name for row in rows]
    return {
        row.provider_key: (
            f"{row.name} ({row.provider_id})" if names.count(row.name) > 1 else row.name
        )
        for row in rows
    }


def _counted(
    connection: Connection, groups: _Groups, scoped: Sequence[ColumnElement[bool]]
) -> pd.DataFrame:
    statement = select(*groups, *_COUNTS).where(*scoped).group_by(*groups).order_by(*groups)
    rows: Sequence[Any] = connection.execute(statement).all()
    names = [*(group.key for group in groups), *(count.name for count in _COUNTS)]
    frame = typed_frame(rows, {name: _KINDS.get(name, "int64") for name in names})
    if "provider_key" not in frame:
        return frame
    known = frame["provider_key"].fillna(NOT_RECORDED).astype("int64")
    return frame.assign(provider_key=known).sort_values(names, ignore_index=True)


_KINDS = {"provider_key": "Int64"}
