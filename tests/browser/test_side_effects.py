"""Side effects in a browser: from the icon to the chart to the infusions behind one of its points.

Most tests look at a demo clinic with a fixed last day, because the planted rise is not marked for
every last day (of 28 tried for 27). The numbers that they expect are counted in its records by SQL.
"""

import csv
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from data_access.engine import make_engine, writing
from data_access.migrate import migrate
from pages.side_effects.choice import View
from tests.browser.conftest import Server, Visit, running_server, words_of
from tests.browser.test_ways import FIRST_ROW, first_sentence
from tests.pages.weekly_clinic import Week, fill_weeks

pytestmark = pytest.mark.browser

LAST_SUNDAY = date(2026, 11, 22)
JUDGED_FROM = date(2026, 8, 31)
"""The Monday of the 12 weeks that end on the last Sunday."""
YEAR_FROM = date(2025, 11, 24)
"""The Monday of the 52 weeks that end on the last Sunday."""
RISEN_FROM = date(2026, 10, 12)
PLACE = "Harbor Street"
DATES = [("period", "Choose dates"), ("dates", str(YEAR_FROM)), ("dates", str(LAST_SUNDAY))]


def address(*choices: tuple[str, str]) -> str:
    return f"/side-effects?{urlencode([*DATES, *choices])}"


def spaced(words: str) -> str:
    """Words with every space and line break as one space."""
    return " ".join(words.split())


def chosen(tab: Visit) -> dict[str, list[str]]:
    """What the address says."""
    return parse_qs(urlsplit(tab.page.url).query)


def cards(tab: Visit) -> Locator:
    """The cards of the overview, once each has its name: a button's words come after the button."""
    found = tab.page.locator("[class*='st-key-card-']")
    found.last.get_by_role("button").wait_for()
    named = found.get_by_role("button", name=re.compile(r"\w"))
    expect(named).to_have_count(found.get_by_role("button").count())
    return found


def points(finding: Locator) -> list[tuple[str, str, str]]:
    """The points of a chart as drawn: the trace's name, the point's hover and its key."""
    plot = finding.locator(".js-plotly-plot")
    plot.locator(".points path").first.wait_for()
    found: list[list[str]] = plot.evaluate(
        "plot => plot.data.filter(trace => trace.mode === 'markers')"
        ".flatMap(trace => trace.customdata.map(([words, key]) => [trace.name, words, key]))"
    )
    return [(name, spaced(re.sub("<[^>]+>", " ", words)), key) for name, words, key in found]


def counted(words: str) -> tuple[int, int]:
    """The numbers of ``4 of 17 infusions``."""
    found = re.search(r"([\d,]+) of ([\d,]+) infusions", words)
    assert found, words
    return int(found.group(1).replace(",", "")), int(found.group(2).replace(",", ""))


def nausea(path: Path, first: date, last: date, site: str = "S01") -> tuple[int, int]:
    """Infusions with nausea, and recorded ones, straight from the records of a site."""
    statement = """
        SELECT count(*) FILTER (WHERE EXISTS (
                   SELECT 1 FROM side_effects e WHERE e.infusion_id = i.infusion_id
                   AND term IN ('Nausea', 'feeling sick', 'nauseous'))), count(*)
        FROM infusions i WHERE side_effects_recorded = 1 AND site_id GLOB ?
        AND date(started_at) BETWEEN ? AND ?
    """
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    [(affected, recorded)] = connection.execute(statement, (site, str(first), str(last)))
    connection.close()
    return affected, recorded


def choose_last_point(tab: Visit) -> Locator:
    """Press the last marked point of the large chart; what is shown behind it."""
    tab.page.locator(".st-key-finding-trend .scatterlayer .points path").last.click(force=True)
    behind = tab.page.locator(".st-key-behind-the-point")
    behind.get_by_test_id("stDataFrame").wait_for()
    tab.settle()
    return behind


