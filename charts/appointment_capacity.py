"""Capacity: how full the hours of the week and the chairs are, what is lost, why stays run over.

Shares are fractions of open time. What can be chosen carries its words and what it stands for.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent
from charts.palette import (
    CATEGORIES,
    CONCERN,
    INK,
    NEUTRAL,
    PALE,
    PALE_CONCERN,
)
from charts.style import SHORT_WEEKDAYS, bar, figure, interval, label, scatter, text, unfaded
from clinical.capacity import FULL_SHARE

_CELL_ROW = 40
"""Pixels: the height of a row of cells."""
_CELL = 0.94
"""The part of its row and column that a cell takes."""
_FAINTEST, _FULLEST = 0.06, 0.6
"""Opacity of a cell of 0 % and of one that is full."""
_ROW_HEIGHT = 28
_FEWEST_ROWS = 3
_FRAME_HEIGHT = 84
_HOVER = "%{customdata[0]}<extra></extra>"


def week_chart(cells: pd.DataFrame) -> go.Figure:
    """How full each hour of the week is: the darker, the fuller; framed where it is full.

    ``cells``: ``weekday`` (1 = Monday), ``hour``, ``share`` and ``words`` (the hover, as plotly's
    markup). Bars, because a heat map cannot be chosen from; each carries its words, weekday and
    hour.
    """
    weekdays = sorted(set(cells["weekday"]))
    row_of = {weekday: row for row, weekday in enumerate(weekdays)}
    rows = [row_of[weekday] for weekday in cells["weekday"]]
    hours = sorted(set(cells["hour"]))
    shares = cells["share"].to_numpy(np.float64)
    squares = bar(
        x=cells["hour"].tolist(),
        y=[_CELL] * len(cells),
        base=[row - _CELL / 2 for row in rows],
        width=_CELL,
        marker={
            "color": NEUTRAL,
            "opacity": (_FAINTEST + (_FULLEST - _FAINTEST) * np.clip(shares, 0, 1)).tolist(),
        },
        customdata=cells[["words", "weekday", "hour"]].to_numpy().tolist(),
        hovertemplate=_HOVER,
        showlegend=False,
    )
    words = scatter(
        x=cells["hour"].tolist(),
        y=rows,
        mode="text",
        text=[_cell_words(share) for share in shares],
        textfont={"color": INK, "size": 12},
        unselected=unfaded(INK),
        hoverinfo="skip",
        showlegend=False,
    )
    return figure(
        _FRAME_HEIGHT + _CELL_ROW * len(weekdays),
        [squares, words],
        barmode="overlay",
        xaxis={
            "tickvals": hours,
            "ticktext": [f"{hour:02d}:00" for hour in hours],
            "range": [min(hours, default=0) - 0.5, max(hours, default=0) + 0.5],
            "side": "top",
            "fixedrange": True,
        },
        yaxis={
            "tickvals": list(row_of.values()),
            "ticktext": [SHORT_WEEKDAYS[weekday - 1] for weekday in weekdays],
            "range": [len(weekdays) - 0.5, -0.5],
            "showgrid": False,
            "fixedrange": True,
        },
        shapes=[
            _frame(hour, row)
            for hour, row, share in zip(cells["hour"], rows, shares, strict=True)
            if share >= FULL_SHARE
        ],
    )


def _frame(hour: int, row: int) -> dict[str, Any]:
    """A frame about a full cell."""
    half = _CELL / 2
    sides = {"x0": hour - half, "x1": hour + half, "y0": row - half, "y1": row + half}
    return {"type": "rect", **sides, "line": {"color": CONCERN, "width": 2.5}}


def _cell_words(share: float) -> str:
    words = f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
    return f"<b>{words}</b>" if share >= FULL_SHARE else words


def use_chart(
    rows: pd.DataFrame, names: Sequence[str], levels: Mapping[str, float], key: str
) -> go.Figure:
    """The share of its open time for which each site or chair was scheduled, and used.

    ``rows``: ``scheduled_share``, ``used_share``, ``words`` (the hover, as plotly's markup), the
    column ``key`` (which it is, a whole number) and ``bottleneck``; a row for each of ``names``.
    ``levels``: lines to compare with, by their names.
    """
    places = list(range(len(rows)))
    hover = {
        "customdata": [
            [words, key, int(number)]
            for words, number in zip(rows["words"], rows[key], strict=True)
        ],
        "hovertemplate": _HOVER,
    }
    scheduled, used = rows["scheduled_share"], rows["used_share"]
    end = max(1.0, 1.12 * float(np.nanmax([0.0, *scheduled, *used])))
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
        [
            bar(
                x=scheduled.to_numpy(),
                y=places,
                orientation="h",
                name="Scheduled",
                marker={"color": [CONCERN if full else PALE for full in rows["bottleneck"]]},
                text=[percent(share) for share in scheduled],
                textposition="outside",
                cliponaxis=False,
                **hover,
            ),
            scatter(
                x=used.to_numpy(),
                y=places,
                mode="markers",
                marker={"symbol": "line-ns", "size": 13, "line": {"color": INK, "width": 2.5}},
                name="Used",
                **hover,
            ),
        ],
        xaxis={"tickformat": ".0%", "range": [0, end], "showgrid": True},
        yaxis=_name_axis(names),
        legend={"y": 1.0 + 24 / (_ROW_HEIGHT * max(len(rows), 1))},
        shapes=[_line_at(at) for at in levels.values()],
        annotations=[_named_line(name, at) for name, at in levels.items()],
    )


def _name_axis(names: Sequence[str]) -> dict[str, Any]:
    """The rows of a chart of bars, the first at the top."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": [label(name) for name in names],
        "range": [len(names) - 0.4, -0.6],
        "showgrid": False,
        "fixedrange": True,
    }


