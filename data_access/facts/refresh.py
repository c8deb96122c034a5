"""Writing the facts: of some patients after an import, or of all."""

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from operator import itemgetter

from sqlalchemy import Connection, delete, func, select

from data_access.bulk import insert_rows
from data_access.facts.appointment_rows import appointment_row
from data_access.facts.columns import fact_rows, rebuild_columns, refresh_columns
from data_access.facts.derive import Surroundings, Terms, derive_facts
from data_access.facts.infusion_rows import FactRow
from data_access.facts.load import load_clinic, load_patients, unassigned_appointments
from data_access.facts.occupancy import (
    OCCUPANCY_TABLES,
    chair_times_of_nobody,
    chair_times_of_patients,
    rebuild_occupancy,
    refresh_occupancy,
)
from data_access.facts.placements import store_placements
from data_access.facts.tables import (
    FACT_TABLES,
    all_patient_keys,
    chunks,
    lookups_by_index,
    of_nobody,
    of_patients,
    table_of,
)
from data_access.facts.totals import TOTAL_TABLES, put_into_totals, refresh_totals, take_from_totals
from data_access.handles import handle_maker
from data_access.schema import AppointmentFact, Base, Series, Term

ReportProgress = Callable[[int, int], None]
"""Called with the number of patients done and of all."""


_FEW = 1_000
"""Up to so many patients their part of the totals, and the days and packed columns in which
something of theirs has changed, are worked out anew; beyond, all are."""


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
    few = keys if len(keys) <= _FEW else []
    with lookups_by_index(connection):
        before, rows_before = chair_times_of_patients(connection, few), fact_rows(connection, few)
        _refresh_patients(connection, keys, progress)
        days = chair_times_of_patients(connection, few).days_changed(before)
        rows = fact_rows(connection, few)
    if len(keys) > _FEW:
        rebuild_occupancy(connection)
        rebuild_columns(connection)
    else:
        refresh_occupancy(connection, days)
        refresh_columns(connection, rows_before, rows)


def _refresh_patients(
    connection: Connection, keys: Sequence[int], progress: ReportProgress | None
) -> None:
    """Refresh all that follows from one patient's records, and the totals."""
    surroundings = load_surroundings(connection)
    unused_series: list[int] = []
    done = 0
    few = keys if len(keys) <= _FEW else []
    # Before any fact is changed, and put in after all are: a record may move between chunks.
    for some in chunks(few):
        take_from_totals(connection, some)
    for some in chunks(keys):
        unused_series.extend(_refresh_some(connection, some, surroundings))
        done += len(some)
        if progress is not None:
            progress(done, len(keys))
    # Last, because an infusion may have moved to a patient of a later chunk.
    for some in chunks(unused_series):
        connection.execute(delete(Series).where(Series.series_key.in_(some)))
    for some in chunks(few):
        put_into_totals(connection, some)
    if len(keys) > _FEW:
        refresh_totals(connection)


def _refresh_some(
    connection: Connection, patient_keys: Sequence[int], surroundings: Surroundings
) -> list[int]:
    """Refresh one chunk of patients; returns the keys of series that are no longer in use."""
    patients = load_patients(connection, patient_keys)
    derived = [derive_facts(records, surroundings) for records in patients]
    for model, condition in of_patients(patient_keys).items():
        connection.execute(delete(model).where(condition))
    places = zip(patients, (courses for courses, _ in derived), strict=True)
    unused_series = store_placements(connection, places)
    _store_terms(connection, surroundings.terms)
    for model in FACT_TABLES:
        _insert(connection, model, (row for _, facts in derived for row in facts[model]))
    return unused_series


def rebuild_facts(connection: Connection, progress: ReportProgress | None = None) -> None:
    """Derive everything anew: the same rows that the refreshes gave, and no others."""
    for table in (*FACT_TABLES, *TOTAL_TABLES, *OCCUPANCY_TABLES):
        connection.execute(delete(table))
    with lookups_by_index(connection):
        _refresh_patients(connection, all_patient_keys(connection), progress)
    _insert_unassigned_appointments(connection)
    rebuild_occupancy(connection)
    rebuild_columns(connection)


def refresh_unassigned_appointments(connection: Connection) -> None:
    """Derive the facts of the appointments without a patient anew."""
    before = chair_times_of_nobody(connection)
    connection.execute(delete(AppointmentFact).where(of_nobody()))
    _insert_unassigned_appointments(connection)
    refresh_occupancy(connection, chair_times_of_nobody(connection).days_changed(before))


def load_surroundings(connection: Connection) -> Surroundings:
    """What the facts of the next patients refer to."""
    terms = connection.execute(select(Term.name, Term.term_key))
    last_series_key = connection.scalar(select(func.max(Series.series_key))) or 0
    return Surroundings(
        clinic=load_clinic(connection),
        terms=Terms({term.name: term.term_key for term in terms}),
        new_series_keys=count(last_series_key + 1),
        handle=handle_maker(connection),
    )


def unassigned_rows(connection: Connection) -> list[FactRow]:
    """The rows of ``appointment_facts`` of the appointments without a patient."""
    clinic = load_clinic(connection)
    return [
        appointment_row(appointment, clinic) for appointment in unassigned_appointments(connection)
    ]


def _insert_unassigned_appointments(connection: Connection) -> None:
    _insert(connection, AppointmentFact, unassigned_rows(connection))


def _insert(connection: Connection, model: type[Base], rows: Iterable[FactRow]) -> None:
    columns = table_of(model).columns.keys()
    insert_rows(connection, model, columns, map(itemgetter(*columns), rows))


def _store_terms(connection: Connection, terms: Terms) -> None:
    insert_rows(connection, Term, ["term_key", "name"], terms.added)
    terms.added.clear()
