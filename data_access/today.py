"""The queries of the Today page. Filters bring the period that each of them looks at."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.attendance import GRACE_MINUTES
from clinical.calendar import day_number
from clinical.codes import AppointmentKind, AppointmentStatus, Phase, Timepoint
from clinical.instruments import MADRS, PHQ9, QIDS_SR16
from clinical.series import INDUCTION_GAP_DAYS, NEW_INDUCTION_GAP_DAYS
from data_access.audit import disclose
from data_access.columns import counts_by
from data_access.filters import Filters
from data_access.frames import query_frame
from data_access.schema import (
    Appointment,
    AppointmentFact,
    Chair,
    Infusion,
    InfusionFact,
    Patient,
    PatientFact,
    Provider,
    ScoreFact,
    Site,
)
from data_access.selection import conditions, scope
from data_access.side_effect_counts import side_effect_columns, with_terms

WINDOW_DAYS = 7
"""Trends go by windows of this many days that end with the period: no window is incomplete."""


def past_its_time(now: datetime) -> ColumnElement[bool]:
    """That an appointment should have begun, and nobody has noted what became of it."""
    return and_(
        Appointment.status == "booked",
        Appointment.scheduled_start < now - timedelta(minutes=GRACE_MINUTES),
    )


def appointments_by_hour(
    connection: Connection, viewer: Viewer, filters: Filters, now: datetime
) -> pd.DataFrame:
    """The period's appointments by site and hour of their start; meant for a single day.

    Columns, all whole numbers: ``site_key``, ``hour`` (by the site's clock), ``kind``, ``status``
    (:mod:`clinical.codes`), ``overdue`` (1: past its time at ``now`` and still booked),
    ``appointments``.
    """
    facts = AppointmentFact
    overdue = case((past_its_time(now), 1), else_=0).label("overdue")
    groups = (facts.site_key, facts.hour, facts.kind, facts.status, overdue)
    statement = (
        select(*groups, func.count().label("appointments"))
        .join(Appointment, Appointment.appointment_key == facts.appointment_key)
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(*groups)
        .order_by(*groups)
    )
    return query_frame(connection, statement).astype(int)


def appointment_list(
    connection: Connection, viewer: Viewer, filters: Filters, now: datetime
) -> pd.DataFrame:
    """The period's appointments one by one, in time order; meant for a single day.

    Columns: ``time`` (``HH:MM`` by the site's clock), ``site``, ``family_name``, ``given_name``,
    ``mrn``, ``kind``, ``status`` (:mod:`clinical.codes`), ``overdue`` (1: past its time at ``now``
    and still booked), ``chair``, ``provider``, ``patient_key``. What is not known is
    missing.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    facts = AppointmentFact
    statement = (
        select(
            Appointment.scheduled_start,
            Site.time_zone,
            Site.name.label("site"),
            Patient.family_name,
            Patient.given_name,
            Patient.mrn,
            facts.kind,
            facts.status,
            case((past_its_time(now), 1), else_=0).label("overdue"),
            Chair.name.label("chair"),
            Provider.name.label("provider"),
            facts.patient_key,
        )
        .select_from(facts)
        .join(Appointment, Appointment.appointment_key == facts.appointment_key)
        .join(Site, Site.site_key == facts.site_key)
        .join(Patient, Patient.patient_key == facts.patient_key, isouter=True)
        .join(Chair, Chair.chair_key == facts.chair_key, isouter=True)
        .join(Provider, Provider.provider_key == facts.provider_key, isouter=True)
        .where(*conditions(connection, viewer, filters, facts))
        .order_by(Appointment.scheduled_start, Site.name, Appointment.appointment_id)
    )
    frame = query_frame(connection, statement)
    keys = frame["patient_key"].dropna()
    disclose(connection, viewer, Action.LIST, "today's appointments", keys)
    starts, zones = frame.pop("scheduled_start"), frame.pop("time_zone")
    times = [
        f"{start.astimezone(ZoneInfo(zone)):%H:%M}"
        for start, zone in zip(starts, zones, strict=True)
    ]
    frame.insert(0, "time", pd.Series(times, dtype=object))
    return frame


def given_by_day(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """How many infusions were given, for who may see no more than totals.

    Columns, whole numbers: ``day``, ``infusions``.
    """
    facts = InfusionFact
    statement = (
        select(facts.day, func.count().label("infusions"))
        .where(*conditions(connection, viewer, filters, facts, needs=Permission.SEE_TOTALS))
        .group_by(facts.day)
        .order_by(facts.day)
    )
    return query_frame(connection, statement).astype(int)


def infusions_by_day(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Infusions, and in how many of them a side effect was recorded.

    Columns, all whole numbers: ``day``, ``infusions``, ``recorded`` (with the side-effect form
    filled in), ``affected`` (with any side effect).
    """
    facts = InfusionFact
    statement = (
        select(
            facts.day,
            func.count().label("infusions"),
            func.sum(facts.recorded).label("recorded"),
            func.count().filter(facts.side_effects > 0).label("affected"),
        )
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(facts.day)
        .order_by(facts.day)
    )
    return query_frame(connection, statement).astype(int)


def patients_by_window(connection: Connection, viewer: Viewer, filters: Filters) -> list[int]:
    """The patients treated in each window of seven days, oldest first.

    The windows end with the period; days at its beginning that fill no window are left out.
    """
    last = day_number(filters.end)
    windows = (last - day_number(filters.start) + 1) // WINDOW_DAYS
    window = (last - InfusionFact.day) // WINDOW_DAYS
    # Grouped twice, because COUNT(DISTINCT) keeps a sorted set for each window.
    patients = (
        select(window.label("window"), InfusionFact.patient_key)
        .where(*conditions(connection, viewer, filters, InfusionFact, needs=Permission.SEE_TOTALS))
        .distinct()
        .subquery()
    )
    statement = select(patients.c.window, func.count()).group_by(patients.c.window)
    treated = {int(window): count for window, count in connection.execute(statement)}
    return [treated.get(back, 0) for back in reversed(range(windows))]


@dataclass(frozen=True, slots=True)
class ActivePatients:
    """Patients in an active series. ``unbooked``: in induction, with no next infusion booked."""

    induction: int
    maintenance: int
    unbooked: int


def active_patients(
    connection: Connection, viewer: Viewer, filters: Filters, today: date
) -> ActivePatients:
    """How many patients are in an active series, whatever the period.

    Active in induction: an infusion in the last 14 days, and fewer than planned; in maintenance:
    one in the last 182 days. The intervals are those with which the data contract ends a series.
    """
    facts = PatientFact
    day = day_number(today)
    induction = and_(
        facts.phase == int(Phase.INDUCTION),
        facts.last_infusion_day >= day - INDUCTION_GAP_DAYS,
        or_(facts.planned.is_(None), facts.done < facts.planned),
    )
    maintenance = and_(
        facts.phase == int(Phase.MAINTENANCE),
        facts.last_infusion_day >= day - NEW_INDUCTION_GAP_DAYS,
    )
    booked = exists(AppointmentFact.patient_key).where(
        AppointmentFact.patient_key == facts.patient_key,
        AppointmentFact.kind == int(AppointmentKind.INFUSION),
        AppointmentFact.status.in_((int(AppointmentStatus.BOOKED), int(AppointmentStatus.ARRIVED))),
        AppointmentFact.day >= day,
    )
    statement = select(
        func.count().filter(induction),
        func.count().filter(maintenance),
        func.count().filter(induction, ~booked),
    ).where(
        facts.last_infusion_day >= day - NEW_INDUCTION_GAP_DAYS,
        *scope(connection, viewer, filters, facts, needs=Permission.SEE_TOTALS),
    )
    return ActivePatients(*connection.execute(statement).one())


def terms_recently_and_before(
    connection: Connection, viewer: Viewer, filters: Filters, recent: date
) -> pd.DataFrame:
    """Infusions with each side-effect term: from the day ``recent`` on, and before it.

    Columns: ``term_key``, ``term`` (its name), ``recent``, ``before`` (infusions within the
    period).
    """
    found = side_effect_columns(connection, viewer, filters, "term_key", "day")
    is_recent = found["day"] >= day_number(recent)
    counts = counts_by(found, ("term_key",), {"recent": is_recent, "before": ~is_recent})
    return with_terms(connection, counts)


SCORED_WITHIN_DAYS = 3
"""A depression score so many days before an infusion, or on its day, is a score before it."""
_DEPRESSION = (PHQ9.code, MADRS.code, QIDS_SR16.code)
_BEFORE = (int(Timepoint.BASELINE), int(Timepoint.BEFORE_INFUSION))


def complete_records(
    connection: Connection, viewer: Viewer, filters: Filters, recent: date
) -> pd.DataFrame:
    """How many infusions have what on record: from the day ``recent`` on, and before it.

    Two rows, ``recent`` and ``before``, with whole numbers: ``infusions``; ``form`` (side-effect
    form filled in); ``pressures`` (at least two systolic values); ``by_weight`` (ketamine, whose
    dose goes by weight), and ``weighed`` of these; ``scored`` (PHQ-9, MADRS or QIDS-SR16, as a
    baseline or before an infusion, on the day or in the three days before it); ``ended`` and
    ``discharged`` (the time is noted).
    """
    facts = InfusionFact
    scored = exists().where(
        ScoreFact.patient_key == facts.patient_key,
        ScoreFact.instrument.in_(_DEPRESSION),
        ScoreFact.day.between(facts.day - SCORED_WITHIN_DAYS, facts.day),
        ScoreFact.timepoint.in_(_BEFORE),
        # Infusions may follow each other within days; each needs a score of its own.
        or_(facts.number == 1, ScoreFact.number == facts.number - 1),
    )
    is_recent = case((facts.day >= day_number(recent), 1), else_=0)
    by_weight = func.coalesce(Infusion.drug, "ketamine") == "ketamine"
    statement = (
        select(
            is_recent.label("is_recent"),
            func.count().label("infusions"),
            func.sum(facts.recorded).label("form"),
            func.count(facts.systolic_rise).label("pressures"),
            func.count().filter(by_weight).label("by_weight"),
            func.count().filter(by_weight, Infusion.weight_kg.is_not(None)).label("weighed"),
            func.count().filter(scored).label("scored"),
            func.count(facts.minutes).label("ended"),
            func.count(facts.chair_minutes).label("discharged"),
        )
        .join(Infusion, Infusion.infusion_key == facts.infusion_key)
        .where(*conditions(connection, viewer, filters, facts))
        .group_by(is_recent)
    )
    frame = query_frame(connection, statement).set_index("is_recent")
    return frame.reindex([1, 0], fill_value=0).astype(int).set_axis(["recent", "before"])
