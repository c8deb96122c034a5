"""The second wall: in PostgreSQL each kind of viewer has a role of the database's own.

``clinic_manager`` and its like (:func:`role_name`) may read what :mod:`data_access.column_readers`
lets the permissions of the program's role read, and nothing else; nobody signs in as them. While a
page is drawn, the dashboard's login takes on the viewer's (:func:`assume`): then the database
refuses a manager's page a name even where Python has a bug. A login of a reporting tool may be made
a member of one, too.

Roles are the server's, their rights each database's own. What the wall does not hold off: a
statement that takes the role off again (``RESET ROLE``), and what can be told from rows that are
each about one person without a name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import dialect as postgresql
from sqlalchemy.exc import DBAPIError

from access.roles import ROLES, Role, RoleName
from access.self_check import Wall
from access.viewer import Viewer
from data_access.column_readers import COLUMNS, readable
from data_access.errors import ClinicDatabaseError

_SINCE_WITH_SET = 16
"""The version of PostgreSQL from which a membership says what it is for."""


class RolesNotMadeError(ClinicDatabaseError):
    """The roles could not be made. The message says why, and what to do."""


def role_name(name: RoleName) -> str:
    """What PostgreSQL calls a role, such as ``clinic_privacy_officer``."""
    return f"clinic_{name.value.replace('-', '_')}"


def column_rights(role: Role) -> dict[str, tuple[str, ...]]:
    """The columns that a role may read, by table."""
    return readable(role.permissions)


# --- making them ------------------------------------------------------------------------------


def create_roles(connection: Connection, login: str | None = None) -> None:
    """Make the roles where they are missing, and give each its rights in this database.

    In a write transaction, by the owner of the tables. Whoever has them already keeps them; rights
    that they had beside theirs are taken away. ``login``: who may take them on; the connection's
    own where it is missing.

    Raises :class:`RolesNotMadeError` where the connection's login may not make roles or give
    rights, or where the roles can read more than they should all the same.
    """
    if connection.dialect.name != "postgresql":
        raise RolesNotMadeError(_ONLY_POSTGRESQL)
    try:
        for statement in _statements(_known(connection, login), _version(connection)):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    except DBAPIError as error:
        sentence = _SENTENCES.get(getattr(error.orig, "sqlstate", None))
        if sentence is None:
            raise
        raise RolesNotMadeError(sentence) from error
    wall, fault = find_wall(connection)
    if wall is Wall.WRONG:
        raise RolesNotMadeError(
            f"The roles were not made: {fault}, which something else lets them, such as a right of "
            "PUBLIC or a membership. Take that away first."
        )


_ONLY_POSTGRESQL = (
    "Only PostgreSQL tells roles apart; an SQLite file belongs to whoever can read it."
)
_NOT_ALLOWED = (
    "This user may not make roles, or does not own the tables. Let an administrator of the server "
    "run what 'python -m data_access reporting-roles --show' prints."
)
_SENTENCES: dict[str | None, str] = {
    "42501": _NOT_ALLOWED,
    "42704": "There is no login of this name in PostgreSQL. Name one that there is with --login.",
}
"""By the state that PostgreSQL gives: a right is missing; a role is."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the statements depend on. ``members`` have ``login`` among them already."""

    schema: str
    login: str
    present: frozenset[str]
    members: frozenset[str]


def _known(connection: Connection, login: str | None) -> _Known:
    schema, own = connection.exec_driver_sql("SELECT current_schema(), current_user").one()
    who = login or own
    names = [role_name(each) for each in ROLES]
    present = connection.exec_driver_sql(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%(names)s)", {"names": names}
    ).scalars()
    known = _Known(schema, who, frozenset(present), frozenset())
    if not connection.exec_driver_sql(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(who)s)", {"who": who}
    ).scalar():
        return known
    taken = [name for name in known.present if _may_take_on(connection, who, name)]
    return _Known(schema, who, known.present, frozenset(taken))


def _may_take_on(connection: Connection, login: str, name: str) -> bool:
    """Whether a login may take on a role; somebody who may do everything may."""
    how = "SET" if _version(connection) >= _SINCE_WITH_SET else "MEMBER"
    return bool(
        connection.exec_driver_sql(
            "SELECT pg_has_role(%(login)s, %(name)s, %(how)s)",
            {"login": login, "name": name, "how": how},
        ).scalar()
    )


def _version(connection: Connection) -> int:
    """PostgreSQL's main version."""
    version = connection.dialect.server_version_info or (0,)
    return int(version[0])


_quoted = postgresql().identifier_preparer.quote  # type: ignore[no-untyped-call]


def _statements(known: _Known, version: int) -> Iterator[str]:
    """All that makes the roles, in order."""
    for name, role in ROLES.items():
        if role_name(name) not in known.present:
            yield f"CREATE ROLE {role_name(name)} NOLOGIN"
        yield from _rights(role, known.schema)
    for name in ROLES:
        if role_name(name) not in known.members:
            yield _membership(role_name(name), known.login, version)


def _membership(name: str, login: str, version: int) -> str:
    """It may be taken on, and gives nothing as long as it is not."""
    how = " WITH INHERIT FALSE, SET TRUE" if version >= _SINCE_WITH_SET else ""
    return f"GRANT {name} TO {_quoted(login)}{how}"


