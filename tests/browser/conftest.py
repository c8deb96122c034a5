"""The real app in a real browser: the server started as the README says, Debian's Chromium."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    Request,
    WebSocket,
    sync_playwright,
)
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data_access.demo import make_demo
from data_access.engine import make_engine
from data_access.migrate import migrate

ROOT = Path(__file__).parents[2]
_START_SECONDS = 120
_OWN_DATA = "infusion-clinic-dashboard"
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


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command() -> list[str]:
    """The README's command, or the same without uv where the tests were started without it."""
    if shutil.which("uv"):
        return ["uv", "run", "streamlit", "run", "dashboard.py"]
    return [sys.executable, "-m", "streamlit", "run", "dashboard.py"]


@contextmanager
def running_server(data: Path, *, port: int = 0, **environment: str) -> Iterator[Server]:
    """The dashboard on an empty data directory; it makes its demo clinic there by itself."""
    port = port or free_port()
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


def demo_url(server: Server) -> str:
    """The database that the server made for itself."""
    return f"sqlite:///{server.data / _OWN_DATA / 'demo.db'}"


def copy_demo(server: Server, home: Path) -> None:
    """Put the demo clinic of a server where another one looks for its own, to save its making."""
    (home / _OWN_DATA).mkdir(parents=True)
    source = Path(demo_url(server).removeprefix("sqlite:///"))
    # Its server goes on writing sessions, so a copy of the file alone may be torn.
    with (
        closing(sqlite3.connect(source)) as demo,
        closing(sqlite3.connect(home / _OWN_DATA / source.name)) as copy,
    ):
        demo.backup(copy)


# Of the package, not of the session: what runs on after the browser tests slows the others down,
# and Playwright's event loop stands in the way of theirs.
@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("home")) as server:
        yield server


UNTIL = date(2026, 11, 23)
"""The last day of the clinic in which planted stories are looked for: not each is found whatever
that day is."""


@pytest.fixture(scope="package")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server on a demo clinic with a fixed last day, and its database."""
    folder = tmp_path_factory.mktemp("clinic")
    path = folder / "clinic.db"
    url = f"sqlite:///{path}"
    migrate(url)
    engine = make_engine(url)
    make_demo(engine, until=UNTIL)
    engine.dispose()
    with running_server(folder / "home", CLINIC_DATABASE_URL=url) as server:
        yield server, path


def launch_chromium(playwright: Playwright) -> Browser:
    """The Chromium of this machine; skips the test where there is none."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    chromium = next(filter(None, found), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    return playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM_ARGUMENTS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


def words_of(cells: Locator) -> list[str]:
    """The words of all these cells at one moment, once there are any."""
    cells.first.wait_for(state="attached")
    return cells.evaluate_all("cells => cells.map(cell => cell.innerText)")  # type: ignore[no-any-return]


class Talk:
    """What a tab and its server tell each other: whether a run that was asked for is over.

    A run that ends after the tab has asked for another one is not the answer; that one begins with
    a message of its own.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.fragment_runs = 0
        self._socket: WebSocket | None = None
        self._state = "asked"

    @property
    def is_over(self) -> bool:
        """Whether nothing is asked for or under way."""
        return self._state == "over"

    def ask(self) -> None:
        """Wait for a new run, because the tab is about to load the page."""
        self._state = "asked"

    def join(self, socket: WebSocket) -> None:
        """Listen to a new connection of the tab, and no longer to the one before."""
        self._socket = socket
        socket.on("framesent", lambda message: self._sent(socket, message))
        socket.on("framereceived", lambda message: self._received(socket, message))
        socket.on("close", lambda _: self.ask() if socket is self._socket else None)

    def _sent(self, socket: WebSocket, message: str | bytes) -> None:
        if (
            socket is self._socket
            and isinstance(message, bytes)
            and BackMsg.FromString(message).HasField("rerun_script")
        ):
            self.ask()

    def _received(self, socket: WebSocket, message: str | bytes) -> None:
        if socket is not self._socket or not isinstance(message, bytes):
            return
        said = ForwardMsg.FromString(message)
        if said.HasField("new_session"):
            self._state = "running"
        elif said.HasField("script_finished") and self._state == "running":
            if said.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return
            self._state = "over"
            self.runs += 1
            self.fragment_runs += (
                said.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            )


_ASK_MILLISECONDS = 250
"""Longer than any widget waits before it asks for a run; a table's choice waits 150."""
_SETTLE_SECONDS = 30
_NOTE_CHANGES = """
    window.clinicChanged = performance.now();
    new MutationObserver(() => { window.clinicChanged = performance.now() }).observe(
        document, {subtree: true, childList: true, attributes: true, characterData: true});
"""
_NOTE_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", event =>
        window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
