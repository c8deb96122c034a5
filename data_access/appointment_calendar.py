"""The queries of the calendar and of the weekly sheet.

Days and weeks are by each site's own clock. Chair time is of all diagnoses and phases, because a
chair serves everybody; everything else follows all filters.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number, week_numbers
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import (
    AccessFact,
    AppointmentFact,
    Chair,
    ChairDayFact,
    FreedSlotFact,
    InfusionFact,
    Site,
)
from data_access.selection import conditions, in_each_site, permitted_site_keys, scope

_facts = AppointmentFact


def calendar_sites(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The chosen sites: how many chairs they have, and how far their appointments reach.

    Whatever the period, diagnosis and phase. Columns: ``site_key``, ``time_zone``, ``chairs``,
    ``first_day`` and ``last_day`` (day numbers, missing without any appointment).
    """
    require(viewer, Permission.SEE_TOTALS)
    # Of one site each end is one step in an index.
    ends = [
        select(end(_facts.day)).where(_facts.site_key == Site.site_key).scalar_subquery()
        for end in (func.min, func.max)
    ]
    chairs = (
        select(func.count())
        .select_from(Chair)
        .where(Chair.site_id == Site.site_id)
        .scalar_subquery()
    )
    statement = select(Site.site_key, Site.time_zone, chairs, *ends).order_by(Site.site_key)
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        statement = statement.where(Site.site_key.in_(site_keys))
    kinds = {
        "site_key": "int64",
        "time_zone": TEXT,
        "chairs": "int64",
        "first_day": "Int64",
        "last_day": "Int64",
    }
    return _frame(connection, statement, kinds)


def appointments_on_days(
    connection: Connection, viewer: Viewer, filters: Filters, late_hours: float
) -> pd.DataFrame:
    """How many appointments there are on each day.

    Columns, all whole numbers: ``day``, ``kind``, ``status`` (:mod:`clinical.codes`),
    ``appointments``, ``late_cancelled`` (the cancelled ones among them with less notice than
    ``late_hours``).
    """
    groups = (_facts.day, _facts.kind, _facts.status)
    late = func.count().filter(_facts.notice_hours < late_hours)
    statement = (
        select(*groups, func.count(), late)
        .where(*conditions(connection, viewer, filters, _facts))
        .group_by(*groups)
        .order_by(*groups)
    )
    names = ("day", "kind", "status", "appointments", "late_cancelled")
    return _frame(connection, statement, dict.fromkeys(names, "int64"))


def chair_minutes_on_days(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The chair-minutes booked and used at each chosen site on each day.

    Columns, all whole numbers: ``site_key``, ``day``, ``booked``, ``used``; no row where nothing
    was.
    """
    require(viewer, Permission.SEE_TOTALS)
    facts = ChairDayFact
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is None:
        # Named all the same: the index begins with the site, and each is entered at its first day.
        site_keys = list(connection.scalars(select(Site.site_key)))
    groups = (facts.site_key, facts.day)
    statement = (
        select(*groups, func.sum(facts.booked), func.sum(facts.used))
        .where(
            facts.site_key.in_(site_keys),
            facts.day.between(day_number(filters.start), day_number(filters.end)),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return _frame(
        connection, statement, dict.fromkeys(("site_key", "day", "booked", "used"), "int64")
    )


def overruns_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many stays ended after their planned end, of those with a discharge, by week.

    Columns, all whole numbers: ``week``, ``stays``, ``overran``.
    """
    # By site and day, in which order the index of stays lies.
    groups = (_facts.site_key, _facts.day)
    statement = (
        select(
            *groups,
            func.count(),
            func.count().filter(_facts.over_minutes > 0),
        )
        .where(*in_each_site(connection, viewer, filters, _facts), _facts.over_minutes.is_not(None))
        .group_by(*groups)
        .order_by(*groups)
    )
    names = ("site_key", "day", "stays", "overran")
    by_day = _frame(connection, statement, dict.fromkeys(names, "int64"))
    return _by_week(by_day, "stays", "overran")


def freed_slots_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many slots on chairs were freed by a cancellation, and filled again, by week.

    Columns, all whole numbers: ``week``, ``freed``, ``refilled``.
    """
    facts = FreedSlotFact
    statement = (
        select(facts.week, func.count(), func.sum(facts.refilled))
        .where(*_on_days(filters, facts.day), *scope(connection, viewer, filters, facts))
        .group_by(facts.week)
        .order_by(facts.week)
    )
    return _frame(connection, statement, dict.fromkeys(("week", "freed", "refilled"), "int64"))


def infusions_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many infusions were given in each week. Columns, whole numbers: ``week``, ``infusions``.

    A week is cut by the period as every count is.
    """
    facts = InfusionFact
    # By day, since that is what lies together in the index of all sites.
    statement = (
        select(facts.day, func.count())
        .where(*conditions(connection, viewer, filters, facts, needs=Permission.SEE_TOTALS))
        .group_by(facts.day)
        .order_by(facts.day)
    )
    by_day = _frame(connection, statement, {"day": "int64", "infusions": "int64"})
    return _by_week(by_day, "infusions")


def new_starts_by_week(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many patients had their first infusion ever in each week, whatever the phase.

    Columns, whole numbers: ``week``, ``new_starts``.
    """
    facts = AccessFact
    of_all_phases = replace(filters, phases=())
    statement = (
        select(facts.first_infusion_day, func.count())
        .where(
            *_on_days(filters, facts.first_infusion_day),
            *scope(connection, viewer, of_all_phases, facts),
        )
        .group_by(facts.first_infusion_day)
        .order_by(facts.first_infusion_day)
    )
    by_day = _frame(connection, statement, {"day": "int64", "new_starts": "int64"})
    return _by_week(by_day, "new_starts")


def _by_week(by_day: pd.DataFrame, *counted: str) -> pd.DataFrame:
    weeks = pd.Series(week_numbers(by_day["day"].to_numpy()), by_day.index, name="week")
    return by_day.groupby(weeks)[list(counted)].sum().reset_index()


def _on_days(filters: Filters, day: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    return [day.between(day_number(filters.start), day_number(filters.end))]


def _frame(
    connection: Connection, statement: Select[*tuple[object, ...]], kinds: Mapping[str, str]
) -> pd.DataFrame:
    return typed_frame(connection.execute(statement), kinds)
