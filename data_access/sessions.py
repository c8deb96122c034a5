"""Sessions: who is signed in, for how long yet, and how it ended.

A session is found by the hash of the token in the browser's cookie, or by its id, which opens
nothing. Whether it is open is judged anew each time, by its two limits and by its user as they are
now; so whatever is changed about a user holds from the next question on.

**The clock.** A session that was opened, or last active, in the future is over: the clock was set
back, and its age cannot be told. Servers whose clocks differ by less than :data:`CLOCKS_DIFFER` may
share a database.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from access.actions import Action
from access.roles import ROLES, RoleName
from access.standing import NOBODY, Limits, Standing, Why
from access.viewer import Viewer
from data_access.audit import Entry, append
from data_access.schema import AuditHead, Session, User, UserSite

KEPT_AFTER_END = timedelta(days=90)
"""Sessions that ended longer ago are removed at the next sign-in; the trail keeps what they did."""

CLOCKS_DIFFER = timedelta(seconds=30)
"""By how much a session may lie in the future."""

_TOKEN_BYTES = 32
_ID_BYTES = 16

_END_WORDS = {
    Why.SIGNED_OUT: "by the person",
    Why.IDLE: "nothing was done for the idle limit",
    Why.ABSOLUTE: "open for the absolute limit",
    Why.DISABLED: "the user may no longer sign in",
    Why.ENDED: "by somebody who manages users",
    Why.UNKNOWN: "its age could not be told: the clock was set back",
}

_FOUND = (
    select(
        Session.session_id,
        Session.address,
        Session.opened_at,
        Session.active_at,
        Session.ended_at,
        Session.end_reason,
        User.sign_in_name,
        User.role,
        User.all_sites,
        User.disabled_at,
        UserSite.site_id,
    )
    .join(User, User.user_key == Session.user_key)
    .join(UserSite, UserSite.user_key == User.user_key, isouter=True)
)
_OF_WAYS = _FOUND.where(Session.way.in_(bindparam("ways", expanding=True)))
_BY_TOKEN = _OF_WAYS.where(Session.token_hash == bindparam("token_hash"))
_BY_ID = _OF_WAYS.where(Session.session_id.in_(bindparam("session_ids", expanding=True)))
_WHOSE = _FOUND.where(Session.session_id == bindparam("session_id"))


@dataclass(frozen=True, slots=True)
class Found:
    """Where a session stands, and whether its end still has to be written down."""

    standing: Standing
    is_to_end: bool


def find_by_token(
    connection: Connection, token: str, limits: Limits, ways: Collection[str], now: datetime
) -> Found:
    """The session that a token opens, also where it is over."""
    values = {"token_hash": _hash(token), "ways": sorted(ways)}
    found = _found(connection.execute(_BY_TOKEN, values), limits, now)
    return next(iter(found.values()), Found(NOBODY, is_to_end=False))


def find_by_id(
    connection: Connection,
    session_ids: Collection[str],
    limits: Limits,
    ways: Collection[str],
    now: datetime,
) -> dict[str, Found]:
    """Each of the sessions by its id, in one statement; what is not there is nobody's."""
    values = {"session_ids": sorted(session_ids), "ways": sorted(ways)}
    found = _found(connection.execute(_BY_ID, values), limits, now)
    return {name: found.get(name, Found(NOBODY, is_to_end=False)) for name in session_ids}


def session_of_token(
    connection: Connection, token: str, limits: Limits, ways: Collection[str], now: datetime
) -> Standing:
    """Where the session that a token opens stands. ``ways``: of signing in, that hold now."""
    return find_by_token(connection, token, limits, ways, now).standing


def standings(
    connection: Connection,
    session_ids: Collection[str],
    limits: Limits,
    ways: Collection[str],
    now: datetime,
) -> dict[str, Standing]:
    """Where each of the sessions stands, by its id."""
    found = find_by_id(connection, session_ids, limits, ways, now)
    return {name: each.standing for name, each in found.items()}


def viewer_of_session(
    connection: Connection, session_id: str, limits: Limits, ways: Collection[str], now: datetime
) -> Viewer | None:
    """The viewer as their role and sites are now; ``None`` unless the session is open."""
    return standings(connection, [session_id], limits, ways, now)[session_id].viewer


def open_session(
    connection: Connection, user_key: int, way: str, address: str, now: datetime
) -> str:
    """Open a session, in a write transaction; returns the token for the cookie, kept nowhere."""
    take_turn(connection)
    token = token_urlsafe(_TOKEN_BYTES)
    session_id = token_urlsafe(_ID_BYTES)
    connection.execute(
        insert(Session).values(
            session_id=session_id,
            token_hash=_hash(token),
            user_key=user_key,
            way=way,
            address=address,
            opened_at=now,
            active_at=now,
        )
    )
    _note(connection, session_id, Entry(Action.SIGN_IN, f"way: {way}"), now)
    return token


