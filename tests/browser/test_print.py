"""A page on paper, as the browser prints it: whole, on white, without what only a screen needs."""

import unicodedata
from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.browser.conftest import Visit
from tests.browser.test_ways import FIRST_ROW

pytestmark = pytest.mark.browser

ONLY_ON_SCREEN = (
    "Numbers",
    "Save as CSV",
    "Summary as PDF",
    "Back to the caseload",
    "Reset",
    "Previous",
    "→",
)
"""Words of buttons and links."""


def printed(tab: Visit) -> str:
    """What the browser prints, with every space as a single one."""
    reader = PdfReader(BytesIO(tab.page.pdf()))
    words = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(unicodedata.normalize("NFKC", words).split())


def assert_only_the_page(paper: str) -> None:
    found = [words for words in ONLY_ON_SCREEN if words in paper]
    assert not found


def test_today_is_printed_to_its_end_without_the_navigation(visit: Callable[..., Visit]):
    tab = visit().open()
    tab.page.locator(".st-key-attention").get_by_test_id("stPageLink").first.wait_for()
    tab.page.locator(".js-plotly-plot .main-svg").nth(6).wait_for()
    first_listed = tab.page.locator(".st-key-attention").get_by_test_id("stPageLink").first
    paper = printed(tab)
    assert paper.startswith("Today What needs attention now? ")
    for words in (
        "Demo clinic: every person is invented",
        "Data as of",
        first_listed.inner_text(),
        "chairs in use",
        "Today's appointments",
        "Depression score before it",
        "Definitions and sources",
    ):
        assert words in paper
    assert paper.rstrip().endswith("Definitions and sources")
    assert_only_the_page(paper)


def test_a_patient_is_printed_to_the_end_without_the_navigation(visit: Callable[..., Visit]):
    tab = visit().open("/patients")
    tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.page.get_by_text("Definitions and sources").wait_for()
    tab.settle()
    name = tab.page.locator("h2").first.inner_text()
    paper = printed(tab)
    assert paper.startswith("Patients How is each patient doing over the series? ")
    for words in (
        name,
        "Demo clinic: every person is invented",
        "Change since the series began",
        "Minutes after the start of the infusion",
        "Side effects in ",
        "mg of ketamine in all",
        "Definitions and sources",
    ):
        assert words in paper
    assert paper.rstrip().endswith("Definitions and sources")
    assert "Appointments" not in paper, "the navigation"
    assert_only_the_page(paper)


def test_a_dark_page_is_printed_dark_on_white(visit: Callable[..., Visit]):
    tab = visit(scheme="dark").open("/side-effects")
    tab.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    colours = "() => ['.stApp', 'h2'].map((each) => getComputedStyle(document.querySelector(each)))"
    read = (
        f"() => {{ const [app, words] = ({colours})(); return [app.backgroundColor, words.color] }}"
    )
    on_screen = tab.page.evaluate(read)
    tab.page.emulate_media(media="print")
    assert tab.page.evaluate(read) == ["rgba(0, 0, 0, 0)", "rgb(15, 23, 34)"]
    assert on_screen[1] != "rgb(28, 39, 51)"
    body = "() => getComputedStyle(document.body).backgroundColor"
    assert tab.page.evaluate(body) == "rgb(255, 255, 255)"
