"""The gaps between rare side effects, in infusions or in days.

Each gap stands at the day of the event that ended it; the last one is still open. Long is good: a
gap longer than chance gives is a blue triangle that points up, a shorter one an orange one that
points down.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.control import BESIDE, LOOKS, ROOM_RIGHT, chosen_by
from charts.palette import NEUTRAL, PALE
from charts.side_effect_trend import (
    ABOVE_STRIP,
    HEIGHT,
    STRIP_AXIS,
    forms_strip,
    strip_name,
)
from charts.style import HEIGHT_SMALL, Trace, across, figure, name_at, scatter


@dataclass(frozen=True, slots=True)
class GapLines:
    """What gaps are held against, from the day ``since`` on; missing limits are not drawn."""

    since: date
    centre: float | None
    lower: float | None
    upper: float | None


def gap_chart(
    gaps: pd.DataFrame, lines: GapLines, unit: str, until: date, forms: pd.DataFrame | None = None
) -> go.Figure:
    """The gap before each event, at the day of the event, and the one still open.

    ``gaps``: ``day``, ``gap`` (missing: not known), ``mark`` (``concern``: shorter than chance
    gives; ``improvement``: longer; ``forms``; or empty), ``open`` (true: not ended by an event,
    hollow), ``words`` and ``key``, in order. ``unit`` names the axis; ``until``: the end of the
    period; ``forms``: the strip below, as :func:`charts.side_effect_trend.forms_strip` takes it.
    The ``customdata`` of a point or bar is its hover and its key.
    """
    top = _top(gaps, lines)
    shown = [
        (at, name)
        for at, name in (
            (lines.upper, "limit"),
            (lines.centre, "half are longer"),
            (lines.lower, "limit"),
        )
        if at is not None and at > 0
    ]
    with_strip = forms is not None
    strip = [] if forms is None else [forms_strip(forms)]
    return figure(
        HEIGHT if with_strip else HEIGHT_SMALL,
        [_gap_line(gaps), *_first_event(gaps), *_gap_points(gaps), *strip],
        margin={"l": 8, "r": ROOM_RIGHT, "t": 12, "b": 8},
        xaxis={"tickformat": "%b\n%Y", **({"anchor": "y2"} if with_strip else {})},
        yaxis={
            "range": [0, top],
            "title": {"text": unit},
            **({"domain": ABOVE_STRIP} if with_strip else {}),
        },
        **({"yaxis2": STRIP_AXIS} if with_strip else {}),
        shapes=[
            across(at, dash="dot" if name == "limit" else "solid")
            | {"xref": "x", "x0": lines.since, "x1": until}
            for at, name in shown
            if at <= top
        ],
        annotations=[
            *(
                _line_name(at, name, top)
                for at, name in shown
                # Close under the middle its name would cover that of the middle.
                if at != lines.lower or (lines.centre or 0.0) - at > _ROOM_FOR_NAME * top
            ),
            *([strip_name()] if with_strip else []),
        ],
    )


_ROOM_FOR_NAME = 0.09
"""Of the height of the axis: so far apart two lines must be to be named both."""


def _top(gaps: pd.DataFrame, lines: GapLines) -> float:
    """The end of the axis: a limit far beyond all gaps would leave them no room."""
    longest = float(gaps["gap"].max()) if gaps["gap"].notna().any() else 0.0
    near = max(longest, 1.5 * (lines.centre or 0.0), 1.0)
    upper = lines.upper or 0.0
    return 1.12 * (max(near, upper) if upper <= 2 * near else near)


def _line_name(at: float, name: str, top: float) -> dict[str, Any]:
    if at <= top:
        return name_at(at, f"{name} {at:,.0f}") | BESIDE
    return name_at(top, f"{name} {at:,.0f} ↑") | BESIDE


def _gap_line(gaps: pd.DataFrame) -> Trace:
    ended = gaps[~gaps["open"]]
    return scatter(
        x=list(ended["day"]),
        y=ended["gap"].to_numpy(),
        mode="lines",
        line={"color": PALE, "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )


def _first_event(gaps: pd.DataFrame) -> list[Trace]:
    """A tick at the foot for an event whose gap is not known: the first of the period."""
    some = gaps[gaps["gap"].isna()]
    if some.empty:
        return []
    return [
        scatter(
            x=list(some["day"]),
            y=[0] * len(some),
            mode="markers",
            marker={
                "color": NEUTRAL,
                "size": 14,
                "symbol": "line-ns",
                "line": {"color": NEUTRAL, "width": 2},
            },
            name="First in the period",
            showlegend=False,
            cliponaxis=False,
            customdata=chosen_by(some["words"], some["key"]),
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    ]


_GAP_NAMES = {
    "": "As chance gives",
    "concern": "Shorter than chance gives",
    "improvement": "Longer than chance gives",
    "forms": "Longer, but fewer forms are filled in",
}
_GAP_SHAPES = {"concern": "triangle-down", "improvement": "triangle-up", "forms": "triangle-up"}


def _gap_points(gaps: pd.DataFrame) -> list[Trace]:
    traces = []
    for mark, (_, colour, _, size) in LOOKS.items():
        some = gaps[(gaps["mark"] == mark) & gaps["gap"].notna()]
        if some.empty:
            continue
        shape = _GAP_SHAPES.get(mark, "circle")
        traces.append(
            scatter(
                x=list(some["day"]),
                y=some["gap"].to_numpy(),
                mode="markers",
                marker={
                    "color": colour,
                    "size": max(size, 8),
                    "symbol": [f"{shape}-open" if is_open else shape for is_open in some["open"]],
                },
                name=_GAP_NAMES[mark],
                showlegend=bool(mark),
                cliponaxis=False,
                customdata=chosen_by(some["words"], some["key"]),
                hovertemplate="%{customdata[0]}<extra></extra>",
            )
        )
    return traces