def note_activity(connection: Connection, session_id: str, limits: Limits, now: datetime) -> None:
    """The person did something, so the idle time begins anew, in a write transaction.

    A session that is over is not revived, and no clock that was set back makes it younger.
    """
    connection.execute(
        update(Session)
        .where(
            Session.session_id == session_id,
            Session.ended_at.is_(None),
            Session.active_at > now - limits.idle,
            Session.active_at < now,
            Session.opened_at > now - limits.absolute,
        )
        .values(active_at=now)
    )


def end_session(connection: Connection, session_id: str, why: str, now: datetime) -> bool:
    """End a session and note it, in a write transaction; whether there was one to end.

    ``why``: a word of :class:`~access.standing.Why`.
    """
    reason = Why(why)
    take_turn(connection)
    ended = connection.execute(
        update(Session)
        .where(Session.session_id == session_id, Session.ended_at.is_(None))
        .values(ended_at=now, end_reason=str(reason))
    )
    if ended.rowcount == 0:
        return False
    action = Action.SIGN_OUT if reason is Why.SIGNED_OUT else Action.SESSION_END
    _note(connection, session_id, Entry(action, _END_WORDS[reason]), now)
    return True


def end_sessions_of(connection: Connection, user_key: int, why: str, now: datetime) -> None:
    """End every open session of a user, in a write transaction."""
    take_turn(connection)
    statement = select(Session.session_id).where(
        Session.user_key == user_key, Session.ended_at.is_(None)
    )
    for session_id in connection.scalars(statement).all():
        end_session(connection, session_id, why, now)


def clear_up(connection: Connection, limits: Limits, now: datetime) -> None:
    """End what has reached a limit unnoticed, and remove what ended long ago; a write transaction.

    A browser that was closed asks for nothing any more, so nobody finds out that its session is
    over.
    """
    take_turn(connection)
    lapsed = select(Session.session_id, Session.opened_at).where(
        Session.ended_at.is_(None),
        or_(
            Session.active_at <= now - limits.idle,
            Session.opened_at <= now - limits.absolute,
        ),
    )
    for row in connection.execute(lapsed).all():
        is_old = row.opened_at <= now - limits.absolute
        end_session(connection, row.session_id, Why.ABSOLUTE if is_old else Why.IDLE, now)
    connection.execute(delete(Session).where(Session.ended_at < now - KEPT_AFTER_END))


def holder(connection: Connection, session_id: str) -> Viewer | None:
    """Whose session it is or was, for the trail; ``None`` where there is none."""
    rows = connection.execute(_WHOSE, {"session_id": session_id}).all()
    return _viewer(rows) if rows else None


def take_turn(connection: Connection) -> None:
    """Let one at a time change users and sessions, in a write transaction.

    The last entry of the trail is the queue: each such change adds an entry, and whoever took a
    user's or a session's row first would wait crosswise for whoever is about to add one.
    """
    connection.execute(select(AuditHead.entry_key).with_for_update())


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "backslashreplace")).hexdigest()


def _note(connection: Connection, session_id: str, entry: Entry, now: datetime) -> None:
    viewer = holder(connection, session_id)
    assert viewer is not None  # noqa: S101 - it was written in this transaction
    append(connection, viewer, entry, now)


def _found(rows: Iterable[Any], limits: Limits, now: datetime) -> dict[str, Found]:
    """The sessions by their ids; of each there is a row for every site of its user."""
    sessions: dict[str, list[Any]] = {}
    for row in rows:
        sessions.setdefault(row.session_id, []).append(row)
    return {name: _judged(of_one, limits, now) for name, of_one in sessions.items()}


def _judged(rows: list[Any], limits: Limits, now: datetime) -> Found:
    session = rows[0]
    why = _why_over(session, limits, now)
    viewer = _viewer(rows)
    standing = Standing(
        session_id=session.session_id,
        is_open=not why,
        why=why,
        viewer=None if why else viewer,
        stamp=_stamp(viewer),
        idle_seconds=max(0, int((now - session.active_at).total_seconds())),
    )
    return Found(standing, is_to_end=bool(why) and session.ended_at is None)


def _why_over(session: Any, limits: Limits, now: datetime) -> str:
    """Why a session is over; empty where it is open."""
    if session.ended_at is not None:
        return session.end_reason or Why.UNKNOWN
    if session.disabled_at is not None:
        return Why.DISABLED
    if max(session.opened_at, session.active_at) > now + CLOCKS_DIFFER:
        return Why.UNKNOWN
    if now - session.opened_at >= limits.absolute:
        return Why.ABSOLUTE
    if now - session.active_at >= limits.idle:
        return Why.IDLE
    return ""


def _viewer(rows: Sequence[Any]) -> Viewer:
    session = rows[0]
    sites = frozenset(row.site_id for row in rows if row.site_id is not None)
    return Viewer(
        session.sign_in_name,
        ROLES[RoleName(session.role)].permissions,
        None if session.all_sites else sites,
        role=session.role,
        session=session.session_id,
        address=session.address,
    )


def _stamp(viewer: Viewer) -> str:
    """Sixteen characters that are others when the role or the sites are."""
    sites = None if viewer.site_ids is None else sorted(viewer.site_ids)
    return sha256(json.dumps([viewer.role, sites]).encode()).hexdigest()[:16]
