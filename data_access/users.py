"""Users: who may sign in, with which role, at which sites. Each change is noted in the trail.

A user is never removed, only disabled: the trail names them for as long as it is kept. The users of
the local mode, ``local:`` and a role, are made by it and stay as they are.
"""

import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from access.actions import Action
from access.roles import RoleName
from access.standing import Why
from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer, require
from data_access.audit import Entry, append
from data_access.errors import ClinicDatabaseError
from data_access.schema import Session, Site, User, UserSite
from data_access.sessions import end_sessions_of, take_turn

LOCAL_PREFIX = "local:"
"""What the names of the local mode's users begin with."""

_RESERVED = (LOCAL_PREFIX, "terminal:")
_SHORTEST, _LONGEST = 3, 254
_LONGEST_FULL_NAME = 200

_BY_NAME = select(User).where(User.sign_in_name == bindparam("name"))


class UserRefusedError(ClinicDatabaseError):
    """A change of a user that cannot be made. The message says what would be right."""


class UnusableWordError(UserRefusedError):
    """A sign-in name, a role or a site that there cannot be or is not."""


def checked_sign_in_name(text: str) -> str:
    """A sign-in name as it is stored: trimmed and in lower case.

    Raises :class:`UnusableWordError` unless it has 3 to 254 characters, none of them a space or one
    that cannot be seen, and does not begin like the names that the program gives.
    """
    name = unicodedata.normalize("NFC", text.strip().lower())
    if not _SHORTEST <= len(name) <= _LONGEST:
        raise UnusableWordError(
            f"A sign-in name has {_SHORTEST} to {_LONGEST} characters: what the identity provider "
            "calls the person, as a rule an e-mail address."
        )
    if not name.isprintable() or any(character.isspace() for character in name):
        raise UnusableWordError(
            "A sign-in name has no space and no character that cannot be seen. "
            "Write it as the identity provider does, such as ada@clinic.example."
        )
    if name.startswith(_RESERVED):
        raise UnusableWordError(
            "Names that begin with 'local:' or 'terminal:' are given by the program."
        )
    return name


def checked_full_name(text: str) -> str:
    """A person's name as it is stored: on one line, with every character to be seen."""
    seen = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(seen.split())[:_LONGEST_FULL_NAME]


