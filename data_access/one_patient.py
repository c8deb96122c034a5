"""One patient's record: who it is, the series, and every score, infusion and side effect.

Each function gives nothing where the patient is unknown or belongs to a site outside the viewer's,
so that the two cannot be told apart. Whoever may see a patient sees the patient's whole record, at
whatever site a treatment was given: a trajectory with holes would mislead.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, select

from access.viewer import Permission, Viewer, require
from clinical.codes import AppointmentStatus, DiagnosisGroup, Phase
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
from data_access.typed_frames import TEXT, typed_frame

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
    row = connection.execute(
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
        .where(_mine(connection, viewer, Patient.patient_key, patient_key))
    ).one_or_none()
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


def patient_series(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """The patient's series that have an infusion, the latest first.

    Columns: ``series_key``, ``phase`` (:class:`Phase` number), ``planned``, ``infusions``,
    ``first_day``, ``last_day`` (day numbers).
    """
    statement = (
        select(
            InfusionFact.series_key,
            InfusionFact.phase,
            Series.planned_infusions.label("planned"),
            func.count().label("infusions"),
            func.min(InfusionFact.day).label("first_day"),
            func.max(InfusionFact.day).label("last_day"),
        )
        .join(Series, Series.series_key == InfusionFact.series_key)
        .where(_mine(connection, viewer, InfusionFact.patient_key, patient_key))
        .group_by(InfusionFact.series_key, InfusionFact.phase, Series.planned_infusions)
        .order_by(func.min(InfusionFact.day).desc(), InfusionFact.series_key.desc())
    )
    whole = dict.fromkeys(("infusions", "first_day", "last_day"), "int64")
    kinds = {"series_key": "int64", "phase": "int64", "planned": "Int64", **whole}
    return typed_frame(connection.execute(statement), kinds)


def patient_baselines(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """The baseline of each series and instrument that has one.

    Columns: ``series_key``, ``instrument`` (code), ``baseline``, ``day`` (day number).
    """
    statement = (
        select(
            CourseFact.series_key,
            CourseFact.instrument,
            CourseFact.baseline,
            CourseFact.baseline_day.label("day"),
        )
        .where(
            _mine(connection, viewer, CourseFact.patient_key, patient_key),
            CourseFact.baseline.is_not(None),
        )
        .order_by(CourseFact.started_day, CourseFact.series_key, CourseFact.instrument)
    )
    kinds = {**dict.fromkeys(("series_key", "instrument"), "int64"), "baseline": "float64"}
    return typed_frame(connection.execute(statement), {**kinds, "day": "int64"})


def patient_scores(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """Every score of the patient, in time order.

    Columns: ``series_key`` (missing outside a series), ``instrument`` (code), ``number`` (of the
    infusion that it belongs to), ``timepoint`` (:class:`Timepoint` number), ``completed`` (local
    time at the site, without an offset), ``hours_after``, ``total``, ``baseline``, ``percent``,
    ``response``, ``remission``, ``item_9`` (missing where items were not kept).
    """
    statement = (
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
        .where(_mine(connection, viewer, ScoreFact.patient_key, patient_key))
        .order_by(Assessment.completed_at, ScoreFact.assessment_key)
    )
    return typed_frame(
        ((*values, _local(at, zone)) for *values, at, zone in connection.execute(statement)),
        _SCORES,
    )


def patient_infusions(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """Every infusion of the patient, in time order.

    Columns: ``infusion_key``, ``series_key``, ``phase`` (:class:`Phase` number), ``number``,
    ``started`` (local time at the site, without an offset), ``site``, ``drug``, ``dose_mg``,
    ``mg_per_kg``, ``minutes``, ``peak_systolic``, ``systolic_rise``, ``peak_diastolic``,
    ``diastolic_rise`` (mmHg), ``lowest_spo2`` (%), ``recorded`` (1: the side-effect form was filled
    in), ``stopped`` (1: early), ``stop_reason``.
    """
    statement = (
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
        .where(_mine(connection, viewer, InfusionFact.patient_key, patient_key))
        .order_by(Infusion.started_at, InfusionFact.infusion_key)
    )
    return typed_frame(
        ((*values, _local(at, zone)) for *values, at, zone in connection.execute(statement)),
        _INFUSIONS,
    )


def patient_side_effects(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """The side effects of each infusion, by canonical term, the worst first.

    Columns: ``infusion_key``, ``term``, ``worst_grade`` (0: not graded), ``serious`` (1 or 0).
    """
    statement = (
        select(
            SideEffectFact.infusion_key,
            Term.name.label("term"),
            SideEffectFact.worst_grade,
            SideEffectFact.serious,
        )
        .join(InfusionFact, InfusionFact.infusion_key == SideEffectFact.infusion_key)
        .join(Term, Term.term_key == SideEffectFact.term_key)
        .where(_mine(connection, viewer, InfusionFact.patient_key, patient_key))
        .order_by(SideEffectFact.infusion_key, SideEffectFact.worst_grade.desc(), Term.name)
    )
    kinds = {"infusion_key": "int64", "term": TEXT, "worst_grade": "int64", "serious": "int64"}
    return typed_frame(connection.execute(statement), kinds)


def _mine(
    connection: Connection, viewer: Viewer, column: Any, patient_key: int
) -> ColumnElement[bool]:
    """The rows of this patient, if the viewer may see the patient; else none."""
    require(viewer, Permission.SEE_PATIENTS)
    visible = select(PatientFact.patient_key).where(PatientFact.patient_key == patient_key)
    site_keys = permitted_site_keys(connection, viewer)
    if site_keys is not None:
        visible = visible.where(PatientFact.site_key.in_(site_keys))
    found: ColumnElement[bool] = column == visible.scalar_subquery()
    return found


def _next_appointment(connection: Connection, patient_key: int, now: datetime) -> datetime | None:
    row = connection.execute(
        select(Appointment.scheduled_start, Site.time_zone)
        .join(AppointmentFact, AppointmentFact.appointment_key == Appointment.appointment_key)
        .join(Site, Site.site_key == AppointmentFact.site_key)
        .where(
            AppointmentFact.patient_key == patient_key,
            AppointmentFact.status == int(AppointmentStatus.BOOKED),
            Appointment.scheduled_start >= now,
        )
        .order_by(Appointment.scheduled_start)
        .limit(1)
    ).one_or_none()
    return None if row is None else row.scheduled_start.astimezone(ZoneInfo(row.time_zone))


def _local(instant: datetime, zone: str | None) -> datetime:
    """The time by the wall clock of a zone; UTC where no site is known."""
    return instant.astimezone(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)
