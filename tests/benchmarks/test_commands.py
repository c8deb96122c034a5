"""The speed commands as they are typed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.measure_pages import measure_pages
from benchmarks.report import show_pages
from data_access.engine import make_engine, writing
from pages.access import choice as access
from pages.appointments import choice as appointments
from pages.outcomes import choice as outcomes
from pages.side_effects import choice as side_effects
from tests.data_access.side_effect_clinic import fill

COMMANDS = ("queries", "pages")


@pytest.fixture
def filled_url(sqlite_url: str) -> str:
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill(connection)
    engine.dispose()
    return sqlite_url


def test_queries_prints_a_row_for_each_scenario(filled_url: str):
    result = CliRunner().invoke(app, ["queries", "--url", filled_url, "--repeat", "1"])
    assert result.exit_code == 0
    assert "Queries on 9 infusions" in result.stdout
    for words in ("side_effects.terms_by_grade", "one site, a year", "all of history", "reach"):
        assert words in result.stdout


def test_pages_prints_a_row_for_each_page(filled_url: str, capsys: pytest.CaptureFixture[str]):
    infusions, times = measure_pages(filled_url, repeat=1)
    show_pages(infusions, times)
    printed = capsys.readouterr().out
    assert "Script runs on 9 infusions" in printed
    pages = ("Today", "Patients", "Outcomes", "Side effects", "Appointments")
    views: dict[str, list[str]] = {
        "Side effects": list(side_effects.View),
        "Appointments": list(appointments.View),
        "Outcomes": list(outcomes.View),
    }
    others = [f"{page}: {view}" for page in views for view in views[page][1:]]
    others += ["a manager's Side effects", "a manager's Outcomes"]
    others += [f"Access: {view}" for view in access.View]
    for page in ("an empty page", *pages, "one patient, the longest", *others):
        assert page in printed
    # A page that failed to draw would be fast, and small.
    assert all(time.kilobytes > 3 * times[0].kilobytes for time in times[1:])
    # Nor is one view drawn for another, which the words in the address name.
    # Of Outcomes this clinic has nothing to show: its four inductions are fewer than are told of.
    views["Access"] = list(access.View)
    for page in ("Side effects", "Appointments", "Access"):
        sizes = [time.kilobytes for time in times if time.page.startswith(page)]
        assert len({round(size, 1) for size in sizes}) == len(views[page])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_database_is_told_in_one_sentence(command: str, tmp_path: Path):
    result = CliRunner().invoke(app, [command, "--url", f"sqlite:///{tmp_path / 'none.db'}"])
    assert result.exit_code == 1
    assert result.stderr.startswith("The database file is not there")
    assert result.stderr.count("\n") == 1


def test_an_empty_database_is_told_in_one_sentence(sqlite_url: str):
    result = CliRunner().invoke(app, ["queries", "--url", sqlite_url])
    assert result.exit_code == 1
    assert "nothing to measure" in result.stderr
