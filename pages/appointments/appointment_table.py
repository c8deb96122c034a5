"""A list of appointments as a table; where patients may be seen, a row leads to its patient."""

from collections.abc import Hashable, Sequence
from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from access.viewer import Permission
from clinical.attendance import outcome
from clinical.calendar import day_date, day_number
from clinical.codes import AppointmentKind
from pages.shared.context import PageContext
from pages.shared.frame import csv_button, plain
from pages.shared.people import ADDRESS, person_name

_WHOLE_ROWS, _HEIGHT = 12, 460
"""So many rows are shown whole; a longer list scrolls in so many pixels."""
_NOBODY = "Nobody named"
_ELSEWHERE = "Another site's patient"
_LONG_NOTICE = 48
"""From so many hours on the notice is told in days."""


def may_name(context: PageContext) -> bool:
    """Whether the viewer may see whose appointments they are."""
    return Permission.SEE_PATIENTS in context.viewer.permissions


def appointment_table(
    context: PageContext, rows: pd.DataFrame, key: str, shown: str, alt: str
) -> None:
    """Draw a list, its foot and its file.

    ``rows``: of :func:`data_access.appointments_behind.appointments_behind`, or of its named
    variant. ``key`` names the file; ``shown`` says what is listed, so that a row chosen in one list
    is not chosen in the next. Neither names anybody.
    """
    named = "handle" in rows.columns and may_name(context)
    frame = _details(rows, day_number(context.today))
    if named:
        frame.insert(0, "Patient", _names(rows))
    chosen = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= _WHOLE_ROWS else _HEIGHT,
        column_config={
            "Patient": st.column_config.TextColumn(pinned=True),
            "Day": st.column_config.DateColumn(format="ddd DD MMM YYYY"),
        },
        key=f"table-{key}-{shown}",
        on_select="rerun" if named else "ignore",
        selection_mode="single-row",
        placeholder="–",
        alt=alt,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if named:
            _way_to_patient(context, rows, frame["Patient"], chosen.selection.rows)  # type: ignore[union-attr]
        csv_button(frame, key)


def _details(rows: pd.DataFrame, today: int) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "Day": [day_date(int(day)) for day in rows["day"]],
        "Time": [_clock(minute) for minute in rows["start_minute"]],
        "Site": rows["site"],
        "For": [AppointmentKind(kind).label for kind in rows["kind"]],
        "What became of it": [
            outcome(status, over=day < today).label
            for status, day in zip(rows["status"], rows["day"], strict=True)
        ],
        "Length, min": rows["minutes"],
        "Chair": rows["chair"],
        "With": rows["provider"],
        "Booked, days ahead": rows["lead_days"],
        "Notice": [_notice(hours) for hours in rows["notice_hours"]],
        "Reason": rows["reason"],
        "Over its time, min": rows["over_minutes"],
        "Remarks": [_remarks(row) for row in rows.to_dict("records")],
    }
    return pd.DataFrame(columns)


def _clock(minute: int) -> str:
    """A time of day from the minutes after midnight: ``09:30``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _notice(hours: float) -> str | None:
    """How long before the start it was cancelled; missing where that is not known."""
    if isnan(hours):
        return None
    if hours < 0:
        return "after the start"
    if hours < 1:
        return "under 1 hour"
    if hours < _LONG_NOTICE:
        return f"{int(hours)} hour{'' if int(hours) == 1 else 's'}"
    return f"{int(hours // 24)} days"


def _remarks(row: dict[Hashable, Any]) -> str:
    parts = []
    if row["moved"]:
        parts.append("moved to another time")
    if row["moves"]:
        times = int(row["moves"])
        parts.append(f"had been moved {'once' if times == 1 else f'{times} times'} before")
    if not pd.isna(row["refilled"]):
        parts.append("slot refilled" if row["refilled"] else "slot not refilled")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def _names(rows: pd.DataFrame) -> list[str]:
    """Whoever has no handle is another site's patient, whose record the viewer may not open."""
    return [
        _name(handle, given, family) if has_patient else _NOBODY
        for has_patient, handle, given, family in zip(
            rows["has_patient"],
            rows["handle"],
            rows["given_name"],
            rows["family_name"],
            strict=True,
        )
    ]


def _name(handle: object, given: object, family: object) -> str:
    return person_name(given, family) if isinstance(handle, str) else _ELSEWHERE


def _way_to_patient(
    context: PageContext, rows: pd.DataFrame, names: "pd.Series[str]", chosen: Sequence[int]
) -> None:
    """A link to the patient of the chosen row; its address holds the handle, never a name."""
    page = context.pages.get("patients")
    place = chosen[0] if chosen and chosen[0] < len(rows) else None
    if place is None or page is None:
        st.caption("Select a row for a link to the patient.")
    elif isinstance(handle := rows["handle"].iloc[place], str):
        name = plain(names.iloc[place])
        st.page_link(page, label=f"Open {name} →", query_params={ADDRESS: handle})
    elif names.iloc[place] == _NOBODY:
        st.caption("No patient is named for this appointment.")
    else:
        st.caption("This is another site's patient, whose record you may not open.")
