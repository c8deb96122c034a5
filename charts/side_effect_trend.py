"""The trend of one side effect: control chart over completeness, cumulative sums, ratios.

Periods stand at their first day. Colour and shape say the same: a concern is an orange triangle
that points up, an improvement a blue one that points down, and a fall that fewer forms may explain
a grey one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.control import (
    BESIDE,
    ROOM_RIGHT,
    USUAL_NAMES,
    LineNames,
    axis_reach,
    axis_top,
    band,
    chosen_by,
    edges_between,
    joined,
    line_names,
    marked_points,
    percent_value,
    steps,
)
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE
from charts.style import Trace, across, bar, figure, interval, name_at, scatter, text

HEIGHT = 470
_STRIP_TOP = 0.15
"""Where the completeness strip ends, as a fraction of the height."""
ABOVE_STRIP = [0.27, 1]
"""The room for what stands over the strip."""
STRIP_AXIS = {
    "domain": [0, _STRIP_TOP],
    "range": [0, 1],
    "tickvals": [0, 0.5, 1],
    "tickformat": ".0%",
    "fixedrange": True,
}


@dataclass(frozen=True, slots=True)
class Rebased:
    """A day from which limits were worked out anew."""

    day: date
    name: str


def rate_value(value: float) -> str:
    """A value that is a rate per infusion, as records per 100."""
    return f"{100 * value:.3g}"


def ratio_value(value: float) -> str:
    """A value that is observed over expected."""
    return f"{value:.2f}"


def control_chart(
    periods: pd.DataFrame,
    rebased: Sequence[Rebased],
    value_words: Callable[[float], str],
    axis_title: str,
    names: LineNames = USUAL_NAMES,
) -> go.Figure:
    """Values with their limits, over the share of infusions with a filled-in form.

    ``periods``: a row each, in order: ``day`` (the first), ``value``, ``centre``, ``lower``,
    ``upper`` and ``ghost_centre``, ``ghost_lower``, ``ghost_upper`` (missing in a gap; limits may
    be missing everywhere), ``mark`` (a key of the looks: empty, ``concern``, ``improvement``,
    ``rising``, ``falling``, ``forms``), ``part`` (true: hollow),
    ``filled`` (share of forms, missing without infusions), ``fewer_forms`` (true: by more than
    chance), ``words`` and ``forms_words`` for the hovers, ``key``. The ``customdata`` of a point or
    bar is its hover and its key.
    """
    top = axis_top(periods)
    edges = edges_between(list(periods["day"]))
    return figure(
        HEIGHT,
        [
            *band(periods, edges, names.band),
            *_ghost(periods, edges),
            steps(periods["centre"], edges, NEUTRAL, "solid"),
            joined(periods),
            *marked_points(periods),
            forms_strip(periods),
        ],
        margin={"l": 8, "r": ROOM_RIGHT, "t": 12, "b": 8},
        xaxis={
            "domain": [0, 1],
            "anchor": "y2",
            "tickformat": "%b\n%Y",
            "range": axis_reach(edges),
        },
        yaxis={
            "domain": ABOVE_STRIP,
            "range": [0, top],
            "title": {"text": axis_title},
            **_ticks(value_words, top),
        },
        yaxis2=STRIP_AXIS,
        # Over the names of the rebases.
        legend={"y": 1.02 + 0.05 * min(len(rebased), 2), "traceorder": "normal"},
        shapes=[_rebase_line(one.day) for one in rebased],
        annotations=[
            *line_names(periods, top, value_words, names.centre),
            *(_rebase_name(one, place, edges) for place, one in enumerate(rebased)),
            strip_name(),
        ],
    )


def _ticks(value_words: Callable[[float], str], top: float) -> dict[str, Any]:
    if value_words is percent_value:
        return {"tickformat": ".0%" if top > 0.04 else ".1%"}
    if value_words is ratio_value:
        return {}
    step = _round_step(100 * top / 5)
    values = np.arange(0, 100 * top, step)
    return {"tickvals": (values / 100).tolist(), "ticktext": [f"{value:g}" for value in values]}


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * step for step in (1, 2, 5, 10) if power * step >= least * 0.999))


def _ghost(periods: pd.DataFrame, edges: Sequence[pd.Timestamp]) -> list[Trace]:
    """The limits that held before, dotted, where there are any."""
    if periods["ghost_centre"].isna().all():
        return []
    lines = [
        steps(periods[name], edges, NEUTRAL, "dot")
        for name in ("ghost_upper", "ghost_centre", "ghost_lower")
    ]
    return [lines[0] | {"showlegend": True, "name": "Limits before"}, *lines[1:]]


def forms_strip(periods: pd.DataFrame) -> Trace:
    """The share of filled-in forms by period; darker where it is lower than in the reference.

    ``periods``: ``day``, ``filled``, ``fewer_forms``, ``forms_words``, ``key``, as above.
    """
    some = periods[periods["filled"].notna()]
    return bar(
        x=list(some["day"]),
        y=some["filled"].to_numpy(),
        yaxis="y2",
        marker={"color": [NEUTRAL if fewer else PALE for fewer in some["fewer_forms"]]},
        showlegend=False,
        customdata=chosen_by(some["forms_words"], some["key"]),
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def strip_name() -> dict[str, Any]:
    """What the strip shows, over its left end."""
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": _STRIP_TOP,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": "Form filled in (darker: fewer than before, by more than chance)",
        "font": {"size": 11, "color": NEUTRAL},
        "showarrow": False,
    }


def _rebase_line(day: date) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": day,
        "x1": day,
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 1, "dash": "dash"},
    }


def _rebase_name(one: Rebased, place: int, edges: Sequence[pd.Timestamp]) -> dict[str, Any]:
    """The name of the line, over its end, in turn on two rows so that neighbours stay apart."""
    is_late = pd.Timestamp(one.day) > edges[0] + (edges[-1] - edges[0]) / 2
    return {
        "xref": "x",
        "yref": "paper",
        "x": one.day,
        "y": 1,
        "yshift": 16 * (place % 2),
        "xanchor": "right" if is_late else "left",
        "yanchor": "bottom",
        "text": text(one.name),
        "font": {"size": 11, "color": INK},
        "showarrow": False,
    }


def sums_chart(sums: pd.DataFrame, limit: float) -> go.Figure:
    """The cumulative sums for a rise (up) and for a fall (down), between their limits.

    ``sums``: a row a period: ``day``, ``up``, ``down`` (0 or more), ``signal_up``, ``signal_down``
    (true: at the limit), ``words`` for the hover.
    """
    return figure(
        traces=[_sum(sums, "up", 1, CONCERN, "Rise"), _sum(sums, "down", -1, IMPROVEMENT, "Fall")],
        xaxis={"tickformat": "%b\n%Y"},
        yaxis={
            "range": [-1.25 * limit, 1.25 * limit],
            "tickvals": [-limit, 0, limit],
            "ticktext": ["fall", "0", "rise"],
            "title": {"text": "Evidence, cumulated"},
        },
        shapes=[across(limit), across(-limit), across(0, dash="solid")],
        annotations=[name_at(limit, "From here a rise is marked"), _below(-limit)],
    )


def _below(at: float) -> dict[str, Any]:
    return name_at(at, "From here a fall is marked") | {"yanchor": "top"}


def _sum(sums: pd.DataFrame, which: str, sign: int, colour: str, name: str) -> Trace:
    signals = sums[f"signal_{which}"]
    return scatter(
        x=list(sums["day"]),
        y=(sign * sums[which]).to_numpy(),
        mode="lines+markers",
        line={"color": INK, "width": 2, "shape": "hv"},
        marker={
            "color": [colour if signal else INK for signal in signals],
            "size": [10 if signal else 4 for signal in signals],
        },
        name=name,
        showlegend=False,
        customdata=list(sums["words"]),
        hovertemplate="%{customdata}<extra></extra>",
    )


def ratio_chart(ratios: pd.DataFrame, few: int) -> go.Figure:
    """Observed over expected by period, each with its interval, about the line "as expected".

    ``ratios``: ``day``, ``share``, ``low``, ``high`` (ratios; missing in a gap), ``recorded`` and
    ``words``. Periods of under ``few`` recorded infusions are hollow and do not stretch the axis.
    """
    known = ratios[ratios["share"].notna()]
    ends = known["high"].where(known["recorded"] >= few, known["share"]).max()
    return figure(
        traces=[
            scatter(
                x=list(known["day"]),
                y=known["share"].to_numpy(),
                mode="markers",
                marker={
                    "color": INK,
                    "size": 7,
                    "symbol": ["circle-open" if n < few else "circle" for n in known["recorded"]],
                },
                cliponaxis=False,
                error_y=interval(known["share"], known["low"], known["high"], NEUTRAL),
                customdata=list(known["words"]),
                hovertemplate="%{customdata}<extra></extra>",
            )
        ],
        margin={"l": 8, "r": ROOM_RIGHT, "t": 12, "b": 8},
        xaxis={"tickformat": "%b\n%Y"},
        yaxis={"range": [0, 1.1 * ends if ends > 0 else 2], "title": {"text": "Observed/expected"}},
        shapes=[across(1.0)],
        annotations=[name_at(1.0, "as expected") | BESIDE],
    )