def test_from_the_icon_to_the_chart_to_the_infusions_to_a_patient(
    clinic: tuple[Server, Path], visit: Callable[..., Visit]
):
    server, path = clinic
    tab = visit(base=server.url).open(address())
    judged = nausea(path, JUDGED_FROM, LAST_SUNDAY)
    card = cards(tab).first
    told = spaced(card.inner_text())
    assert told.startswith("Nausea ")
    assert f"{judged[0]} of {judged[1]} in 12 weeks" in told
    assert f"Risen at {PLACE} since the week of " in told
    assert card.get_by_role("img").first.get_attribute("alt") == "Higher than expected"
    assert f"Nausea has risen at {PLACE} since" in spaced(first_sentence(tab))

    card.get_by_role("button", name="Nausea").click()
    tab.settle()
    assert spaced(first_sentence(tab)).startswith(f"Nausea at {PLACE} is higher than expected: ")
    assert chosen(tab)["view"] == ["Trend"]
    assert chosen(tab)["site"] == [PLACE]
    drawn = points(tab.page.locator(".st-key-finding-trend"))
    marked = [words for name, words, _ in drawn if name == "Marked: above"]
    # Every week since the planted rise, and before it only those that the sum reaches back to.
    assert len(marked) <= 12
    for monday in (RISEN_FROM + timedelta(weeks=week) for week in range(6)):
        [words] = [said for said in marked if f"Week of {monday.day} {monday:%b %Y} " in said]
        assert counted(words) == nausea(path, monday, monday + timedelta(days=6))

    behind = choose_last_point(tab)
    affected, recorded = nausea(path, date(2026, 11, 16), LAST_SUNDAY)
    said = spaced(behind.inner_text())
    assert said.startswith(f"Behind the point: Nausea at {PLACE}, week of 16 Nov 2026")
    assert "What differs most" in said
    assert f"{affected} infusions with it against {recorded - affected} of the same days" in said
    assert f"{affected} infusions behind the point" in said
    behind.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.settle()
    link = behind.get_by_role("link", name=re.compile("^Open .+ →$"))
    name = link.inner_text().removeprefix("Open ").removesuffix(" →")
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


