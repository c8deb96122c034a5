"""The cookie that holds a session's token, and nothing else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

Headers = Iterable[tuple[bytes, bytes]]
"""Headers as ASGI hands them over: names in lower case."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Cookie:
    """How the cookie is named and kept by the browser.

    It ends with the browser; the server's limits count. A name with ``__Host-`` is accepted by
    browsers only with ``Secure``, for the whole host and from the host itself, so that a neighbour
    of the same domain cannot plant one.
    """

    name: str
    is_secure: bool

    def holding(self, token: str) -> str:
        """The value of ``Set-Cookie`` that hands a token to the browser."""
        return f"{self.name}={token}; {self._rules}"

    @property
    def cleared(self) -> str:
        """The value of ``Set-Cookie`` that takes the token away again."""
        return f"{self.name}=; Max-Age=0; {self._rules}"

    @property
    def _rules(self) -> str:
        return "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self.is_secure else "")

    def given(self, headers: Headers) -> str | None:
        """What a request's cookie holds; ``None`` without one, or with two of the same name."""
        lines = [value.decode("latin-1") for name, value in headers if name == b"cookie"]
        pairs = [pair.strip().partition("=") for line in lines for pair in line.split(";")]
        values = [value for name, _, value in pairs if name == self.name]
        return values[0] if len(values) == 1 else None


def cookie_of(public_url: str | None) -> Cookie:
    """The cookie of a dashboard at this address: ``Secure`` wherever that is https."""
    if public_url is not None and public_url.lower().startswith("https:"):
        return Cookie("__Host-clinic", is_secure=True)
    return Cookie("clinic", is_secure=False)


def is_token(value: str) -> bool:
    """Whether a cookie's value has the form of a token; any other opens nothing."""
    return _TOKEN.fullmatch(value) is not None
