"""The gate: the ASGI application in front of everything that the server serves.

Streamlit's own server hands out pages, files and connections to whoever asks. Before it stands this
one, which denies by default: it knows each address (:mod:`access.addresses`), asks the doorkeeper
for the session behind the cookie (:mod:`access.standing`), tells Streamlit whose session a
connection is, and writes the security headers on every answer (:mod:`access.headers`). What may be
seen *within* a page is not decided here but by each query.
"""

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from access import answers
from access.addresses import SIGN_IN, Addresses, Place
from access.cookie import cookie_of, is_token
from access.headers import (
    IDENTITY,
    Headers,
    dashboard_policy,
    for_streamlit,
    from_outside,
    from_streamlit,
    guarded,
)
from access.hosts import is_loopback
from access.refusals import Reason, Refusals
from access.sent_files import SentFiles
from access.settings import Settings
from access.sockets import Sockets
from access.standing import NOBODY, Doorkeeper, DoorkeeperAwayError, Standing, Why
from access.visit import Guard, TooLongError, Visit, replayed
from access.web import FILES, file_at, watched

_LOG = logging.getLogger("clinic.gate")
_THREADS = 8
_ANSWER_SECONDS = 10.0
"""How long the doorkeeper may take: a database that is frozen must not freeze the gate."""
_MOST_BODY = 4_096
_MOST_NEXT = 1_500
"""How long an address may be that somebody is sent on to after the sign-in."""
_HANDLE = re.compile(r"[a-z2-7]{16}")
_made = Event()

_Given = ParamSpec("_Given")
_Got = TypeVar("_Got")
_Way = Callable[[Visit], Awaitable[None]]


