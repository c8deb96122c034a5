"""The pictures of the Today page."""

from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import wrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.attendance import OUTCOME_COLOURS, STACKED, add_stacks, add_totals
from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE
from charts.style import HEIGHT_LARGE, figure, interval, label, text
from clinical.calendar import day_date

_ROW_HEIGHT = 26
_FRAME_HEIGHT = 92
_HOURS_HEIGHT = 300
_LABEL_WIDTH = 13
_DIRECTIONS = {
    0: ("Last 30 days", INK),
    1: ("Last 30 days: risen", CONCERN),
    -1: ("Last 30 days: fallen", IMPROVEMENT),
}


def week_chart(week: pd.DataFrame, today: date, closed: Mapping[date, str]) -> go.Figure:
    """This week by day and outcome, today in a shaded column, the usual number as a short line.

    ``week`` as from :func:`clinical.schedule.week_at_hand`; ``closed`` says for a day which sites
    are closed. The number over a bar leaves cancelled appointments out.
    """
    days = [day_date(number) for number in week.index]
    rows = list(range(len(days)))
    chart = figure(
        HEIGHT_LARGE,
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
    add_stacks(chart, week, OUTCOME_COLOURS, rows, [f"{day:%A} {day.day} {day:%b}" for day in days])
    add_totals(chart, week, rows, _clear_of_usual(week))
    _add_usual(chart, week, rows, days)
    return chart


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


def _add_usual(
    chart: go.Figure, week: pd.DataFrame, rows: Sequence[int], days: Sequence[date]
) -> None:
    if week["usual"].isna().all():
        return
    chart.add_trace(
        go.Scatter(
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
    )


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
    chart = figure(
        _HOURS_HEIGHT,
        **STACKED,
        **(_now_line(now) if now is not None and is_shown else {}),
        xaxis={"tickvals": rows, "ticktext": [f"{hour:02d}:00" for hour in rows]},
        yaxis={"range": _room_above(hours)},
    )
    add_stacks(chart, hours, OUTCOME_COLOURS, rows, [f"{h:02d}:00 to {h:02d}:59" for h in rows])
    add_totals(chart, hours, rows, hours["all"].tolist())
    return chart


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


def terms_chart(terms: pd.DataFrame) -> go.Figure:
    """How often each side effect was recorded recently (with its interval), and before.

    ``terms``: a row for each, the one for the top first, with ``term``, ``before``, ``n_before``,
    ``share``, ``low``, ``high``, ``recent`` (infusions) and ``n_recent``; ``direction`` is 1 where
    it has clearly risen, -1 where fallen, 0 where that may be chance.
    """
    rows = list(range(len(terms)))
    chart = figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * max(len(terms), 1),
        yaxis={
            "tickvals": rows,
            "ticktext": [label(term) for term in terms["term"]],
            "range": [len(terms) - 0.4, -0.6],
        },
        xaxis={"tickformat": ".0%", "rangemode": "tozero", "showgrid": True},
    )
    chart.add_trace(_before_marks(terms, rows))
    for direction, (name, colour) in _DIRECTIONS.items():
        chosen = [row for row in rows if terms["direction"].iloc[row] == direction]
        if chosen:
            chart.add_trace(_recent_marks(terms.iloc[chosen], chosen, colour, name))
    return chart


def _before_marks(terms: pd.DataFrame, rows: Sequence[int]) -> go.Scatter:
    return go.Scatter(
        x=terms["before"].to_numpy(),
        y=list(rows),
        mode="markers",
        marker={"symbol": "line-ns", "size": 12, "line": {"color": NEUTRAL, "width": 2.5}},
        name="90 days before",
        customdata=[
            f"<b>{text(term)}</b><br>90 days before: {percent(share)} of {n:,}"
            for term, share, n in zip(
                terms["term"], terms["before"], terms["n_before"], strict=True
            )
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _recent_marks(terms: pd.DataFrame, rows: Sequence[int], colour: str, name: str) -> go.Scatter:
    columns = (terms[each] for each in ("term", "recent", "n_recent", "share", "low", "high"))
    return go.Scatter(
        x=terms["share"].to_numpy(),
        y=list(rows),
        mode="markers",
        marker={"color": colour, "size": 10},
        error_x=interval(terms["share"], terms["low"], terms["high"], colour),
        name=name,
        customdata=[
            f"<b>{text(term)}</b><br>last 30 days: {recent:,} of {n:,}, {percent(share)} "
            f"(95 % CI {percent_range(low, high)})"
            for term, recent, n, share, low, high in zip(*columns, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
