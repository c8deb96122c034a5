"""The day on Today: drawn, and drawn again each minute without moving what one reads."""

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

_A_REFRESH = 60_000
_WATCH = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    window.clinicSeen = new Set();
    new MutationObserver(() => {
        window.clinicSeen.add(JSON.stringify([main.scrollTop, main.scrollHeight]));
    }).observe(document.body, {childList: true, subtree: true, attributes: true});
}"""
"""Notes, at every change of the page, how far it is scrolled and how long it is."""
_SEEN = "() => [...window.clinicSeen].map((each) => JSON.parse(each))"


def _scrolled(tab: Visit) -> float:
    return float(tab.page.get_by_test_id("stMain").evaluate("main => main.scrollTop"))


def test_the_chairs_are_drawn_and_refresh_by_themselves_without_moving_the_page(
    visit: Callable[..., Visit],
):
    tab = visit(alone=True)
    tab.page.clock.install()
    tab.open()
    chart = tab.page.locator(".js-plotly-plot").first
    chart.locator(".main-svg").first.wait_for()
    assert chart.locator(".barlayer .bars path").count() > 5
    assert "chairs in use" in tab.text
    assert "free slot" in tab.text

    refreshed = tab.page.get_by_text("Refreshed ")
    assert re.match(r"Refreshed \d\d:\d\d, and again each minute\.", refreshed.inner_text())
    tab.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 400)")
    tab.page.evaluate(_WATCH)

    before = tab.talk.runs, tab.talk.fragment_runs
    tab.page.clock.fast_forward(_A_REFRESH)
    tab.settle()
    assert (tab.talk.runs, tab.talk.fragment_runs) == (before[0] + 1, before[1] + 1)
    assert refreshed.is_visible()
    assert _scrolled(tab) == 400
    seen = tab.page.evaluate(_SEEN)
    assert seen, "the refresh changes something"
    assert len(seen) == 1, f"the page moved while it refreshed: {seen}"
    assert tab.console_errors == []
    assert "fault in the program" not in tab.text
