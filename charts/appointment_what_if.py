"""What if: utilisation week by week, how long stays last, and the block that each site would need.

Shares are fractions. Solid lines were observed, dashed ones are projected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent
from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import (
    HEIGHT_LARGE,
    HEIGHT_SMALL,
    Trace,
    across,
    figure,
    label,
    name_at,
    scatter,
    text,
)
from clinical.block_length import Lengths, overrunning
from clinical.capacity import FULL_SHARE
from clinical.what_if import Floats, Projection

_CHANGED = CATEGORIES[0]
"""What would be, beside what is."""
_HIGHEST = 1.6
"""Where far more is asked than is open, the axis ends here."""
_LINE_OF_WORDS = 0.055
"""So much of the height a name takes."""
_FRAME_HEIGHT, _ROW_HEIGHT = 84, 30
_RAREST = 0.995
"""The axis of stays ends where so many are over."""


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A line of weeks ahead, with the name that stands at its end."""

    name: str
    shares: Floats
    colour: str
    dash: str


def utilisation_chart(
    observed: pd.DataFrame, monday: date, now: Projection, changed: Projection | None
) -> go.Figure:
    """Utilisation by week: observed, then projected as now and, where something changes, so.

    ``observed``: ``start`` (Mondays), ``scheduled`` and ``actual`` (NaN where nothing was open);
    ``monday``: of the week that goes on. The band is that of what would be, or of now.
    """
    weeks = [monday + timedelta(weeks=int(week)) for week in now.weeks]
    lines = _lines(now, changed)
    top = min(_highest(observed, lines), _HIGHEST)
    return figure(
        HEIGHT_LARGE,
        [
            *_band(weeks, changed or now),
            _observed(observed, "actual", "Used", NEUTRAL, 2.0),
            _observed(observed, "scheduled", "Scheduled", INK, 2.5),
            *(_ahead(weeks, line) for line in lines),
        ],
        xaxis={"range": [_first(observed, monday), weeks[-1] + timedelta(weeks=17)]},
        yaxis={"range": [0, top], "tickformat": ".0%"},
        shapes=[across(FULL_SHARE), _today(monday)],
        annotations=[
            name_at(FULL_SHARE, f"full: {percent(FULL_SHARE)} scheduled"),
            *_names(weeks, lines, top),
        ],
    )


def _lines(now: Projection, changed: Projection | None) -> list[_Ahead]:
    if changed is None:
        return [
            _Ahead("scheduled", now.scheduled, INK, "dash"),
            _Ahead("used", now.actual, NEUTRAL, "dot"),
        ]
    return [
        _Ahead("as now", now.scheduled, NEUTRAL, "dash"),
        _Ahead("used, as now", now.actual, NEUTRAL, "dot"),
        _Ahead("what if", changed.scheduled, _CHANGED, "dash"),
        _Ahead("used, what if", changed.actual, _CHANGED, "dot"),
    ]


def _highest(observed: pd.DataFrame, lines: Sequence[_Ahead]) -> float:
    shares = np.concatenate(
        [
            observed["scheduled"].to_numpy(np.float64),
            observed["actual"].to_numpy(np.float64),
            *(line.shares for line in lines),
        ]
    )
    known = shares[np.isfinite(shares)]
    return 1.06 * max(1.0, float(known.max()) if len(known) else 0.0)


def _first(observed: pd.DataFrame, monday: date) -> date:
    return observed["start"].iloc[0] if len(observed) else monday


def _observed(observed: pd.DataFrame, column: str, name: str, colour: str, width: float) -> Trace:
    return scatter(
        x=list(observed["start"]),
        y=observed[column].to_numpy(np.float64),
        mode="lines",
        line={"color": colour, "width": width},
        name=name,
        hovertemplate=f"Week of %{{x|%d %b %Y}}<br>{name.lower()} %{{y:.0%}}<extra></extra>",
    )


def _ahead(weeks: list[date], line: _Ahead) -> Trace:
    return scatter(
        x=weeks,
        y=line.shares,
        mode="lines",
        line={"color": line.colour, "width": 2.5 if line.dash == "dash" else 2, "dash": line.dash},
        name=line.name,
        showlegend=False,
        hovertemplate=f"Week of %{{x|%d %b %Y}}<br>{line.name}: %{{y:.0%}}<extra></extra>",
    )


def _band(weeks: list[date], of: Projection) -> list[Trace]:
    if not np.isfinite(of.low).any():
        return []
    edge: dict[str, Any] = {
        "x": weeks,
        "mode": "lines",
        "line": {"width": 0, "color": PALE},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [
        scatter(**edge, y=of.low),
        scatter(**edge, y=of.high, fill="tonexty", fillcolor=PALE, opacity=0.5),
    ]


def _today(monday: date) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "y domain",
        "x0": monday,
        "x1": monday,
        "y0": 0,
        "y1": 1,
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }


