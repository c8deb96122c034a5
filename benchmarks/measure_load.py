"""Many people at once: how long a filter change takes while others work, too.

Each person is signed in, has a page open over a connection of their own through the gate, and does
something every few seconds: mostly changes a filter, now and then opens another page. As a browser
does, the page asks every three seconds how its session stands.
"""

import asyncio
import random
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from access.roles import RoleName
from benchmarks.measure_pages import acknowledge_at_once
from benchmarks.server import HOST, Reader, Server, server, settings_file, signed_in

ACTION_SECONDS = 5.0
"""Between what a person does and what they do next."""
AIM_MS = 300
"""What 95 of 100 filter changes of 50 people may take."""

_ASK_SECONDS = 3.0
_RUN_SECONDS = 60.0
_OPENS_A_PAGE = 0.15
"""So often an action is that another page is opened, and else a filter change."""
_OF_ROLE = {
    RoleName.CLINICIAN: ("", "patients", "patients", "outcomes", "side-effects"),
    RoleName.NURSE: ("", "", "patients", "side-effects", "appointments"),
    RoleName.MANAGER: ("", "appointments", "appointments"),
}
"""The pages that each role goes between, the usual ones more often."""
_PEOPLE = (RoleName.CLINICIAN, RoleName.NURSE, RoleName.NURSE, RoleName.MANAGER)
_PERIODS = ("Last 12 months", "Last 6 months", "Last 3 months", "Last 30 days", "Last 24 months")
_PHASES = ((), ("Induction",), ("Maintenance",))
_WIDGET = re.compile(rb"\$\$ID-[0-9a-f]+-(period|phase)\b")


@dataclass(frozen=True, slots=True)
class LoadTime:
    """So many people at once: filter changes, in ms, and how busy the server was.

    ``processors``: so many of them the server's work took on average.
    """

    people: int
    changes: int
    median: float
    slow: float
    pages: int
    slow_page: float
    processors: float


@dataclass
class _Times:
    """What was measured since everybody had a page open, in ms."""

    changes: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def measure_load(url: str, people: Sequence[int], seconds: float) -> list[LoadTime]:
    """How long a filter change takes for so many people at once, each for ``seconds``."""
    roles = [_PEOPLE[number % len(_PEOPLE)] for number in range(max(people))]
    with (
        settings_file() as settings,
        signed_in(url, settings, roles) as readers,
        server("dashboard.py", url, settings) as at,
    ):
        return [asyncio.run(_load(at, readers[:number], seconds)) for number in people]


async def _load(at: Server, readers: Sequence[Reader], seconds: float) -> LoadTime:
    times = _Times()
    began, used = perf_counter(), at.processor_ms()
    limits = httpx.Limits(max_connections=len(readers) + 1)
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{at.port}", limits=limits) as http:
        await asyncio.gather(
            *(
                _person(at, http, reader, random.Random(number), times, seconds)  # noqa: S311
                for number, reader in enumerate(readers)
            )
        )
    taken = 1000 * (perf_counter() - began)
    middle, slow = _quantiles(times.changes)
    return LoadTime(
        people=len(readers),
        changes=len(times.changes),
        median=middle,
        slow=slow,
        pages=len(times.pages),
        slow_page=_quantiles(times.pages)[1],
        processors=(at.processor_ms() - used) / taken,
    )


def _quantiles(times: Sequence[float]) -> tuple[float, float]:
    """The median, and what one in 20 exceeds; missing where there are fewer than two."""
    if len(times) < 2:
        return float("nan"), float("nan")
    parts = quantiles(times, n=20, method="inclusive")
    return parts[9], parts[18]


async def _person(
    at: Server,
    http: httpx.AsyncClient,
    reader: Reader,
    chance: random.Random,
    times: _Times,
    seconds: float,
) -> None:
    """Come, open a page, and work for a while."""
    await asyncio.sleep(chance.uniform(0, ACTION_SECONDS))
    asking = asyncio.create_task(_ask_how_it_stands(http, reader))
    try:
        async with connect(
            at.socket, max_size=None, compression=None, additional_headers=reader.headers
        ) as browser:
            tab = _Tab(browser)
            pages = _OF_ROLE[reader.role]
            await tab.open(chance.choice(pages))
            until = perf_counter() + seconds
            while perf_counter() < until:
                await asyncio.sleep(ACTION_SECONDS * chance.uniform(0.8, 1.2))
                if not tab.widgets or chance.random() < _OPENS_A_PAGE:
                    times.pages.append(await tab.open(chance.choice(pages)))
                else:
                    times.changes.append(await tab.choose(chance))
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


async def _ask_how_it_stands(http: httpx.AsyncClient, reader: Reader) -> None:
    while True:
        await asyncio.sleep(_ASK_SECONDS)
        (await http.get("/clinic/session", headers=reader.headers)).raise_for_status()


class _Tab:
    """A page that is open in a browser, and the filters that stand on it."""

    def __init__(self, browser: ClientConnection) -> None:
        self._browser = browser
        self._state = ClientState()
        self.widgets: dict[str, str] = {}

    async def open(self, url_path: str) -> float:
        """Open a page; how many ms that took."""
        self._state = ClientState(page_name=url_path)
        self.widgets = {}
        return await self._run()

    async def choose(self, chance: random.Random) -> float:
        """Change a filter; how many ms it took until the page was drawn."""
        name = chance.choice(sorted(self.widgets))
        states = self._state.widget_states.widgets
        kept = [each for each in states if each.id != self.widgets[name]]
        del states[:]
        states.extend(kept)
        changed = states.add(id=self.widgets[name])
        if name == "period":
            changed.string_value = chance.choice(_PERIODS)
        else:
            changed.string_array_value.data.extend(chance.choice(_PHASES))
            changed.string_array_value.SetInParent()
        return await self._run()

    async def _run(self) -> float:
        began = perf_counter()
        await self._browser.send(BackMsg(rerun_script=self._state).SerializeToString())
        async with asyncio.timeout(_RUN_SECONDS):
            while True:
                acknowledge_at_once(self._browser.transport.get_extra_info("socket"))
                if self._read(bytes(await self._browser.recv(decode=False))):
                    break
        return 1000 * (perf_counter() - began)

    def _read(self, data: bytes) -> bool:
        """Take in what the server says; whether that is that the page is drawn."""
        for found in _WIDGET.finditer(data):
            self.widgets[found[1].decode()] = found[0].decode()
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._state.page_script_hash = message.new_session.page_script_hash
        elif kind == "navigation":
            self._state.page_script_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._state.query_string = message.page_info_changed.query_string
        return bool(kind == "script_finished")
