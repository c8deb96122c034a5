"""The open connections: whose they are, what comes through, and how soon they are closed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from access import sockets
from access.refusals import Reason
from access.standing import Why
from tests.access.at_the_gate import (
    COOKIE,
    ENDED_TOKEN,
    OPEN,
    OTHER_TOKEN,
    OWN_ORIGIN,
    TOKEN,
    House,
    scope_of,
)

STREAM = "/_stcore/stream"
FILE = 32 * "a"
LINK = b"\x0a\x2b/media/" + FILE.encode() + b".csv2\x05hello"
"""A frame as it goes out: the address of a file between other bytes."""


@dataclass
class Streamlit:
    """The server behind: sends what it is told to, and keeps what the browser said."""

    scope: Scope = field(default_factory=dict)
    said: list[bytes] = field(default_factory=list)
    to_send: list[bytes] = field(default_factory=list)
    has_heard: asyncio.Event = field(default_factory=asyncio.Event)
    has_left: bool = False
    send: Send | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"the file"})
            return
        self.scope = scope
        self.send = send
        await receive()
        await send({"type": "websocket.accept"})
        for frame in self.to_send:
            await send({"type": "websocket.send", "bytes": frame})
        while (message := await receive())["type"] != "websocket.disconnect":
            self.said.append(message["bytes"])
            self.has_heard.set()
        self.has_left = True
        await send({"type": "websocket.send", "bytes": b"too late"})


@dataclass
class Browser:
    """A browser's end of a connection."""

    sent: list[Message] = field(default_factory=list)
    inbox: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def is_closed(self) -> bool:
        return {"type": "websocket.close", "code": 1008, "reason": ""} in self.sent

    @property
    def status(self) -> int:
        return int(self.sent[0].get("status", 101))

    @property
    def heard(self) -> list[bytes]:
        return [message["bytes"] for message in self.sent if "bytes" in message]


_PATIENCE = 2_000
"""How often is looked whether something has happened: for a busy machine, and seldom needed."""


async def _turn() -> None:
    """Let everything that is ready run."""
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def connected(
    house: House, token: str = TOKEN, path: str = STREAM, **headers: str
) -> AsyncIterator[Browser]:
    """A browser that has asked for a connection with the cookie of a session."""
    browser = Browser()
    browser.inbox.put_nowait({"type": "websocket.connect"})
    cookie = f"clinic={token}" if token else ""
    given = {"cookie": cookie} | OWN_ORIGIN | headers
    scope = scope_of(path, headers=given, kind="websocket")
    task = asyncio.create_task(house.gate(scope, browser.inbox.get, browser.send))
    await _turn()
    for _ in range(_PATIENCE):  # the doorkeeper is asked in a thread
        if browser.sent or task.done():
            break
        await asyncio.sleep(0.005)
    await _turn()
    try:
        yield browser
    finally:
        browser.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(task, 5)


def in_house(story: Callable[[House, Streamlit], Any]) -> None:
    """Run a story in a house whose server behind the gate draws pages over connections."""

    async def run() -> None:
        house, streamlit = House(), Streamlit()
        house.gate._app = streamlit
        await story(house, streamlit)

    asyncio.run(run())


async def _look(house: House) -> None:
    await house.gate._sockets.look()
    await _turn()


@pytest.mark.parametrize(
    ("token", "path", "headers", "status", "reason"),
    [
        ("", STREAM, {}, 401, Reason.NO_SESSION),
        (43 * "Z", STREAM, {}, 401, Reason.FORGED),
        (ENDED_TOKEN, STREAM, {}, 401, Reason.OVER),
        (TOKEN, STREAM, {"origin": "http://evil.example"}, 403, Reason.ORIGIN),
        (TOKEN, STREAM, {"origin": "null"}, 403, Reason.ORIGIN),
        (TOKEN, STREAM, {"host": "evil.example"}, 403, Reason.NOT_LOCAL),
        (TOKEN, "/_stcore/stream/", {}, 404, None),
        (TOKEN, "/_stcore%2fstream", {}, 404, Reason.DISGUISED),
        (TOKEN, "/patients", {}, 404, None),
    ],
)
def test_no_connection_without_a_session_of_its_own(
    token: str, path: str, headers: dict[str, str], status: int, reason: Reason | None
):
    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house, token, path, **headers) as browser:
            assert browser.status == status
            assert not streamlit.scope
            assert house.doorkeeper.refusals[:1] == ([reason] if reason else [])

    in_house(story)


def test_a_server_that_cannot_answer_a_handshake_closes_it():
    async def run() -> None:
        house, browser = House(), Browser()
        scope = scope_of(STREAM, kind="websocket")
        scope["extensions"] = {}
        await house.gate(scope, browser.inbox.get, browser.send)
        assert browser.is_closed

    asyncio.run(run())


def test_streamlit_is_told_whose_session_it_is_and_shown_no_cookie():
    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house, **{"x-clinic-session": "session-b"}):
            headers = streamlit.scope["headers"]
            assert [value for name, value in headers if name == b"x-clinic-session"] == [
                b"session-a"
            ]
            assert not [name for name, _ in headers if name == b"cookie"]

    in_house(story)


def test_what_is_said_comes_through_both_ways():
    async def story(house: House, streamlit: Streamlit) -> None:
        streamlit.to_send = [b"drawn"]
        async with connected(house) as browser:
            browser.inbox.put_nowait({"type": "websocket.receive", "bytes": b"clicked"})
            await asyncio.wait_for(streamlit.has_heard.wait(), 5)
            assert browser.heard == [b"drawn"]
            assert streamlit.said == [b"clicked"]

    in_house(story)