def _line_at(at: float) -> dict[str, Any]:
    return {
        "type": "line",
        "yref": "y domain",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }


def _named_line(name: str, at: float) -> dict[str, Any]:
    return {
        "x": at,
        "yref": "y domain",
        "y": 0,
        "yanchor": "bottom",
        "xanchor": "right",
        "textangle": -90,
        "text": text(name),
        "font": {"size": 11, "color": NEUTRAL},
        "showarrow": False,
    }


def at_once_chart(hours: pd.DataFrame, chairs: int) -> go.Figure:
    """Chairs of a site in use at once by hour of the week, against the chairs that there are.

    ``hours``: ``weekday`` (1 = Monday), ``hour``, ``mean`` (chairs in use), ``most`` (at once) and
    ``words`` (the hover, as plotly's markup), in the order of the week.
    """
    places = list(range(len(hours)))
    hover = {
        "customdata": [[words] for words in hours["words"]],
        "hovertemplate": _HOVER,
    }
    starts = {
        int(weekday): place
        for place, weekday in reversed(list(zip(places, hours["weekday"], strict=True)))
    }
    full = (hours["mean"] >= FULL_SHARE * chairs).tolist()
    return figure(
        traces=[
            bar(
                x=places,
                y=hours["mean"].to_numpy(),
                name="Mean",
                marker={"color": [CONCERN if each else PALE for each in full]},
                **hover,
            ),
            scatter(
                x=places,
                y=hours["most"].to_numpy(),
                mode="markers",
                marker={"symbol": "line-ew", "size": 9, "line": {"color": INK, "width": 2}},
                name="Most",
                **hover,
            ),
        ],
        xaxis={
            "tickvals": list(starts.values()),
            "ticktext": [SHORT_WEEKDAYS[weekday - 1] for weekday in starts],
            "ticklabelposition": "outside right",
            "ticks": "outside",
        },
        yaxis={
            "title": {"text": "Chairs in use"},
            "range": [0, max(chairs, float(hours["most"].max() if len(hours) else 0)) + 0.6],
            "dtick": 1 if chairs <= 10 else None,
        },
        bargap=0.1,
        shapes=[
            {
                "type": "line",
                "xref": "x domain",
                "x0": 0,
                "x1": 1,
                "y0": chairs,
                "y1": chairs,
                "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
            }
        ],
    )


LOST_COLOURS = {
    "used": CATEGORIES[0],
    "missed": CONCERN,
    "late": PALE_CONCERN,
    "early": NEUTRAL,
    "rest": PALE,
}
"""What became of open chair time, in the order of the bar."""


def lost_chart(rows: pd.DataFrame, names: Sequence[str], headings: Mapping[str, str]) -> go.Figure:
    """What became of the open chair time of all sites and of each: shares, stacked.

    ``rows``: a column of shares for each key of ``headings`` (of :data:`LOST_COLOURS`), and one of
    hours, ``<key>_hours``; a row for each of ``names``.
    """
    places = list(range(len(rows)))
    traces = [
        bar(
            x=rows[column].to_numpy(),
            y=places,
            orientation="h",
            name=heading,
            marker={"color": LOST_COLOURS[column]},
            customdata=[
                [
                    f"<b>{text(name)}</b><br>{text(heading)}: {percent(share)} of open time, "
                    f"{hours:,.0f} chair-hours"
                ]
                for name, share, hours in zip(
                    names, rows[column], rows[f"{column}_hours"], strict=True
                )
            ],
            hovertemplate=_HOVER,
        )
        for column, heading in headings.items()
    ]
    # A single bar would leave the axis no room below the legend.
    height = _ROW_HEIGHT * max(len(rows), _FEWEST_ROWS)
    return figure(
        _FRAME_HEIGHT + 20 + height,
        traces,
        barmode="stack",
        xaxis={"tickformat": ".0%", "range": [0, max(1.0, float(_widest(rows, headings)))]},
        yaxis=_name_axis(names),
        legend={"traceorder": "normal", "y": 1.0 + 24 / height},
    )


def _widest(rows: pd.DataFrame, headings: Mapping[str, str]) -> float:
    return float(rows[list(headings)].sum(axis=1).max()) if len(rows) else 0.0


def shares_chart(
    rows: pd.DataFrame, names: Sequence[str], key: str, overall: float | None = None
) -> go.Figure:
    """Shares with their intervals, one under the other.

    ``rows``: ``share``, ``low``, ``high``, ``words`` (the hover, as plotly's markup), the column
    ``key`` (which it is, a whole number) and ``stands_out``; a row for each of ``names``.
    ``overall``: the share of all, as a line.
    """
    places = list(range(len(rows)))
    colours = [CONCERN if each else INK for each in rows["stands_out"]]
    end = float(rows["high"].max()) if len(rows) else 1.0
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
        [
            scatter(
                x=rows["share"].to_numpy(),
                y=places,
                mode="markers",
                marker={"color": colours, "size": 9},
                error_x=interval(rows["share"], rows["low"], rows["high"], NEUTRAL),
                customdata=[
                    [words, key, int(number)]
                    for words, number in zip(rows["words"], rows[key], strict=True)
                ],
                hovertemplate=_HOVER,
                showlegend=False,
            )
        ],
        xaxis={
            "tickformat": ".0%",
            "range": [0, min(1.02, 1.1 * end) or 1],
            "showgrid": True,
            "nticks": 6,
        },
        yaxis={**_name_axis(names), "showgrid": True},
        shapes=[] if overall is None else [_line_at(overall)],
        annotations=[] if overall is None else [_named_line("all", overall)],
    )