def _rights(role: Role, schema: str) -> Iterator[str]:
    """What a role may read in this database, and nothing of what it could before."""
    name = role_name(role.name)
    inside = _quoted(schema)
    tables = ", ".join(f"{inside}.{_quoted(table)}" for table in COLUMNS)
    yield f"REVOKE ALL ON {tables} FROM {name}"  # rights to single columns, too
    yield f"GRANT USAGE ON SCHEMA {inside} TO {name}"
    for table, columns in column_rights(role).items():
        listed = ", ".join(_quoted(column) for column in columns)
        yield f"GRANT SELECT ({listed}) ON {inside}.{_quoted(table)} TO {name}"


def script(login: str, schema: str = "public") -> str:
    """The same as one script for ``psql``, to be run by an administrator on this database."""
    made = (
        f"DO $clinic$ BEGIN CREATE ROLE {role_name(name)} NOLOGIN; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $clinic$"
        for name in ROLES
    )
    rights = (each for role in ROLES.values() for each in _rights(role, schema))
    members = (_membership_of_any_version(role_name(name), login) for name in ROLES)
    return "\n".join(["BEGIN;", *(f"{each};" for each in (*made, *rights, *members)), "COMMIT;"])


def _membership_of_any_version(name: str, login: str) -> str:
    """As text to execute: a server that does not know the words must not read them."""
    with_words = _text(_membership(name, login, _SINCE_WITH_SET))
    without = _text(_membership(name, login, 0))
    return (
        "DO $clinic$ BEGIN IF current_setting('server_version_num')::int >= "
        f"{_SINCE_WITH_SET}0000 THEN EXECUTE {with_words}; ELSE EXECUTE {without}; END IF; "
        "END $clinic$"
    )


def _text(words: str) -> str:
    doubled = words.replace("'", "''")
    return f"'{doubled}'"


# --- whether they are there -------------------------------------------------------------------

_READABLE = """
    SELECT rolname, relname, attname
    FROM pg_roles
    CROSS JOIN pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE rolname = ANY(%(names)s) AND relnamespace = current_schema()::regnamespace
    AND relname = ANY(%(tables)s)
    AND has_column_privilege(pg_roles.oid, pg_class.oid, attnum, 'SELECT')
"""
_CHANGEABLE = """
    SELECT rolname, relname
    FROM pg_roles CROSS JOIN pg_class
    WHERE rolname = ANY(%(names)s) AND relnamespace = current_schema()::regnamespace
    AND relname = ANY(%(tables)s)
    AND (has_table_privilege(pg_roles.oid, pg_class.oid, 'DELETE, TRUNCATE, TRIGGER')
    OR has_any_column_privilege(pg_roles.oid, pg_class.oid, 'INSERT, UPDATE, REFERENCES'))
    ORDER BY rolname, relname LIMIT 1
"""


def find_wall(connection: Connection) -> tuple[Wall, str]:
    """Whether the roles stand in this database; where they are wrong, the first thing that is."""
    if connection.dialect.name != "postgresql":
        return Wall.NONE, ""
    names = {"names": [role_name(name) for name in ROLES], "tables": list(COLUMNS)}
    found = {tuple(row) for row in connection.exec_driver_sql(_READABLE, names)}
    if not found:
        return Wall.ABSENT, ""
    meant = {
        (role_name(name), table, column)
        for name, role in ROLES.items()
        for table, columns in column_rights(role).items()
        for column in columns
    }
    for role, table, column in sorted(found - meant):
        return Wall.WRONG, f"{role} may read {table}.{column}"
    for role, table, column in sorted(meant - found):
        return Wall.WRONG, f"{role} may not read {table}.{column}"
    for role, table in connection.exec_driver_sql(_CHANGEABLE, names):
        return Wall.WRONG, f"{role} may change {table}"
    return (Wall.STANDS if _may_take_on_all(connection) else Wall.NOT_TAKEN), ""


def _may_take_on_all(connection: Connection) -> bool:
    own = connection.exec_driver_sql("SELECT session_user").scalar_one()
    return all(_may_take_on(connection, own, role_name(name)) for name in ROLES)


# --- taking them on ---------------------------------------------------------------------------


class _Takes:
    """Whether the roles are taken on, found out once for each engine."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()

    def ask(self, connection: Connection) -> bool:
        known = self._known.get(connection.engine)
        if known is None:
            wall, _ = find_wall(connection)
            # With wrong rights, too: better a page too few than a name too many.
            known = wall in {Wall.STANDS, Wall.WRONG} and _may_take_on_all(connection)
            self._known[connection.engine] = known
        return known


_takes = _Takes()


def assume(connection: Connection, viewer: Viewer) -> None:
    """Take on the viewer's role until this read transaction ends, where the database has it.

    Nothing happens in SQLite, where the roles are not made, and for the server's terminal. Roles
    that are made while the program runs hold from its next start.
    """
    if viewer.role in ROLES and takes_roles(connection):
        connection.exec_driver_sql(f"SET LOCAL ROLE {role_name(RoleName(viewer.role))}")


def takes_roles(connection: Connection) -> bool:
    """Whether viewers' roles are taken on in this database."""
    return connection.dialect.name == "postgresql" and _takes.ask(connection)
