"""One patient's record: who it is, the series, and every score, infusion and side effect.

Each function gives nothing where the patient is unknown or belongs to a site outside the viewer's,
so that the two cannot be told apart. Whoever may see a patient sees the patient's whole record, at
whatever site a treatment was given: a trajectory with holes would mislead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Select,
    bindparam,
    func,
    select,
)

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.codes import AppointmentStatus, DiagnosisGroup, Phase
from data_access.audit import RECORD, disclose_record, is_same_look
from data_access.frames import TEXT, typed_frame
from data_access.schema import (
    Appointment,
    AppointmentFact,
    Assessment,
    CourseFact,
    Infusion,
    InfusionFact,
    Patient,
    PatientFact,
    ScoreFact,
    Series,
    SideEffectFact,
    Site,
    Term,
)
from data_access.selection import permitted_site_keys

_SCORES = {
    "series_key": "Int64",
    **dict.fromkeys(("instrument", "number", "timepoint"), "int64"),
    **dict.fromkeys(("hours_after", "total", "baseline", "percent"), "float64"),
    **dict.fromkeys(("response", "remission", "item_9"), "Int64"),
    "completed": "datetime64[us]",
}
_INFUSIONS = {
    **dict.fromkeys(("infusion_key", "series_key", "phase", "number"), "int64"),
    **dict.fromkeys(("site", "drug"), TEXT),
    **dict.fromkeys(("dose_mg", "mg_per_kg"), "float64"),
    "minutes": "Int64",
    **dict.fromkeys(("peak_systolic", "systolic_rise"), "Int64"),
    **dict.fromkeys(("peak_diastolic", "diastolic_rise"), "Int64"),
    "lowest_spo2": "float64",
    **dict.fromkeys(("recorded", "stopped"), "int64"),
    "stop_reason": TEXT,
    "started": "datetime64[us]",
}


Statement = Select[*tuple[Any, ...]]
Mine = Callable[[Any], ColumnElement[bool]]
"""From a column of patients' keys to the condition that it is the patient, if the viewer may."""


def about_patient(
    connection: Connection,
    viewer: Viewer,
    patient_key: int,
    build: Callable[[Mine], Statement],
    **values: Any,
) -> CursorResult[*tuple[Any, ...]]:
    """What a statement finds about this patient, if the viewer may see the patient; else nothing.

    ``build`` makes the statement, once for all patients: to build it takes about as long as to run
    it. ``values``: of its further parameters. That the viewer looks at the patient is noted first,
    once for all that a page asks.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may see no patient at all.
    """
    require(viewer, Permission.SEE_PATIENTS)
    site_keys = permitted_site_keys(connection, viewer)
    asked = {"patient": patient_key, **values}
    if site_keys is not None:
        asked["site_keys"] = site_keys
    if not is_same_look(connection, viewer, Action.VIEW_PATIENT, RECORD, [patient_key]):
        who = _built(_anybody, of_every_site=site_keys is None)
        if connection.execute(who, asked).first() is not None:
            disclose_record(connection, viewer, patient_key)
    return connection.execute(_built(build, of_every_site=site_keys is None), asked)


@cache
def _built(build: Callable[[Mine], Statement], *, of_every_site: bool) -> Statement:
    visible = select(PatientFact.patient_key).where(PatientFact.patient_key == bindparam("patient"))
    if not of_every_site:
        visible = visible.where(PatientFact.site_key.in_(bindparam("site_keys", expanding=True)))
    found = visible.scalar_subquery()
    return build(lambda column: column == found)


