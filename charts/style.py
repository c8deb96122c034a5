"""The shared look of every figure, and the marks that more than one page draws."""

from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import NEUTRAL

HEIGHT_LARGE = 380
"""Pixels: the one picture that carries a page."""
HEIGHT_SMALL = 280
"""Pixels: a picture in the grid below."""
SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_TEMPLATE = go.layout.Template(
    layout={
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "hovermode": "closest",
        "hoverlabel": {"align": "left"},
        "bargap": 0.18,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "title": {"text": ""},
        },
        "xaxis": {"automargin": True, "showgrid": False, "zeroline": False},
        "yaxis": {"automargin": True, "zeroline": False, "rangemode": "tozero"},
    }
)

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}
"""The plotly configuration of every chart: no tool bar; a double click resets a zoom."""


CHECKED = False
"""Whether plotly checks each property of a figure, and makes an object of each group of them.

That takes several times as long as all else about a figure, for something that cannot differ from
view to view. The tests of the charts switch it on: there every property is checked.
"""

Trace = dict[str, Any]
"""A trace as plotly takes it, with its ``type``."""


def figure(height: int = HEIGHT_SMALL, traces: Iterable[Trace] = (), **layout: Any) -> go.Figure:
    """A figure in the shared look, made in one step: to add to it later takes several times longer.

    ``traces``: from :func:`scatter`, :func:`bar` and :func:`heatmap`, under 1,000 points each;
    ``layout``: what the figure sets itself.
    """
    look = {"template": _TEMPLATE, "height": height, **layout}
    return go.Figure(data=list(traces), layout=look, _validate=CHECKED)


def scatter(**properties: Any) -> Trace:
    """Points or a line, as ``go.Scatter`` takes them."""
    return _trace("scatter", properties)


def bar(**properties: Any) -> Trace:
    """Bars, as ``go.Bar`` takes them."""
    return _trace("bar", properties)


def heatmap(**properties: Any) -> Trace:
    """A grid of coloured cells, as ``go.Heatmap`` takes it."""
    return _trace("heatmap", properties)


def _trace(kind: str, properties: dict[str, Any]) -> Trace:
    """What is ``None`` is not set, as plotly's own classes have it."""
    return {"type": kind} | {name: value for name, value in properties.items() if value is not None}


def text(value: object) -> str:
    """Data as plain text for a label or a hover, where plotly would read ``<b>`` as markup."""
    return escape(str(value), quote=False)


_LONGEST_LABEL = 34


def label(value: object) -> str:
    """As :func:`text`, and short enough for an axis; the hover has the whole of it."""
    words = str(value)
    return text(words if len(words) <= _LONGEST_LABEL else f"{words[: _LONGEST_LABEL - 1]}…")


def interval(
    share: "pd.Series[float]", low: "pd.Series[float]", high: "pd.Series[float]", colour: str
) -> dict[str, Any]:
    """Intervals as plotly's error bar, which wants lengths on both sides of the estimates."""
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - share).to_numpy(),
        "arrayminus": (share - low).to_numpy(),
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def unfaded(colour: str) -> dict[str, Any]:
    """``unselected`` of words beside points, which are to stay while another point is chosen."""
    return {"textfont": {"color": colour}}


def across(at: float, *, dash: str = "dot") -> dict[str, Any]:
    """A horizontal line over the whole plot, for the layout's ``shapes``."""
    return {
        "type": "line",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "y0": at,
        "y1": at,
        "line": {"color": NEUTRAL, "width": 1, "dash": dash},
    }


def name_at(at: float, label: str) -> dict[str, Any]:
    """The name of such a line, above its right end, for the layout's ``annotations``."""
    return {
        "xref": "x domain",
        "x": 1,
        "y": at,
        "xanchor": "right",
        "yanchor": "bottom",
        "text": text(label),
        "font": {"size": 11, "color": NEUTRAL},
        "showarrow": False,
    }
