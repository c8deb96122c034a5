"""Where a visitor stands: the session behind their cookie, and whom the gate asks about it.

The gate and the sign-in pages know of no database. They ask a :class:`Doorkeeper`;
:mod:`data_access.doorkeeper` is the one that the program uses.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from access.viewer import Viewer


class Way(StrEnum):
    """How somebody signed in; the value is what the database stores."""

    PROVIDER = "provider"
    LOCAL = "local"


class Why(StrEnum):
    """Why a session is not open, in the words of addresses, of the database and of the trail.

    ``DISABLED``: its user may no longer sign in. ``ENDED``: somebody who manages users ended it;
    its user may sign in again. ``UNKNOWN``: there is none, it was opened by a way that does not
    hold now, or the server's clock was set back, so that nobody can tell its age.
    """

    SIGNED_OUT = "signed-out"
    IDLE = "idle"
    ABSOLUTE = "absolute"
    DISABLED = "disabled"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: since the person last did something, and since the sign-in.

    A session that has reached a limit to the second is over.
    """

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a session.

    ``session_id`` names it and opens nothing; empty where there is none. ``why`` is a word of
    :class:`Why`, and empty while the session is open. ``viewer`` is ``None`` unless it is open.
    ``stamp`` changes when the person's role or sites do, so that an open page knows that it is out
    of date. ``idle_seconds``: since the person last did something, as far as it is written down.
    """

    session_id: str
    is_open: bool
    why: str
    viewer: Viewer | None
    stamp: str
    idle_seconds: int


NOBODY = Standing("", is_open=False, why=Why.UNKNOWN, viewer=None, stamp="", idle_seconds=0)
"""No session at all."""


class NotAdmittedError(Exception):
    """Somebody is not let in. The message is the sentence for them; the trail has the reason."""


class DoorkeeperAwayError(Exception):
    """The doorkeeper cannot answer now. The message says why; meanwhile nobody is let in."""


class Doorkeeper(Protocol):
    """Whom the gate asks who stands before it, and tells what happened there.

    Every function blocks, so the gate calls it in a thread. Each raises
    :class:`DoorkeeperAwayError` where the database cannot be used.
    """

    def standing(self, token: str) -> Standing:
        """The session that a cookie's token opens. One that is found to be over is ended."""
        ...

    def standings(self, session_ids: Collection[str]) -> dict[str, Standing]:
        """Each session by its id; what is found to be over is ended."""
        ...

    def active(self, session_id: str) -> None:
        """The person did something, so the idle time begins anew. Revives nothing that is over."""
        ...

    def end(self, session_id: str, why: str) -> None:
        """End a session for one of the reasons of :class:`Why`; nothing where it is over."""
        ...

    def admit(
        self, sign_in_name: str, subject: str, way: str, address: str, full_name: str = ""
    ) -> str:
        """Let somebody in whom the provider vouches for; returns the token for their cookie.

        ``subject``: the provider's lasting identifier (issuer and subject); empty by the local way,
        whose ``sign_in_name`` is ``local:`` and a role. Either way it is noted in the trail. Raises
        :class:`NotAdmittedError`.
        """
        ...

    def refused(self, what: str, address: str, session_id: str = "") -> None:
        """Note that something was refused at the gate. ``what`` in words of the program's own."""
        ...

    def printed(self, session_id: str, page: str, handle: str) -> None:
        """Note that a page was printed; ``handle`` of the patient shown on it, or empty."""
        ...
