"""The queries of the view Access: the way into treatment, the rhythm of courses, and free slots.

Facts about people hold from their entry on, before any phase, so the filters' phases do not apply.
A chair serves everybody: of the filters only the sites apply to free slots.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, null, or_, select

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.free_slots import Booking
from clinical.funnel import Stage
from clinical.occupancy import LONGEST_MINUTES
from data_access.audit import disclose
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.infusions_behind import Listed
from data_access.schema import AppointmentFact, Chair, Patient, PatientFact, Site
from data_access.schema.facts import AccessFact, InductionFact
from data_access.selection import of_permitted_sites, permitted_site_keys, scope

MOST_LISTED = 300
"""A list holds so many people."""
USUAL_WEEKS = 12
"""The usual length of an infusion is that of so many weeks before today."""

_facts = AccessFact
_DAYS = {
    "referred": _facts.referred_day,
    "planned": _facts.consultation_planned_day,
    "seen": _facts.consultation_day,
    "treated": _facts.first_infusion_day,
    "completed": _facts.completed_day,
}


def ways(connection: Connection, viewer: Viewer, filters: Filters, today: date) -> pd.DataFrame:
    """How far the people got who entered in the period, and how soon.

    A row a person, without who it is: their ways differ, so that groups of them would be as many.
    Columns: ``site_key`` (missing where it is not known), ``month`` of the entry
    (:mod:`clinical.calendar`), ``source`` (of the referral; missing where none is recorded, and
    throughout where the viewer may see no more than totals, because it is free text),
    ``waited`` (days from the entry to today), days from the entry to the referral ``referred``, the
    first consultation ``planned`` and ``seen``, the first infusion ``treated`` and the course
    ``completed`` (missing where there is none; never below 0), ``people`` of this way: 1.
    """
    source = _facts.referral_source if viewer.may(Permission.SEE_CLINICAL) else null()
    columns = (_facts.entered_day, _facts.site_key, source, *_DAYS.values())
    statement = select(*columns).where(*_entered(connection, viewer, filters, today))
    frame = typed_frame(connection.execute(statement).all(), _WAYS)
    entered = frame["entered"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "site_key": frame["site_key"],
            "month": _months(entered),
            "source": frame["source"],
            "waited": day_number(today) - entered,
            **{name: frame[name] - entered for name in _DAYS},
            "people": np.ones(len(frame), np.int64),
        }
    )


_WAYS = {
    "entered": "int64",
    "site_key": "Int64",
    "source": TEXT,
    **dict.fromkeys(_DAYS, "float64"),
}


def _months(days: Any) -> Any:
    """Months of day numbers (:mod:`clinical.calendar`)."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months + 12 * 1970  # numpy counts months from 1970 on


def _entered(
    connection: Connection, viewer: Viewer, filters: Filters, today: date
) -> list[ColumnElement[bool]]:
    """The people who entered in the period, and not in the future."""
    last = min(filters.end, today)
    scoped = scope(connection, viewer, replace(filters, phases=()), _facts)
    return [_facts.entered_day.between(day_number(filters.start), day_number(last)), *scoped]


def induction_courses(
    connection: Connection, viewer: Viewer, filters: Filters, today: date
) -> pd.DataFrame:
    """How soon the inductions that started in the period came to their last planned infusion.

    A row a course. Columns: ``site_key``, ``month`` of the start (:mod:`clinical.calendar`),
    ``planned`` (infusions), ``planned_known`` (0: taken for six), ``since`` (days from the first
    infusion to today), ``taken`` (days from the first to the last planned one; missing where it has
    not been given), ``courses``: 1.
    """
    facts = InductionFact
    last = min(filters.end, today)
    columns = (
        facts.started_day,
        facts.site_key,
        facts.planned,
        facts.planned_known,
        facts.completed_day,
    )
    statement = select(*columns).where(
        facts.started_day.between(day_number(filters.start), day_number(last)),
        *scope(connection, viewer, replace(filters, phases=()), facts),
    )
    frame = typed_frame(connection.execute(statement).all(), _COURSES)
    started = frame["started"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "site_key": frame["site_key"],
            "month": _months(started),
            "planned": frame["planned"],
            "planned_known": frame["planned_known"],
            "since": day_number(today) - started,
            "taken": frame["completed"] - started,
            "courses": np.ones(len(frame), np.int64),
        }
    )


_COURSES = {
    **dict.fromkeys(("started", "site_key", "planned", "planned_known"), "int64"),
    "completed": "float64",
}


def chairs_by_site(
    connection: Connection, viewer: Viewer, filters: Filters
) -> dict[int, list[int]]:
    """The keys of the chairs of each chosen site, by its key; a site without any has none."""
    require(viewer, Permission.SEE_TOTALS)
    statement = (
        select(Site.site_key, Chair.chair_key)
        .join(Chair, Chair.site_id == Site.site_id, isouter=True)
        .order_by(Site.site_key, Chair.chair_key)
    )
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        statement = statement.where(Site.site_key.in_(site_keys))
    found: dict[int, list[int]] = {}
    for site_key, chair_key in connection.execute(statement):
        chairs = found.setdefault(site_key, [])
        if chair_key is not None:
            chairs.append(chair_key)
    return found