def test_the_numbers_of_a_term_are_the_same_in_words_in_the_chart_and_in_the_file(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    place = ("view", "Trend"), ("term", "Nausea"), ("site", PLACE)
    tab = visit(base=server.url).open(address(*place))
    judged = nausea(path, JUDGED_FROM, LAST_SUNDAY)
    before = nausea(path, YEAR_FROM, JUDGED_FROM - timedelta(days=1))
    said = spaced(first_sentence(tab))
    assert f": {judged[0]} of {judged[1]} infusions in the last 12 weeks (" in said
    assert f"against {before[0]} of {before[1]} before (" in said

    finding = tab.page.locator(".st-key-finding-trend")
    drawn = {key: counted(words) for _, words, key in points(finding)}
    last = max(int(key.removeprefix("week:")) for key in drawn)
    assert len(drawn) == 52
    assert _sums(drawn[f"week:{week}"] for week in range(last - 11, last + 1)) == judged
    assert _sums(drawn.values()) == (judged[0] + before[0], judged[1] + before[1])

    rows = saved_numbers(tab, finding, tmp_path)
    in_file = [(int(row["Infusions with it"]), int(row["Recorded"])) for row in rows]
    assert in_file == [drawn[key] for key in sorted(drawn)]
    for row, (affected, recorded) in zip(rows, in_file, strict=True):
        assert float(row["%"]) == pytest.approx(100 * affected / recorded, abs=0.006)
    assert rows[-1]["From"] == "2026-11-16"
    assert tab.console_errors == []


def _sums(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    affected, recorded = zip(*counts, strict=True)
    return sum(affected), sum(recorded)


def saved_numbers(tab: Visit, finding: Locator, folder: Path) -> list[dict[str, str]]:
    """The rows of a finding's CSV file."""
    finding.get_by_role("button", name="Numbers").click()
    tab.settle()
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Save as CSV").first.click()
    path = folder / "numbers.csv"
    saved.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_the_new_lot_has_to_do_with_it_is_seen_over_all_sites(
    clinic: tuple[Server, Path], visit: Callable[..., Visit]
):
    """At its site every infusion has the new lot, so only others can be compared with them."""
    server, path = clinic
    choices = ("view", "Trend"), ("term", "Nausea"), ("trend_unit", "Month")
    tab = visit(base=server.url).open(address(*choices))
    behind = choose_last_point(tab)
    month = date(2026, 11, 1), LAST_SUNDAY
    here, everywhere = nausea(path, *month), nausea(path, *month, site="*")
    share = round(100 * here[0] / everywhere[0])
    others = round(100 * (here[1] - here[0]) / (everywhere[1] - everywhere[0]))
    said = spaced(behind.inner_text())
    assert said.startswith("Behind the point: Nausea, November 2026")
    assert f"What differs most: site {PLACE}, {share} % against {others} %" in said
    names = behind.locator(".js-plotly-plot").inner_text()
    assert "Lot K01-900" in names
    assert behind.get_by_text(f"{everywhere[0]} infusions behind the point").is_visible()


REBASED_FROM = "2026-06-01"
REASON = "New <b>antiemetic</b> since June, pharmacy note 7"
DECIDER = "local:clinician"
"""As the test is signed in."""


def test_limits_are_worked_out_anew_by_a_signed_decision_and_taken_back(
    clinic: tuple[Server, Path], visit: Callable[..., Visit]
):
    server, _ = clinic
    place = ("view", "Trend"), ("term", "Headache"), ("site", "Lakeview")
    tab = visit(base=server.url).open(address(*place))
    panel = tab.page.locator(".st-key-rebases")
    assert "Nobody has decided this yet." in panel.inner_text()
    assert lines(tab) == ([], False)

    panel.get_by_text("Decide a day").click()
    day = panel.get_by_test_id("stDateInput").locator("input")
    day.fill(REBASED_FROM)
    day.press("Enter")
    panel.get_by_role("button", name="Work the limits out anew").click()
    panel.get_by_text("A rebase needs the name of who decides it, and a reason.").wait_for()
    assert lines(tab) == ([], False)

    sign(panel, REASON, "Work the limits out anew")
    panel.get_by_test_id("stDataFrame").wait_for()
    tab.settle()
    assert lines(tab) == (["Limits anew from 1 Jun 2026"], True)
    assert decisions(panel) == [["2026-06-01", "limits anew", "yes", DECIDER, REASON]]

    panel.get_by_text("Take a decision back").click()
    sign(panel, "Decided for the wrong site", "Take it back")
    tab.page.wait_for_function(ROWS_ARE_THREE)
    tab.settle()
    assert lines(tab) == ([], False)
    assert [row[1:3] for row in decisions(panel)] == [["taken back", "no"], ["limits anew", "no"]]
    assert "fault in the program" not in tab.text
    assert tab.console_errors == []


ROWS_ARE_THREE = (
    "() => document.querySelector('.st-key-rebases [role=grid]')"
    "?.getAttribute('aria-rowcount') === '3'"
)
"""The heading and two decisions."""


def lines(tab: Visit) -> tuple[list[str], bool]:
    """The names of the rebases in the large chart, and whether old limits stand beside the new."""
    plot = tab.page.locator(".st-key-finding-trend .js-plotly-plot")
    plot.locator(".points path").first.wait_for()
    names: list[str]
    names, traces = plot.evaluate(
        "plot => [plot.layout.annotations.map(one => one.text), plot.data.map(one => one.name)]"
    )
    found = [spaced(name) for name in names if name.startswith("Limits anew")]
    shapes = plot.evaluate("plot => (plot.layout.shapes || []).length")
    assert shapes == len(found)
    return found, "Limits before" in traces


def sign(panel: Locator, reason: str, press: str) -> None:
    """Fill in why, in the form with this button, and press it; who it is, the page knows.

    The other form has a field of the same name, and both can be seen while one opens.
    """
    button = panel.page.get_by_role("button", name=press)
    form = panel.get_by_test_id("stForm").filter(has=button)
    form.get_by_label("Reason").fill(reason)
    expect(form.get_by_label("Reason")).to_have_value(reason)
    form.get_by_role("button", name=press).click()


def decisions(panel: Locator) -> list[list[str]]:
    """The rows of the list without the day on which they were decided."""
    texts = [spaced(words) for words in words_of(panel.locator("[role=gridcell]"))]
    rows = [texts[start : start + 6] for start in range(0, len(texts), 6)]
    return [[*row[:4], row[5]] for row in rows]


def test_the_address_that_a_card_leads_to_holds_its_side_effect(
    clinic: tuple[Server, Path], visit: Callable[..., Visit]
):
    tab = visit(base=clinic[0].url).open(address())
    cards(tab).first.get_by_role("button", name="Nausea").click()
    tab.settle()
    assert chosen(tab)["term"] == ["Nausea"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "dark")])
