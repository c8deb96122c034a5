"""The four pictures of the weekly sheet, as content that is ready to be drawn."""

from collections.abc import Sequence
from datetime import date
from math import isnan

import numpy as np
import pandas as pd

from charts.numbers import percent
from charts.week_sheet.content import ControlCourse, ControlPoint, OpenBar, OpenBars, Stack, Stacks
from clinical.calendar import day_date, week_date
from clinical.codes import AppointmentKind
from clinical.control_charts import p_chart
from clinical.variation import LEAST_REFERENCE
from clinical.weekly import is_reference, rate_design, rate_of
from pages.appointments.day_notes import CLOSED
from pages.appointments.week_data import COMING_WEEKS, WeekData
from pages.shared.words import count_words

_SHOWN_WEEKS = 26
_KINDS = (AppointmentKind.INFUSION, AppointmentKind.CONSULTATION, AppointmentKind.FOLLOW_UP)


def days_picture(data: WeekData) -> Stacks:
    """The appointments of each day by kind."""
    days = data.days
    counts = days["appointments"].tolist()
    dates = [day_date(int(day)) for day in days.index]
    most = max(range(7), key=counts.__getitem__)
    title = "No appointments"
    if counts[most]:
        title = f"Most appointments on {dates[most]:%A}: {counts[most]:,} of {sum(counts):,}"
    return Stacks(
        title=title,
        note="Appointments that were not cancelled, by day and kind",
        names=tuple(kind.label for kind in _KINDS),
        stacks=tuple(
            Stack(
                f"{day:%a} {day.day}{_day_mark(data, day)}",
                tuple(int(days[int(kind)].iloc[place]) for kind in _KINDS),
                f"{counts[place]:,}" if counts[place] else "",
            )
            for place, day in enumerate(dates)
        ),
        empty="No appointment stands in this week.",
    )


def _day_mark(data: WeekData, day: date) -> str:
    """Below the name of a day: whether it was closed, or a holiday."""
    words = data.notes.get(day, "")
    if words.startswith(CLOSED):
        return "\nclosed"
    if "closed" in words:
        return "\npart closed"
    return "\nholiday" if words else ""


def weekdays_picture(data: WeekData) -> OpenBars:
    """What of each day's open chair time was booked and used."""
    days = data.days
    shares = days["share"].to_numpy(np.float64)
    title = "How full the chairs were is not known"
    if np.any(~np.isnan(shares)):
        most = int(np.nanargmax(shares))
        title = f"Fullest on {day_date(int(days.index[most])):%A}: {percent(shares[most])} booked"
    elif days["open"].notna().any():
        title = "No chair was open"
    return OpenBars(
        title=title,
        note="Chair-hours booked and used, within those open; above: share booked",
        bars=_open_bars(days, [f"{day_date(int(day)):%a}" for day in days.index], has_used=True),
        empty="Without opening hours and chairs, how full a day was is not known."
        if days["open"].isna().all()
        else "No chair was open in this week.",
    )


def _open_bars(use: pd.DataFrame, labels: Sequence[str], *, has_used: bool) -> tuple[OpenBar, ...]:
    """A bar for each row of ``open``, ``booked`` and ``used`` minutes."""
    opened, booked = use["open"].tolist(), use["booked"].tolist()
    used = use["used"].tolist() if has_used else [float("nan")] * len(use)
    return tuple(
        OpenBar(label, _hours(room), _hours(taken), _hours(held), share_words(room, taken))
        for label, room, taken, held in zip(labels, opened, booked, used, strict=True)
    )


def _hours(minutes: float) -> float | None:
    return None if isnan(minutes) else minutes / 60


def share_words(opened: float, booked: float) -> str:
    """Booked of open time; empty where nothing is open or nothing is known."""
    return percent(booked / opened) if opened > 0 else ""


def missed_picture(data: WeekData) -> ControlCourse:
    """The no-show rate of the weeks, with the limits of chance."""
    table = data.table
    reference = is_reference(len(table))
    design = rate_design(data.thresholds.false_alarm_years, data.thresholds.run_rules)
    events, n = table["missed"].to_numpy(), table["due"].to_numpy()
    chart = p_chart(events, n, reference, design.alpha)
    enough = int((reference & (n > 0)).sum()) >= LEAST_REFERENCE
    shown = range(max(len(table) - _SHOWN_WEEKS, 0), len(table))
    points = tuple(
        ControlPoint(
            _monday_words(int(table.index[place])),
            _known(chart.values[place]),
            _known(chart.lower[place]) if enough else None,
            _known(chart.upper[place]) if enough else None,
            bool(enough and chart.flag[place]),
        )
        for place in shown
    )
    level = rate_of(table[reference], "missed", "due").estimate if enough else None
    limits = (
        f"dotted: limits of chance, from {count_words(int(reference.sum()), 'week')}"
        if enough
        else f"too few weeks for limits ({int(reference.sum())} of {LEAST_REFERENCE})"
    )
    return ControlCourse(
        title=_missed_title(points, enough),
        note=f"Missed of those due, {count_words(len(shown), 'week')}; {limits}",
        points=points,
        centre=level,
        centre_words=f"dashed: {percent(level)} before" if enough else "",
        empty="Nobody was due in these weeks.",
    )


def _missed_title(points: Sequence[ControlPoint], enough: bool) -> str:
    last = points[-1]
    words = f"No-show rate {percent(last.share)}"
    if last.share is None or not enough:
        return words
    return f"{words}: {'beyond' if last.is_marked else 'within'} the limits of chance"


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _monday_words(week: int) -> str:
    monday = week_date(week)
    return f"{monday.day} {monday:%b}"


def coming_picture(data: WeekData) -> OpenBars:
    """What of the coming weeks' open chair time is booked."""
    labels = [_monday_words(int(week)).replace(" ", "\n") for week in data.ahead.index]
    bars = _open_bars(data.ahead, labels, has_used=False)
    nearest, furthest = bars[0].words, bars[-1].words
    title = f"Next week {nearest} booked" if nearest else "Booked in the coming weeks"
    if nearest and furthest:
        title += f", {furthest} of the week {COMING_WEEKS} weeks ahead"
    return OpenBars(
        title=title,
        note=f"Chair-hours booked within those open, the next {COMING_WEEKS} weeks, as of the data",
        bars=bars,
        empty="Without opening hours and chairs, how full the coming weeks are is not known.",
    )
