"""The audit trail is written without a gap or a fork, or nothing about patients is shown."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, event, make_url, select

from access.actions import Action, Outcome
from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from data_access.audit import (
    SAME_LOOK_SECONDS,
    Entry,
    NotAuditedError,
    append,
    chain_hash,
    disclose,
    disclose_record,
    export,
    note,
    refuse_record,
)
from data_access.audit_check import check_trail
from data_access.engine import make_engine, reading, writing
from data_access.schema import AuditEntry, AuditPerson
from data_access.status import clinic_status

NURSE = Viewer(
    "nurse@clinic.example",
    frozenset({Permission.SEE_PATIENTS}),
    role="nurse",
    session="s-1",
    address="192.0.2.7",
)
NOON = datetime(2026, 3, 9, 12, 0, 30, 999_999, tzinfo=UTC)


class UndoneError(Exception):
    """Ends a write transaction without a trace."""


def entries(engine: Engine) -> list[tuple[Any, ...]]:
    """Number, who, action, what, outcome and patients of each entry, in order."""
    with reading(engine) as connection:
        named: dict[int, list[int]] = {}
        for number, patient in connection.execute(
            select(AuditPerson.entry_key, AuditPerson.patient_key).order_by(AuditPerson.patient_key)
        ):
            named.setdefault(number, []).append(patient)
        rows = connection.execute(
            select(
                AuditEntry.entry_key,
                AuditEntry.who,
                AuditEntry.action,
                AuditEntry.what,
                AuditEntry.outcome,
            ).order_by(AuditEntry.entry_key)
        )
        return [(*row, named.get(row.entry_key, [])) for row in rows]


def assert_sound(engine: Engine, count: int) -> None:
    with reading(engine) as connection:
        found = check_trail(connection)
    assert (found.fault, found.sound) == ("", count)


# --- an entry ---------------------------------------------------------------------------------


def test_an_entry_says_who_did_what_when_from_where_and_how_it_ended(engine: Engine):
    with time_machine.travel(NOON, tick=False):
        note(engine, NURSE, Entry(Action.LIST, "caseload", Outcome.REFUSED, (9, 3, 9)))
    with reading(engine) as connection:
        (row,) = connection.execute(select(AuditEntry.__table__)).all()
        people = connection.execute(select(AuditPerson.entry_key, AuditPerson.patient_key)).all()
    assert tuple(row)[:-1] == (
        1,
        NOON.replace(microsecond=0),
        "nurse@clinic.example",
        "nurse",
        "s-1",
        "192.0.2.7",
        "list patients",
        "caseload",
        "refused",
        2,
    )
    assert sorted(map(tuple, people)) == [(1, 3), (1, 9)]


def test_the_hash_is_of_the_hash_before_the_values_and_the_patients():
    """Worked out with sha256sum from the text in the order of its names."""
    values = {
        "entry_key": 1,
        "at": datetime(2026, 3, 9, 12, 0, 30, tzinfo=UTC),
        "who": "n",
        "role": "",
        "session": "",
        "address": "",
        "action": "view patient",
        "what": "record",
        "outcome": "done",
        "people": 1,
    }
    expected = "5aeabfd88e42bfcdf83af30c9f9ad0e598d80611c374bff762a3e67f0fbd0c24"
    assert chain_hash("0" * 64, values, [7]) == expected
    assert chain_hash("0" * 64, {**values, "at": "2026-03-09T12:00:30Z"}, [7]) == expected
    assert chain_hash("1" + "0" * 63, values, [7]) != expected
    assert chain_hash("0" * 64, values, [8]) != expected


def test_many_at_once_leave_no_gap_and_no_fork(database_url: str):
    """Eight writers, each with connections of its own, as eight processes have."""
    engines = [make_engine(database_url) for _ in range(8)]

    def write(engine: Engine) -> None:
        for number in range(10):
            note(engine, NURSE, Entry(Action.LIST, "list", people=(number,)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, engines))
    assert_sound(engines[0], 80)
    for engine in engines:
        engine.dispose()


def test_what_is_rolled_back_was_never_noted(engine: Engine):
    note(engine, NURSE, Entry(Action.IMPORT, "one"))
    with suppress(UndoneError), writing(engine) as connection:
        append(connection, NURSE, Entry(Action.IMPORT, "two"))
        raise UndoneError
    note(engine, NURSE, Entry(Action.IMPORT, "three"))
    assert [row[3] for row in entries(engine)] == ["one", "three"]
    assert_sound(engine, 2)


# --- looks ------------------------------------------------------------------------------------


def test_the_same_look_is_noted_once_in_ten_minutes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    clock = [1000.0]
    monkeypatch.setattr("data_access.audit.monotonic", lambda: clock[0])
    with reading(engine) as connection:
        disclose(connection, NURSE, Action.LIST, "caseload", [2, 1])
        clock[0] += SAME_LOOK_SECONDS - 1
        disclose(connection, NURSE, Action.LIST, "caseload", [1, 2, 2])
        assert len(entries(engine)) == 1
        clock[0] += 1
        disclose(connection, NURSE, Action.LIST, "caseload", [1, 2])
        assert len(entries(engine)) == 2


def test_another_look_is_another_entry(engine: Engine):
    with reading(engine) as connection:
        disclose(connection, NURSE, Action.LIST, "caseload", [1])
        disclose(connection, NURSE, Action.LIST, "caseload", [1, 2])
        disclose(connection, NURSE, Action.LIST, "caseload search", [1])
        disclose(connection, replace(NURSE, session="s-2"), Action.LIST, "caseload", [1])
        disclose(connection, replace(NURSE, name="other"), Action.LIST, "caseload", [1])
        disclose_record(connection, NURSE, 1)
        refuse_record(connection, NURSE, 1)
        disclose(connection, NURSE, Action.LIST, "caseload", [])
    assert [(row[1], row[2], row[5]) for row in entries(engine)] == [
        ("nurse@clinic.example", "list patients", [1]),
        ("nurse@clinic.example", "list patients", [1, 2]),
        ("nurse@clinic.example", "list patients", [1]),
        ("nurse@clinic.example", "list patients", [1]),
        ("other", "list patients", [1]),
        ("nurse@clinic.example", "view patient", [1]),
        ("nurse@clinic.example", "refused", [1]),
    ]


def test_a_look_within_a_transaction_that_writes_is_part_of_it(engine: Engine):
    with suppress(UndoneError), writing(engine) as connection:
        disclose_record(connection, NURSE, 1)
        raise UndoneError
    assert entries(engine) == []
    with reading(engine) as connection:
        disclose_record(connection, NURSE, 1)
    assert len(entries(engine)) == 1, "the one that was rolled back counts for nothing"


def test_each_file_is_noted_and_those_about_patients_need_the_permission(engine: Engine):
    taker = replace(NURSE, permissions=NURSE.permissions | {Permission.EXPORT_PATIENTS})
    with reading(engine) as connection:
        export(connection, NURSE, "CSV file incidence")
        export(connection, NURSE, "CSV file incidence")
        with pytest.raises(NotPermittedError, match="take a file"):
            export(connection, NURSE, "CSV file caseload", [1])
        export(connection, taker, "CSV file caseload", [1])
    assert [row[2:] for row in entries(engine)] == [
        ("export", "CSV file incidence", "done", []),
        ("export", "CSV file incidence", "done", []),
        ("export", "CSV file caseload", "done", [1]),
    ]


# --- where it cannot be written ---------------------------------------------------------------


def refuses(engine: Engine, people: int = 1) -> str:
    """Why nothing about patients is shown; totals go on."""
    with reading(engine) as connection:
        with pytest.raises(NotAuditedError) as refusal:
            disclose(connection, NURSE, Action.LIST, "caseload", range(people))
        assert clinic_status(connection, LOCAL_VIEWER).sites == ()
    return str(refusal.value)


_PLAIN = "This could not be noted in the audit trail, so nothing about patients is shown."


@contextmanager
def with_pragma(url: str, pragma: str) -> Iterator[Engine]:
    """An engine whose connections are set so."""
    engine = make_engine(url)

    @event.listens_for(engine, "connect")
    def _set(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(pragma)

    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "people"),
    [
        ("PRAGMA max_page_count = 1", 20_000),  # the disk is full: the file may not grow
        ("PRAGMA query_only = ON", 1),  # a file that may only be read
    ],
)
def test_a_full_disk_and_a_file_that_may_only_be_read(sqlite_url: str, pragma: str, people: int):
    with with_pragma(sqlite_url, pragma) as engine:
        assert refuses(engine, people).startswith(_PLAIN)
        assert entries(engine) == []


def test_another_writer_is_waited_for_and_then_told_of(sqlite_url: str):
    other = make_engine(sqlite_url)
    with with_pragma(sqlite_url, "PRAGMA busy_timeout = 50") as engine, writing(other):
        assert "while another program writes to the database" in refuses(engine)
    other.dispose()


@pytest.mark.postgres
def test_an_import_into_postgresql_holds_nobody_up(make_database: Callable[[str], str]):
    engine = make_engine(make_database("postgres"))
    with writing(engine):
        note(engine, NURSE, Entry(Action.LIST, "caseload", people=(1,)))
    assert_sound(engine, 1)
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize(
    "rights",
    [
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker",
        "GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO looker",  # but no INSERT
    ],
)
def test_a_user_of_postgresql_who_may_not_insert(make_database: Callable[[str], str], rights: str):
    url = make_database("postgres")
    owner = make_engine(url)
    with writing(owner) as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS looker")
        connection.exec_driver_sql("CREATE ROLE looker LOGIN")
        connection.exec_driver_sql(rights)
    engine = make_engine(make_url(url).set(username="looker").render_as_string(hide_password=False))
    assert refuses(engine).startswith(_PLAIN)
    engine.dispose()
    assert_sound(owner, 0)
    with writing(owner) as connection:
        connection.exec_driver_sql("DROP OWNED BY looker")
        connection.exec_driver_sql("DROP ROLE looker")
    owner.dispose()
