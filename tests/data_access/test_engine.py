"""Connecting, and what a person reads when that fails."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from data_access.engine import make_engine, parse_url, reading
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


def test_a_server_that_does_not_answer_is_told_in_one_sentence():
    engine = make_engine("postgresql://somebody@127.0.0.1:1/clinic")
    with pytest.raises(DatabaseUnavailableError, match="does not answer"), reading(engine):
        pass


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_cannot_be_used_says_how_to_write_one(url: str):
    with pytest.raises(ClinicDatabaseError, match=r"sqlite:////folder/clinic\.db"):
        parse_url(url)
