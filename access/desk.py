"""What every way of signing in has in common: letting in, refusing, and where to go on to."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from access.addresses import SIGN_IN
from access.answers import away
from access.claims import Person
from access.cookie import cookie_of, is_token
from access.refusals import Refusals
from access.settings import Settings
from access.standing import Doorkeeper, DoorkeeperAwayError, NotAdmittedError, Way, Why
from access.web import link, plain_page

_WHY = {
    Why.SIGNED_OUT: "You are signed out.",
    Why.IDLE: "You were signed out because nothing was done for a while.",
    Why.ABSOLUTE: "You were signed out because a session lasts only so long. Please sign in again.",
    Why.DISABLED: "You were signed out: your account may not use the dashboard any more.",
}
"""Why somebody finds themselves at the sign-in page, by the word in its address."""

_LONGEST_NEXT = 1_500
_BEGIN_AGAIN = link(SIGN_IN, "Back to sign-in")


class Desk:
    """What both ways of signing in have in common."""

    def __init__(self, settings: Settings, doorkeeper: Doorkeeper, pages: Collection[str]) -> None:
        self.settings = settings
        self._doorkeeper = doorkeeper
        self._pages = frozenset(pages)
        self._cookie = cookie_of(settings.public_url)
        self._refusals = Refusals()

    def next_of(self, asked: str) -> str:
        """Where to go on to, as asked for in an address."""
        return page_to_go_on_to(asked, self._pages)

    async def let_in(
        self, request: Request, person: Person, way: Way, following: str, way_out: str = ""
    ) -> Response:
        """Let somebody in and send them on, or say why not; then ``way_out`` (HTML) follows."""
        try:
            token = await run_in_threadpool(
                self._doorkeeper.admit,
                person.sign_in_name,
                person.subject,
                way,
                _address(request),
                person.full_name,
            )
            await self._end_session_before(request)
        except NotAdmittedError as refusal:
            return _refusal("Not let in", str(refusal), 403, way_out)
        except DoorkeeperAwayError:
            return away()
        response = RedirectResponse(following, 303)
        response.headers["set-cookie"] = self._cookie.holding(token)
        return response

    async def refuse(self, request: Request, what: str, sentence: str, status: int) -> Response:
        """Refuse before anybody is known, and note it."""
        address = _address(request)
        if self._refusals.is_new(what, address):
            try:
                await run_in_threadpool(self._doorkeeper.refused, what, address)
            except DoorkeeperAwayError:
                return away()
        return _refusal("Not signed in", sentence, status)

    async def _end_session_before(self, request: Request) -> None:
        """Who signs in anew in the same browser leaves no other session open behind."""
        token = self._cookie.given(request.headers.raw)
        if token is None or not is_token(token):
            return
        before = await run_in_threadpool(self._doorkeeper.standing, token)
        if before.is_open:
            await run_in_threadpool(self._doorkeeper.end, before.session_id, Why.SIGNED_OUT)


def page_to_go_on_to(asked: str, pages: Collection[str]) -> str:
    """An address within the dashboard that may be gone on to; ``/`` where another one is asked for.

    It is one of ``pages``, with or without a query, and is written anew from its parts, so that
    nothing that a browser or a server might read in another way gets through.
    """
    if len(asked) > _LONGEST_NEXT or not asked.isascii() or not asked.isprintable():
        return "/"
    path, _, query = asked.partition("#")[0].partition("?")
    try:
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return "/"
    if path not in pages:
        return "/"
    return f"{path}?{urlencode(fields)}" if fields else path


def why_here(request: Request) -> list[str]:
    """Why somebody is at the sign-in page, where the address says it by a known word."""
    word = request.query_params.get("why", "")
    return [sentence for why, sentence in _WHY.items() if why == word]


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def shown(title: str, *sentences: str, main: str, status: int = 200) -> Response:
    """A plain page; ``main`` is HTML of the program's own."""
    return HTMLResponse(plain_page(title, *sentences, main=main), status)


def _refusal(title: str, sentence: str, status: int, way_out: str = "") -> Response:
    return shown(title, sentence, main=_BEGIN_AGAIN + way_out, status=status)