def list_users(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """Every user whom the viewer may change, in the order of their sign-in names.

    Columns: ``user_key``, ``sign_in_name``, ``full_name`` (may be empty), ``role`` (as stored),
    ``site_ids`` (a tuple; ``None`` for every site), ``added_by``, ``added_at`` (UTC),
    ``disabled_at`` (UTC; missing while enabled), ``signed_in_at`` (UTC; the last time within the
    ninety days for which sessions are kept).
    """
    require(viewer, Permission.MANAGE_USERS)
    sites = _sites_of_users(connection)
    latest = (
        select(Session.user_key, func.max(Session.opened_at).label("signed_in_at"))
        .group_by(Session.user_key)
        .subquery()
    )
    statement = (
        select(User, latest.c.signed_in_at)
        .join(latest, latest.c.user_key == User.user_key, isouter=True)
        .order_by(User.sign_in_name)
    )
    rows = []
    for row in connection.execute(statement):
        site_ids = None if row.all_sites else tuple(sites.get(row.user_key, ()))
        if _is_within(viewer, site_ids):
            rows.append(
                (
                    row.user_key,
                    row.sign_in_name,
                    row.full_name,
                    row.role,
                    site_ids,
                    row.added_by,
                    row.added_at,
                    row.disabled_at,
                    row.signed_in_at,
                )
            )
    return pd.DataFrame(rows, columns=list(_USER_COLUMNS)).astype(_USER_COLUMNS)


_USER_COLUMNS = {
    "user_key": "int64",
    "sign_in_name": "object",
    "full_name": "object",
    "role": "object",
    "site_ids": "object",
    "added_by": "object",
    "added_at": "datetime64[us, UTC]",
    "disabled_at": "datetime64[us, UTC]",
    "signed_in_at": "datetime64[us, UTC]",
}


def add_user(
    connection: Connection,
    viewer: Viewer,
    sign_in_name: str,
    role: str,
    site_ids: Collection[str] | None = None,
    full_name: str = "",
    now: datetime | None = None,
) -> str:
    """Let somebody sign in from now on, in a write transaction; returns the name as stored.

    ``site_ids``: ``None`` for every site. Raises :class:`UnusableWordError` for a name, role or
    site that cannot be used, and :class:`UserRefusedError` where the user is there already.
    """
    require(viewer, Permission.MANAGE_USERS)
    name = checked_sign_in_name(sign_in_name)
    word = _checked_role(role)
    chosen = _checked_sites(connection, viewer, site_ids)
    at = now or datetime.now(UTC)
    _note(connection, viewer, f"added {name} as {_in_words(word, chosen)}", at)
    if connection.execute(_BY_NAME, {"name": name}).one_or_none() is not None:
        raise UserRefusedError(
            "There is already a user of this sign-in name. Give them another role, or enable them."
        )
    _insert(connection, name, word, chosen, checked_full_name(full_name), viewer, at)
    return name


def add_local_user(connection: Connection, role: RoleName, now: datetime) -> int:
    """The user of a role in the local mode, made where there is none; returns the key."""
    name = f"{LOCAL_PREFIX}{role}"
    take_turn(connection)
    user = connection.execute(_BY_NAME, {"name": name}).one_or_none()
    if user is not None:
        return int(user.user_key)
    _note(connection, LOCAL_VIEWER, f"added {name} as {_in_words(role, None)}", now)
    return _insert(connection, name, role, None, "", LOCAL_VIEWER, now)


def disable_user(
    connection: Connection, viewer: Viewer, sign_in_name: str, now: datetime | None = None
) -> None:
    """Keep somebody out from now on and end their sessions, in a write transaction.

    Raises :class:`UserRefusedError` where there is no such user, they are disabled already, or they
    are the last administrator who is not.
    """
    at = now or datetime.now(UTC)
    user = _user_to_change(connection, viewer, sign_in_name, ("disabled", ""), at)
    if user.disabled_at is not None:
        raise UserRefusedError("This user is disabled already.")
    _keep_an_administrator(connection, viewer, user)
    _set(connection, user, disabled_at=at)
    end_sessions_of(connection, user.user_key, Why.DISABLED, at)


def enable_user(
    connection: Connection, viewer: Viewer, sign_in_name: str, now: datetime | None = None
) -> None:
    """Let somebody who was disabled sign in again, in a write transaction.

    Which account at the identity provider they are is forgotten, and learned anew from the next
    sign-in: so is let in, too, who was given a new account there.
    """
    at = now or datetime.now(UTC)
    user = _user_to_change(connection, viewer, sign_in_name, ("enabled", ""), at)
    if user.disabled_at is None:
        raise UserRefusedError("This user is not disabled.")
    _set(connection, user, disabled_at=None, subject=None)


def set_role(
    connection: Connection,
    viewer: Viewer,
    sign_in_name: str,
    role: str,
    site_ids: Collection[str] | None = None,
    now: datetime | None = None,
) -> None:
    """Give somebody a role at some sites, or at every site, in a write transaction.

    It holds from their next click on. Raises as :func:`add_user` and :func:`disable_user`.
    """
    require(viewer, Permission.MANAGE_USERS)
    word = _checked_role(role)
    chosen = _checked_sites(connection, viewer, site_ids)
    at = now or datetime.now(UTC)
    change = ("changed", f" to {_in_words(word, chosen)}")
    user = _user_to_change(connection, viewer, sign_in_name, change, at)
    if word is not RoleName.ADMINISTRATOR or chosen is not None:
        _keep_an_administrator(connection, viewer, user)
    _set(connection, user, role=str(word), all_sites=chosen is None)
    connection.execute(delete(UserSite).where(UserSite.user_key == user.user_key))
    _insert_sites(connection, user.user_key, chosen)


def _user_to_change(
    connection: Connection, viewer: Viewer, sign_in_name: str, change: tuple[str, str], at: datetime
) -> Any:
    """The user's row, once the change is noted; so changes come one after the other.

    ``change``: what is said of it before and after the user's name.
    """
    require(viewer, Permission.MANAGE_USERS)
    if sign_in_name.strip().lower().startswith(LOCAL_PREFIX):
        raise UserRefusedError("The users of the local mode are made by it and stay as they are.")
    name = checked_sign_in_name(sign_in_name)
    before, after = change
    _note(connection, viewer, f"{before} {name}{after}", at)
    user = connection.execute(_BY_NAME, {"name": name}).one_or_none()
    if user is None:
        raise UserRefusedError("There is no user of this sign-in name.")
    if user.sign_in_name == viewer.name:
        raise UserRefusedError("Nobody changes their own access. Ask another administrator.")
    site_ids = None if user.all_sites else _sites_of_users(connection).get(user.user_key, ())
    if not _is_within(viewer, site_ids):
        raise NotPermittedError("This user also works at sites that are for others to manage.")
    return user


def _keep_an_administrator(connection: Connection, viewer: Viewer, user: Any) -> None:
    """Refuse what would leave nobody who lets people in; only the terminal may do that."""
    if viewer.role == LOCAL_VIEWER.role or not _lets_people_in(user):
        return
    others = connection.execute(select(User).where(User.user_key != user.user_key))
    if not any(_lets_people_in(other) for other in others):
        raise UserRefusedError(
            "This is the last administrator of every site. Add another one first, or use "
            "'python -m data_access users' at the server's terminal."
        )


def _lets_people_in(user: Any) -> bool:
    return (
        user.role == RoleName.ADMINISTRATOR
        and user.all_sites
        and user.disabled_at is None
        and not user.sign_in_name.startswith(LOCAL_PREFIX)
    )


def _is_within(viewer: Viewer, site_ids: Collection[str] | None) -> bool:
    """Whether the viewer sees all these sites (``None``: every site)."""
    if viewer.site_ids is None:
        return True
    return site_ids is not None and viewer.site_ids.issuperset(site_ids)


def _checked_role(role: str) -> RoleName:
    try:
        return RoleName(role.strip().lower())
    except ValueError as error:
        raise UnusableWordError(
            f"There is no such role. The roles: {', '.join(RoleName)}."
        ) from error


def _checked_sites(
    connection: Connection, viewer: Viewer, site_ids: Collection[str] | None
) -> list[str] | None:
    """The sites in order; ``None`` for every site."""
    if site_ids is None:
        if viewer.site_ids is not None:
            raise NotPermittedError("Every site is for others to give; name some of yours.")
        return None
    chosen = sorted(set(site_ids))
    there = sorted(connection.scalars(select(Site.site_id)))
    known = [site_id for site_id in there if _is_within(viewer, [site_id])]
    if not chosen or not set(known).issuperset(chosen):
        raise UnusableWordError(
            f"Name one site or more of these: {', '.join(known)}."
            if known
            else "There are no sites yet. Import the clinic's records first, or give every site."
        )
    return chosen


def _in_words(role: RoleName, site_ids: list[str] | None) -> str:
    return f"{role}, {'every site' if site_ids is None else 'sites ' + ', '.join(site_ids)}"


def _note(connection: Connection, viewer: Viewer, what: str, at: datetime) -> None:
    take_turn(connection)
    append(connection, viewer, Entry(Action.USERS, what), at)


def _insert(
    connection: Connection,
    name: str,
    role: RoleName,
    site_ids: list[str] | None,
    full_name: str,
    by: Viewer,
    at: datetime,
) -> int:
    """Write a new user down, in whose turn it is; returns the key."""
    key = (connection.scalar(select(func.max(User.user_key))) or 0) + 1
    connection.execute(
        insert(User).values(
            user_key=key,
            sign_in_name=name,
            full_name=full_name,
            role=str(role),
            all_sites=site_ids is None,
            added_by=by.name,
            added_at=at,
        )
    )
    _insert_sites(connection, key, site_ids)
    return key


def _insert_sites(connection: Connection, user_key: int, site_ids: list[str] | None) -> None:
    if site_ids:
        connection.execute(
            insert(UserSite),
            [{"user_key": user_key, "site_id": site_id} for site_id in site_ids],
        )


def _set(connection: Connection, user: Any, **values: object) -> None:
    connection.execute(update(User).where(User.user_key == user.user_key).values(**values))


def _sites_of_users(connection: Connection) -> dict[int, tuple[str, ...]]:
    """The sites of each user who has only some, in order."""
    sites: dict[int, tuple[str, ...]] = {}
    statement = select(UserSite.user_key, UserSite.site_id).order_by(UserSite.site_id)
    for row in connection.execute(statement):
        sites[row.user_key] = (*sites.get(row.user_key, ()), row.site_id)
    return sites
