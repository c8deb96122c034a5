"""From a bar of the funnel to the people behind it, for roles that may see patients."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from clinical.calendar import day_date
from clinical.funnel import Stage
from data_access import appointment_access as queries
from data_access.appointment_access import PeopleBehind
from data_access.infusions_behind import Listed
from pages.appointments.appointment_table import may_name
from pages.appointments.funnel_findings import stage_words
from pages.shared.context import PageContext
from pages.shared.frame import csv_button, heading, nothing, plain
from pages.shared.memory import kept
from pages.shared.people import ADDRESS, person_name
from pages.shared.words import count_words

_KEY = "access-people"
_WHOLE_ROWS, _HEIGHT = 12, 460


def chosen_bar(points: Sequence[Any], entered_until: date) -> PeopleBehind | None:
    """What the first chosen part of the funnel stands for; what the browser sends is checked."""
    match points:
        case [[_, int(stage), int(lost)], *_] if (
            stage in list(Stage) and lost in (0, 1) and (stage or not lost)
        ):
            return PeopleBehind(stage, bool(lost), entered_until)
    return None


def people_section(context: PageContext, behind: PeopleBehind) -> None:
    """List the people behind a part of the funnel, where the viewer may see patients."""
    with st.container(key=_KEY):
        st.markdown(f"#### Behind it: {stage_words(behind.stage, lost=behind.lost)}")
        st.caption("To close this, double-click into the chart, or choose the same once more.")
        if not may_name(context):
            nothing("Who they are is shown to roles that may see patients.")
            return
        listed = kept(context, _KEY, lambda: _list(context, behind), behind)
        if not listed.total:
            nothing("Nobody lies behind it.")
            return
        shown, more = len(listed.rows), listed.total - len(listed.rows)
        heading(
            count_words(listed.total, "person", "people"),
            f"The {shown:,} who entered last; {more:,} others are not listed"
            if more
            else "Who entered last comes first",
        )
        _table(context, listed.rows, behind)


def _list(context: PageContext, behind: PeopleBehind) -> Listed:
    return queries.named_people_behind(
        context.connection, context.viewer, context.filters, behind, context.today
    )


def _table(context: PageContext, rows: pd.DataFrame, behind: PeopleBehind) -> None:
    names = [
        person_name(given, family)
        for given, family in zip(rows["given_name"], rows["family_name"], strict=True)
    ]
    frame = _details(rows, names)
    dates = ("Entered", "Referred", "Consultation planned", "Consultation attended")
    chosen = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= _WHOLE_ROWS else _HEIGHT,
        column_config={
            "Patient": st.column_config.TextColumn(pinned=True),
            **{
                name: st.column_config.DateColumn(format="DD MMM YYYY")
                for name in (*dates, "First infusion", "Course completed")
            },
        },
        # The key of a widget lasts as long as a hash does: one session.
        key=f"table-{_KEY}-{hash(behind)}",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        alt="The people behind the chosen bar, one a row",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _way_to_patient(context, rows, names, chosen.selection.rows)
        csv_button(frame, _KEY)


def _details(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Patient": list(names),
            "Number": rows["mrn"],
            "Site": rows["site"],
            "Referral source": rows["source"],
            "Entered": _dates(rows["entered"]),
            "Referred": _dates(rows["referred"]),
            "Consultation planned": _dates(rows["planned"]),
            "Consultation attended": _dates(rows["seen"]),
            "First infusion": _dates(rows["treated"]),
            "Infusions of the first course": [
                f"{done} of {planned}" if done else "none"
                for done, planned in zip(rows["done"], rows["planned_infusions"], strict=True)
            ],
            "Course completed": _dates(rows["completed"]),
        }
    )


def _dates(days: "pd.Series[int]") -> list[date | None]:
    return [None if pd.isna(day) else day_date(int(day)) for day in days]


def _way_to_patient(
    context: PageContext, rows: pd.DataFrame, names: Sequence[str], chosen: Sequence[int]
) -> None:
    """A link to the patient of the chosen row; its address holds the handle, never a name."""
    page = context.pages.get("patients")
    place = chosen[0] if chosen and chosen[0] < len(rows) else None
    if place is None or page is None:
        st.caption("Select a row for a link to the patient.")
        return
    handle = rows["handle"].iloc[place]
    st.page_link(page, label=f"Open {plain(names[place])} →", query_params={ADDRESS: handle})
