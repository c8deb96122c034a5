"""Making the roles of PostgreSQL: what they may do, who may make them, and that it can be repeated.

(That they suffice and keep out the rest is in ``tests/access/test_second_wall.py``.)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import URL, Engine

from access.roles import ROLES, RoleName
from access.self_check import Wall
from access.viewer import Viewer
from data_access.command_line import run
from data_access.command_line.reporting_role_commands import renew_reporting_roles
from data_access.engine import make_engine, reading, writing
from data_access.migrate import migrate
from data_access.reporting_roles import (
    RolesNotMadeError,
    assume,
    create_roles,
    find_wall,
    role_name,
    script,
    takes_roles,
)
from tests.postgres_server import PostgresDatabases, running_postgres

MANAGER = Viewer("m", ROLES[RoleName.MANAGER].permissions, role=RoleName.MANAGER)


def wall(engine: Engine) -> tuple[Wall, str]:
    with reading(engine) as connection:
        return find_wall(connection)


def make(engine: Engine, login: str | None = None) -> None:
    with writing(engine) as connection:
        create_roles(connection, login)


@pytest.fixture
def postgres(postgres_databases: PostgresDatabases) -> Iterator[Engine]:
    """An empty database, used by the server's administrator."""
    url = postgres_databases.take()
    engine = make_engine(url)
    yield engine
    engine.dispose()
    postgres_databases.give_back(url)


def test_a_role_has_the_same_name_with_underscores():
    assert role_name(RoleName.PRIVACY_OFFICER) == "clinic_privacy_officer"


def test_a_file_has_no_roles(sqlite_url: str):
    engine = make_engine(sqlite_url)
    assert wall(engine) == (Wall.NONE, "")
    with reading(engine) as connection:
        assume(connection, MANAGER)
        assert not takes_roles(connection)
    with pytest.raises(RolesNotMadeError, match="Only PostgreSQL tells roles apart"):
        make(engine)
    engine.dispose()
    assert run(["reporting-roles", "--create", "--url", sqlite_url]) == 1
    assert run(["reporting-roles", "--url", sqlite_url]) == 0


@pytest.mark.postgres
def test_what_is_wrong_is_named_and_put_right(postgres: Engine):
    assert wall(postgres) == (Wall.ABSENT, "")
    make(postgres)
    make(postgres)
    assert wall(postgres) == (Wall.STANDS, "")
    for statement, fault in (
        ("GRANT SELECT (mrn) ON patients TO clinic_manager", "may read patients.mrn"),
        ("GRANT SELECT ON audit_head TO clinic_manager", "may read audit_head.entry_key"),
        ("REVOKE ALL ON sites FROM clinic_manager", "may not read sites.name"),
        ("GRANT DELETE ON rebases TO clinic_manager", "may change rebases"),
        ("GRANT UPDATE (name) ON sites TO clinic_manager", "may change sites"),
    ):
        with writing(postgres) as connection:
            connection.exec_driver_sql(statement)
        assert wall(postgres) == (Wall.WRONG, f"clinic_manager {fault}")
        make(postgres)
        assert wall(postgres) == (Wall.STANDS, "")


@pytest.mark.postgres
def test_the_commands_make_them_and_tell_of_them(
    postgres: Engine, capsys: pytest.CaptureFixture[str]
):
    url = postgres.url.render_as_string(hide_password=False)
    assert run(["reporting-roles", "--url", url]) == 0
    assert "have no rights in this database" in capsys.readouterr().out
    assert run(["migrate", "--reporting-roles", "--url", url]) == 0
    assert wall(postgres) == (Wall.STANDS, "")
    with writing(postgres) as connection:
        connection.exec_driver_sql("GRANT SELECT ON patients TO clinic_manager")
    capsys.readouterr()
    assert run(["reporting-roles", "--url", url]) == 1
    assert "clinic_manager may read patients.birth_date." in capsys.readouterr().err
    assert run(["doctor", "--url", url]) == 1
    assert run(["reporting-roles", "--create", "--url", url]) == 0
    assert run(["reporting-roles", "--url", url]) == 0
    assert "this login takes them on" in capsys.readouterr().out
    assert run(["reporting-roles", "--create", "--show", "--url", url]) == 2


@pytest.mark.postgres
def test_a_revision_that_makes_a_table_anew_gives_the_roles_their_rights_in_it(postgres: Engine):
    make(postgres)
    with writing(postgres) as connection:
        connection.exec_driver_sql("REVOKE ALL ON terms FROM clinic_clinician")
    renew_reporting_roles(postgres)
    assert wall(postgres) == (Wall.STANDS, "")


