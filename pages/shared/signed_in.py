"""Who looks: the session that the gate let in, and its viewer as the database knows them now.

Each run of a page and of a part of one asks anew, so that a session that has ended and a role that
has changed hold at once. The gate puts the session's public name into a header, which Streamlit
hands on as ``st.user["session"]`` (``server.trustedUserHeaders``); it opens nothing by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st
from sqlalchemy import Connection

from access.standing import Limits, Way, Why
from access.viewer import NotPermittedError, Viewer
from data_access.reporting_roles import assume
from data_access.sessions import end_session, viewer_of_session
from pages.shared.context import PageContext
from pages.shared.database import clinic_database, clinic_users
from pages.shared.start_up import clinic_settings

_SESSION = "session"
_SIGN_IN = "/clinic/sign-in"


class SignedOutError(NotPermittedError):
    """The session of whoever looks has ended, so nothing is shown."""


def _ways() -> tuple[Way, ...]:
    """The ways of signing in that hold: by the provider, or locally where none is set."""
    return (Way.LOCAL if clinic_settings().sign_in is None else Way.PROVIDER,)


def session_limits() -> Limits:
    """How long sessions last."""
    return clinic_settings().sessions.limits()


def session_now() -> str:
    """What the gate calls the session of this run; empty where there is none."""
    session_id = st.user.get(_SESSION)
    return session_id if isinstance(session_id, str) else ""


def viewer_now(connection: Connection) -> Viewer | None:
    """Whoever looks in this run; ``None`` where nobody is signed in any more."""
    session_id = session_now()
    return _viewer(connection, session_id) if session_id else None


def _viewer(connection: Connection, session_id: str) -> Viewer | None:
    return viewer_of_session(connection, session_id, session_limits(), _ways(), datetime.now(UTC))


@contextmanager
def looking_anew(context: PageContext) -> Iterator[PageContext]:
    """The context with a transaction of its own, and with what its viewer may see by now.

    For what runs later than the page: a part that draws itself anew, a file that is made when a
    button is pressed. Uses nothing of Streamlit's run, so it works in a thread.

    Raises :class:`SignedOutError` where the session has ended.
    """
    with clinic_database() as connection:
        viewer = still_looking(connection, context.viewer)
        assume(connection, viewer)
        yield replace(context, connection=connection, viewer=viewer)


def still_looking(connection: Connection, viewer: Viewer) -> Viewer:
    """A viewer of before as they may look now. The server's terminal has no session to end.

    Raises :class:`SignedOutError` where the session has ended.
    """
    return viewer_of(connection, viewer.session) if viewer.session else viewer


def viewer_of(connection: Connection, session_id: str) -> Viewer:
    """Whoever a session of before belongs to, as they may look now; works in a thread.

    Raises :class:`SignedOutError` where the session has ended, or there was none.
    """
    now = _viewer(connection, session_id) if session_id else None
    if now is None:
        raise SignedOutError("You are signed out, so nothing is shown.")
    return now


def sign_out(viewer: Viewer) -> None:
    """End the viewer's session and run anew, which finds that it has ended.

    The gate closes the session's other tabs within seconds. Raises
    :class:`~data_access.errors.ClinicDatabaseError` where it cannot be written down.
    """
    with clinic_users() as connection:
        end_session(connection, viewer.session, Why.SIGNED_OUT, datetime.now(UTC))
    st.rerun()


def signed_out() -> None:
    """Draw that nobody is signed in, and the way in; nothing else."""
    st.markdown("# You are signed out")
    st.html(f'<a href="{_SIGN_IN}">Sign in</a>')
