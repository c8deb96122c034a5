"""Entries of the audit trail as a table, a page at a time; and the patients of one of them."""

from collections.abc import Hashable
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from data_access import audit_trail as queries
from data_access.audit_trail import MOST_COUNTED, MOST_LISTED, PAGE_SIZE, TrailFilter
from pages.access.asked import WHEN, clinic_times, person_labels
from pages.shared.context import PageContext
from pages.shared.exports import noted
from pages.shared.frame import heading, nothing, safe_cells
from pages.shared.people import person_name
from pages.shared.signed_in import looking_anew
from pages.shared.who_may import role_title
from pages.shared.words import count_words

UNNAMED = "Not named: another site's, or no longer here"
"""Stands for a patient whose name the viewer is not told."""
_WHOLE_ROWS, _HEIGHT = 12, 460


def looks_table(frame: pd.DataFrame, name: str, key: str, alt: str) -> None:
    """Draw who, or whose, in the column ``name``, with the first and the last time of each."""
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= _WHOLE_ROWS else _HEIGHT,
        column_config={
            name: st.column_config.TextColumn(pinned=True),
            "First": WHEN,
            "Last": WHEN,
        },
        key=f"table-{key}",
        placeholder="–",
        alt=alt,
    )


def count_entries(context: PageContext, asked: TrailFilter) -> int:
    """How many entries there are; one more than :data:`MOST_COUNTED` where there are more."""
    return queries.entry_count(context.connection, context.viewer, asked)


def entries_words(count: int) -> str:
    """So many entries in words."""
    if count > MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} entries"
    return count_words(count, "entry", "entries")


def entries_section(
    context: PageContext, asked: TrailFilter, count: int, key: str, what: str, title: str
) -> None:
    """Draw the entries, newest first, with the way to the patients of one and to a file of all.

    ``what`` says for the trail what is being read.
    """
    heading(title, _order_words(count))
    # The key of a widget lasts as long as a hash does: one session.
    look = str(hash(asked))
    table, foot = st.container(), st.container(horizontal=True, vertical_alignment="center")
    with foot:
        pages = -(-min(count, MOST_COUNTED) // PAGE_SIZE)
        page = st.pagination(pages, key=f"page-{key}-{look}") if pages > 1 else 1
        _file(context, asked, key)
    rows = queries.entry_page(context.connection, context.viewer, asked, page, what)
    with table:
        chosen = st.dataframe(
            entries_table(rows, context.now),
            hide_index=True,
            height="content" if len(rows) <= _WHOLE_ROWS else _HEIGHT,
            column_config={
                "When": WHEN,
                "Action": st.column_config.TextColumn(width=110),
                "What": st.column_config.TextColumn(width=190),
                "Patient": st.column_config.TextColumn(width=190),
            },
            key=f"table-{key}-{look}-{page}",
            on_select="rerun",
            selection_mode="single-row",
            placeholder="–",
            alt=f"{title}, newest first; select one about several patients to see who they are",
        )
    places = chosen.selection.rows
    if places and places[0] < len(rows):
        _patients(context, rows.iloc[places[0]])


def _order_words(count: int) -> str:
    order = "the newest first; times by the clinic's clock"
    if count > MOST_COUNTED:
        return f"The latest {MOST_COUNTED:,} of more, {order}"
    return f"{entries_words(count)}, {order}"


def entries_table(rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Entries as they are shown; ``rows`` as from :func:`data_access.audit_trail.entry_page`."""
    return pd.DataFrame(
        {
            "When": clinic_times(rows["at"], now),
            "Person": person_labels(rows),
            "Role": [role_title(role) for role in rows["role"]],
            "Action": [capital(action) for action in rows["action"]],
            "What": rows["what"],
            "Patient": [_patient(row) for row in rows.to_dict("records")],
            "Outcome": rows["outcome"],
            "From": rows["address"],
            "No.": rows["entry_key"],
        }
    )


def capital(words: str) -> str:
    """Words with a capital at the beginning."""
    return f"{words[:1].upper()}{words[1:]}"


def _patient(row: dict[Hashable, Any]) -> str | None:
    if not row["people"]:
        return None
    if row["people"] > 1:
        return count_words(row["people"], "patient")
    return UNNAMED if pd.isna(row["patient_key"]) else patient_words(row)


def patient_words(row: dict[Hashable, Any]) -> str:
    """A patient's name with the number."""
    return f"{person_name(row['given_name'], row['family_name'])} · {row['patient_id']}"


def _patients(context: PageContext, entry: "pd.Series[Any]") -> None:
    """Whom an entry is about, where that is more than one."""
    if entry["people"] < 2:
        return
    number = int(entry["entry_key"])
    rows = queries.patients_of_entry(context.connection, context.viewer, number)
    heading(
        f"Entry {number:,} is about {count_words(int(entry['people']), 'patient')}",
        f"{len(rows):,} are named here, by name"
        + (f"; at most {MOST_LISTED}" if len(rows) == MOST_LISTED else ""),
    )
    if rows.empty:
        nothing("None of them can be named: they are another site's, or no longer here.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Patient": [person_name(*row) for row in _names(rows)],
                "Number": rows["patient_id"],
                "Record number": rows["mrn"],
            }
        ),
        hide_index=True,
        height="content" if len(rows) <= _WHOLE_ROWS else _HEIGHT,
        key=f"patients-of-{number}",
        placeholder="–",
        alt="The patients of the chosen entry",
    )


def _names(rows: pd.DataFrame) -> list[tuple[Any, Any]]:
    return list(zip(rows["given_name"], rows["family_name"], strict=True))


def _file(context: PageContext, asked: TrailFilter, key: str) -> None:
    """A button that saves the entries; patients stand in the file by keys of this database only."""

    def make() -> bytes:
        with looking_anew(context) as later:
            rows = queries.exported_trail(later.connection, later.viewer, asked)
        return safe_cells(rows).to_csv(index=False).encode("utf-8-sig")

    st.download_button(
        "Save as CSV",
        data=noted("audit trail as CSV", make),
        file_name="audit-trail.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"csv-{key}",
        help="Names no patient; the last row holds the number and the hash of the trail's end",
    )
