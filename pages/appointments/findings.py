"""The pictures of the Appointments page with their words."""

from datetime import timedelta

import pandas as pd

from charts import appointments as charts
from charts.attendance import KIND_COLOURS
from clinical.calendar import day_number, week_number
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.schedule import (
    COMING_WEEKS,
    USUAL_WEEKS,
    Grain,
    volume,
)
from pages.appointments.known import Known
from pages.shared.frame import Finding
from pages.shared.words import count_words, day_words

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_ROWS = 12
_KINDS = [int(kind) for kind in AppointmentKind]


def coming_finding(known: Known) -> Finding:
    """What is booked in the coming weeks, against a usual week."""
    tomorrow = known.period.today + timedelta(days=1)
    end = known.period.today + timedelta(weeks=COMING_WEEKS)
    around = known.around
    booked = around[
        (around["status"] == AppointmentStatus.BOOKED) & (around["day"] >= day_number(tomorrow))
    ]
    by_week = booked.assign(week=[week_number(day) for day in booked["day"]])
    coming = volume(by_week, Grain.WEEK, "kind", _KINDS, tomorrow, end)
    usual = _usual_week(known)
    title = _coming_words(coming, usual)
    return Finding(
        key="booked-ahead",
        title=title,
        subtitle=f"{count_words(int(coming['all'].sum()), 'appointment')} booked from "
        f"{day_words(tomorrow)} to {day_words(end)}, whatever the period chosen above",
        chart=charts.coming_chart(coming, usual),
        table=lambda: pd.DataFrame(
            {
                "Week from": coming["start"],
                **{kind.label: coming[int(kind)] for kind in KIND_COLOURS},
                "All": coming["all"],
                "Whole": ["yes" if whole else "no" for whole in coming["whole"]],
            }
        ),
        alt=f"Booked appointments of the coming weeks by kind. {title}.",
        note="Faded: part of a week. Usual week: the mean of the "
        f"{USUAL_WEEKS} weeks before this one, cancelled appointments left out.",
    )


def _usual_week(known: Known) -> float | None:
    before = known.around[
        (known.around["day"] < day_number(known.period.monday))
        & (known.around["status"] != AppointmentStatus.CANCELLED)
    ]
    return float(before["appointments"].sum()) / USUAL_WEEKS if len(before) else None


def _coming_words(coming: pd.DataFrame, usual: float | None) -> str:
    whole = coming[coming["whole"]]
    if not coming["all"].any():
        return "Nothing is booked ahead"
    next_week = f"{count_words(int(whole['all'].iloc[0]), 'appointment')} booked for next week"
    return next_week if usual is None else f"{next_week}, {usual:,.0f} in a usual one"
