"""The queries behind the timeline of the chairs. Filters bring the single day that they look at.

A chair serves everybody, so of the filters only the sites count, not diagnosis and phase. Times of
a visit are minutes after the day's midnight by the site's clock (:mod:`clinical.day`).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import Connection, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.day import minute_of_day
from data_access.audit import disclose
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import (
    Appointment,
    AppointmentFact,
    Chair,
    Infusion,
    InfusionFact,
    Patient,
    Site,
)
from data_access.selection import conditions, permitted_site_keys
from data_access.today import past_its_time


def chairs(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """The chairs of the chosen sites, whatever the period, by site and then by name.

    Columns: ``site_key``, ``site`` (its name, with its id where two have it), ``time_zone``,
    ``chair_key``, ``chair`` (its name).
    """
    require(viewer, Permission.SEE_TOTALS)
    statement = select(
        Site.site_key,
        Site.site_id,
        Site.name.label("site"),
        Site.time_zone,
        Chair.chair_key,
        Chair.name.label("chair"),
    ).join(Chair, Chair.site_id == Site.site_id)
    site_keys = permitted_site_keys(connection, viewer, filters.site_ids)
    if site_keys is not None:
        statement = statement.where(Site.site_key.in_(site_keys))
    rows = sorted(connection.execute(statement), key=_in_order)
    names = {row.site_id: row.site for row in rows}
    shared = [name for name in names.values() if list(names.values()).count(name) > 1]
    table = [
        (
            row.site_key,
            f"{row.site} ({row.site_id})" if row.site in shared else row.site,
            row.time_zone,
            row.chair_key,
            row.chair,
        )
        for row in rows
    ]
    columns = ["site_key", "site", "time_zone", "chair_key", "chair"]
    return pd.DataFrame(table, columns=columns)


def _in_order(row: Any) -> tuple[str, int, list[tuple[int, str]], int]:
    """Sites by name; in a site ``Chair 2`` before ``Chair 10``."""
    parts = re.findall(r"\d+|\D+", row.chair)
    name = [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts]
    return row.site.casefold(), row.site_key, name, row.chair_key


def chair_times(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many infusions of the period kept their chair for how long, from start to discharge.

    Columns, all whole numbers: ``site_key``, ``phase``, ``minutes``, ``infusions``.
    """
    facts = InfusionFact
    groups = (facts.site_key, facts.phase, facts.chair_minutes)
    statement = (
        select(
            facts.site_key,
            facts.phase,
            facts.chair_minutes.label("minutes"),
            func.count().label("infusions"),
        )
        .where(
            *conditions(
                connection, viewer, _of_everybody(filters), facts, needs=Permission.SEE_TOTALS
            ),
            facts.chair_minutes.is_not(None),
        )
        .group_by(*groups)
        .order_by(*groups)
    )
    return query_frame(connection, statement).astype(int)


def visits(connection: Connection, viewer: Viewer, filters: Filters, now: datetime) -> pd.DataFrame:
    """The day's appointments, each with its infusion, and the infusions without appointment.

    Columns: ``site_key``, ``chair_key`` (where the infusion was given, else where it was planned;
    missing where neither is known), ``kind``, ``status``, ``phase`` (:mod:`clinical.codes`),
    ``late`` (1: past its time at ``now`` and still booked); minutes of the day, missing where not
    known: ``start``, ``end`` (scheduled), ``started``, ``ended``, ``discharged``. An infusion
    belongs to the appointment that it names; one that names none of the day, to the nearest
    infusion appointment that its patient has at the site.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may see no more than totals.
    """
    require(viewer, Permission.SEE_CLINICAL)
    return _visits(connection, viewer, filters, now, ())


