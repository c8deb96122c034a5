"""The queries of the view Capacity.

Chair time is of all diagnoses and phases, because a chair serves everybody; overruns follow all
filters. Days, weekdays and hours are by each site's own clock. Statements group by columns that an
index holds in that order (see ``__table_args__`` of the fact tables).
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.occupancy import LONGEST_MINUTES
from clinical.overruns import Cause, UsualStay
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import (
    AppointmentFact,
    Chair,
    ChairDayFact,
    Closure,
    FreedSlotFact,
    Site,
    SiteHourFact,
)
from data_access.selection import conditions, permitted_site_keys

_facts = AppointmentFact
_MANY = 1_000_000


def chairs_used(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """For how long each chair was booked and used; chairs without any have zeros.

    Columns: ``chair_key``, ``chair`` (its name), ``site_key`` (its own); in minutes ``booked``,
    ``used``, ``double_booked``; ``appointments`` (not cancelled).
    """
    facts = ChairDayFact
    sums = [
        func.sum(column).label(column.key)
        for column in (facts.booked, facts.used, facts.double_booked, facts.appointments)
    ]
    in_use = (
        select(facts.chair_key, *sums)
        .where(*_scoped(connection, viewer, filters, facts.day, facts.site_key))
        .group_by(facts.chair_key)
        .subquery()
    )
    statement = (
        select(
            Chair.chair_key,
            Chair.name,
            Site.site_key,
            *(func.coalesce(in_use.c[column.name], 0) for column in sums),
        )
        .join(Site, Site.site_id == Chair.site_id)
        .join(in_use, in_use.c.chair_key == Chair.chair_key, isouter=True)
        .order_by(Chair.chair_key)
    )
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        statement = statement.where(Site.site_key.in_(site_keys))
    numbers = ("booked", "used", "double_booked", "appointments")
    kinds = {"chair_key": "int64", "chair": TEXT, "site_key": "int64"}
    return _frame(connection, statement, {**kinds, **dict.fromkeys(numbers, "int64")})


def hours_used(
    connection: Connection, viewer: Viewer, filters: Filters, chairs: Mapping[int, int]
) -> pd.DataFrame:
    """How the chairs of each site were booked and used by hour of the week.

    ``chairs``: how many each site has. Columns, all whole numbers: ``site_key``, ``weekday``
    (1 = Monday), ``hour``; in chair-minutes ``booked`` and ``used``; ``most_booked`` and
    ``most_used`` (chairs at once, at most), ``all_used`` (on how many days all chairs were in use
    at once at some time of the hour).
    """
    facts = SiteHourFact
    groups = (facts.site_key, facts.weekday, facts.hour)
    # More than any site has, where it is not known how many those are.
    there = case(dict(chairs), value=facts.site_key, else_=_MANY) if chairs else literal(_MANY)
    statement = (
        select(
            *groups,
            func.sum(facts.booked),
            func.sum(facts.used),
            func.max(facts.most_booked),
            func.max(facts.most_used),
            func.count().filter(facts.most_used >= there),
        )
        .where(*_scoped(connection, viewer, filters, facts.day, facts.site_key))
        .group_by(*groups)
        .order_by(*groups)
    )
    names = ("site_key", "weekday", "hour", "booked", "used", "most_booked", "most_used")
    return _frame(connection, statement, dict.fromkeys((*names, "all_used"), "int64"))


def booked_on_closures(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """What was booked on days on which the site stays closed.

    Columns, all whole numbers: ``site_key``, ``weekday``, ``hour``, ``booked`` (chair-minutes).
    """
    facts = SiteHourFact
    in_period = Closure.date.between(filters.start, filters.end)
    closed = connection.execute(
        select(Site.site_key, Closure.date)
        .join(Site, Site.site_id == Closure.site_id)
        .where(in_period)
    ).all()
    pairs = {(row.site_key, day_number(row.date)) for row in closed}
    statement = select(facts.site_key, facts.day, facts.weekday, facts.hour, facts.booked).where(
        facts.booked > 0,
        facts.day.in_({day for _, day in pairs}),
        # Named, since the key of the table begins with the site: each day of each is sought.
        facts.site_key.in_({site for site, _ in pairs}),
        *_of_sites(connection, viewer, filters, facts.site_key),
    )
    rows = [
        (site, weekday, hour, booked)
        for site, day, weekday, hour, booked in connection.execute(statement)
        if (site, day) in pairs
    ]
    return typed_frame(rows, dict.fromkeys(("site_key", "weekday", "hour", "booked"), "int64"))


def freed_minutes(
    connection: Connection, viewer: Viewer, filters: Filters, late_hours: float
) -> pd.DataFrame:
    """The chair time that cancellations gave back and nobody took.

    Columns, all whole numbers: ``site_key``, ``late`` (1: with less notice than ``late_hours``;
    0: with more, or when is not recorded), ``slots``, ``minutes``.
    """
    facts = FreedSlotFact
    is_late = facts.notice_hours < late_hours
    late = [func.count().filter(is_late), func.sum(facts.minutes).filter(is_late)]
    statement = (
        select(facts.site_key, *late, func.count(), func.sum(facts.minutes))
        .where(
            facts.refilled == 0,
            *_scoped(connection, viewer, filters, facts.day, facts.site_key),
        )
        .group_by(facts.site_key)
        .order_by(facts.site_key)
    )
    rows = []
    for row in connection.execute(statement):
        site, late_slots, late_minutes, slots, minutes = tuple(row)
        early = slots - late_slots, minutes - (late_minutes or 0)
        rows += [(site, 0, *early), (site, 1, late_slots, late_minutes or 0)]
    found = [row for row in rows if row[2]]
    return typed_frame(found, dict.fromkeys(("site_key", "late", "slots", "minutes"), "int64"))


def missed_minutes(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The chair time planned for appointments that were missed.

    Columns, all whole numbers: ``site_key``, ``slots``, ``minutes``.
    """
    statement = (
        select(_facts.site_key, func.count(), func.sum(_facts.minutes))
        .where(
            # Written out, so that it is seen to be the index's own condition.
            _facts.status == literal(int(AppointmentStatus.NOSHOW), literal_execute=True),
            _facts.chair_key.is_not(None),
            _facts.minutes.between(1, LONGEST_MINUTES),
            *_scoped(connection, viewer, filters, _facts.day, _facts.site_key),
        )
        .group_by(_facts.site_key)
        .order_by(_facts.site_key)
    )
    return _frame(connection, statement, dict.fromkeys(("site_key", "slots", "minutes"), "int64"))


