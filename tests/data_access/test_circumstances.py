"""What the self-check finds out about a real database and real files."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from access.actions import Action
from access.self_check import Wall
from access.settings import SETTINGS_VARIABLE, read_settings
from access.start import Serving
from access.viewer import LOCAL_VIEWER
from data_access import embedded
from data_access.audit import Entry, append
from data_access.circumstances import database_state, look_around
from data_access.command_line import run
from data_access.engine import URL_VARIABLE, appending, make_engine, reading, writing
from data_access.schema import AuditEntry, AuditHead, ClinicSetting
from data_access.users import add_user, disable_user

NOW = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
HERE = Serving("127.0.0.1", has_certificate=False, is_own_file=True)


def note_three(engine: Engine) -> None:
    with appending(engine) as connection:
        for _ in range(3):
            append(connection, LOCAL_VIEWER, Entry(Action.SETTING, "something"), NOW)


def test_a_new_database_is_found_to_be_sound(engine: Engine, database_url: str):
    state = database_state(database_url)
    assert state is not None
    assert (state.fault, state.unwritable, state.trail_fault) == ("", "", "")
    assert (state.is_demo, state.administrators, state.last_entry_at) == (False, 0, None)
    is_file = engine.dialect.name == "sqlite"
    assert state.wall is (Wall.NONE if is_file else Wall.ABSENT)
    assert (state.server_ahead is None) is is_file


def test_what_is_in_it_is_found_and_nothing_is_left_behind(engine: Engine, database_url: str):
    with writing(engine) as connection:
        connection.execute(insert(ClinicSetting).values(name="demo", value="1"))
        for name in ("ada", "ben"):
            add_user(connection, LOCAL_VIEWER, f"{name}@clinic.example", "administrator", now=NOW)
        disable_user(connection, LOCAL_VIEWER, "ben@clinic.example", now=NOW)
    state = database_state(database_url)
    assert state is not None
    assert (state.is_demo, state.administrators, state.last_entry_at) == (True, 1, NOW)
    with reading(engine) as connection:
        count = connection.scalar(select(func.count()).select_from(AuditEntry))
        assert connection.scalar(select(AuditHead.entry_key)) == count == 3


def test_entries_missing_at_the_end_and_before_it_are_found(engine: Engine, database_url: str):
    note_three(engine)
    with writing(engine) as connection:
        _without_guard(connection, "DELETE FROM audit_entries WHERE entry_key = 2")
    state = database_state(database_url)
    assert state is not None
    assert state.trail_fault == "Entries of the audit trail are missing."
    with writing(engine) as connection:
        _without_guard(connection, "DELETE FROM audit_entries WHERE entry_key = 3")
    state = database_state(database_url)
    assert state is not None
    assert state.trail_fault == "The audit trail does not end where its head says."


def _without_guard(connection: Connection, statement: str) -> None:
    """As somebody with the owner's rights could."""
    if connection.dialect.name == "sqlite":
        for name in ("audit_entries_delete", "audit_entries_update"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
    else:
        connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
    connection.execute(text(statement))


def test_a_trail_without_its_head_cannot_be_written(engine: Engine, database_url: str):
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM audit_head"))
    state = database_state(database_url)
    assert state is not None
    assert state.trail_fault == "The head of the audit trail is missing."
    assert state.unwritable == "Its end is not as it was left."


def test_a_head_set_back_is_found_before_somebody_looks(engine: Engine, database_url: str):
    note_three(engine)
    with writing(engine) as connection:
        connection.execute(update(AuditHead).values(entry_key=2))
    state = database_state(database_url)
    assert state is not None
    assert state.unwritable == "Its end is not as it was left."


def test_a_busy_database_is_told_apart(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("data_access.circumstances._WAIT_MILLISECONDS", 50)
    monkeypatch.setattr("data_access.engine._SQLITE_BUSY_SECONDS", 0.05)
    with appending(engine) as connection:
        append(connection, LOCAL_VIEWER, Entry(Action.SETTING, "something"))
        state = database_state(database_url)
    assert state is not None
    assert state.is_busy
    assert "Another program is writing" in state.unwritable


@pytest.mark.postgres
def test_a_server_whose_clock_differs_is_found(make_database: Callable[[str], str]):
    url = make_database("postgres")
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=2), tick=True):
        state = database_state(url)
    assert state is not None
    assert state.server_ahead is not None
    assert abs(state.server_ahead - timedelta(hours=2)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/clinic.db", "is not there"),
        ("postgresql://clinic@127.0.0.1:1/clinic", "does not answer"),
        ("mysql://clinic@db.example/clinic", "begins with 'mysql'"),
    ],
)
def test_why_a_database_cannot_be_used_is_told(url: str, words: str):
    state = database_state(url)
    assert state is not None
    assert words in state.fault


def test_a_demo_clinic_that_is_not_made_yet_is_nothing_to_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedded, "data_folder", lambda: tmp_path)
    assert database_state(f"sqlite:///{tmp_path}/demo.db") is None


def test_the_files_of_the_settings_and_of_the_database_are_looked_at(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "settings.toml"
    monkeypatch.setenv(SETTINGS_VARIABLE, str(path))
    (tmp_path / "client-secret").write_text("x" * 40)
    path.write_text(
        'public_url = "https://clinic.example"\n[sign_in]\nissuer = "https://login.example"\n'
        'client_id = "dashboard"\nclient_secret_file = "client-secret"'
    )
    settings = read_settings(path)
    found = look_around(settings, HERE, {}, sqlite_url)
    assert [(file.what, file.path) for file in found.files] == [
        ("The settings file", path),
        ("The client secret's file", tmp_path / "client-secret"),
        ("The database file", tmp_path / "clinic.db"),
        ("The database's folder", tmp_path),
    ]
    assert all(file.is_grave for file in found.files)


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing set: a computer on which the dashboard was just unpacked."""
    for name in (URL_VARIABLE, SETTINGS_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(embedded, "data_folder", lambda: tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_a_dashboard_just_unpacked_may_be_served(at_home: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * (len(lines) - 1)
    assert lines[-1] == "The dashboard may be served."


def test_what_is_refused_ends_with_1(
    at_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    assert run(["doctor"]) == 1
    told = capsys.readouterr()
    refused = [line for line in told.out.splitlines() if line.startswith("refuse")]
    assert ["client.showErrorDetails is" in line for line in refused] == [False, True]
    assert "to listen on 0.0.0.0" in refused[0]
    assert "must be put right" in told.err


@pytest.mark.parametrize("text", ["nonsense = 1", "public_url ="])
def test_settings_that_cannot_be_used_are_refused(
    at_home: Path, capsys: pytest.CaptureFixture[str], text: str
):
    (at_home / "settings.toml").write_text(text)
    assert run(["doctor"]) == 1
    assert "settings.toml" in capsys.readouterr().err


def test_a_configuration_that_is_no_toml_is_refused(
    at_home: Path, capsys: pytest.CaptureFixture[str]
):
    (at_home / ".streamlit").mkdir()
    (at_home / ".streamlit" / "config.toml").write_text("[server")
    assert run(["doctor"]) == 1
    assert "is not TOML" in capsys.readouterr().err


def test_an_old_database_is_refused(at_home: Path, sqlite_url: str):
    old = make_engine(sqlite_url)
    with writing(old) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    old.dispose()
    state = database_state(sqlite_url)
    assert state is not None
    assert "older than this program" in state.fault
    assert run(["doctor", "--url", sqlite_url]) == 1
