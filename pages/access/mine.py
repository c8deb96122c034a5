"""What may I see, and why not? Drawn from the table of roles and from nothing else."""

import pandas as pd
import streamlit as st

from access.roles import ROLES, Role
from access.viewer import Permission, Viewer
from pages.shared.context import PageContext
from pages.shared.frame import heading, plain, sentence
from pages.shared.who_may import who_may
from pages.shared.words import count_words, listed

MINE_DEFINITIONS = """
- **Role**: what a person does in the clinic decides what they may see. Each person has one role, at
  every site or at some; a role is a list of permissions, the rows of the table.
- **Sites**: whoever has only some sites is shown nothing of the others, on any page.
- **Where it holds**: each question to the database asks for its permission first. What the
  navigation offers follows from the same table.
- **Change**: a changed role or site holds on open pages within seconds.
"""


def mine_view(context: PageContext) -> None:
    """Draw who the viewer is, what they may see, and whom to ask."""
    viewer = context.viewer
    sentence(_answer(viewer))
    role = _role(viewer)
    if role is not None:
        st.markdown(role.prose)
    st.markdown(_sites(context))
    heading(
        "What each role may do",
        f"{count_words(len(Permission), 'permission')}, {count_words(len(ROLES), 'role')}"
        + ("; the column of your own role comes first" if role else ""),
    )
    st.table(permission_table(viewer))
    st.caption(
        f"More, or less, or another site: ask one of the {who_may(Permission.MANAGE_USERS)}, who "
        "give people their roles. Who looked at a record: ask one of the "
        f"{who_may(Permission.READ_AUDIT)}."
    )


def _role(viewer: Viewer) -> Role | None:
    """The viewer's role; none for the terminal."""
    return next((role for role in ROLES.values() if role.name == viewer.role), None)


def _answer(viewer: Viewer) -> str:
    held = sum(viewer.may(permission) for permission in Permission)
    role = _role(viewer)
    said = f"**{held} of {count_words(len(Permission), 'permission')}**"
    if role is None:
        return f"You work at the server's own terminal with {said}"
    return f"Your role is **{role.title.lower()}**, with {said}"


def _sites(context: PageContext) -> str:
    if context.viewer.site_ids is None:
        return "At every site."
    names = [f"**{plain(site.name)}**" for site in context.status.sites]
    if not names:
        return "At no site yet."
    return f"At {listed(names)}; nothing is shown of any other site."


def permission_table(viewer: Viewer) -> pd.DataFrame:
    """The permissions by the roles, as markdown; the viewer's role first, with the reasons.

    The index holds the permissions.
    """
    mine = _role(viewer)
    columns = {}
    if mine is not None:
        columns[f"{mine.title} (you)"] = [
            _with_reason(mine, permission) for permission in Permission
        ]
    for role in ROLES.values():
        if role is not mine:
            columns[role.title] = [
                "yes" if permission in role.permissions else "no" for permission in Permission
            ]
    rows = [permission.value[:1].upper() + permission.value[1:] for permission in Permission]
    return pd.DataFrame(columns, index=pd.Index(rows, name="May"))


def _with_reason(role: Role, permission: Permission) -> str:
    if permission in role.permissions:
        return "**yes**"
    return f"**no**: because it is for {who_may(permission)} only"
