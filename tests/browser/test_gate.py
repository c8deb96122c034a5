"""The gate as a browser meets it: what a page may load, and how it ends."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from pages.access.choice import View as AccessView
from tests.browser.conftest import Server, Visit, copy_demo, running_server
from tests.browser.test_ways import FIRST_ROW

pytestmark = pytest.mark.browser

VIEWS: dict[tuple[str, str], list[str]] = {
    ("manager", "/side-effects"): [""],
    ("manager", "/outcomes"): [""],
    ("administrator", "/access"): [f"?access={quote(AccessView.USERS)}"],
    ("privacy-officer", "/access"): [
        f"?access={quote(view)}" for view in AccessView if view is not AccessView.USERS
    ],
}
"""What each role is shown beside the pages and views of a clinician."""


@pytest.mark.parametrize(("role", "address"), VIEWS)
def test_no_page_or_view_breaks_the_content_policy(
    visit: Callable[..., Visit], role: str, address: str
):
    """Those of a clinician: in ``test_every_page.py`` and where each view is drawn whole."""
    tab = visit(role=role)
    for query in VIEWS[role, address]:
        tab.open(address + query)
        assert tab.violations == []
    assert tab.console_errors == []
    assert tab.foreign_requests == []


def test_a_patient_with_files_to_save_keeps_to_the_content_policy(visit: Callable[..., Visit]):
    tab = visit().open("/patients")
    tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.settle()
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Summary as PDF").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    assert tab.violations == []
    assert tab.console_errors == []


@pytest.mark.parametrize(
    "address", ["/clinic/sign-in", "/clinic/sign-in?why=idle", "/nowhere", "/_stcore/metrics"]
)
def test_the_plain_pages_keep_to_a_policy_without_scripts(
    visit: Callable[..., Visit], address: str
):
    tab = visit(role="")
    tab.page.goto(tab.base + address)
    assert tab.page.locator("h1").count() == 1
    assert tab.violations == []
    look = tab.page.evaluate("getComputedStyle(document.querySelector('main')).borderRadius")
    assert look == "8px"


def test_what_breaks_the_policy_is_stopped_and_counted(visit: Callable[..., Visit]):
    """The listener hears, and the policy holds: else the tests above would tell nothing."""
    tab = visit().open("/access")
    tab.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.planted = true";
            document.body.append(script);
            const picture = document.createElement("img");
            picture.src = "https://elsewhere.example/a.png";
            document.body.append(picture);
        }"""
    )
    tab.page.wait_for_function("window.violations.length >= 2")
    assert tab.page.evaluate("window.planted") is None
    found = " ".join(tab.violations)
    assert "script-src-elem inline" in found
    assert "img-src https://elsewhere.example" in found
    assert tab.page.evaluate("typeof WebAssembly") == "undefined"


def test_with_the_server_gone_an_idle_page_is_warned_of_and_blanked(
    visit: Callable[..., Visit], server: Server, tmp_path: Path
):
    copy_demo(server, tmp_path / "home")
    with running_server(tmp_path / "home") as own:
        tab = visit(base=own.url, alone=True)
        tab.page.clock.install()
        tab.open("/patients")
        with tab.page.expect_response("**/clinic/session"):
            tab.page.mouse.move(300, 300)
    # The server is gone; the page is still there to be read.
    warning = tab.page.locator(".clinic-warning")
    tab.page.clock.fast_forward("13:00")
    assert tab.page.locator("h1").first.inner_text() == "Patients"
    assert warning.count() == 0
    tab.page.clock.fast_forward("01:10")
    warning.get_by_text("Still there?").wait_for()
    tab.page.mouse.move(400, 400)  # whatever the person does is enough
    warning.wait_for(state="detached")
    tab.page.clock.fast_forward("14:58")
    assert tab.page.get_by_test_id("stApp").count() == 1
    tab.page.clock.fast_forward("00:04")
    tab.page.get_by_role("heading", name="Signed out").wait_for()
    assert tab.page.get_by_test_id("stApp").count() == 0
    assert tab.page.locator("canvas, svg, iframe, table").count() == 0
    words = tab.page.evaluate("document.documentElement.innerText")
    assert "taken off the screen" in words
    assert "patients" not in words.lower()
    # Whatever still tries to draw is taken away again.
    tab.page.evaluate("document.body.append(document.createElement('table'))")
    tab.page.wait_for_function("document.querySelectorAll('table').length === 0")


def test_signing_out_in_one_tab_ends_the_others_the_old_file_and_the_cookie(
    visit: Callable[..., Visit],
):
    tab = visit(alone=True).open("/patients")
    tab.page.get_by_test_id("stDataFrame").first.click(position=FIRST_ROW)
    tab.settle()
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("button", name="Summary as PDF").click()
    file = saved.value.url
    assert "/media/" in file
    context = tab.page.context
    assert context.request.get(file).status == 200
    old = [cookie for cookie in context.cookies() if cookie["name"] == "clinic"]
    assert old[0]["httpOnly"]
    assert old[0]["sameSite"] == "Lax"
    other = Visit(context.new_page(), tab.base).listen()
    other.open("/appointments")

    other.page.get_by_role("button", name="Sign out").click()

    tab.page.get_by_test_id("stApp").wait_for(state="detached", timeout=5000)
    tab.page.wait_for_url("**/clinic/sign-in**")
    other.page.wait_for_url("**/clinic/sign-in**")
    assert not [cookie for cookie in context.cookies() if cookie["name"] == "clinic"]
    assert context.request.get(file).status == 401
    context.add_cookies([{"name": "clinic", "value": old[0]["value"], "url": tab.base}])
    assert context.request.get(file).status == 401
    assert context.request.get(f"{tab.base}/_stcore/host-config").status == 401
    tab.page.goto(f"{tab.base}/patients")
    assert "/clinic/sign-in?why=signed-out" in tab.page.url


def test_a_session_outlives_a_restart_of_the_server(
    visit: Callable[..., Visit], server: Server, tmp_path: Path
):
    copy_demo(server, tmp_path / "home")
    with running_server(tmp_path / "home") as first:
        tab = visit(base=first.url, alone=True).open("/access")
        cookies = tab.page.context.cookies()
    with running_server(tmp_path / "home") as second:
        tab.base = second.url
        assert tab.page.context.cookies() == cookies
        tab.open("/access")
        assert tab.page.locator("h1").first.inner_text() == "Access"
