"""What becomes of a booking, by how long ahead it is made: a picture of the view Attendance."""

from dataclasses import replace
from typing import Any

import pandas as pd

from charts.appointment_bookings import PARTS, bookings_chart
from charts.numbers import percent
from clinical.attendance import Outcome
from clinical.codes import AppointmentStatus, DaysAhead
from data_access.appointments_behind import AppointmentsBehind
from pages.appointments.attendance_answer import group_label
from pages.appointments.attendance_known import LEAD, AttendanceKnown
from pages.shared.frame import Finding

BOOKINGS = "attendance-bookings"
"""The key of the finding."""
_FEW = 20
"""The title does not speak of fewer bookings."""


def bookings_of(known: AttendanceKnown) -> pd.DataFrame:
    """What became of the bookings of each lead time, the shortest first, the unknown last.

    Columns: ``key`` (:class:`~clinical.codes.DaysAhead`), ``label``, ``appointments``, and those
    of :data:`charts.appointment_bookings.PARTS`.
    """
    table = known.by_lead.rename(columns={LEAD: "key"})
    table = table.assign(
        early_cancelled=table["cancelled"] - table["late_cancelled"],
        label=[group_label(LEAD, key, {}) for key in table["key"]],
        place=[key or len(DaysAhead) for key in table["key"]],
    ).sort_values("place", ignore_index=True)
    return table[["key", "label", "appointments", *PARTS]]


def bookings_finding(known: AttendanceKnown) -> Finding:
    """Which share of the bookings was attended, missed and cancelled, by the lead time."""
    bookings = bookings_of(known)
    title = _title(bookings)
    return Finding(
        key=BOOKINGS,
        title=title,
        subtitle=f"Of {int(bookings['appointments'].sum()):,} bookings whose day has passed (their "
        "number beside each name)",
        chart=bookings_chart(bookings, bookings["label"].to_list()),
        table=lambda: _numbers(bookings),
        alt=f"Shares of bookings that were attended, missed and cancelled, by lead time. {title}.",
        note=f"Late: with less than {known.late_hours} hours of notice. Who books long ahead has "
        "more time to cancel. Choose a part to list its appointments.",
    )


def _title(bookings: pd.DataFrame) -> str:
    """The shortest and the longest lead time, of those with enough bookings."""
    some = bookings[(bookings["key"] != DaysAhead.UNKNOWN) & (bookings["appointments"] >= _FEW)]
    said = [
        f"{percent(row['attended'] / row['appointments'])} of those {row['label'].lower()}"
        for _, row in (some.iloc[[0, -1]] if len(some) > 1 else some).iterrows()
    ]
    if not said:
        attended, of = int(bookings["attended"].sum()), int(bookings["appointments"].sum())
        return f"{attended:,} of {of:,} bookings were attended"
    return f"Attended: {', '.join(said)}"


def _numbers(bookings: pd.DataFrame) -> pd.DataFrame:
    of = bookings["appointments"]
    columns: dict[str, Any] = {"Booked": bookings["label"], "Bookings": of}
    for part, (name, _) in PARTS.items():
        columns[name] = bookings[part]
        columns[f"{name}, %"] = (100 * bookings[part] / of).round(1)
    return pd.DataFrame(columns)


_PART_BEHIND = {
    "attended": AppointmentsBehind(outcomes=(int(Outcome.ATTENDED),)),
    "missed": AppointmentsBehind(statuses=(int(AppointmentStatus.NOSHOW),)),
    "late_cancelled": AppointmentsBehind(late_cancelled=True),
    "early_cancelled": AppointmentsBehind(late_cancelled=False),
    "not_closed": AppointmentsBehind(outcomes=(int(Outcome.NOT_CLOSED),)),
}


def behind_booking(
    known: AttendanceKnown, points: list[Any]
) -> tuple[AppointmentsBehind, str] | None:
    """What the chosen part of a bar stands for; what a browser sends may be anything."""
    match points:
        case [[_, str(part), int(key)], *_] if part in PARTS:
            bookings = bookings_of(known)
            some = bookings[(bookings["key"] == key) & (bookings[part] > 0)]
            if some.empty:
                return None
            behind = replace(_PART_BEHIND[part], passed_only=True, lead_bands=(key,))
            return behind, f"{some['label'].iloc[0]}, {PARTS[part][0].lower()}"
    return None