@pytest.mark.postgres
def test_rights_are_not_given_where_nobody_asked_for_them(postgres: Engine):
    renew_reporting_roles(postgres)
    assert wall(postgres) == (Wall.ABSENT, "")


@pytest.mark.postgres
def test_what_everybody_may_read_is_no_wall(postgres: Engine):
    with writing(postgres) as connection:
        connection.exec_driver_sql("GRANT SELECT (family_name) ON patients TO PUBLIC")
    with pytest.raises(RolesNotMadeError, match=r"clinic_administrator may read patients\.family"):
        make(postgres)


@pytest.mark.postgres
def test_a_database_without_rights_takes_no_role_on_though_the_server_has_them(
    postgres: Engine, make_database: Callable[[str], str]
):
    make(postgres)
    other = make_engine(make_database("postgres"))
    assert wall(other) == (Wall.ABSENT, "")
    with reading(other) as connection:
        assume(connection, MANAGER)
        own = connection.exec_driver_sql("SELECT current_user = session_user").scalar()
    assert own is True
    make(other)
    assert wall(other) == (Wall.STANDS, "")
    other.dispose()


# --- owners who are no administrators ---------------------------------------------------------


@pytest.fixture(scope="module")
def new_server() -> Iterator[URL]:
    """A server on which nobody has made the roles yet; they are the server's, not a database's."""
    with running_postgres() as url:
        yield url


def _do(url: URL, *statements: str) -> None:
    """As the server's administrator, a statement at a time or a whole script."""
    with psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def owned_database(server: URL, login: str, rights: str = "") -> Iterator[tuple[URL, Engine]]:
    """A database of a login's own: its URL for the administrator, and the login's engine."""
    _do(server, f"CREATE ROLE {login} LOGIN {rights}", f"CREATE DATABASE {login} OWNER {login}")
    database = server.set(database=login)
    url = database.set(username=login).render_as_string(hide_password=False)
    migrate(url)
    engine = make_engine(url)
    yield database, engine
    engine.dispose()


@pytest.mark.postgres
def test_an_owner_who_may_make_roles_makes_them_and_takes_them_on(new_server: URL):
    with owned_database(new_server, "first_owner", "CREATEROLE") as (_, engine):
        make(engine)
        assert wall(engine) == (Wall.STANDS, "")
        with reading(engine) as connection:
            assume(connection, MANAGER)
            assert connection.exec_driver_sql("SELECT count(*) FROM sites").scalar() == 0
            assert connection.exec_driver_sql("SELECT current_user").scalar() == "clinic_manager"
        # As long as it takes none on, the login has what it had.
        with writing(engine) as connection:
            connection.exec_driver_sql("SELECT count(*) FROM patients")
        with writing(engine) as connection:
            connection.exec_driver_sql("ALTER TABLE sites ADD COLUMN telephone text")
        make(engine)
        assert wall(engine) == (Wall.STANDS, "")


@pytest.mark.postgres
def test_an_owner_who_may_not_is_given_what_an_administrator_runs(
    new_server: URL, capsys: pytest.CaptureFixture[str]
):
    with owned_database(new_server, "second_owner") as (database, engine):
        with pytest.raises(RolesNotMadeError, match="--show"):
            make(engine)
        assert wall(engine) == (Wall.ABSENT, "")
        url = engine.url.render_as_string(hide_password=False)
        capsys.readouterr()
        assert run(["reporting-roles", "--show", "--url", url]) == 0
        _do(database, capsys.readouterr().out)
        assert wall(engine) == (Wall.STANDS, "")
        make(engine)
        _do(database, script("somebody_else").replace("somebody_else", "postgres"))
        assert wall(engine) == (Wall.STANDS, "")


@pytest.mark.postgres
def test_a_login_that_is_no_member_is_told_apart_and_takes_no_role_on(new_server: URL):
    with owned_database(new_server, "third_owner") as (database, engine):
        _do(database, script("postgres"))
        assert wall(engine) == (Wall.NOT_TAKEN, "")
        with reading(engine) as connection:
            assume(connection, MANAGER)
            assert connection.exec_driver_sql("SELECT current_user").scalar() == "third_owner"
        administrator = make_engine(database.render_as_string(hide_password=False))
        with pytest.raises(RolesNotMadeError, match="no login of this name"):
            make(administrator, "nobody_at_all")
        make(administrator, "third_owner")
        assert wall(engine) == (Wall.STANDS, "")
        administrator.dispose()
