"""Attendance: control chart of a rate, rates of groups side by side, the week at each site.

The missed rate never stands alone: the lost rate (missed or cancelled late) is drawn with it,
paler.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.control import (
    ROOM_RIGHT,
    USUAL_NAMES,
    axis_reach,
    axis_top,
    band,
    edges_between,
    joined,
    line_names,
    marked_points,
    percent_value,
    steps,
)
from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE_CONCERN
from charts.style import (
    HEIGHT_LARGE,
    SHORT_WEEKDAYS,
    Trace,
    figure,
    interval,
    label,
    scatter,
    text,
    unfaded,
)

_ROW_HEIGHT = 30
_FRAME_HEIGHT = 84
_FEW = 20
"""Intervals of fewer appointments do not stretch the axis."""
_FAINTEST, _FULLEST = 0.06, 0.8
"""Opacity of a cell of 0 % and of the highest rate."""
_CELL = 34
"""Pixels: the side of a square."""


def control_chart(periods: pd.DataFrame, other_name: str) -> go.Figure:
    """A rate by period with its limits, and the other rate as a thin line.

    ``periods``: a row each, in order: ``day`` (the first), ``value``, ``centre``, ``lower``,
    ``upper`` and ``other`` (fractions, missing in a gap), ``mark`` and ``part`` as
    :func:`charts.control.marked_points`, ``words`` (hover) and ``key``, which a point carries as
    its ``customdata``.
    """
    top = max(axis_top(periods), 1.06 * float(periods["other"].max(skipna=True) or 0))
    edges = edges_between(list(periods["day"]))
    named = line_names(periods, top, percent_value, USUAL_NAMES.centre)
    return figure(
        HEIGHT_LARGE,
        [
            *band(periods, edges, USUAL_NAMES.band),
            _other(periods, other_name),
            steps(periods["centre"], edges, NEUTRAL, "solid"),
            joined(periods),
            *marked_points(periods),
        ],
        margin={"l": 8, "r": ROOM_RIGHT, "t": 12, "b": 8},
        xaxis={"tickformat": "%b\n%Y", "range": axis_reach(edges)},
        yaxis={"range": [0, top], "tickformat": ".0%" if top > 0.04 else ".1%"},
        legend={"traceorder": "normal"},
        annotations=named,
    )


def _other(periods: pd.DataFrame, name: str) -> Trace:
    return scatter(
        x=list(periods["day"]),
        y=periods["other"].to_numpy(),
        mode="lines",
        line={"color": PALE_CONCERN, "width": 2},
        connectgaps=False,
        name=name,
        hoverinfo="skip",
    )


def groups_chart(groups: pd.DataFrame) -> go.Figure:
    """Groups one under the other: missed and lost rate of each, with their intervals.

    ``groups``: a row for each group, the one for the top first, groups of one ``heading`` together:
    ``label``, ``by`` and ``key`` (which group it is), the columns of
    :func:`clinical.attendance_groups.judged`. One heading alone goes without it. A dot carries its
    words, ``missed`` or ``lost``, ``by`` and ``key``.
    """
    headings, rows = _places(groups["heading"].to_list())
    end = rows[-1] if rows else 0
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * (end + 1),
        [
            _dots(groups, "lost", [row + 0.16 for row in rows], "Missed or cancelled late"),
            _dots(groups, "missed", [row - 0.16 for row in rows], "Missed"),
        ],
        xaxis={
            "tickformat": ".0%",
            "range": [0, _rates_end(groups)],
            "showgrid": True,
        },
        yaxis={
            "tickvals": [*headings.values(), *rows],
            "ticktext": [
                *(f"<b>{text(heading)}</b>" for heading in headings),
                *(
                    f"{label(name)} <i>{due:,}</i>"
                    for name, due in zip(groups["label"], groups["due"], strict=True)
                ),
            ],
            "range": [end + 0.7, -0.7],
            "showgrid": False,
        },
        legend={"traceorder": "reversed"},
        annotations=_named(groups, rows),
    )


def _places(headings: Sequence[str]) -> tuple[dict[str, int], list[int]]:
    """The row of each heading, where there are several, and that of each group."""
    several = len(set(headings)) > 1
    found: dict[str, int] = {}
    rows = []
    at = 0
    for heading in headings:
        if several and heading not in found:
            found[heading] = at
            at += 1
        rows.append(at)
        at += 1
    return found, rows


def _rates_end(groups: pd.DataFrame) -> float:
    """The end of the axis: all dots fit, intervals of groups that are not tiny, and their words."""
    firm = groups.loc[groups["due"] >= _FEW, ["missed_high", "lost_high"]].max().max()
    dots = groups[["missed_rate", "lost_rate"]].max().max()
    named = groups.loc[groups["differs"] != 0, "missed_high"].max()
    ends = [end for end in (1.05 * firm, 1.1 * dots, 1.3 * named) if end > 0]
    return min(1.02, max(ends)) if ends else 1.0


_COLOURS = {1: CONCERN, -1: IMPROVEMENT, 0: INK}


def _dots(groups: pd.DataFrame, rate: str, rows: Sequence[float], name: str) -> Trace:
    share, low, high = (groups[f"{rate}_{part}"] for part in ("rate", "low", "high"))
    is_missed = rate == "missed"
    colours: Any = (
        [_COLOURS[differs] for differs in groups["differs"]] if is_missed else PALE_CONCERN
    )
    return scatter(
        x=share.to_numpy(),
        y=list(rows),
        mode="markers",
        marker={
            "color": colours,
            "size": 9 if is_missed else 8,
            "symbol": "circle" if is_missed else "diamond",
        },
        error_x=interval(share, low, high, NEUTRAL),
        name=name,
        customdata=[
            [words, rate, by, key]
            for words, by, key in zip(
                _group_words(groups), groups["by"], groups["key"], strict=True
            )
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def _group_words(groups: pd.DataFrame) -> list[str]:
    return [rate_words(row, str(row["label"])) for row in groups.to_dict("records")]


def rate_words(row: dict[Hashable, Any], name: str) -> str:
    """The hover of a group or cell: both rates with their counts and intervals.

    ``row``: the columns of :func:`clinical.attendance_groups.attendance_groups`; ``name``: data.
    """
    lines = [
        f"{words}: {row[events]:,} of {row[of]:,}, {percent(row[f'{events}_rate'])}"
        + (
            f" (95 % CI {percent_range(row[f'{events}_low'], row[f'{events}_high'])})"
            if row[of]
            else ""
        )
        for words, events, of in (
            ("Missed", "missed", "due"),
            ("Missed or cancelled late", "lost", "lost_of"),
        )
    ]
    expected = f"Expected by kind: {row['expected']:,.1f} missed"
    return "<br>".join([f"<b>{text(name)}</b>", *lines, expected])


def _named(groups: pd.DataFrame, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Words beside what differs, so that its colour is not all that tells it."""
    return [
        {
            "x": high,
            "y": row - 0.16,
            "xanchor": "left",
            "xshift": 7,
            "yanchor": "middle",
            "text": f"{'more' if differs > 0 else 'less'} ({percent(share)})",
            "font": {"size": 12, "color": _COLOURS[differs]},
            "showarrow": False,
        }
        for row, differs, share, high in zip(
            rows, *(groups[name] for name in ("differs", "missed_rate", "missed_high")), strict=True
        )
        if differs
    ]


