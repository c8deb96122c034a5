"""A list of rows about patients; where the viewer may see them, a row leads to its patient."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from access.viewer import Permission
from pages.shared.context import PageContext
from pages.shared.exports import about_patients
from pages.shared.frame import csv_button, plain
from pages.shared.people import ADDRESS, person_name

_WHOLE_ROWS, _HEIGHT = 12, 460
"""So many rows are shown whole; a longer list scrolls in so many pixels."""
_NOBODY = "Nobody named"
_ELSEWHERE = "Another site's patient"


def may_name(context: PageContext) -> bool:
    """Whether the viewer may see who the patients are."""
    return Permission.SEE_PATIENTS in context.viewer.permissions


def people_table(
    context: PageContext,
    rows: pd.DataFrame,
    details: pd.DataFrame,
    key: str,
    shown: str,
    alt: str,
    columns: Mapping[str, Any],
) -> None:
    """Draw a list, its foot and its file.

    ``rows``: of a query, with ``handle``, ``family_name``, ``given_name`` and ``patient_key`` where
    it is a named one, and ``has_patient`` where a row may be nobody's; ``details``: what is shown
    of each row; ``columns``: how its columns are shown. ``key`` names the file; ``shown`` says what
    is listed, so that a row chosen in one list is not chosen in the next. Neither names anybody.
    """
    named = "handle" in rows.columns and may_name(context)
    frame = details
    if named:
        frame = details.copy(deep=False)
        frame.insert(0, "Patient", _names(rows))
    chosen = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= _WHOLE_ROWS else _HEIGHT,
        column_config={"Patient": st.column_config.TextColumn(pinned=True), **columns},
        key=f"table-{key}-{shown}",
        on_select="rerun" if named else "ignore",
        selection_mode="single-row",
        placeholder="–",
        alt=alt,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if named:
            _way_to_patient(context, rows, frame["Patient"], chosen.selection.rows)  # type: ignore[union-attr]
        with about_patients(context, rows["patient_key"] if named else ()):
            csv_button(frame, key)


def _names(rows: pd.DataFrame) -> list[str]:
    """Whoever has no handle is another site's patient, whose record the viewer may not open."""
    has_patient = rows["has_patient"] if "has_patient" in rows.columns else [True] * len(rows)
    return [
        _name(handle, given, family) if is_known else _NOBODY
        for is_known, handle, given, family in zip(
            has_patient, rows["handle"], rows["given_name"], rows["family_name"], strict=True
        )
    ]


def _name(handle: object, given: object, family: object) -> str:
    return person_name(given, family) if isinstance(handle, str) else _ELSEWHERE


def _way_to_patient(
    context: PageContext, rows: pd.DataFrame, names: "pd.Series[str]", chosen: Sequence[int]
) -> None:
    """A link to the patient of the chosen row; its address holds the handle, never a name.

    A link and no jump: the way back then leads to the same view. It takes two steps, for Streamlit
    notes the address of a link twice: first at this page, without what this page alone has in it.
    """
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
