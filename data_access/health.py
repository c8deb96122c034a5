"""Is the database sound? What ``python -m data_access check`` reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, exists, func, inspect, select, true

from access.viewer import Permission, Viewer, require
from clinical.instruments import INSTRUMENTS
from data_access.audit_check import check_trail
from data_access.migrate import REVISIONS, require_schema
from data_access.schema import (
    Appointment,
    AppointmentFact,
    Assessment,
    Base,
    Infusion,
    InfusionFact,
    Patient,
    PatientFact,
    ScoreFact,
    SideEffect,
    SideEffectFact,
)
from data_access.status import clinic_status

_LISTED = 5
"""So many faults of one kind are named; then only their number is told."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a database.

    ``system``: such as ``SQLite 3.45.1``; ``rows``: of each table; ``latest_import``: when it
    ended; ``last_infusion``: its clinic day; ``problems``: one sentence each, none where all is
    well.
    """

    system: str
    revision: str
    rows: tuple[tuple[str, int], ...]
    latest_import: datetime | None
    last_infusion: date | None
    is_demo: bool
    problems: tuple[str, ...]


def check_health(connection: Connection, viewer: Viewer) -> Health:
    """Look for what can be wrong in a database of this program's version.

    Raises :class:`~data_access.errors.SchemaMismatchError` for another version. Reads every row of
    an SQLite file, about a second for each half gigabyte.
    """
    require(viewer, Permission.SEE_TOTALS)
    require_schema(connection)
    missing = _missing_tables(connection)
    if missing:
        problems = [f"The table {name} is missing. Put back a backup copy." for name in missing]
        return _health(connection, (), None, None, False, problems)
    status = clinic_status(connection, viewer)
    return _health(
        connection,
        tuple(_rows(connection)),
        status.as_of,
        status.last_day,
        status.is_demo,
        [
            *_integrity_problems(connection),
            *_fact_problems(connection),
            *_trail_problems(connection),
        ],
    )


def _health(
    connection: Connection,
    rows: tuple[tuple[str, int], ...],
    latest_import: datetime | None,
    last_infusion: date | None,
    is_demo: bool,
    problems: list[str],
) -> Health:
    return Health(
        system=_system(connection),
        revision=REVISIONS[-1],
        rows=rows,
        latest_import=latest_import,
        last_infusion=last_infusion,
        is_demo=is_demo,
        problems=tuple(problems),
    )


def _system(connection: Connection) -> str:
    name = "SQLite" if connection.dialect.name == "sqlite" else "PostgreSQL"
    version = connection.dialect.server_version_info or ()
    return f"{name} {'.'.join(str(part) for part in version)}"


def _missing_tables(connection: Connection) -> list[str]:
    present = set(inspect(connection).get_table_names())
    return sorted(set(Base.metadata.tables) - present)


def _rows(connection: Connection) -> Iterator[tuple[str, int]]:
    for _, table in sorted(Base.metadata.tables.items()):
        yield table.name, connection.execute(select(func.count()).select_from(table)).scalar_one()


def _integrity_problems(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        yield from _sqlite_problems(connection)
    else:
        yield from _postgresql_problems(connection)


def _sqlite_problems(connection: Connection) -> Iterator[str]:
    faults = connection.exec_driver_sql(f"PRAGMA integrity_check({_LISTED})").scalars().all()
    if faults != ["ok"]:
        yield f"The file is damaged ({'; '.join(faults)}). Put back a backup copy of it."
    references = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    broken = {(str(row[0]), str(row[2])) for row in references}
    for table, parent in sorted(broken):
        count = sum((row[0], row[2]) == (table, parent) for row in references)
        yield f"References from {table} to {parent} lead nowhere ({count:,})."


def _postgresql_problems(connection: Connection) -> Iterator[str]:
    """What PostgreSQL itself knows to be unchecked or unfinished."""
    unchecked = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    )
    for table, name in unchecked:
        yield (
            f"The constraint {name} of {table} was never checked against its rows. Run: "
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
        )
    unfinished = connection.exec_driver_sql(
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON oid = indexrelid "
        "WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace ORDER BY 1"
    )
    for (name,) in unfinished:
        yield f"The index {name} is not usable. Run: REINDEX INDEX {name}"


def _fact_problems(connection: Connection) -> Iterator[str]:
    """Records from which no fact was derived. (A fact without its record breaks a reference.)"""
    scored = and_(Assessment.instrument.in_(INSTRUMENTS), Assessment.total_score.is_not(None))
    for noun, key, fact_key, counted in (
        ("patients", Patient.patient_key, PatientFact.patient_key, true()),
        ("infusions", Infusion.infusion_key, InfusionFact.infusion_key, true()),
        ("scores", Assessment.assessment_key, ScoreFact.assessment_key, scored),
        (
            "appointments",
            Appointment.appointment_key,
            AppointmentFact.appointment_key,
            true(),
        ),
    ):
        without = select(func.count()).where(counted, ~exists().where(fact_key == key))
        yield from _stale(connection.execute(without.select_from(key.table)).scalar_one(), noun)
    recorded = select(func.count(SideEffect.side_effect_key)).scalar_subquery()
    derived = select(func.coalesce(func.sum(SideEffectFact.events), 0)).scalar_subquery()
    yield from _stale(connection.execute(select(recorded - derived)).scalar_one(), "side effects")


def _trail_problems(connection: Connection) -> Iterator[str]:
    fault = check_trail(connection).fault
    if fault:
        yield f"The audit trail is not as it was written. {fault}"


def _stale(count: int, noun: str) -> Iterator[str]:
    if count:
        yield (
            f"Facts and records disagree for {abs(count):,} of the {noun}. "
            "Run 'python -m data_access rebuild-facts'."
        )
