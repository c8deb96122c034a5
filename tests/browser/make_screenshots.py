"""The pictures in the docs, made from the app: ``uv run python -m tests.browser.make_screenshots``.

Starts the dashboard on a demo clinic of its own and writes ``docs/screenshots``; with the word
``access``, ``appointments`` or ``outcomes`` only the pictures of that page. The pictures of what is
printed need ``pdftoppm`` (on Debian: ``apt install poppler-utils``).
"""

import shutil
import subprocess
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, Position, ViewportSize, sync_playwright

from access.roles import RoleName
from clinical.attention import Rule
from data_access.demo.stories import LOSES_RESPONSE, PARTIAL, PatientStory
from pages.access.choice import View as AccessView
from pages.appointments.choice import View as AppointmentsView
from pages.outcomes.choice import View as OutcomesView
from pages.outcomes.grouping import By
from pages.registry import PAGES
from pages.side_effects.choice import View
from tests.browser.conftest import ROOT, Tab, Visit, demo_url, launch_chromium, running_server
from tests.browser.worked_month import work_a_month

FOLDER = ROOT / "docs" / "screenshots"
_SIZE: ViewportSize = {"width": 1440, "height": 1250}
_TALL: ViewportSize = {"width": 1440, "height": 1500}
_NARROW: ViewportSize = {"width": 820, "height": 1480}
_LOW: ViewportSize = {"width": 1440, "height": 900}
_DRAWN_MILLISECONDS = 2_500
"""How long charts and tables take at most to be drawn after the script has run."""
_FIRST_ROW: Position = {"x": 20, "y": 52}
"""The tick box of the caseload's first patient, in pixels from the table's corner."""
_DOTS_PER_INCH = 96
_RISE = {"term": "Nausea", "site": "Harbor Street"}
"""What the demo clinic's planted rise is about, as the address of the page Side effects has it."""
_VIEWS = {
    View.TREND: ("trend", _RISE),
    View.IN_WHOM: ("in-whom", {"term": "Dissociation"}),
    View.PASSING: ("passing", {"term": "Headache"}),
    View.VITAL_SIGNS: ("vital-signs", {}),
    View.SERIOUS: ("serious", {}),
}
"""Views of Side effects beside the Overview: the picture's name, and what is chosen in it."""


class ViewPicture(NamedTuple):
    """One view of a page: the picture's name, what is chosen in it, its size and its colours."""

    view: str
    name: str
    choices: Mapping[str, str] = {}
    size: ViewportSize = _SIZE
    scheme: Literal["light", "dark"] = "light"


_ACCESS, _APPOINTMENTS, _OUTCOMES = "access", "appointments", "outcomes"
_APPOINTMENT_VIEWS = (
    ViewPicture(AppointmentsView.VOLUME, "volume"),
    ViewPicture(AppointmentsView.ATTENDANCE, "attendance"),
    ViewPicture(AppointmentsView.CAPACITY, "capacity", scheme="dark"),
    ViewPicture(AppointmentsView.ACCESS, "access"),
    ViewPicture(AppointmentsView.COMING, "coming", size=_NARROW),
    ViewPicture(AppointmentsView.WHAT_IF, "what-if", {"what-if-chairs": "1"}),
    ViewPicture(AppointmentsView.CALENDAR, "calendar"),
)
_OUTCOME_VIEWS = (
    ViewPicture(OutcomesView.RESPONSE, "response", size=_TALL),
    ViewPicture(OutcomesView.SCORES, "scores", size=_TALL, scheme="dark"),
    ViewPicture(OutcomesView.HOW_SOON, "how-soon", size=_TALL),
    # In a year too few are watched for long without maintenance.
    ViewPicture(OutcomesView.HOW_LONG, "how-long", {"period": "All data"}, _TALL),
    ViewPicture(OutcomesView.THOUGHTS, "thoughts", size=_TALL),
    ViewPicture(OutcomesView.MORE, "more", size=_NARROW),
    ViewPicture(OutcomesView.GROUPS, "groups", {"outcome-groups-by": By.SITE.value}, _TALL),
    ViewPicture(OutcomesView.PUBLISHED, "published", size=_TALL),
)


