"""A list of courses of treatment as a table; a row leads to its patient."""

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from clinical.calendar import day_date
from clinical.instruments import Instrument
from clinical.measures import free_word
from clinical.progress import points_worse
from pages.shared.context import PageContext
from pages.shared.people_table import people_table


def course_table(
    context: PageContext,
    rows: pd.DataFrame,
    measure: Instrument,
    score: str,
    key: str,
    shown: str,
    alt: str,
) -> None:
    """Draw a list, its foot and its file, as :func:`pages.shared.people_table.people_table`.

    ``rows``: of :func:`data_access.courses_behind.named_courses_behind`, on ``measure``; ``score``
    says in a heading which score counts.
    """
    columns: dict[str, Any] = {
        "First infusion": st.column_config.DateColumn(format="DD MMM YYYY"),
        **{
            name: st.column_config.NumberColumn(format="%g")
            for name in (_BASELINE, score, _LAST_SCORE)
        },
        _CHANGE: st.column_config.NumberColumn(
            format="%.0f", help="Improvement in % of the baseline; below 0: worse"
        ),
    }
    people_table(context, rows, course_details(rows, measure, score), key, shown, alt, columns)


_BASELINE, _CHANGE, _LAST_SCORE = "Baseline", "Better by, %", "Last score"


def course_details(rows: pd.DataFrame, measure: Instrument, score: str) -> pd.DataFrame:
    """What is shown of each course."""
    records = rows.to_dict("records")
    columns: dict[str, Any] = {
        "First infusion": [day_date(int(day)) for day in rows["started_day"]],
        "Infusions": [_infusions(row) for row in records],
        _BASELINE: rows["baseline"],
        score: rows["total"],
        _CHANGE: rows["percent"],
        "Result": [_result(row, measure) for row in records],
        "Site": rows["site"],
        # Where it is the one that counts, it is said once.
        _LAST_SCORE: rows["last_total"],
        "After infusion": rows["last_number"],
    }
    return pd.DataFrame(columns)


def _infusions(row: dict[Hashable, Any]) -> str:
    """How far the course went: ``4 of 6``, and whether it goes on."""
    done = f"{row['done']}" if pd.isna(row["planned"]) else f"{row['done']} of {row['planned']}"
    return done if row["over"] else f"{done}, under way"


def _result(row: dict[Hashable, Any], measure: Instrument) -> str:
    """What the score says by the measure's rules, or why it says nothing."""
    if pd.isna(row["baseline"]):
        return "No baseline"
    if pd.isna(row["total"]):
        return "No score"
    words = _judgement(row, measure)
    if not pd.isna(row["observed"]) and not row["observed"]:
        words += ", carried forward"
    return words


def _judgement(row: dict[Hashable, Any], measure: Instrument) -> str:
    free = free_word(measure)
    if not pd.isna(row["responded"]):
        if row["remitted"]:
            return f"Response, {free}" if row["responded"] else f"No response, but {free}"
        return "Response" if row["responded"] else "No response"
    if not pd.isna(row["remitted"]):
        return f"{free[:1].upper()}{free[1:]}" if row["remitted"] else f"Not {free}"
    worse_by = points_worse(measure, row["total"] - row["baseline"])
    if worse_by == 0:
        return "Unchanged"
    return "Worse" if worse_by > 0 else "Better"
