"""The real server for a while, and people signed in at it.

The server is started as by the README's command. Whoever asks it has a session of their own, opened
in the database as by the identity provider (which is named, and never asked).
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, select

from access.cookie import cookie_of
from access.roles import RoleName
from access.settings import SETTINGS_VARIABLE, read_settings
from access.standing import Way
from access.viewer import LOCAL_VIEWER
from data_access.engine import URL_VARIABLE, appending, make_engine
from data_access.schema import User
from data_access.sessions import open_session, session_of_token
from data_access.users import add_user, disable_user, enable_user

HOST = "localhost"
_ROOT = Path(__file__).parent.parent
_START_SECONDS = 60
_PUBLIC_URL = f"http://{HOST}"
_SETTINGS = f"""\
public_url = "{_PUBLIC_URL}"
[sign_in]
issuer = "http://localhost:9"
client_id = "benchmark"
client_secret = "{{secret}}"
[sessions]
idle_minutes = 120
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in: what the gate calls the session, and the cookie that opens it."""

    role: RoleName
    session_id: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        """What the person's browser sends."""
        return {"Cookie": self.cookie}

    @property
    def named(self) -> dict[str, str]:
        """What the gate hands on, for a server that stands without one."""
        return {"x-clinic-session": self.session_id}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port and its process."""

    port: int
    pid: int

    @property
    def socket(self) -> str:
        """Where a page's connection leads."""
        return f"ws://{HOST}:{self.port}/_stcore/stream"

    def processor_ms(self) -> float:
        """What it has taken of a processor since its start, in ms, by steps of 10; 0 if unknown."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # not Linux
            return 0.0
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def settings_file() -> Iterator[Path]:
    """A settings file with sign-in, for servers of this computer."""
    with tempfile.TemporaryDirectory(prefix="clinic-benchmark-") as folder:
        path = Path(folder) / "settings.toml"
        path.touch(mode=0o600)
        path.write_text(_SETTINGS.format(secret=secrets.token_urlsafe(32)), encoding="utf-8")
        yield path


@contextmanager
def signed_in(url: str, settings: Path, roles: Sequence[RoleName]) -> Iterator[list[Reader]]:
    """A session for each of the roles, in their order.

    The users ``benchmark-…`` are made where they are missing and disabled at the end, which ends
    their sessions; the audit trail keeps both.
    """
    given = read_settings(settings)
    limits, name = given.sessions.limits(), cookie_of(given.public_url).name
    now = datetime.now(UTC)
    engine = make_engine(url)
    try:
        with appending(engine) as connection:
            users = {role: _user(connection, role) for role in sorted(set(roles))}
            readers = []
            for role in roles:
                token = open_session(connection, users[role], Way.PROVIDER, "127.0.0.1", now)
                standing = session_of_token(connection, token, limits, [Way.PROVIDER], now)
                readers.append(Reader(role, standing.session_id, f"{name}={token}"))
        try:
            yield readers
        finally:
            with appending(engine) as connection:
                for role in users:
                    disable_user(connection, LOCAL_VIEWER, _name(role))
    finally:
        engine.dispose()


def _user(connection: Connection, role: RoleName) -> int:
    """The key of the user of a role, who may sign in from now on."""
    of_name = select(User).where(User.sign_in_name == _name(role))
    user = connection.execute(of_name).one_or_none()
    if user is None:
        add_user(connection, LOCAL_VIEWER, _name(role), role, full_name=f"Benchmark, {role}")
    elif user.disabled_at is not None:
        enable_user(connection, LOCAL_VIEWER, _name(role))
    return int(connection.execute(of_name).one().user_key)


def _name(role: RoleName) -> str:
    return f"benchmark-{role}"


@contextmanager
def server(script: str, url: str, settings: Path) -> Iterator[Server]:
    """A server that runs ``script`` on the database, by these settings."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--server.port", str(port), "--logger.level", "error"],
        cwd=_ROOT,
        env={
            **os.environ,
            URL_VARIABLE: url,
            SETTINGS_VARIABLE: str(settings),
            "PYTHONPATH": str(_ROOT),
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = perf_counter() + _START_SECONDS
    while perf_counter() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/_stcore/health"):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"the server did not start within {_START_SECONDS} seconds")
