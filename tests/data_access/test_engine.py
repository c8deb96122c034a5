"""Connecting, and what a person reads when that fails."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from data_access.engine import described, make_engine, parse_url, reading, writing
from data_access.errors import ClinicDatabaseError, DatabaseUnavailableError
from data_access.migrate import migrate


def test_a_new_database_is_empty(engine: Engine):
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM infusions")).scalar_one() == 0


def test_a_missing_sqlite_file_is_an_error_and_is_not_created(tmp_path: Path):
    path = tmp_path / "nothing.db"
    with (
        pytest.raises(DatabaseUnavailableError, match="not there"),
        reading(make_engine(f"sqlite:///{path}")),
    ):
        pass
    assert not path.exists()


def test_a_file_that_is_replaced_is_noticed_and_recovered_from(tmp_path: Path):
    path, away = tmp_path / "clinic.db", tmp_path / "away.db"
    migrate(f"sqlite:///{path}")
    engine = make_engine(f"sqlite:///{path}")
    with reading(engine):
        pass
    path.rename(away)
    with pytest.raises(DatabaseUnavailableError), reading(engine):
        pass
    away.rename(path)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM sites")).scalar_one() == 0


def test_a_damaged_sqlite_file_is_told_in_one_sentence(tmp_path: Path):
    path = tmp_path / "clinic.db"
    path.write_bytes(b"this is not a database at all" * 100)
    with (
        pytest.raises(DatabaseUnavailableError, match="damaged"),
        reading(make_engine(f"sqlite:///{path}")) as connection,
    ):
        connection.execute(text("SELECT count(*) FROM sites"))


@pytest.mark.parametrize("server", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_does_not_answer_is_told_in_one_sentence(server: str):
    engine = make_engine(f"postgresql://somebody@{server}/clinic")
    with pytest.raises(DatabaseUnavailableError, match="does not answer"), reading(engine):
        pass


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("user", "database", "sentence"),
    [
        ("postgres", "nobodys", "no database of that name"),
        ("nobody", "postgres", "refused the user or the password"),
    ],
)
def test_a_server_that_lets_nobody_in_says_why(
    postgres_server: str, user: str, database: str, sentence: str
):
    url = make_url(postgres_server).set(username=user, database=database)
    engine = make_engine(url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseUnavailableError, match=sentence), reading(engine):
        pass


@pytest.mark.postgres
def test_only_the_transaction_that_asks_is_without_a_time_limit(
    make_database: Callable[[str], str],
):
    engine = make_engine(make_database("postgres"))
    with writing(engine) as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"
    with reading(engine) as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "8s"


@pytest.mark.postgres
def test_a_postgresql_user_who_may_only_read_is_told_so(make_database: Callable[[str], str]):
    url = make_database("postgres")
    with writing(make_engine(url)) as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS reader")
        connection.exec_driver_sql("CREATE ROLE reader LOGIN")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    as_reader = make_url(url).set(username="reader").render_as_string(hide_password=False)
    engine = make_engine(as_reader)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM sites")).scalar_one() == 0
    with (
        pytest.raises(DatabaseUnavailableError, match="may only read"),
        writing(engine) as connection,
    ):
        connection.execute(text("DELETE FROM sites"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////data/clinic.db", "SQLite file /data/clinic.db"),
        ("postgresql://u:secret@db:5433/clinic", "PostgreSQL database clinic on db:5433"),
        ("postgres:///clinic?password=secret", "PostgreSQL database clinic on this machine"),
    ],
)
def test_a_database_is_described_without_its_password(url: str, words: str):
    assert described(url) == words


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "postgresql://host:port/db"],
)
def test_a_url_that_cannot_be_used_says_how_to_write_one(url: str):
    with pytest.raises(ClinicDatabaseError, match=r"sqlite:////folder/clinic\.db"):
        parse_url(url)
