"""The pictures of what is coming: weeks, new starts, how the books have held, and sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent
from charts.palette import BACKGROUND, CATEGORIES, CONCERN, INK, NEUTRAL, PALE
from charts.style import (
    HEIGHT_LARGE,
    Trace,
    across,
    bar,
    figure,
    label,
    name_at,
    scatter,
    text,
)
from clinical.capacity import FULL_SHARE
from clinical.demand import Layer

_STRENGTHS = {Layer.BOOKED: 1.0, Layer.COURSES: 0.68, Layer.BOOSTERS: 0.42, Layer.NEW_STARTS: 0.2}
"""The surer, the stronger: they are all infusions, so they have one colour."""
_HALF_BAR = 0.43
_ROW_HEIGHT = 30
_FRAME_HEIGHT = 84


@dataclass(frozen=True, slots=True)
class Measure:
    """What the bars count: ``name`` for the axis, ``unit`` for a hover, ``room`` for the line."""

    name: str
    unit: str
    room: str


def coming_chart(
    weeks: pd.DataFrame, starts: Sequence[date], rest: date | None, measure: Measure
) -> go.Figure:
    """The coming weeks in layers, with the band of their sum, against the room for them.

    ``weeks``: a row for each of ``starts``, with a column for each :class:`~clinical.demand.Layer`
    number, ``total``, ``low``, ``high`` and ``room`` (missing where not known), all in the unit of
    ``measure``, and ``share`` (of the room that is asked for). ``rest``: the first row is only the
    part of its week from this day on. Each bar carries its row.
    """
    rows = list(range(len(weeks)))
    names = [_week_words(start, rest if row == 0 else None) for row, start in enumerate(starts)]
    layers = [
        _layer(weeks, layer, names, measure) for layer in Layer if weeks[int(layer)].sum() >= 0.05
    ]
    room = [] if weeks["room"].isna().all() else [_room(weeks, measure)]
    tallest = np.nanmax(weeks[["high", "room"]].to_numpy(float)) if rows else 1.0
    return figure(
        HEIGHT_LARGE,
        [*layers, _band(weeks, names, measure), *room],
        barmode="stack",
        bargap=2 * (0.5 - _HALF_BAR),
        legend={"traceorder": "normal"},
        xaxis={
            "tickvals": rows,
            "ticktext": [
                "rest of<br>this week" if row == 0 and rest else f"{start.day}<br>{start:%b}"
                for row, start in enumerate(starts)
            ],
        },
        yaxis={"title": {"text": measure.name}, "range": [0, max(tallest, 1) * 1.08]},
    )


def _week_words(start: date, rest: date | None) -> str:
    if rest is not None:
        return f"{rest:%a} {rest.day} {rest:%b} to Sunday"
    return f"Week of {start.day} {start:%b}"


def _layer(weeks: pd.DataFrame, layer: Layer, names: Sequence[str], measure: Measure) -> Trace:
    return bar(
        x=list(range(len(weeks))),
        y=weeks[int(layer)].to_numpy(float),
        name=layer.label,
        # Of the whole trace, so that the legend shows it, too.
        opacity=_STRENGTHS[layer],
        marker={"color": CATEGORIES[0], "line": {"color": BACKGROUND, "width": 1}},
        customdata=[
            [f"<b>{name}</b><br>{layer.label}: {value:,.0f} of {total:,.0f} {measure.unit}", row]
            for row, (name, value, total) in enumerate(
                zip(names, weeks[int(layer)], weeks["total"], strict=True)
            )
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def _band(weeks: pd.DataFrame, names: Sequence[str], measure: Measure) -> Trace:
    return scatter(
        x=list(range(len(weeks))),
        y=weeks["total"].to_numpy(float),
        mode="markers",
        marker={"color": INK, "size": 5},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (weeks["high"] - weeks["total"]).to_numpy(float),
            "arrayminus": (weeks["total"] - weeks["low"]).to_numpy(float),
            "color": INK,
            "thickness": 1.5,
            "width": 4,
        },
        name="All, 80 % band",
        text=[
            f"<b>{name}</b><br>{total:,.0f} {measure.unit} expected (80 % band {low:,.0f}–"
            f"{high:,.0f})<br>{_room_words(room, share, measure)}"
            for name, total, low, high, room, share in zip(
                names,
                *(weeks[column] for column in ("total", "low", "high", "room", "share")),
                strict=True,
            )
        ],
        hovertemplate="%{text}<extra></extra>",
    )


def _room_words(room: float, share: float, measure: Measure) -> str:
    if np.isnan(room):
        return "the room for them is not known"
    if room == 0:
        return "closed"
    return f"{percent(share)} of {room:,.0f} {measure.room.lower()}"


def _room(weeks: pd.DataFrame, measure: Measure) -> Trace:
    """A step over each bar; where it is not known there is none."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, room in enumerate(weeks["room"]):
        x += [row - _HALF_BAR, row + _HALF_BAR, None]
        y += [None if np.isnan(room) else room] * 2 + [None]
    return scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": INK, "width": 2.5},
        name=measure.room,
        connectgaps=False,
        hoverinfo="skip",
    )


