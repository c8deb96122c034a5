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
from pages.appointments.funnel_findings import stage_words
from pages.shared.context import PageContext
from pages.shared.frame import heading, nothing
from pages.shared.memory import kept
from pages.shared.people_table import may_name, people_table
from pages.shared.words import count_words

_KEY = "access-people"


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
    people_table(
        context,
        rows,
        _details(rows),
        _KEY,
        # The key of a widget lasts as long as a hash does: one session.
        str(hash(behind)),
        alt="The people behind the chosen bar, one a row",
        columns=dict.fromkeys(_DATES, st.column_config.DateColumn(format="DD MMM YYYY")),
    )


_DATES = (
    "Entered",
    "Referred",
    "Consultation planned",
    "Consultation attended",
    "First infusion",
    "Course completed",
)


def _details(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
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
