"""What did a person look at, and what else did they do?"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from access.actions import Action, Outcome
from charts.audit_days import PARTS, audit_days_chart
from data_access import audit_trail as queries
from data_access.audit_trail import MOST_LISTED, TrailFilter
from pages.access.asked import (
    EVER,
    MONTH,
    WEEK,
    YEAR,
    Period,
    choose_period,
    clinic_times,
    name_of,
    person_label,
    zone_of,
)
from pages.access.entries import UNNAMED, count_entries, entries_section, looks_table, patient_words
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    KeyFigure,
    heading,
    key_figures,
    nothing,
    plain,
    sentence,
    show,
)
from pages.shared.words import count_words, day_words

PERSON = "looked-at-person"
"""Session state: the chosen person, by the name in the trail. It does not stand in the address."""
_BY_WEEK_FROM = 400
"""Periods of so many days and more are drawn by week."""
_PART_OF = {
    Action.VIEW_PATIENT: "records",
    Action.LIST: "lists",
    Action.EXPORT: "files",
    Action.PRINT: "files",
}


@dataclass(frozen=True, slots=True)
class ChosenPerson:
    """Whose doings are asked for, and in which period; ``who`` is missing where nobody's yet."""

    who: str | None
    name: str
    period: Period


def choose_person(context: PageContext) -> ChosenPerson:
    """Draw the choice of a person and of a period, and return it."""
    people = queries.people_of_trail(context.connection, context.viewer)
    labels = {
        who: person_label(full_name, who)
        for who, full_name in zip(people["who"], people["full_name"], strict=True)
    }
    who = st.selectbox(
        "Person",
        list(labels),
        index=None,
        format_func=lambda each: labels.get(each, each),
        key=PERSON,
        placeholder="Choose a person",
        persist_state="page",
        width=320,
    )
    period = choose_period(context, "did-in", [MONTH, WEEK, YEAR, EVER])
    full_names = dict(zip(people["who"], people["full_name"], strict=True))
    return ChosenPerson(who, name_of(full_names.get(who), who or ""), period)


def person_part(context: PageContext, chosen: ChosenPerson) -> None:
    """Draw what a person did."""
    if chosen.who is None:
        nothing("Choose a person to see what they looked at and what else they did.")
        return
    name, period = chosen.name, chosen.period
    asked = TrailFilter(period.start, period.end, who=chosen.who)
    days = queries.person_days(context.connection, context.viewer, asked, zone_of(context))
    if days.empty:
        nothing(f"Nothing of {plain(name)} is in the trail {period.words}.")
        return
    opened = queries.opened_by_person(context.connection, context.viewer, asked)
    counts = parts_by_day(days)
    sentence(did_words(name, counts, len(opened), period.words))
    key_figures(_figures(counts, len(opened)))
    show(days_finding(counts, period, context.today))
    if len(opened):
        _opened(context, opened)
    entries_section(
        context, asked, count_entries(context, asked), "did", "entries of a person", "Every entry"
    )


def parts_by_day(days: pd.DataFrame) -> pd.DataFrame:
    """``day`` and a count for each of ``charts.audit_days.PARTS``; ``days`` as from the query."""
    is_done = (days["outcome"] == str(Outcome.DONE)).to_numpy()
    kinds = {str(action): part for action, part in _PART_OF.items()}
    part = days["action"].map(kinds).fillna("other").where(is_done, "not_done")
    table = days.assign(part=part).pivot_table(
        index="day", columns="part", values="entries", aggfunc="sum", fill_value=0
    )
    return table.reindex(columns=list(PARTS), fill_value=0).astype("int64").reset_index()


def did_words(name: str, counts: pd.DataFrame, patients: int, period: str) -> str:
    """What a person did, in a sentence (markdown)."""
    who, total = plain(name), counts[list(PARTS)].sum()
    if patients:
        records = count_words(patients, "patient’s record", "patients’ records")
        said = f"{who} opened **{records}** {period}, {count_words(int(total['records']), 'time')}"
    else:
        said = f"{who} opened **no record** {period}"
    if total["files"]:
        files = count_words(int(total["files"]), "file or page", "files or pages")
        said += f"; took out or printed {files}"
    if total["not_done"]:
        said += f"; **{count_words(int(total['not_done']), 'time')}** it was refused or failed"
    return said


def _figures(counts: pd.DataFrame, patients: int) -> list[KeyFigure]:
    total = counts[list(PARTS)].sum()
    return [
        KeyFigure("Patients’ records opened", f"{patients:,}", "Different patients."),
        KeyFigure("Lists shown", f"{total['lists']:,}", "Lists in which patients are named."),
        KeyFigure("Files and prints", f"{total['files']:,}", "Files saved and pages printed."),
        KeyFigure(
            "Refused or failed", f"{total['not_done']:,}", "Of anything: signing in, pages, files."
        ),
    ]


def days_finding(counts: pd.DataFrame, period: Period, today: date) -> Finding:
    """The chart of what was done by day, or by week where the period is long."""
    start = max(period.start.date(), min(counts["day"]))
    by_week = (today - start).days >= _BY_WEEK_FROM
    drawn = _weeks(counts) if by_week else counts
    totals = drawn[list(PARTS)].sum(axis=1)
    most = int(totals.to_numpy().argmax())
    entries = count_words(int(totals.iloc[most]), "entry", "entries")
    when = f"{'in the week from' if by_week else 'on'} {day_words(drawn['day'].iloc[most])}"
    begins = start if period.start.year < min(counts["day"]).year - 1 else period.start.date()
    return Finding(
        key="did-by-day",
        title=f"Most was done {when}: {entries}",
        subtitle=f"{count_words(int(totals.sum()), 'entry', 'entries')} on "
        f"{count_words(len(counts), 'day')} {period.words}, by the clinic’s clock",
        chart=audit_days_chart(drawn, begins - timedelta(days=1), today + timedelta(days=1)),
        table=drawn.rename(columns={"day": "Day", **{p: PARTS[p][0] for p in PARTS}}),
        alt=f"What the person did by {'week' if by_week else 'day'}: most {when}, {entries}",
    )


def _weeks(counts: pd.DataFrame) -> pd.DataFrame:
    """By the Monday of each week."""
    mondays = [day - timedelta(days=day.weekday()) for day in counts["day"]]
    return counts.assign(day=mondays).groupby("day", as_index=False)[list(PARTS)].sum()


def _opened(context: PageContext, opened: pd.DataFrame) -> None:
    more = f"; the latest {MOST_LISTED} are listed" if len(opened) > MOST_LISTED else ""
    heading(
        "Whose records they opened",
        f"{count_words(len(opened), 'patient')}, the latest first{more}",
    )
    listed = opened.head(MOST_LISTED)
    frame = pd.DataFrame(
        {
            "Patient": [_patient(row) for row in listed.to_dict("records")],
            "Times": listed["times"],
            "First": clinic_times(listed["first"], context.now),
            "Last": clinic_times(listed["last"], context.now),
        }
    )
    looks_table(frame, "Patient", "opened", "The patients whose records the person opened")


def _patient(row: dict[Hashable, Any]) -> str:
    if row["patient_id"] is None:
        return UNNAMED
    return patient_words(row)
