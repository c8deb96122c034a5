"""The ways that people take: from a number to its page, to a patient, to the numbers; an import."""

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Position

from pages.shared.frame import WORD_JOINER
from tests.browser.conftest import ROOT, Server, Visit, copy_demo, running_server

pytestmark = pytest.mark.browser

EXAMPLE = ROOT / "tests" / "data_access" / "csv_files" / "example"
FIRST_ROW: Position = {"x": 20, "y": 52}
"""The tick box of a table's first row, in pixels from the table's corner."""


def first_sentence(tab: Visit) -> str:
    """The page's answer."""
    return tab.page.locator("h2").first.inner_text()


def test_a_figure_on_today_leads_to_its_page(visit: Callable[..., Visit]):
    tab = visit().open()
    tab.page.get_by_test_id("stMain").get_by_role("link", name="Side effects").click()
    tab.settle()
    assert tab.page.locator("h1").first.inner_text() == "Side effects"
    assert first_sentence(tab).startswith("Side effects were recorded in ")


def test_a_patient_is_opened_from_the_caseload_and_named_in_the_url_by_a_handle_only(
    visit: Callable[..., Visit],
):
    tab = visit().open("/patients")
    tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.settle()
    back = tab.page.get_by_role("button", name="Back to the caseload")
    back.wait_for()
    name, sentence = (tab.page.locator("h2").nth(index).inner_text() for index in (0, 1))
    assert "baseline" in sentence
    assert re.fullmatch(rf"{tab.base}/patients\?patient=[a-z2-7]{{16}}", tab.page.url)
    assert tab.page.title() == "Patients · Infusion clinic"
    assert name.split(",")[0] not in tab.page.url + tab.page.title()
    back.click()
    tab.settle()
    assert tab.page.url == f"{tab.base}/patients"
    assert "evaluable patients" in first_sentence(tab)
    assert tab.console_errors == []


def test_an_address_of_nobody_is_not_found_and_leads_back(visit: Callable[..., Visit]):
    tab = visit()
    for handle in ("aaaaaaaaaaaaaaaa", "P000001", "%00", "%3Cscript%3E"):
        tab.open(f"/patients?patient={handle}")
        assert "Not found, or not yours to see." in tab.text, handle
        assert "Quickwater" not in tab.text, handle
    tab.page.get_by_role("button", name="Back to the caseload").click()
    tab.settle()
    assert tab.page.url == f"{tab.base}/patients"
    assert "evaluable patients" in first_sentence(tab)
    assert tab.console_errors == []


def test_the_numbers_of_a_chart_are_shown_and_saved(visit: Callable[..., Visit], tmp_path: Path):
    tab = visit().open("/side-effects")
    tab.page.get_by_role("button", name="Numbers").first.click()
    tab.settle()
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Save as CSV").first.click()
    path = tmp_path / "numbers.csv"
    saved.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 8
    assert "Nausea" in {value for row in rows for value in row.values()}


def _import(folder: Path, data: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "data_access", "import-csv", str(folder)],
        cwd=ROOT,
        env={**os.environ, "XDG_DATA_HOME": str(data)},
        check=True,
        capture_output=True,
    )


def test_after_an_import_the_dashboard_shows_the_clinics_own_records_as_text(
    visit: Callable[..., Visit], server: Server, tmp_path: Path
):
    folder = tmp_path / "export"
    shutil.copytree(EXAMPLE, folder)
    patients = folder / "patients.csv"
    hostile = "![x](http://127.0.0.1:9/leak) <b>$x^2$</b>"
    rows = list(csv.reader(patients.open(encoding="utf-8", newline="")))
    column = rows[0].index("family_name")
    for row in rows[1:]:
        row[column] = hostile
    with patients.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)

    copy_demo(server, tmp_path / "home")
    with running_server(tmp_path / "home") as own:
        tab = visit(base=own.url).open()
        assert "Demo clinic: every person is invented" in tab.text
        _import(folder, own.data)
        tab.sign_in("clinician")  # another database, with other users and sessions
        tab.open("/patients?period=All+data")
        assert "Demo clinic" not in tab.text
        assert "6 of 6 infusions selected" in tab.text.replace("\n", " ")
        tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
        tab.settle()
        tab.page.get_by_role("button", name="Back to the caseload").wait_for()
        assert hostile in tab.text.replace(WORD_JOINER, "")
        for address in ("/", "/outcomes", "/side-effects", "/appointments"):
            tab.open(f"{address}?period=All+data")
            assert "fault in the program" not in tab.text
        assert tab.foreign_requests == []
        assert tab.console_errors == []
        assert "leak" not in own.log.read_text()
