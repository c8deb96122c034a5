"""Outcomes in a browser: one rate in the sentence, the picture, the table and the file.

The demo clinic has a fixed last day, and the period ends so early before it that every course is
over, whatever the day on which the tests run. The numbers that the tests expect are counted in the
records (infusions, series, questionnaires) by a few lines of Python here, never in the facts.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Locator

from clinical.course_scores import Missing
from pages.outcomes.choice import View
from tests.browser.conftest import UNTIL, Server, Visit
from tests.browser.test_appointments import (
    chosen,
    count,
    cut_off,
    saved_rows,
    sentence,
    share,
    spaced,
)
from tests.browser.test_ways import FIRST_ROW

pytestmark = pytest.mark.browser

PERIOD = date(2025, 9, 1), date(2026, 8, 31)
LEAST = 5
"""Fewer courses than this are not shown as a rate; the setting's default."""


def address(view: View, *choices: tuple[str, str], first: date = PERIOD[0]) -> str:
    dates = [("period", "Choose dates"), ("dates", str(first)), ("dates", str(PERIOD[1]))]
    return f"/outcomes?{urlencode([('outcome', view.value), *dates, *choices])}"


class Induction(NamedTuple):
    """One that began in the period. ``settled``: the score that counts after each infusion."""

    site: str
    sex: str
    age: int
    length: int
    baseline: float | None
    settled: dict[int, float]

    def total(self, number: int, missing: Missing) -> float | None:
        """The score that counts after an infusion."""
        if missing is not Missing.CARRIED:
            return self.settled.get(number)
        return self.settled.get(max((k for k in self.settled if k <= number), default=0))


INFUSIONS = """
    SELECT patient_id, i.series_id, phase, planned_infusions, sequence_number,
        s.name, sex, birth_date, started_at, date(local(started_at, time_zone))
    FROM infusions i JOIN sites s USING (site_id) JOIN series c USING (patient_id, series_id)
    JOIN patients p USING (patient_id) ORDER BY started_at
"""
SCORES = """
    SELECT completed_at, total_score FROM assessments
    WHERE instrument = ? AND patient_id = ? ORDER BY completed_at
"""


class Given(NamedTuple):
    """An infusion as it is recorded."""

    patient: str
    series: str
    phase: str
    planned: int | None
    number: int
    site: str
    sex: str
    born: date
    at: datetime
    day: date


def inductions(path: Path, instrument: str = "PHQ-9") -> list[Induction]:
    """The inductions of the period, all over, by the data contract's rules."""
    by_patient: dict[str, list[Given]] = {}
    for *who, born, at, day in count(path, INFUSIONS):
        given = Given._make([*who, date.fromisoformat(born), _time(at), date.fromisoformat(day)])
        by_patient.setdefault(given.patient, []).append(given)
    found: list[Induction] = []
    for patient, all_given in by_patient.items():
        scores = [(_time(at), total) for at, total in count(path, SCORES, instrument, patient)]
        by_series: dict[str, list[Given]] = {}
        for given in all_given:
            by_series.setdefault(given.series, []).append(given)
        found += [
            _induction(own, all_given, scores)
            for own in by_series.values()
            if own[0].phase == "induction" and PERIOD[0] <= own[0].day <= PERIOD[1]
        ]
    return found


def _time(words: str) -> datetime:
    return datetime.fromisoformat(words)


def _induction(
    own: Sequence[Given], all_given: Sequence[Given], scores: Sequence[tuple[datetime, float]]
) -> Induction:
    first, last = own[0], own[-1]
    assert last.day < UNTIL - timedelta(days=30), "over, whatever day it is"
    before = [total for at, total in scores if timedelta(0) <= first.at - at <= timedelta(days=14)]
    assert 0 not in before, "so that all have room to respond"
    settled: dict[int, float] = {}
    for at, total in scores:
        given = [one for one in all_given if one.at < at]
        if given and given[-1] in own:
            following = all_given[len(given) : len(given) + 1]
            is_soon = bool(following) and following[0].at - at <= timedelta(hours=24)
            since = at - given[-1].at
            is_kept = given[-1] is not last or since <= timedelta(days=28)
            if is_kept and (is_soon or since > timedelta(hours=72)):
                settled[given[-1].number] = total
    return Induction(
        site=first.site,
        sex=first.sex,
        age=first.day.year
        - first.born.year
        - ((first.day.month, first.day.day) < (first.born.month, first.born.day)),
        length=max(first.planned or 6, len(own), *(one.number for one in own)),
        baseline=before[-1] if before else None,
        settled=settled,
    )