@dataclass(frozen=True, slots=True)
class StartsAhead:
    """New starts as forecast: a value for each of ``weeks`` (Mondays)."""

    weeks: Sequence[date]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def starts_chart(past: Sequence[date], starts: Sequence[int], ahead: StartsAhead) -> go.Figure:
    """New starts a week, as they were and as forecast with the band."""
    weeks = list(ahead.weeks)
    return figure(
        traces=[
            scatter(
                x=[*weeks, *weeks[::-1]],
                y=[*ahead.high, *list(ahead.low)[::-1]],
                fill="toself",
                fillcolor=PALE,
                opacity=0.55,
                line={"width": 0},
                mode="lines",
                name="80 % band",
                hoverinfo="skip",
            ),
            scatter(
                x=list(past),
                y=list(starts),
                mode="lines",
                line={"color": INK, "width": 1.5},
                name="Began",
                hovertemplate="Week of %{x|%-d %b %Y}: %{y} began<extra></extra>",
            ),
            scatter(
                x=weeks,
                y=list(ahead.mean),
                mode="lines+markers",
                line={"color": CATEGORIES[0], "width": 2, "dash": "dot"},
                marker={"size": 6},
                name="Forecast",
                customdata=[
                    f"Week of {week.day} {week:%b}: {mean:.1f} expected (80 % band {low:.1f}–"
                    f"{high:.1f})"
                    for week, mean, low, high in zip(
                        weeks, ahead.mean, ahead.low, ahead.high, strict=True
                    )
                ],
                hovertemplate="%{customdata}<extra></extra>",
            ),
        ],
        yaxis={"title": {"text": "New starts a week"}},
    )


def record_chart(record: pd.DataFrame) -> go.Figure:
    """Attended of expected, by how many weeks before the books were looked at, with the band.

    ``record`` as from :meth:`clinical.standing.Record.by_ahead`.
    """
    ahead = record["ahead"].to_numpy()
    ratio = (record["attended"] / record["expected"]).to_numpy(float)
    reach = record["reach"].to_numpy(float)
    return figure(
        traces=[
            scatter(
                x=ahead,
                y=np.ones(len(record)),
                mode="markers",
                marker={"size": 1, "color": PALE},
                error_y={
                    "type": "data",
                    "array": reach,
                    "color": PALE,
                    "thickness": 14,
                    "width": 0,
                },
                hoverinfo="skip",
            ),
            scatter(
                x=ahead,
                y=ratio,
                mode="markers",
                marker={"color": INK, "size": 10},
                customdata=[
                    f"{_ahead_words(weeks)}<br>{attended:,} attended, {expected:,.0f} expected "
                    f"({percent(attended / expected)})"
                    for weeks, attended, expected in zip(
                        ahead.tolist(),
                        record["attended"].tolist(),
                        record["expected"].tolist(),
                        strict=True,
                    )
                ],
                hovertemplate="%{customdata}<extra></extra>",
            ),
        ],
        showlegend=False,
        shapes=[across(1.0)],
        annotations=[name_at(1.0, "as expected")],
        xaxis={
            "tickvals": ahead.tolist(),
            "title": {"text": "Weeks before, on the Monday"},
            "range": [-0.5, float(ahead.max()) + 0.9],
        },
        yaxis={"tickformat": ".0%", "rangemode": "normal", "title": {"text": "Of expected"}},
    )


def _ahead_words(ahead: int) -> str:
    return "In its own week" if ahead == 0 else f"{ahead} week{'s' if ahead > 1 else ''} before"


def sites_chart(sites: pd.DataFrame, names: Sequence[str]) -> go.Figure:
    """How much of its open time each site's coming weeks ask for, booked and in all.

    ``sites``: a row for each of ``names``: ``booked`` and ``total`` (shares), ``low`` and ``high``
    of the total, and ``full`` (whether it counts as full).
    """
    rows = list(range(len(sites)))
    hovers = [
        f"<b>{text(name)}</b><br>booked {percent(booked)}, in all {percent(total)} of its open time"
        for name, booked, total in zip(names, sites["booked"], sites["total"], strict=True)
    ]
    shared: dict[str, Any] = {
        "y": rows,
        "customdata": hovers,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
        [
            bar(
                x=sites["booked"].to_numpy(float),
                orientation="h",
                marker={"color": CATEGORIES[0]},
                name=Layer.BOOKED.label,
                **shared,
            ),
            scatter(
                x=sites["total"].to_numpy(float),
                mode="markers",
                marker={
                    "color": [CONCERN if full else INK for full in sites["full"]],
                    "size": 10,
                },
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": (sites["high"] - sites["total"]).to_numpy(float),
                    "arrayminus": (sites["total"] - sites["low"]).to_numpy(float),
                    "color": NEUTRAL,
                    "thickness": 1.5,
                    "width": 0,
                },
                name="All, 80 % band",
                **shared,
            ),
        ],
        xaxis={
            "tickformat": ".0%",
            "range": [0, max(1.0, float(sites["high"].max()) * 1.08)],
            "showgrid": True,
        },
        yaxis={
            "tickvals": rows,
            "ticktext": [label(name) for name in names],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        shapes=[
            {
                "type": "line",
                "yref": "y domain",
                "x0": FULL_SHARE,
                "x1": FULL_SHARE,
                "y0": 0,
                "y1": 1,
                "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
            }
        ],
    )
