"""Who is signed in now, for those who manage users, and how they end it.

Beside :mod:`data_access.users`, which changes who may sign in.
"""

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, and_, case, func, select

from access.actions import Action
from access.standing import Limits, Why
from access.viewer import Permission, Viewer, require
from data_access.audit import Entry, append
from data_access.frames import query_frame
from data_access.schema import Session
from data_access.sessions import end_sessions_of
from data_access.users import UserRefusedError, list_users


def sessions_of_users(
    connection: Connection, viewer: Viewer, limits: Limits, now: datetime
) -> pd.DataFrame:
    """What is known of the sessions of each user who has had one lately.

    Columns: ``user_key``, ``open_sessions`` (that have reached no limit), ``active_at`` (UTC; when
    the person last did something, in a session of the ninety days for which they are kept).
    """
    require(viewer, Permission.MANAGE_USERS)
    is_open = and_(
        Session.ended_at.is_(None),
        Session.active_at > now - limits.idle,
        Session.opened_at > now - limits.absolute,
    )
    statement = select(
        Session.user_key,
        func.sum(case((is_open, 1), else_=0)).label("open_sessions"),
        func.max(Session.active_at).label("active_at"),
    ).group_by(Session.user_key)
    found = query_frame(connection, statement)
    permitted = list_users(connection, viewer)["user_key"]
    return found[found["user_key"].isin(permitted)].reset_index(drop=True)


def end_sessions_of_user(
    connection: Connection, viewer: Viewer, sign_in_name: str, now: datetime
) -> None:
    """End a user's open sessions, in a write transaction; they may sign in again.

    Raises :class:`~data_access.users.UserRefusedError` where there is no such user.
    """
    require(viewer, Permission.MANAGE_USERS)
    users = list_users(connection, viewer)
    keys = users.loc[users["sign_in_name"] == sign_in_name, "user_key"]
    if keys.empty:
        raise UserRefusedError("There is no user of this sign-in name.")
    append(connection, viewer, Entry(Action.USERS, f"ended the sessions of {sign_in_name}"), now)
    end_sessions_of(connection, int(keys.iloc[0]), Why.ENDED, now)
