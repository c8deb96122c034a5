"""Rebases by the command line."""

from pathlib import Path

import pytest

from data_access.bulk import insert_rows
from data_access.command_line import run
from data_access.engine import make_engine, writing
from data_access.migrate import migrate
from data_access.schema import Site, Term

NAUSEA = ["rebase", "feeling sick", "--from", "2026-10-12", "--site", "S1", "--by", "Dr Okafor"]


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    migrate(url)
    with writing(make_engine(url)) as connection:
        columns = ("site_key", "site_id", "name", "time_zone")
        insert_rows(connection, Site, columns, [(1, "S1", "North", "America/New_York")])
        insert_rows(connection, Term, ("term_key", "name"), [(1, "Nausea")])
    return url


def test_a_rebase_is_decided_listed_and_taken_back(url: str, capsys) -> None:
    assert run(["rebases", "--url", url]) == 0
    assert capsys.readouterr().out == "No rebase has been decided.\n"
    assert run([*NAUSEA, "--reason", "New lot", "--url", url]) == 0
    assert capsys.readouterr().out == "Decided: Nausea from 2026-10-12, S1.\n"
    assert run([*NAUSEA, "--reason", "Mistaken", "--withdraw", "--url", url]) == 0
    assert capsys.readouterr().out == "Taken back: Nausea from 2026-10-12, S1.\n"
    assert run(["rebases", "--url", url]) == 0
    latest, first = capsys.readouterr().out.splitlines()
    assert latest.startswith("2026-10-12  Nausea, S1: taken back, by Dr Okafor on ")
    assert latest.endswith(" UTC: Mistaken")
    assert first.startswith("2026-10-12  Nausea, S1: past, by Dr Okafor on ")
    assert first.endswith(" UTC: New lot")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ([*NAUSEA], 2, "--reason"),
        ([*NAUSEA, "--reason", " "], 1, "needs the name of who decides it, and a reason"),
        (["rebase", "--from", "12.10.2026", "--reason", "x"], 2, "Write it like 2026-03-09"),
        (["rebase", "Nosea", "--from", "2026-10-12", "--reason", "x"], 1, "No such side effect"),
        ([*NAUSEA, "--reason", "x", "--withdraw"], 1, "no rebase from 2026-10-12"),
    ],
)
def test_a_wrong_one_is_refused_in_words(
    arguments: list[str], status: int, told: str, url: str, capsys
) -> None:
    assert run([*arguments, "--url", url]) == status
    said = capsys.readouterr()
    assert told in " ".join(said.err.split())
    assert "Traceback" not in said.out + said.err
    assert run(["rebases", "--url", url]) == 0
    assert capsys.readouterr().out == "No rebase has been decided.\n"


def test_rebases_of_no_database_end_with_3(tmp_path: Path, capsys) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    assert run([*NAUSEA, "--reason", "x", "--url", url]) == 3
    assert "The database file is not there" in capsys.readouterr().err