def picture(visit: Visit, name: str) -> None:
    """Save what the reader sees without scrolling further."""
    visit.page.wait_for_timeout(_DRAWN_MILLISECONDS)
    visit.page.screenshot(path=FOLDER / f"{name}.png")


def scroll_to(visit: Visit, finding: str) -> Visit:
    """Bring a finding to the top, below the navigation."""
    visit.page.locator(f".st-key-finding-{finding}").evaluate(
        "part => { part.style.scrollMarginTop = '72px'; part.scrollIntoView() }"
    )
    return visit


def open_patient(visit: Visit, story: PatientStory, rule: Rule) -> Visit:
    """From Today to a patient of the stories, as a clinician goes: by reason, then by name."""
    visit.open().page.get_by_test_id("stButtonGroup").get_by_text(rule.label).click()
    name = f"{story.family_name}, {story.given_name}"
    visit.settle().page.get_by_role("link", name=name).click()
    return visit.settle()


def find_patient(visit: Visit, story: PatientStory) -> Visit:
    """From the caseload to a patient of the stories, by the family name."""
    search = visit.open("/patients").page.get_by_label("Find a patient")
    search.fill(story.family_name)
    search.press("Enter")
    visit.settle().page.get_by_test_id("stDataFrame").first.click(position=_FIRST_ROW)
    return visit.settle()


def open_side_effects(visit: Visit, view: View, choices: Mapping[str, str]) -> Visit:
    """A view of the page Side effects, its largest picture drawn."""
    visit.open(f"/side-effects?{urlencode({'view': view.value, **choices})}")
    visit.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    return visit


def choose_last_point(visit: Visit) -> Visit:
    """Press the last point of the trend, a marked one if any; bring what is behind it up."""
    points = visit.page.locator(".st-key-finding-trend .scatterlayer .points path")
    points.last.click(force=True)
    visit.page.locator(".st-key-behind-the-point").get_by_test_id("stDataFrame").wait_for()
    return scroll_to(visit.settle(), "behind-the-point-differences")


def side_effect_pictures(visit: Visit, suffix: str) -> None:
    """The views of Side effects beside the Overview, and the infusions behind a point."""
    for view, (name, choices) in _VIEWS.items():
        picture(open_side_effects(visit, view, choices), f"side-effects-{name}{suffix}")
    # By month and over all sites, so that there are others to compare with.
    open_side_effects(visit, View.TREND, {"term": _RISE["term"], "trend_unit": "Month"})
    picture(choose_last_point(visit), f"side-effects-behind{suffix}")


def view_pictures(visit: Visit, page: str, key: str, views: Sequence[ViewPicture]) -> None:
    """Views of a page, whose addresses hold them by a key."""
    for each in views:
        visit.page.set_viewport_size(each.size)
        visit.page.emulate_media(color_scheme=each.scheme)
        visit.open(f"/{page}?{urlencode({key: each.view, **each.choices})}")
        picture(visit, f"{page}-{each.name}")


def appointment_pictures(visit: Visit) -> None:
    """Each view of Appointments once, and the sheet for the weekly meeting."""
    view_pictures(visit, _APPOINTMENTS, "show", _APPOINTMENT_VIEWS)
    picture_of_paper(visit, "Weekly sheet (PDF)", f"{_APPOINTMENTS}-week-sheet")


def outcome_pictures(visit: Visit) -> None:
    """Each view of Outcomes once."""
    view_pictures(visit, _OUTCOMES, "outcome", _OUTCOME_VIEWS)


