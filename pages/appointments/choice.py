"""Which view of the page the reader has chosen; it stands in the address."""

from enum import StrEnum

import streamlit as st


class View(StrEnum):
    """The parts of the page, in their order, by the words that stand in the address."""

    VOLUME = "Volume"
    ATTENDANCE = "Attendance"
    CAPACITY = "Capacity"
    ACCESS = "Access"
    COMING = "What is coming"
    WHAT_IF = "What if"
    CALENDAR = "Calendar"


def choose_view() -> View:
    """Draw the switch between the views."""
    chosen = st.segmented_control(
        "View",
        list(View),
        default=View.VOLUME,
        required=True,
        key="show",
        bind="query-params",
        label_visibility="collapsed",
    )
    return View(chosen or View.VOLUME)


def look_at(view: View) -> None:
    """Go to a view; for a button's ``on_click``."""
    st.session_state["show"] = view
