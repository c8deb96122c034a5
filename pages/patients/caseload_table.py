"""The caseload's table: the rows of a page in the reader's words."""

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from charts.score_words import taken
from clinical.attention import Rule
from clinical.calendar import day_number
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import Status
from clinical.thresholds import Thresholds
from pages.shared.people import person_name
from pages.shared.reasons import reason

_STATUS_COLOURS = {
    Status.WORSE: "orange",
    Status.NO_RESPONSE: "orange",
    Status.PARTIAL: "gray",
    Status.STEADY: "gray",
    Status.IMPROVED: "blue",
    Status.RESPONDING: "blue",
    Status.REMISSION: "blue",
    Status.NOT_EVALUABLE: "gray",
}


def caseload_table(rows: pd.DataFrame, today: date, thresholds: Thresholds) -> pd.DataFrame:
    """The rows of :func:`data_access.patients.caseload_page`, a column for each heading."""
    return pd.DataFrame(
        {
            "Patient": [
                person_name(given, family)
                for given, family in zip(rows["given_name"], rows["family_name"], strict=True)
            ],
            "Number": rows["mrn"].fillna(rows["patient_id"]),
            "Concern": [_concern(row, today, thresholds) for row in rows.to_dict("records")],
            "Status": [[Status(number).label] for number in rows["status"]],
            "Scores": rows["history"],
            "Baseline": rows["baseline"],
            "Last": rows["last_total"],
            "Change": rows["change"],
            "Last taken": [
                None if pd.isna(kind) else taken(Timepoint(kind), int(number))
                for kind, number in zip(rows["last_timepoint"], rows["last_number"], strict=True)
            ],
            "Days since": day_number(today) - rows["last_day"],
            "Series": [
                _progress(Phase(phase), done, planned)
                for phase, done, planned in zip(
                    rows["phase"], rows["done"], rows["planned"], strict=True
                )
            ],
            "Next appointment": rows["next_day"],
            "Provider": rows["provider"],
            "Site": rows["site"],
        }
    )


def _concern(row: dict[Hashable, Any], today: date, thresholds: Thresholds) -> str | None:
    """Why the patient is a concern, in the words of the attention list; missing where none is."""
    words = "; ".join(
        reason(rule, row, today, thresholds)
        for rule, column in ((Rule.THOUGHTS, "concern"), (Rule.UNSCORED, "overdue"))
        if row[column]
    )
    return words or None


def _progress(phase: Phase, done: int, planned: int | None) -> str:
    if phase is Phase.NONE:
        return "None yet"
    return (
        f"{phase.label}, {done} given"
        if pd.isna(planned)
        else (f"{phase.label}, {done} of {planned}")
    )


def saved_caseload(shown: pd.DataFrame) -> pd.DataFrame:
    """The table for a file: one status a cell, scores apart by spaces."""
    return shown.assign(
        Status=shown["Status"].str[0],
        Scores=[" ".join(f"{score:g}" for score in scores) for scores in shown["Scores"]],
    )


def caseload_columns(instrument: Instrument) -> dict[str, Any]:
    """How the columns are shown, for Streamlit's ``column_config``."""
    config = st.column_config
    return {
        "Patient": config.TextColumn(pinned=True),
        "Series": config.TextColumn(help="The latest series: infusions given, of those planned"),
        "Concern": config.TextColumn(
            help="An open concern about suicidal thoughts, or an overdue score", width=240
        ),
        "Status": config.MultiselectColumn(
            options=[status.label for status in Status],
            color=[_STATUS_COLOURS[status] for status in Status],
            help=f"By {instrument.name}, latest score against the baseline of the series",
        ),
        "Baseline": config.NumberColumn(format="%g", help="In the 14 days before the series"),
        "Last": config.NumberColumn(format="%g", help="The latest score of the series"),
        "Change": config.NumberColumn(format="%+g", help="Points: latest score minus baseline"),
        "Scores": config.LineChartColumn(
            y_min=instrument.lowest,
            y_max=instrument.highest,
            color="gray",
            help="The baseline, then the scores taken before an infusion of the series",
        ),
        "Last taken": config.TextColumn(help="When the latest score was taken"),
        "Days since": config.NumberColumn(format="%d", help="Days since the latest score"),
        "Next appointment": config.DateColumn(format="DD MMM YYYY"),
        "Provider": config.TextColumn(help="Who gave the latest infusion"),
    }
