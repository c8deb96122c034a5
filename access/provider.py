"""The identity provider: sending somebody there, and reading what it says about them.

The protocol (OpenID Connect: authorization code with PKCE, state and nonce) and the checks of what
the provider signed are Authlib's. What is ours is narrow: which answers of the provider are
believed at all, how long it may take, and what is read from them.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.integrations.starlette_client import (  # type: ignore[import-untyped]
    OAuthError,
    StarletteIntegration,
    StarletteOAuth2App,
)
from joserfc.errors import ClaimError, JoseError
from starlette.requests import Request
from starlette.responses import Response

from access.claims import UNUSABLE, Person, SignInError, person_of, unusable
from access.provider_description import believed
from access.settings import SignIn

_LOG = logging.getLogger("clinic.sign_in")
logging.getLogger("authlib").setLevel(logging.INFO)  # at DEBUG it would log what proves a sign-in

TRANSACTION_SECONDS = 600
"""How long somebody may take at the provider, from the button to their return."""

_CALL_SECONDS = 4.0
_ALL_CALLS_SECONDS = 8.0
_KEPT_SECONDS = 3600.0  # then what the provider says about itself is asked anew
_MOST_TRANSACTIONS = 10_000
_MOST_BYTES = 1_000_000


class Provider:
    """The clinic's identity provider."""

    def __init__(self, sign_in: SignIn, come_back_to: str) -> None:
        """``come_back_to``: the address at which the provider is to return people to us."""
        self._sign_in = sign_in
        self._come_back_to = come_back_to
        self._wishes = {"prompt": sign_in.prompt} if sign_in.prompt else {}
        self._framework = _Framework("provider", cache=_Transactions())
        self._client: _Client | None = None
        self._made_at = 0.0

    async def send_there(self, request: Request) -> Response:
        """The answer that sends somebody to the provider. Raises :class:`SignInError`."""
        async with _in_time():
            answer = await self._known().authorize_redirect(
                request, self._come_back_to, **self._wishes
            )
        assert isinstance(answer, Response)  # noqa: S101 - Authlib has no types
        return answer

    async def person(self, request: Request) -> Person:
        """Whom the provider vouches for, as somebody returns. Raises :class:`SignInError`."""
        client = self._known()
        try:
            async with _in_time():
                return person_of(self._sign_in, await self._claims(client, request))
        except SignInError as error:
            if error.what == UNUSABLE:  # it may have new keys: the next attempt asks for them
                self._client = None
            raise

    def sign_out_address(self, then: str) -> str | None:
        """Where one also signs out of the provider; ``None`` where it is not known to offer that.

        Asks the provider nothing: until somebody has signed in, it is not known.
        """
        metadata = self._client.server_metadata if self._client else {}
        if "end_session_endpoint" not in metadata:
            return None
        values = {"client_id": self._sign_in.client_id, "post_logout_redirect_uri": then}
        address = metadata["end_session_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"

    def _known(self) -> "_Client":
        """The client, with what the provider said about itself within the last hour."""
        now = monotonic()
        if self._client is None or now - self._made_at > _KEPT_SECONDS:
            self._client = _Client(self._framework, self._sign_in)
            self._made_at = now
        return self._client

    async def _claims(self, client: "_Client", request: Request) -> Mapping[str, Any]:
        """What the provider says about the person: signed, and for us."""
        token = await client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "value": self._sign_in.issuer},
                "aud": {"essential": True, "value": self._sign_in.client_id},
            },
        )
        claims = token.get("userinfo")
        if not claims:
            raise unusable("an answer without an identity token")
        if self._sign_in.claim in claims or "userinfo_endpoint" not in client.server_metadata:
            return dict(claims)
        # Some providers tell no more than the subject in the token that they sign.
        more = await client.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise unusable("an answer about another person")
        return {**more, **claims}


