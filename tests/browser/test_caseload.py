"""The caseload in a browser: found by the beginning of a name, narrowed, put in another order."""

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit, words_of

pytestmark = pytest.mark.browser


def listed(tab: Visit) -> list[str]:
    """The names in the rows that the table has drawn, from top to bottom."""
    cells = tab.page.get_by_test_id("stDataFrame").first.locator(
        "[role=gridcell][aria-colindex='1']"
    )
    return words_of(cells)


def size(tab: Visit) -> int:
    """How many patients the list holds, as its foot says."""
    found = re.search(r"\d+ to \d+ of ([\d,]+) patients?", tab.text)
    assert found, tab.text[:600]
    return int(found.group(1).replace(",", ""))


def test_a_patient_is_found_by_the_beginnings_of_two_words(visit: Callable[..., Visit]):
    tab = visit().open("/patients")
    assert size(tab) > 100
    search = tab.page.get_by_label("Find a patient")
    search.fill("quickw ros")
    search.press("Enter")
    tab.settle()
    assert listed(tab) == ["Quickwater, Rosalind"]
    assert size(tab) == 1
    assert "quickw" not in tab.page.url.lower()
    assert tab.console_errors == []


def test_concerns_come_first_and_say_why(visit: Callable[..., Visit]):
    tab = visit().open("/patients")
    first = tab.page.get_by_test_id("stDataFrame").first.locator(
        "[role=gridcell][aria-colindex='3']"
    )
    assert re.search(r"(Item 9|C-SSRS) rose from|C-SSRS is", first.first.inner_text())
    assert "Undertow, Desmond" in listed(tab), "his item 9 rises while the total falls"


def test_overdue_scores_by_name(visit: Callable[..., Visit]):
    tab = visit().open("/patients")
    everybody = size(tab)
    tab.page.get_by_test_id("stCheckbox").filter(has_text="Score overdue").locator("label").click()
    tab.settle()
    assert 0 < size(tab) < everybody
    assert "overdue=true" in tab.page.url
    tab.page.get_by_role("combobox", name="Order").click()
    tab.page.get_by_role("option", name="Name", exact=True).click()
    tab.settle()
    names = listed(tab)
    assert len(names) > 1
    assert names == sorted(names, key=str.lower)
    tab.page.reload()
    tab.settle()
    assert listed(tab) == names
    assert tab.console_errors == []


def test_one_providers_patients(visit: Callable[..., Visit]):
    tab = visit(width=820).open("/patients")
    everybody = size(tab)
    tab.page.get_by_role("combobox", name="Provider").click()
    tab.page.get_by_role("option").nth(1).click()  # the first chooses all of them
    tab.page.keyboard.press("Escape")
    tab.settle()
    assert 0 < size(tab) < everybody
    assert "provider=" in tab.page.url
    assert not tab.overflows
