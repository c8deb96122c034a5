"""Every page, as a newcomer meets it: drawn, quiet, whole, in light and dark, wide and narrow."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pages.registry import PAGES
from tests.browser.conftest import Server, Visit, demo_url, running_server

pytestmark = pytest.mark.browser

ADDRESSES = [(entry.title, f"/{entry.url_path}") for entry in PAGES]
_WITHOUT_CHARTS = {"Access"}


@pytest.mark.parametrize(("title", "address"), ADDRESSES)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "dark")])
def test_a_page_is_drawn_whole_and_calls_nobody_else(
    visit: Callable[..., Visit], title: str, address: str, width: int, scheme: str, tmp_path: Path
):
    tab = visit(width=width, scheme=scheme).open(address)
    if title not in _WITHOUT_CHARTS:
        tab.page.locator(".js-plotly-plot .main-svg").nth(2).wait_for()
    picture = tmp_path / "page.png"
    tab.page.screenshot(path=picture)
    assert tab.page.get_by_role("heading", name=title, exact=True).is_visible()
    assert "Demo clinic: every person is invented" in tab.text
    assert "Data as of" in tab.text
    assert "fault in the program" not in tab.text
    assert not tab.overflows
    assert tab.console_errors == []
    assert tab.violations == []
    assert tab.foreign_requests == []
    assert picture.stat().st_size > 20_000


def test_the_dashboard_opens_on_today(visit: Callable[..., Visit]):
    tab = visit().open()
    assert tab.page.locator("h1").first.inner_text() == "Today"
    assert tab.page.title() == "Today · Infusion clinic"


def test_no_page_renders_before_the_entry_point_has_run(
    visit: Callable[..., Visit], tmp_path: Path, server: Server
):
    """A cold server asked for a page first: the page comes through the shell, or not at all.

    What is no page is not there, whoever asks.
    """
    with running_server(tmp_path / "cold", CLINIC_DATABASE_URL=demo_url(server)) as cold:
        tab = visit(base=cold.url).open("/patients")
        assert "Demo clinic: every person is invented" in tab.text
        for module in ("shell", "registry", "one_patient", "frame"):
            answer = tab.page.context.request.get(f"{cold.url}/{module}")
            assert answer.status == 404, module


OFFERED = {
    "clinician": ["Today", "Patients", "Outcomes", "Side effects", "Appointments", "Access"],
    "nurse": ["Today", "Patients", "Outcomes", "Side effects", "Appointments", "Access"],
    "manager": ["Today", "Outcomes", "Side effects", "Appointments", "Access"],
    "administrator": [],
    "privacy-officer": [],
}
"""What the navigation offers; who has one page only is shown none."""


@pytest.mark.parametrize("role", OFFERED)
def test_the_navigation_offers_what_the_role_may_see(visit: Callable[..., Visit], role: str):
    tab = visit(role=role).open("/access")
    links = tab.page.get_by_test_id("stHeader").inner_text().splitlines()
    assert [link for link in links if link] == OFFERED[role]


def test_whoever_signs_out_is_out_and_their_filters_hold_until_then(visit: Callable[..., Visit]):
    tab = visit().open("/appointments?phase=Induction")
    tab.go_to("Access").go_to("Outcomes")
    assert "phase=Induction" in tab.page.url
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.wait_for_url("**/clinic/sign-in?why=signed-out*")
    assert "You are signed out." in tab.page.inner_text("body")
    assert tab.page.context.request.get(f"{tab.base}/", max_redirects=0).status == 303
