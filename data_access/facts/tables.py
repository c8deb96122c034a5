"""The fact tables, and which of their rows are derived from which records."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select
from sqlalchemy.orm import InstrumentedAttribute

from data_access.schema import (
    AccessFact,
    Appointment,
    AppointmentFact,
    Assessment,
    Base,
    CourseFact,
    InductionFact,
    Infusion,
    InfusionFact,
    MilestoneFact,
    OutcomeFact,
    Patient,
    PatientFact,
    PatientWord,
    ScoreFact,
    Series,
    SideEffectFact,
    StartFact,
    WatchFact,
)

FACT_TABLES: tuple[type[Base], ...] = (
    InfusionFact,
    SideEffectFact,
    ScoreFact,
    CourseFact,
    PatientFact,
    PatientWord,
    WatchFact,
    AppointmentFact,
    AccessFact,
    InductionFact,
    StartFact,
    OutcomeFact,
    MilestoneFact,
)

_Column = InstrumentedAttribute[Any]

CHUNK = 200
"""Patients at a time: bounds the memory, and the parameters of a statement."""


_SCAN_PLANS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")


@contextmanager
def lookups_by_index(connection: Connection) -> Iterator[None]:
    """Let PostgreSQL find some hundred patients' rows by index, whatever its statistics say.

    After a bulk load in the same transaction the statistics are missing or of empty tables, so the
    planner would scan whole tables for each chunk: time in the square of the clinic's size. SQLite
    always takes the indexes.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    for plan in _SCAN_PLANS:
        connection.exec_driver_sql(f"SET LOCAL {plan} = off")
    yield
    for plan in _SCAN_PLANS:
        connection.exec_driver_sql(f"SET LOCAL {plan} TO DEFAULT")


def all_patient_keys(connection: Connection) -> Sequence[int]:
    """The keys of all patients, in order."""
    return connection.scalars(select(Patient.patient_key).order_by(Patient.patient_key)).all()


def chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys, some hundred at a time."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return Base.metadata.tables[model.__tablename__]


def of_patients(patient_keys: Sequence[int]) -> dict[type[Base], ColumnElement[bool]]:
    """For each fact table, the condition that a row is derived from a record of these patients.

    By the record's key and not by the fact's own patient, so that the primary key finds the rows,
    and a record that moved from another patient is among them.
    """
    chosen = Patient.patient_key.in_(patient_keys)

    def keys(
        key: InstrumentedAttribute[int], patient_id: InstrumentedAttribute[Any]
    ) -> Select[int]:
        return select(key).join(Patient, patient_id == Patient.patient_id).where(chosen)

    infusions = keys(Infusion.infusion_key, Infusion.patient_id)
    assessments = keys(Assessment.assessment_key, Assessment.patient_id)
    series = keys(Series.series_key, Series.patient_id)
    appointments = keys(Appointment.appointment_key, Appointment.patient_id)
    return {
        InfusionFact: InfusionFact.infusion_key.in_(infusions),
        SideEffectFact: SideEffectFact.infusion_key.in_(infusions),
        ScoreFact: ScoreFact.assessment_key.in_(assessments),
        CourseFact: CourseFact.series_key.in_(series),
        PatientFact: PatientFact.patient_key.in_(patient_keys),
        PatientWord: PatientWord.patient_key.in_(patient_keys),
        WatchFact: WatchFact.patient_key.in_(patient_keys),
        AppointmentFact: AppointmentFact.appointment_key.in_(appointments),
        AccessFact: AccessFact.patient_key.in_(patient_keys),
        InductionFact: InductionFact.series_key.in_(series),
        StartFact: StartFact.series_key.in_(series),
        OutcomeFact: OutcomeFact.series_key.in_(series),
        MilestoneFact: MilestoneFact.series_key.in_(series),
    }


def of_nobody() -> ColumnElement[bool]:
    """The condition that a row of ``appointment_facts`` is of an appointment without a patient."""
    unassigned = select(Appointment.appointment_key).where(Appointment.patient_id.is_(None))
    return AppointmentFact.appointment_key.in_(unassigned)
