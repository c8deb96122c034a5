"""Sites as a funnel: the rate of each against its number, with what chance alone would give."""

from collections.abc import Hashable, Sequence
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.outcome_groups import COLOURS, HOVER, Group, carried_by, with_rows
from charts.palette import INK, NEUTRAL
from charts.style import HEIGHT_LARGE, Trace, across, figure, label, scatter, text
from clinical.site_funnel import INNER, OUTER, Floats, funnel_limits, limit_points

Limits = dict[float, tuple[Floats, Floats]]
"""The lower and the upper limit at each number drawn, by the share of sites that lie within."""

_MOST_NAMED = 6
"""So many sites are all named; of more, those outside the limits."""
_ROOM_RIGHT = 62


def site_funnel_chart(
    rows: pd.DataFrame, groups: Sequence[Group], marks: Sequence[int], number: int
) -> go.Figure:
    """The rate of each site against its number, with what chance alone would give.

    ``rows``: as for :func:`compared_chart`; ``marks``: of
    :func:`clinical.site_funnel.outside`.
    """
    target = float(rows["of_all"].iloc[0])
    largest = int(rows["n"].max())
    at = limit_points(max(ceil(1.08 * largest), 10))
    limits = {share: funnel_limits(at, target, share) for share in (INNER, OUTER)}
    names_all = len(groups) <= _MOST_NAMED
    return figure(
        HEIGHT_LARGE,
        [
            *(
                _limit(at, line, dash)
                for share, dash in ((INNER, "dot"), (OUTER, "dash"))
                for line in limits[share]
            ),
            scatter(
                x=rows["n"].to_numpy(),
                y=rows["share"].to_numpy(),
                mode="markers+text",
                marker={
                    "color": [COLOURS[int(np.sign(mark))] for mark in marks],
                    "size": 10,
                    "symbol": ["diamond" if abs(mark) > 1 else "circle" for mark in marks],
                },
                text=[
                    label(group.name) if mark or names_all else ""
                    for group, mark in zip(groups, marks, strict=True)
                ],
                textposition=_positions(rows["n"].to_numpy(), rows["share"].to_numpy(), at[-1]),
                textfont={"color": INK, "size": 11},
                customdata=carried_by(
                    groups, [_site_words(*each) for each in with_rows(rows, groups)], number
                ),
                hovertemplate=HOVER,
                cliponaxis=False,
            ),
        ],
        xaxis={"title": {"text": "Courses of the site"}, "range": [0, int(at[-1])]},
        yaxis={"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1], "range": [-0.03, 1.06]},
        shapes=[across(target, dash="solid")],
        annotations=_limit_names(target, limits),
        margin={"r": _ROOM_RIGHT},
        showlegend=False,
    )


_NEAR = (0.15, 0.1)
"""Of the two axes: names of dots nearer than this in both would touch."""


def _positions(n: Any, shares: Any, width: float) -> list[str]:
    """Each name above its dot, but below the lower one of two dots that lie near each other."""
    across_, up = np.subtract.outer(n, n) / width, np.subtract.outer(shares, shares)
    near = (np.abs(across_) < _NEAR[0]) & (np.abs(up) < _NEAR[1])
    # Of two at one height the later one gives way.
    later = np.tri(len(n), k=-1, dtype=bool)
    gives_way = (near & ((up < 0) | ((up == 0) & later))).any(axis=1)
    return ["bottom center" if below else "top center" for below in gives_way]


def _limit(at: Any, line: Any, dash: str) -> Trace:
    return scatter(
        x=at.tolist(),
        y=line.tolist(),
        mode="lines",
        line={"color": NEUTRAL, "width": 1, "dash": dash},
        hoverinfo="skip",
    )


_LINE = 0.05
"""Of the axis: names closer than this are set apart."""


def _limit_names(target: float, limits: Limits) -> list[dict[str, Any]]:
    """The names of the lines, right of the plot at their height, none over another."""
    wanted = [
        (float(limits[OUTER][1][-1]), "99.8 %"),
        (float(limits[INNER][1][-1]), "95 %"),
        (target, f"All: {percent(target)}"),
        (float(limits[INNER][0][-1]), "95 %"),
        (float(limits[OUTER][0][-1]), "99.8 %"),
    ]
    middle = 2
    heights = [height for height, _ in wanted]
    for step in (-1, 1):
        place = middle + step
        while 0 <= place < len(wanted):
            nearer = heights[place - step]
            apart = heights[place] - nearer if step < 0 else nearer - heights[place]
            if apart < _LINE:
                heights[place] = nearer + _LINE if step < 0 else nearer - _LINE
            place += step
    return [
        {
            "xref": "paper",
            "x": 1.005,
            "xanchor": "left",
            "y": height,
            "yanchor": "middle",
            "text": words,
            "font": {"size": 11, "color": NEUTRAL},
            "showarrow": False,
        }
        for height, (_, words) in zip(heights, wanted, strict=True)
    ]


def _site_words(group: Group, row: dict[Hashable, Any]) -> str:
    return (
        f"<b>{text(group.name)}</b><br>{row['reached']:,} of {row['n']:,}: "
        f"{percent(row['share'])} (95 % CI {percent_range(row['low'], row['high'])})"
    )
