"""Databases for the tests: each test of a query or an import runs on SQLite and on PostgreSQL.

And a guard that no test of a browser or of PostgreSQL is skipped unnoticed.
"""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url

from data_access.engine import make_engine, sqlite_path
from data_access.migrate import migrate
from tests.postgres_server import PostgresDatabases, running_postgres

MUST_RUN = os.environ.get("CLINIC_TESTS_MUST_RUN") == "1"
"""Set where PostgreSQL and a browser are there (CI): skipping one of their tests is a fault."""

TOGETHER = ("tests/browser/", "tests/data_access/demo/")
"""Folders whose tests share what is dear to make: a server and a browser, or large demo clinics."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under ``--dist loadfile`` give each file to one process, and so all of some folders.

    (Of xdist's own groups, which are meant for this, pytest 9.2 takes no notice: they are written
    to the node's former name.)
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return Scheduling(config, log)


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
    """The URL of a PostgreSQL server that lives as long as the test run."""
    with running_postgres() as server:
        yield server.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> PostgresDatabases:
    """The databases of that server."""
    return PostgresDatabases(make_url(postgres_server))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite database, to be copied."""
    template = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def make_database(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, request: pytest.FixtureRequest
) -> Callable[[str], str]:
    """A function that makes a fresh migrated database of a kind and returns its URL."""
    numbers = count()
    folder = tmp_path_factory.mktemp("databases")

    def make(kind: str) -> str:
        if kind == "postgres":
            databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
            return databases.take()
        return copied(sqlite_template, folder / f"clinic{next(numbers)}.db")

    return make


def copied(template: Path, path: Path) -> str:
    """The URL of a copy of an SQLite database."""
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, make_database: Callable[[str], str], request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of an empty, migrated database; once on SQLite, once on PostgreSQL."""
    url = make_database(database_kind)
    if database_kind == "sqlite":
        yield url
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    yield url
    databases.give_back(url)


class Engines:
    """Engines that are used again, for each remembers the statements that it has put together.

    To put them together anew in every test takes longer than to ask the database.
    """

    def __init__(self, folder: Path) -> None:
        self._link = folder / "clinic.db"
        self._made: dict[str, Engine] = {}

    def of(self, url: str) -> Engine:
        """An engine on a database; for SQLite there is one, which is led from file to file.

        What is given is new to whoever keeps something about an engine, or listens to it.
        """
        path = sqlite_path(url)
        if path is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(path)
            url = f"sqlite:///{self._link}"
        if url not in self._made:
            self._made[url] = make_engine(url)
        return self._made[url].execution_options()


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(tmp_path_factory.mktemp("engine"))


@pytest.fixture
def engine(database_url: str, engines: Engines) -> Iterator[Engine]:
    """An engine on an empty, migrated database; once on SQLite, once on PostgreSQL."""
    engine = engines.of(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of an empty, migrated SQLite database."""
    return copied(sqlite_template, tmp_path / "clinic.db")
