"""Several measures side by side: how large the change is on each, and how it grew.

Changes are in standard deviations of the measure's own scores, improvement to the right or upwards
whatever the measure's direction.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE
from charts.style import Trace, figure, interval, scatter, text
from clinical.measure_results import MeasureResult

_ROW_HEIGHT, _FRAME_HEIGHT = 44, 84
_COLUMNS = 4
_PANEL_HEIGHT, _PANEL_GAP, _TITLE = 150, 0.05, 44
"""Pixels: a panel's height and the room for its title; its gap is a share of the width."""
_FEW_TICKS = 6
"""So many infusion numbers fit under a panel."""
_COLOURS = {1: IMPROVEMENT, -1: CONCERN, 0: NEUTRAL}
_HOVER = "%{customdata[0]}<extra></extra>"


def effects_chart(results: Sequence[MeasureResult]) -> go.Figure:
    """The effect on each measure as a dot with its interval, the first at the top.

    ``results``: with an effect each. Blue is clearly better, orange clearly worse, grey neither. A
    dot carries its words and the measure's code.
    """
    effects = pd.DataFrame(
        [each.effect for each in results], columns=["estimate", "low", "high"], dtype=float
    )
    rows = list(range(len(results)))
    colours = [_COLOURS[each.verdict] for each in results]
    low, high = _range(effects["low"], effects["high"])
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(results),
        [
            # A trace each, because a trace's intervals have one colour.
            *(
                _effect(result, effects.iloc[[row]], row, colour)
                for row, (result, colour) in enumerate(zip(results, colours, strict=True))
            ),
            _values(effects, rows),
        ],
        shapes=[_no_change("x", "y domain")],
        margin={"r": 60},
        xaxis={
            "range": [low, high],
            "showgrid": True,
            "nticks": 8,
            "title": {"text": "← worse     Change in standard deviations     better →"},
        },
        yaxis={
            "tickvals": rows,
            "ticktext": [f"{text(each.measure.name)}<br>n {each.n:,}" for each in results],
            "range": [len(results) - 0.4, -0.6],
            "rangemode": "normal",
        },
    )


def _range(lows: "pd.Series[float]", highs: "pd.Series[float]") -> tuple[float, float]:
    """An axis that holds no change and every interval, with room for the values beside them."""
    low, high = min(0.0, float(lows.min())), max(0.0, float(highs.max()))
    room = max(high - low, 0.5)
    return low - 0.04 * room, high + 0.12 * room


def _effect(result: MeasureResult, effect: pd.DataFrame, row: int, colour: str) -> Trace:
    return scatter(
        x=effect["estimate"].to_numpy(),
        y=[row],
        mode="markers",
        marker={"color": colour, "size": 11},
        error_x=interval(effect["estimate"], effect["low"], effect["high"], colour),
        customdata=[[effect_words(result), result.measure.code]],
        hovertemplate=_HOVER,
        showlegend=False,
    )


def effect_words(result: MeasureResult) -> str:
    """One measure in a hover."""
    name = f"<b>{text(result.measure.name)}</b>, n {result.n:,}"
    if result.change is None or result.effect is None:
        return name
    better = "better" if result.change >= 0 else "worse"
    said = f"{abs(result.change):.1f} points {better}"
    if result.interval is not None:
        said += f" (95 % CI {points_range(result.interval)})"
    return (
        f"{name}<br>{said}<br>{result.effect.estimate:.2f} standard deviations "
        f"({points_range(result.effect[1:], 2)})"
    )


def points_range(ends: Sequence[float], decimals: int = 1) -> str:
    """An interval of points: ``3.2 to 5.0``."""
    return " to ".join(f"{end:.{decimals}f}".replace("-", "−") for end in ends)