_DRAWN = """() => {
    const all = parts => [...document.querySelectorAll(parts)];
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
        && all('[data-stale=true], [data-testid=stSkeleton]').length === 0
        && all('[data-testid=stPlotlyChart]').every(
            chart => chart.offsetParent === null || chart.querySelector('.main-svg'))
        && all('img').every(picture => picture.complete)
        && performance.now() - window.clinicChanged
            > (document.querySelector('[data-testid=stDataFrame]') ? 300 : 150);
}"""
"""The script's result is on the page: nothing old, no placeholder, charts and pictures there, and
nothing has changed for a moment: a table writes the words of its cells 200 ms after drawing them.
"""


@dataclass
class Visit:
    """A tab, with what went wrong in it: console errors, and requests to other hosts."""

    page: Page
    base: str
    console_errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)
    talk: Talk = field(default_factory=Talk)

    def sign_in(self, role: str = "clinician") -> "Visit":
        """Pick a role of the local mode, as the buttons of its page do."""
        answer = self.page.context.request.post(
            f"{self.base}/clinic/sign-in/local",
            form={"role": role},
            headers={"Origin": self.base},
            max_redirects=0,
        )
        assert answer.status == 303, f"not signed in as {role}: {answer.status}"
        return self

    def open(self, path: str = "/") -> "Visit":
        """Go to an address of the app and wait until it is drawn."""
        self.talk.ask()
        self.page.goto(self.base + path)
        return self._drawn()

    def settle(self) -> "Visit":
        """Wait until what was done last has had its effect: the script has run, all is drawn."""
        self.page.wait_for_timeout(_ASK_MILLISECONDS)
        return self._drawn()

    def _drawn(self) -> "Visit":
        deadline = time.monotonic() + _SETTLE_SECONDS
        while True:
            while not self.talk.is_over:
                if time.monotonic() > deadline:
                    pytest.fail(f"the page does not come to rest: {self.page.url}")
                self.page.wait_for_timeout(20)
            self.page.wait_for_function(_DRAWN, timeout=1000 * _SETTLE_SECONDS)
            if self.talk.is_over:  # else drawing it has asked for another run
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
    def violations(self) -> list[str]:
        """What the page has tried to load or run since it was opened, and was not let."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    @property
    def overflows(self) -> bool:
        """Whether something sticks out sideways."""
        return bool(
            self.page.evaluate(
                "() => { const main = document.querySelector('[data-testid=stMain]');"
                " return main.scrollWidth > main.clientWidth + 1 }"
            )
        )

    def note(self, request: Request) -> None:
        """Note a request to another host."""
        own = (self.base, self.base.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(own):
            self.foreign_requests.append(request.url)

    def listen(self) -> "Visit":
        """Hear all that goes on in the tab from now on."""
        for event, listener in self._listeners:
            self.page.on(event, listener)  # type: ignore[call-overload]
        return self

    def end(self) -> None:
        """Hear no more, and leave the tab as a new one for the next visit."""
        for event, listener in self._listeners:
            self.page.remove_listener(event, listener)
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    @cached_property
    def _listeners(self) -> list[tuple[str, Callable[..., None]]]:
        return [
            ("console", self.hear),
            ("pageerror", lambda error: self.console_errors.append(str(error))),
            ("request", self.note),
            ("websocket", self.talk.join),
        ]


def _new_page(browser: Browser) -> Page:
    context = browser.new_context()
    context.add_init_script(_NOTE_CHANGES)
    context.add_init_script(_NOTE_VIOLATIONS)
    return context.new_page()


class Tab:
    """The tab that the visits share, one after the other.

    It knows Streamlit and plotly already: in it a page is there in half of the time.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None

    def page(self) -> Page:
        """The tab, empty."""
        if self._page is None:
            self._page = _new_page(self._browser)
        return self._page

    def end(self, visit: Visit) -> None:
        """End a visit; the next one gets a new tab where this one was damaged."""
        try:
            visit.end()
        except Error:
            visit.page.context.close()
            self._page = None


@pytest.fixture(scope="package")
def shared_tab(browser: Browser) -> Tab:
    return Tab(browser)


@pytest.fixture
def visit(browser: Browser, server: Server, shared_tab: Tab) -> Iterator[Callable[..., Visit]]:
    """A function that opens a tab on the demo clinic, of a width and a colour scheme.

    Somebody of the ``role`` is signed in there; nobody, where it is empty. A test's first visit is
    in the tab that the tests share, unless it is to be ``alone``.
    """
    shared: list[Visit] = []
    contexts: list[BrowserContext] = []

    def make(
        *,
        width: int = 1440,
        scheme: str = "light",
        base: str | None = None,
        alone: bool = False,
        role: str = "clinician",
    ) -> Visit:
        if shared or alone:
            page = _new_page(browser)
            contexts.append(page.context)
        else:
            page = shared_tab.page()
        visit = Visit(page, base or server.url).listen()
        if page.context not in contexts:
            shared.append(visit)
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(media="null", color_scheme=scheme)  # type: ignore[arg-type]
        return visit.sign_in(role) if role else visit

    yield make
    for visit in shared:
        shared_tab.end(visit)
    for context in contexts:
        context.close()
