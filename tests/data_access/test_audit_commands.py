"""What is done at the terminal is noted, and the terminal can check the trail."""

import re
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from data_access.command_line import run
from data_access.engine import make_engine, reading, writing
from data_access.schema import AuditEntry, AuditPerson
from tests.data_access.csv_files.helpers import copy_example, edit


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "ops")


def noted(url: str) -> list[tuple[str, str, str]]:
    """Action, what and outcome of each entry; all are the terminal's."""
    engine = make_engine(url)
    with reading(engine) as connection:
        rows = connection.execute(
            select(AuditEntry.who, AuditEntry.action, AuditEntry.what, AuditEntry.outcome).order_by(
                AuditEntry.entry_key
            )
        ).all()
    engine.dispose()
    assert {row.who for row in rows} <= {"terminal:ops"}
    return [(row.action, row.what, row.outcome) for row in rows]


def test_imports_and_exports_are_noted_with_how_they_ended(sqlite_url: str, tmp_path: Path) -> None:
    folder = copy_example(tmp_path)
    for arguments in ([], ["--dry-run"], []):
        assert run(["import-csv", str(folder), "--url", sqlite_url, *arguments]) == 0
    edit(folder, "patients.csv", "female", "Zzwrong")
    assert run(["import-csv", str(folder), "--url", sqlite_url]) == 1
    assert run(["export-csv", str(tmp_path / "out"), "--url", sqlite_url]) == 0
    (first, *others) = noted(sqlite_url)
    assert re.fullmatch(r"CSV files: \d+ rows added, 0 changed", first[1])
    assert (first[0], first[2]) == ("import", "done")
    assert [(action, outcome) for action, _, outcome in others] == [
        ("import", "done"),
        ("import", "failed"),
        ("export", "done"),
    ]
    assert others[0][1] == "CSV files: 0 rows added, 0 changed"
    assert re.fullmatch(r"CSV files: \d+ errors", others[1][1])
    assert others[2][1] == "all records as CSV files"


def test_settings_are_noted_without_what_somebody_typed(sqlite_url: str, tmp_path: Path) -> None:
    url = ["--url", sqlite_url]
    assert run(["import-csv", str(copy_example(tmp_path)), *url]) == 0
    assert run(["set-threshold", "red_spo2", "88", "--reason", "Zzreason", *url]) == 0
    assert run(["set-threshold", "red_spo2", "900", *url]) == 2
    for withdraw in ([], ["--withdraw"]):
        decision = ["rebase", "--from", "2026-03-01", "--reason", "Zzreason", *withdraw]
        assert run([*decision, *url]) == 0
    assert run(["rebase", "--from", "2026-03-01", "--reason", " ", *url]) == 1
    assert run(["rebuild-facts", *url]) == 0
    assert run(["rebuild-facts", "--check", *url]) == 0
    assert noted(sqlite_url)[1:] == [
        ("settings change", "threshold red_spo2: 88", "done"),
        ("settings change", "control limits anew from 2026-03-01", "done"),
        ("settings change", "control limits anew from 2026-03-01, taken back", "done"),
        ("settings change", "facts derived anew", "done"),
    ]


def test_tables_and_a_demo_are_noted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert run(["migrate", "--url", url]) == 0
    assert run(["migrate", "--url", url]) == 0
    assert run(["demo", "--infusions", "50", "--url", url]) == 0
    assert noted(url) == [
        ("settings change", "tables at revision 0007", "done"),
        ("import", "demo clinic", "done"),
    ]


def test_the_terminal_checks_the_trail(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = ["--url", sqlite_url]
    assert run(["verify-audit", *url]) == 0
    assert "as it was written: 0 entries." in capsys.readouterr().out
    assert run(["set-threshold", "red_spo2", "88", *url]) == 0
    capsys.readouterr()
    assert run(["verify-audit", *url]) == 0
    sound, anchor = capsys.readouterr().out.splitlines()
    assert sound == "The audit trail is as it was written: 1 entry."
    kept = anchor.removeprefix("Anchor, to keep elsewhere: ")
    assert run(["verify-audit", "--anchor", kept, *url]) == 0
    assert run(["verify-audit", "--anchor", f"2:{'a' * 64}", *url]) == 1
    assert "Entry 2 is missing at the end, as the anchor shows." in capsys.readouterr().err
    assert run(["verify-audit", "--anchor", "1", *url]) == 2

    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        connection.execute(insert(AuditPerson).values(patient_key=1, entry_key=1))
    engine.dispose()
    capsys.readouterr()
    for command in ("verify-audit", "check"):
        assert run([command, *url]) == 1
        assert "Entry 1 was altered" in capsys.readouterr().err