def planned_lengths(
    connection: Connection, viewer: Viewer, site_keys: Sequence[int], today: date
) -> dict[int, list[tuple[int, int]]]:
    """How long the infusions of the last :data:`USUAL_WEEKS` weeks were planned at each site.

    By site key: minutes, and how many appointments had them. Cancelled ones do not count, nor those
    of more than :data:`~clinical.occupancy.LONGEST_MINUTES`.
    """
    facts = AppointmentFact
    first = today - timedelta(weeks=USUAL_WEEKS)
    statement = (
        select(facts.site_key, facts.minutes, func.count())
        .where(
            facts.day.between(day_number(first), day_number(today)),
            # Hidden from SQLite, which would read an index along the lengths through all of
            # history, and look every appointment up for its status.
            facts.kind + 0 == int(AppointmentKind.INFUSION),
            *_holding_a_chair(connection, viewer, site_keys),
        )
        .group_by(facts.site_key, facts.minutes)
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for site_key, minutes, appointments in connection.execute(statement):
        found.setdefault(site_key, []).append((minutes, appointments))
    return found


def bookings(
    connection: Connection, viewer: Viewer, site_keys: Sequence[int], first: date, last: date
) -> dict[int, list[Booking]]:
    """What is booked at each site from ``first`` to ``last``, by its key.

    All that has a chair, and infusions that have none yet; cancelled and impossible ones not.
    """
    facts = AppointmentFact
    statement = select(
        facts.site_key, facts.day, facts.chair_key, facts.start_minute, facts.minutes
    ).where(
        facts.day.between(day_number(first), day_number(last)),
        or_(facts.chair_key.is_not(None), facts.kind == int(AppointmentKind.INFUSION)),
        *_holding_a_chair(connection, viewer, site_keys),
    )
    found: dict[int, list[Booking]] = {}
    for row in connection.execute(statement):
        booking = Booking(row.day, row.chair_key, row.start_minute, row.minutes)
        found.setdefault(row.site_key, []).append(booking)
    return found


def _holding_a_chair(
    connection: Connection, viewer: Viewer, site_keys: Sequence[int]
) -> list[ColumnElement[bool]]:
    require(viewer, Permission.SEE_TOTALS)
    facts = AppointmentFact
    # The sites stand there even where they are all: the index begins with them.
    return [
        facts.site_key.in_(site_keys),
        facts.status != int(AppointmentStatus.CANCELLED),
        facts.minutes <= LONGEST_MINUTES,
        *of_permitted_sites(connection, viewer, facts),
    ]


@dataclass(frozen=True, slots=True)
class PeopleBehind:
    """What a bar of the funnel stands for.

    ``stage``: :class:`~clinical.funnel.Stage`; those who reached it or a later one, or with
    ``lost`` those who reached the one before and no further. ``entered_until``: the last day of
    entry that is judged.
    """

    stage: int
    lost: bool
    entered_until: date


def named_people_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: PeopleBehind,
    today: date,
    at_most: int = MOST_LISTED,
) -> Listed:
    """The people behind a bar, who entered last first, and how many they are.

    Columns: ``handle``, ``family_name``, ``given_name``, ``mrn`` (missing where not known),
    ``site``, ``source``, ``entered``, ``referred``, ``planned``, ``seen``, ``treated``,
    ``completed`` (days, :mod:`clinical.calendar`), ``done`` and ``planned_infusions`` of the first
    course, ``patient_key``.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    until = min(behind.entered_until, today)
    matching = [
        *_entered(connection, viewer, filters, until),
        *of_permitted_sites(connection, viewer, PatientFact),
        *_at_stage(behind, day_number(today)),
    ]
    people = (
        select(
            PatientFact.handle,
            Patient.family_name,
            Patient.given_name,
            Patient.mrn,
            Site.name,
            _facts.referral_source,
            _facts.entered_day,
            *_DAYS.values(),
            _facts.done,
            _facts.planned,
            _facts.patient_key,
        )
        .join(PatientFact, PatientFact.patient_key == _facts.patient_key)
        .join(Patient, Patient.patient_key == _facts.patient_key)
        .join(Site, Site.site_key == _facts.site_key, isouter=True)
        .where(*matching)
    )
    counted = (
        select(func.count())
        .select_from(_facts)
        .join(PatientFact, PatientFact.patient_key == _facts.patient_key)
        .where(*matching)
    )
    latest = people.order_by(_facts.entered_day.desc(), _facts.patient_key.desc()).limit(at_most)
    rows = typed_frame(connection.execute(latest), _PEOPLE)
    disclose(connection, viewer, Action.LIST, "people behind a bar", rows["patient_key"])
    return Listed(rows, connection.scalar(counted) or 0)


_PEOPLE = {
    **dict.fromkeys(("handle", "family_name", "given_name", "mrn", "site", "source"), TEXT),
    "entered": "int64",
    **dict.fromkeys(_DAYS, "Int64"),
    **dict.fromkeys(("done", "planned_infusions", "patient_key"), "int64"),
}


def _at_stage(behind: PeopleBehind, today: int) -> Iterable[ColumnElement[bool]]:
    """The condition that :func:`clinical.funnel.furthest` makes of the days, by stages."""
    stage = Stage(behind.stage)
    if behind.lost:
        return [~_reached(stage, today), _reached(Stage(stage - 1), today)]
    return [_reached(stage, today)]


def _reached(stage: Stage, today: int) -> ColumnElement[bool]:
    """Whether somebody reached a stage or a later one."""
    if stage is Stage.ENTERED:
        return _facts.entered_day.is_not(None)
    columns = list(_DAYS.values())[stage:]
    # A consultation may be planned for a day to come.
    conditions = [
        column.is_not(None)
        if column is _facts.consultation_planned_day
        else and_(column.is_not(None), column <= today)
        for column in columns
    ]
    return or_(*conditions)
