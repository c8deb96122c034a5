"""Writing the facts: of some patients after an import, or of all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from data_access.bulk import insert_rows
from data_access.facts.appointment_rows import appointment_row
from data_access.facts.derive import FactRows, Surroundings, Terms, derive_facts
from data_access.facts.placements import store_placements
from data_access.facts.records import load_clinic, load_patients, unassigned_appointments
from data_access.schema import (
    Appointment,
    AppointmentFact,
    Assessment,
    Base,
    CourseFact,
    Infusion,
    InfusionFact,
    Patient,
    PatientFact,
    ScoreFact,
    Series,
    SideEffectFact,
    Term,
)

ReportProgress = Callable[[int, int], None]
"""Called with the number of patients done and of all."""

CHUNK = 500
"""Patients at a time: bounds the memory, and the parameters of a statement."""

FACT_TABLES: tuple[type[Base], ...] = (
    InfusionFact,
    SideEffectFact,
    ScoreFact,
    CourseFact,
    PatientFact,
    AppointmentFact,
)


def refresh_facts(
    connection: Connection,
    patient_keys: Iterable[int],
    progress: ReportProgress | None = None,
) -> None:
    """Derive series, sequence numbers and every fact of some patients anew.

    For the transaction that changed their records; unknown keys are passed over. Where a record
    moved from one patient to another, both must be among them.
    """
    keys = sorted(set(patient_keys))
    surroundings = load_surroundings(connection)
    unused_series: list[int] = []
    done = 0
    for some in chunks(keys):
        patients = load_patients(connection, some)
        derived = [derive_facts(records, surroundings) for records in patients]
        _delete_facts(connection, some)
        places = zip(patients, (courses for courses, _ in derived), strict=True)
        unused_series.extend(store_placements(connection, places))
        _store_terms(connection, surroundings.terms)
        _insert_facts(connection, [rows for _, rows in derived])
        done += len(some)
        if progress is not None:
            progress(done, len(keys))
    # Last, because an infusion may have moved to a patient of a later chunk.
    for some in chunks(unused_series):
        connection.execute(delete(Series).where(Series.series_key.in_(some)))


def rebuild_facts(connection: Connection, progress: ReportProgress | None = None) -> None:
    """Derive everything anew: the same rows that the refreshes gave, and no others."""
    for table in FACT_TABLES:
        connection.execute(delete(table))
    refresh_facts(connection, all_patient_keys(connection), progress)
    _insert_unassigned_appointments(connection)


def refresh_unassigned_appointments(connection: Connection) -> None:
    """Derive the facts of the appointments without a patient anew."""
    unassigned = select(Appointment.appointment_key).where(Appointment.patient_id.is_(None))
    connection.execute(
        delete(AppointmentFact).where(AppointmentFact.appointment_key.in_(unassigned))
    )
    _insert_unassigned_appointments(connection)


def load_surroundings(connection: Connection) -> Surroundings:
    """What the facts of the next patients refer to."""
    terms = connection.execute(select(Term.name, Term.term_key))
    last_series_key = connection.scalar(select(func.max(Series.series_key))) or 0
    return Surroundings(
        clinic=load_clinic(connection),
        terms=Terms({term.name: term.term_key for term in terms}),
        new_series_keys=count(last_series_key + 1),
    )


def all_patient_keys(connection: Connection) -> Sequence[int]:
    """The keys of all patients, in order."""
    return connection.scalars(select(Patient.patient_key).order_by(Patient.patient_key)).all()


def chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys, some hundred at a time."""
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def column_names(table: type[Base]) -> list[str]:
    """The columns of a table, in its order."""
    return list(Base.metadata.tables[table.__tablename__].columns.keys())


def records_of(patient_keys: Sequence[int]) -> dict[type[Base], ColumnElement[bool]]:
    """For each fact table, the condition that a row is derived from a record of these patients.

    By the record's key and not by the fact's own patient, so that the primary key finds the rows.
    """
    chosen = Patient.patient_key.in_(patient_keys)

    def keys(column: InstrumentedAttribute[int], patient_id: Any) -> Select[int]:
        return select(column).join(Patient, patient_id == Patient.patient_id).where(chosen)

    infusions = keys(Infusion.infusion_key, Infusion.patient_id)
    return {
        InfusionFact: InfusionFact.infusion_key.in_(infusions),
        SideEffectFact: SideEffectFact.infusion_key.in_(infusions),
        ScoreFact: ScoreFact.assessment_key.in_(
            keys(Assessment.assessment_key, Assessment.patient_id)
        ),
        CourseFact: CourseFact.series_key.in_(keys(Series.series_key, Series.patient_id)),
        PatientFact: PatientFact.patient_key.in_(patient_keys),
        AppointmentFact: AppointmentFact.appointment_key.in_(
            keys(Appointment.appointment_key, Appointment.patient_id)
        ),
    }


def _delete_facts(connection: Connection, patient_keys: Sequence[int]) -> None:
    for table, condition in records_of(patient_keys).items():
        connection.execute(delete(table).where(condition))


def _insert_facts(connection: Connection, patients: list[FactRows]) -> None:
    for table in FACT_TABLES:
        columns = column_names(table)
        values = itemgetter(*columns)
        insert_rows(
            connection, table, columns, (values(row) for rows in patients for row in rows[table])
        )


def _insert_unassigned_appointments(connection: Connection) -> None:
    clinic = load_clinic(connection)
    columns = column_names(AppointmentFact)
    values = itemgetter(*columns)
    # Read before writing: on PostgreSQL a COPY and an open result exclude each other.
    appointments = list(unassigned_appointments(connection))
    insert_rows(
        connection,
        AppointmentFact,
        columns,
        (values(appointment_row(appointment, clinic)) for appointment in appointments),
    )


def _store_terms(connection: Connection, terms: Terms) -> None:
    insert_rows(connection, Term, ["term_key", "name"], terms.added)
    terms.added.clear()
