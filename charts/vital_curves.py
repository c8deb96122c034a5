"""The course of the vital signs of many infusions, by minute."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.infusion_vitals import Panel, panels
from charts.palette import BACKGROUND, CONCERN, INK, NEUTRAL, PALE, PALE_CONCERN
from charts.style import Trace, figure, scatter, text
from clinical.thresholds import Thresholds
from clinical.vital_curves import FEWEST, VitalCurve
from clinical.vital_limits import Concern

CURVES = ("systolic", "diastolic", "heart_rate", "spo2")
"""The vital signs that have a course by minute, from the top."""
_HEIGHTS = {"systolic": 170, "diastolic": 150, "heart_rate": 105, "spo2": 105}
_GAP = 30
_TOP, _BOTTOM = 58, 74
_TICKS_AT_MOST = 13
_FEW = f"&lt;{FEWEST}"
_COLOURS = {Concern.AMBER: PALE_CONCERN, Concern.RED: CONCERN}


def vital_curves_chart(
    curves: Mapping[str, VitalCurve], thresholds: Thresholds, end: float | None
) -> go.Figure:
    """The mean, the median and the middle 80 % of each vital sign by minute, one above the other.

    ``curves``: by the names of :data:`CURVES`; one without a slot has no panel, and at least one
    has some. ``end``: the minute at which a usual infusion ends, marked over all panels.
    """
    shown = [
        panel
        for panel in panels(thresholds)
        if panel.column in curves and len(curves[panel.column].minute)
    ]
    heights = [_HEIGHTS[panel.column] for panel in shown]
    inner = sum(heights) + _GAP * (len(shown) - 1)
    domains = _domains(heights, inner)
    ranges = [_range(curves[panel.column], panel) for panel in shown]
    traces = [
        trace
        for number, panel in enumerate(shown, 1)
        for trace in _course(curves[panel.column], panel, number)
    ]
    axes = {
        f"yaxis{number if number > 1 else ''}": {
            "domain": domain,
            "range": values,
            "rangemode": "normal",
            "nticks": 5,
        }
        for number, (domain, values) in enumerate(zip(domains, ranges, strict=True), 1)
    }
    limits = [
        (number, at, name, concern)
        for number, (panel, (low, high)) in enumerate(zip(shown, ranges, strict=True), 1)
        for at, name, concern in panel.limits
        if low <= at <= high
    ]
    return figure(
        inner + _TOP + _BOTTOM,
        traces,
        margin={"t": _TOP, "b": _BOTTOM, "r": 96, "l": 8},
        **axes,
        xaxis=_minutes_axis(
            curves[shown[0].column], [curves[panel.column] for panel in shown], len(shown)
        ),
        shapes=[*_until(end), *(_limit_line(number, at, c) for number, at, _, c in limits)],
        annotations=[
            *_headings(shown, domains),
            *(_limit_name(number, at, name) for number, at, name, _ in limits),
            *_end_name(end),
        ],
        legend={"y": 1 + 26 / inner, "x": 1, "xanchor": "right"},
    )


def _axis(number: int) -> str:
    return "y" if number == 1 else f"y{number}"


def _domains(heights: Sequence[int], inner: int) -> list[tuple[float, float]]:
    """The part of the height that each panel takes, from the top."""
    tops = [inner - sum(heights[:place]) - _GAP * place for place in range(len(heights))]
    return [
        (max(0.0, (top - height) / inner), top / inner)
        for top, height in zip(tops, heights, strict=True)
    ]


def _range(curve: VitalCurve, panel: Panel) -> list[float]:
    """From the lowest to the highest percentile drawn, wide enough for the nearest limit."""
    values = [*curve.percentiles[10], *curve.percentiles[90], *curve.mean, panel.limits[0][0]]
    low, high = float(min(values)), float(max(values))
    pad = max(0.06 * (high - low), 0.5)
    return [low - pad, high + pad]


def _course(curve: VitalCurve, panel: Panel, number: int) -> list[Trace]:
    place = {"yaxis": _axis(number), "showlegend": number == 1}
    low, middle, high = (curve.percentiles[percentile] for percentile in (10, 50, 90))
    return [
        scatter(
            x=np.concatenate([curve.minute, curve.minute[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            mode="lines",
            fill="toself",
            fillcolor=PALE,
            line={"width": 0},
            opacity=0.5,
            hoverinfo="skip",
            name="Middle 80 %",
            **place,
        ),
        scatter(
            x=curve.minute,
            y=middle,
            mode="lines",
            line={"color": NEUTRAL, "width": 2, "dash": "dash"},
            hoverinfo="skip",
            name="Median",
            **place,
        ),
        scatter(
            x=curve.minute,
            y=curve.mean,
            mode="lines+markers",
            line={"color": INK, "width": 2.5},
            marker={"color": INK, "size": 7, "line": {"width": 1, "color": BACKGROUND}},
            customdata=[
                f"<b>{panel.title}, minute {minute}</b><br>mean {mean:.1f} "
                f"(95 % CI {from_:.1f} to {to:.1f})<br>median {median:.4g}; "
                f"middle 80 %: {tenth:.4g} to {ninetieth:.4g}<br>{n:,} infusions"
                for minute, mean, from_, to, median, tenth, ninetieth, n in zip(
                    curve.minute,
                    curve.mean,
                    curve.low,
                    curve.high,
                    middle,
                    low,
                    high,
                    curve.n,
                    strict=True,
                )
            ],
            hovertemplate="%{customdata}<extra></extra>",
            name="Mean",
            **place,
        ),
    ]


def _minutes_axis(first: VitalCurve, every: Sequence[VitalCurve], panel: int) -> dict[str, Any]:
    """The minutes, and under each the infusions of the uppermost panel."""
    numbers = {
        minute: f"{n:,}" for minute, n in zip(first.minute.tolist(), first.n.tolist(), strict=True)
    }
    minutes = sorted({minute for curve in every for minute in curve.minute.tolist()})
    step = -(-len(minutes) // _TICKS_AT_MOST)
    ticks = minutes[::step]
    return {
        "tickvals": ticks,
        "ticktext": [
            f"{str(minute).replace('-', '−')}<br><i>{numbers.get(minute, _FEW)}</i>"
            for minute in ticks
        ],
        "range": [minutes[0] - 4, minutes[-1] + 4],
        "anchor": _axis(panel),
        "title": {"text": "Minutes after the start, and <i>infusions</i>"},
    }


def _until(end: float | None) -> list[dict[str, Any]]:
    """The time of a usual infusion, shaded over all panels."""
    if end is None:
        return []
    return [
        {
            "type": "rect",
            "xref": "x",
            "x0": 0,
            "x1": end,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "fillcolor": PALE,
            "opacity": 0.22,
            "line": {"width": 0},
            "layer": "below",
        }
    ]


def _end_name(end: float | None) -> list[dict[str, Any]]:
    if end is None:
        return []
    return [
        {
            "x": end,
            "xref": "x",
            "yref": "paper",
            "y": 1,
            "yanchor": "bottom",
            "text": f"usual end, minute {end:.0f}",
            "font": {"size": 11, "color": NEUTRAL},
            "showarrow": False,
        }
    ]


def _limit_line(number: int, at: float, concern: Concern) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": _axis(number),
        "y0": at,
        "y1": at,
        "line": {"color": _COLOURS[concern], "width": 1.2, "dash": "dot"},
    }


def _limit_name(number: int, at: float, name: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1.005,
        "xanchor": "left",
        "yref": _axis(number),
        "y": at,
        "text": text(name),
        "showarrow": False,
        "font": {"size": 11, "color": NEUTRAL},
    }


def _headings(
    shown: Sequence[Panel], domains: Sequence[tuple[float, float]]
) -> list[dict[str, Any]]:
    return [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "yref": "paper",
            "y": top,
            "yanchor": "bottom",
            "text": panel.title,
            "showarrow": False,
            "font": {"size": 12, "color": INK},
        }
        for panel, (_, top) in zip(shown, domains, strict=True)
    ]
