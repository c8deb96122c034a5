"""A list of infusions as a table; where the viewer may see patients, a row leads to its patient."""

import pandas as pd
import streamlit as st

from clinical.calendar import day_date
from clinical.codes import Phase
from pages.shared.context import PageContext
from pages.shared.people_table import people_table


def infusion_table(
    context: PageContext, rows: pd.DataFrame, details: pd.DataFrame, key: str, shown: str, alt: str
) -> None:
    """Draw a list, its foot and its file, as :func:`pages.shared.people_table.people_table`."""
    columns = {
        "Day": st.column_config.DateColumn(format="DD MMM YYYY"),
        "mg/kg": st.column_config.NumberColumn(format="%.2f"),
    }
    people_table(context, rows, details, key, shown, alt, columns)


def days(rows: pd.DataFrame) -> list[object]:
    """The days of a list as dates."""
    return [day_date(int(day)) for day in rows["day"]]


def places_in_series(rows: pd.DataFrame) -> list[str]:
    """Each infusion's place: ``Induction, 3``."""
    return [
        f"{Phase(phase).label}, {number}"
        for phase, number in zip(rows["phase"], rows["number"], strict=True)
    ]


def grades(rows: pd.DataFrame) -> list[str]:
    """Each worst grade; 0 is one that nobody gave."""
    return [str(grade) if grade else "not graded" for grade in rows["worst_grade"]]