def _values(effects: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return scatter(
        x=effects["high"].to_numpy(),
        y=rows,
        mode="text",
        text=[f" {value:.2f}".replace("-", "−") for value in effects["estimate"]],
        textposition="middle right",
        textfont={"color": INK, "size": 12},
        unselected={"textfont": {"color": INK}},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _no_change(xref: str, yref: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": xref,
        "yref": yref,
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }


def courses_chart(results: Sequence[MeasureResult], least: int) -> go.Figure:
    """The effect on each measure by infusion number, a panel each, all on one scale.

    Infusions after which fewer than ``least`` courses have a score are not drawn.
    """
    courses = [shown_course(each, least) for each in results]
    drawn = pd.concat([course[["effect_low", "effect_high"]] for course in courses])
    low, high = _range(drawn["effect_low"], drawn["effect_high"])
    last = max((int(course["number"].max()) for course in courses if len(course)), default=1)
    rows = ceil(len(results) / _COLUMNS)
    height = rows * (_PANEL_HEIGHT + _TITLE) + 40
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    traces = []
    for place, (result, course) in enumerate(zip(results, courses, strict=True)):
        axis = "" if place == 0 else str(place + 1)
        across, down = _domain(place, rows, height)
        layout[f"xaxis{axis}"] = {
            "domain": across,
            "anchor": f"y{axis}",
            "range": [0.5, last + 0.5],
            "tickvals": list(range(1, last + 1, 1 if last <= _FEW_TICKS else 2)),
            "tickfont": {"size": 11},
        }
        layout[f"yaxis{axis}"] = {
            "domain": down,
            "anchor": f"x{axis}",
            "range": [low, high],
            "rangemode": "normal",
            "nticks": 4,
            "showgrid": True,
            "tickfont": {"size": 11},
            "showticklabels": place % _COLUMNS == 0,
        }
        layout["annotations"].append(_panel_title(result, across[0], down[1]))
        layout["shapes"].append(_panel_nought(axis))
        traces.append(_course(course, result, axis))
    return figure(height, traces, margin={"t": 8}, **layout)


def shown_course(result: MeasureResult, least: int) -> pd.DataFrame:
    """The infusions of a measure that are drawn."""
    rows = result.by_number
    return rows[(rows["n"] >= max(least, 1)) & rows["effect"].notna()]


def _domain(place: int, rows: int, height: int) -> tuple[list[float], list[float]]:
    """Where a panel lies, as shares of the plot."""
    row, column = divmod(place, _COLUMNS)
    width = (1 - _PANEL_GAP * (_COLUMNS - 1)) / _COLUMNS
    left = column * (width + _PANEL_GAP)
    top = 1 - row / rows - _TITLE / height
    return [left, left + width], [max(0.0, 1 - (row + 1) / rows + 26 / height), top]


def _panel_title(result: MeasureResult, left: float, top: float) -> dict[str, Any]:
    name = text(result.measure.name).replace(" (", "<br>(")
    return {
        "xref": "paper",
        "yref": "paper",
        "x": left,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "text": f"<b>{name}</b>",
        "font": {"size": 12, "color": INK},
        "showarrow": False,
    }


def _panel_nought(axis: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": f"x{axis} domain",
        "yref": f"y{axis}",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"color": PALE, "width": 1},
    }


def _course(course: pd.DataFrame, result: MeasureResult, axis: str) -> Trace:
    columns = (course[name] for name in ("number", "n", "effect", "effect_low", "effect_high"))
    return scatter(
        x=course["number"].to_numpy(),
        y=course["effect"].to_numpy(),
        error_y=interval(course["effect"], course["effect_low"], course["effect_high"], INK),
        mode="lines+markers",
        line={"color": INK, "width": 1.5},
        marker={"color": INK, "size": 6},
        customdata=[
            [
                f"<b>{text(result.measure.name)}</b> after infusion {number}, n {n:,}<br>"
                f"{effect:.2f} standard deviations ({points_range((low, high), 2)})"
            ]
            for number, n, effect, low, high in zip(*columns, strict=True)
        ],
        hovertemplate=_HOVER,
        showlegend=False,
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
    )
