"""Users by the command line: the first administrator is made so."""

from pathlib import Path

import pytest

from data_access import embedded
from data_access.command_line import run
from data_access.command_line.terminal_viewer import terminal_viewer
from data_access.engine import make_engine, reading
from data_access.migrate import migrate
from tests.data_access.user_clinic import ADA, BEN, add_sites, trail

ADD_ADA = ["users", "add", " Ada@clinic.example", "--role", "administrator"]
ADD_BEN = ["users", "add", BEN, "--role", "nurse", "--site", "S2", "--site", "S1"]


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("getpass.getuser", lambda: "ops")
    add_sites(make_engine(sqlite_url))
    return sqlite_url


def test_users_are_added_listed_and_changed(url: str, capsys):
    def told(*arguments: str) -> str:
        assert run([*arguments, "--url", url]) == 0
        return str(capsys.readouterr().out)

    assert "users add ada@clinic.example --role administrator" in told("users", "list")
    assert told(*ADD_ADA) == f"Added {ADA}: Administrator, every site.\n"
    assert told(*ADD_BEN, "--name", "Ben Ode") == f"Added {BEN}: Nurse, S1, S2.\n"
    assert told("users", "list").splitlines() == [
        f"{ADA}  Administrator, every site; has not signed in lately",
        f"{BEN}  Nurse, S1, S2 (Ben Ode); has not signed in lately",
    ]
    assert told("users", "role", BEN, "manager") == f"{BEN} is now: Manager, every site.\n"
    assert told("users", "disable", BEN) == f"Disabled {BEN}.\n"
    assert f"{BEN}  Manager, every site (Ben Ode); disabled on 20" in told("users", "list")
    assert told("users", "enable", BEN) == f"Enabled {BEN}.\n"
    assert told("users", "disable", ADA) == f"Disabled {ADA}.\n"  # the terminal may
    with reading(make_engine(url)) as connection:
        assert trail(connection) == [
            ("terminal:ops", "users change", what, "done")
            for what in (
                f"added {ADA} as administrator, every site",
                f"added {BEN} as nurse, sites S1, S2",
                f"changed {BEN} to manager, every site",
                f"disabled {BEN}",
                f"enabled {BEN}",
                f"disabled {ADA}",
            )
        ]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["users", "add", BEN], 2, "--role"),
        (["users", "add", BEN, "--role", "boss"], 2, "'privacy-officer'"),
        (["users", "role", BEN, "boss"], 2, "'privacy-officer'"),
        (["users", "add", BEN, "--role", "nurse", "--site", "S9"], 2, "of these: S1, S2"),
        (["users", "add", "b n", "--role", "nurse"], 2, "such as ada@clinic.example"),
        (["users", "add", "local:nurse", "--role", "nurse"], 2, "given by the program"),
        (ADD_ADA, 1, "There is already a user"),
        (["users", "disable", BEN], 1, "There is no user"),
        (["users", "enable", ADA], 1, "not disabled"),
        (["users", "role", "local:nurse", "manager"], 1, "stay as they are"),
    ],
)
def test_what_is_wrong_is_refused_in_words(
    arguments: list[str], status: int, told: str, url: str, capsys
):
    assert run([*ADD_ADA, "--url", url]) == 0
    assert run([*arguments, "--url", url]) == status
    assert told in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_users_of_the_demo_clinic_do_not_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    monkeypatch.setattr(embedded, "data_folder", lambda: tmp_path)
    monkeypatch.delenv("CLINIC_DATABASE_URL", raising=False)
    migrate(embedded.file_url(embedded.demo_path()))
    assert run(ADD_ADA) == 0
    assert "This is the demo clinic" in capsys.readouterr().err
    assert embedded.settings_path() == tmp_path / "settings.toml"


def test_without_a_database_it_is_said(tmp_path: Path, capsys):
    assert run([*ADD_ADA, "--url", f"sqlite:///{tmp_path / 'nothing.db'}"]) == 3
    assert "is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "fault", "who"), [("ops", None, "terminal:ops"), ("", KeyError("uid"), "terminal:")]
)
def test_the_terminal_is_named_in_the_trail_as_well_as_it_can_be(
    name: str, fault: Exception | None, who: str, monkeypatch: pytest.MonkeyPatch
):
    def user() -> str:
        if fault:
            raise fault
        return name

    monkeypatch.setattr("getpass.getuser", user)
    assert terminal_viewer().name == who
    assert terminal_viewer().role == "terminal"
