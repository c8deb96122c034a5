"""The pictures of the Appointments page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.attendance import KIND_COLOURS, STACKED, level, stacks
from charts.numbers import percent
from charts.palette import BACKGROUND, CONCERN, INK, NEUTRAL, PALE
from charts.style import (
    bar,
    figure,
    heatmap,
    label,
    scatter,
    text,
)
from clinical.capacity import FULL_SHARE

_ROW_HEIGHT = 26
_FRAME_HEIGHT = 84
_LONGEST_BY_TICKS_OF_DAYS = 100
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _tick_format(starts: Sequence[date]) -> str:
    """Days on the axis of some weeks, months on that of some months."""
    days = (starts[-1] - starts[0]).days if starts else 0
    return "%b\n%Y" if days > _LONGEST_BY_TICKS_OF_DAYS else "%-d %b"


def week_grid_chart(grid: pd.DataFrame, open_hours: frozenset[tuple[int, int]]) -> go.Figure:
    """How many appointments start by weekday and hour; the missed rate on hovering.

    ``grid`` as from :func:`clinical.schedule.week_grid`; ``open_hours``: the weekdays and hours in
    which a site is open. An open hour without appointments is 0, another one blank.
    """
    keys = zip(grid["weekday"].tolist(), grid["hour"].tolist(), strict=True)
    by_slot: dict[tuple[int, int], Any] = dict(zip(keys, grid.itertuples(), strict=True))
    slots = open_hours | by_slot.keys()
    hours = range(min(hour for _, hour in slots), max(hour for _, hour in slots) + 1)
    weekdays = sorted({weekday for weekday, _ in slots})
    values: list[list[float | None]] = []
    hovers: list[list[str]] = []
    for hour in hours:
        found = [by_slot.get((weekday, hour)) for weekday in weekdays]
        are_open = [(weekday, hour) in open_hours for weekday in weekdays]
        values.append([_a_day(*pair) for pair in zip(found, are_open, strict=True)])
        hovers.append(
            [_slot_words(day, hour, slot) for day, slot in zip(weekdays, found, strict=True)]
        )
    cells = heatmap(
        x=[_WEEKDAYS[weekday - 1] for weekday in weekdays],
        y=[f"{hour:02d}:00" for hour in hours],
        z=values,
        texttemplate="%{z:.1f}",
        textfont={"color": INK},
        colorscale=[[0, BACKGROUND], [1, PALE]],
        zmin=0,
        xgap=2,
        ygap=2,
        showscale=False,
        customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(hours),
        [cells],
        yaxis={"autorange": "reversed", "showgrid": False},
        xaxis={"side": "top"},
    )


def _a_day(slot: Any, is_open: bool) -> float | None:
    if slot is None:
        return 0.0 if is_open else None
    return float(slot.a_day)


def _slot_words(weekday: int, hour: int, slot: Any) -> str:
    name = f"<b>{_WEEKDAYS[weekday - 1]} {hour:02d}:00</b>"
    if slot is None:
        return f"{name}<br>no appointments"
    return (
        f"{name}<br>{slot.expected:,} appointments, {slot.a_day:.1f} a day<br>"
        f"missed: {slot.missed:,} of {slot.due:,}, {percent(slot.missed_rate)}"
    )


def coming_chart(coming: pd.DataFrame, usual: float | None) -> go.Figure:
    """What is booked in the coming weeks by kind, against the usual number of a week.

    ``coming`` as from :func:`clinical.schedule.volume` by week and kind.
    """
    rows = list(range(len(coming)))
    starts = list(coming["start"])
    names = [f"Week of {start.day} {start:%b}" for start in starts]
    return figure(
        traces=stacks(coming, KIND_COLOURS, rows, names, faded=list(~coming["whole"])),
        **STACKED,
        **({} if usual is None else level(usual, f"usual week {usual:,.0f}", INK)),
        xaxis={"tickvals": rows, "ticktext": [_week_label(start) for start in starts]},
        yaxis={"range": [0, max(coming["all"].max(), usual or 0, 1) * 1.12]},
    )


def _week_label(start: date) -> str:
    return f"{start.day}<br>{start:%b}"


def chairs_chart(chairs: pd.DataFrame, names: Sequence[str]) -> go.Figure:
    """The share of its open time for which each chair was scheduled, and used.

    ``chairs`` as from :func:`clinical.capacity.chair_use`, a row for each of ``names``.
    """
    rows = list(range(len(chairs)))
    columns = ("scheduled_share", "used_share", "appointments", "open")
    hovers = [
        f"<b>{text(name)}</b><br>scheduled {percent(scheduled)}, used {percent(used)} of "
        f"{minutes / 60:,.0f} open hours<br>{count:,} appointments"
        for name, scheduled, used, count, minutes in zip(
            names, *(chairs[column] for column in columns), strict=True
        )
    ]
    hover = {"customdata": hovers, "hovertemplate": "%{customdata}<extra></extra>"}
    traces = [
        bar(
            x=chairs["scheduled_share"].to_numpy(),
            y=rows,
            orientation="h",
            name="Scheduled",
            marker={"color": [CONCERN if full else PALE for full in chairs["bottleneck"]]},
            text=[percent(share) for share in chairs["scheduled_share"]],
            textposition="outside",
            cliponaxis=False,
            **hover,
        ),
        scatter(
            x=chairs["used_share"].to_numpy(),
            y=rows,
            mode="markers",
            marker={"symbol": "line-ns", "size": 13, "line": {"color": INK, "width": 2.5}},
            name="Used",
            **hover,
        ),
    ]
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(chairs),
        traces,
        xaxis={
            "tickformat": ".0%",
            "range": [0, max(1.0, chairs["scheduled_share"].max() * 1.1)],
            "showgrid": True,
        },
        yaxis={
            "tickvals": rows,
            "ticktext": [label(name) for name in names],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        shapes=[_FULL_LINE],
    )


_FULL_LINE = {
    "type": "line",
    "yref": "y domain",
    "x0": FULL_SHARE,
    "x1": FULL_SHARE,
    "y0": 0,
    "y1": 1,
    "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
}