def week_chart(cells: pd.DataFrame, sites: Sequence[str]) -> go.Figure:
    """The missed rate by site and weekday: the darker, the higher; framed where beyond chance.

    ``cells``: ``row`` (index in ``sites``), ``weekday`` (1 = Monday), ``name`` (site and weekday,
    for the hover), ``site_key``, and the columns of :func:`clinical.attendance_groups.judged`.
    Squares, because a heat map cannot be chosen from; each carries its words, site and weekday.
    """
    weekdays = sorted(set(cells["weekday"]))
    place = {weekday: position for position, weekday in enumerate(weekdays)}
    rates = cells["missed_rate"].fillna(0.0).to_numpy(np.float64)
    highest = float(rates.max()) if len(rates) else 0.0
    shade = _FAINTEST + (_FULLEST - _FAINTEST) * rates / (highest or 1.0)
    squares = scatter(
        x=[place[weekday] for weekday in cells["weekday"]],
        y=cells["row"].to_list(),
        mode="markers",
        marker={
            "symbol": "square",
            "size": _CELL,
            "color": CONCERN,
            "opacity": shade.tolist(),
        },
        customdata=[
            [rate_words(row, str(row["name"])), row["site_key"], row["weekday"]]
            for row in cells.to_dict("records")
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )
    return figure(
        _FRAME_HEIGHT + (_CELL + 14) * len(sites),
        [squares, *_frames(cells, place), _cell_words(cells, place)],
        xaxis={
            "tickvals": list(place.values()),
            "ticktext": [SHORT_WEEKDAYS[weekday - 1] for weekday in weekdays],
            "range": [-0.6, len(weekdays) - 0.4],
            "side": "top",
            "fixedrange": True,
        },
        yaxis={
            "tickvals": list(range(len(sites))),
            "ticktext": [label(site) for site in sites],
            "range": [len(sites) - 0.4, -0.6],
            "showgrid": False,
            "fixedrange": True,
        },
        showlegend=False,
    )


def _frames(cells: pd.DataFrame, place: dict[int, int]) -> list[Trace]:
    """A frame about what differs beyond chance, which opacity would fade."""
    some = cells[cells["differs"] != 0]
    if some.empty:
        return []
    return [
        scatter(
            x=[place[weekday] for weekday in some["weekday"]],
            y=some["row"].to_list(),
            mode="markers",
            marker={
                "symbol": "square-open",
                "size": _CELL + 4,
                "color": [_COLOURS[differs] for differs in some["differs"]],
                "line": {"width": 2.5},
            },
            hoverinfo="skip",
            showlegend=False,
        )
    ]


def _cell_words(cells: pd.DataFrame, place: dict[int, int]) -> Trace:
    return scatter(
        x=[place[weekday] for weekday in cells["weekday"]],
        y=cells["row"].to_list(),
        mode="text",
        text=[
            f"<b>{percent(share)}</b>" if differs else ("–" if np.isnan(share) else percent(share))
            for share, differs in zip(cells["missed_rate"], cells["differs"], strict=True)
        ],
        textfont={"color": INK, "size": 12},
        unselected=unfaded(INK),
        hoverinfo="skip",
        showlegend=False,
    )
