"""Making and upgrading the database, and refusing one of another version.

Alembic keeps the revision of a database in its table ``alembic_version``. Reading it needs no
Alembic, so the pages, which only call :func:`require_schema`, never import it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.exc import DBAPIError

from data_access.engine import URL_VARIABLE, make_engine, reading, sqlite_path, writing
from data_access.errors import (
    ClinicDatabaseError,
    DatabaseUnavailableError,
    SchemaMismatchError,
)

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every revision that this program knows, oldest first; the last one is its own."""

_SETTING_SECONDS, _RETRY_SECONDS = 30, 0.05

MIGRATIONS = Path(__file__).with_name("migrations")

_NO_VERSION = (
    "The database has no clinic tables. If it is new, run 'python -m data_access migrate' to make "
    f"them; if not, {URL_VARIABLE} names another program's database."
)
_FOREIGN = (
    "The database already holds tables that this program did not make, so it was left as it is. "
    "Name an empty database instead."
)
_OLDER = (
    "The database is older than this program. Make a backup copy of it, then run "
    "'python -m data_access migrate'."
)
_NEWER = "This program is older than the database. Upgrade the program."


def require_schema(connection: Connection) -> None:
    """Refuse a database whose tables are not those of this program.

    Raises :class:`SchemaMismatchError`, whose sentence says what to run.
    """
    try:
        revision = _revision(connection)
    except DBAPIError as error:
        if _no_such_table(error):
            raise SchemaMismatchError(_NO_VERSION) from error
        raise
    if revision is None:
        raise SchemaMismatchError(_NO_VERSION)
    if revision != REVISIONS[-1]:
        raise SchemaMismatchError(_OLDER if revision in REVISIONS else _NEWER)


def is_new(url: str) -> bool:
    """Whether there is nothing yet: no SQLite file, or a database without any table."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return True
    engine = make_engine(url)
    try:
        with reading(engine) as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def migrate(url: str) -> bool:
    """Bring the database up to this program's schema; makes the SQLite file where it is missing.

    All or nothing: a failure leaves the database as it was. Returns whether anything was changed.
    Raises :class:`ClinicDatabaseError` where the database is newer, another program's, or cannot
    be written.
    """
    path = sqlite_path(url)
    if path is None:
        return _upgrade(make_engine(url))
    with _file_in_place(path):
        engine = make_engine(url)
        _switch_off_foreign_keys(engine)
        changed = _upgrade(engine)
        if changed:
            _keep_a_write_ahead_log(path)
    return changed


def _upgrade(engine: Engine) -> bool:
    try:
        if _is_current(engine):  # asked first, so that a running import is not waited for
            return False
        with writing(engine) as connection:
            return _run_missing_revisions(connection)
    finally:
        engine.dispose()


def _is_current(engine: Engine) -> bool:
    try:
        with reading(engine) as connection:
            require_schema(connection)
    except SchemaMismatchError:
        return False
    return True


def _run_missing_revisions(connection: Connection) -> bool:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        revision = _revision(connection)
        if revision == REVISIONS[-1]:
            return False
        if revision is not None and revision not in REVISIONS:
            raise SchemaMismatchError(_NEWER)
    elif tables:
        raise SchemaMismatchError(_FOREIGN)

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if tables:
        _derive_facts_anew(connection)
    if connection.dialect.name == "sqlite":
        _require_whole_references(connection)
    return True


def _derive_facts_anew(connection: Connection) -> None:
    """A revision may change what is derived from the records, and may empty its tables.

    Of a new table the database knows nothing yet, and would take indexes by guessing.
    """
    from data_access.facts import rebuild_facts
    from data_access.upkeep import analyze

    rebuild_facts(connection)
    analyze(connection)


def _revision(connection: Connection) -> str | None:
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars()
    return next(iter(rows), None)


def _no_such_table(error: DBAPIError) -> bool:
    undefined_table = getattr(error.orig, "sqlstate", None) == "42P01"
    return undefined_table or "no such table" in str(error.orig)


def _require_whole_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise ClinicDatabaseError(
            f"Rows of {tables} refer to rows that do not exist, so the upgrade was undone. "
            "Put back a backup copy of the database, or ask for help."
        )


def _switch_off_foreign_keys(engine: Engine) -> None:
    """SQLite changes a column by rebuilding its table, which enforced references would forbid.

    They are checked as a whole before the upgrade is committed.
    """

    @event.listens_for(engine, "connect")
    def _off(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")


@contextmanager
def _file_in_place(path: Path) -> Iterator[None]:
    """Make the file and its folder where missing; take away a new file that stays empty."""
    if path.is_dir():
        raise DatabaseUnavailableError(f"{path} is a folder. Name a file in it.")
    existed = path.exists()
    if not existed:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)  # health records: for this user's eyes only
        except OSError as error:
            raise DatabaseUnavailableError(
                f"The database file {path} cannot be made: {error.strerror}."
            ) from error
    try:
        yield
    except BaseException:
        # Still empty, so no other program has meanwhile made its tables in it.
        if not existed and path.exists() and path.stat().st_size == 0:
            path.unlink()
        raise


def _keep_a_write_ahead_log(path: Path) -> None:
    """With it, pages go on reading while an import writes. The setting stays with the file.

    It can be changed only while nobody else has the file open, for which SQLite does not wait: a
    second program that migrates at the same time is about to find that nothing is left to do.
    """
    patience = monotonic() + _SETTING_SECONDS
    with closing(sqlite3.connect(path)) as file:
        while True:
            try:
                file.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                if monotonic() > patience:
                    raise
                sleep(_RETRY_SECONDS)
            else:
                return
