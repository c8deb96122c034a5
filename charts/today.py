"""The pictures of the Today page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import wrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.attendance import OUTCOME_COLOURS, STACKED, stacks, totals
from charts.numbers import p_words, percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE
from charts.style import (
    HEIGHT_LARGE,
    Trace,
    figure,
    interval,
    label,
    scatter,
    text,
)
from clinical.calendar import day_date

_ROW_HEIGHT = 26
_FRAME_HEIGHT = 92
_HOURS_HEIGHT = 300
_LABEL_WIDTH = 13


def week_chart(week: pd.DataFrame, today: date, closed: Mapping[date, str]) -> go.Figure:
    """This week by day and outcome, today in a shaded column, the usual number as a short line.

    ``week`` as from :func:`clinical.schedule.week_at_hand`; ``closed`` says for a day which sites
    are closed. The number over a bar leaves cancelled appointments out.
    """
    days = [day_date(number) for number in week.index]
    rows = list(range(len(days)))
    names = [f"{day:%A} {day.day} {day:%b}" for day in days]
    return figure(
        HEIGHT_LARGE,
        [
            *stacks(week, OUTCOME_COLOURS, rows, names),
            totals(week, rows, _clear_of_usual(week)),
            *_usual(week, rows, days),
        ],
        **STACKED,
        xaxis={
            "tickvals": rows,
            "ticktext": [_day_label(day, today) for day in days],
            "range": [-0.5, len(rows) - 0.5],
        },
        yaxis={"title": {"text": "Appointments"}, "range": _room_above(week)},
        shapes=[_shade(row) for row, day in zip(rows, days, strict=True) if day == today],
        annotations=[
            _closure(row, height, closed[day])
            for row, height, day in zip(rows, week["all"].tolist(), days, strict=True)
            if day in closed
        ],
    )


def _day_label(day: date, today: date) -> str:
    label = f"{day:%a} {day.day} {day:%b}"
    return f"<b>{label}<br>today</b>" if day == today else label


def _room_above(table: pd.DataFrame) -> list[float]:
    """The range of the axis, with room for the numbers over the bars."""
    highest = float(table[["all", "usual"]].max().max()) if "usual" in table else table["all"].max()
    return [0, max(highest * 1.15, 1)]


def _clear_of_usual(week: pd.DataFrame) -> list[float]:
    """Where the numbers stand: on the bars, but on the usual line where it lies just above one."""
    near = 0.08 * _room_above(week)[1]
    gap = week["usual"] - week["all"]
    return week["usual"].where(gap.between(0, near), week["all"]).tolist()


def _usual(week: pd.DataFrame, rows: Sequence[int], days: Sequence[date]) -> list[Trace]:
    if week["usual"].isna().all():
        return []
    return [
        scatter(
            x=list(rows),
            # On a weekday on which nobody ever comes there is nothing to mark.
            y=week["usual"].where(week["usual"] > 0).to_numpy(),
            mode="markers",
            marker={
                "symbol": "line-ew",
                "size": 46,
                "color": INK,
                "line": {"color": INK, "width": 2},
            },
            name="Usual for the weekday",
            customdata=[
                f"<b>{day:%A}s</b><br>{usual:.1f} on average in the 8 weeks before"
                for day, usual in zip(days, week["usual"], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]


def _shade(row: int) -> dict[str, Any]:
    """A shaded column behind a day."""
    return {
        "type": "rect",
        "yref": "y domain",
        "x0": row - 0.5,
        "x1": row + 0.5,
        "y0": 0,
        "y1": 1,
        "fillcolor": PALE,
        "opacity": 0.3,
        "line": {"width": 0},
        "layer": "below",
    }


def _closure(row: int, height: int, words: str) -> dict[str, Any]:
    """The words over a day on which sites are closed."""
    lines = wrap(words, _LABEL_WIDTH, break_long_words=False)
    return {
        "x": row,
        "y": height,
        "text": "<br>".join(text(line) for line in lines),
        "showarrow": False,
        "yanchor": "bottom",
        "yshift": 20 if height else 4,
        "font": {"size": 12, "color": NEUTRAL},
    }


def hours_chart(hours: pd.DataFrame, now: float | None) -> go.Figure:
    """Today by hour and outcome, by the sites' clocks.

    ``hours`` as from :func:`clinical.schedule.hours_of_day`; ``now`` is the hour with its fraction,
    where all sites' clocks agree.
    """
    rows = list(hours.index)
    is_shown = now is not None and bool(rows) and rows[0] <= now < rows[-1] + 1
    names = [f"{hour:02d}:00 to {hour:02d}:59" for hour in rows]
    return figure(
        _HOURS_HEIGHT,
        [
            *stacks(hours, OUTCOME_COLOURS, rows, names),
            totals(hours, rows, hours["all"].tolist()),
        ],
        **STACKED,
        **(_now_line(now) if now is not None and is_shown else {}),
        xaxis={"tickvals": rows, "ticktext": [f"{hour:02d}:00" for hour in rows]},
        yaxis={"range": _room_above(hours)},
    )


def _now_line(now: float) -> dict[str, Any]:
    """Layout that marks a time of day; an hour's bar is centred, so it begins half a bar before."""
    at = now - 0.5
    return {
        "shapes": [
            {
                "type": "line",
                "yref": "y domain",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "line": {"color": INK, "width": 1, "dash": "dot"},
            }
        ],
        "annotations": [
            {
                "yref": "y domain",
                "x": at,
                "y": 1,
                "text": "now",
                "font": {"size": 11, "color": INK},
                "xanchor": "left",
                "yanchor": "top",
                "showarrow": False,
            }
        ],
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """What two periods are called in a legend, and which direction of change is better: 1 or -1."""

    recent: str
    before: str
    better: int


def change_chart(rates: pd.DataFrame, compared: Compared) -> go.Figure:
    """Rates in a recent period, as dots with their intervals, and before it, as short lines.

    ``rates``: a row for each, the one for the top first, with ``name``, ``recent`` (events),
    ``n_recent``, ``share``, ``low``, ``high``, ``before`` (a fraction), ``n_before``, ``p`` (of the
    comparison, missing where there is none) and ``direction``: 1 where it has risen by more than
    chance, -1 where fallen, 0 where that may be chance. Only a change beyond chance is coloured.
    """
    rows = list(range(len(rates)))
    traces = [_before_marks(rates, rows, compared.before)]
    for direction, verb in _VERBS.items():
        chosen = [row for row in rows if rates["direction"].iloc[row] == direction]
        if chosen:
            colour = _change_colour(direction, compared.better)
            name = f"{compared.recent}{verb}"
            traces.append(_recent_marks(rates.iloc[chosen], chosen, colour, name, compared))
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * max(len(rates), 1),
        traces,
        yaxis={
            "tickvals": rows,
            "ticktext": [label(name) for name in rates["name"]],
            "range": [len(rates) - 0.4, -0.6],
        },
        xaxis={"tickformat": ".0%", "rangemode": "tozero", "showgrid": True},
    )


