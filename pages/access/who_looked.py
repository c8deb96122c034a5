"""Who looked at a patient's record, and what did a person look at?"""

from collections.abc import Hashable
from datetime import datetime
from enum import StrEnum
from typing import Any

import pandas as pd
import streamlit as st

from access.viewer import Permission, require
from data_access import audit_trail as queries
from data_access.audit_trail import MOST_FOUND, TrailFilter
from pages.access.asked import (
    EVER,
    MONTH,
    WEEK,
    YEAR,
    Period,
    choose_period,
    clinic_times,
    person_labels,
    time_words,
)
from pages.access.choice import View
from pages.access.entries import count_entries, entries_section, looks_table, patient_words
from pages.access.person import PERSON, choose_person, person_part
from pages.shared.context import PageContext
from pages.shared.frame import csv_button, heading, nothing, plain, sentence
from pages.shared.who_may import role_title
from pages.shared.words import count_words

WHO_LOOKED_DEFINITIONS = """
- **Opened the record**: asked for one patient's page or records. What one page shows of one patient
  is one look; the same look again within ten minutes is not counted anew.
- **In lists**: the patient was among those of a list that was shown. **In files**, **prints**: in a
  file that was saved, or on a page that was printed.
- **Not done**: asked for, and refused or failed; nothing was shown.
- Reading of the patient in this trail is noted too, and is no look at the record: it stands among
  the entries only.
- **Role**: of a person, the one at the time of an entry; in the table of people the last by name.
- Times are by the clinic's clock. The trail is only ever added to: *The trail* says whether it is
  still as it was written.
"""


class Asked(StrEnum):
    """Whom the question is about, in the words that stand in the address."""

    PATIENT = "About a patient"
    PERSON = "About a person"


_ABOUT = "looked-at"
"""The part of the address that says whom the question is about."""


def look_at_person(who: str) -> None:
    """Go to what a person did; for a button's ``on_click``."""
    st.session_state["access"] = View.WHO_LOOKED
    st.session_state[_ABOUT] = Asked.PERSON
    st.session_state[PERSON] = who


def who_looked_view(context: PageContext) -> None:
    """Draw the question that was chosen, and its answer."""
    require(context.viewer, Permission.READ_AUDIT)
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with bar:
        asked = st.segmented_control(
            "Question",
            list(Asked),
            default=Asked.PATIENT,
            required=True,
            key=_ABOUT,
            bind="query-params",
        )
    if asked == Asked.PERSON:
        with bar:
            person = choose_person(context)
        person_part(context, person)
        return
    with bar:
        search, period = _choose_search(context)
    patient = _choose_patient(context, search)
    if patient is not None:
        _answer(context, patient, period)


def _choose_search(context: PageContext) -> tuple[str, Period]:
    """Draw the search for a patient and the choice of a period."""
    search = st.text_input(
        "Find a patient",
        key="looked-at-search",  # kept out of the address: it is a patient's name
        type="search",
        max_chars=80,
        placeholder="Name or number",
        persist_state="page",
        width=260,
    )
    return search, choose_period(context, "looked-in", [YEAR, MONTH, WEEK, EVER])


def _choose_patient(context: PageContext, search: str) -> dict[Hashable, Any] | None:
    """The patient whom the search finds, or whom the reader picks of several."""
    if not search.strip():
        nothing("Type a name or a number to see who looked at a patient.")
        return None
    found = queries.find_patients(context.connection, context.viewer, search)
    if found.empty:
        nothing("Nobody whom you may see has such a name or number.")
        return None
    rows = {int(row["patient_key"]): row for row in found.to_dict("records")}
    if len(rows) == 1:
        return next(iter(rows.values()))
    more = len(rows) == MOST_FOUND
    chosen = st.selectbox(
        f"Which of {'the first ' if more else ''}{len(rows)}?"
        + (" Type more to find others." if more else ""),
        list(rows),
        index=None,
        format_func=lambda key: _described(rows[key]),
        key=f"looked-at-{hash(search)}",
        placeholder="Choose a patient",
        width=520,
    )
    return None if chosen is None else rows[chosen]


def _described(row: dict[Hashable, Any]) -> str:
    """A patient as told apart from namesakes."""
    number = "" if row["mrn"] is None or pd.isna(row["mrn"]) else f" · record {row['mrn']}"
    born = "" if pd.isna(row["birth_year"]) else f" · born {row['birth_year']}"
    return f"{patient_words(row)}{number}{born}"


def _answer(context: PageContext, patient: dict[Hashable, Any], period: Period) -> None:
    asked = TrailFilter(period.start, period.end, patient_key=int(patient["patient_key"]))
    st.markdown(f"#### {plain(_described(patient))}")
    looked = queries.who_looked(context.connection, context.viewer, asked)
    sentence(looked_words(looked, period.words, context.now))
    if len(looked):
        _people(looked, context.now)
    count = count_entries(context, asked)
    if count:
        entries_section(
            context, asked, count, "looked", "entries about a patient", "Every entry about them"
        )


_WAYS = ["records", "lists", "exports", "prints"]


def looked_words(looked: pd.DataFrame, period: str, now: datetime) -> str:
    """Who looked, in a sentence (markdown); ``looked`` as from ``audit_trail.who_looked``."""
    opened = looked[looked["records"] > 0]
    shown = looked[(looked["records"] == 0) & (looked[_WAYS].sum(axis=1) > 0)]
    refused = looked[looked["not_done"] > 0]
    if len(opened):
        last = time_words(max(opened["last_opened"]), now)
        said = f"**{count_words(len(opened), 'person', 'people')}** opened this record {period}, "
        said += f"the last one on **{last}**"
    else:
        said = f"**Nobody** opened this record {period}"
    if len(shown):
        who = count_words(
            len(shown), "other" if len(opened) else "person", "others" if len(opened) else "people"
        )
        said += f"; {who} saw the patient in a list, a file or a print only"
    if len(refused):
        who = count_words(len(refused), "person was", "people were")
        said += f"; {who} refused, or failed to see the patient"
    return said


def _people(looked: pd.DataFrame, now: datetime) -> None:
    heading(
        "Who they are",
        f"{count_words(len(looked), 'person', 'people')}, the latest first; how often in each way",
    )
    frame = people_table(looked, now)
    alt = "The people who were shown this patient, and how often"
    looks_table(frame, "Person", "who-looked", alt)
    csv_button(frame, "who-looked")


def people_table(looked: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The people as they are shown; ``looked`` as from ``audit_trail.who_looked``."""
    return pd.DataFrame(
        {
            "Person": person_labels(looked),
            "Role": [role_title(role) for role in looked["role"]],
            "Opened the record": looked["records"],
            "In lists": looked["lists"],
            "In files": looked["exports"],
            "Prints": looked["prints"],
            "Not done": looked["not_done"],
            "First": clinic_times(looked["first"], now),
            "Last": clinic_times(looked["last"], now),
        }
    )