class Gate:
    """An ASGI application that lets through to ``app`` what may come through."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        doorkeeper: Doorkeeper,
        pages: Collection[str],
        index: str,
    ) -> None:
        """``pages``: the addresses of the pages; ``index``: Streamlit's index.html."""
        self._app = app
        self._settings = settings
        self._doorkeeper = doorkeeper
        self._hosts = frozenset(host.strip("[]") for host in settings.hosts)
        self._pages = frozenset(pages)
        self._addresses = Addresses(pages)
        self._cookie = cookie_of(settings.public_url)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="clinic-gate")
        self._refusals = Refusals()
        self._files = SentFiles()
        self._idle_seconds = settings.sessions.limits().idle.total_seconds()
        self._sockets = Sockets(self._standings, self._files, self._idle_seconds)
        self._index = watched(index)
        policy = dashboard_policy(self._index)
        secure = settings.is_https
        self._plain = guarded(is_secure=secure)
        self._on_dashboard = guarded(policy, is_secure=secure)
        self._on_static = guarded(policy, is_secure=secure, may_store=True)
        _made.set()
        self._ways: dict[Place, _Way] = {
            Place.FREE: self._free,
            Place.SIGN_IN: self._sign_in,
            Place.FILE: self._file,
            Place.PAGE: self._page,
            Place.SESSION: self._session,
            Place.SIGN_OUT: self._sign_out,
            Place.SETTINGS: self._behind,
            Place.MEDIA: self._media,
            Place.SOCKET: self._socket,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        raw_path = scope.get("raw_path") or scope["path"].encode()
        is_socket = scope["type"] == "websocket"
        found = self._addresses.find(scope["path"], raw_path, is_socket=is_socket)
        visit = Visit(scope, receive, send, found)
        try:
            await self._receive(visit)
        except DoorkeeperAwayError:
            await self._answer(visit, answers.away())

    async def _receive(self, visit: Visit) -> None:
        if reason := self._reason_to_refuse(visit):
            await self._refuse(visit, reason)
        elif (way := self._ways.get(visit.found.place)) is None:
            await self._answer(visit, answers.not_found())
        else:
            await self._note_forged_header(visit)
            await way(visit)

    def _reason_to_refuse(self, visit: Visit) -> Reason | None:
        """Why a request is refused whoever sends it; ``None`` where it is not."""
        place = visit.found.place
        if self._settings.sign_in is None and not _is_local(visit):
            return Reason.NOT_LOCAL
        if visit.path != "/_stcore/health" and not self._names_our_host(visit):
            return Reason.HOST
        if place is Place.DISGUISED:
            return Reason.DISGUISED
        if place is Place.CLOSED:
            # On a page's address Streamlit looks for its server below it first.
            return None if _is_probe(visit.path) else Reason.CLOSED
        if visit.method not in visit.found.methods and place is not Place.UNKNOWN:
            return Reason.METHOD
        if (visit.method == "POST" or visit.is_socket) and not self._is_our_page(visit):
            return Reason.ORIGIN
        return None

    def _names_our_host(self, visit: Visit) -> bool:
        name = visit.host.hostname if visit.host else None
        return name is not None and (not self._hosts or name.rstrip(".") in self._hosts)

    def _is_our_page(self, visit: Visit) -> bool:
        """Whether a page of the dashboard asks; a program that opens a connection need not say."""
        if visit.origin is None or visit.host is None:
            return visit.is_socket and not visit.has_origin
        if self._settings.is_https and visit.origin.scheme != "https":
            return False
        public = urlsplit(self._settings.public_url or "").netloc
        return visit.origin.netloc.lower() in {visit.host.netloc.lower(), public}

    # What lies at the addresses

    async def _free(self, visit: Visit) -> None:
        is_static = visit.path.startswith("/static/")
        await self._through(visit, NOBODY, self._on_static if is_static else self._plain)

    async def _sign_in(self, visit: Visit) -> None:
        if visit.method == "POST":
            try:
                body = await visit.body(_MOST_BODY)
            except TooLongError:
                await self._refuse(visit, Reason.TOO_LONG)
                return
            visit.receive = replayed(body, visit.receive)
        await self._pass_on(visit, from_outside(visit.headers), self._plain)

    async def _file(self, visit: Visit) -> None:
        content = file_at(visit.path)
        await self._answer(visit, Response(content, media_type=FILES[visit.path]))

    async def _page(self, visit: Visit) -> None:
        standing = await self._standing(visit)
        if standing.is_open:
            await self._answer(visit, HTMLResponse(self._index), self._on_dashboard)
        else:
            await self._answer(visit, self._to_sign_in(visit, standing))

    def _to_sign_in(self, visit: Visit, standing: Standing) -> Response:
        whole = f"{visit.path}?{visit.query}" if visit.query else visit.path
        following = whole if len(whole) <= _MOST_NEXT else visit.path
        said = {"why": standing.why} if standing.why != Why.UNKNOWN else {}
        said |= {"next": following} if following != "/" else {}
        return self._sent_to_sign_in(said, forget=self._has_cookie(visit))

    def _sent_to_sign_in(self, said: dict[str, str], *, forget: bool) -> Response:
        response = RedirectResponse(f"{SIGN_IN}?{urlencode(said)}".rstrip("?"), 303)
        if forget:
            response.headers["set-cookie"] = self._cookie.cleared
        return response

    async def _session(self, visit: Visit) -> None:
        standing = await self._standing(visit)
        if visit.method == "POST":
            await self._told(visit, standing)
        elif standing.is_open:
            await self._answer(visit, JSONResponse(self._open(standing)))
        else:
            await self._answer(visit, JSONResponse({"open": False, "why": standing.why}))

    def _open(self, standing: Standing) -> dict[str, object]:
        return {
            "open": True,
            "stamp": standing.stamp,
            "idle_seconds": standing.idle_seconds,
            "idle_limit": self._idle_seconds,
        }

    async def _told(self, visit: Visit, standing: Standing) -> None:
        """What an open page tells: that the person did something, or that it was printed."""
        try:
            word, _, address = (await visit.body(_MOST_BODY)).decode("utf-8").partition(" ")
        except UnicodeDecodeError:
            word = address = ""
        except TooLongError:
            await self._refuse(visit, Reason.TOO_LONG)
            return
        if not standing.is_open:
            await self._answer(visit, answers.not_signed_in())
        elif word == "active" and not address:
            await self._ask(self._doorkeeper.active, standing.session_id)
            await self._answer(visit, Response(status_code=204))
        elif word == "printed" and (printed := self._page_and_handle(address)):
            await self._ask(self._doorkeeper.printed, standing.session_id, *printed)
            await self._answer(visit, Response(status_code=204))
        else:
            await self._answer(visit, answers.not_understood())

    def _page_and_handle(self, address: str) -> tuple[str, str] | None:
        """A page's address in two parts: the page, and the handle of the patient on it, if any."""
        path, _, query = address.partition("?")
        handles = parse_qs(query).get("patient", [""])
        handle = handles[0] if _HANDLE.fullmatch(handles[0]) else ""
        return (path, handle) if path in self._pages else None

    async def _sign_out(self, visit: Visit) -> None:
        try:
            standing = await self._standing(visit)
            # At once, and even where the doorkeeper cannot be told.
            self._sockets.close_all(standing.session_id)
            if standing.is_open:
                await self._ask(self._doorkeeper.end, standing.session_id, Why.SIGNED_OUT)
            response = self._sent_to_sign_in({"why": Why.SIGNED_OUT}, forget=True)
        except DoorkeeperAwayError:
            response = answers.away()
            response.headers["set-cookie"] = self._cookie.cleared
        await self._answer(visit, response)

    async def _behind(self, visit: Visit) -> None:
        standing = await self._standing(visit)
        if standing.is_open:
            await self._through(visit, standing, self._plain)
        else:
            await self._answer(visit, answers.not_signed_in())

    async def _media(self, visit: Visit) -> None:
        standing = await self._standing(visit)
        if not standing.is_open:
            await self._answer(visit, answers.not_signed_in())
        elif self._files.were_sent(standing.session_id, standing.stamp, visit.found.media_id):
            await self._through(visit, standing, self._plain)
        else:
            await self._refuse(visit, Reason.FILE, standing.session_id)

    async def _socket(self, visit: Visit) -> None:
        standing = await self._standing(visit)
        if not standing.is_open:
            await self._note(Reason.NO_SESSION, visit.address)
            await self._answer(visit, answers.not_signed_in())
            return
        headers = for_streamlit(from_outside(visit.headers), standing.session_id)
        scope = {**visit.scope, "headers": headers}
        try:
            await self._sockets.hold(self._app, standing, scope, visit.receive, visit.send)
        except Exception as fault:
            _log_fault(fault)

    # What the ways have in common

    async def _through(self, visit: Visit, standing: Standing, guard: Guard) -> None:
        """Let Streamlit answer, and tell it whose session it is."""
        headers = for_streamlit(from_outside(visit.headers), standing.session_id)
        await self._pass_on(visit, headers, lambda given: guard(from_streamlit(given)))

    async def _pass_on(self, visit: Visit, headers: Headers, guard: Guard) -> None:
        """Let the server behind the gate answer; its faults end here."""
        try:
            await visit.pass_on(self._app, headers, guard)
        except DoorkeeperAwayError:
            raise
        except Exception as fault:
            _log_fault(fault)
            if not visit.has_begun:
                await self._answer(visit, answers.failed())

    async def _standing(self, visit: Visit) -> Standing:
        """The session behind the cookie; :data:`NOBODY` without one."""
        token = self._cookie.given(visit.headers)
        if token is None:
            return NOBODY
        standing = NOBODY
        if is_token(token):
            standing = await self._ask(self._doorkeeper.standing, token)
        if not standing.is_open:
            await self._note_cookie(visit, standing)
        return standing

    async def _note_cookie(self, visit: Visit, standing: Standing) -> None:
        if standing.why == Why.UNKNOWN:
            await self._note(Reason.FORGED, visit.address)
        elif visit.found.place in {Place.PAGE, Place.MEDIA, Place.SOCKET}:
            # An open page that asks how its session stands is no trespasser.
            await self._note(Reason.OVER, visit.address, standing.session_id)

    async def _note_forged_header(self, visit: Visit) -> None:
        if any(name == IDENTITY for name, _ in visit.headers):
            await self._note(Reason.HEADER, visit.address)

    async def _refuse(self, visit: Visit, reason: Reason, session_id: str = "") -> None:
        await self._note(reason, visit.address, session_id)
        response = answers.refused(reason)
        if reason is Reason.METHOD:
            response.headers["allow"] = ", ".join(sorted(visit.found.methods))
        await self._answer(visit, response)

    async def _note(self, reason: Reason, address: str, session_id: str = "") -> None:
        """Have a refusal noted; it is refused all the same where that is not possible."""
        if not self._refusals.is_new(reason, address):
            return
        try:
            await self._ask(self._doorkeeper.refused, str(reason), address, session_id)
        except DoorkeeperAwayError:
            _LOG.warning("Not noted in the trail, as the database is away: refused %s.", reason)

    async def _answer(self, visit: Visit, response: Response, guard: Guard | None = None) -> None:
        await visit.answer(response, guard or self._plain)

    def _has_cookie(self, visit: Visit) -> bool:
        return self._cookie.given(visit.headers) is not None

    async def _standings(self, session_ids: Collection[str]) -> dict[str, Standing]:
        return await self._ask(self._doorkeeper.standings, session_ids)

    async def _ask(
        self, question: Callable[_Given, _Got], *args: _Given.args, **kwargs: _Given.kwargs
    ) -> _Got:
        """The doorkeeper's answer. Raises :class:`DoorkeeperAwayError` for whatever goes wrong."""
        asked = partial(question, *args, **kwargs)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, asked)
        except DoorkeeperAwayError:
            raise
        except Exception as fault:
            _log_fault(fault)
            raise DoorkeeperAwayError("The doorkeeper did not answer.") from None


def stands() -> bool:
    """Whether this process has a gate.

    Without one, whatever a request says about its session may come from anybody.
    """
    return _made.is_set()


def _is_local(visit: Visit) -> bool:
    """Whether a request comes from this computer itself, straight and by its own name."""
    host = visit.host.hostname if visit.host else None
    return (
        bool(host and is_loopback(host))
        and is_loopback(visit.address)
        and (not visit.was_forwarded)
    )


def _is_probe(path: str) -> bool:
    """Whether Streamlit's page looks for its server below a page's address, as it does first."""
    return path.endswith(("/_stcore/health", "/_stcore/host-config"))


def _log_fault(fault: Exception) -> None:
    """Where and of what kind a fault was; not its words, which might hold a name."""
    last = traceback.extract_tb(fault.__traceback__)[-1:]
    where = ", ".join(f"{frame.filename}, line {frame.lineno}" for frame in last)
    _LOG.error(
        "A fault in what the gate asked or let through: %s (%s)", type(fault).__name__, where
    )
