"""The clinic's own shares beside published ones, a row for each pair.

Ours is filled, in the colour of what it is (better or worse); the published one hollow and grey
below it. Where a study tells no n there is no interval to draw.
"""

from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL
from charts.style import Trace, figure, interval, scatter, text

_ROW_HEIGHT = 64
_FRAME_HEIGHT = 56
_APART = 0.17
"""How far ours stands above the middle of its row, and theirs below it."""
_END_OF_SHARES = 0.84
"""Where the axis ends; the differences stand to its right."""
_LEFT_OF = 0.55
"""Words stand on the left of an interval that ends beyond this."""
_HOVER = "%{customdata}<extra></extra>"


def side_by_side_chart(pairs: pd.DataFrame) -> go.Figure:
    """Pairs one under the other, the first on top.

    ``pairs``: ``label`` and ``study`` (what it is, and whose); ``events``, ``n``, ``share``,
    ``low``, ``high`` (ours); ``said`` (theirs, as printed), ``published``, ``published_n``,
    ``published_low`` and ``published_high`` (missing without an n); ``gap`` (the difference in
    words; empty where there is none to tell); ``worse`` (bool: more is worse). A dot of ours
    carries its words and the place of its pair, from 0.
    """
    rows = [float(row) for row in range(len(pairs))]
    records = pairs.to_dict("records")
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * max(1, len(rows)),
        [_ours(pairs, rows), _theirs(pairs, rows)],
        yaxis={
            "tickvals": rows,
            "ticktext": [f"<b>{text(row['label'])}</b><br>{text(row['study'])}" for row in records],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
        },
        xaxis={
            "domain": [0, _END_OF_SHARES],
            "range": [-0.02, 1.02],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": ".0%",
            "showgrid": True,
        },
        annotations=[
            *(_ours_in_words(row, place) for row, place in zip(records, rows, strict=True)),
            *(_theirs_in_words(row, place) for row, place in zip(records, rows, strict=True)),
            *(_gap(row, place) for row, place in zip(records, rows, strict=True)),
        ],
    )


def _ours(pairs: pd.DataFrame, rows: list[float]) -> Trace:
    colours = [CONCERN if worse else IMPROVEMENT for worse in pairs["worse"]]
    return scatter(
        x=pairs["share"].to_list(),
        y=[row - _APART for row in rows],
        mode="markers",
        marker={"color": colours, "size": 10},
        error_x=interval(pairs["share"], pairs["low"], pairs["high"], NEUTRAL),
        customdata=[
            [_ours_hover(row), place] for place, row in enumerate(pairs.to_dict("records"))
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )


def _theirs(pairs: pd.DataFrame, rows: list[float]) -> Trace:
    return scatter(
        x=pairs["published"].to_list(),
        y=[row + _APART for row in rows],
        mode="markers",
        marker={"color": NEUTRAL, "size": 10, "symbol": "circle-open", "line": {"width": 2}},
        error_x=interval(
            pairs["published"],
            pairs["published_low"].fillna(pairs["published"]),
            pairs["published_high"].fillna(pairs["published"]),
            NEUTRAL,
        ),
        customdata=[_theirs_hover(row) for row in pairs.to_dict("records")],
        hovertemplate=_HOVER,
        showlegend=False,
    )


def _ours_hover(row: dict[Hashable, Any]) -> str:
    return (
        f"<b>{text(row['label'])}</b>, here<br>{row['events']:,} of {row['n']:,}: "
        f"{percent(row['share'])} (95 % CI {percent_range(row['low'], row['high'])})"
    )


def _theirs_hover(row: dict[Hashable, Any]) -> str:
    words = f"<b>{text(row['label'])}</b>, {text(row['study'])}<br>{text(row['said'])}"
    if pd.isna(row["published_n"]):
        return f"{words}; the n is not told, so there is no interval"
    of = percent_range(row["published_low"], row["published_high"])
    return f"{words} of {row['published_n']:,.0f} (95 % CI {of})"


def _ours_in_words(row: dict[Hashable, Any], place: float) -> dict[str, Any]:
    words = f"here {percent(row['share'])} of {row['n']:,}"
    return _beside(row["low"], row["high"], place - _APART, words, INK)


def _theirs_in_words(row: dict[Hashable, Any], place: float) -> dict[str, Any]:
    unknown = pd.isna(row["published_n"])
    of = "n not told" if unknown else f"of {row['published_n']:,.0f}"
    low = row["published"] if unknown else row["published_low"]
    high = row["published"] if unknown else row["published_high"]
    words = f"published {text(row['said'])}{', ' if unknown else ' '}{of}"
    return _beside(low, high, place + _APART, words, NEUTRAL)


def _beside(low: float, high: float, place: float, words: str, colour: str) -> dict[str, Any]:
    """Words next to an interval, on the side where there is room."""
    is_left = high > _LEFT_OF and low > 1 - high
    return {
        "x": low if is_left else high,
        "y": place,
        "xanchor": "right" if is_left else "left",
        "xshift": -9 if is_left else 9,
        "yanchor": "middle",
        "text": words,
        "font": {"size": 12, "color": colour},
        "showarrow": False,
    }


def _gap(row: dict[Hashable, Any], place: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": _END_OF_SHARES + 0.02,
        "y": place,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "text": text(row["gap"]).replace("\n", "<br>"),
        "font": {"size": 12, "color": INK},
        "showarrow": False,
    }
