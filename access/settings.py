"""The clinic's settings: how people sign in, how long a session lasts, under which address.

They are a file, ``settings.toml``, that whoever runs the dashboard writes; without one, the
dashboard serves this computer only, and a person picks a role. An example::

    public_url = "https://clinic.example"
    tls_in_front = true

    [sign_in]
    issuer = "https://accounts.google.com"
    client_id = "1234.apps.googleusercontent.com"
    client_secret_file = "client-secret"

    [sessions]
    idle_minutes = 10

The secret may stand in a file of its own, whose path begins at the settings' folder.
"""

import os
import re
import tomllib
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from access.hosts import is_loopback
from access.standing import Limits

SETTINGS_VARIABLE = "CLINIC_SETTINGS"
"""The environment variable that names the file; then it must be there."""

_MOST_BYTES = 100_000
_SECRET_BYTES = 4_096


class SettingsError(Exception):
    """The settings cannot be used. The message says where, why, and what would be right."""


def _address(url: str) -> SplitResult:
    """The parts of a web address. Raises ``ValueError`` unless it is one, without a password."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, a port that is none
        is_whole = False
    if not is_whole:
        raise ValueError("must be an address such as https://clinic.example")
    if parts.username is not None or parts.query or parts.fragment or re.search(r"[\s\\]", url):
        raise ValueError("must be an address without user, query or fragment")
    return parts


def _issuer(url: str) -> str:
    parts = _address(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https://")
    return url


def _origin(url: str) -> str:
    parts = _address(url)
    if parts.path not in {"", "/"}:
        raise ValueError("must name the host only, without a path, such as https://clinic.example")
    return url.rstrip("/").lower()


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must be a text of one line, and not empty")
    return text.strip()


def _host(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", name):
        raise ValueError('must be host names without a port, such as "clinic.example"')
    return name.lower()


def _scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in scopes:
        raise ValueError('must contain "openid"')
    return scopes


Line = Annotated[str, AfterValidator(_one_line), Field(max_length=300)]


class _Table(BaseModel):
    """A table of the file: nothing but its own keys, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SignIn(_Table):
    """The identity provider, and what the dashboard is called there.

    ``claim``: what the provider says about a person that is compared with a user's sign-in name.
    ``label``: what the button on the sign-in page names. ``prompt``: what the provider is to ask
    even of somebody who is signed in there, such as ``login`` where people share computers.
    """

    issuer: Annotated[str, AfterValidator(_issuer), Field(max_length=1000)]
    client_id: Line
    client_secret: SecretStr
    client_secret_file: Path | None = None
    claim: Line = "email"
    scopes: Annotated[tuple[Line, ...], AfterValidator(_scopes)] = ("openid", "email", "profile")
    label: Line = "the clinic's account"
    prompt: Literal["login", "select_account", "consent"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _secret_from_file(cls, given: Any, info: ValidationInfo) -> Any:
        """Read the secret from its file, where it does not stand in the settings."""
        if not isinstance(given, dict):
            return given
        name = given.get("client_secret_file")
        if (name is None) == (given.get("client_secret") is None):
            raise ValueError("must have either client_secret or client_secret_file")
        if name is None:
            return given
        folder: Path = (info.context or {}).get("folder", Path())
        return {**given, "client_secret": _secret(folder / str(name))}

    @model_validator(mode="after")
    def _secret_is_there(self) -> Self:
        if not self.client_secret.get_secret_value().strip():
            raise ValueError("must have a client secret that is not empty")
        return self


class Sessions(_Table):
    """How long a session lasts: since the person last did something, and in all."""

    idle_minutes: Annotated[float, Field(strict=True, ge=0.05, le=120)] = 15
    absolute_hours: Annotated[float, Field(strict=True, ge=0.01, le=24)] = 12

    def limits(self) -> Limits:
        """The same as durations."""
        return Limits(
            idle=timedelta(minutes=self.idle_minutes), absolute=timedelta(hours=self.absolute_hours)
        )


class Settings(_Table):
    """All settings.

    ``public_url``: under which address people open the dashboard. ``tls_in_front``: whether a proxy
    in front of it encrypts what goes over the network. ``allowed_hosts``: further host names that
    requests may name.
    """

    sign_in: SignIn | None = None
    sessions: Sessions = Sessions()
    public_url: Annotated[str, AfterValidator(_origin)] | None = None
    tls_in_front: Annotated[bool, Field(strict=True)] = False
    allowed_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()

    @model_validator(mode="after")
    def _signs_in_somewhere(self) -> Self:
        if self.sign_in and self.public_url is None:
            raise ValueError(
                "must have public_url, the address to which the identity provider sends people back"
            )
        return self

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the dashboard over TLS, so that cookies may insist on it."""
        return bool(self.public_url and self.public_url.startswith("https:"))

    @property
    def hosts(self) -> frozenset[str]:
        """The host names, without port, that a request may name; empty where any may be."""
        own = urlsplit(self.public_url).hostname if self.public_url else None
        return frozenset((*self.allowed_hosts, *((own,) if own else ())))


def find_settings(default: Path) -> Settings:
    """The settings from the file that the environment names, else from ``default`` if it is there.

    Raises :class:`SettingsError`.
    """
    named = os.environ.get(SETTINGS_VARIABLE)
    if named:
        return read_settings(Path(named))
    return read_settings(default) if default.exists() else Settings()


def read_settings(path: Path) -> Settings:
    """The settings of a file. Raises :class:`SettingsError` with all that is wrong with it."""
    try:
        given = tomllib.loads(_text(path, _MOST_BYTES))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at ([^()]+)\)$", str(error))
        where = place[1] if place else "some line"
        raise SettingsError(
            f'{path}, {where}: this is not TOML. A line reads: name = "value".'
        ) from None
    except ValueError as error:
        raise SettingsError(f"{path} {error}.") from None
    try:
        return Settings.model_validate(given, context={"folder": path.parent})
    except ValidationError as error:
        # The values stay out of the message: one of them is the secret.
        problems = [_problem(detail) for detail in error.errors(include_input=False)]
        raise SettingsError(f"{path}: {' '.join(problems)}") from None


def _text(path: Path, most_bytes: int) -> str:
    """The text of a small file. Raises ``ValueError`` with words that follow its name."""
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise ValueError("is not there") from None
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    if len(content) > most_bytes:
        raise ValueError(f"is larger than {most_bytes:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is not a UTF-8 text") from None


def _secret(path: Path) -> str:
    try:
        return _text(path, _SECRET_BYTES).strip()
    except ValueError as error:
        raise ValueError(f"must name a file with the client secret: {path} {error}") from None


_KEYS: dict[str, type[BaseModel]] = {"": Settings, "sign_in": SignIn, "sessions": Sessions}


_RIGHT = {
    "bool_type": "true or false",
    "float_type": "a number",
    "model_type": "a table, which begins with its name in brackets",
    "string_type": "a text in quotes",
    "tuple_type": 'a list, such as ["one", "two"]',
}
"""What would be right, by pydantic's name of the error, where its own words say less."""


def _problem(detail: ErrorDetails) -> str:
    """One thing that is wrong, in a sentence: the key, and what would be right."""
    place = [str(part) for part in detail["loc"] if not isinstance(part, int)]
    key = ".".join(place)
    if detail["type"] == "extra_forbidden":
        return f"{key} is unknown.{_meant(place)}"
    if detail["type"] == "missing":
        return f"{key} is missing."
    if detail["type"] in _RIGHT:
        return f"{key} must be {_RIGHT[detail['type']]}."
    words = detail["msg"].removeprefix("Value error, ")
    words = re.sub(r"^(Input|\w+) should ", "must ", words)
    return f"{key or 'The file'} {words}."


def _meant(place: list[str]) -> str:
    """What was probably meant by an unknown key."""
    known = _KEYS.get(".".join(place[:-1]), Settings).model_fields
    near = get_close_matches(place[-1], known, n=1)
    return f" Did you mean {near[0]}?" if near else f" Known are {', '.join(known)}."
