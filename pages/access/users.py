"""Users: who may sign in, with which role and at which sites; and changing it.

Nothing is changed by one press: what will happen is said first, and has to be confirmed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from access.roles import ROLES
from access.viewer import NotPermittedError
from data_access.errors import ClinicDatabaseError
from data_access.sessions import take_turn
from data_access.user_sessions import sessions_of_users
from data_access.users import LOCAL_PREFIX, checked_full_name, checked_sign_in_name, list_users
from pages.access.user_changes import (
    EVERY_SITE,
    Change,
    Kind,
    Place,
    carry_out,
    has_happened,
    person_words,
    sites_words,
    will_happen,
)
from pages.shared.context import PageContext
from pages.shared.database import clinic_users
from pages.shared.frame import heading, plain, sentence
from pages.shared.signed_in import session_limits, still_looking
from pages.shared.who_may import role_title
from pages.shared.words import count_words, day_words, listed

USERS_DEFINITIONS = """
- **Sign-in name**: what the identity provider calls the person, an e-mail address as a rule.
  Whoever has none here is not let in, whatever the provider says.
- **Disabled**: signed out and not let in. Nobody is removed: the trail names people for as long as
  it is kept.
- **Last active**: when the person last did something, within the ninety days for which sessions are
  kept. **Open sessions**: browsers in which they are signed in and have reached no limit.
- **Nobody changes their own access**, and the last administrator stays one. At the server's own
  terminal, `python -m data_access users` can do both.
- Each change is noted in the audit trail, with who made it.
"""

_ASKED, _DONE, _ROUND = "users-asked", "users-done", "users-round"
"""Names in the reader's session: the change to confirm, what was done last, how many were."""
_SOME_SITES = "these sites only"
_NAME_LENGTH = 254


def users_view(context: PageContext) -> None:
    """Draw the list of users and what can be done about each."""
    users = _users(context)
    names = {site.site_id: site.name for site in context.status.sites}
    sentence(_answer(users))
    _table(context, users, names)
    _said()
    asked = st.session_state.get(_ASKED)
    if isinstance(asked, Change):
        _confirm(context, asked, names)
        return
    with st.expander("Add a person", key="users-add"):
        _add(names)
    _one(context, users, names)


def _users(context: PageContext) -> pd.DataFrame:
    """The users with ``open_sessions`` (0 where none is) and ``active_at`` (missing likewise)."""
    asked = context.connection, context.viewer
    users = list_users(*asked)
    sessions = sessions_of_users(*asked, session_limits(), datetime.now(UTC))
    found = users.merge(sessions, how="left", on="user_key")
    return found.assign(open_sessions=found["open_sessions"].fillna(0).astype(int))


def _answer(users: pd.DataFrame) -> str:
    enabled = users[users["disabled_at"].isna()]
    by_role = enabled["role"].value_counts()
    counted = [
        count_words(int(by_role[name]), ROLES[name].title.lower())
        for name in ROLES
        if name in by_role.index
    ]
    people = count_words(len(enabled), "person", "people")
    said = f"**{people}** may sign in" + (f": {listed(counted)}" if counted else "")
    disabled = len(users) - len(enabled)
    if not disabled:
        return said
    return f"{said}; {disabled:,} more {'is' if disabled == 1 else 'are'} disabled"


def _table(context: PageContext, users: pd.DataFrame, names: Mapping[str, str]) -> None:
    heading(
        "People",
        f"{count_words(len(users), 'person', 'people')}, by sign-in name; times are by the "
        "clinic's clock",
    )
    st.dataframe(
        users_table(users, names, context.viewer.name, context.now),
        hide_index=True,
        height="content" if len(users) <= 15 else 560,
        column_config={
            "Last active": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Name": st.column_config.TextColumn(width="medium"),
        },
        key="table-users",
        placeholder="–",
        alt="The people who may sign in, with role, sites, state and sessions",
    )


def users_table(
    users: pd.DataFrame, names: Mapping[str, str], own_name: str, now: datetime
) -> pd.DataFrame:
    """The users as they are shown. ``names``: of the sites; ``now`` has the clinic's time zone."""
    local = [
        None if pd.isna(at) else at.astimezone(now.tzinfo).replace(tzinfo=None)
        for at in users["active_at"]
    ]
    return pd.DataFrame(
        {
            "Name": [
                f"{name or '–'}{' (you)' if sign_in_name == own_name else ''}"
                for name, sign_in_name in zip(
                    users["full_name"], users["sign_in_name"], strict=True
                )
            ],
            "Sign-in name": users["sign_in_name"],
            "Role": [role_title(role) for role in users["role"]],
            "Sites": [sites_words(_site_ids(each), names) for each in users["site_ids"]],
            "State": [
                "may sign in" if pd.isna(at) else f"disabled since {day_words(at.date())}"
                for at in users["disabled_at"]
            ],
            "Last active": pd.Series(local, dtype="datetime64[us]"),
            "Open sessions": users["open_sessions"],
        }
    )


def _site_ids(cell: object) -> tuple[str, ...] | None:
    return cell if isinstance(cell, tuple) else None


def _said() -> None:
    """What was done last, once."""
    done = st.session_state.pop(_DONE, None)
    if done is not None:
        st.success(done)


