"""Whatever is done to the audit trail by somebody with the owner's rights is found and named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from access.actions import Action
from access.viewer import LOCAL_VIEWER
from data_access.audit import Entry, append, chain_hash
from data_access.audit_check import Anchor, AnchorError, check_trail
from data_access.engine import appending, make_engine, reading
from data_access.health import check_health
from data_access.schema import AuditEntry, AuditHead, AuditPerson
from tests.postgres_server import PostgresDatabases

NURSE = replace(
    LOCAL_VIEWER, name="nurse@clinic.example", role="nurse", session="s1", address="::1"
)
AT = datetime(2026, 3, 9, 19, 30, tzinfo=UTC)
PEOPLE = ((), (7,), (3, 8), (7,), (), (5, 6, 9))
"""The patients of the entries 1 to 6."""

OTHER_VALUES = "its values, or its patients, are not those that were hashed"
OTHER_HASH = "its hash is not the one with which the trail goes on"
Tampering = Callable[[Connection], None]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def trail(request: pytest.FixtureRequest, make_database: Callable[[str], str]) -> Iterator[Engine]:
    """A trail of six entries; one for all tests, which take back what they do to it."""
    url = make_database(request.param)
    engine = make_engine(url)
    with appending(engine) as connection:
        for number, people in enumerate(PEOPLE):
            entry = Entry(Action.LIST, f"list {number}", people=people)
            append(connection, NURSE, entry, AT + timedelta(minutes=number))
    if request.param == "sqlite":
        yield engine
        engine.dispose()
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    yield engine
    engine.dispose()
    databases.give_back(url)


@contextmanager
def with_the_owners_rights(engine: Engine) -> Iterator[Connection]:
    """A transaction that no trigger and no foreign key holds; taken back at the end."""
    is_sqlite = engine.dialect.name == "sqlite"
    owner = create_engine("sqlite://", creator=engine.pool._creator) if is_sqlite else engine
    with owner.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
            for table in ("audit_entries", "audit_people"):
                for what in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_{what}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK") if is_sqlite else connection.rollback()


def found_after(engine: Engine, tampering: Tampering, anchor: Anchor | None = None) -> str:
    """What the check says after somebody did something to the trail."""
    with with_the_owners_rights(engine) as connection:
        tampering(connection)
        return check_trail(connection, anchor).fault


def sql(*statements: str) -> Tampering:
    """Somebody who runs these statements."""

    def run(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    return run


def renumber(*pairs: tuple[int, int]) -> list[str]:
    """Statements that give entries other numbers, with their patients."""
    tables = ("audit_entries", "audit_people")
    away = [
        f"UPDATE {table} SET entry_key = {-1000 - old} WHERE entry_key = {old}"
        for old, _ in pairs
        for table in tables
    ]
    back = [
        f"UPDATE {table} SET entry_key = {new} WHERE entry_key = {-1000 - old}"
        for old, new in pairs
        for table in tables
    ]
    return [*away, *back]


def forged(number: int, hashed: str = "f" * 64) -> str:
    """A statement that adds an entry."""
    values = f"{number}, '2026-03-09T19:31:00Z', 'x', '', '', '', 'list patients', 'x', 'done', 0"
    return f"INSERT INTO audit_entries VALUES ({values}, '{hashed}')"


def delete(*numbers: int) -> list[str]:
    """Statements that remove entries with their patients."""
    return [
        f"DELETE FROM {table} WHERE entry_key = {number}"
        for number in numbers
        for table in ("audit_people", "audit_entries")
    ]


def test_a_trail_as_it_was_written_is_sound(trail: Engine) -> None:
    with reading(trail) as connection:
        found = check_trail(connection)
        hashes = connection.scalars(select(AuditEntry.hash).order_by(AuditEntry.entry_key)).all()
    assert (found.sound, found.fault, found.head) == (6, "", Anchor(6, hashes[-1]))
    with reading(trail) as connection:
        for number, hashed in enumerate(hashes, 1):
            assert check_trail(connection, Anchor(number, hashed)).fault == ""
        assert check_trail(connection, Anchor(0, "0" * 64)).fault == ""


@pytest.mark.parametrize("column", ["who", "role", "session", "address", "action", "what"])
@pytest.mark.parametrize("number", [1, 3, 6])
def test_a_word_that_was_altered(trail: Engine, column: str, number: int) -> None:
    altered = sql(f"UPDATE audit_entries SET {column} = 'nobody' WHERE entry_key = {number}")
    assert found_after(trail, altered) == f"Entry {number} was altered: {OTHER_VALUES}."


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("outcome = 'refused'", OTHER_VALUES),
        ("at = '2026-03-09T19:32:01Z'", OTHER_VALUES),
        ("people = 1", "it says that it is about 1 patient, and 2 are noted for it"),
        (f"hash = '{'a' * 64}'", OTHER_HASH),
        ("hash = ''", OTHER_HASH),
    ],
)
def test_another_column_that_was_altered(trail: Engine, change: str, fault: str) -> None:
    altered = sql(f"UPDATE audit_entries SET {change} WHERE entry_key = 3")
    assert found_after(trail, altered) == f"Entry 3 was altered: {fault}."


def test_a_time_that_is_none(trail: Engine) -> None:
    if trail.dialect.name == "sqlite":  # a column of PostgreSQL holds times only
        for time in ("", "yesterday", "2026-03-09 19:32:00Z"):
            altered = sql(f"UPDATE audit_entries SET at = '{time}' WHERE entry_key = 3")
            assert found_after(trail, altered) == f"Entry 3 was altered: {OTHER_VALUES}."


def test_the_hash_of_the_last_entry(trail: Engine) -> None:
    altered = sql("UPDATE audit_entries SET hash = 'x' WHERE entry_key = 6")
    assert found_after(trail, altered) == f"Entry 6 was altered: {OTHER_HASH}."


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (delete(1), "Entry 1 is missing."),
        (delete(3), "Entry 3 is missing."),
        (delete(3, 4), "Entries 3 to 4 are missing."),
        (delete(6), "Entry 6 is missing at the end."),
        (delete(1, 2, 3, 4, 5, 6), "Entries 1 to 6 are missing at the end."),
        (
            [*delete(3), *renumber((4, 3), (5, 4), (6, 5))],
            "Entry 3 is missing, and those after it were numbered anew.",
        ),
    ],
)
def test_an_entry_that_is_missing(trail: Engine, tampering: list[str], fault: str) -> None:
    assert found_after(trail, sql(*tampering)) == fault


@pytest.mark.parametrize(("one", "other"), [(3, 4), (2, 5), (1, 6), (5, 6)])
def test_two_that_changed_places(trail: Engine, one: int, other: int) -> None:
    swapped = sql(*renumber((one, other), (other, one)))
    expected = f"Entry {one} was moved: it was written as entry {other}."
    assert found_after(trail, swapped) == expected


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (
            [
                *renumber((4, 5), (5, 6), (6, 7)),
                forged(4),
                "UPDATE audit_head SET entry_key = 7",
            ],
            "Entry 4 was added: the entry after it was written as entry 4.",
        ),
        ([forged(0)], "Entry 0 was added: the trail begins with entry 1."),
        (
            [forged(7)],
            "Entry 7 stands behind the end that the head of the trail names: it was added, or the "
            "head was altered.",
        ),
        (
            [forged(7), f"UPDATE audit_head SET entry_key = 7, hash = '{'f' * 64}'"],
            f"Entry 7 was altered: {OTHER_VALUES}.",
        ),
    ],
)
def test_an_entry_that_was_added(trail: Engine, tampering: list[str], fault: str) -> None:
    assert found_after(trail, sql(*tampering)) == fault


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (
            "UPDATE audit_people SET patient_key = 4 WHERE entry_key = 3 AND patient_key = 3",
            f"Entry 3 was altered: {OTHER_VALUES}.",
        ),
        (
            "DELETE FROM audit_people WHERE entry_key = 3 AND patient_key = 3",
            "Entry 3 was altered: it says that it is about 2 patients, and 1 is noted for it.",
        ),
        (
            "INSERT INTO audit_people (patient_key, entry_key) VALUES (4, 5)",
            "Entry 5 was altered: it says that it is about 0 patients, and 1 is noted for it.",
        ),
        (
            "INSERT INTO audit_people (patient_key, entry_key) VALUES (4, 99)",
            "Patients are noted for entry 99, which there is not.",
        ),
        (
            "UPDATE audit_head SET hash = 'x'",
            "The head of the trail was altered: it is not entry 6, the last one.",
        ),
        (
            "UPDATE audit_head SET entry_key = 5",
            "Entry 6 stands behind the end that the head of the trail names: it was added, or the "
            "head was altered.",
        ),
        ("UPDATE audit_head SET entry_key = 8", "Entries 7 to 8 are missing at the end."),
        (
            "DELETE FROM audit_head",
            "The head of the trail is missing, so nobody can tell whether entries are, too.",
        ),
    ],
)
def test_the_patients_and_the_head(trail: Engine, tampering: str, fault: str) -> None:
    assert found_after(trail, sql(tampering)) == fault


def written_anew(connection: Connection) -> None:
    """Somebody who alters entry 3 and works all later hashes out anew, the head's too."""
    values: dict[str, Any]
    names = [column.name for column in AuditEntry.__table__.columns if column.name != "hash"]
    before = connection.scalar(select(AuditEntry.hash).where(AuditEntry.entry_key == 2)) or ""
    for number in range(3, 7):
        row = connection.execute(select(AuditEntry).where(AuditEntry.entry_key == number)).one()
        values = {name: getattr(row, name) for name in names}
        if number == 3:
            values["who"] = "somebody.else@clinic.example"
        people = connection.scalars(
            select(AuditPerson.patient_key)
            .where(AuditPerson.entry_key == number)
            .order_by(AuditPerson.patient_key)
        ).all()
        before = chain_hash(before, values, people)
        connection.execute(
            update(AuditEntry)
            .where(AuditEntry.entry_key == number)
            .values(who=values["who"], hash=before)
        )
    connection.execute(update(AuditHead).values(hash=before))


