"""Suicidal thoughts over time: PHQ-9 item 9 and the C-SSRS level, one above the other."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CONCERN, INK, NEUTRAL
from charts.style import (
    HEIGHT_SMALL,
    Trace,
    figure,
    scatter,
    text,
)
from clinical.instruments import CSSRS
from clinical.thoughts import open_rise

ITEM_9_ANSWERS = ("Not at all", "Several days", "Over half the days", "Nearly every day")
"""What the answers 0 to 3 of PHQ-9 mean."""
LEVELS = tuple(band.name for band in CSSRS.bands)
"""What the C-SSRS screener's levels 0 to 3 are called."""
_TOP, _BOTTOM, _STRIP = [0.6, 1.0], [0.12, 0.52], [0.0, 0.08]
_MIDDLE = (len(LEVELS) - 1) / 2


def thoughts_chart(
    item_9: pd.DataFrame, screeners: pd.DataFrame, infusions: pd.DataFrame
) -> go.Figure:
    """Both measures over the whole record on one time axis, with a tick for each infusion.

    ``item_9`` and ``screeners``: in time order, with ``completed`` and ``level`` (0 to 3);
    ``infusions``: with ``started``. What rose, and what is still above the level before the rise,
    is orange.
    """
    empty = [
        _nothing(words, axis)
        for frame, words, axis in (
            (item_9, "No answer to item 9 recorded", "y"),
            (screeners, "No C-SSRS recorded", "y2"),
        )
        if frame.empty
    ]
    return figure(
        HEIGHT_SMALL + 40,
        [
            *_course(item_9, "Item 9", ITEM_9_ANSWERS, "y"),
            *_course(screeners, "C-SSRS", LEVELS, "y2"),
            _infusion_ticks(infusions),
        ],
        annotations=empty,
        xaxis={"anchor": "y3"},
        yaxis=_levels_axis("Item 9", ITEM_9_ANSWERS, _TOP),
        yaxis2=_levels_axis("C-SSRS", LEVELS, _BOTTOM),
        yaxis3={"domain": _STRIP, "range": [-1, 1], "visible": False, "fixedrange": True},
    )


def concerning(levels: Sequence[float]) -> list[bool]:
    """For each level, whether it rose, or belongs to a concern that is still open."""
    rise = open_rise(levels)
    return [
        (position > 0 and level > levels[position - 1])
        or (rise is not None and position >= rise.position)
        for position, level in enumerate(levels)
    ]


def _levels_axis(name: str, labels: Sequence[str], domain: list[float]) -> dict[str, Any]:
    return {
        "title": {"text": name},
        "domain": domain,
        "range": [-0.4, len(labels) - 0.6],
        "tickvals": list(range(len(labels))),
        "ticktext": [f"{label} {level}" for level, label in enumerate(labels)],
        "tickfont": {"size": 11},
        "rangemode": "normal",
        "fixedrange": True,
    }


def _course(frame: pd.DataFrame, name: str, labels: Sequence[str], axis: str) -> list[Trace]:
    """The answers as steps, and over them in orange the steps up and what is open since."""
    if frame.empty:
        return []
    levels = frame["level"].astype(int).tolist()
    days = frame["completed"].tolist()
    risen = concerning(levels)
    base: dict[str, Any] = {"yaxis": axis, "showlegend": False}
    return [
        scatter(
            x=days,
            y=levels,
            mode="lines+markers",
            line={"shape": "hv", "color": NEUTRAL, "width": 1.5},
            marker={
                "size": [12 if up else 8 for up in risen],
                "color": [CONCERN if up else INK for up in risen],
                "opacity": 1,
            },
            name=name,
            customdata=[
                f"{day:%d %b %Y}<br>{name}: {level}, {labels[level].lower()}"
                for day, level in zip(days, levels, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
            **base,
        ),
        *_rises(days, levels, risen, base),
    ]


def _rises(
    days: list[Any], levels: list[int], risen: list[bool], base: dict[str, Any]
) -> list[Trace]:
    """The steps that lead to what rose, in orange; nothing where nothing rose."""
    x: list[Any] = []
    y: list[int | None] = []
    for position in range(1, len(levels)):
        if risen[position]:
            x += [days[position - 1], days[position], None]
            y += [levels[position - 1], levels[position], None]
    if not x:
        return []
    return [
        scatter(
            x=x,
            y=y,
            mode="lines",
            line={"shape": "hv", "color": CONCERN, "width": 3},
            hoverinfo="skip",
            **base,
        )
    ]


def _infusion_ticks(infusions: pd.DataFrame) -> Trace:
    return scatter(
        x=infusions["started"].tolist(),
        y=[0] * len(infusions),
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 8, "color": NEUTRAL},
        name="Infusion",
        customdata=[
            f"Infusion {number}, {started:%d %b %Y}"
            for number, started in zip(infusions["number"], infusions["started"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        yaxis="y3",
        showlegend=False,
    )


def _nothing(words: str, axis: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 0.5,
        "yref": axis,
        "y": _MIDDLE,
        "text": text(words),
        "showarrow": False,
        "font": {"color": NEUTRAL},
    }
