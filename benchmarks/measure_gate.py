"""What the gate adds to a request: the same server with it and without it, in turns."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from access.roles import RoleName
from benchmarks.measure_pages import acknowledge_at_once
from benchmarks.server import HOST, Reader, Server, server, settings_file, signed_in

AIM_MS = 2.0
"""What the gate may add to a request."""
_WARM_UP = 20
_RUN_SECONDS = 60

_ASKED = {
    "a page": ("/patients", "/patients"),
    "a file that is not there": ("/static/media/none.js", "/static/media/none.js"),
    "how the session stands": ("/clinic/session", "/_stcore/health"),
    "a path that is refused": ("/_stcore/metrics", "/_stcore/metrics"),
}
"""What is asked for with the gate, and its floor without."""


@dataclass(frozen=True, slots=True)
class GateTime:
    """A request in ms, medians: with the gate, without, and what the server itself took more."""

    asked: str
    gated: float
    floor: float
    processor: float

    @property
    def added(self) -> float:
        """What the gate adds."""
        return self.gated - self.floor


def measure_gate(url: str, repeat: int) -> list[GateTime]:
    """Time requests, and a message with its answers, with the gate and without it."""
    with (
        settings_file() as settings,
        signed_in(url, settings, [RoleName.CLINICIAN]) as (reader,),
        server("benchmarks/guarded_app.py", url, settings) as gated,
        server("benchmarks/empty_app.py", url, settings) as open_one,
    ):
        times = []
        for name, (path, floor) in _ASKED.items():
            with _asking(gated, path, reader) as one, _asking(open_one, floor, reader) as other:
                times.append(_compare(name, (gated, one), (open_one, other), repeat))
        with _running(gated, reader) as one, _running(open_one, reader) as other:
            name = "an empty page's script run"
            times.append(_compare(name, (gated, one), (open_one, other), repeat))
        return times


_Asked = tuple[Server, Callable[[], object]]


def _compare(name: str, gated: _Asked, floor: _Asked, repeat: int) -> GateTime:
    for _ in range(_WARM_UP):
        gated[1]()
        floor[1]()
    before = [each.processor_ms() for each, _ in (gated, floor)]
    times: list[list[float]] = [[], []]
    for _ in range(repeat):
        for (_, ask), taken in zip((gated, floor), times, strict=True):
            began = perf_counter()
            ask()
            taken.append(1000 * (perf_counter() - began))
    used = [
        (each.processor_ms() - already) / repeat
        for (each, _), already in zip((gated, floor), before, strict=True)
    ]
    return GateTime(name, median(times[0]), median(times[1]), used[0] - used[1])


@contextmanager
def _asking(at: Server, path: str, reader: Reader) -> Iterator[Callable[[], object]]:
    """Ask for an address over one connection that stays open."""
    connection = http.client.HTTPConnection(HOST, at.port)

    def ask() -> bytes:
        connection.request("GET", path, headers=reader.headers)
        acknowledge_at_once(connection.sock)
        return connection.getresponse().read()

    try:
        yield ask
    finally:
        connection.close()


@contextmanager
def _running(at: Server, reader: Reader) -> Iterator[Callable[[], object]]:
    """Ask for the empty page over one connection that stays open."""
    headers = reader.headers | reader.named
    with connect(at.socket, max_size=None, compression=None, additional_headers=headers) as browser:
        time.sleep(0.1)
        yield lambda: _run(browser)


def _run(browser: ClientConnection) -> None:
    browser.send(BackMsg(rerun_script=ClientState()).SerializeToString())
    while True:
        acknowledge_at_once(browser.socket)
        data = browser.recv(timeout=_RUN_SECONDS, decode=False)
        if ForwardMsg.FromString(bytes(data)).WhichOneof("type") == "script_finished":
            return
