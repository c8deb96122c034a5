"""Which view of Access the reader has chosen; it stands in the address."""

from enum import StrEnum

import streamlit as st

from access.viewer import Permission, Viewer


class View(StrEnum):
    """The parts of the page, in their order, by the words that stand in the address."""

    USERS = "Users"
    WHO_LOOKED = "Who looked?"
    UNUSUAL = "Unusual"
    TRAIL = "The trail"
    MINE = "What may I see?"


NEEDS = {
    View.USERS: Permission.MANAGE_USERS,
    View.WHO_LOOKED: Permission.READ_AUDIT,
    View.UNUSUAL: Permission.READ_AUDIT,
    View.TRAIL: Permission.READ_AUDIT,
    View.MINE: Permission.OPEN,
}
"""What each view needs. A view that is missing here is a fault."""


def views_for(viewer: Viewer) -> list[View]:
    """The views that the viewer is offered, the one that they come for first."""
    return [view for view in View if viewer.may(NEEDS[view])]


def choose_view(viewer: Viewer) -> View:
    """Draw the switch between the views that the viewer may see; no switch where it is one.

    An address that names another view falls back to the first.
    """
    offered = views_for(viewer)
    if len(offered) == 1:
        return offered[0]
    chosen = st.segmented_control(
        "View",
        offered,
        default=offered[0],
        required=True,
        key="access",
        bind="query-params",
        label_visibility="collapsed",
    )
    return View(chosen or offered[0])