def count_too_long(connection: Connection, viewer: Viewer, filters: Filters) -> int:
    """How many appointments are longer than twelve hours, and hold no chair time for that."""
    longest = literal(LONGEST_MINUTES, literal_execute=True)
    return _count(connection, viewer, filters, _facts.minutes > longest)


def count_without_chair(connection: Connection, viewer: Viewer, filters: Filters) -> int:
    """How many infusion appointments that were not cancelled name no chair."""
    # Written out, so that they are seen to be the index's own condition.
    infusion = literal(int(AppointmentKind.INFUSION), literal_execute=True)
    cancelled = literal(int(AppointmentStatus.CANCELLED), literal_execute=True)
    return _count(
        connection,
        viewer,
        filters,
        _facts.kind == infusion,
        _facts.chair_key.is_(None),
        _facts.status != cancelled,
    )


def _count(
    connection: Connection, viewer: Viewer, filters: Filters, *which: ColumnElement[bool]
) -> int:
    scoped = _scoped(connection, viewer, filters, _facts.day, _facts.site_key)
    return connection.scalar(select(func.count()).select_from(_facts).where(*which, *scoped)) or 0


def latest_stays(
    connection: Connection, viewer: Viewer, filters: Filters, first_day: int
) -> pd.DataFrame:
    """The parts of the stays from a day of the period on, of those with a discharge.

    Columns, missing where not recorded: ``start_delay``, ``infusion_minutes``,
    ``recovery_minutes``.
    """
    statement = select(_facts.start_delay, _facts.infusion_minutes, _facts.recovery_minutes).where(
        _facts.over_minutes.is_not(None),
        _facts.day >= first_day,
        *conditions(connection, viewer, filters, _facts),
    )
    names = ("start_delay", "infusion_minutes", "recovery_minutes")
    return _frame(connection, statement, dict.fromkeys(names, "float64"))


