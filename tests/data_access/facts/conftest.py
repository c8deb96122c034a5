"""A clinic to write records into: one database of each kind, emptied again after each test."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine

from data_access.engine import make_engine
from tests.data_access.facts.recorded_clinic import RecordedClinic


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def facts_engine(
    request: pytest.FixtureRequest, make_database: Callable[[str], str]
) -> Iterator[Engine]:
    """An engine on an empty, migrated database; once on SQLite, once on PostgreSQL."""
    engine = make_engine(make_database(request.param))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(facts_engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test."""
    with facts_engine.connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def clinic(connection: Connection) -> RecordedClinic:
    """A clinic with two sites and no patients."""
    return RecordedClinic(connection)