def _confirm(context: PageContext, change: Change, names: Mapping[str, str]) -> None:
    """Say what will happen, and let it happen or not."""
    with st.container(border=True, key="users-confirm"):
        st.markdown(f"##### {change.kind}?")
        st.markdown(will_happen(change, names))
        with st.container(horizontal=True):
            confirmed = st.button("Yes, do it", type="primary", key="users-yes")
            st.button("No, leave it", key="users-no", on_click=_forget)
        if confirmed:
            _do(context, change)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _do(context: PageContext, change: Change) -> None:
    """Make the change and draw the page anew with it; what is wrong with it is said.

    Whoever makes it is looked up again once it is their turn: somebody else may just have taken
    their role away.
    """
    try:
        with clinic_users() as connection:
            take_turn(connection)
            viewer = still_looking(connection, context.viewer)
            carry_out(connection, viewer, change, datetime.now(UTC))
    except (ClinicDatabaseError, NotPermittedError) as problem:
        st.error(plain(problem))
        return
    st.session_state[_DONE] = has_happened(change)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    _forget()
    st.rerun()


def _ask(change: Change) -> None:
    st.session_state[_ASKED] = change
    st.rerun()


def _key(part: str, person: object = "") -> str:
    """Of a field; after each change that was made all begin anew."""
    return f"users-{part}-{person}-{st.session_state.get(_ROUND, 0)}"


def _add(names: Mapping[str, str]) -> None:
    """The fields of a new user."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sign_in_name = st.text_input(
            "Sign-in name",
            key=_key("sign-in-name"),
            max_chars=_NAME_LENGTH,
            placeholder="ada@clinic.example",
        )
        full_name = st.text_input("Name", key=_key("full-name"), max_chars=200)
    place = _place_fields(names, "new", None)
    if not st.button(Kind.ADD, key="users-add-button"):
        return
    if place is None:
        st.error(_NO_SITE)
        return
    try:
        name = checked_sign_in_name(sign_in_name)
    except ClinicDatabaseError as problem:
        st.error(plain(problem))
        return
    _ask(Change(Kind.ADD, name, checked_full_name(full_name), after=place))


_NO_SITE = "Choose at least one site, or every site."


def _place_fields(names: Mapping[str, str], person: object, now: Place | None) -> Place | None:
    """The fields for a role and its sites; ``None`` where some sites are meant and none chosen."""
    roles = [str(name) for name in ROLES]
    is_some = now is not None and now.site_ids is not None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        role = st.selectbox(
            "Role",
            roles,
            index=roles.index(now.role) if now else 0,
            format_func=role_title,
            key=_key("role", person),
            width=220,
        )
        reach = st.radio(
            "At",
            [EVERY_SITE, _SOME_SITES],
            index=int(is_some),
            horizontal=True,
            key=_key("reach", person),
        )
        chosen: Sequence[str] = ()
        if reach == _SOME_SITES:
            chosen = st.multiselect(
                "Sites",
                list(names),
                default=[each for each in (now.site_ids or ()) if each in names] if now else [],
                format_func=lambda site_id: names[site_id],
                key=_key("sites", person),
                placeholder="Choose sites",
            )
    if reach == EVERY_SITE:
        return Place(role, None)
    return Place(role, tuple(sorted(chosen))) if chosen else None


def _one(context: PageContext, users: pd.DataFrame, names: Mapping[str, str]) -> None:
    """What can be done about one person."""
    if users.empty:
        return
    with st.container(border=True, key="users-one"):
        people = {
            int(key): person_words(str(full_name), str(sign_in_name))
            for key, full_name, sign_in_name in zip(
                users["user_key"], users["full_name"], users["sign_in_name"], strict=True
            )
        }
        chosen = st.selectbox(
            "Change a person",
            list(people),
            index=None,
            format_func=lambda key: people[key],
            key="users-person",
            placeholder="Choose a person",
        )
        if chosen is None:
            st.caption("Role, sites, whether they may sign in, and their open sessions.")
            return
        user = users.loc[users["user_key"] == chosen].iloc[0]
        _actions(context, user, names)


def _actions(context: PageContext, user: "pd.Series[Any]", names: Mapping[str, str]) -> None:
    """The changes that can be asked for."""
    name, full_name = str(user["sign_in_name"]), str(user["full_name"])
    now = Place(str(user["role"]), _site_ids(user["site_ids"]))
    is_disabled = not pd.isna(user["disabled_at"])
    why_not = _unchangeable(name, context.viewer.name)
    after = None
    if why_not:
        st.caption(why_not)
    else:
        after = _place_fields(names, user["user_key"], now)
        if after is None:
            st.caption(_NO_SITE)
    with st.container(horizontal=True):
        if st.button(Kind.ROLE, key="users-role", disabled=after in (None, now)):
            _ask(Change(Kind.ROLE, name, full_name, now, after))
        able = Kind.ENABLE if is_disabled else Kind.DISABLE
        if st.button(able, key="users-able", disabled=bool(why_not)):
            _ask(Change(able, name, full_name, now))
        if st.button(Kind.END, key="users-end", disabled=not user["open_sessions"]):
            _ask(Change(Kind.END, name, full_name, now))


def _unchangeable(sign_in_name: str, own_name: str) -> str:
    """Why a user's role and state cannot be changed here; empty where they can."""
    if sign_in_name.startswith(LOCAL_PREFIX):
        return "The users of the local mode are made by it and stay as they are."
    if sign_in_name == own_name:
        return "Nobody changes their own access: another administrator does, or the terminal."
    return ""