class _Client(StarletteOAuth2App):  # type: ignore[misc]
    """Authlib's client, which believes of the provider's description only what it understands."""

    server_metadata: dict[str, Any]

    def __init__(self, framework: "_Framework", sign_in: SignIn) -> None:
        issuer = sign_in.issuer
        super().__init__(
            framework,
            "provider",
            client_id=sign_in.client_id,
            client_secret=sign_in.client_secret.get_secret_value(),
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(sign_in.scopes),
                "code_challenge_method": "S256",
                "timeout": _CALL_SECONDS,
                "event_hooks": {"response": [_refuse_long_answer]},
            },
            user_agent="infusion-clinic-dashboard",
        )
        self._issuer = issuer

    async def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says about itself, as far as it is of use and makes sense.

        The rest would be handed to the HTTP client as if it were our own wishes.
        """
        if not self.server_metadata:
            async with self._get_session() as client:
                address = self._server_metadata_url
                answer = await client.request("GET", address, withhold_token=True)
            answer.raise_for_status()
            self.server_metadata = believed(answer.json(), self._issuer)
        return self.server_metadata


async def _refuse_long_answer(answer: httpx.Response) -> None:
    """Read no answer that says that it is far longer than any should be."""
    length = answer.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _MOST_BYTES:
        raise unusable("an answer that is too long")


def _silent() -> SignInError:
    return SignInError(
        "an identity provider that does not answer",
        "The sign-in service does not answer at the moment. Please try again in a few minutes.",
        503,
    )


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """A time limit on all calls together, and plain words for whatever goes wrong in them."""
    try:
        async with asyncio.timeout(_ALL_CALLS_SECONDS):
            yield
    except SignInError:
        raise
    except TimeoutError:
        _LOG.warning("The identity provider took too long.")
        raise _silent() from None
    except Exception as error:
        # The answers come from outside: whatever they provoke in the libraries is a refusal.
        raise _plain(error) from None


def _plain(error: Exception) -> SignInError:
    """What an error means. Its own words may hold what the browser or the provider sent."""
    _LOG.warning("A sign-in failed: %s.", type(error).__name__)
    if isinstance(error, OAuthError):
        return _plain_protocol_error(str(error.error))
    if isinstance(error, httpx.HTTPStatusError):
        return unusable(f"status {error.response.status_code}")
    if isinstance(error, httpx.HTTPError):
        return _silent()
    if isinstance(error, ClaimError):
        return unusable(f"an identity token that is not for this sign-in ({error.claim})")
    if isinstance(error, JoseError):
        return unusable(f"an identity token that does not hold ({error.error})")
    return unusable("an answer that makes no sense")


def _plain_protocol_error(code: str) -> SignInError:
    if code == "mismatching_state":
        return SignInError(
            "a return from the identity provider that fits no sign-in",
            "This sign-in was begun elsewhere, took too long, or is done already. Please begin "
            "again.",
        )
    if code == "access_denied":
        return SignInError(
            "access denied by the identity provider",
            "The sign-in service did not let you in, or you cancelled.",
        )
    return SignInError(
        "an error of the identity provider instead of an identity",
        "The sign-in service could not sign you in. Please begin again; if it happens again, tell "
        "whoever runs the dashboard.",
    )


class _Framework(StarletteIntegration):  # type: ignore[misc]
    """Where Authlib keeps a sign-in that is under way."""

    expires_in = TRANSACTION_SECONDS


class _Transactions:
    """Sign-ins under way, kept on the server: each for ten minutes, and each used once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def get(self, key: str) -> str | None:
        """What is kept, unless it is too old."""
        until, value = self._kept.get(key, (0.0, ""))
        return value if monotonic() < until else None

    async def set(self, key: str, value: str, seconds: int) -> None:
        """Keep something; the oldest makes room."""
        self._kept[key] = (monotonic() + seconds, value)
        while len(self._kept) > _MOST_TRANSACTIONS:
            self._kept.popitem(last=False)

    async def delete(self, key: str) -> None:
        """Forget it."""
        self._kept.pop(key, None)
