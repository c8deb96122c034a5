"""The pictures of the Appointments page with their words."""

from datetime import timedelta

import pandas as pd

from charts import appointments as charts
from charts.attendance import KIND_COLOURS
from charts.numbers import percent
from clinical.calendar import day_number, week_number
from clinical.capacity import FULL_SHARE, UNEVEN_RATIO, chair_use
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.schedule import (
    COMING_WEEKS,
    USUAL_WEEKS,
    Grain,
    volume,
    week_grid,
)
from pages.appointments.known import Known
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_ROWS = 12
_KINDS = [int(kind) for kind in AppointmentKind]


def slots_finding(known: Known) -> Finding:
    """How busy the hours of the week are."""
    period = known.period
    grid = week_grid(known.by_slot, period.first, period.passed)
    busiest = grid.iloc[int(grid["a_day"].to_numpy().argmax())]
    title = (
        f"{WEEKDAYS[int(busiest['weekday']) - 1]} {int(busiest['hour']):02d}:00 is busiest: "
        f"{busiest['a_day']:.1f} appointments start on average"
    )
    return Finding(
        key="week-by-hour",
        title=title,
        subtitle=f"Mean number that start in the hour, by the sites' clocks; "
        f"{int(grid['expected'].sum()):,} appointments without cancelled ones",
        chart=charts.week_grid_chart(grid, _open_hours(known.hours)),
        table=lambda: pd.DataFrame(
            {
                "Weekday": [WEEKDAYS[number - 1] for number in grid["weekday"]],
                "Hour": [f"{hour:02d}:00" for hour in grid["hour"]],
                "Appointments without cancelled": grid["expected"],
                "On an average day": grid["a_day"].round(2),
                "Due": grid["due"],
                "Missed": grid["missed"],
                "Missed, %": (100 * grid["missed_rate"]).round(1),
            }
        ),
        alt=f"Mean number of appointments by weekday and hour. {title}.",
        note="Blank: no site is open. Point at an hour for its missed rate.",
    )


def _open_hours(hours: pd.DataFrame) -> frozenset[tuple[int, int]]:
    """The weekdays and hours in which a site is open."""
    return frozenset(
        (int(weekday), hour)
        for weekday, opens, closes in zip(
            hours["weekday"], hours["opens"], hours["closes"], strict=True
        )
        for hour in range(opens.hour, closes.hour + (closes.minute > 0))
    )


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


def chairs_finding(known: Known) -> Finding | None:
    """How full the chairs are, and whether one is a bottleneck; none without open time."""
    period = known.period
    chairs = chair_use(known.chairs, known.hours, known.closures, period.first, period.passed)
    chairs = chairs[chairs["open"] > 0].reset_index(drop=True)
    if chairs.empty:
        return None
    names = [
        f"{chair}, {known.sites[site]}" if len(known.sites) > 1 else str(chair)
        for chair, site in zip(chairs["chair"], chairs["site_key"], strict=True)
    ]
    shown = chairs.head(_MOST_ROWS)
    title = _chairs_words(chairs, names)
    dropped = len(chairs) - len(shown)
    return Finding(
        key="chairs",
        title=title,
        subtitle="Share of open time that was scheduled (bar) and used (line)"
        + (f"; the {len(shown)} fullest of {len(chairs)} chairs" if dropped else ""),
        chart=charts.chairs_chart(shown, names[: len(shown)]),
        table=lambda: pd.DataFrame(
            {
                "Chair": chairs["chair"],
                "Site": [known.sites[site] for site in chairs["site_key"]],
                "Open hours": (chairs["open"] / 60).round(1),
                "Scheduled hours": (chairs["scheduled"] / 60).round(1),
                "Used hours": (chairs["used"] / 60).round(1),
                "Scheduled, %": (100 * chairs["scheduled_share"]).round(1),
                "Used, %": (100 * chairs["used_share"]).round(1),
                "Appointments without cancelled": chairs["appointments"],
            }
        ),
        alt=f"How full each chair is. {title}.",
        note=f"All diagnoses and phases. Coloured: at least {percent(FULL_SHARE)} scheduled "
        f"(dotted), or half and {UNEVEN_RATIO:g} times as much as the site's other chairs.",
    )


def _chairs_words(chairs: pd.DataFrame, names: list[str]) -> str:
    narrow = [position for position, is_one in enumerate(chairs["bottleneck"]) if is_one]
    first = narrow[0] if narrow else 0
    share = percent(chairs["scheduled_share"].iloc[first])
    if not narrow:
        return f"No chair is a bottleneck; the fullest is scheduled for {share} of its open time"
    site = chairs["site_key"].iloc[first]
    others = chairs[(chairs["site_key"] == site) & (chairs.index != first)]
    against = (
        f", the others there {percent(others['scheduled'].sum() / others['open'].sum())}"
        if len(others)
        else ""
    )
    return f"{plain(names[first])} is a bottleneck: {share} of its time is scheduled{against}"
