"""The stories of the demo clinic: each patient found from Today or from the caseload, and read.

What is expected follows by hand from the scores of ``data_access/demo/stories.py``. Nobody is
opened by an address that was not clicked to.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator
from pypdf import PdfReader

from clinical.attention import RULES, Rule
from tests.browser.conftest import Server, Visit, words_of
from tests.browser.test_ways import FIRST_ROW

pytestmark = pytest.mark.browser

TITLE = "Patients · Infusion clinic"


@dataclass(frozen=True)
class Story:
    """One patient on the attention list.

    ``reason``: on Today; ``told``: on the patient's own page, the answer first.
    """

    name: str
    rule: Rule
    reason: str
    told: tuple[str, ...]


ON_THE_LIST = (
    # 22 at baseline, 21 at last: 1 of 22 is 5 %.
    Story(
        "Stillwater, Viktor",
        Rule.NO_RESPONSE,
        "PHQ-9 5 % better after infusion 6: no response",
        ("PHQ-9 fell from 22 (baseline) to 21", "5 % better; no response."),
    ),
    # 15 at baseline, 23 at last; item 9 from 0 to 1 before infusion 4.
    Story(
        "Downing, Marisol",
        Rule.WORSE,
        "PHQ-9 8 points worse than at baseline (15, now 23)",
        ("PHQ-9 rose from 15 (baseline) to 23", "8 points worse", "Item 9 rose from 0 to 1"),
    ),
    Story(
        "Downing, Marisol",
        Rule.THOUGHTS,
        "Item 9 rose from 0 to 1",
        ("A concern has been open for", "when item 9 rose from 0 to 1", "Item 9 rose from 0 to 1"),
    ),
    # 21 at baseline, 10 at last: 11 of 21 is 52 %; item 9 from 0 over 1 to 2.
    Story(
        "Undertow, Desmond",
        Rule.THOUGHTS,
        "Item 9 rose from 0 to 2",
        (
            "PHQ-9 fell from 21 (baseline) to 10",
            "52 % better",
            "when item 9 rose from 0 to 1; it is 2 now",
            "Item 9 rose from 0 to 2 while the total fell",
        ),
    ),
    # 20 before induction, 6 at best (70 %); then 13, 16 and 17, of which none is 10 or less.
    Story(
        "Fallows, Ingrid",
        Rule.LOST_RESPONSE,
        "PHQ-9 response lost in 3 scores: 70 % better at best, 15 % better now",
        ("Against 20 before induction: 15 % better. The response reached before is lost.",),
    ),
)

IN_THE_CASELOAD = (
    # What is typed, the name, and what is told. 19 of 21 is 90 %; 7 is the first third of 21.
    (
        "quickw",
        "Quickwater, Rosalind",
        "90 % better; response since the score before infusion 2, in remission since the score "
        "before infusion 4.",
    ),
    # 12 of 20 is 60 %; before the sixth infusion it was 10, exactly half.
    (
        "tob slow",
        "Slowbridge, Tobias",
        "60 % better; response since the score before infusion 6, not in remission.",
    ),
    # 6 of 18 is 33 %.
    ("halfm", "Halfmoon, Amina", "33 % better; partial response."),
)


def spaced(words: str) -> str:
    """Words with every space and line break as one space."""
    return " ".join(words.split())


def attention(tab: Visit) -> Locator:
    """The attention list on Today, drawn."""
    found = tab.page.locator(".st-key-attention")
    found.get_by_role("radio").first.wait_for()
    return found


def choose_rule(tab: Visit, rule: Rule) -> Locator:
    """Press a rule's pill; the list."""
    found = attention(tab)
    found.get_by_role("radio", name=re.compile(rf"^{rule.label} [\d,]+$")).click()
    tab.settle()
    names(found).first.wait_for()
    return found


def names(found: Locator) -> Locator:
    """The links of the list, a patient each."""
    return found.get_by_test_id("stPageLink").get_by_role("link")


def line_of(tab: Visit, found: Locator, name: str) -> str:
    """What the list says beside a name; it is turned over until the name is there."""
    while not names(found).filter(has_text=name).count():
        found.get_by_role("button", name="Next page").click()
        tab.settle()
    return spaced(found.inner_text()).split(name, 1)[1].split(" · ", 1)[0]


def expect_patient(tab: Visit, name: str) -> str:
    """The page of one patient is open, and only the handle stands in its address; what it says."""
    heading = tab.page.get_by_role("heading", name=name)
    heading.wait_for()
    tab.page.get_by_text("Definitions and sources").wait_for()
    tab.settle()
    assert re.fullmatch(rf"{tab.base}/patients\?patient=[a-z2-7]{{16}}", tab.page.url)
    assert tab.page.title() == TITLE
    assert heading.inner_text() == name
    assert "fault in the program" not in tab.text
    return spaced(tab.text)


def expect_quiet(tab: Visit) -> None:
    assert tab.console_errors == []
    assert tab.foreign_requests == []


@pytest.mark.parametrize("story", ON_THE_LIST, ids=lambda story: f"{story.name}, {story.rule.name}")
def test_a_story_is_found_from_today_to_the_patient(visit: Callable[..., Visit], story: Story):
    tab = visit().open()
    found = choose_rule(tab, story.rule)
    line = line_of(tab, found, story.name)
    assert f"{story.rule.label} {story.reason}" in line
    names(found).filter(has_text=story.name).click()
    said = expect_patient(tab, story.name)
    assert story.reason in said.split("Needs attention:", 1)[1]
    for words in story.told:
        assert words in said
    expect_quiet(tab)


