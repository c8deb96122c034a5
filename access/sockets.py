"""The open connections: each belongs to a session, and is closed when that ends or changes.

A page is drawn over one connection for as long as it is open, so asking at its beginning is not
enough. One task asks for all of them together.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.sent_files import SentFiles
from access.standing import DoorkeeperAwayError, Standing

_LOG = logging.getLogger("clinic.gate")
EVERY_SECONDS = 1.5
"""How often is asked, so that a connection is closed within two seconds."""
_POLICY = 1008  # the close code for "no longer allowed"
_FAREWELL_SECONDS = 10.0

Ask = Callable[[Collection[str]], Awaitable[dict[str, Standing]]]


class _Socket:
    """One connection, between its browser and the server behind the gate."""

    def __init__(self, standing: Standing, files: SentFiles, receive: Receive, send: Send) -> None:
        self.session_id = standing.session_id
        self.stamp = standing.stamp
        self.known_at = monotonic()
        self._files = files
        self._receive = receive
        self._send = send
        self._is_over = asyncio.Event()
        self._waiting: asyncio.Task[Message] | None = None

    async def receive(self) -> Message:
        """The browser's next message; that it has left, as soon as the connection is closed."""
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(self._receive())
        over = asyncio.ensure_future(self._is_over.wait())
        try:
            await asyncio.wait({self._waiting, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
        if self._is_over.is_set():
            return {"type": "websocket.disconnect", "code": _POLICY, "reason": ""}
        message, self._waiting = self._waiting.result(), None
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on to the browser; nothing more once the connection is closed."""
        if self._is_over.is_set():
            return
        if frame := message.get("bytes"):
            self._files.read(self.session_id, self.stamp, frame)
        await self._send(message)

    async def close(self) -> None:
        """Close the connection now, whatever the server behind it is about to send."""
        if self._is_over.is_set():
            return
        self._is_over.set()
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._send({"type": "websocket.close", "code": _POLICY, "reason": ""})
        except Exception as fault:  # the browser has left already, in one way or another
            _LOG.debug("A connection was gone before it was closed: %s", type(fault).__name__)

    def leave(self) -> None:
        """Stop waiting for the browser."""
        if self._waiting is not None:
            self._waiting.cancel()


class Sockets:
    """All open connections, and the task that watches them while there are any."""

    def __init__(self, ask: Ask, files: SentFiles, patience_seconds: float) -> None:
        """``ask``: where sessions stand; raises :class:`DoorkeeperAwayError` when nobody knows.

        ``patience_seconds``: how long a connection is kept when nobody knows.
        """
        self._ask = ask
        self._files = files
        self._patience = patience_seconds
        self._open: set[_Socket] = set()
        self._watch: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()

    async def hold(
        self, app: ASGIApp, standing: Standing, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let a browser talk to ``app`` for as long as its session stays as it is."""
        socket = _Socket(standing, self._files, receive, send)
        self._open.add(socket)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_often(), name="clinic-watch")
        try:
            await app(scope, socket.receive, socket.send)
        finally:
            self._open.discard(socket)
            socket.leave()

    async def look(self) -> None:
        """Close every connection whose session is over, or is not what it was any more."""
        # What is opened while the question is on its way is not in the answer.
        asked = list(self._open)
        try:
            standings = await self._ask({socket.session_id for socket in asked})
        except DoorkeeperAwayError:
            self._close(
                socket for socket in self._open if monotonic() - socket.known_at > self._patience
            )
            return
        gone = []
        for socket in asked:
            standing = standings.get(socket.session_id)
            if standing is None or not standing.is_open:
                self._files.forget(socket.session_id)
                gone.append(socket)
            elif standing.stamp != socket.stamp:
                gone.append(socket)
            else:
                socket.known_at = monotonic()
        self._close(gone)

    def close_all(self, session_id: str) -> None:
        """Close the connections of a session, and forget what it was sent."""
        self._files.forget(session_id)
        self._close([socket for socket in self._open if socket.session_id == session_id])

    def _close(self, sockets: Iterable[_Socket]) -> None:
        for socket in list(sockets):
            # Not waited for: a browser that does not answer must not hold up the others.
            farewell = asyncio.create_task(socket.close())
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)

    async def _look_often(self) -> None:
        while self._open:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except Exception as fault:
                # The watch must outlive whatever goes wrong once. No text: it might hold names.
                _LOG.error("The open pages could not be looked after: %s", type(fault).__name__)
