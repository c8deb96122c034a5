"""Timing the script run of every page, as a browser would see it.

The dashboard's server is started as by the README's command. A client then speaks the browser's
part of the protocol: signed in, it opens each page over the websocket, through the gate, and asks
for it again and again. A run
lasts from sending the request until the server says that the script has finished; it holds
everything but the network and the browser's drawing: queries, frames, figures, and putting them
into messages.

Each page is timed twice: where the server forgets before each run what it has worked out, as for a
choice that nobody has made before, and where it remembers, as for one that was made before.
"""

import socket
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import urlencode

from sqlalchemy import func, select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from access.roles import RoleName
from benchmarks.server import Reader, Server, server, settings_file, signed_in
from data_access.engine import make_engine, reading
from data_access.migrate import require_schema
from data_access.schema import InfusionFact, PatientFact
from pages.access import choice as access
from pages.appointments import choice as appointments
from pages.outcomes import choice as outcomes
from pages.registry import PAGES
from pages.shared.people import ADDRESS
from pages.side_effects import choice as side_effects

_RUN_SECONDS = 60
_WARM_UP = 3
_ROLES = (
    RoleName.CLINICIAN,
    RoleName.MANAGER,
    RoleName.ADMINISTRATOR,
    RoleName.PRIVACY_OFFICER,
)


@dataclass(frozen=True, slots=True)
class PageTime:
    """A page's script run, in ms.

    ``first``: the median where nothing is remembered; ``slow``: what one such run in 20 exceeds;
    ``again``: the median where the same was worked out before. ``kilobytes``: sent to the browser.
    """

    page: str
    first: float
    slow: float
    again: float
    kilobytes: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page or a view of one: its name here, its address, and as whom it is asked for."""

    title: str
    url_path: str
    query: str = ""
    role: RoleName = RoleName.CLINICIAN


def measure_pages(url: str, repeat: int) -> tuple[int, list[PageTime]]:
    """The infusions of the database, and the time of an empty page, of every page and view."""
    infusions, patient = _found_in(url)
    with settings_file() as settings, signed_in(url, settings, _ROLES) as readers:
        of_role = dict(zip(_ROLES, readers, strict=True))
        with server("benchmarks/empty_app.py", url, settings) as empty:
            runs = _runs(empty, readers[0], "", repeat)
            times = [_page_time("an empty page", runs, runs)]
        with (
            server("benchmarks/forgetful_app.py", url, settings) as forgetful,
            server("dashboard.py", url, settings) as remembering,
        ):
            times += [
                _page_time(
                    asked.title,
                    *(
                        _runs(each, of_role[asked.role], asked.url_path, repeat, asked.query)
                        for each in (forgetful, remembering)
                    ),
                )
                for asked in _pages(patient)
            ]
    return infusions, times


def _pages(patient: str) -> list[_Asked]:
    """Every page and every view of one, each as somebody whose it is."""
    asked = [_Asked(entry.title, entry.url_path) for entry in PAGES if entry.url_path != "access"]
    # A page itself opens with its first view.
    asked += [
        _Asked(f"Side effects: {view}", "side-effects", urlencode({"view": view}))
        for view in list(side_effects.View)[1:]
    ]
    asked += [
        _Asked(f"Appointments: {view}", "appointments", urlencode({"show": view}))
        for view in list(appointments.View)[1:]
    ]
    asked += [
        _Asked(f"Outcomes: {view}", "outcomes", urlencode({"outcome": view}))
        for view in list(outcomes.View)[1:]
    ]
    asked += [
        _Asked("one patient, the longest", "patients", urlencode({ADDRESS: patient})),
        _Asked("a manager's Side effects", "side-effects", role=RoleName.MANAGER),
        _Asked("a manager's Outcomes", "outcomes", role=RoleName.MANAGER),
    ]
    asked += [
        _Asked(f"Access: {view}", "access", urlencode({"access": view}), role)
        for view, role in _OF_ACCESS.items()
    ]
    return asked


_OF_ACCESS = {
    access.View.USERS: RoleName.ADMINISTRATOR,
    access.View.WHO_LOOKED: RoleName.PRIVACY_OFFICER,
    access.View.UNUSUAL: RoleName.PRIVACY_OFFICER,
    access.View.TRAIL: RoleName.PRIVACY_OFFICER,
    access.View.MINE: RoleName.PRIVACY_OFFICER,
}
"""Who sees which view of Access."""


def _found_in(url: str) -> tuple[int, str]:
    """The infusions of the database, and the handle of the patient with the most."""
    engine = make_engine(url)
    try:
        with reading(engine) as connection:
            require_schema(connection)
            infusions = connection.scalar(select(func.count()).select_from(InfusionFact)) or 0
            patient = connection.scalar(
                select(PatientFact.handle).order_by(
                    PatientFact.infusions.desc(), PatientFact.patient_key
                )
            )
            return infusions, patient or ""
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class _Run:
    page: str
    milliseconds: float
    kilobytes: float


def _runs(at: Server, reader: Reader, url_path: str, repeat: int, query: str = "") -> list[_Run]:
    """Runs of a page in one tab, after a few that are not counted."""
    with connect(
        at.socket, max_size=None, compression=None, additional_headers=reader.headers
    ) as browser:
        state = ClientState(page_name=url_path, query_string=query)
        for _ in range(_WARM_UP):
            state.page_script_hash = _run(browser, state).page
        return [_run(browser, state) for _ in range(repeat)]


def _page_time(page: str, first: list[_Run], again: list[_Run]) -> PageTime:
    times = [run.milliseconds for run in first]
    return PageTime(
        page=page,
        first=median(times),
        slow=quantiles(times, n=20)[-1] if len(times) > 1 else times[0],
        again=median(run.milliseconds for run in again),
        kilobytes=median(run.kilobytes for run in first),
    )


def _run(browser: ClientConnection, state: ClientState) -> _Run:
    """Ask for a page and read what comes until its script has finished."""
    began = perf_counter()
    browser.send(BackMsg(rerun_script=state).SerializeToString())
    page, size = state.page_script_hash, 0
    while True:
        acknowledge_at_once(browser.socket)
        data = browser.recv(timeout=_RUN_SECONDS)
        size += len(data)
        message = ForwardMsg.FromString(bytes(data) if isinstance(data, bytes) else data.encode())
        kind = message.WhichOneof("type")
        if kind == "new_session":
            page = message.new_session.page_script_hash
        elif kind == "navigation":
            page = message.navigation.page_script_hash
        elif kind == "script_finished":
            return _Run(page, 1000 * (perf_counter() - began), size / 1024)


def acknowledge_at_once(connection: socket.socket) -> None:
    """Keep the kernel from waiting 40 ms before it acknowledges a message.

    The server holds its next message back until then (Nagle's algorithm), which is the network's
    time and not the script's. The option holds for one message; only Linux has it.
    """
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, 1)
