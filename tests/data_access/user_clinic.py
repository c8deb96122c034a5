"""Two sites and a few users, for the tests of who may sign in."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, select

from access.standing import Limits
from access.viewer import LOCAL_VIEWER, Viewer
from data_access.bulk import insert_rows
from data_access.engine import appending, writing
from data_access.schema import AuditEntry, Site, User
from data_access.users import add_user

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMITS = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=12))
PROVIDER, LOCAL = {"provider"}, {"local"}
TERMINAL = Viewer("terminal:ops", LOCAL_VIEWER.permissions, role="terminal")
ADA, BEN = "ada@clinic.example", "ben@clinic.example"


def add_sites(engine: Engine) -> None:
    with writing(engine) as connection:
        columns = ("site_key", "site_id", "name", "time_zone")
        sites = [(1, "S1", "North", "America/New_York"), (2, "S2", "South", "America/Chicago")]
        insert_rows(connection, Site, columns, sites)


def add_ada_and_ben(engine: Engine) -> None:
    """Ada lets people in; Ben is a nurse in the North."""
    add_sites(engine)
    with appending(engine) as connection:
        add_user(connection, TERMINAL, ADA, "administrator", now=NOON)
        add_user(connection, TERMINAL, BEN, "nurse", ["S1"], "Ben Ode", now=NOON)


def key_of(connection: Connection, name: str) -> int:
    return connection.scalars(select(User.user_key).where(User.sign_in_name == name)).one()


def trail(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Who, action, what and outcome of each entry, in order."""
    statement = select(
        AuditEntry.who, AuditEntry.action, AuditEntry.what, AuditEntry.outcome
    ).order_by(AuditEntry.entry_key)
    return [(row.who, row.action, row.what, row.outcome) for row in connection.execute(statement)]
