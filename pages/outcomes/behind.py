"""From a bar, a point or a curve to the courses of treatment behind it."""

import streamlit as st

from access.viewer import Permission
from clinical.course_scores import AFTER_DAYS
from data_access import courses_behind as queries
from data_access.courses_behind import CoursesBehind, Instead, cohort_behind
from data_access.infusions_behind import Listed
from pages.outcomes.course_table import course_table
from pages.outcomes.look import Look
from pages.shared.context import PageContext
from pages.shared.frame import heading, nothing
from pages.shared.memory import kept
from pages.shared.people_table import may_name
from pages.shared.words import count_words


def behind_section(
    context: PageContext,
    look: Look,
    behind: CoursesBehind,
    words: str,
    key: str = "behind-the-outcome",
) -> None:
    """List the courses behind a chosen bar or point, for viewers who may see patients.

    ``words`` (markdown) say what it is. ``key``: another one for each chart of a view whose points
    can be chosen at the same time as another's.
    """
    with st.container(key=key):
        st.markdown(f"#### Behind it: {words}")
        if not may_name(context):
            st.caption(f"Who they are needs the permission to {Permission.SEE_PATIENTS.value}.")
            return
        st.caption("To close this, double-click into the chart, or choose the same once more.")
        listed = kept(
            context,
            f"{key}: courses",
            lambda: _list(context, look, behind),
            look.cohort,
            behind,
        )
        if not listed.total:
            nothing("No course of treatment lies behind it.")
            return
        measure = cohort_behind(look.cohort, behind).instrument
        heading(
            count_words(listed.total, "course of treatment", "courses of treatment"),
            f"{_which_words(behind, len(listed.rows), listed.total)}; scores on {measure.name}",
        )
        course_table(
            context,
            listed.rows,
            measure,
            _score_words(behind),
            key,
            # The key of a widget lasts as long as a hash does: one session.
            str(hash((look.cohort, behind))),
            alt="The courses of treatment behind what was chosen, one a row",
        )


def _list(context: PageContext, look: Look, behind: CoursesBehind) -> Listed:
    return queries.named_courses_behind(
        context.connection, context.viewer, context.filters, look.cohort, behind, context.today
    )


def _which_words(behind: CoursesBehind, shown: int, total: int) -> str:
    """Which courses are listed, and in what order."""
    order = "least improved" if behind.by_percent else "latest"
    if shown < total:
        return f"The {shown:,} {order}; {total - shown:,} others are not listed"
    return f"The {order} first"


_INSTEAD_WORDS = {
    Instead.EARLY: "About a day after infusion 1",
    Instead.END: "After the last infusion",
    Instead.AFTER: f"{AFTER_DAYS[0]}–{AFTER_DAYS[1]} days after the last infusion",
}


def _score_words(behind: CoursesBehind) -> str:
    """Which score counts, as a column's heading."""
    if behind.instead is not None:
        return _INSTEAD_WORDS[behind.instead]
    return "Last score" if behind.number is None else f"Score after infusion {behind.number}"