def access_pictures(visit: Visit) -> None:
    """Signing in, and what each role is there for on Access; what a manager is told of rates."""
    visit.page.set_viewport_size(_LOW)
    visit.page.goto(f"{visit.base}/clinic/sign-in")
    picture(visit, "sign-in")
    picture(visit.sign_in().open(f"/{_ACCESS}"), _ACCESS)
    visit.sign_in(RoleName.ADMINISTRATOR)
    view_pictures(visit, _ACCESS, _ACCESS, [ViewPicture(AccessView.USERS, "users", size=_LOW)])
    visit.sign_in(RoleName.PRIVACY_OFFICER)
    visit.page.set_viewport_size(_SIZE)
    picture(ask_who_looked(visit, PARTIAL), f"{_ACCESS}-who-looked")
    view_pictures(
        visit,
        _ACCESS,
        _ACCESS,
        [
            ViewPicture(AccessView.UNUSUAL, "unusual", size=_LOW),
            ViewPicture(AccessView.TRAIL, "trail", size=_LOW, scheme="dark"),
        ],
    )
    visit.page.set_viewport_size(_SIZE)
    visit.page.emulate_media(color_scheme="light")
    picture(visit.sign_in(RoleName.MANAGER).open("/side-effects"), "side-effects-manager")


def ask_who_looked(visit: Visit, story: PatientStory) -> Visit:
    """On Access: who looked at a patient of the stories, found by the family name."""
    visit.open(f"/{_ACCESS}?{urlencode({_ACCESS: AccessView.WHO_LOOKED.value})}")
    search = visit.page.get_by_label("Find a patient")
    search.fill(story.family_name)
    search.press("Enter")
    return visit.settle()


_OF_ONE_PAGE: dict[str, Callable[[Visit], None]] = {
    _ACCESS: access_pictures,
    _APPOINTMENTS: appointment_pictures,
    _OUTCOMES: outcome_pictures,
}
"""Pages whose views have pictures of their own, in one colour scheme each."""


def picture_of_paper(visit: Visit, button: str, name: str) -> None:
    """Save the first page of the PDF that a button gives, as it would be printed."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise SystemExit("pdftoppm is missing (on Debian: apt install poppler-utils).")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name=button).click()
    options = ["-png", "-singlefile", "-r", str(_DOTS_PER_INCH)]
    subprocess.run([program, *options, download.value.path(), FOLDER / name], check=True)


def new_visit(browser: Browser, url: str, scheme: str) -> Visit:
    """A tab of the size of the pictures."""
    visit = Visit(Tab(browser).page(), url).listen()
    visit.page.set_viewport_size(_SIZE)
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    return visit.sign_in()


def pictures(visit: Visit, scheme: str, suffix: str) -> None:
    """Write a picture of each page in one colour scheme, and of what lies further down on two."""
    for entry in PAGES:
        if entry.url_path not in _OF_ONE_PAGE:
            visit.open(f"/{entry.url_path}")
            picture(visit, f"{entry.url_path or 'today'}{suffix}")
    side_effect_pictures(visit, suffix)
    picture(scroll_to(visit.open(), "chairs-today"), f"today-chairs{suffix}")
    open_patient(visit, LOSES_RESPONSE, Rule.LOST_RESPONSE)
    picture(visit, f"one-patient{suffix}")
    if scheme == "light":
        picture_of_paper(visit, "Summary as PDF", "patient-summary")
    picture(scroll_to(visit, "vital-signs"), f"one-patient-infusions{suffix}")
    picture(
        scroll_to(find_patient(visit, PARTIAL), "expected-course"), f"one-patient-course{suffix}"
    )


def main() -> None:
    """Write every picture, light and dark; those of one page alone where that is asked for."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    parser = ArgumentParser(description="Make the pictures in the docs.")
    parser.add_argument(
        "page", nargs="?", choices=list(_OF_ONE_PAGE), help="only those of this page"
    )
    page = parser.parse_args().page
    with (
        tempfile.TemporaryDirectory() as home,
        running_server(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        work_a_month(demo_url(server), datetime.now(UTC).date())
        browser = launch_chromium(playwright)
        for scheme, suffix in (("light", ""), ("dark", "-dark")) if page is None else ():
            pictures(new_visit(browser, server.url, scheme), scheme, suffix)
        for name, make in _OF_ONE_PAGE.items():
            if page in {None, name}:
                make(new_visit(browser, server.url, "light"))
        browser.close()


if __name__ == "__main__":
    main()
