"""Standing before the gate: a doorkeeper of whom everything is known, and requests by hand.

The requests are ASGI's own, since a client library would tidy up the very paths and headers that
matter here.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from starlette.types import Message, Receive, Scope, Send

from access.gate import Gate
from access.settings import Settings
from access.standing import NOBODY, Doorkeeper, DoorkeeperAwayError, Standing, Why

PAGES = ("/", "/patients", "/side-effects")
INDEX = (
    "<!DOCTYPE html><html><head><title>x</title><script>\n  start()\n</script>"
    '<script type="module" src="./static/js/index.js"></script></head><body></body></html>'
)
TOKEN = "A" * 43
OTHER_TOKEN = "B" * 43
ENDED_TOKEN = "C" * 43
OPEN = Standing("session-a", is_open=True, why="", viewer=None, stamp="1", idle_seconds=7)
OTHER = replace(OPEN, session_id="session-b")
ENDED = Standing("session-c", is_open=False, why=Why.IDLE, viewer=None, stamp="", idle_seconds=0)
COOKIE = {"cookie": f"clinic={TOKEN}"}
OWN_ORIGIN = {"origin": "http://localhost:8501"}


class KnownDoorkeeper:
    """A doorkeeper who knows three sessions, and keeps what it is told."""

    def __init__(self) -> None:
        self.sessions = {TOKEN: OPEN, OTHER_TOKEN: OTHER, ENDED_TOKEN: ENDED}
        self.told: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.fault: Exception | None = None
        self.asked = 0

    def _answer(self) -> None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault

    def go_away(self) -> None:
        self.fault = DoorkeeperAwayError("away")

    def standing(self, token: str) -> Standing:
        self._answer()
        return self.sessions.get(token, NOBODY)

    def standings(self, session_ids: Collection[str]) -> dict[str, Standing]:
        self._answer()
        known = {standing.session_id: standing for standing in self.sessions.values()}
        return {each: known.get(each, NOBODY) for each in session_ids}

    def active(self, session_id: str) -> None:
        self._tell("active", session_id)

    def end(self, session_id: str, why: str) -> None:
        self._tell("end", session_id, why)
        for token, standing in self.sessions.items():
            if standing.session_id == session_id:
                self.sessions[token] = replace(standing, is_open=False, why=why)

    def admit(
        self, sign_in_name: str, subject: str, way: str, address: str, full_name: str = ""
    ) -> str:
        raise NotImplementedError

    def refused(self, what: str, address: str, session_id: str = "") -> None:
        self._tell("refused", what, address, session_id)

    def printed(self, session_id: str, page: str, handle: str) -> None:
        self._tell("printed", session_id, page, handle)

    def _tell(self, what: str, *more: str) -> None:
        self._answer()
        self.told[what].append(more)

    @property
    def refusals(self) -> list[str]:
        """What was refused, in order."""
        return [what for what, *_ in self.told["refused"]]


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    body: bytes = b""


@dataclass
class Behind:
    """The server behind the gate: answers everything, and keeps what reached it."""

    scopes: list[Scope] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    fault: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if self.fault is not None:
            raise self.fault
        if scope["type"] == "lifespan":
            return
        self.bodies.append((await receive()).get("body", b""))
        headers = [
            (b"content-type", b"text/plain"),
            (b"set-cookie", b"_streamlit_xsrf=1"),
            (b"access-control-allow-origin", b"*"),
            (b"cache-control", b"public, max-age=60"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"from behind"})

    @property
    def paths(self) -> list[str]:
        """The paths that were let through."""
        return [scope["path"] for scope in self.scopes]

    def header(self, name: str) -> list[str]:
        """A header of the last request that was let through."""
        wanted = name.encode()
        return [value.decode() for given, value in self.scopes[-1]["headers"] if given == wanted]


class House:
    """A gate with a doorkeeper and a server behind it."""

    def __init__(
        self, settings: Settings | None = None, doorkeeper: Doorkeeper | None = None
    ) -> None:
        self.doorkeeper = KnownDoorkeeper()
        self.behind = Behind()
        self.gate = Gate(
            self.behind,
            settings=settings or Settings(),
            doorkeeper=doorkeeper or self.doorkeeper,
            pages=PAGES,
            index=INDEX,
        )

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        *,
        body: bytes = b"",
        client: str = "127.0.0.1",
    ) -> Answer:
        """Send a request; ``path`` as it is sent, with escapes and query."""
        return asyncio.run(self.answer(path, method, headers, body=body, client=client))

    async def answer(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        *,
        body: bytes = b"",
        client: str = "127.0.0.1",
    ) -> Answer:
        """The same within a loop that is running."""
        answer = Answer()
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)] or [b""]

        async def receive() -> Message:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Message) -> None:
            if message["type"].endswith("response.start"):
                answer.status = message["status"]
                names = [(name.decode(), value.decode()) for name, value in message["headers"]]
                answer.headers = dict(names)
                answer.cookies = [value for name, value in names if name == "set-cookie"]
            else:
                answer.body += message.get("body", b"")

        await self.gate(scope_of(path, method, headers, client), receive, send)
        return answer


def scope_of(
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    client: str = "127.0.0.1",
    kind: str = "http",
) -> Scope:
    """A request as the server hands it over."""
    raw_path, _, query = path.partition("?")
    given = {"host": "localhost:8501"} | (headers or {})
    return {
        "type": kind,
        "method": method,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value],
        "client": (client, 50_000),
        "extensions": {"websocket.http.response": {}},
    }
