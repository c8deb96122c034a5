"""Appointments in a browser: from a cell to the list behind it, from the calendar to the sheet.

Where something planted is to be found the demo clinic has a fixed last day, and the numbers that
the tests expect are counted in its records by SQL. What is to come depends on the day on which the
tests run, so What is coming and What if are seen on the demo clinic that the app makes for itself.
"""

import csv
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator
from pypdf import PdfReader

from charts.numbers import percent
from pages.appointments.choice import View
from tests.browser.conftest import Server, Visit, demo_url
from tests.browser.test_ways import FIRST_ROW, first_sentence

pytestmark = pytest.mark.browser

YEAR = "2025-11-24", "2026-11-22"
"""The 52 weeks that end on the last Sunday of the demo clinic."""
QUARTER = "2026-08-31", "2026-11-22"


def address(view: View, *choices: tuple[str, str], dates: tuple[str, str] | None = None) -> str:
    chosen = [("show", view.value), *choices]
    if dates is not None:
        chosen += [("period", "Choose dates"), *(("dates", day) for day in dates)]
    return f"/appointments?{urlencode(chosen)}"


def spaced(words: str) -> str:
    """Words with every space and line break as one space."""
    return " ".join(words.split())


def sentence(tab: Visit) -> str:
    return spaced(first_sentence(tab))


def share(events: int, n: int) -> str:
    """A share as the pages write it, with ordinary spaces."""
    return spaced(percent(events / n))


def chosen(tab: Visit) -> dict[str, list[str]]:
    """What the address says."""
    return parse_qs(urlsplit(tab.page.url).query)


