"""One request, or one connection, as the gate sees it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.addresses import Found
from access.headers import Headers

Guard = Callable[[Headers], list[tuple[bytes, bytes]]]
_FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"via")


class TooLongError(Exception):
    """The body of a request is longer than what is taken."""


@dataclass
class Visit:
    """A request: where it leads, from where it comes, and the way back."""

    scope: Scope
    receive: Receive
    send: Send
    found: Found
    has_begun: bool = field(default=False, init=False)
    """Whether an answer is on its way."""

    @property
    def is_socket(self) -> bool:
        """Whether it opens a connection."""
        return bool(self.scope["type"] == "websocket")

    @property
    def method(self) -> str:
        """The method; a connection is opened by ``GET``."""
        return str(self.scope.get("method", "GET"))

    @property
    def path(self) -> str:
        """The path, without the query."""
        return str(self.scope["path"])

    @property
    def query(self) -> str:
        """The query as it was sent."""
        return bytes(self.scope.get("query_string", b"")).decode("latin-1")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers, names in lower case."""
        return list(self.scope["headers"])

    @property
    def address(self) -> str:
        """The address of the computer that asks; empty where the server does not know."""
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    def header(self, name: bytes) -> str | None:
        """A header that must not be there twice; ``None`` without it, or with two."""
        values = [value for given, value in self.scope["headers"] if given == name]
        return values[0].decode("latin-1") if len(values) == 1 else None

    @cached_property
    def host(self) -> SplitResult | None:
        """Host name and port that the request names; ``None`` unless they are nothing more."""
        return _host_of(f"//{self.header(b'host') or ''}")

    @cached_property
    def origin(self) -> SplitResult | None:
        """The site whose page asks; ``None`` where it is not said, or is not one."""
        return _host_of(self.header(b"origin") or "")

    @property
    def has_origin(self) -> bool:
        """Whether it is said which site's page asks, rightly or not."""
        return any(name == b"origin" for name, _ in self.scope["headers"])

    @property
    def was_forwarded(self) -> bool:
        """Whether another server has passed the request on."""
        return any(name.startswith(_FORWARDED) for name, _ in self.scope["headers"])

    async def body(self, most_bytes: int) -> bytes:
        """The whole body. Raises :class:`TooLongError` where it is longer."""
        body = b""
        while True:
            message = await self.receive()
            if message["type"] != "http.request":
                return b""  # the browser has left
            body += bytes(message.get("body", b""))
            if len(body) > most_bytes:
                raise TooLongError
            if not message.get("more_body", False):
                return body

    async def answer(self, response: Response, guard: Guard) -> None:
        """Answer, in place of the server behind the gate."""
        if self.is_socket and "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await response(self.scope, self.receive, self._sending(guard))

    async def pass_on(self, app: ASGIApp, headers: Headers, guard: Guard) -> None:
        """Let the server behind the gate answer, to a request with these headers."""
        scope = {**self.scope, "headers": list(headers)}
        await app(scope, self.receive, self._sending(guard))

    def _sending(self, guard: Guard) -> Send:
        """The way back, on which an answer's headers are gone over."""

        async def send_guarded(message: Message) -> None:
            if message["type"].endswith("http.response.start"):
                self.has_begun = True
                message = {**message, "headers": guard(message.get("headers", ()))}
            await self.send(message)

        return send_guarded


def replayed(body: bytes, receive: Receive) -> Receive:
    """A way in on which a body that was read already comes once more."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def _host_of(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, a port that is none
        return None
    more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    return None if more or not is_host else parts
