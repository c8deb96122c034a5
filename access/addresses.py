"""Which addresses there are: each known exactly, and every other one refused."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

from access.web import FILES


class Place(Enum):
    """What lies at an address, and by that who may come there."""

    FREE = auto()  # Streamlit's own files and its health: for everybody
    SIGN_IN = auto()  # the sign-in routes: for everybody
    FILE = auto()  # the gate's own files: for everybody
    PAGE = auto()  # a page of the dashboard
    SESSION = auto()  # what an open page asks about its session, and tells it
    SIGN_OUT = auto()
    SETTINGS = auto()  # what Streamlit's page asks its server before it connects
    SOCKET = auto()  # the connection over which a page is drawn
    MEDIA = auto()  # a file that a page was given to offer
    CLOSED = auto()  # a part of Streamlit's server that nobody may reach
    DISGUISED = auto()  # an address written so that two programs may read it differently
    UNKNOWN = auto()


READ = frozenset({"GET", "HEAD"})
_POST = frozenset({"POST"})

SIGN_IN = "/clinic/sign-in"
SIGN_OUT = "/clinic/sign-out"
SESSION = "/clinic/session"
_FIXED: dict[str, tuple[Place, frozenset[str]]] = {
    "/_stcore/health": (Place.FREE, READ),
    "/favicon.png": (Place.FREE, READ),
    "/_stcore/host-config": (Place.SETTINGS, READ),
    SIGN_IN: (Place.SIGN_IN, READ),
    f"{SIGN_IN}/start": (Place.SIGN_IN, frozenset({"GET"})),
    f"{SIGN_IN}/done": (Place.SIGN_IN, frozenset({"GET"})),
    f"{SIGN_IN}/local": (Place.SIGN_IN, _POST),
    SESSION: (Place.SESSION, READ | _POST),
    SIGN_OUT: (Place.SIGN_OUT, _POST),
    **dict.fromkeys(FILES, (Place.FILE, READ)),
}
_SOCKET = "/_stcore/stream"
_STATIC = re.compile(r"/static(/[A-Za-z0-9_-][A-Za-z0-9_.@+-]*)+")
_MEDIA = re.compile(r"/media/([0-9a-f]{32})(\.[a-z0-9]{1,8})?")
_CLOSED = re.compile(r"/(_stcore|media|component|app|auth|oauth2callback)(/.*)?")
_PLAIN = re.compile(rb"(/[A-Za-z0-9_.@+~-]*)+")


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at an address, by which methods it is reached, and of a file its id."""

    place: Place
    methods: frozenset[str] = READ
    media_id: str = ""


class Addresses:
    """Every address that there is."""

    def __init__(self, pages: Collection[str]) -> None:
        """``pages``: the addresses of the dashboard's pages, such as ``/`` and ``/patients``."""
        self._fixed = _FIXED | dict.fromkeys(pages, (Place.PAGE, READ))

    def find(self, path: str, raw_path: bytes, *, is_socket: bool) -> Found:
        """What lies at a path, as it was read (``path``) and as it was sent (``raw_path``).

        No known address needs an escape, so any that has one, or is not in its shortest form, is
        taken for a trick: another program on the way may have read it differently.
        """
        if raw_path.decode("latin-1") != path or not _is_plain(raw_path):
            return Found(Place.DISGUISED)
        if is_socket:
            return Found(Place.SOCKET if path == _SOCKET else Place.UNKNOWN)
        if fixed := self._fixed.get(path):
            return Found(*fixed)
        if _STATIC.fullmatch(path):
            return Found(Place.FREE)
        if media := _MEDIA.fullmatch(path):
            return Found(Place.MEDIA, media_id=media[1])
        return Found(Place.CLOSED if _CLOSED.fullmatch(path) else Place.UNKNOWN)


def _is_plain(raw_path: bytes) -> bool:
    parts = raw_path.split(b"/")
    return _PLAIN.fullmatch(raw_path) is not None and not (
        b"." in parts or b".." in parts or b"" in parts[1:-1]
    )
