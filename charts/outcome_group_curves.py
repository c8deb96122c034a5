"""Groups of courses as small multiples: the rate of each by infusion, over that of all courses."""

from collections.abc import Sequence
from math import ceil, isnan
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.outcome_groups import HOVER, Group, upright
from charts.outcome_response import RESULT_LOOKS
from charts.palette import INK, NEUTRAL
from charts.style import Trace, figure, interval, scatter, text
from clinical.group_rates import ALL_TOGETHER
from clinical.responses import Result

_PANEL_HEIGHT, _PANEL_HEAD, _PANEL_FOOT = 144, 36, 26
"""Pixels: of a panel, of the words over it, and of its own foot with the numbers of infusions."""
_MARGINS = 20
"""Pixels above and below the panels, as the shared look sets them."""
_MOST_COLUMNS, _BETWEEN_COLUMNS = 4, 0.035
_LONGEST_NAME = 30
_TICKS = (1, 3, 6, 9, 12)


def curves_chart(
    curves: pd.DataFrame, groups: Sequence[Group], result: Result, chosen: int
) -> go.Figure:
    """Small multiples: the rate of each group by infusion number, over that of all courses.

    ``curves``: of :func:`clinical.group_rates.curves`; a panel for each of ``groups``, in the order
    of their rows. ``chosen``: the infusion that the page is about, marked by a line.
    """
    columns = _columns(len(groups))
    lines = ceil(len(groups) / columns)
    height = _MARGINS + lines * (_PANEL_HEIGHT + _PANEL_HEAD)
    last = int(max([chosen, *curves["number"]]))
    of_all = curves[curves["row"] == ALL_TOGETHER]
    traces: list[Trace] = []
    layout: dict[str, Any] = {}
    words, shapes = [], []
    for place, group in enumerate(groups):
        panel = _Panel(place, columns, height)
        own = curves[curves["row"] == place]
        traces += [_all_line(of_all, panel), _own_line(own, group, result, panel)]
        layout |= _panel_axes(panel, last, has_labels=place % columns == 0)
        words.append(_panel_title(group, own, panel))
        shapes.append(upright(chosen, panel.x) | {"yref": f"{panel.y} domain"})
    return figure(height, traces, annotations=words, shapes=shapes, showlegend=False, **layout)


def _columns(panels: int) -> int:
    """So many that the last line of panels is as full as may be."""
    if panels <= _MOST_COLUMNS:
        return max(panels, 2)
    return min(_MOST_COLUMNS, ceil(panels / ceil(panels / _MOST_COLUMNS)))


class _Panel(NamedTuple):
    """The place of a panel among others."""

    place: int
    columns: int
    height: int

    @property
    def suffix(self) -> str:
        """What plotly adds to the names of its axes."""
        return "" if self.place == 0 else str(self.place + 1)

    @property
    def x(self) -> str:
        """The name of its x axis."""
        return f"x{self.suffix}"

    @property
    def y(self) -> str:
        """The name of its y axis."""
        return f"y{self.suffix}"

    @property
    def across(self) -> list[float]:
        """From where to where it reaches, in shares of the whole width."""
        width = (1 + _BETWEEN_COLUMNS) / self.columns
        start = self.place % self.columns * width
        return [start, min(1.0, start + width - _BETWEEN_COLUMNS)]

    @property
    def down(self) -> list[float]:
        """The same of the height, from below."""
        # Plotly's domain leaves out the margins at the head and the foot.
        whole = self.height - _MARGINS
        line = self.place // self.columns
        top = 1 - (line * (_PANEL_HEIGHT + _PANEL_HEAD) + _PANEL_HEAD) / whole
        return [max(0.0, top - (_PANEL_HEIGHT - _PANEL_FOOT) / whole), top]


def _panel_axes(panel: _Panel, last: int, *, has_labels: bool) -> dict[str, Any]:
    return {
        f"xaxis{panel.suffix}": {
            "domain": panel.across,
            "anchor": panel.y,
            "range": [0.4, last + 0.6],
            "tickvals": [tick for tick in _TICKS if tick <= last],
        },
        f"yaxis{panel.suffix}": {
            "domain": panel.down,
            "anchor": panel.x,
            "range": [-0.03, 1.04],
            "tickvals": [0, 0.5, 1],
            "tickformat": ".0%",
            "showticklabels": has_labels,
        },
    }


def _all_line(of_all: pd.DataFrame, panel: _Panel) -> Trace:
    return scatter(
        x=of_all["number"].to_numpy(),
        y=of_all["share"].to_numpy(),
        xaxis=panel.x,
        yaxis=panel.y,
        mode="lines",
        line={"color": NEUTRAL, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _own_line(own: pd.DataFrame, group: Group, result: Result, panel: _Panel) -> Trace:
    colour, symbol = RESULT_LOOKS[result]
    spread = _with_gaps(own)
    return scatter(
        x=spread["number"].to_numpy(),
        y=spread["share"].to_numpy(),
        xaxis=panel.x,
        yaxis=panel.y,
        mode="lines+markers",
        connectgaps=False,
        line={"color": colour, "width": 1.5},
        marker={
            "color": colour,
            "size": 7,
            "symbol": f"{symbol}-open" if group.is_merged else symbol,
        },
        error_y=interval(spread["share"], spread["low"], spread["high"], NEUTRAL),
        customdata=[
            [_point_words(group, *values), *group.carried, values[0]]
            for values in spread.itertuples(index=False, name=None)
        ],
        hovertemplate=HOVER,
    )


def _with_gaps(own: pd.DataFrame) -> pd.DataFrame:
    """The points with a gap for each infusion in between whose rate is not shown."""
    columns = ["number", "reached", "n", "share", "low", "high"]
    if own.empty:
        return own[columns]
    every = range(int(own["number"].min()), int(own["number"].max()) + 1)
    return own[columns].set_index("number").reindex(every).reset_index()


def _point_words(
    group: Group, number: int, reached: float, n: float, share: float, low: float, high: float
) -> str:
    if isnan(n):
        return ""
    return (
        f"<b>{text(group.name)}</b>, infusion {number}<br>{reached:,.0f} of {n:,.0f}: "
        f"{percent(share)} (95 % CI {percent_range(low, high)})"
    )


def _panel_title(group: Group, own: pd.DataFrame, panel: _Panel) -> dict[str, Any]:
    name = group.name if len(group.name) <= _LONGEST_NAME else f"{group.name[: _LONGEST_NAME - 1]}…"
    return {
        "xref": "paper",
        "yref": "paper",
        "x": panel.across[0],
        "y": panel.down[1],
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "text": f"{text(name)}<br><i>{_panel_n(own)}</i>",
        "font": {"size": 11, "color": INK},
        "showarrow": False,
    }


def _panel_n(own: pd.DataFrame) -> str:
    """How many lie behind the first and the last point."""
    if own.empty:
        return "too few"
    first, last = int(own["n"].iloc[0]), int(own["n"].iloc[-1])
    return f"n {first:,}" if first == last else f"n {first:,} … {last:,}"
