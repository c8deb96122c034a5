"""The pictures of the Today page with their words."""

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd

from charts import today as charts
from clinical.attendance import Outcome
from clinical.calendar import day_date
from clinical.codes import AppointmentKind
from clinical.schedule import USUAL_WEEKS
from pages.shared.frame import Finding
from pages.shared.people import person_name
from pages.shared.words import count_words, day_words, listed, weekday_words


def week_finding(week: pd.DataFrame, today: date, closed: Mapping[date, str]) -> Finding:
    """This week by day and outcome."""
    days = [day_date(number) for number in week.index]
    cancelled = int(week[int(Outcome.CANCELLED)].sum())
    title = _week_title(week, days)
    return Finding(
        key="this-week",
        title=title,
        subtitle=f"{weekday_words(days[0])} to {weekday_words(days[-1])}; the number over a bar "
        f"leaves cancelled appointments out ({cancelled:,} this week)",
        chart=charts.week_chart(week, today, closed),
        table=lambda: _week_table(week, days),
        alt=f"Appointments of this week by day and by what became of them. {title}.",
        note=f"Usual for the weekday: the mean of the {USUAL_WEEKS} weeks before, cancelled "
        "appointments left out.",
    )


def _week_title(week: pd.DataFrame, days: list[date]) -> str:
    total, most = int(week["appointments"].sum()), int(week["appointments"].max())
    if not total:
        return "No appointments this week"
    fullest = [
        f"{day:%A}" for day, count in zip(days, week["appointments"], strict=True) if count == most
    ]
    usual = week["usual"].sum(min_count=1)
    against = "" if pd.isna(usual) else f", {usual:,.0f} in a usual one"
    return (
        f"{count_words(total, 'appointment')} this week{against}; {listed(fullest)} "
        f"{'is' if len(fullest) == 1 else 'are'} fullest ({most:,})"
    )


def _week_table(week: pd.DataFrame, days: list[date]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Day": [f"{day:%a} {day_words(day)}" for day in days],
            **_outcome_columns(week),
            "Appointments without cancelled": week["appointments"].to_numpy(),
            "Usual for the weekday": week["usual"].round(1).to_numpy(),
        }
    )


def _outcome_columns(table: pd.DataFrame) -> dict[str, object]:
    return {each.label: table[int(each)].to_numpy() for each in Outcome}


def hours_finding(hours: pd.DataFrame, known_at: datetime, clocks: int) -> Finding:
    """Today by hour; ``clocks``: how many different clocks the sites go by."""
    counts = hours["appointments"]
    busiest = hours.index[int(counts.to_numpy().argmax())]
    title = (
        f"Busiest hour today: {busiest:02d}:00, with "
        f"{count_words(int(counts.max()), 'appointment')}"
    )
    by_clock = "by each site's own clock" if clocks > 1 else "by the hour of their start"
    now = known_at.hour + known_at.minute / 60 if clocks == 1 else None
    return Finding(
        key="today-by-hour",
        title=title,
        subtitle=f"{count_words(int(counts.sum()), 'appointment')} today, {by_clock}; the number "
        "over a bar leaves cancelled ones out",
        chart=charts.hours_chart(hours, now),
        table=lambda: pd.DataFrame(
            {
                "Hour": [f"{hour:02d}:00" for hour in hours.index],
                **_outcome_columns(hours),
                "Appointments without cancelled": counts.to_numpy(),
            }
        ),
        alt=f"Today's appointments by hour and by what became of them. {title}.",
        note="" if clocks > 1 else f"Dotted: the data's last change, {known_at:%H:%M}.",
    )


def list_table(appointments: pd.DataFrame) -> pd.DataFrame:
    """Today's appointments as staff read them.

    ``appointments`` as from :func:`data_access.today.appointment_list`, with ``outcome``.
    """
    pairs = zip(appointments["given_name"], appointments["family_name"], strict=True)
    names = [person_name(given, family, "Not recorded") for given, family in pairs]
    return pd.DataFrame(
        {
            "Time": appointments["time"],
            "Site": appointments["site"],
            "Patient": names,
            "Record number": appointments["mrn"].fillna(""),
            "For": [AppointmentKind(kind).label for kind in appointments["kind"]],
            "Status": [Outcome(each).label for each in appointments["outcome"]],
            "Chair": appointments["chair"].fillna(""),
            "With": appointments["provider"].fillna(""),
        }
    )