def count(path: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What SQL finds in the records. ``local(time, zone)`` is a time by the site's clock."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.create_function("local", 2, _local, deterministic=True)
    found = connection.execute(statement, values).fetchall()
    connection.close()
    return found


def _local(moment: str | None, zone: str) -> str | None:
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def mark(finding: Locator, *carried: int) -> Locator:
    """The bar or cell of a chart that carries these numbers after its words; marked to be found."""
    finding.locator(".barlayer .point").first.wait_for(state="attached")
    found = finding.evaluate(
        """(part, carried) => {
            const points = [...part.querySelectorAll('.barlayer .point')];
            const point = points.find(one => {
                const {trace} = one.parentNode.parentNode.__data__[0];
                const custom = trace.customdata?.[one.__data__.i];
                return JSON.stringify(custom?.slice(1)) === JSON.stringify(carried);
            });
            point?.querySelector('path').setAttribute('data-wanted', carried.join());
            return point !== undefined;
        }""",
        list(carried),
    )
    assert found, carried
    return finding.locator(f"[data-wanted='{','.join(map(str, carried))}']")


def saved_rows(tab: Visit, button: Locator, folder: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that a button saves."""
    with tab.page.expect_download() as saved:
        button.click()
    path = folder / "numbers.csv"
    saved.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


IN_THE_CELL = """
    WITH stays AS (
        SELECT local(a.scheduled_start, s.time_zone) AS starts,
            local(a.scheduled_end, s.time_zone) AS ends, status, c.name AS chair,
            local(min(a.scheduled_start, coalesce(i.started_at, a.scheduled_start)), s.time_zone)
                AS held_from,
            local(coalesce(i.discharged_at,
                max(a.scheduled_end, coalesce(i.ended_at, a.scheduled_end))), s.time_zone)
                AS held_to
        FROM appointments a JOIN sites s USING (site_id)
        JOIN chairs c ON c.chair_id = a.chair_id
        LEFT JOIN infusions i ON i.appointment_id = a.appointment_id
        WHERE s.name = ? AND status <> 'cancelled'
    )
    SELECT date(starts), time(starts), chair FROM stays
    WHERE date(starts) BETWEEN ? AND ? AND strftime('%w', starts) = ?
    AND ((time(starts) < ? AND time(ends) > ?)
        OR (status IN ('fulfilled', 'arrived') AND time(held_from) < ? AND time(held_to) > ?))
    ORDER BY 1, 2, 3
"""
FRIDAY, TEN = 5, 10


def test_from_a_cell_of_the_week_to_its_appointments_to_a_patient(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    place = "Harbor Street"
    tab = visit(base=server.url).open(address(View.CAPACITY, ("site", place), dates=QUARTER))
    mark(tab.page.locator(".st-key-finding-capacity-week"), FRIDAY, TEN).click(force=True)
    behind = tab.page.locator(".st-key-behind-capacity-week")
    behind.get_by_test_id("stDataFrame").wait_for()
    tab.settle()
    hour = "11:00:00", "10:00:00"
    expected = count(path, IN_THE_CELL, place, *QUARTER, str(FRIDAY), *hour, *hour)
    assert len(expected) > 20
    said = spaced(behind.inner_text())
    assert said.startswith("Behind it: on a chair Friday 10:00 to 11:00")
    assert f" {len(expected)} appointments " in said
    rows = saved_rows(tab, behind.get_by_role("button", name="Save as CSV"), tmp_path)
    listed = sorted((row["Day"], f"{row['Time']}:00", row["Chair"]) for row in rows)
    assert listed == expected
    assert {row["Site"] for row in rows} == {place}

    behind.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.settle()
    link = behind.get_by_role("link", name=re.compile("^Open .+ →$"))
    name = link.inner_text().removeprefix("Open ").removesuffix(" →")
    assert name == rows[0]["Patient"]
    link.click()
    tab.page.get_by_role("heading", name=name).wait_for()
    tab.settle()
    assert urlsplit(tab.page.url).path == "/patients"
    assert re.fullmatch(r"[a-z2-7]{16}", chosen(tab)["patient"][0])
    for part in name.split(", "):
        assert part not in tab.page.url + tab.page.title()
        assert part not in server.log.read_text()
    assert tab.console_errors == []
    assert tab.foreign_requests == []


ATTENDANCE = """
    SELECT count(*) FILTER (WHERE status = 'noshow'),
        count(*) FILTER (WHERE status IN ('fulfilled', 'arrived', 'noshow')),
        count(*) FILTER (WHERE status = 'cancelled'
            AND strftime('%s', scheduled_start) - strftime('%s', cancelled_at) < 24 * 3600)
    FROM appointments JOIN sites s USING (site_id)
    WHERE date(local(scheduled_start, time_zone)) BETWEEN ? AND ?
    AND (s.name = 'Lakeview' AND strftime('%w', local(scheduled_start, time_zone)) = '1') IN (?, ?)
"""


def test_the_planted_weekday_is_named_in_the_sentence_the_chart_and_the_file(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    tab = visit(base=server.url).open(address(View.ATTENDANCE, dates=YEAR))
    [(missed, due, late)] = count(path, ATTENDANCE, *YEAR, 0, 1)
    [(here, due_here, late_here)] = count(path, ATTENDANCE, *YEAR, 1, 1)
    rates = share(here, due_here), share(missed - here, due - due_here)
    said = sentence(tab)
    assert said.startswith(f"{share(missed, due)} of the {due:,} appointments that were due ")
    assert f" {share(missed + late, due + late)} were lost. " in said
    assert (
        f"Mondays at Lakeview are missed beyond chance: {rates[0]} against {rates[1]} of the others"
    ) in said

    finding = tab.page.locator(".st-key-finding-attendance-week")
    assert f"Mondays at Lakeview: {rates[0]} missed against {rates[1]}" in spaced(
        finding.inner_text()
    )
    finding.get_by_role("button", name="Numbers").click()
    tab.settle()
    file = tab.page.locator(".st-key-csv-attendance-week").get_by_role("button")
    rows = saved_rows(tab, file, tmp_path)
    [monday] = [row for row in rows if (row["Site"], row["Weekday"]) == ("Lakeview", "Monday")]
    numbers = [monday[name] for name in ("Missed", "Due", "Cancelled late")]
    assert numbers == [str(here), str(due_here), str(late_here)]
    assert float(monday["Missed, %"]) == pytest.approx(100 * here / due_here, abs=0.051)
    in_all = [sum(int(row[name]) for row in rows) for name in ("Missed", "Due", "Cancelled late")]
    assert in_all == [missed, due, late]
    assert tab.console_errors == []


def test_the_planted_bottleneck_is_named(clinic: tuple[Server, Path], visit: Callable[..., Visit]):
    tab = visit(base=clinic[0].url).open(address(View.CAPACITY, dates=YEAR))
    assert "; Chair A, Hudson Park, is the bottleneck: " in sentence(tab)
    chairs = tab.page.locator(".st-key-finding-capacity-chairs")
    assert "Chair A, Hudson Park" in spaced(chairs.locator("h5").inner_text())
    assert tab.console_errors == []


def test_what_is_coming_tells_eight_weeks_and_how_well_it_foretold_the_last_quarter(
    server: Server, visit: Callable[..., Visit]
):
    tab = visit(width=820).open(address(View.COMING))
    assert re.search(
        r"^[\d,]+ infusions are to be expected in the eight weeks from ", sentence(tab)
    )
    weeks = tab.page.locator(".st-key-finding-coming-weeks .js-plotly-plot")
    weeks.locator(".barlayer .point").first.wait_for(state="attached")
    names = weeks.evaluate("plot => plot.layout.xaxis.ticktext")
    whole = [name for name in names if not name.startswith("rest of")]
    assert len(whole) == 8
    assert len(names) - len(whole) <= 1
    told = re.search(
        r"New starts, last quarter: the 80 % band held (\d+) of (\d+) times \((\d+) %\); "
        r"mean error of [^;]+? \d+\.\d starts a week, of [^;]+? \d+\.\d; [^.]+ is used\.",
        spaced(tab.text),
    )
    assert told is not None
    held, n, covered = map(int, told.groups())
    assert 0 <= held <= n
    assert covered == round(100 * held / n)
    assert re.search(r"Booked infusions: \d+ % of those expected were attended", spaced(tab.text))
    assert not tab.overflows
    assert tab.console_errors == []


OPEN_HOURS = """
    SELECT sum(minutes * chairs) / 60.0, sum(minutes * (chairs + 1)) / 60.0 FROM (
        SELECT (SELECT sum((strftime('%s', closes) - strftime('%s', opens)) / 60)
                FROM opening_hours o WHERE o.site_id = s.site_id) AS minutes,
            (SELECT count(*) FROM chairs c WHERE c.site_id = s.site_id) AS chairs
        FROM sites s)
"""
"""Chair-hours of a usual week as they are, and with another chair at each site."""
LONGEST_CHANGE = 3
"""Seconds; measured: 0.5 to 1 on a busy machine."""


def test_another_chair_changes_the_answer_at_once_and_nothing_else(
    server: Server, visit: Callable[..., Visit]
):
    tab = visit().open(address(View.WHAT_IF, ("what-if-missed", "Halved")))
    path = Path(demo_url(server).removeprefix("sqlite:///"))
    [(now, then)] = count(path, OPEN_HOURS)
    before = re.search(r"With half as many missed (\d+) % of the open chair time", sentence(tab))
    assert before is not None
    main = tab.page.get_by_test_id("stMain")
    place = main.evaluate("main => { main.scrollTop = 160; return main.scrollTop }")
    assert place > 0

    begun = time.monotonic()
    tab.page.locator(".st-key-what-if-chairs").get_by_test_id("stNumberInputStepUp").click()
    tab.page.wait_for_function(
        "() => document.querySelector('h2').innerText.includes('one more chair')"
    )
    assert time.monotonic() - begun < LONGEST_CHANGE
    tab.settle()
    after = re.search(
        r"With one more chair at each site and half as many missed (\d+) % of the open chair time "
        r"would be booked instead of (\d+) %",
        sentence(tab),
    )
    assert after is not None
    assert int(after.group(2)) == pytest.approx(int(before.group(1)), abs=1)
    assert int(after.group(1)) == pytest.approx(int(after.group(2)) * now / then, abs=1.1)
    assert main.evaluate("main => main.scrollTop") == place
    choices = chosen(tab)
    assert choices["what-if-chairs"] == ["1"]
    assert choices["what-if-missed"] == ["Halved"]
    assert choices["show"] == [View.WHAT_IF]
    assert tab.console_errors == []


BY_DAY = """
    SELECT count(*) FILTER (WHERE status <> 'cancelled'), count(*),
        count(*) FILTER (WHERE status = 'noshow'),
        count(*) FILTER (WHERE status IN ('fulfilled', 'arrived', 'noshow'))
    FROM appointments JOIN sites USING (site_id)
    WHERE date(local(scheduled_start, time_zone)) BETWEEN ? AND ?
"""
INFUSIONS = """
    SELECT count(*), count(*) FILTER (WHERE infusion_id = (
        SELECT infusion_id FROM infusions o WHERE o.patient_id = i.patient_id
        ORDER BY started_at LIMIT 1))
    FROM infusions i JOIN sites USING (site_id)
    WHERE date(local(started_at, time_zone)) BETWEEN ? AND ?
"""


def test_from_the_calendar_to_a_day_and_to_the_weekly_sheet(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    choices = ("calendar-month", "2026-09"), ("calendar-week", "2026-W47")
    tab = visit(base=server.url).open(address(View.CALENDAR, *choices))
    assert sentence(tab).startswith("September 2026: ")
    tab.page.locator(".st-key-calendar-month-after").get_by_role("button").click()
    tab.settle()
    [(kept, _, missed, _)] = count(path, BY_DAY, "2026-10-01", "2026-10-31")
    assert sentence(tab).startswith(f"October 2026: {kept} appointments on ")
    assert sentence(tab).endswith(f", {missed} missed.")
    assert chosen(tab)["calendar-month"] == ["2026-10"]

    friday = (date(2026, 10, 16) - date(1970, 1, 1)).days
    mark(tab.page.locator(".st-key-finding-calendar-month"), friday).click(force=True)
    behind = tab.page.locator(".st-key-calendar-behind")
    behind.get_by_test_id("stDataFrame").wait_for()
    tab.settle()
    [(_, all_of_day, _, _)] = count(path, BY_DAY, "2026-10-16", "2026-10-16")
    assert f" {all_of_day} appointments " in spaced(behind.inner_text())

    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Weekly sheet (PDF)").click()
    assert saved.value.suggested_filename == "weekly-sheet-2026-W47.pdf"
    sheet = tmp_path / "sheet.pdf"
    saved.value.save_as(sheet)
    [paper] = PdfReader(sheet).pages
    said = spaced(paper.extract_text())
    week = "2026-11-16", "2026-11-22"
    [(kept, _, missed, due)] = count(path, BY_DAY, *week)
    [(infusions, starts)] = count(path, INFUSIONS, *week)
    assert "Week 47, 16–22 November 2026" in said
    for words in (
        f"Appointments {kept} not cancelled",
        f"No-show rate {share(missed, due)} {missed} of {due} due",
        "Missed or cancelled late ",
        "Chair time booked · used ",
        f"Infusions given {infusions} ",
        f"New starts {starts} first infusion ever",
    ):
        assert words in said
    assert tab.console_errors == []


def test_every_view_is_drawn_whole_on_a_small_screen(server: Server, visit: Callable[..., Visit]):
    """One after another, as a reader who looks around."""
    tab = visit(width=820, scheme="dark").open("/appointments")
    for view in View:
        tab.page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
        tab.settle()
        tab.page.locator(".js-plotly-plot .main-svg").first.wait_for()
        tab.page.get_by_text("Definitions and sources").wait_for()
        assert chosen(tab).get("show", [View.VOLUME]) == [view]
        assert len(first_sentence(tab)) > 40
        assert "fault in the program" not in tab.text
        assert not tab.overflows, view
        assert cut_off(tab) == [], view
        assert tab.violations == [], view
        assert tab.console_errors == [], view
    assert tab.foreign_requests == []


def cut_off(tab: Visit) -> list[str]:
    """Findings whose pictures stick out of their frames sideways."""
    found: list[str] = tab.page.evaluate(
        "() => [...document.querySelectorAll(\"[class*='st-key-finding-']\")].filter(part =>"
        " [...part.querySelectorAll('.main-svg, img')].some(picture =>"
        " picture.getBoundingClientRect().right > part.getBoundingClientRect().right + 1))"
        ".map(part => part.className)"
    )
    return found
