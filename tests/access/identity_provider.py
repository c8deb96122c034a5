"""A real identity provider (pytest-iam: Canaille), and a hand between it and us.

The provider speaks the protocol over HTTP. What stands between can alter what it has signed, and
sign it anew with the provider's own key; answer in its place; and keep an answer back.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry
from pytest_iam import Server
from werkzeug.test import run_wsgi_app

CLIENT_ID = "the-dashboard"
CLIENT_SECRET = "a secret of the tests"
DESCRIPTION = "/.well-known/openid-configuration"
AUTHORIZE = "/oauth/authorize"
TOKEN = "/oauth/token"
KEYS = "/oauth/jwks.json"
USERINFO = "/oauth/userinfo"
_ANY_SIGNATURE = JWSRegistry(algorithms=list(JWSRegistry.algorithms), strict_check_header=False)

Answer = tuple[str, bytes]
"""A status line and a body."""


@dataclass
class IdentityProvider:
    """The provider; what it is made to say holds until :meth:`be_honest`.

    ``claims``: what is put over the claims of an identity token, ``None`` for taking one away.
    ``description``: the same of its description of itself. ``signed_by``: another algorithm than
    its own. ``instead``: answers by path. ``kept_back``: paths that are answered late.
    """

    server: Server
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    signed_by: str | None = None
    instead: dict[str, Answer] = field(default_factory=dict)
    kept_back: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    _waiting: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.server.httpd.set_app(self)

    @property
    def issuer(self) -> str:
        """What the provider calls itself."""
        return self.server.url.rstrip("/")

    def be_honest(self) -> None:
        """Let the provider say what it says by itself, at once, to nobody signed in."""
        self._waiting.set()
        self.server.logout()
        for store in (self.claims, self.description, self.instead, self.kept_back, self.asked):
            store.clear()
        self.signed_by = None

    @contextmanager
    def keeping_back(self, path: str) -> Iterator[None]:
        """Answer at a path only when the block ends."""
        self._waiting.clear()
        self.kept_back.add(path)
        try:
            yield
        finally:
            self.kept_back.clear()
            self._waiting.set()

    def add_client(self, come_back_to: str, client_id: str = CLIENT_ID) -> None:
        """Know the dashboard."""
        client = self.server.models.Client(
            client_id=client_id,
            client_secret=CLIENT_SECRET,
            client_name="Dashboard",
            client_uri="http://localhost",
            redirect_uris=[come_back_to],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "email"],
            token_endpoint_auth_method="client_secret_basic",
        )
        self.server.backend.save(client)
        client.audience = [client]
        self.server.backend.save(client)

    def add_person(self, email: str, name: str = "Ada Quill") -> Any:
        """Somebody with an account, whose password is ``correct horse``."""
        person = self.server.models.User(
            user_name=email.partition("@")[0],
            family_name=name.rpartition(" ")[2],
            formatted_name=name,
            emails=[email],
            password="correct horse",
        )
        self.server.backend.save(person)
        return person

    def change_keys(self) -> None:
        """Sign by a new key, and forget the one before."""
        key = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
        self.server.app.config["CANAILLE_OIDC"]["ACTIVE_JWKS"] = [key]

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """The WSGI application that stands before the provider's own."""
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path in self.kept_back:
            self._waiting.wait(timeout=10)
        if path == AUTHORIZE:
            self.forget_codes()
        if path in self.instead:
            status, body = self.instead[path]
            start_response(status, [("Content-Type", "application/json")])
            return [body]
        if path == TOKEN and (self.claims or self.signed_by):
            return self._altered(environ, start_response, self._with_other_claims)
        if path == DESCRIPTION and self.description:
            return self._altered(environ, start_response, self._with_other_description)
        return self.server.app(environ, start_response)

    def forget_codes(self) -> None:
        """Forget the codes that were never redeemed: its store would take any of a client's."""
        with self.server.app.app_context():
            for code in self.server.backend.query(self.server.models.AuthorizationCode):
                self.server.backend.delete(code)

    def _altered(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        alter: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> Iterable[bytes]:
        body, status, _ = run_wsgi_app(self.server.app, environ)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(alter(json.loads(b"".join(body)))).encode()]

    def _with_other_description(self, said: dict[str, Any]) -> dict[str, Any]:
        return _put_over(said, self.description)

    def _with_other_claims(self, said: dict[str, Any]) -> dict[str, Any]:
        key = RSAKey.import_key(self.server.app.config["CANAILLE_OIDC"]["ACTIVE_JWKS"][0])
        token = jwt.decode(said["id_token"], key, registry=_ANY_SIGNATURE)
        header = {**token.header, "alg": self.signed_by or token.header["alg"]}
        by_secret = OctKey.import_key(CLIENT_SECRET.encode())
        signed = jwt.encode(
            header,
            _put_over(token.claims, self.claims),
            by_secret if self.signed_by in {"HS256", "none"} else key,
            registry=_ANY_SIGNATURE,
        )
        return {**said, "id_token": signed}


def _put_over(given: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**given, **other}.items() if value is not None}
