"""The pictures in the docs, made from the app: ``uv run python -m tests.browser.make_screenshots``.

Starts the dashboard on a demo clinic of its own and writes ``docs/screenshots``.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Position, sync_playwright

from pages.registry import PAGES
from tests.browser.conftest import ROOT, Visit, launch_chromium, running_server

FOLDER = ROOT / "docs" / "screenshots"
_SIZE = {"width": 1440, "height": 1250}
_FIRST_ROW: Position = {"x": 20, "y": 52}
"""The tick box of the caseload's first patient, in pixels from the table's corner."""


def picture(visit: Visit, name: str) -> None:
    """Save what the reader sees without scrolling."""
    visit.page.wait_for_timeout(2_500)
    visit.page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Write a picture of each page, light and dark, and of one patient."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running_server(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright)
        for scheme, suffix in (("light", ""), ("dark", "-dark")):
            page = browser.new_page(viewport=_SIZE, color_scheme=scheme)  # type: ignore[arg-type]
            visit = Visit(page, server.url)
            for entry in PAGES:
                visit.open(f"/{entry.url_path}")
                picture(visit, f"{entry.url_path or 'today'}{suffix}")
            visit.open("/patients").page.get_by_test_id("stDataFrame").click(position=_FIRST_ROW)
            picture(visit.settle(), f"one-patient{suffix}")
        browser.close()


if __name__ == "__main__":
    main()