def test_every_view_is_drawn_whole(visit: Callable[..., Visit], width: int, scheme: str):
    """One after another, as a reader who looks around; each keeps to the width of its page."""
    tab = visit(width=width, scheme=scheme).open("/side-effects")
    for view in View:
        tab.page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
        tab.settle()
        tab.page.locator(".js-plotly-plot .main-svg").first.wait_for()
        tab.page.get_by_text("Definitions and sources").wait_for()
        assert chosen(tab).get("view", [View.OVERVIEW]) == [view]
        assert len(first_sentence(tab)) > 40
        assert "fault in the program" not in tab.text
        assert not tab.overflows, view
        assert not cut_off(tab), view
        assert tab.violations == [], view
    assert tab.console_errors == []
    assert tab.foreign_requests == []


def cut_off(tab: Visit) -> list[str]:
    """Findings and cards whose pictures stick out of their frames sideways."""
    found: list[str] = tab.page.evaluate(
        "() => [...document.querySelectorAll("
        "\"[class*='st-key-finding-'], [class*='st-key-card-']\")].filter(part =>"
        " [...part.querySelectorAll('.main-svg, img')].some(picture =>"
        " picture.getBoundingClientRect().right > part.getBoundingClientRect().right + 1))"
        ".map(part => part.className)"
    )
    return found


TERMS = 24
CARDS = 20
LONGEST_STALL = 1_000
"""Milliseconds in which the browser answers to nothing; measured: 285 to 512 on a busy machine."""


@pytest.fixture
def long_clinic(tmp_path: Path) -> Iterator[Server]:
    """A server on a clinic that has written more side effects than the grid draws."""
    url = f"sqlite:///{tmp_path / 'long.db'}"
    migrate(url)
    engine = make_engine(url)
    # The first is the commonest: 1 to 8 of 10 infusions a week.
    affected = {f"Effect {number:02}": 1 + (TERMS - number) // 3 for number in range(TERMS)}
    with writing(engine) as connection:
        fill_weeks(connection, {"North": lambda _: Week(affected=affected)})
    engine.dispose()
    with running_server(tmp_path / "home", CLINIC_DATABASE_URL=url) as server:
        yield server


COUNT_RUNS_AND_STALLS = """
    () => {
        window.runs = 0;
        window.stalls = [];
        new PerformanceObserver(list => list.getEntries().forEach(one =>
            window.stalls.push(one.duration))).observe({entryTypes: ['longtask']});
        new MutationObserver(list => list.forEach(one => {
            if (one.target.dataset.testScriptState === 'running' && one.oldValue !== 'running')
                window.runs += 1;
        })).observe(document.querySelector('[data-testid=stApp]'),
            {attributeFilter: ['data-test-script-state'], attributeOldValue: true});
    }
"""


def test_twenty_charts_are_drawn_in_one_run_without_a_stall(
    long_clinic: Server, visit: Callable[..., Visit]
):
    tab = visit(base=long_clinic.url).open("/side-effects?period=All+data&view=Trend")
    tab.page.locator(".js-plotly-plot .points path").first.wait_for()  # plotly itself is there
    tab.page.evaluate(COUNT_RUNS_AND_STALLS)
    tab.page.get_by_role("radio", name="Overview").click()
    found = cards(tab)
    tab.settle()
    assert found.count() == CARDS
    # An icon and a chart each, as pictures: no plotly, whose figures take far longer.
    pictures = found.locator("img")
    assert pictures.count() == 2 * CARDS
    assert found.locator(".js-plotly-plot").count() == 0
    whole = "each => each.every(one => one.complete && one.naturalWidth > 0)"
    assert pictures.evaluate_all(whole)
    assert f"The first {CARDS} are drawn, all are in the table below" in tab.text
    assert tab.page.evaluate("window.runs") == 1
    assert max(tab.page.evaluate("window.stalls"), default=0) < LONGEST_STALL
    assert tab.console_errors == []