def overruns_by_cause(
    connection: Connection, viewer: Viewer, filters: Filters, usual: UsualStay
) -> pd.DataFrame:
    """How many stays with a discharge there were, how many of them ran over, and why.

    Columns, whole numbers: ``site_key``, ``stays``, ``overruns``, ``minutes`` (over, in all), and
    how many overruns are put down to each :class:`~clinical.overruns.Cause`, by its number.
    """
    scoped = conditions(connection, viewer, filters, _facts)
    stays = (
        select(_facts.site_key, func.count())
        .where(_facts.over_minutes.is_not(None), *scoped)
        .group_by(_facts.site_key)
        .order_by(_facts.site_key)
    )
    causes = _causes(usual)
    overruns = (
        select(
            _facts.site_key,
            func.count(),
            func.sum(_facts.over_minutes),
            *(func.count().filter(holds) for holds in causes.values()),
        )
        # Written out, so that it is seen to be the index's own condition.
        .where(_facts.over_minutes > literal(0, literal_execute=True), *scoped)
        .group_by(_facts.site_key)
    )
    ran_over = {row[0]: tuple(row)[1:] for row in connection.execute(overruns)}
    none = (0,) * (2 + len(causes))
    rows = [(site, count, *ran_over.get(site, none)) for site, count in connection.execute(stays)]
    columns = ("site_key", "stays", "overruns", "minutes", *(int(each) for each in causes))
    table = typed_frame(rows, dict.fromkeys(map(str, columns), "int64"))
    table.columns = pd.Index(columns)
    # What is left exceeds the usual in no part, and lacks none.
    counted = table[[int(each) for each in causes]].sum(axis=1)
    table[int(Cause.SHORT_BLOCK)] = table["overruns"] - counted
    return table


def _causes(usual: UsualStay) -> dict[Cause, ColumnElement[bool]]:
    """When a cause holds: the part that exceeds what is usual by most, if any does.

    See :mod:`clinical.overruns`. A comparison with a part that is missing never holds.
    """
    if usual.start_delay is None or usual.infusion is None or usual.recovery is None:
        return {Cause.UNKNOWN: true()}
    start = _facts.start_delay - usual.start_delay
    infusion = _facts.infusion_minutes - usual.infusion
    recovery = _facts.recovery_minutes - usual.recovery
    return {
        Cause.UNKNOWN: (_facts.infusion_minutes + _facts.recovery_minutes).is_(None),
        Cause.LATE_START: and_(start > 0, start >= infusion, start >= recovery),
        Cause.LONGER_INFUSION: and_(infusion > 0, infusion > start, infusion >= recovery),
        Cause.LONGER_RECOVERY: and_(recovery > 0, recovery > start, recovery > infusion),
    }


_Column = InstrumentedAttribute[int]


def _scoped(
    connection: Connection, viewer: Viewer, filters: Filters, day: _Column, site_key: _Column
) -> list[ColumnElement[bool]]:
    """The conditions that keep a table to the filters' days and sites, of everybody."""
    days = day.between(day_number(filters.start), day_number(filters.end))
    return [days, *_of_sites(connection, viewer, filters, site_key)]


def _of_sites(
    connection: Connection, viewer: Viewer, filters: Filters, site_key: _Column
) -> list[ColumnElement[bool]]:
    require(viewer, Permission.SEE_TOTALS)
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    return [] if site_keys is None else [site_key.in_(site_keys)]


def _frame(
    connection: Connection, statement: Select[*tuple[Any, ...]], kinds: Mapping[str, str]
) -> pd.DataFrame:
    return typed_frame(connection.execute(statement).all(), kinds)
