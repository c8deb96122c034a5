"""From a bar or a cell to the appointments behind it, for who may see single appointments."""

import re
from dataclasses import replace
from typing import Any

import streamlit as st

from access.viewer import Permission
from data_access import appointments_behind as queries
from data_access.appointments_behind import AppointmentsBehind
from data_access.infusions_behind import Listed
from pages.appointments.appointment_table import appointment_table
from pages.shared.context import PageContext
from pages.shared.frame import Finding, heading, nothing, show
from pages.shared.memory import kept
from pages.shared.people_table import may_name
from pages.shared.who_may import for_others
from pages.shared.words import count_words

_INVITATION = re.compile(r"(?:; |\s*\b)[Cc]hoose an? [^.]*\.?")


def show_choosable(
    context: PageContext, finding: Finding, needs: Permission = Permission.SEE_CLINICAL
) -> list[Any]:
    """Draw a finding whose parts lead to a list; choosable where the viewer may see that list.

    Returns as :func:`pages.shared.frame.show`.
    """
    if context.viewer.may(needs):
        return show(finding, choosable=True)
    subtitle, note = (_INVITATION.sub("", words) for words in (finding.subtitle, finding.note))
    return show(replace(finding, subtitle=subtitle, note=note))


def say_who_may_choose(context: PageContext) -> None:
    """Say why nothing can be chosen, to those who may see no single appointment."""
    if not context.viewer.may(Permission.SEE_CLINICAL):
        st.caption(
            for_others(
                context.viewer, "A list of the appointments behind a bar", Permission.SEE_CLINICAL
            )
        )


def behind_section(
    context: PageContext, behind: AppointmentsBehind, words: str, key: str = "behind-the-bar"
) -> None:
    """List the appointments behind a chosen bar or cell.

    ``words`` (markdown) say what it is. ``key``: another one for each chart of a view whose points
    can be chosen at the same time as another's.
    """
    with st.container(key=key):
        st.markdown(f"#### Behind it: {words}")
        st.caption("To close this, double-click into the chart, or choose the same once more.")
        listed = kept(
            context,
            f"{key}: appointments",
            lambda: _list(context, behind),
            behind,
            may_name(context),
        )
        if not listed.total:
            nothing("No appointment lies behind it.")
            return
        rows, more = listed.rows, listed.total - len(listed.rows)
        heading(
            count_words(listed.total, "appointment"),
            f"The latest {len(rows):,}; {more:,} others are not listed"
            if more
            else "The latest first; days and times by the site's own clock",
        )
        appointment_table(
            context,
            rows,
            key,
            # The key of a widget lasts as long as a hash does: one session.
            str(hash(behind)),
            alt="The appointments behind what was chosen, one a row",
        )


def _list(context: PageContext, behind: AppointmentsBehind) -> Listed:
    asked = context.connection, context.viewer, context.filters, behind, context.today
    if may_name(context):
        return queries.named_appointments_behind(*asked)
    return queries.appointments_behind(*asked)