def _anybody(mine: Mine) -> Statement:
    return select(PatientFact.patient_key).where(mine(PatientFact.patient_key))


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One patient, and how far the latest series has come.

    ``next_appointment``: the start of the next booked one, in its site's local time.
    """

    patient_key: int
    patient_id: str
    mrn: str | None
    given_name: str | None
    family_name: str | None
    birth_date: date | None
    sex: str | None
    primary_diagnosis: str | None
    diagnosis_group: DiagnosisGroup
    site: str | None
    phase: Phase
    done: int
    planned: int | None
    next_appointment: datetime | None


def find_patient(
    connection: Connection, viewer: Viewer, patient_key: int, now: datetime
) -> PatientRecord | None:
    """The patient, or ``None`` where there is none whom the viewer may see.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may see no patient at all.
    """
    row = about_patient(connection, viewer, patient_key, _who).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    values["diagnosis_group"] = DiagnosisGroup(row.diagnosis_group)
    values["phase"] = Phase(row.phase)
    return PatientRecord(
        patient_key=patient_key,
        next_appointment=_next_appointment(connection, patient_key, now),
        **values,
    )


def _who(mine: Mine) -> Statement:
    return (
        select(
            Patient.patient_id,
            Patient.mrn,
            Patient.given_name,
            Patient.family_name,
            Patient.birth_date,
            Patient.sex,
            Patient.primary_diagnosis,
            PatientFact.diagnosis_group,
            Site.name.label("site"),
            PatientFact.phase,
            PatientFact.done,
            PatientFact.planned,
        )
        .join(PatientFact, PatientFact.patient_key == Patient.patient_key)
        .outerjoin(Site, Site.site_key == PatientFact.site_key)
        .where(mine(Patient.patient_key))
    )


def patient_series(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """The patient's series that have an infusion, the latest first.

    Columns: ``series_key``, ``phase`` (:class:`Phase` number), ``planned``, ``infusions``,
    ``first_day``, ``last_day`` (day numbers).
    """
    rows = about_patient(connection, viewer, patient_key, _series)
    whole = dict.fromkeys(("infusions", "first_day", "last_day"), "int64")
    kinds = {"series_key": "int64", "phase": "int64", "planned": "Int64", **whole}
    return typed_frame(rows, kinds)


def _series(mine: Mine) -> Statement:
    return (
        select(
            InfusionFact.series_key,
            InfusionFact.phase,
            Series.planned_infusions.label("planned"),
            func.count().label("infusions"),
            func.min(InfusionFact.day).label("first_day"),
            func.max(InfusionFact.day).label("last_day"),
        )
        .join(Series, Series.series_key == InfusionFact.series_key)
        .where(mine(InfusionFact.patient_key))
        .group_by(InfusionFact.series_key, InfusionFact.phase, Series.planned_infusions)
        .order_by(func.min(InfusionFact.day).desc(), InfusionFact.series_key.desc())
    )


def patient_baselines(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """The baseline of each series and instrument that has one.

    Columns: ``series_key``, ``instrument`` (code), ``baseline``, ``day`` (day number).
    """
    rows = about_patient(connection, viewer, patient_key, _baselines)
    kinds = {**dict.fromkeys(("series_key", "instrument"), "int64"), "baseline": "float64"}
    return typed_frame(rows, {**kinds, "day": "int64"})


def _baselines(mine: Mine) -> Statement:
    return (
        select(
            CourseFact.series_key,
            CourseFact.instrument,
            CourseFact.baseline,
            CourseFact.baseline_day.label("day"),
        )
        .where(
            mine(CourseFact.patient_key),
            CourseFact.baseline.is_not(None),
        )
        .order_by(CourseFact.started_day, CourseFact.series_key, CourseFact.instrument)
    )


def patient_scores(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """Every score of the patient, in time order.

    Columns: ``series_key`` (missing outside a series), ``instrument`` (code), ``number`` (of the
    infusion that it belongs to), ``timepoint`` (:class:`Timepoint` number), ``completed`` (local
    time at the site, without an offset), ``hours_after``, ``total``, ``baseline``, ``percent``,
    ``response``, ``remission``, ``item_9`` (missing where items were not kept).
    """
    rows = about_patient(connection, viewer, patient_key, _scores)
    return typed_frame(
        ((*values, _local(at, zone)) for *values, at, zone in rows),
        _SCORES,
    )


def _scores(mine: Mine) -> Statement:
    return (
        select(
            ScoreFact.series_key,
            ScoreFact.instrument,
            ScoreFact.number,
            ScoreFact.timepoint,
            ScoreFact.hours_after,
            ScoreFact.total,
            ScoreFact.baseline,
            ScoreFact.percent,
            ScoreFact.response,
            ScoreFact.remission,
            Assessment.__table__.c.item_9,
            Assessment.completed_at,
            Site.time_zone,
        )
        .join(Assessment, Assessment.assessment_key == ScoreFact.assessment_key)
        .outerjoin(Site, Site.site_key == ScoreFact.site_key)
        .where(mine(ScoreFact.patient_key))
        .order_by(Assessment.completed_at, ScoreFact.assessment_key)
    )


def patient_infusions(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """Every infusion of the patient, in time order.

    Columns: ``infusion_key``, ``series_key``, ``phase`` (:class:`Phase` number), ``number``,
    ``started`` (local time at the site, without an offset), ``site``, ``drug``, ``dose_mg``,
    ``mg_per_kg``, ``minutes``, ``peak_systolic``, ``systolic_rise``, ``peak_diastolic``,
    ``diastolic_rise`` (mmHg), ``lowest_spo2`` (%), ``recorded`` (1: the side-effect form was filled
    in), ``stopped`` (1: early), ``stop_reason``.
    """
    rows = about_patient(connection, viewer, patient_key, _infusions)
    return typed_frame(
        ((*values, _local(at, zone)) for *values, at, zone in rows),
        _INFUSIONS,
    )


def _infusions(mine: Mine) -> Statement:
    return (
        select(
            InfusionFact.infusion_key,
            InfusionFact.series_key,
            InfusionFact.phase,
            InfusionFact.number,
            Site.name.label("site"),
            Infusion.drug,
            Infusion.dose_mg,
            InfusionFact.mg_per_kg,
            InfusionFact.minutes,
            InfusionFact.peak_systolic,
            InfusionFact.systolic_rise,
            InfusionFact.peak_diastolic,
            InfusionFact.diastolic_rise,
            InfusionFact.lowest_spo2,
            InfusionFact.recorded,
            InfusionFact.stopped,
            Infusion.stop_reason,
            Infusion.started_at,
            Site.time_zone,
        )
        .join(Infusion, Infusion.infusion_key == InfusionFact.infusion_key)
        .join(Site, Site.site_key == InfusionFact.site_key)
        .where(mine(InfusionFact.patient_key))
        .order_by(Infusion.started_at, InfusionFact.infusion_key)
    )


def patient_side_effects(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """The side effects of each infusion, by canonical term, the worst first.

    Columns: ``infusion_key``, ``term``, ``worst_grade`` (0: not graded), ``serious`` (1 or 0).
    """
    rows = about_patient(connection, viewer, patient_key, _side_effects)
    kinds = {"infusion_key": "int64", "term": TEXT, "worst_grade": "int64", "serious": "int64"}
    return typed_frame(rows, kinds)


def _side_effects(mine: Mine) -> Statement:
    return (
        select(
            SideEffectFact.infusion_key,
            Term.name.label("term"),
            SideEffectFact.worst_grade,
            SideEffectFact.serious,
        )
        .join(InfusionFact, InfusionFact.infusion_key == SideEffectFact.infusion_key)
        .join(Term, Term.term_key == SideEffectFact.term_key)
        .where(mine(InfusionFact.patient_key))
        .order_by(SideEffectFact.infusion_key, SideEffectFact.worst_grade.desc(), Term.name)
    )


def _next_appointment(connection: Connection, patient_key: int, now: datetime) -> datetime | None:
    """Of a patient whom the viewer may see."""
    row = connection.execute(_booked(), {"patient": patient_key, "now": now}).one_or_none()
    return None if row is None else row.scheduled_start.astimezone(ZoneInfo(row.time_zone))


@cache
def _booked() -> Statement:
    return (
        select(Appointment.scheduled_start, Site.time_zone)
        .join(AppointmentFact, AppointmentFact.appointment_key == Appointment.appointment_key)
        .join(Site, Site.site_key == AppointmentFact.site_key)
        .where(
            AppointmentFact.patient_key == bindparam("patient"),
            AppointmentFact.status == int(AppointmentStatus.BOOKED),
            Appointment.scheduled_start >= bindparam("now"),
        )
        .order_by(Appointment.scheduled_start)
        .limit(1)
    )


def _local(instant: datetime, zone: str | None) -> datetime:
    """The time by the wall clock of a zone; UTC where no site is known."""
    return instant.astimezone(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)
