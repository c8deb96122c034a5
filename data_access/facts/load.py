"""Reading the records from which facts are derived, some hundred patients at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, select

from clinical.codes import AppointmentKind, AppointmentStatus, Phase
from clinical.instruments import INSTRUMENTS, PHQ9
from clinical.scores import total_from_items
from clinical.vitals import Measurement, VitalSummary, summarise
from data_access.facts.records import (
    AppointmentRecord,
    Clinic,
    InfusionRecord,
    PatientRecord,
    PatientRecords,
    ScoreRecord,
    SeriesRecord,
    SideEffectRecord,
    SiteRecord,
)
from data_access.schema import (
    Appointment,
    Assessment,
    Chair,
    Infusion,
    Patient,
    Provider,
    Series,
    SideEffect,
    Site,
    VitalSigns,
)
from data_access.schema.records import ITEM_COLUMNS


def load_clinic(connection: Connection) -> Clinic:
    """Sites, chairs and providers."""
    sites = connection.execute(select(Site.site_id, Site.site_key, Site.time_zone))
    chairs = connection.execute(select(Chair.chair_id, Chair.chair_key))
    providers = connection.execute(select(Provider.provider_id, Provider.provider_key))
    return Clinic(
        sites={site_id: SiteRecord(key, ZoneInfo(zone)) for site_id, key, zone in sites},
        chairs={row.chair_id: row.chair_key for row in chairs},
        providers={row.provider_id: row.provider_key for row in providers},
    )


def load_patients(connection: Connection, patient_keys: Sequence[int]) -> list[PatientRecords]:
    """The records of some patients, by key; keys that no patient has are passed over.

    The keys become parameters of each statement, so their number must stay in the hundreds.
    """
    chosen = Patient.patient_key.in_(patient_keys)
    series = _by_first_field(_series(connection, chosen))
    infusions = _by_first_field(_infusions(connection, chosen))
    vitals = dict(_vitals(connection, chosen))
    side_effects = _by_first_field(_side_effects(connection, chosen))
    scores = _by_first_field(_scores(connection, chosen))
    appointments = _by_first_field(_appointments(connection, chosen))
    return [
        PatientRecords(
            patient=patient,
            series=series[patient.patient_key],
            infusions=infusions[patient.patient_key],
            vitals=vitals,
            side_effects=side_effects,
            scores=scores[patient.patient_key],
            appointments=appointments[patient.patient_key],
        )
        for patient in _patients(connection, chosen)
    ]


def unassigned_appointments(connection: Connection) -> Iterator[AppointmentRecord]:
    """The appointments that are kept for no patient."""
    statement = _APPOINTMENTS.where(Appointment.patient_id.is_(None))
    return map(_appointment, connection.execute(statement).all())


_Record = TypeVar("_Record", bound=tuple[Any, ...])


def _by_first_field(records: Iterable[_Record]) -> defaultdict[Any, list[_Record]]:
    groups: defaultdict[Any, list[_Record]] = defaultdict(list)
    for record in records:
        groups[record[0]].append(record)
    return groups


def _patients(connection: Connection, chosen: ColumnElement[bool]) -> list[PatientRecord]:
    statement = (
        select(
            Patient.patient_key,
            Patient.patient_id,
            Patient.birth_date,
            Patient.primary_diagnosis,
            Patient.failed_antidepressants,
            Patient.site_id,
            Patient.mrn,
            Patient.given_name,
            Patient.family_name,
            Patient.sex,
            Patient.hypertension,
            Patient.referral_source,
            Patient.referred_on,
        )
        .where(chosen)
        .order_by(Patient.patient_key)
    )
    return [PatientRecord._make(row) for row in connection.execute(statement).all()]


def _series(connection: Connection, chosen: ColumnElement[bool]) -> Iterator[SeriesRecord]:
    statement = (
        select(
            Patient.patient_key,
            Patient.patient_id,
            Series.series_key,
            Series.series_id,
            Series.phase,
            Series.started_on,
            Series.planned_infusions,
            Series.derived,
        )
        .join(Series, Series.patient_id == Patient.patient_id)
        .where(chosen)
    )
    for row in connection.execute(statement).all():
        series = SeriesRecord._make(row)
        yield series._replace(phase=Phase[row.phase.upper()])


def _infusions(connection: Connection, chosen: ColumnElement[bool]) -> list[InfusionRecord]:
    """Infusions in time order; of two at once the identifier decides, whichever came in first."""
    statement = (
        select(
            Patient.patient_key,
            Infusion.infusion_key,
            Infusion.infusion_id,
            Infusion.site_id,
            Infusion.started_at,
            Infusion.ended_at,
            Infusion.discharged_at,
            Infusion.dose_mg,
            Infusion.weight_kg,
            Infusion.drug,
            Infusion.series_id,
            Infusion.sequence_number,
            Infusion.series_derived,
            Infusion.sequence_derived,
            Infusion.appointment_id,
            Infusion.stopped_early,
            Infusion.side_effects_recorded,
            Infusion.provider_id,
            Infusion.chair_id,
        )
        .join(Infusion, Infusion.patient_id == Patient.patient_id)
        .where(chosen)
    )
    infusions = [InfusionRecord._make(row) for row in connection.execute(statement).all()]
    infusions.sort(key=attrgetter("started_at", "infusion_id"))
    return infusions


def _vitals(
    connection: Connection, chosen: ColumnElement[bool]
) -> Iterator[tuple[int, VitalSummary]]:
    # Materialized, or PostgreSQL may walk all infusions by key to save the sort.
    infusions = (
        select(Infusion.infusion_key, Infusion.infusion_id)
        .join(Patient, Infusion.patient_id == Patient.patient_id)
        .where(chosen)
        .cte("chosen_infusions")
        .prefix_with("MATERIALIZED")
    )
    statement = (
        select(
            infusions.c.infusion_key,
            VitalSigns.systolic_mmhg,
            VitalSigns.diastolic_mmhg,
            VitalSigns.spo2_percent,
            VitalSigns.sedation_moaas,
        )
        .join_from(infusions, VitalSigns, VitalSigns.infusion_id == infusions.c.infusion_id)
        .order_by(infusions.c.infusion_key, VitalSigns.measured_at)
    )
    for infusion_key, rows in groupby(connection.execute(statement).all(), itemgetter(0)):
        yield infusion_key, summarise(Measurement._make(row[1:]) for row in rows)


def _side_effects(
    connection: Connection, chosen: ColumnElement[bool]
) -> Iterator[SideEffectRecord]:
    statement = (
        select(
            Infusion.infusion_key,
            SideEffect.term,
            SideEffect.grade,
            SideEffect.serious,
            SideEffect.onset_at,
            SideEffect.resolved_at,
        )
        .select_from(Patient)
        .join(Infusion, Infusion.patient_id == Patient.patient_id)
        .join(SideEffect, SideEffect.infusion_id == Infusion.infusion_id)
        .where(chosen)
    )
    return map(SideEffectRecord._make, connection.execute(statement).all())


_SCORE_COLUMNS = (
    Patient.patient_key,
    Assessment.assessment_key,
    Assessment.assessment_id,
    Assessment.instrument,
    Assessment.completed_at,
)


def _of_assessments(columns: Iterable[Any], chosen: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*columns).join(Assessment, Assessment.patient_id == Patient.patient_id).where(chosen)
    )


def _scores(connection: Connection, chosen: ColumnElement[bool]) -> list[ScoreRecord]:
    """Scores of known instruments, in time order; of two at once the identifier decides."""
    scores = [*_recorded_scores(connection, chosen), *_itemised_scores(connection, chosen)]
    scores.sort(key=attrgetter("completed_at", "assessment_id"))
    return scores


def _recorded_scores(connection: Connection, chosen: ColumnElement[bool]) -> Iterator[ScoreRecord]:
    items = Assessment.__table__.c
    columns = (*_SCORE_COLUMNS, Assessment.total_score, items.item_4, items.item_9)
    statement = _of_assessments(columns, chosen).where(Assessment.total_score.is_not(None))
    rows = connection.execute(statement).all()
    for patient_key, key, identifier, name, completed_at, total, *given in rows:
        if name in INSTRUMENTS:
            instrument = INSTRUMENTS[name]
            kept = given if instrument is PHQ9 else (None, None)
            yield ScoreRecord(patient_key, key, identifier, instrument, completed_at, total, *kept)


def _itemised_scores(connection: Connection, chosen: ColumnElement[bool]) -> Iterator[ScoreRecord]:
    """Scores without a total, where all items are there to work it out."""
    items = (Assessment.__table__.columns[name] for name in ITEM_COLUMNS)
    statement = _of_assessments((*_SCORE_COLUMNS, *items), chosen).where(
        Assessment.total_score.is_(None)
    )
    rows = connection.execute(statement).all()
    for patient_key, key, identifier, name, completed_at, *given in rows:
        instrument = INSTRUMENTS.get(name)
        total = total_from_items(instrument, given) if instrument is not None else None
        if instrument is not None and total is not None:
            kept = (given[3], given[8]) if instrument is PHQ9 else (None, None)
            yield ScoreRecord(patient_key, key, identifier, instrument, completed_at, total, *kept)


_APPOINTMENTS = select(
    Patient.patient_key,
    Appointment.appointment_key,
    Appointment.appointment_id,
    Appointment.site_id,
    Appointment.kind,
    Appointment.status,
    Appointment.scheduled_start,
    Appointment.scheduled_end,
    Appointment.booked_at,
    Appointment.cancelled_at,
    Appointment.chair_id,
    Appointment.provider_id,
    Appointment.rescheduled_from,
).outerjoin_from(Appointment, Patient, Appointment.patient_id == Patient.patient_id)


def _appointments(
    connection: Connection, chosen: ColumnElement[bool]
) -> Iterator[AppointmentRecord]:
    return map(_appointment, connection.execute(_APPOINTMENTS.where(chosen)).all())


def _appointment(row: Sequence[Any]) -> AppointmentRecord:
    patient_key, appointment_key, appointment_id, site_id, kind, status, *rest = row
    return AppointmentRecord(
        patient_key,
        appointment_key,
        appointment_id,
        site_id,
        AppointmentKind[kind.upper()],
        AppointmentStatus[status.upper()],
        *rest,
    )
