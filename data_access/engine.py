"""Connecting to the clinic database: one way for SQLite and for PostgreSQL.

Read with :func:`reading`, write with :func:`writing`; each is one transaction, so that a page sees
one consistent state. Whatever the driver raises leaves here as a
:class:`~data_access.errors.ClinicDatabaseError` with one plain sentence.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from data_access.errors import ClinicDatabaseError, DatabaseBusyError, DatabaseUnavailableError

URL_VARIABLE = "CLINIC_DATABASE_URL"
"""The environment variable that names the database to use."""

_CONNECT_SECONDS = 3
_STATEMENT_SECONDS = 8
_POOL_SECONDS = 2
_SQLITE_BUSY_SECONDS = 5
POSTGRES_SETTINGS = "-c jit=off -c timezone=UTC -c plan_cache_mode=force_custom_plan"
"""How a connection to PostgreSQL is set.

A plan for any period guesses that few rows lie in it, and sorts what an index holds in order. So
each statement is planned for its own parameters, which takes a fraction of a millisecond.
"""
IN_BINARY = "clinic_in_binary"
"""Execution option of a statement that reads many bytes: PostgreSQL would send them as text."""
_BINARY = 1  # psycopg.pq.Format.BINARY; psycopg is imported by whoever uses PostgreSQL alone
_WRITING = "clinic_writing"
_WRITER_LOCK = 5_203_118  # an advisory lock of PostgreSQL; the number is arbitrary


def parse_url(url: str) -> URL:
    """The parts of a database URL.

    Raises :class:`ClinicDatabaseError` where the URL is malformed or names another system.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise ClinicDatabaseError(
            "The database URL cannot be read. Write it as sqlite:////folder/clinic.db "
            "or postgresql://user:password@host/database."
        ) from error
    system = parsed.get_backend_name()
    if system in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if system == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed.set(drivername="sqlite")
    raise ClinicDatabaseError(
        f"The database URL begins with {system!r} and names no file or server that this program "
        "can use. Write it as sqlite:////folder/clinic.db or "
        "postgresql://user:password@host/database."
    )


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; ``None`` for PostgreSQL."""
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def described(url: str) -> str:
    """The database in words, for people: where it is, without user or password."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return f"SQLite file {parsed.database}"
    host = parsed.host or "this machine"
    server = f"{host}:{parsed.port}" if parsed.port else host
    return f"PostgreSQL database {parsed.database or '(of the user)'} on {server}"


def make_engine(url: str) -> Engine:
    """An engine for an existing database. Connects only when first used."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(Path(parsed.database or ""))
    return _postgresql_engine(parsed)


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        pool_timeout=_POOL_SECONDS,
        hide_parameters=True,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "options": f"-c statement_timeout={_STATEMENT_SECONDS}s {POSTGRES_SETTINGS}",
            "tcp_user_timeout": _STATEMENT_SECONDS * 1000,
        },
    )

    @event.listens_for(engine, "before_cursor_execute")
    def _format(
        _connection: Any, cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any
    ) -> None:
        if context is not None and context.execution_options.get(IN_BINARY):
            cursor.format = _BINARY

    return engine


def _sqlite_engine(path: Path) -> Engine:
    # mode=rw: a missing file is an error; the default would silently make an empty database.
    address = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            address,
            uri=True,
            timeout=_SQLITE_BUSY_SECONDS,
            isolation_level=None,  # transactions are begun by the listener below
            check_same_thread=False,
        )

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=10,
        pool_timeout=_POOL_SECONDS,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, record: Any) -> None:
        record.info["inode"] = path.stat().st_ino
        for pragma in (
            "foreign_keys=ON",
            "synchronous=NORMAL",
            "cache_size=-65536",
            "mmap_size=1073741824",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkout")
    def _same_file(_connection: Any, record: Any, _proxy: Any) -> None:
        # A pooled connection would go on reading a file that was deleted or replaced.
        if not path.exists() or path.stat().st_ino != record.info["inode"]:
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in one read transaction: every query in it sees the same state."""
    with _plain_errors(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # By default each statement would see what was committed in between.
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, wait_seconds: float | None = None) -> Iterator[Connection]:
    """A connection in one write transaction: committed at the end, rolled back on any error.

    One writer at a time: another one is waited for, ``wait_seconds`` where given; then
    :class:`~data_access.errors.DatabaseBusyError` is raised.
    """
    with _plain_errors(engine), engine.connect() as connection:
        writer = connection.execution_options(**{_WRITING: True})
        with _waiting(writer, wait_seconds), writer.begin():
            lift_time_limit(writer)
            if engine.dialect.name == "postgresql":
                _exclude_writers(writer, wait_seconds)
            yield writer