@pytest.mark.parametrize(
    "change",
    [
        {"is_open": False, "why": Why.DISABLED},
        {"is_open": False, "why": Why.IDLE},
        {"stamp": "2"},  # another role or other sites
    ],
)
def test_a_change_of_the_session_closes_its_connections_and_no_others(change: dict[str, Any]):
    async def story(house: House, streamlit: Streamlit) -> None:
        async with (
            connected(house) as one,
            connected(house) as two,
            connected(house, OTHER_TOKEN) as other,
        ):
            await _look(house)
            assert [each.is_closed for each in (one, two, other)] == [False, False, False]
            house.doorkeeper.sessions[TOKEN] = replace(OPEN, **change)
            await _look(house)
            assert [each.is_closed for each in (one, two, other)] == [True, True, False]

    in_house(story)


def test_a_closed_connection_carries_nothing_more_either_way():
    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house) as browser:
            house.doorkeeper.end("session-a", Why.SIGNED_OUT)
            await _look(house)
            assert streamlit.has_left
            browser.inbox.put_nowait({"type": "websocket.receive", "bytes": b"clicked"})
            assert streamlit.send
            await streamlit.send({"type": "websocket.send", "bytes": b"a name"})
            await _turn()
            assert streamlit.said == []
            assert browser.heard == []
            assert browser.sent[-1]["type"] == "websocket.close"

    in_house(story)


def test_a_browser_that_never_says_goodbye_holds_up_nobody():
    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house) as stuck, connected(house) as browser:
            plain = stuck.send

            async def never(message: Message) -> None:
                await asyncio.Event().wait()

            for socket in house.gate._sockets._open:
                if socket._send == plain:
                    socket._send = never
            house.doorkeeper.end("session-a", Why.SIGNED_OUT)
            await asyncio.wait_for(_look(house), 1)
            assert browser.is_closed

    in_house(story)


def test_one_question_for_all_connections():
    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house), connected(house), connected(house, OTHER_TOKEN):
            before = house.doorkeeper.asked
            await _look(house)
            assert house.doorkeeper.asked == before + 1

    in_house(story)


def test_connections_are_looked_after_by_themselves(monkeypatch: pytest.MonkeyPatch):
    assert sockets.EVERY_SECONDS < 2
    monkeypatch.setattr(sockets, "EVERY_SECONDS", 0.01)

    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house) as browser:
            house.doorkeeper.fault = RuntimeError  # type: ignore[assignment]
            await asyncio.sleep(0.05)
            house.doorkeeper.fault = None  # the watch has outlived it
            house.doorkeeper.end("session-a", Why.DISABLED)
            for _ in range(_PATIENCE):
                if browser.is_closed:
                    break
                await asyncio.sleep(0.01)
            assert browser.is_closed
        # and again, after there was nobody to look after
        async with connected(house, OTHER_TOKEN) as other:
            house.doorkeeper.end("session-b", Why.DISABLED)
            for _ in range(_PATIENCE):
                if other.is_closed:
                    break
                await asyncio.sleep(0.01)
            assert other.is_closed

    in_house(story)


def test_with_the_database_away_a_connection_is_kept_until_the_idle_limit(
    monkeypatch: pytest.MonkeyPatch,
):
    async def story(house: House, streamlit: Streamlit) -> None:
        start = monotonic()
        async with connected(house) as browser:
            house.doorkeeper.go_away()
            monkeypatch.setattr("access.sockets.monotonic", lambda: start + 899)
            await _look(house)
            assert not browser.is_closed
            monkeypatch.setattr("access.sockets.monotonic", lambda: start + 960)
            await _look(house)
            assert browser.is_closed

    in_house(story)


def test_signing_out_closes_every_tab_at_once():
    async def story(house: House, streamlit: Streamlit) -> None:
        async with connected(house) as one, connected(house) as two:
            answer = await house.answer("/clinic/sign-out", "POST", COOKIE | OWN_ORIGIN)
            await _turn()
            assert answer.status == 303
            assert one.is_closed
            assert two.is_closed

    in_house(story)


def test_a_file_is_for_the_session_that_was_sent_its_address():
    async def story(house: House, streamlit: Streamlit) -> None:
        streamlit.to_send = [LINK]
        mine, theirs = COOKIE, {"cookie": f"clinic={OTHER_TOKEN}"}
        assert (await house.answer(f"/media/{FILE}.csv", headers=mine)).status == 404
        async with connected(house):
            got = await house.answer(f"/media/{FILE}.csv", headers=mine)
            assert (got.status, got.body) == (200, b"the file")
            assert got.headers["cache-control"] == "no-store"
            assert (await house.answer(f"/media/{FILE}.csv", headers=theirs)).status == 404
            assert (await house.answer(f"/media/{32 * 'b'}.csv", headers=mine)).status == 404
            assert (await house.answer(f"/media/{FILE}.csv")).status == 401
            # In another role it is another's: offered anew, if at all.
            house.doorkeeper.sessions[TOKEN] = replace(OPEN, stamp="2")
            assert (await house.answer(f"/media/{FILE}.csv", headers=mine)).status == 404
        assert Reason.FILE in house.doorkeeper.refusals
        await house.answer("/clinic/sign-out", "POST", COOKIE | OWN_ORIGIN)
        assert (await house.answer(f"/media/{FILE}.csv", headers=mine)).status == 401

    in_house(story)
