"""The commands as a person at a terminal, or a nightly job, meets them."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from clinical.thresholds import LIMITS
from data_access import embedded
from data_access.command_line import run
from data_access.demo.plan import make_plan
from data_access.engine import make_engine, reading, sqlite_path, writing
from data_access.migrate import migrate
from data_access.schema import ImportRun, Patient, ThresholdChange

COMMANDS = (
    "migrate",
    "demo",
    "import-csv",
    "template",
    "export-csv",
    "rebuild-facts",
    "check",
    "thresholds",
    "set-threshold",
)
FILES = {
    "sites.csv": "site_id,name,time_zone\nS1,North,America/New_York\n",
    "patients.csv": "patient_id,family_name,site_id\nP1,Example,S1\nP2,Sample,S1\n",
    "infusions.csv": (
        "infusion_id,patient_id,site_id,started_at,dose_mg\n"
        "I1,P1,S1,2026-03-09T10:00:00,40\n"
        "I2,P1,S1,2026-03-12T10:00:00,40.5\n"
    ),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no database in the environment."""
    folder = tmp_path / "home"
    monkeypatch.setattr(embedded, "data_folder", lambda: folder)
    monkeypatch.delenv("CLINIC_DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder with one site, two patients and two infusions."""
    return write_files(tmp_path / "exports", FILES)


@pytest.fixture
def small_demo(tmp_path: Path) -> str:
    """The URL of a small demo clinic."""
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    assert run(["demo", "--url", url, "--infusions", "60", "--until", "2026-03-09"]) == 0
    return url


def write_files(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def patients(url: str) -> list[str]:
    with reading(make_engine(url)) as connection:
        return list(connection.scalars(select(Patient.patient_id).order_by(Patient.patient_id)))


# --- usage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(command: str, capsys):
    assert run([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"Example: python -m data_access {command}" in told


def test_the_commands_are_those_that_the_readme_lists():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for command in COMMANDS:
        assert f"| `{command}" in readme


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-command"],
        ["import-csv"],
        ["import-csv", "no such folder"],
        ["demo", "--until", "2026-02-30"],
        ["demo", "--until", "9999-12-31"],
        ["demo", "--infusions", "0"],
        ["check", "--url", "nonsense"],
        ["check", "--url", "mysql://host/db"],
    ],
)
def test_wrong_usage_ends_with_2_and_without_a_traceback(arguments: list[str], home: Path, capsys):
    assert run(arguments) == 2
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_day_that_does_not_exist_is_told_with_the_right_form(home: Path, capsys):
    run(["demo", "--until", "2026-02-30"])
    assert "'2026-02-30' is not a day. Write it like 2026-03-09." in joined(capsys.readouterr().err)


def joined(boxed: str) -> str:
    """The words of a framed message, in one line."""
    return " ".join(boxed.replace("│", " ").split())


def test_it_runs_as_a_module_and_ends_with_the_status(sqlite_url: str):
    check = [sys.executable, "-m", "data_access", "check", "--url"]
    sound = subprocess.run([*check, sqlite_url], capture_output=True, text=True, check=False)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert sound.stdout.splitlines()[-1] == "Nothing is wrong."
    missing = subprocess.run(
        [*check, "sqlite:////no/such/clinic.db"], capture_output=True, text=True, check=False
    )
    assert (missing.returncode, missing.stdout) == (3, "")
    assert len(missing.stderr.splitlines()) == 1


# --- databases that cannot be used --------------------------------------------------------------


def usual_commands(folder: Path) -> list[list[str]]:
    return [
        ["import-csv", str(folder)],
        ["export-csv", str(folder / "new")],
        ["rebuild-facts"],
        ["rebuild-facts", "--check"],
        ["check"],
    ]


def test_a_database_that_is_not_there_ends_with_3_and_one_sentence(exports: Path, capsys):
    for arguments in usual_commands(exports):
        assert run([*arguments, "--url", f"sqlite:///{exports / 'clinic.db'}"]) == 3
        assert "The database file is not there" in capsys.readouterr().err
    assert not (exports / "clinic.db").exists()


def test_a_server_that_does_not_answer_ends_with_3_and_hides_the_password(capsys):
    assert run(["check", "--url", "postgresql://clinic:secret@127.0.0.1:1/clinic"]) == 3
    told = capsys.readouterr()
    assert "does not answer" in told.err
    assert "secret" not in told.out + told.err


def test_a_newer_database_is_refused_by_every_command(sqlite_url: str, exports: Path, capsys):
    with writing(make_engine(sqlite_url)) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for arguments in [*usual_commands(exports), ["migrate"], ["demo"]]:
        assert run([*arguments, "--url", sqlite_url]) == 3
        assert "Upgrade the program" in capsys.readouterr().err


def test_an_unforeseen_database_error_does_not_quote_a_patient(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys
):
    words_of_the_database = "Key (mrn)=(MRN-777) already exists"

    def refuse(*_: object) -> None:
        raise IntegrityError("INSERT", {}, ValueError(words_of_the_database))

    monkeypatch.setattr("data_access.health.check_health", refuse)
    assert run(["check", "--url", sqlite_url]) == 3
    told = capsys.readouterr().err
    assert "in refuse" in told
    assert "MRN-777" not in told


# --- migrate and demo -------------------------------------------------------------------------


def test_migrate_makes_the_database_once(tmp_path: Path, capsys):
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    assert run(["migrate", "--url", url]) == 0
    assert "is now at revision 0007" in capsys.readouterr().out
    assert run(["migrate", "--url", url]) == 0
    assert "was already at revision 0007" in capsys.readouterr().out


def test_the_environment_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLINIC_DATABASE_URL", f"sqlite:///{tmp_path / 'named.db'}")
    assert run(["migrate"]) == 0
    assert (tmp_path / "named.db").exists()


def test_demo_fills_a_new_database_and_refuses_one_with_patients(small_demo: str, capsys):
    assert run(["check", "--url", small_demo]) == 0
    assert "A demo clinic" in capsys.readouterr().out
    before = patients(small_demo)
    assert run(["demo", "--url", small_demo]) == 1
    assert "only into a database without any" in capsys.readouterr().err
    assert patients(small_demo) == before


def test_a_demo_made_to_wishes_is_kept_and_the_usual_one_is_made_anew(home: Path):
    today = date(2026, 3, 9)
    yesterday = today - timedelta(days=1)
    embedded.make_demo_file(embedded.demo_path(), yesterday)
    assert embedded.demo_is_needed(today)
    assert run(["demo", "--infusions", "60", "--until", str(yesterday)]) == 0
    assert [path.name for path in home.iterdir()] == ["demo.db"]
    assert not embedded.demo_is_needed(today)


def test_the_demo_ends_with_the_day_of_its_first_site_wherever_the_program_runs():
    assert make_plan(4_000, 1, date(2026, 11, 25)).sites[0].time_zone == embedded.DEMO_ZONE
    with time_machine.travel("2026-11-26T01:00:00Z"):
        assert embedded.demo_day() == date(2026, 11, 25)
    with time_machine.travel("2026-11-26T05:00:00Z"):
        assert embedded.demo_day() == date(2026, 11, 26)


def test_the_embedded_demo_does_not_hide_behind_the_clinic(home: Path, exports: Path, capsys):
    run(["import-csv", str(exports)])
    assert run(["demo"]) == 1
    assert "The dashboard shows your own clinic" in capsys.readouterr().err


# --- import and export ------------------------------------------------------------------------


def test_the_first_import_makes_the_clinics_own_database(home: Path, exports: Path, capsys):
    assert run(["import-csv", str(exports)]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Imported: 5 rows added, 0 changed.",
        f"From now on the dashboard shows {home / 'clinic.db'}.",
    ]
    assert [path.name for path in home.iterdir()] == ["clinic.db"]
    assert embedded.reading_url() == embedded.file_url(home / "clinic.db")
    assert patients(embedded.reading_url()) == ["P1", "P2"]


def test_importing_again_changes_nothing_and_says_so(home: Path, exports: Path, capsys):
    run(["import-csv", str(exports)])
    capsys.readouterr()
    assert run(["import-csv", str(exports)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "Nothing to change: the database already holds every row."


@pytest.mark.parametrize("first", [True, False])
def test_a_dry_run_reports_and_leaves_no_trace(first: bool, home: Path, exports: Path, capsys):
    if not first:
        run(["import-csv", str(exports)])
        (exports / "patients.csv").write_text("patient_id,family_name\nP1,Changed\nP3,New\n")
    before = sorted(home.iterdir()) if home.exists() else []
    capsys.readouterr()
    assert run(["import-csv", str(exports), "--dry-run"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    added, changed = ("5 rows", 0) if first else ("1 row", 1)
    assert last == (
        "Nothing was changed, as this is a dry run. "
        f"The import would add {added} and change {changed}."
    )
    assert sorted(home.iterdir()) == before


def test_a_rejected_import_lists_every_problem_and_leaves_no_trace(
    home: Path, tmp_path: Path, capsys
):
    folder = write_files(
        tmp_path / "broken",
        {
            "sites.csv": "site_id,name,time_zone\nS1,North,America/New_Yrok\n",
            "patients.csv": "patient_id,birth_date\nP1,31.12.1980\n",
        },
    )
    report = tmp_path / "report.json"
    assert run(["import-csv", str(folder), "--json", str(report)]) == 1
    told = capsys.readouterr().out
    assert "sites.csv:2 time_zone: 'America/New_Yrok' is not one of the words" in told
    assert "patients.csv:2 birth_date: '31.12.1980' is not a day." in told
    assert told.splitlines()[-1].startswith("Nothing was imported: 2 errors.")
    assert json.loads(report.read_text())["error_count"] == 2
    assert list(home.iterdir()) == []


def test_warnings_are_listed_and_do_not_stop_the_import(home: Path, exports: Path, capsys):
    (exports / "vital_signs.csv").write_text(
        "infusion_id,measured_at,heart_rate_bpm\nI1,2026-03-09T10:10:00,190\n"
    )
    assert run(["import-csv", str(exports)]) == 0
    told = capsys.readouterr().out
    assert "vital_signs.csv:2 heart_rate_bpm: '190'" in told
    assert "Imported: 6 rows added, 0 changed, with 1 warning." in told.splitlines()


def test_hostile_values_cannot_steer_the_terminal(home: Path, exports: Path, capsys):
    (exports / "sites.csv").write_text("site_id,name,time_zone\nS1,\x1b[2J[red]North,Nowhere\n")
    assert run(["import-csv", str(exports)]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "[2J[red]North" in told


def test_an_import_into_a_named_demo_clinic_says_that_it_joins_invented_people(
    make_database: Callable[[str], str], exports: Path, capsys
):
    demo = make_database("sqlite")
    assert run(["demo", "--infusions", "40", "--url", demo]) == 0
    before = patients(demo)
    capsys.readouterr()
    assert run(["import-csv", str(exports), "--url", demo]) == 0
    assert "stands among invented people" in joined(capsys.readouterr().out)
    assert patients(demo) == sorted([*before, "P1", "P2"])
    assert run(["import-csv", str(exports), "--url", demo]) == 0
    assert "invented" not in capsys.readouterr().out


def test_an_export_reads_back_to_the_same_records(
    small_demo: str, make_database: Callable[[str], str], tmp_path: Path, database_kind: str
):
    copy = make_database(database_kind)
    assert run(["export-csv", str(tmp_path / "first"), "--url", small_demo]) == 0
    assert run(["import-csv", str(tmp_path / "first"), "--url", small_demo]) == 0
    assert run(["import-csv", str(tmp_path / "first"), "--url", copy]) == 0
    assert run(["rebuild-facts", "--check", "--url", copy]) == 0
    assert run(["export-csv", str(tmp_path / "second"), "--url", copy]) == 0
    for path in (tmp_path / "first").iterdir():
        assert (tmp_path / "second" / path.name).read_bytes() == path.read_bytes()


def test_an_export_does_not_write_over_files(sqlite_url: str, exports: Path, capsys):
    assert run(["export-csv", str(exports), "--url", sqlite_url]) == 2
    assert "Name a new or an empty folder" in joined(capsys.readouterr().err)
    assert (exports / "sites.csv").read_text() == FILES["sites.csv"]


def test_a_template_is_an_importable_set_of_empty_files(home: Path, tmp_path: Path, capsys):
    assert run(["template", str(tmp_path / "empty")]) == 0
    assert "Wrote 14 files" in capsys.readouterr().out
    assert run(["import-csv", str(tmp_path / "empty")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing to import: the files hold no rows."
    assert list(home.iterdir()) == []


def test_the_import_is_recorded_under_the_user_and_the_folder(
    sqlite_url: str, exports: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("getpass.getuser", lambda: "nurse")
    assert run(["import-csv", str(exports), "--url", sqlite_url]) == 0
    with reading(make_engine(sqlite_url)) as connection:
        assert connection.execute(select(ImportRun.user_name, ImportRun.source)).all() == [
            ("terminal:nurse", "exports")
        ]


def test_an_import_waits_for_another_and_then_says_so(sqlite_url: str, exports: Path, capsys):
    with writing(make_engine(sqlite_url)):
        assert run(["import-csv", str(exports), "--url", sqlite_url, "--wait", "0"]) == 3
    assert "Another import is running" in capsys.readouterr().err


def test_progress_is_plain_lines_apart_from_the_result(home: Path, exports: Path, capsys):
    run(["import-csv", str(exports)])
    told = capsys.readouterr()
    assert "Importing: 100 %" in told.err.splitlines()
    assert "Importing" not in told.out


# --- facts and health -------------------------------------------------------------------------


def test_stale_facts_are_found_and_healed(sqlite_url: str, exports: Path, capsys):
    run(["import-csv", str(exports), "--url", sqlite_url])
    with writing(make_engine(sqlite_url)) as connection:
        connection.execute(text("UPDATE infusion_facts SET number = 9 WHERE infusion_key = 1"))
        connection.execute(text("DELETE FROM patient_facts WHERE patient_key = 2"))
    capsys.readouterr()
    assert run(["rebuild-facts", "--check", "--url", sqlite_url]) == 1
    told = capsys.readouterr()
    assert "number is 9, should be 1" in told.out
    assert "Run 'python -m data_access rebuild-facts'" in told.err
    assert run(["check", "--url", sqlite_url]) == 1
    assert "disagree for 1 of the patients" in capsys.readouterr().err
    assert run(["rebuild-facts", "--url", sqlite_url]) == 0
    assert run(["rebuild-facts", "--check", "--url", sqlite_url]) == 0
    assert run(["check", "--url", sqlite_url]) == 0


def test_check_tells_what_there_is(home: Path, exports: Path, capsys):
    run(["import-csv", str(exports)])
    capsys.readouterr()
    assert run(["check"]) == 0
    told = capsys.readouterr().out
    assert f"SQLite file {sqlite_path(embedded.reading_url())}" in told
    assert "revision 0007" in told
    assert "Not a demo clinic. Last import " in told
    assert "Last infusion 2026-03-12." in told
    assert ["infusions", "2"] in [line.split() for line in told.splitlines()]


def test_a_backup_copy_is_sound(home: Path, exports: Path, tmp_path: Path):
    """As docs/operations.md tells."""
    run(["import-csv", str(exports)])
    copy = tmp_path / "backup.db"
    with make_engine(embedded.reading_url()).connect() as connection:
        connection.connection.driver_connection.execute("VACUUM INTO ?", [str(copy)])  # type: ignore[union-attr]
    assert run(["check", "--url", f"sqlite:///{copy}"]) == 0
    assert patients(f"sqlite:///{copy}") == ["P1", "P2"]
    assert migrate(f"sqlite:///{copy}") is False


# --- thresholds -------------------------------------------------------------------------------


def test_thresholds_are_listed_with_value_unit_default_and_meaning(sqlite_url: str, capsys):
    assert run(["thresholds", "--url", sqlite_url]) == 0
    lines = capsys.readouterr().out.splitlines()
    (review,) = [line for line in lines if line.startswith("review_after ")]
    assert review.split(maxsplit=2)[:2] == ["review_after", "4"]
    assert "4 infusions" in review
    assert "(default 4)  the review point of an induction" in review
    assert len(lines) == len(LIMITS) + 1
    assert lines[-1] == "Every threshold is at its default."


def test_a_threshold_is_set_and_every_change_of_it_is_listed(sqlite_url: str, capsys):
    settings = [
        ["review_after", "5", "--by", "Dr Okafor", "--reason", "Protocol 12"],
        ["interval_factor", "1.75", "--by", "  A nurse "],
    ]
    told = []
    for arguments in settings:
        assert run(["set-threshold", *arguments, "--url", sqlite_url]) == 0
        told.append(capsys.readouterr().out)
    assert told == [
        "review_after is now 5, set by Dr Okafor.\n",
        "interval_factor is now 1.75, set by A nurse.\n",
    ]
    assert run(["thresholds", "--url", sqlite_url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "5 infusions    (default 4)" in joined_columns(lines, "review_after")
    assert "1.75 times     (default 1.5)" in joined_columns(lines, "interval_factor")
    assert lines[-3] == "Changes, the latest first:"
    assert lines[-2].endswith(" UTC  interval_factor = 1.75, by A nurse")
    assert lines[-1].endswith(" UTC  review_after = 5, by Dr Okafor: Protocol 12")
    assert lines[-1].startswith(f"{datetime.now(UTC):%Y-%m-}")


def joined_columns(lines: list[str], name: str) -> str:
    """What stands right of a threshold's name."""
    (line,) = [line for line in lines if line.startswith(f"{name} ")]
    return line.removeprefix(name).strip()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("review_aftre", "5", "There is no threshold 'review_aftre'."),
        ("review_after", "99", "review_after must lie between 1 and 20 infusions, not 99."),
        ("review_after", "4.5", "review_after takes a whole number, not 4.5."),
        ("slow_improvement", "22", "slow_improvement takes a multiple of 5, not 22."),
        ("red_spo2", "nan", "red_spo2 must lie between 70 and 100 %, not nan."),
    ],
)
def test_what_a_threshold_cannot_be_ends_with_2_and_says_what_can(
    name: str, value: str, told: str, sqlite_url: str, capsys
):
    assert run(["set-threshold", name, value, "--by", "x", "--url", sqlite_url]) == 2
    said = capsys.readouterr()
    assert f"{told} 'python -m data_access thresholds' lists them." in joined(said.err)
    assert "Traceback" not in said.out + said.err
    assert changes(sqlite_url) == []


def test_a_threshold_that_is_no_number_ends_with_2(sqlite_url: str, capsys):
    assert run(["set-threshold", "red_spo2", "ninety", "--url", sqlite_url]) == 2
    said = capsys.readouterr()
    assert "VALUE" in said.err
    assert "Traceback" not in said.out + said.err


def changes(url: str) -> list[tuple[object, ...]]:
    columns = (ThresholdChange.name, ThresholdChange.value, ThresholdChange.changed_by)
    with reading(make_engine(url)) as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


def test_who_answers_for_a_change_is_the_user_unless_somebody_is_named(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    module = "getpass.getuser"
    monkeypatch.setattr(module, lambda: "nurse")
    assert run(["set-threshold", "review_after", "5", "--url", sqlite_url]) == 0
    assert changes(sqlite_url) == [("review_after", 5, "nurse")]


@pytest.mark.parametrize("by", ["", "   "])
def test_a_change_that_nobody_answers_for_is_refused(by: str, sqlite_url: str, capsys):
    assert run(["set-threshold", "review_after", "5", "--by", by, "--url", sqlite_url]) == 2
    assert "Say who answers for the change." in joined(capsys.readouterr().err)
    assert changes(sqlite_url) == []


def test_where_the_user_has_no_name_one_is_asked_for(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys
):
    def nameless() -> str:
        raise OSError("No username set in the environment")

    module = "getpass.getuser"
    monkeypatch.setattr(module, nameless)
    assert run(["set-threshold", "review_after", "5", "--url", sqlite_url]) == 2
    assert "Say who answers for the change." in joined(capsys.readouterr().err)
    assert run(["set-threshold", "review_after", "5", "--by", "x", "--url", sqlite_url]) == 0


def test_thresholds_of_no_database_end_with_3(tmp_path: Path, capsys):
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    for arguments in (["thresholds"], ["set-threshold", "review_after", "5", "--by", "x"]):
        assert run([*arguments, "--url", url]) == 3
        said = capsys.readouterr()
        assert "The database file is not there" in said.err
        assert "Traceback" not in said.out + said.err
    assert not (tmp_path / "clinic.db").exists()


def test_names_and_reasons_cannot_steer_the_terminal(sqlite_url: str, capsys):
    hostile = "\x1b[2J[red]x"
    setting = ["set-threshold", "review_after", "5", "--by", hostile, "--reason", hostile]
    assert run([*setting, "--url", sqlite_url]) == 0
    assert run(["thresholds", "--url", sqlite_url]) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "[2J[red]x" in told