def named_visits(
    connection: Connection, viewer: Viewer, filters: Filters, now: datetime
) -> pd.DataFrame:
    """As :func:`visits`, with ``family_name``, ``given_name`` and ``patient_key`` where known.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    names = (Patient.family_name, Patient.given_name)
    return _visits(connection, viewer, filters, now, names)


_Names = Sequence[InstrumentedAttribute[str | None]]
_Record = dict[str, Any]
_COLUMNS = ("site_key", "chair_key", "kind", "status", "phase", "late")
_KEYS = ("chair_key", "patient_key")
_TIMES = ("start", "end", "started", "ended", "discharged")


def _visits(
    connection: Connection, viewer: Viewer, filters: Filters, now: datetime, names: _Names
) -> pd.DataFrame:
    infusions = _infusions(connection, viewer, filters, names)
    appointments = _appointments(connection, viewer, filters, now, names)
    visits = _accompanied(appointments, infusions)
    if names:
        keys = [each["patient_key"] for each in (*appointments, *infusions)]
        known = [key for key in keys if key is not None]
        disclose(connection, viewer, Action.LIST, "today's chairs", known)
    zones = dict(connection.execute(select(Site.site_key, Site.time_zone)).all())
    for visit in visits:
        zone = ZoneInfo(zones[visit["site_key"]])
        visit.update({each: _minute(visit.get(each), zone, filters.start) for each in _TIMES})
    columns = [*_COLUMNS, *_TIMES, *(name.key for name in names)]
    columns += ["patient_key"] if names else []
    return pd.DataFrame({each: _column(visits, each) for each in columns})


def _column(visits: list[_Record], name: str) -> Any:
    values = [visit[name] for visit in visits]
    if name in _TIMES:
        return np.array(values, dtype=np.float64)
    return pd.array(values, dtype="Int64") if name in _KEYS else values


def _minute(instant: datetime | None, zone: ZoneInfo, day: date) -> float | None:
    return None if instant is None else minute_of_day(instant, zone, day)


def _appointments(
    connection: Connection, viewer: Viewer, filters: Filters, now: datetime, names: _Names
) -> list[_Record]:
    facts = AppointmentFact
    statement = (
        select(
            Appointment.appointment_id,
            facts.patient_key,
            facts.site_key,
            facts.chair_key,
            facts.kind,
            facts.status,
            facts.phase,
            case((past_its_time(now), 1), else_=0).label("late"),
            Appointment.scheduled_start.label("start"),
            Appointment.scheduled_end.label("end"),
            *names,
        )
        .select_from(facts)
        .join(Appointment, Appointment.appointment_key == facts.appointment_key)
        .where(*conditions(connection, viewer, _of_everybody(filters), facts))
        .order_by(Appointment.scheduled_start, Appointment.appointment_key)
    )
    if names:
        statement = statement.join(Patient, Patient.patient_key == facts.patient_key, isouter=True)
    return [dict(row._mapping) for row in connection.execute(statement)]


def _infusions(
    connection: Connection, viewer: Viewer, filters: Filters, names: _Names
) -> list[_Record]:
    facts = InfusionFact
    statement = (
        select(
            Infusion.appointment_id,
            facts.patient_key,
            facts.site_key,
            Chair.chair_key,
            facts.phase,
            Infusion.started_at.label("started"),
            Infusion.ended_at.label("ended"),
            Infusion.discharged_at.label("discharged"),
            *names,
        )
        .select_from(facts)
        .join(Infusion, Infusion.infusion_key == facts.infusion_key)
        .join(Chair, Chair.chair_id == Infusion.chair_id, isouter=True)
        .where(*conditions(connection, viewer, _of_everybody(filters), facts))
        .order_by(Infusion.started_at, facts.infusion_key)
    )
    if names:
        statement = statement.join(Patient, Patient.patient_key == facts.patient_key, isouter=True)
    return [dict(row._mapping) for row in connection.execute(statement)]


def _of_everybody(filters: Filters) -> Filters:
    return Filters(filters.start, filters.end, filters.site_ids)


def _accompanied(appointments: list[_Record], infusions: Iterable[_Record]) -> list[_Record]:
    """The appointments with their infusions, and behind them the infusions without one."""
    by_id = {each["appointment_id"]: each for each in appointments}
    open_to_all: list[_Record] = []
    for infusion in infusions:
        appointment = by_id.get(infusion["appointment_id"])
        if appointment is None or "started" in appointment:
            open_to_all.append(infusion)
        else:
            _join(appointment, infusion)
    alone = []
    for infusion in open_to_all:
        nearest = _nearest(appointments, infusion)
        if nearest is None:
            alone.append(infusion | _NO_APPOINTMENT)
        else:
            _join(nearest, infusion)
    return [*appointments, *alone]


_NO_APPOINTMENT = {
    "kind": int(AppointmentKind.INFUSION),
    "status": int(AppointmentStatus.ARRIVED),
    "late": 0,
}


def _join(appointment: _Record, infusion: _Record) -> None:
    appointment.update(
        {each: infusion[each] for each in ("started", "ended", "discharged", "phase")}
    )
    if infusion["chair_key"] is not None:
        appointment["chair_key"] = infusion["chair_key"]


def _nearest(appointments: Iterable[_Record], infusion: _Record) -> _Record | None:
    """The infusion appointment of the same patient and site that begins nearest to an infusion."""
    possible = [
        each
        for each in appointments
        if "started" not in each
        and each["patient_key"] == infusion["patient_key"]
        and each["site_key"] == infusion["site_key"]
        and each["kind"] == AppointmentKind.INFUSION
        and each["status"] != AppointmentStatus.CANCELLED
    ]
    return min(possible, key=lambda each: abs(each["start"] - infusion["started"]), default=None)