Reached = Callable[[float, float], bool]
"""Whether a total is a result, given the baseline."""


def responded(baseline: float, total: float) -> bool:
    return total <= baseline / 2


def remitted(_: float, total: float) -> bool:
    """On PHQ-9."""
    return total <= 4


RESULTS: dict[str, Reached] = {"Response": responded, "Remission": remitted}


def rate(
    courses: Iterable[Induction], number: int, missing: Missing, reached: Reached
) -> tuple[int, int]:
    """How many reached it after an infusion, and of how many, under a rule for missing scores."""
    due = [each for each in courses if each.length >= number]
    judged = [
        (each.baseline, total)
        for each in due
        if each.baseline is not None and (total := each.total(number, missing)) is not None
    ]
    events = sum(reached(baseline, total) for baseline, total in judged)
    return events, len(due) if missing is Missing.ALL else len(judged)


def choose(tab: Visit, key: str, option: str) -> None:
    """Take another option of a list to choose from."""
    tab.page.locator(f".st-key-{key} input").click()
    tab.page.get_by_role("option", name=option, exact=True).click()
    tab.settle()


def finding(tab: Visit, key: str) -> Locator:
    return tab.page.locator(f".st-key-finding-{key}")


def dots(part: Locator) -> dict[tuple[int, str], float]:
    """The rates as they are drawn, by infusion and result."""
    part.locator(".points path").first.wait_for(state="attached")
    found: list[tuple[str, int, float]] = part.locator(".js-plotly-plot").evaluate(
        """plot => plot.calcdata.flatMap(dots => {
            const carried = dots[0].trace.customdata;
            return carried ? dots.map((dot, i) => [carried[i][1], carried[i][2], dot.y]) : [];
        })"""
    )
    return {(number, result.capitalize()): share for result, number, share in found}


def numbers(tab: Visit, part: Locator) -> Locator:
    """Open the numbers of a finding; their table."""
    part.get_by_role("button", name="Numbers").click()
    table = tab.settle().page.get_by_test_id("stDataFrame").locator("visible=true").last
    table.locator("[role=gridcell]").first.wait_for(state="attached")
    return table


def cells(table: Locator, *headings: str) -> list[tuple[str, ...]]:
    """Columns of a table that is drawn in a narrow window: it is moved until each was seen."""
    columns: list[list[str]] = table.evaluate(
        """async (table, headings) => {
            const scroller = table.querySelector('.dvn-scroller');
            const all = role => [...table.querySelectorAll(`[role=${role}]`)];
            const inColumn = head => all('gridcell').filter(
                cell => cell.ariaColIndex === head.ariaColIndex).map(cell => cell.innerText);
            const found = {};
            while (true) {
                all('columnheader').forEach(head => found[head.innerText] = inColumn(head));
                if (headings.every(heading => heading in found)) break;
                const before = scroller.scrollLeft;
                scroller.scrollLeft += 0.9 * scroller.clientWidth;
                if (scroller.scrollLeft === before) break;
                await new Promise(done => setTimeout(done, 350));
            }
            return headings.map(heading => found[heading] ?? []);
        }""",
        headings,
    )
    return list(zip(*columns, strict=True))


def rows_of(tab: Visit, key: str, folder: Path) -> list[dict[str, str]]:
    """The file of the numbers that are open."""
    return saved_rows(tab, tab.page.locator(f".st-key-csv-{key}").get_by_role("button"), folder)