@contextmanager
def appending(engine: Engine) -> Iterator[Connection]:
    """A connection in one short write transaction, for the audit trail and for sessions.

    In PostgreSQL it does not wait for an import or another :func:`writing`; SQLite has one writer.
    """
    with _plain_errors(engine), engine.connect() as connection:
        writer = connection.execution_options(**{_WRITING: True})
        with writer.begin():
            yield writer


def is_writing(connection: Connection) -> bool:
    """Whether the connection is in a transaction of :func:`writing` or :func:`appending`."""
    return bool(connection.get_execution_options().get(_WRITING, False))


def _exclude_writers(connection: Connection, wait_seconds: float | None) -> None:
    """Do in PostgreSQL what ``BEGIN IMMEDIATE`` does in SQLite: let one writer in at a time."""
    if wait_seconds is not None:
        limit = max(1, round(1000 * wait_seconds))  # 0 would mean without limit
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {limit}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


@contextmanager
def _waiting(connection: Connection, seconds: float | None) -> Iterator[None]:
    """Let SQLite wait so long for another writer; it must be told before the transaction."""
    if seconds is None or connection.dialect.name != "sqlite":
        yield
        return
    file = connection.connection.driver_connection
    assert isinstance(file, sqlite3.Connection)  # noqa: S101 - the only driver used
    file.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")
    try:
        yield
    finally:
        file.execute(f"PRAGMA busy_timeout = {1000 * _SQLITE_BUSY_SECONDS}")


def lift_time_limit(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need.

    For work that somebody at a terminal waits for; a page must not.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


@contextmanager
def _plain_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailableError(
            "Many people are using the database at the moment. Please try again in a few seconds."
        ) from error
    except DBAPIError as error:
        sentence = _sentence(engine, error)
        if sentence is None:
            raise
        problem = DatabaseBusyError if sentence == _BUSY else DatabaseUnavailableError
        raise problem(sentence) from error


_READ_ONLY = (
    "This user may only read the database, so nothing was changed. Name one in "
    f"{URL_VARIABLE} that may write."
)
_DISK_FULL = "The disk is full, so nothing was written."
_BUSY = "Another program is writing to the database. Please try again in a moment."


def _sentence(engine: Engine, error: DBAPIError) -> str | None:
    """What a driver's error means to the reader; ``None`` where it is a fault of the program."""
    if engine.dialect.name == "sqlite":
        return _sqlite_sentence(str(error.orig))
    return _postgresql_sentence(error)


def _postgresql_sentence(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if state == "57014":
        return (
            f"The database took more than {_STATEMENT_SECONDS} seconds. "
            "Choose a shorter period, or try again when it is less busy."
        )
    if state == "55P03":  # lock_timeout
        return _BUSY
    if state in {"42501", "25006"}:  # insufficient_privilege, read_only_sql_transaction
        return _NOT_YOURS if _only_reads(error.statement) else _READ_ONLY
    if state == "53100":
        return _DISK_FULL
    if isinstance(error, OperationalError) and state is None:
        return _connection_sentence(str(error.orig))
    return _NO_ANSWER if error.connection_invalidated else None


def _only_reads(statement: str | None) -> bool:
    words = (statement or "").upper()
    return words.lstrip().startswith(("SELECT", "WITH")) and "FOR UPDATE" not in words


_NOT_YOURS = (
    "The database does not let your role read this, so it is not shown. Please tell whoever runs "
    "the dashboard: 'python -m data_access doctor' says more."
)
_NO_ANSWER = (
    "The database server does not answer. Check that it runs and that "
    f"{URL_VARIABLE} names it rightly; then try again."
)


def _connection_sentence(reason: str) -> str:
    """Why PostgreSQL let nobody in; its driver tells only in words."""
    if "password" in reason or "role" in reason:
        return f"The database server refused the user or the password in {URL_VARIABLE}."
    if "database" in reason and "does not exist" in reason:
        return (
            "The database server has no database of that name. Make one with 'createdb', "
            f"or correct {URL_VARIABLE}."
        )
    return _NO_ANSWER


def _sqlite_sentence(reason: str) -> str | None:
    if "unable to open" in reason:
        return (
            "The database file is not there, or may not be read. Run "
            "'python -m data_access migrate' to make one, or correct "
            f"{URL_VARIABLE}."
        )
    if "not a database" in reason or "malformed" in reason:
        return "The database file is damaged. Put back a backup copy of it."
    if "locked" in reason:
        return _BUSY
    if "full" in reason:
        return _DISK_FULL
    if "readonly" in reason:
        return "This user may only read the database file, so nothing was changed."
    return None
