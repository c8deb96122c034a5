"""Groups of courses side by side after one infusion: their rates, and over what is expected.

Rates are fractions; a rate is a dot with its 95 % interval. What differs beyond chance is coloured
(blue where more have reached it, orange where fewer) and named; groups put together are hollow.
Each dot carries its words, its group (column and key) and its infusion.
"""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range, points
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL
from charts.style import Trace, figure, interval, label, scatter, text

Carried = tuple[str, int]
"""Which group a dot stands for: its column of the facts, and its key."""

HOVER = "%{customdata[0]}<extra></extra>"
"""Dots say what they carry first."""
COLOURS = {1: IMPROVEMENT, -1: CONCERN, 0: INK}
"""Of a group in which more reached the result beyond chance, fewer, or neither."""
_ROW_HEIGHT, _FRAME_HEIGHT = 27, 92
_CRUDE_END, _RATIO_START = 0.5, 0.58
_LEAST_RATIO, _MOST_RATIO = 2.0, 4.0
"""The axis of ratios ends between these; an interval that is longer leaves it."""


class Group(NamedTuple):
    """What a row of rates is called, which group it is, and whether it is several put together."""

    name: str
    carried: Carried
    is_merged: bool = False


def compared_chart(rows: pd.DataFrame, groups: Sequence[Group], number: int) -> go.Figure:
    """Groups one under the other: the rate, and beside it reached over expected.

    ``rows``: of :func:`clinical.group_rates.with_expected`, one for each of ``groups``, the first
    for the top, with ``of_all`` (the rate of all courses). Where nothing is expected of any the
    rates have the whole width.
    """
    places = list(range(len(groups)))
    has_ratio = bool(rows["ratio"].notna().any())
    crude_end = _CRUDE_END if has_ratio else 1.0
    traces = [_rates(rows, groups, number)]
    layout: dict[str, Any] = {}
    shapes = [upright(float(rows["of_all"].iloc[0]), "x")]
    words = [_above(float(rows["of_all"].iloc[0]), "x", f"All: {_share(rows['of_all'].iloc[0])}")]
    if has_ratio:
        traces.append(_ratios(rows, groups, number))
        shapes.append(upright(1.0, "x2"))
        words.append(_above(1.0, "x2", "As expected"))
        layout["xaxis2"] = {
            "domain": [_RATIO_START, 1],
            "range": _from_nought(_ratio_end(rows)),
            "anchor": "y",
            "nticks": 5,
            "showgrid": True,
            "title": {"text": "Reached over expected"},
        }
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(groups),
        traces,
        yaxis={
            "tickvals": places,
            "ticktext": [
                f"{label(group.name)} <i>{n:,}</i>"
                for group, n in zip(groups, rows["n"], strict=True)
            ],
            "range": [len(places) - 0.4, -0.6],
            "showgrid": True,
        },
        xaxis={
            "domain": [0, crude_end],
            "range": [-0.03, 1.03],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "showgrid": True,
            "title": {"text": "Share of the group"},
        },
        shapes=shapes,
        annotations=[*words, *_verdicts(rows)],
        margin={"t": 26},
        showlegend=False,
        **layout,
    )


def _share(value: float) -> str:
    return percent(float(value))


def _rates(rows: pd.DataFrame, groups: Sequence[Group], number: int) -> Trace:
    return scatter(
        x=rows["share"].to_numpy(),
        y=list(range(len(rows))),
        mode="markers",
        marker={
            "color": [COLOURS[differs] for differs in rows["differs"]],
            "size": 9,
            "symbol": _symbols(groups),
        },
        error_x=interval(rows["share"], rows["low"], rows["high"], NEUTRAL),
        customdata=carried_by(
            groups, [_rate_words(*each) for each in with_rows(rows, groups)], number
        ),
        hovertemplate=HOVER,
    )