def test_a_rate_is_the_same_in_sentence_picture_table_and_file_under_each_rule(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    courses = inductions(path)
    tab = visit(base=server.url).open(address(View.RESPONSE))
    part = finding(tab, "outcome-response")
    for missing in Missing:
        if missing is not Missing.OBSERVED:
            choose(tab, "missing", missing)
        expected = {
            (number, name): rate(courses, number, missing, reached)
            for number in range(1, 7)
            for name, reached in RESULTS.items()
        }
        events, n = expected[6, "Response"]
        said = sentence(tab)
        assert said.startswith(f"{events} of {n} inductions "), missing
        assert f"({share(events, n)}, 95 % CI " in said
        assert f"; {share(*expected[6, 'Remission'])} were in remission" in said

        shares = {key: events / n for key, (events, n) in expected.items()}
        assert dots(part) == pytest.approx(shares), missing

        table = numbers(tab, part)
        written = [
            (str(number), name, str(events), str(n))
            for (number, name), (events, n) in expected.items()
        ]
        headings = "After infusion", "Result", "Reached", "Of"
        assert cells(table, *headings) == written, missing
        rows = rows_of(tab, "outcome-response", tmp_path)
        assert [tuple(row[heading] for heading in headings) for row in rows] == written
        assert {row["Missing scores"] for row in rows} == {missing}
        for row, part_of in zip(rows, shares.values(), strict=True):
            assert float(row["%"]) == pytest.approx(100 * part_of, abs=0.051)
        tab.page.keyboard.press("Escape")
    assert chosen(tab)["missing"] == [Missing.ALL]
    assert tab.console_errors == []


def press(tab: Visit, part: Locator, *carried: object) -> None:
    """Choose the dot or bar of a chart that carries this after its words."""
    part.locator(".point").first.wait_for(state="attached")
    found = part.evaluate(
        """(part, carried) => {
            const points = [...part.querySelectorAll('.point')];
            const point = points.find(one => {
                const {trace} = one.parentNode.parentNode.__data__[0];
                const custom = trace.customdata?.[one.__data__.i];
                return JSON.stringify(custom?.slice(1)) === JSON.stringify(carried);
            });
            (point?.querySelector('path') ?? point)?.setAttribute('data-wanted', 'yes');
            return point !== undefined;
        }""",
        list(carried),
    )
    assert found, carried
    part.locator("[data-wanted]").click(force=True)
    tab.settle()


def listed(tab: Visit, key: str, folder: Path) -> list[dict[str, str]]:
    """The courses behind what was chosen, as their file has them; as many as are told."""
    behind = tab.page.locator(f".st-key-{key}")
    behind.get_by_test_id("stDataFrame").wait_for()
    tab.settle()
    rows = saved_rows(tab, behind.get_by_role("button", name="Save as CSV"), folder)
    assert re.search(rf"\b{len(rows)} courses? of treatment\b", spaced(behind.inner_text()))
    return rows


def totals(rows: Iterable[dict[str, str]]) -> list[tuple[float, float]]:
    """Baseline and score of each course of a list."""
    return sorted((float(row["Baseline"]), float(row["Score after infusion 6"])) for row in rows)


def test_from_a_dot_and_from_a_bar_to_the_courses_behind_it_to_a_patient_and_back(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    seen = [
        (each.baseline, each.settled[6])
        for each in inductions(path)
        if each.baseline is not None and 6 in each.settled
    ]
    tab = visit(base=server.url).open(address(View.RESPONSE))
    press(tab, finding(tab, "outcome-response"), "response", 6)
    rows = listed(tab, "behind-response", tmp_path)
    assert totals(rows) == sorted(each for each in seen if responded(*each))
    assert all(row["Result"].startswith("Response") for row in rows)

    tab.page.get_by_test_id("stMain").get_by_role("radio", name=View.SCORES, exact=True).click()
    tab.settle()
    by_gain = sorted(seen, key=lambda each: (each[1] - each[0]) / each[0])
    place = len(by_gain) - 3  # near the right end, where courses have become worse
    gain = 1 - by_gain[place][1] / by_gain[place][0]
    alike = [each for each in seen if 1 - each[1] / each[0] == pytest.approx(gain)]
    press(tab, finding(tab, "outcome-scores-waterfall"), place)
    rows = listed(tab, "behind-outcome-scores", tmp_path)
    assert totals(rows) == sorted(alike)

    said, behind = sentence(tab), tab.page.locator(".st-key-behind-outcome-scores")
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
    told = tab.page.url + tab.page.title() + server.log.read_text()
    for secret in secrets(path, name):
        assert secret not in told

    # Streamlit notes the address of a link twice, so the way back takes two steps.
    for _ in range(2):
        tab.page.go_back()
        tab.settle()
    assert chosen(tab)["outcome"] == [View.SCORES]
    assert sentence(tab) == said
    assert tab.console_errors == []
    assert tab.foreign_requests == []


PERSON = """
    SELECT patient_id, mrn FROM patients WHERE family_name = ? AND given_name = ?
"""


def secrets(path: Path, name: str) -> set[str]:
    """What says who somebody is."""
    parts = name.split(", ")
    return {*parts, *(word for row in count(path, PERSON, *parts) for word in row if word)}


def test_an_address_holds_every_choice(clinic: tuple[Server, Path], visit: Callable[..., Visit]):
    server, path = clinic
    choices = {
        "measure": "MADRS",
        "after": "3",
        "missing": Missing.ALL.value,
        "sex": "Female",
        "severity-3": "Moderate",
    }
    moderate = range(20, 34)
    courses = [
        each
        for each in inductions(path, "MADRS")
        if each.sex == "female" and each.baseline in moderate
    ]
    events, n = rate(courses, 3, Missing.ALL, responded)
    assert rate(courses, 3, Missing.OBSERVED, responded)[1] >= LEAST
    tab = visit(base=server.url).open(address(View.RESPONSE, *choices.items()))
    told = f"{events} of {n} inductions had responded after infusion 3 on MADRS"
    assert sentence(tab).startswith(told)
    assert tab.page.get_by_role("button", name="In whom: 2 chosen").is_visible()

    tab.page.get_by_test_id("stMain").get_by_role("radio", name=View.GROUPS, exact=True).click()
    tab.settle()
    assert f" {n} inductions due up to infusion 3" in sentence(tab)
    held = chosen(tab)
    assert {key: held[key] for key in choices} == {key: [word] for key, word in choices.items()}
    assert held["outcome"] == [View.GROUPS]
    tab.open(tab.page.url.removeprefix(tab.base))
    assert f" {n} inductions due up to infusion 3" in sentence(tab)
    assert tab.console_errors == []


AGES = {0: "Under 18", 18: "18–29", 30: "30–44", 45: "45–59", 60: "60–74", 75: "75 and over"}


def age_group(course: Induction) -> str:
    return AGES[max(least for least in AGES if least <= course.age)]


def carried(part: Locator) -> list[str]:
    """The words that the dots of a chart carry."""
    part.locator(".points path").first.wait_for(state="attached")
    found: list[str] = part.locator(".js-plotly-plot").evaluate(
        "plot => plot.data.flatMap(trace => (trace.customdata ?? []).map(one => one[0]))"
    )
    return found


def test_no_small_group_is_shown_nor_found_by_subtraction(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    server, path = clinic
    place = "Lakeview"
    here = [each for each in inductions(path) if each.site == place]
    by_age = {
        name: rate(
            [each for each in here if age_group(each) == name], 6, Missing.OBSERVED, responded
        )
        for name in AGES.values()
    }
    small = {name for name, (_, n) in by_age.items() if 0 < n < LEAST}
    assert len(small) > 1
    tab = visit(base=server.url).open(
        address(View.GROUPS, ("site", place), ("outcome-groups-by", "Age"))
    )
    part = finding(tab, "outcome-groups")
    numbers(tab, part)
    rows = rows_of(tab, "outcome-groups", tmp_path)
    tab.page.keyboard.press("Escape")
    told = {row["Group"]: (int(row["Response"]), int(row["Of courses"])) for row in rows}
    together = told.pop("Others together")
    assert told == {name: by_age[name] for name in told}
    rest = [by_age[name] for name in by_age if name not in told]
    assert together == tuple(map(sum, zip(*rest, strict=True)))
    assert not small & told.keys()
    assert min(n for _, n in [*told.values(), together]) >= LEAST

    drawn = [re.search(r"<b>(.+)</b><br>(\d+) of (\d+):", words) for words in carried(part)]
    assert {(each[1], int(each[2]), int(each[3])) for each in drawn if each} == {
        ("Others together", *together),
        *((name, *counts) for name, counts in told.items()),
    }

    panels = finding(tab, "outcome-group-curves")
    numbers(tab, panels)
    by_number: dict[str, dict[str, int]] = {}
    for row in rows_of(tab, "outcome-group-curves", tmp_path):
        by_number.setdefault(row["Infusion"], {})[row["Group"]] = int(row["Of courses"])
    dotted = [int(n) for words in carried(panels) for n in re.findall(r" of (\d+):", words)]
    assert sorted(dotted) == sorted(
        n for groups in by_number.values() for name, n in groups.items() if name != "All"
    )
    for groups in by_number.values():
        assert min(groups.values()) >= LEAST
        left_out = groups.pop("All") - sum(groups.values())
        assert left_out == 0 or left_out >= LEAST
    assert tab.console_errors == []


def test_the_days_in_which_half_responded_are_those_of_the_table(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    tab = visit(base=clinic[0].url).open(address(View.HOW_SOON))
    told = re.match(r"Half of (\d+) inductions had responded within (\d+) days", sentence(tab))
    assert told is not None
    numbers(tab, finding(tab, "outcome-soon"))
    rows = [row for row in rows_of(tab, "outcome-soon", tmp_path) if row["Curve"] == "Response"]
    assert rows[0]["At risk just before"] == told[1]
    half = next(row for row in rows if float(row["% (Kaplan-Meier)"]) >= 50)
    assert half["Days"] == told[2]
    assert tab.console_errors == []


def test_the_shares_that_last_are_those_of_the_table(
    clinic: tuple[Server, Path], visit: Callable[..., Visit], tmp_path: Path
):
    tab = visit(base=clinic[0].url).open(address(View.HOW_LONG, first=LONG_AGO))
    told = re.findall(r"(\d+) % \(95 % CI (\d+)–(\d+)\) (with\S*) maintenance", sentence(tab))
    weeks = re.search(r" still there (\d+) weeks after it", sentence(tab))
    assert [each[3] for each in told] == ["without", "with"]
    assert weeks is not None
    numbers(tab, finding(tab, "outcome-how-long"))
    rows = rows_of(tab, "outcome-how-long", tmp_path)
    for *shown, which in told:
        [row] = [
            row
            for row in rows
            if row["Responses"] == f"{which} maintenance" and int(row["Day"]) == 7 * int(weeks[1])
        ]
        written = [row[name] for name in ("% still in response", "95 % CI from", "to")]
        assert [float(each) for each in written] == pytest.approx(
            [int(each) for each in shown], abs=0.5
        )
    assert tab.console_errors == []


LONG_AGO = date(2024, 11, 1)
"""In a year too few are watched long enough without maintenance."""


def test_every_view_is_drawn_whole_on_a_small_screen(
    clinic: tuple[Server, Path], visit: Callable[..., Visit]
):
    """One after another, as a reader who looks around."""
    tab = visit(width=820, scheme="dark", base=clinic[0].url).open(address(View.RESPONSE))
    for view in View:
        tab.page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
        tab.settle()
        tab.page.locator(".js-plotly-plot .main-svg").first.wait_for()
        tab.page.get_by_text("Definitions and sources").wait_for()
        assert chosen(tab).get("outcome", [View.RESPONSE]) == [view]
        assert len(sentence(tab)) > 40
        assert "fault in the program" not in tab.text
        assert not tab.overflows, view
        assert cut_off(tab) == [], view
        assert tab.violations == [], view
        assert tab.console_errors == [], view
    assert tab.foreign_requests == []
