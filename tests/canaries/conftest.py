"""The dashboard on the marked clinic, and people who are signed in there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from access.standing import Way
from data_access.engine import URL_VARIABLE, appending, make_engine, reading, writing
from data_access.schema import User, UserSite
from data_access.sessions import open_session
from tests.canaries.clinic import NOW, fill, handles

ROOT_FOLDER = Path(__file__).parents[2]
_START_SECONDS = 120


@dataclass
class Dashboard:
    """The running server, its switch, its log, and who is signed in."""

    base: str
    url: str
    switch: Path
    log: Path
    handles: list[str]
    _read: int = 0
    _clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def stopped(self) -> str:
        """What stands for a patient of whom something of everything is recorded."""
        return self.handles[2]

    def signed_in(self, role: str) -> httpx.Client:
        """A browser in which somebody has picked a role."""
        if role not in self._clients:
            client = self.browser()
            answer = client.post("/clinic/sign-in/local", data={"role": role})
            assert answer.status_code == 303
            self._clients[role] = client
        return self._clients[role]

    def browser(self) -> httpx.Client:
        """A browser in which nobody is signed in."""
        return httpx.Client(base_url=self.base, headers={"Origin": self.base}, timeout=60)

    def of_the_north(self) -> httpx.Client:
        """A browser of a clinician who may see one of the two sites."""
        engine = make_engine(self.url)
        with appending(engine) as connection:
            user = {"sign_in_name": "north@clinic.example", "full_name": "", "role": "clinician"}
            made = {"all_sites": False, "added_by": "terminal", "added_at": NOW}
            connection.execute(insert(User).values(user_key=900, **user, **made))
            connection.execute(insert(UserSite).values(user_key=900, site_id="S1"))
            token = open_session(connection, 900, Way.LOCAL, "127.0.0.1", NOW)
        engine.dispose()
        client = self._clients["north"] = self.browser()
        client.cookies.set("clinic", token)
        return client

    def logged(self) -> bytes:
        """What the server has written to its log and its terminal since this was asked last."""
        whole = self.log.read_bytes()
        new, self._read = whole[self._read :], len(whole)
        return new

    def turn(self, word: str) -> None:
        """Put a word into the switch."""
        self.switch.write_text(word)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="session")
def dashboard(
    make_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """The dashboard on the marked clinic."""
    url = make_database("sqlite")
    engine = make_engine(url)
    with writing(engine) as connection:
        fill(connection)
    with reading(engine) as connection:
        found = handles(connection)
    engine.dispose()
    folder = tmp_path_factory.mktemp("canaries")
    switch, log = folder / "switch", folder / "server.log"
    switch.write_text("")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.canaries.watched_server", str(switch)]
    command += ["run", "dashboard.py", "--server.headless=true", f"--server.port={port}"]
    inherited = {name: value for name, value in os.environ.items() if "CLINIC" not in name}
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT_FOLDER,
            env={**inherited, URL_VARIABLE: url, "XDG_DATA_HOME": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        running = Dashboard(f"http://localhost:{port}", url, switch, log, found)
        try:
            _wait(running, server)
            yield running
        finally:
            running.close()
            server.terminate()
            server.wait(timeout=20)


def _wait(dashboard: Dashboard, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{dashboard.base}/_stcore/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the server did not answer:\n{dashboard.log.read_text()}")
