"""Whether the stored facts are those that a rebuild would give; changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, select, true

from data_access.facts.columns import expected_columns
from data_access.facts.courses import Courses
from data_access.facts.derive import derive_facts
from data_access.facts.load import load_patients
from data_access.facts.occupancy import day_slices, expected_occupancy
from data_access.facts.placements import derived_placement, stored_placement
from data_access.facts.records import PatientRecords
from data_access.facts.refresh import ReportProgress, load_surroundings, unassigned_rows
from data_access.facts.tables import (
    all_patient_keys,
    chunks,
    lookups_by_index,
    of_nobody,
    of_patients,
    table_of,
)
from data_access.facts.totals import TOTAL_TABLES, totals_statement
from data_access.schema import AppointmentFact, Base, FactColumn

Key = tuple[Any, ...]
Row = Mapping[str, Any]

MOST_DIFFERENCES = 1_000
"""How many differences are worth listing; after so many the facts want a rebuild anyway."""


class FactDifference(NamedTuple):
    """A row that is stored otherwise than a rebuild would give it.

    ``key``: the primary key, in the order of the table. ``columns``: those that differ; empty
    where the row is missing (``stored`` is ``None``) or too many (``expected`` is ``None``).
    """

    table: str
    key: Key
    columns: tuple[str, ...]
    stored: Row | None
    expected: Row | None

    def __str__(self) -> str:
        """One line for a terminal: keys and codes only, nothing that names a patient."""
        row = f"{self.table} {', '.join(map(str, self.key))}"
        if self.stored is None:
            return f"{row}: missing"
        if self.expected is None:
            return f"{row}: should not be there"
        parts = (
            f"{column} is {_shown(self.stored[column])}, should be {_shown(self.expected[column])}"
            for column in self.columns
        )
        return f"{row}: {'; '.join(parts)}"


def _shown(value: Any) -> str:
    """A value for a terminal; of packed ones only how many bytes they are, and a check sum."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes ({crc32(value):08x})"
    return str(value)


def check_facts(
    connection: Connection,
    progress: ReportProgress | None = None,
    at_most: int = MOST_DIFFERENCES,
) -> list[FactDifference]:
    """Where the stored facts, series and places are not those that a rebuild would give.

    Reads in chunks and stops after ``at_most`` differences; changes nothing.
    """
    with lookups_by_index(connection):
        return list(islice(_all_differences(connection, progress), at_most))


def _all_differences(
    connection: Connection, progress: ReportProgress | None
) -> Iterator[FactDifference]:
    surroundings = load_surroundings(connection)
    keys = all_patient_keys(connection)
    done = 0
    for some in chunks(keys):
        patients = load_patients(connection, some)
        derived = [derive_facts(records, surroundings) for records in patients]
        for records, (courses, _) in zip(patients, derived, strict=True):
            yield from _series_differences(records, courses)
            yield from _placement_differences(records, courses)
        for model, condition in of_patients(some).items():
            expected = [row for _, facts in derived for row in facts[model]]
            yield from _fact_differences(connection, model, condition, expected)
        done += len(some)
        if progress is not None:
            progress(done, len(keys))
    yield from _fact_differences(
        connection, AppointmentFact, of_nobody(), unassigned_rows(connection)
    )
    for model in TOTAL_TABLES:
        columns = table_of(model).columns.keys()
        totals = connection.execute(totals_statement(model))
        added_up = [dict(zip(columns, row, strict=True)) for row in totals]
        yield from _fact_differences(connection, model, true(), added_up)
    for first, last in list(day_slices(connection)):
        for day_table, condition, rows in expected_occupancy(connection, first, last):
            yield from _fact_differences(connection, day_table, condition, rows)
    for condition, rows in expected_columns(connection):
        yield from _fact_differences(connection, FactColumn, condition, rows)


def _series_differences(records: PatientRecords, courses: Courses) -> Iterator[FactDifference]:
    return _differences(
        "series",
        ("series_key",),
        (series._asdict() for series in records.series if series.derived),
        (series._asdict() for series in courses.derived_series),
    )


def _placement_differences(records: PatientRecords, courses: Courses) -> Iterator[FactDifference]:
    return _differences(
        "infusions",
        ("infusion_key",),
        (stored_placement(record)._asdict() for record in records.infusions),
        (derived_placement(infusion)._asdict() for infusion in courses.infusions),
    )


def _fact_differences(
    connection: Connection,
    model: type[Base],
    condition: ColumnElement[bool],
    expected: Iterable[Row],
) -> Iterator[FactDifference]:
    table = table_of(model)
    stored = [row._asdict() for row in connection.execute(select(table).where(condition))]
    keys = table.primary_key.columns.keys()
    return _differences(table.name, keys, stored, expected)


def _differences(
    table: str, key_columns: Iterable[str], stored: Iterable[Row], expected: Iterable[Row]
) -> Iterator[FactDifference]:
    """Compare two sets of rows by their keys."""
    names = tuple(key_columns)

    def by_key(rows: Iterable[Row]) -> dict[Key, Row]:
        return {tuple(row[name] for name in names): row for row in rows}

    before, after = by_key(stored), by_key(expected)
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield FactDifference(table, key, (), old, new)
            continue
        columns = tuple(column for column in new if old[column] != new[column])
        if columns:
            yield FactDifference(table, key, columns, old, new)
