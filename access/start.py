"""Whether the dashboard may be served at all, with these settings and at this address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

from access.hosts import is_loopback
from access.settings import Settings


@dataclass(frozen=True, slots=True)
class Serving:
    """How the server is about to serve.

    ``address``: on which it listens; empty for all addresses. ``has_certificate``: whether it
    encrypts by itself. ``is_own_file``: whether the database is an SQLite file.
    """

    address: str
    has_certificate: bool
    is_own_file: bool


def reasons_not_to_start(settings: Settings, serving: Serving) -> list[str]:
    """Why the dashboard must not be served so, a sentence each; none where it may be."""
    if settings.sign_in is None:
        return _without_sign_in(settings, serving)
    return _with_sign_in(settings, serving)


_SET_SIGN_IN = "set up [sign_in] in the settings (docs/security.md shows how)"


def _without_sign_in(settings: Settings, serving: Serving) -> list[str]:
    """Without sign-in a person picks a role, which is right at the computer itself only."""
    reasons = []
    if not is_loopback(serving.address):
        reasons.append(
            f"Without sign-in the dashboard serves this computer only, but it was to listen on "
            f"{_named(serving.address)}: {_SET_SIGN_IN}, or leave the address at 127.0.0.1."
        )
    if not serving.is_own_file:
        reasons.append(
            "Without sign-in the dashboard shows a database file of this computer only, but "
            f"CLINIC_DATABASE_URL names a database server: {_SET_SIGN_IN}, or unset the variable."
        )
    if settings.tls_in_front or not is_loopback(_host(settings) or "localhost"):
        reasons.append(
            "Without sign-in the dashboard serves this computer only, but the settings say that "
            f"it is reached from others (public_url or tls_in_front): {_SET_SIGN_IN}, or remove "
            "both."
        )
    return reasons


def _with_sign_in(settings: Settings, serving: Serving) -> list[str]:
    """With sign-in nothing may go over a network in the clear."""
    reasons = []
    is_local = is_loopback(serving.address)
    if not settings.is_https and not (is_local and is_loopback(_host(settings))):
        reasons.append(
            "public_url begins with http://, so cookies and records would go over the network in "
            "the clear: set it to the https:// address of the dashboard."
        )
    if not (is_local or serving.has_certificate or settings.tls_in_front):
        reasons.append(
            f"The dashboard was to listen on {_named(serving.address)} without TLS: set "
            "server.sslCertFile and server.sslKeyFile, or tls_in_front = true in the settings "
            "where a proxy encrypts, or leave the address at 127.0.0.1."
        )
    return reasons


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url or "").hostname or ""


def _named(address: str) -> str:
    return address or "all addresses"


def uvicorn_serving(
    arguments: Sequence[str], environment: Mapping[str, str]
) -> tuple[str, bool] | None:
    """The address and whether there is a certificate, where ``uvicorn`` runs the dashboard.

    Uvicorn does not tell the program where it listens, so its command line is read: ``arguments``
    as in ``sys.argv``. ``None`` where it is not uvicorn's.
    """
    program = PurePath(arguments[0]) if arguments else PurePath()
    if program.stem != "uvicorn" and program.parent.name != "uvicorn":
        return None
    address = _option(arguments, "--host") or environment.get("UVICORN_HOST") or "127.0.0.1"
    certificate = _option(arguments, "--ssl-certfile") or environment.get("UVICORN_SSL_CERTFILE")
    return address, bool(certificate)


def _option(arguments: Sequence[str], name: str) -> str | None:
    """The value of the last option of a name, as ``--name value`` or ``--name=value``."""
    value = None
    for here, following in zip(arguments, (*arguments[1:], ""), strict=True):
        if here == name:
            value = following
        elif here.startswith(f"{name}="):
            value = here.removeprefix(f"{name}=")
    return value