def _ratios(rows: pd.DataFrame, groups: Sequence[Group], number: int) -> Trace:
    return scatter(
        x=rows["ratio"].to_numpy(),
        y=list(range(len(rows))),
        xaxis="x2",
        mode="markers",
        marker={"color": INK, "size": 8, "symbol": _symbols(groups)},
        error_x=interval(rows["ratio"], rows["ratio_low"], rows["ratio_high"], NEUTRAL),
        customdata=carried_by(
            groups, [_ratio_words(*each) for each in with_rows(rows, groups)], number
        ),
        hovertemplate=HOVER,
    )


def with_rows(
    rows: pd.DataFrame, groups: Sequence[Group]
) -> list[tuple[Group, dict[Hashable, Any]]]:
    """Each group with its row."""
    return list(zip(groups, rows.to_dict("records"), strict=True))


def _symbols(groups: Sequence[Group]) -> list[str]:
    return ["circle-open" if group.is_merged else "circle" for group in groups]


def carried_by(groups: Sequence[Group], words: Sequence[str], number: int) -> list[list[Any]]:
    """What dots carry: their words, their group, and the infusion."""
    return [[said, *group.carried, number] for group, said in zip(groups, words, strict=True)]


def _rate_words(group: Group, row: dict[Hashable, Any]) -> str:
    said = (
        f"<b>{text(group.name)}</b><br>{row['reached']:,} of {row['n']:,}: "
        f"{percent(row['share'])} (95 % CI {percent_range(row['low'], row['high'])})<br>"
        f"{row['size']:,} of {row['due']:,} that are due have a score"
    )
    if group.is_merged or pd.isna(row["difference"]):
        return said
    return (
        f"{said}<br>To all others {points(row['difference'])} (simultaneous 95 % CI "
        f"{points(row['difference_low'])} to {points(row['difference_high'])})"
    )


def _ratio_words(group: Group, row: dict[Hashable, Any]) -> str:
    name = f"<b>{text(group.name)}</b><br>"
    if pd.isna(row["ratio"]):
        return f"{name}Nothing to be expected: no data"
    return (
        f"{name}{row['reached']:,} reached it, {row['expected']:,.1f} expected:<br>"
        f"{row['ratio']:.2f} times as many (95 % CI {row['ratio_low']:.2f}–"
        f"{row['ratio_high']:.2f})"
    )


def _verdicts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Words beside what differs, so that its colour is not all that tells it."""
    return [
        {
            "x": high,
            "y": place,
            "xanchor": "left",
            "xshift": 7,
            "yanchor": "middle",
            "text": "more" if differs > 0 else "fewer",
            "font": {"size": 12, "color": COLOURS[differs]},
            "showarrow": False,
        }
        for place, (differs, high) in enumerate(
            zip(rows["differs"].tolist(), rows["high"].tolist(), strict=True)
        )
        if differs
    ]


def upright(at: float, axis: str) -> dict[str, Any]:
    """An upright line over the whole plot, for the layout's ``shapes``."""
    return {
        "type": "line",
        "xref": axis,
        "x0": at,
        "x1": at,
        "yref": "y domain",
        "y0": 0,
        "y1": 1,
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }


def _above(at: float, axis: str, words: str) -> dict[str, Any]:
    """The name of an upright line, over its upper end."""
    return {
        "xref": axis,
        "x": at,
        "yref": "y domain",
        "y": 1,
        "xanchor": "center",
        "yanchor": "bottom",
        "text": words,
        "font": {"size": 11, "color": NEUTRAL},
        "showarrow": False,
    }


def _ratio_end(rows: pd.DataFrame) -> float:
    longest = rows["ratio_high"].max()
    return float(min(_MOST_RATIO, max(_LEAST_RATIO, 1.1 * longest if longest > 0 else 0)))


def _from_nought(end: float) -> list[float]:
    """The range of an axis, with room for the whole of a dot at nought."""
    return [-0.03 * end, end]
