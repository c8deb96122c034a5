"""The PostgreSQL databases of the tests: each test finds one as empty as a new one."""

import pytest
from sqlalchemy import make_url

from data_access.engine import make_engine, reading, writing
from tests.postgres_server import PostgresDatabases

pytestmark = pytest.mark.postgres

SITE = "INSERT INTO sites (site_key, site_id, name, time_zone) VALUES (1, 'S', 'North', 'UTC')"


def run(url: str, *statements: str) -> None:
    engine = make_engine(url)
    with writing(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def read(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = make_engine(url)
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(statement)]
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def databases(postgres_server: str) -> PostgresDatabases:
    return PostgresDatabases(make_url(postgres_server), prefix="own")


def test_rows_are_gone_and_those_from_the_start_are_back(databases: PostgresDatabases):
    url = databases.take()
    secret = read(url, "SELECT * FROM clinic_settings")
    run(url, SITE, "ANALYZE", "UPDATE clinic_settings SET value = 'another'")
    databases.give_back(url)
    assert databases.take() == url
    assert read(url, "SELECT * FROM sites") == []
    assert read(url, "SELECT * FROM clinic_settings") == secret
    assert len(read(url, "SELECT * FROM alembic_version")) == 1


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE side_effects",
        "CREATE TABLE another (name TEXT)",
        "ALTER TABLE sites ADD COLUMN another TEXT",
        "ALTER TABLE sites ALTER COLUMN name DROP NOT NULL",
    ],
)
def test_a_database_with_another_schema_is_not_used_again(
    databases: PostgresDatabases, change: str
):
    url = databases.take()
    run(url, change)
    databases.give_back(url)
    assert databases.take() != url


def test_a_transaction_that_a_test_left_open_is_ended(databases: PostgresDatabases):
    url = databases.take()
    engine = make_engine(url)
    left = engine.connect()
    left.exec_driver_sql(SITE)
    databases.give_back(url)
    assert databases.take() == url
    assert read(url, "SELECT * FROM sites") == []
    left.invalidate()
    engine.dispose()
