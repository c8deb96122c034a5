"""The second wall: what a role may ask works under its role of PostgreSQL; nothing more does."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ProgrammingError

from access.roles import ROLES, RoleName
from access.viewer import LOCAL_VIEWER, Viewer
from data_access.column_readers import COLUMNS
from data_access.engine import make_engine, reading, writing
from data_access.errors import ClinicDatabaseError
from data_access.reporting_roles import assume, column_rights, create_roles, role_name
from tests.access.test_matrix import NEEDED, WRITES, Clinic, _make, matrix

pytestmark = pytest.mark.postgres

BY_THE_PROGRAM = WRITES | {"audit.export", "health.check_health"}
"""They write, or count the rows of every table: by the program's own login."""
TOOL = "clinic_test_tool"


@pytest.fixture(scope="module")
def clinic(make_database: Callable[[str], str]) -> Iterator[Clinic]:
    """The clinic of the matrix in PostgreSQL, with the roles."""
    made = _make(make_database("postgres"), west=True)
    with writing(made.engine) as connection:
        create_roles(connection)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def tool(clinic: Clinic) -> Iterator[Engine]:
    """A reporting tool's own login, which is a member of the manager's role and nothing else."""
    with writing(clinic.engine) as connection:
        connection.exec_driver_sql(f"CREATE ROLE {TOOL} LOGIN IN ROLE clinic_manager")
    url = make_url(str(clinic.engine.url)).set(username=TOOL)
    engine = make_engine(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with writing(clinic.engine) as connection:
        connection.exec_driver_sql(f"DROP ROLE {TOOL}")


def viewer_of(role: RoleName) -> Viewer:
    return Viewer(role, ROLES[role].permissions, role=role, session=role)


def allowed(role: RoleName) -> list[str]:
    """What a role may ask, on the connection by which a page reads."""
    return [
        name
        for name, needed in sorted(matrix().items())
        if NEEDED[needed] <= ROLES[role].permissions and name not in BY_THE_PROGRAM
    ]


@pytest.mark.parametrize("role", list(ROLES))
def test_what_a_role_may_ask_works_under_its_role_of_the_database(clinic: Clinic, role: RoleName):
    faults = {}
    for name in allowed(role):
        try:
            with reading(clinic.engine) as connection:
                assume(connection, viewer_of(role))
                assert connection.exec_driver_sql("SELECT current_user").scalar() == role_name(role)
                clinic._ask(connection, name, viewer_of(role), clinic.asked)
        except (ClinicDatabaseError, ProgrammingError) as fault:
            faults[name] = repr(fault)
    assert not faults


def test_what_a_manager_may_ask_works_for_a_tool_that_is_a_member(clinic: Clinic, tool: Engine):
    faults = {}
    for name in allowed(RoleName.MANAGER):
        try:
            with reading(tool) as connection:
                clinic._ask(connection, name, viewer_of(RoleName.MANAGER), clinic.asked)
        except (ClinicDatabaseError, ProgrammingError) as fault:
            faults[name] = repr(fault)
    assert not faults


def columns_kept_from(role: RoleName) -> Iterator[tuple[str, str]]:
    read = column_rights(ROLES[role])
    for table, sorts in COLUMNS.items():
        for column in " ".join(sorts.values()).split():
            if column not in read.get(table, ()):
                yield table, column


def refusal(connection_of: Engine, statement: str, viewer: Viewer | None) -> str | None:
    """The state with which PostgreSQL refuses a statement; ``None`` where it answers."""
    with connection_of.connect() as connection:
        if viewer is not None:
            assume(connection, viewer)
        try:
            connection.exec_driver_sql(statement)
        except ProgrammingError as error:
            return str(getattr(error.orig, "sqlstate", None))
    return None


@pytest.mark.parametrize("role", list(ROLES))
def test_every_other_column_is_refused_by_the_database(clinic: Clinic, role: RoleName):
    kept = list(columns_kept_from(role))
    assert kept
    for table, column in kept:
        statement = f'SELECT "{column}" FROM {table} LIMIT 1'
        assert refusal(clinic.engine, statement, viewer_of(role)) == "42501", statement


def test_a_tool_that_is_a_member_is_refused_the_same(tool: Engine):
    for table, column in columns_kept_from(RoleName.MANAGER):
        assert refusal(tool, f'SELECT "{column}" FROM {table} LIMIT 1', None) == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT family_name FROM patients",
        "SELECT count(*) FROM patients",
        "SELECT * FROM patient_words",
        "SELECT * FROM infusion_facts",
        "SELECT count(*) FROM audit_entries",
        "SELECT token_hash FROM sessions",
        "SELECT day FROM infusion_facts ORDER BY age_band",
        "SELECT day FROM infusion_facts WHERE sex = 1",
        "SELECT 1 WHERE EXISTS (SELECT FROM patients WHERE family_name LIKE 'A%%')",
        "DELETE FROM sites",
        "UPDATE sites SET name = name",
        "INSERT INTO closures (site_id, date) VALUES ('S1', now())",
        "CREATE TABLE taken_out AS SELECT 1 AS one",
        "SELECT pg_read_file('/etc/hostname')",
        "COPY (SELECT day FROM infusion_facts) TO PROGRAM 'true'",
    ],
)
def test_a_manager_is_refused_by_the_database(clinic: Clinic, statement: str):
    assert refusal(clinic.engine, statement, viewer_of(RoleName.MANAGER)) == "42501"


def test_a_bug_that_asks_for_names_in_a_managers_name_meets_the_wall(clinic: Clinic):
    """All permissions, as a fault in Python might give them; the role stays the manager's."""
    viewer = Viewer("m", LOCAL_VIEWER.permissions, role=RoleName.MANAGER, session="m")

    def ask() -> None:
        with reading(clinic.engine) as connection:
            assume(connection, viewer)
            clinic._ask(connection, "one_patient.find_patient", viewer, clinic.asked)

    with pytest.raises(ClinicDatabaseError, match="does not let your role read this"):
        ask()


def test_the_role_is_off_again_after_the_transaction_and_never_on_for_the_terminal(clinic: Clinic):
    with reading(clinic.engine) as connection:
        own = connection.exec_driver_sql("SELECT current_user").scalar()
        assume(connection, viewer_of(RoleName.MANAGER))
        assert connection.exec_driver_sql("SELECT current_user").scalar() == "clinic_manager"
    with reading(clinic.engine) as connection:
        assume(connection, LOCAL_VIEWER)
        assert connection.exec_driver_sql("SELECT current_user").scalar() == own
