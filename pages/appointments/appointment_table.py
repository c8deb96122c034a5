"""A list of appointments as a table; where patients may be seen, a row leads to its patient."""

from collections.abc import Hashable
from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from clinical.attendance import outcome
from clinical.calendar import day_date, day_number
from clinical.codes import AppointmentKind
from pages.shared.context import PageContext
from pages.shared.people_table import people_table

_LONG_NOTICE = 48
"""From so many hours on the notice is told in days."""


def appointment_table(
    context: PageContext, rows: pd.DataFrame, key: str, shown: str, alt: str
) -> None:
    """Draw a list, its foot and its file, as :func:`pages.shared.people_table.people_table`.

    ``rows``: of :func:`data_access.appointments_behind.appointments_behind`, or of its named
    variant.
    """
    details = _details(rows, day_number(context.today))
    columns = {"Day": st.column_config.DateColumn(format="ddd DD MMM YYYY")}
    people_table(context, rows, details, key, shown, alt, columns)


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
        # Free text comes with the names only.
        **({"Reason": rows["reason"]} if "reason" in rows else {}),
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
