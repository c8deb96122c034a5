"""Signing in by the identity provider: it says who somebody is, the doorkeeper who may in."""

import secrets
from html import escape
from urllib.parse import urlencode

from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.addresses import SIGN_IN
from access.claims import SignInError
from access.desk import Desk, shown, why_here
from access.provider import TRANSACTION_SECONDS, Provider
from access.settings import Settings, SignIn
from access.standing import Way, Why
from access.web import link


class ProviderDesk:
    """With an identity provider: it says who somebody is, the doorkeeper whether they may in."""

    def __init__(self, desk: Desk, sign_in: SignIn) -> None:
        self._desk = desk
        self._label = sign_in.label
        self._home = f"{desk.settings.public_url}{SIGN_IN}"
        self._provider = Provider(sign_in, come_back_to=f"{self._home}/done")

    def routes(self) -> list[Route]:
        """The page, the way to the provider, and the way back."""
        way_there_and_back = [_transaction_cookie(self._desk.settings)]
        return [
            Route(SIGN_IN, self.page),
            Route(f"{SIGN_IN}/start", self.start, middleware=way_there_and_back),
            Route(f"{SIGN_IN}/done", self.done, middleware=way_there_and_back),
        ]

    async def page(self, request: Request) -> Response:
        """One button."""
        following = self._desk.next_of(request.query_params.get("next", ""))
        said = "" if following == "/" else f"?{urlencode({'next': following})}"
        button = link(f"{SIGN_IN}/start{said}", f"Sign in with {self._label}")
        is_out = request.query_params.get("why") == Why.SIGNED_OUT
        way_out = self._way_out() if is_out else ""
        return shown("Sign in", *why_here(request), main=button + way_out)

    async def start(self, request: Request) -> Response:
        """Send somebody to the provider."""
        try:
            answer = await self._provider.send_there(request)
        except SignInError as error:
            return await self._refuse(request, error)
        request.session["next"] = self._desk.next_of(request.query_params.get("next", ""))
        return answer

    async def done(self, request: Request) -> Response:
        """Let in, or not, whom the provider sends back."""
        following = self._desk.next_of(str(request.session.pop("next", "")))
        try:
            person = await self._provider.person(request)
        except SignInError as error:
            return await self._refuse(request, error)
        return await self._desk.let_in(request, person, Way.PROVIDER, following, self._way_out())

    async def _refuse(self, request: Request, error: SignInError) -> Response:
        return await self._desk.refuse(request, error.what, str(error), error.status)

    def _way_out(self) -> str:
        """How to sign out of the provider, too.

        Who signs out of the dashboard stays signed in there. On a computer that several people
        share, the next one would be let in as oneself; and who came by a wrong account, by it
        again.
        """
        address = self._provider.sign_out_address(self._home)
        there = "the sign-in service itself"
        if address is None:
            return f"<p>You may still be signed in at {there}.</p>"
        return (
            f"<p>You may still be signed in at {there}: "
            f'<a href="{escape(address)}">sign out there, too</a>.</p>'
        )


def _transaction_cookie(settings: Settings) -> Middleware:
    """A cookie that ties a sign-in under way to its browser; signed, and over in ten minutes."""
    return Middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),
        session_cookie="__Host-clinic-sign-in" if settings.is_https else "clinic-sign-in",
        max_age=TRANSACTION_SECONDS,
        same_site="lax",
        https_only=settings.is_https,
    )