def test_what_was_written_anew_shows_by_an_anchor_only(trail: Engine) -> None:
    with reading(trail) as connection:
        head = check_trail(connection).head
    assert head is not None
    assert found_after(trail, written_anew) == ""
    assert found_after(trail, written_anew, head) == (
        "Entry 6 is not the one of the anchor: it or something before it was altered, and all "
        "hashes from there on were worked out anew."
    )
    before = "(SELECT hash FROM audit_entries WHERE entry_key = 4)"
    cut = sql(*delete(5, 6), f"UPDATE audit_head SET entry_key = 4, hash = {before}")
    assert found_after(trail, cut) == ""
    assert found_after(trail, cut, head) == (
        "Entries 5 to 6 are missing at the end, as the anchor shows."
    )


def test_an_anchor_is_read_as_it_is_printed() -> None:
    anchor = Anchor(12, "0a" * 32)
    assert Anchor.read(f" {anchor}\n") == anchor
    for text_ in ("", "12", "12:", f"x:{'a' * 64}", f"1:{'a' * 63}", f"-1:{'a' * 64}"):
        with pytest.raises(AnchorError, match="NUMBER:HASH"):
            Anchor.read(text_)


@pytest.mark.parametrize("table", ["audit_entries", "audit_people"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET entry_key = entry_key", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_alter_or_remove(
    trail: Engine, table: str, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), trail.begin() as connection:
        connection.execute(text(statement.format(table)))


def test_the_check_of_the_database_says_it_too(engine: Engine) -> None:
    with appending(engine) as connection:
        append(connection, NURSE, Entry(Action.LIST, "caseload", people=(1,)))
        connection.execute(insert(AuditPerson).values(patient_key=2, entry_key=1))
    with reading(engine) as connection:
        problems = check_health(connection, LOCAL_VIEWER).problems
    assert problems == (
        "The audit trail is not as it was written. Entry 1 was altered: it says that it is about "
        "1 patient, and 2 are noted for it.",
    )