@pytest.mark.parametrize(("typed", "name", "told"), IN_THE_CASELOAD)
def test_a_story_is_found_in_the_caseload(
    visit: Callable[..., Visit], typed: str, name: str, told: str
):
    tab = visit().open("/patients")
    search = tab.page.get_by_label("Find a patient")
    search.fill(typed)
    search.press("Enter")
    tab.settle()
    tab.page.get_by_text("1 to 1 of 1 patient").wait_for()
    assert typed.split()[-1] not in tab.page.url
    tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    assert told in expect_patient(tab, name)
    expect_quiet(tab)
    tab.page.get_by_role("button", name="Back to the caseload").click()
    tab.settle()
    assert tab.page.url == f"{tab.base}/patients"


def expected_passage(rule: Rule, reason: str, today: datetime) -> str:
    """A pattern of what a patient's page says of the reason that Today gives for a rule."""
    numbers = re.findall(r"\d+", reason)
    if rule is Rule.THOUGHTS:
        return r"(Item 9|C-SSRS) rose from|C-SSRS was High on"
    if rule is Rule.RED_EVENT:
        return r"\d+ infusions?: \d+ with a red reading"
    if rule is Rule.WORSE:
        scale, points = re.findall(r"(\S+) (\d+) points worse", reason)[0]
        return rf"{scale} (rose|fell) from [^.]*: {points} points worse; "
    if rule is Rule.LOST_RESPONSE:
        return r"The response reached before is lost\."
    if rule is Rule.NO_RESPONSE:
        scale, percent = re.findall(r"(\S+) (\d+ % (?:better|worse)) after", reason)[0]
        return rf"{scale} .*: ({percent}|\d+ points? worse); no response"
    if rule is Rule.LATE:
        return rf"; last {numbers[0]} days ago"
    # The day of the last depression score, on which item 9 or the total was noted.
    scored = today - timedelta(days=int(numbers[0]))
    return rf"\b{scored.day} {scored:%b %Y}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rules_first_patient_says_the_same_on_the_page(
    visit: Callable[..., Visit], rule: Rule
):
    tab = visit().open()
    found = choose_rule(tab, rule)
    name = names(found).first.inner_text()
    reason = line_of(tab, found, name).split(rule.label, 1)[1]
    names(found).first.click()
    said = expect_patient(tab, name)
    last_day = re.findall(r"infusions selected, .* to (\d+ \w{3} \d{4})", said)[0]
    today = datetime.strptime(last_day, "%d %b %Y")  # noqa: DTZ007 - a day only
    assert re.search(expected_passage(rule, reason, today), said)
    assert reason.split(" For ")[0].split(" Since ")[0].strip() in said
    if rule is Rule.RED_EVENT:
        assert any("▲ RED" in cell for cell in latest_infusion(tab))
    assert tab.console_errors == []


def latest_infusion(tab: Visit) -> list[str]:
    """The cells of the table's first row that are drawn, which is the latest infusion's."""
    table = tab.page.get_by_test_id("stDataFrame").first
    cells = table.locator("[role=row][aria-rowindex='2'] [role=gridcell]")
    return words_of(cells)


def test_a_story_is_the_same_after_a_reload(visit: Callable[..., Visit]):
    tab = visit().open()
    found = choose_rule(tab, Rule.WORSE)
    line_of(tab, found, "Downing, Marisol")
    names(found).filter(has_text="Downing, Marisol").click()
    said, address = expect_patient(tab, "Downing, Marisol"), tab.page.url
    tab.page.reload()
    assert expect_patient(tab, "Downing, Marisol") == said
    assert tab.page.url == address
    expect_quiet(tab)
    tab.page.get_by_role("button", name="Back to the caseload").click()
    tab.settle()
    assert tab.page.url == f"{tab.base}/patients"


def test_the_summary_of_a_story_is_saved_as_a_pdf(
    visit: Callable[..., Visit], server: Server, tmp_path: Path
):
    tab = visit().open()
    found = choose_rule(tab, Rule.THOUGHTS)
    line_of(tab, found, "Undertow, Desmond")
    names(found).filter(has_text="Undertow, Desmond").click()
    expect_patient(tab, "Undertow, Desmond")
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Summary as PDF").click()
    assert saved.value.suggested_filename == "patient-summary.pdf"
    path = tmp_path / "summary.pdf"
    saved.value.save_as(path)
    assert path.read_bytes().startswith(b"%PDF-")
    reader = PdfReader(path)
    assert 1 <= len(reader.pages) <= 2
    told = spaced(" ".join(page.extract_text() for page in reader.pages))
    for words in (
        "Undertow, Desmond",
        "PHQ-9 fell from 21 (baseline) to 10",
        "52 % better",
        "Item 9 rose from 0 to 2 while the total fell.",
        "Demo clinic: every person is invented",
    ):
        assert words in told
    assert "Undertow" not in str(reader.metadata)
    assert "Undertow" not in server.log.read_text()
    assert tab.console_errors == []
