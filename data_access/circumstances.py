"""Collecting what the self-check looks at (:mod:`access.self_check`)."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from access.actions import Action
from access.files import File, looked_at
from access.roles import RoleName
from access.self_check import Circumstances, Database
from access.settings import SETTINGS_VARIABLE, Settings
from access.start import Serving
from access.viewer import LOCAL_VIEWER
from data_access import embedded
from data_access.audit import Entry, append
from data_access.engine import appending, described, make_engine, reading, sqlite_path
from data_access.errors import ClinicDatabaseError, DatabaseBusyError
from data_access.migrate import require_schema
from data_access.reporting_roles import find_wall
from data_access.schema import AuditEntry, AuditHead, ClinicSetting, User
from data_access.status import DEMO_SETTING

_WAIT_MILLISECONDS = 2000
"""So long another writer to the audit trail is waited for."""


def look_around(
    settings: Settings, serving: Serving, options: Mapping[str, object], url: str
) -> Circumstances:
    """All that the self-check looks at. ``options``: Streamlit's; ``url``: of the database."""
    database = database_state(url)
    files = (*_settings_files(settings), *_database_files(url, database))
    found = tuple(each for each in files if each is not None)
    return Circumstances(settings, serving, options, found, database, datetime.now(UTC))


def _settings_files(settings: Settings) -> Iterator[File | None]:
    path = Path(os.environ.get(SETTINGS_VARIABLE) or embedded.settings_path())
    secret = None if settings.sign_in is None else settings.sign_in.client_secret_file
    holds_it = settings.sign_in is not None and secret is None
    yield looked_at("The settings file", path, is_secret=holds_it)
    if secret is not None:
        yield looked_at("The client secret's file", path.parent / secret)


def _database_files(url: str, database: Database | None) -> Iterator[File | None]:
    try:
        path = sqlite_path(url)
    except ClinicDatabaseError:  # which the state of the database tells
        return
    if path is not None:
        is_grave = database is not None and not database.is_demo
        yield looked_at("The database file", path, is_grave=is_grave)
        yield looked_at("The database's folder", path.parent, is_secret=False, is_grave=is_grave)


def database_state(url: str) -> Database | None:
    """How the database is found; ``None`` where it is the demo clinic, which is not made yet.

    Nothing is changed: the entry that is tried out is taken back.
    """
    try:
        path = sqlite_path(url)
    except ClinicDatabaseError as fault:
        return Database("The database", fault=str(fault))
    if path == embedded.demo_path() and not path.exists():
        return None
    engine = make_engine(url)
    try:
        with reading(engine) as connection:
            require_schema(connection)
            state = _state(connection, described(url))
        return _tried_out(engine, state)
    except ClinicDatabaseError as fault:
        return Database(described(url), fault=str(fault))
    finally:
        engine.dispose()


def _state(connection: Connection, name: str) -> Database:
    wall, wall_fault = find_wall(connection)
    return Database(
        name,
        is_demo=bool(
            connection.scalar(select(func.count()).where(ClinicSetting.name == DEMO_SETTING))
        ),
        server_ahead=_server_ahead(connection),
        last_entry_at=connection.scalar(
            select(AuditEntry.at).order_by(AuditEntry.entry_key.desc()).limit(1)
        ),
        trail_fault=_fault_at_end(connection),
        administrators=connection.scalar(
            select(func.count()).where(
                User.role == str(RoleName.ADMINISTRATOR), User.disabled_at.is_(None)
            )
        )
        or 0,
        wall=wall,
        wall_fault=wall_fault,
    )


def _server_ahead(connection: Connection) -> timedelta | None:
    """How far a database server's clock is ahead of this computer's."""
    if connection.dialect.name == "sqlite":
        return None
    before = datetime.now(UTC)
    server: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    after = datetime.now(UTC)
    if before <= server <= after:
        return timedelta()
    return server - (after if server > after else before)


def _fault_at_end(connection: Connection) -> str:
    """Whether the trail's head names its last entry, and none before it is missing.

    ``verify-audit`` reads every entry; this takes no time.
    """
    head = connection.execute(select(AuditHead.entry_key, AuditHead.hash)).one_or_none()
    if head is None:
        return "The head of the audit trail is missing."
    last = connection.execute(
        select(AuditEntry.entry_key, AuditEntry.hash).order_by(AuditEntry.entry_key.desc()).limit(1)
    ).one_or_none()
    if head != last and (last is not None or head.entry_key != 0):
        return "The audit trail does not end where its head says."
    count = connection.scalar(select(func.count()).select_from(AuditEntry))
    return "" if count == head.entry_key else "Entries of the audit trail are missing."


class _TakenBackError(Exception):
    """Ends the transaction in which an entry was tried out."""


def _tried_out(engine: Engine, state: Database) -> Database:
    """The state with why no entry can be added to the trail, if so."""
    try:
        with appending(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_WAIT_MILLISECONDS}")
            append(connection, LOCAL_VIEWER, Entry(Action.SETTING, "tried out"))
            raise _TakenBackError
    except _TakenBackError:
        return state
    except DatabaseBusyError as fault:
        return replace(state, unwritable=str(fault), is_busy=True)
    except ClinicDatabaseError as fault:
        return replace(state, unwritable=str(fault))
    except SQLAlchemyError:  # no head, or one that an entry stands behind
        return replace(state, unwritable="Its end is not as it was left.")