def _names(weeks: list[date], lines: Sequence[_Ahead], top: float) -> list[dict[str, Any]]:
    """The name of each line at its end, moved apart where they would lie on each other."""
    ends = [(line, np.flatnonzero(np.isfinite(line.shares))) for line in lines]
    drawn = [(line, int(known[-1])) for line, known in ends if len(known)]
    heights = [min(float(line.shares[last]), 0.97 * top) for line, last in drawn]
    return [
        {
            "x": weeks[last],
            "y": height,
            "xanchor": "left",
            "xshift": 6,
            "text": f"{line.name} {percent(float(line.shares[last]))}",
            "font": {"size": 12, "color": line.colour},
            "showarrow": False,
        }
        for (line, last), height in zip(drawn, apart(heights, _LINE_OF_WORDS * top), strict=True)
    ]


def apart(heights: Sequence[float], least: float) -> list[float]:
    """The heights, raised where one would come nearer than ``least`` above another."""
    placed = list(heights)
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    for lower, upper in pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] + least)
    return placed


def stays_chart(stays: Lengths, block: float | None, suggested: int | None) -> go.Figure:
    """The share of stays that are over by each minute, with the block as it is and as suggested.

    ``stays``: at least one; the axis ends where nearly all are over.
    """
    shares = np.cumsum(stays.counts) / stays.n
    longest = int(stays.minutes[int((shares >= _RAREST).argmax())])
    marks = {"now": block, "suggested": suggested}
    known = {name: float(at) for name, at in marks.items() if at is not None}
    ends = [int(stays.minutes[0]), longest, *known.values()]
    return figure(
        HEIGHT_SMALL,
        [
            scatter(
                x=stays.minutes,
                y=shares,
                mode="lines",
                line={"shape": "hv", "color": INK, "width": 2.5},
                name="Over by then",
                hovertemplate="%{y:.1%} are over within %{x} min<extra></extra>",
            )
        ],
        xaxis={
            "range": [min(ends) - 5, max(ends) + 5],
            "title": {"text": "Minutes from the planned start to the discharge"},
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[_upright(at, name) for name, at in known.items()],
        annotations=[
            _block_name(stays, name, at, low=0.06 + 0.2 * place)
            for place, (name, at) in enumerate(known.items())
        ],
        showlegend=False,
    )


def _upright(at: float, name: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "y domain",
        "y0": 0,
        "y1": 1,
        "line": {
            "color": _CHANGED if name == "suggested" else NEUTRAL,
            "width": 2,
            "dash": "dash" if name == "suggested" else "solid",
        },
    }


def _block_name(stays: Lengths, name: str, at: float, low: float) -> dict[str, Any]:
    """What a block is, and how many stay longer; on the side where the curve is low."""
    return {
        "x": at,
        "y": low,
        "xanchor": "right",
        "yanchor": "bottom",
        "align": "right",
        "xshift": -4,
        "text": f"{name} {at:g} min:<br>{percent(overrunning(stays, at).estimate)} stay longer",
        "font": {"size": 12, "color": _CHANGED if name == "suggested" else NEUTRAL},
        "showarrow": False,
    }


def site_blocks_chart(sites: pd.DataFrame) -> go.Figure:
    """The usual block of each site and the one that its stays would need.

    ``sites``: ``site`` (name), ``block``, ``suggested`` (minutes, NaN where not known), ``stays``
    (their number), ``over`` (share that stay longer than the block), a row for each.
    """
    rows = list(range(len(sites)))
    hovers = [
        f"<b>{text(site)}</b><br>{count:,} stays{_over_words(over)}"
        for site, count, over in zip(sites["site"], sites["stays"], sites["over"], strict=True)
    ]
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(sites),
        [
            _dots(sites, rows, hovers, "block", "Block now"),
            _dots(sites, rows, hovers, "suggested", "Suggested"),
        ],
        xaxis={"title": {"text": "Minutes"}, "showgrid": True},
        yaxis={
            "tickvals": rows,
            "ticktext": [label(site) for site in sites["site"]],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
        },
    )


def _over_words(over: float) -> str:
    return "" if isnan(over) else f"; {percent(over)} longer than the block"


def _dots(sites: pd.DataFrame, rows: list[int], hovers: list[str], column: str, name: str) -> Trace:
    colour = _CHANGED if column == "suggested" else NEUTRAL
    return scatter(
        x=sites[column].to_numpy(np.float64),
        y=rows,
        mode="markers",
        name=name,
        marker={
            "color": colour,
            "size": 11,
            "symbol": "circle" if column == "suggested" else "line-ns",
            "line": {"color": colour, "width": 2.5},
        },
        customdata=hovers,
        hovertemplate=f"%{{customdata}}<br>{name.lower()} %{{x:g}} min<extra></extra>",
    )
