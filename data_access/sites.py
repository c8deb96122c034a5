"""The sites as the viewer may see them: their names, opening hours and closures."""

import pandas as pd
from sqlalchemy import ColumnElement, Connection, select, true

from access.viewer import Permission, Viewer, require
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import Closure, OpeningHours, Site
from data_access.selection import permitted_site_keys


def site_names(connection: Connection, viewer: Viewer) -> dict[int, str]:
    """The name of each site that the viewer may see, by its key; equal names with their id."""
    require(viewer, Permission.OPEN)
    statement = select(Site.site_key, Site.site_id, Site.name)
    if viewer.site_ids is not None:
        statement = statement.where(Site.site_id.in_(sorted(viewer.site_ids)))
    rows = connection.execute(statement).all()
    names = [row.name for row in rows]
    return {
        row.site_key: f"{row.name} ({row.site_id})" if names.count(row.name) > 1 else row.name
        for row in rows
    }


def site_ids(connection: Connection, viewer: Viewer) -> dict[int, str]:
    """The identifier of each site that the viewer may see, by its key."""
    require(viewer, Permission.OPEN)
    statement = select(Site.site_key, Site.site_id)
    if viewer.site_ids is not None:
        statement = statement.where(Site.site_id.in_(sorted(viewer.site_ids)))
    return {row.site_key: row.site_id for row in connection.execute(statement)}


def opening_hours(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """When the chosen sites are open.

    Columns: ``site_key``, ``weekday`` (1 = Monday), ``opens``, ``closes`` (times of day); a row
    for each span.
    """
    statement = (
        select(Site.site_key, OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes)
        .join(Site, Site.site_id == OpeningHours.site_id)
        .where(_of_sites(connection, viewer, filters))
        .order_by(Site.site_key, OpeningHours.weekday, OpeningHours.opens)
    )
    return query_frame(connection, statement)


def closures(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The days of the period on which a chosen site stays closed.

    Columns: ``site_key``, ``date``, ``reason`` (missing where none is given).
    """
    statement = (
        select(Site.site_key, Closure.date, Closure.reason)
        .join(Site, Site.site_id == Closure.site_id)
        .where(
            Closure.date.between(filters.start, filters.end),
            _of_sites(connection, viewer, filters),
        )
        .order_by(Closure.date, Site.site_key)
    )
    return query_frame(connection, statement)


def _of_sites(connection: Connection, viewer: Viewer, filters: Filters) -> ColumnElement[bool]:
    require(viewer, Permission.OPEN)
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    return true() if site_keys is None else Site.site_key.in_(site_keys)
