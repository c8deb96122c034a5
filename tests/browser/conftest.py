"""The real app in a real browser: the server started as the README says, Debian's Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[2]
_START_SECONDS = 120
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Server:
    """A running dashboard: where it answers, where its data lies, what it logged."""

    url: str
    data: Path
    log: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command() -> list[str]:
    """The README's command, or the same without uv where the tests were started without it."""
    if shutil.which("uv"):
        return ["uv", "run", "streamlit", "run", "dashboard.py"]
    return [sys.executable, "-m", "streamlit", "run", "dashboard.py"]


@contextmanager
def running_server(data: Path, **environment: str) -> Iterator[Server]:
    """The dashboard on an empty data directory; it makes its demo clinic there by itself."""
    port = _free_port()
    data.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if "CLINIC" not in name}
    log = data / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*_command(), f"--server.port={port}", "--server.headless=true"],
            cwd=ROOT,
            env={**inherited, "XDG_DATA_HOME": str(data), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://localhost:{port}"
            _wait_until_healthy(url, process, log)
            yield Server(url, data, log)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer:\n{log.read_text()}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("home")) as server:
        yield server


def launch_chromium(playwright: Playwright) -> Browser:
    """The Chromium of this machine; skips the test where there is none."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    chromium = next(filter(None, found), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    return playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM_ARGUMENTS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A tab, with what went wrong in it: console errors, and requests to other hosts."""

    page: Page
    base: str
    console_errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> "Visit":
        """Go to an address of the app and wait until it is drawn."""
        self.page.goto(self.base + path)
        return self.settle()

    def settle(self) -> "Visit":
        """Wait until the script has run and the charts are drawn."""
        self.page.wait_for_timeout(250)
        self.page.wait_for_selector(
            "[data-testid=stApp][data-test-script-state=notRunning]", timeout=30_000
        )
        self.page.wait_for_timeout(500)
        return self

    def go_to(self, title: str) -> "Visit":
        """Follow the navigation to a page."""
        self.page.get_by_test_id("stHeader").get_by_text(title, exact=True).click()
        return self.settle()

    def hear(self, message: ConsoleMessage) -> None:
        """Note an error on the console.

        On a deep link Streamlit's own start-up looks for its server below the page's address
        first, and the browser reports the expected 404; that is no fault of the page.
        """
        looking_for_server = "/_stcore/" in message.location.get("url", "")
        if message.type == "error" and not looking_for_server:
            self.console_errors.append(message.text)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.get_by_test_id("stMain").inner_text()

    @property
    def overflows(self) -> bool:
        """Whether something sticks out sideways."""
        return bool(
            self.page.evaluate(
                "() => { const main = document.querySelector('[data-testid=stMain]');"
                " return main.scrollWidth > main.clientWidth + 1 }"
            )
        )


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Visit]]:
    """A function that opens a tab on the demo clinic, of a width and a colour scheme."""
    contexts = []

    def make(*, width: int = 1440, scheme: str = "light", base: str | None = None) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 1000},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        visit = Visit(page, base or server.url)
        page.on("console", visit.hear)
        page.on("pageerror", lambda error: visit.console_errors.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(
                    (visit.base, visit.base.replace("http", "ws"), "data:", "blob:")
                )
                else visit.foreign_requests.append(request.url)
            ),
        )
        return visit

    yield make
    for context in contexts:
        context.close()
