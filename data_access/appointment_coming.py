"""The queries of what is coming: the books ahead, what became of earlier ones, and new starts.

They look forward from today and back from it, whatever period the filters name; sites, diagnoses
and phases hold as everywhere. What is about single patients is added up before it is shown or
remembered.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    Connection,
    Float,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from access.viewer import Permission, Viewer
from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind, AppointmentStatus, Code, DaysAhead, Phase
from clinical.course_demand import IN_PROGRESS_DAYS
from clinical.series import NEW_INDUCTION_GAP_DAYS
from data_access.filters import Filters
from data_access.frames import typed_frame
from data_access.schema import (
    AppointmentFact,
    InductionFact,
    InfusionFact,
    PatientFact,
)
from data_access.selection import scope, scope_in_each_site

_facts = AppointmentFact
_INFUSION = int(AppointmentKind.INFUSION)
_BOOKED = int(AppointmentStatus.BOOKED)
_CANCELLED = int(AppointmentStatus.CANCELLED)
_ATTENDED = (int(AppointmentStatus.FULFILLED), int(AppointmentStatus.ARRIVED))
_CLOSED = (*_ATTENDED, _CANCELLED, int(AppointmentStatus.NOSHOW))
_MOST_WEEKS = 7
_HOURS_A_WEEK = 168
_CODES, _FROM_MINUS_ONE = 8, 16
"""More than there are codes, and numbers of weeks from −1 on: so they fit into one number."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead, to be added up.

    ``booked``: a row for each appointment with the status booked that is an infusion or holds a
    chair, by day. Columns, whole numbers: ``patient_key`` (0: of nobody), ``site_key``, ``kind``,
    ``phase``, ``day``, ``minutes``, ``lead_band``, ``due_before``, ``missed_before``,
    ``last_infusion_day`` (of the patient; −1: none).

    ``under_way``: a row for each induction with infusions to come, the last one not too long ago,
    whatever the phase chosen. Columns, whole numbers: ``patient_key``, ``site_key``, ``done``,
    ``planned``, ``last_day``.

    ``patient_key`` is a number of this answer alone, the same in both, and leads to nobody: so who
    may see totals may have them added up.
    """

    booked: pd.DataFrame
    under_way: pd.DataFrame


def ahead(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    days: tuple[date, date],
    today: date,
) -> Ahead:
    """What lies ahead: the books from the first to the last of ``days``, and open inductions."""
    booked = _booked_ahead(connection, viewer, filters, *days)
    under_way = _under_way(connection, viewer, filters, today)
    keys = {0, *booked["patient_key"].tolist(), *under_way["patient_key"].tolist()}
    numbers = {key: number for number, key in enumerate(sorted(keys))}
    booked, under_way = (
        frame.assign(patient_key=frame["patient_key"].map(numbers).astype("int64"))
        for frame in (booked, under_way)
    )
    return Ahead(booked, under_way)


def _booked_ahead(
    connection: Connection, viewer: Viewer, filters: Filters, first: date, last: date
) -> pd.DataFrame:
    columns = (
        func.coalesce(_facts.patient_key, 0).label("patient_key"),
        _facts.site_key,
        _facts.kind,
        _facts.phase,
        _facts.day,
        _facts.minutes,
        _facts.lead_band,
        _facts.due_before,
        _facts.missed_before,
        func.coalesce(PatientFact.last_infusion_day, -1).label("last_infusion_day"),
    )
    statement = (
        select(*columns)
        .join(PatientFact, PatientFact.patient_key == _facts.patient_key, isouter=True)
        .where(
            *scope_in_each_site(connection, viewer, filters, _facts),
            *_every(_facts.kind, AppointmentKind),
            _facts.status == _BOOKED,
            _facts.day.between(day_number(first), day_number(last)),
            or_(_facts.kind == _INFUSION, _facts.chair_key.is_not(None)),
        )
        .order_by(_facts.day, _facts.appointment_key)
    )
    names = [column.key for column in columns]
    return typed_frame(connection.execute(statement).all(), dict.fromkeys(names, "int64"))


def outcomes_by_booking(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    lately: tuple[date, date],
    before: tuple[date, date],
) -> pd.DataFrame:
    """What became of appointments of two periods, by how long ahead they were booked and given up.

    ``lately``, ``before``: the first and the last day of each, which may overlap. Columns, whole
    numbers: ``site_key``, ``kind``, ``lead_band``, ``status``, ``notice_band``
    (:mod:`clinical.codes`), ``lately``, ``before`` (appointments).
    """
    first = min(day for day, _ in (lately, before))
    last = max(day for _, day in (lately, before))
    counts = [
        func.count().filter(_within(start, end, first, last)).label(name)
        for name, (start, end) in (("lately", lately), ("before", before))
    ]
    by = (_facts.site_key, _facts.kind, _facts.lead_band, _facts.status, _facts.notice_band)
    statement = (
        select(*by, *counts)
        .where(
            *scope_in_each_site(connection, viewer, filters, _facts),
            *_every(_facts.kind, AppointmentKind),
            *_every(_facts.lead_band, DaysAhead),
            *_every(_facts.status, AppointmentStatus),
            *_every(_facts.notice_band, DaysAhead),
            _facts.day.between(day_number(first), day_number(last)),
        )
        .group_by(*by)
        .order_by(*by)
    )
    names = [*(group.key for group in by), "lately", "before"]
    return typed_frame(connection.execute(statement).all(), dict.fromkeys(names, "int64"))


def _within(start: date, end: date, first: date, last: date) -> ColumnElement[bool]:
    """From ``start`` to ``end`` among the days from ``first`` to ``last``, with no idle test."""
    bounds: list[ColumnElement[bool]] = [true()]
    if start > first:
        bounds.append(_facts.day >= day_number(start))
    if end < last:
        bounds.append(_facts.day <= day_number(end))
    return and_(*bounds)


def infusions_by_lead(
    connection: Connection, viewer: Viewer, filters: Filters, first: date, last: date
) -> pd.DataFrame:
    """Attended infusion appointments by how long ahead they were booked, and by planned length.

    Columns: ``site_key``, ``phase``, ``lead_days`` (missing where not recorded), ``minutes``,
    ``infusions``.
    """
    groups = (_facts.site_key, _facts.phase, _facts.lead_days, _facts.minutes)
    statement = (
        select(*groups, func.count())
        .where(
            *scope_in_each_site(connection, viewer, filters, _facts),
            _facts.kind == _INFUSION,
            _facts.status.in_(_ATTENDED),
            _facts.day.between(day_number(first), day_number(last)),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    kinds = {
        "site_key": "int64",
        "phase": "int64",
        "lead_days": "float64",
        "minutes": "int64",
        "infusions": "int64",
    }
    return typed_frame(connection.execute(statement).all(), kinds)


def maintenance_by_site(
    connection: Connection, viewer: Viewer, filters: Filters, first: date, last: date
) -> dict[int, int]:
    """How many maintenance infusions each site gave."""
    statement = (
        select(InfusionFact.site_key, func.count())
        .where(
            *scope(connection, viewer, filters, InfusionFact, needs=Permission.SEE_TOTALS),
            InfusionFact.phase == int(Phase.MAINTENANCE),
            InfusionFact.day.between(day_number(first), day_number(last)),
        )
        .group_by(InfusionFact.site_key)
        .order_by(InfusionFact.site_key)
    )
    return {int(site): int(count) for site, count in connection.execute(statement)}


def starts_by_week(
    connection: Connection, viewer: Viewer, filters: Filters, before: date
) -> pd.DataFrame:
    """How many inductions began in each week before the one in which ``before`` lies.

    Whatever the phase chosen. Columns, whole numbers: ``week``, ``starts``; a week without has no
    row.
    """
    # The week of a day, worked out: the index holds the day.
    week = (InductionFact.started_day + 3) // 7
    statement = (
        select(week, func.count())
        .where(
            *scope(connection, viewer, _of_any_phase(filters), InductionFact),
            InductionFact.started_day < 7 * week_number(day_number(before)) - 3,
        )
        .group_by(week)
        .order_by(week)
    )
    return typed_frame(connection.execute(statement).all(), {"week": "int64", "starts": "int64"})


def starts_by_site(
    connection: Connection, viewer: Viewer, filters: Filters, first: date, last: date
) -> dict[int, int]:
    """How many inductions began at each site from ``first`` to ``last``, whatever the phase."""
    facts = InductionFact
    statement = (
        select(facts.site_key, func.count())
        .where(
            *scope(connection, viewer, _of_any_phase(filters), facts),
            facts.started_day.between(day_number(first), day_number(last)),
        )
        .group_by(facts.site_key)
        .order_by(facts.site_key)
    )
    return {int(site): int(count) for site, count in connection.execute(statement)}


def induction_courses(
    connection: Connection, viewer: Viewer, filters: Filters, first: date, last: date
) -> pd.DataFrame:
    """How the inductions went that began from ``first`` to ``last``, whatever the phase chosen.

    Columns, whole numbers: ``weekday`` (of the start, 1 = Monday), ``span`` (days to the last
    infusion), ``done``, ``planned``, ``inductions`` (how many).
    """
    facts = InductionFact
    # Day 0 is a Thursday.
    weekday = (facts.started_day + 3) % 7 + 1
    groups = (weekday, facts.last_day - facts.started_day, facts.done, facts.planned)
    statement = (
        select(*groups, func.count())
        .where(
            *scope(connection, viewer, _of_any_phase(filters), facts),
            facts.started_day.between(day_number(first), day_number(last)),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    names = ("weekday", "span", "done", "planned", "inductions")
    return typed_frame(connection.execute(statement).all(), dict.fromkeys(names, "int64"))


def _under_way(
    connection: Connection, viewer: Viewer, filters: Filters, today: date
) -> pd.DataFrame:
    facts, now = InductionFact, day_number(today)
    columns = (facts.patient_key, facts.site_key, facts.done, facts.planned, facts.last_day)
    statement = (
        select(*columns)
        .where(
            *scope(connection, viewer, _of_any_phase(filters), facts),
            # Says little new, but is what the index begins with.
            facts.started_day.between(now - NEW_INDUCTION_GAP_DAYS, now),
            facts.last_day >= now - IN_PROGRESS_DAYS,
            facts.done < facts.planned,
        )
        .order_by(facts.series_key)
    )
    names = [column.key for column in columns]
    return typed_frame(connection.execute(statement).all(), dict.fromkeys(names, "int64"))


def _stood() -> Select[*tuple[Any, ...]]:
    """The statement of :func:`bookings_as_they_stood`, still for all sites and weeks."""
    facts = _facts
    # A whole number would be divided as one, and leave nothing.
    own_weight = bindparam("own_weight", type_=Float)
    own = own_weight + facts.due_before
    booked = case(
        (
            or_(facts.lead_days.is_(None), facts.lead_days - facts.weekday >= 7 * _MOST_WEEKS),
            _MOST_WEEKS,
        ),
        (facts.lead_days < facts.weekday, -1),
        else_=(facts.lead_days - facts.weekday) // 7,
    )
    # Hours from midnight, with which that Monday began, to the planned start.
    into_week = 24 * (facts.weekday - 1) + facts.start_minute / literal(60.0)
    gone = case(
        (facts.status != _CANCELLED, -1),
        (facts.notice_hours.is_(None), _MOST_WEEKS),
        *(
            (facts.notice_hours >= _HOURS_A_WEEK * step + into_week, step)
            for step in range(_MOST_WEEKS, -1, -1)
        ),
        else_=-1,
    )
    # One number for the group: SQLite sorts it several times faster than five columns.
    by_band = (facts.week * _CODES + facts.lead_band) * _CODES + facts.status
    group = (by_band * _FROM_MINUS_ONE + booked + 1) * _FROM_MINUS_ONE + gone + 1
    sums = (func.count(), func.sum(own_weight / own), func.sum(facts.missed_before / own))
    return (
        select(group.label("stood"), *sums)
        .where(facts.kind == _INFUSION, facts.status.in_(_CLOSED))
        # By its name: repeated, it would be worked out twice.
        .group_by("stood")
    )


_STOOD = _stood()
"""Built once: to build it takes as long as to answer it for one site."""


def bookings_as_they_stood(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    weeks: tuple[int, int],
    own_weight: float,
) -> pd.DataFrame:
    """Infusion appointments of past weeks by how many Mondays before they were booked, given up.

    ``weeks``: the first and the last. Columns as :func:`clinical.standing.standing_record` wants
    them.
    """
    first, last = weeks
    statement = _STOOD.where(
        *scope_in_each_site(connection, viewer, filters, _facts),
        _facts.day.between(7 * first - 3, 7 * last + 3),
    ).params(own_weight=float(own_weight))
    kinds = {
        "stood": "int64",
        "appointments": "int64",
        "clinic_weight": "float64",
        "own_missed": "float64",
    }
    frame = typed_frame(connection.execute(statement).all(), kinds)
    rest = frame.pop("stood").to_numpy()
    rest, gone = np.divmod(rest, _FROM_MINUS_ONE)
    rest, booked = np.divmod(rest, _FROM_MINUS_ONE)
    rest, status = np.divmod(rest, _CODES)
    week, lead_band = np.divmod(rest, _CODES)
    return frame.assign(
        gone_weeks=gone - 1,
        booked_weeks=booked - 1,
        status=status,
        lead_band=lead_band,
        week=week,
        kind=_INFUSION,
    )


def _every(column: Any, codes: type[Code]) -> list[ColumnElement[bool]]:
    """Says nothing new, but lets SQLite seek the days within each value of an index's columns."""
    return [column.in_([int(code) for code in codes])]


def _of_any_phase(filters: Filters) -> Filters:
    """For facts that are of inductions alone."""
    return Filters(
        filters.start, filters.end, filters.site_ids, filters.diagnosis_groups, phases=()
    )
