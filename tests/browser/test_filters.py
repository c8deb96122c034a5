"""The filter bar: it selects, it survives, it sits in the URL, it resets."""

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def selected(tab: Visit) -> tuple[int, int]:
    """The two numbers of 'n of N infusions selected'."""
    found = re.search(r"([\d,]+) of ([\d,]+) infusions selected", tab.text.replace("\n", " "))
    assert found, tab.text[:400]
    some, everything = (int(number.replace(",", "")) for number in found.groups())
    return some, everything


def choose(tab: Visit, label: str, option: str) -> None:
    """Choose an option of a select box or a multiple choice."""
    tab.page.get_by_label(label, exact=False).first.click()
    tab.page.get_by_role("option", name=option, exact=True).click()
    tab.page.keyboard.press("Escape")
    tab.settle()


def test_a_filter_selects_and_survives_a_change_of_page_and_a_reload(visit: Callable[..., Visit]):
    tab = visit().open("/side-effects")
    before, everything = selected(tab)
    choose(tab, "Phase", "Maintenance")
    after, _ = selected(tab)
    assert 0 < after < before <= everything
    assert "phase=Maintenance" in tab.page.url
    tab.go_to("Appointments")
    assert selected(tab)[0] == after
    assert "phase=Maintenance" in tab.page.url
    tab.go_to("Today")
    assert "phase=Maintenance" in tab.page.url
    tab.page.reload()
    tab.settle().go_to("Side effects")
    assert selected(tab)[0] == after
    tab.page.get_by_role("button", name="Reset").click()
    tab.settle()
    assert selected(tab)[0] == before
    assert "phase" not in tab.page.url


def test_a_link_with_filters_opens_them(visit: Callable[..., Visit]):
    tab = visit().open("/appointments?period=Last+30+days&phase=Induction")
    month, everything = selected(tab)
    tab.open("/appointments?period=All+data&phase=Induction")
    assert month < selected(tab)[0] < everything


@pytest.mark.parametrize(
    "parameters",
    [
        "period=yesterday&site=%3Cscript%3Ealert(1)%3C/script%3E&diagnosis=%00&unknown=1",
        "period=Choose+dates&dates=0001-01-01&dates=9999-12-31",
        "period=Choose+dates&dates=nonsense&phase=Induction&phase=nonsense",
    ],
)
def test_malformed_parameters_are_ignored(visit: Callable[..., Visit], parameters: str):
    tab = visit().open(f"/side-effects?{parameters}")
    some, everything = selected(tab)
    assert 0 < some <= everything
    assert "fault in the program" not in tab.text
    assert tab.console_errors == []