_VERBS = {0: "", 1: ": risen", -1: ": fallen"}


def _change_colour(direction: int, better: int) -> str:
    if direction == 0:
        return INK
    return IMPROVEMENT if direction == better else CONCERN


def _before_marks(rates: pd.DataFrame, rows: Sequence[int], before: str) -> Trace:
    return scatter(
        x=rates["before"].to_numpy(),
        y=list(rows),
        mode="markers",
        marker={"symbol": "line-ns", "size": 12, "line": {"color": NEUTRAL, "width": 2.5}},
        name=before,
        customdata=[
            f"<b>{text(name)}</b><br>{before}: {percent(share)} of {n:,}"
            for name, share, n in zip(
                rates["name"], rates["before"], rates["n_before"], strict=True
            )
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _recent_marks(
    rates: pd.DataFrame, rows: Sequence[int], colour: str, name: str, compared: Compared
) -> Trace:
    columns = ("name", "recent", "n_recent", "share", "low", "high", "before", "p")
    return scatter(
        x=rates["share"].to_numpy(),
        y=list(rows),
        mode="markers",
        marker={"color": colour, "size": 10},
        error_x=interval(rates["share"], rates["low"], rates["high"], colour),
        name=name,
        customdata=[
            f"<b>{text(which)}</b><br>{compared.recent}: {recent:,} of {n:,}, {percent(share)} "
            f"(95 % CI {percent_range(low, high)})<br>{compared.before}: {percent(before)}; "
            f"{text(p_words(p))}"
            for which, recent, n, share, low, high, before, p in zip(
                *(rates[each] for each in columns), strict=True
            )
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
