"""Marks of control charts: values by period, their limits, and what is marked.

Periods stand at their first day. Colour and shape say the same: a concern is an orange triangle
that points up, an improvement a blue one that points down, and a fall that fewer forms may explain
a grey one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

import pandas as pd

from charts.numbers import percent
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE
from charts.style import Trace, name_at, scatter

ROOM_RIGHT = 92
"""Pixels at the right for the names of the lines."""
_APART = 0.07
"""Of the axis: lines closer than this have one name less."""
_HALF_WEEK = pd.Timedelta(days=3.5)
BESIDE = {"xref": "paper", "x": 1.004, "xanchor": "left", "yanchor": "middle"}
"""Where the name of a line stands: right of the plot, at the line's height."""
LOOKS = {
    "": ("Within the limits", INK, "circle", 7),
    "concern": ("Marked: above", CONCERN, "triangle-up", 12),
    "improvement": ("Marked: below", IMPROVEMENT, "triangle-down", 12),
    "rising": ("Marked: rising", CONCERN, "triangle-up", 12),
    "falling": ("Marked: falling", IMPROVEMENT, "triangle-down", 12),
    "forms": ("Below, but fewer forms filled in", NEUTRAL, "triangle-down", 12),
}
"""Name, colour, shape and size of a point by its mark."""


@dataclass(frozen=True, slots=True)
class LineNames:
    """What the centre line and the room between the limits are called."""

    centre: str = "expected"
    band: str = "What chance gives"


USUAL_NAMES = LineNames()


def percent_value(value: float) -> str:
    """A value that is a share."""
    return percent(value)


def axis_top(periods: pd.DataFrame) -> float:
    """The end of the axis: all values and usual limits fit, not those of a week of one infusion.

    ``periods``: ``value``, ``upper``, and ``ghost_upper`` where there are limits of before.
    """
    values = periods["value"].max()
    limits = periods.reindex(columns=["upper", "ghost_upper"]).median().max()
    known = [end for end in (values, limits) if end > 0]
    return 1.12 * max(known) if known else 1.0


def edges_between(days: Sequence[date]) -> list[pd.Timestamp]:
    """Where periods end and the next begin: half-way between their first days."""
    at = [pd.Timestamp(day) for day in days]
    if len(at) == 1:
        return [at[0] - _HALF_WEEK, at[0] + _HALF_WEEK]
    between = [one + (other - one) / 2 for one, other in pairwise(at)]
    return [at[0] - (between[0] - at[0]), *between, at[-1] + (at[-1] - between[-1])]


def axis_reach(edges: Sequence[pd.Timestamp]) -> list[pd.Timestamp]:
    """The range of the axis of time: from the first edge to the last."""
    return [edges[0], edges[-1]]


def _stretches(known: "pd.Series[bool]") -> list[list[int]]:
    """The rows in stretches without a gap."""
    runs = groupby(enumerate(known), key=lambda one: one[1])
    return [[row for row, _ in run] for is_known, run in runs if is_known]


def _outline(
    values: "pd.Series[float]", rows: Sequence[int], edges: Sequence[pd.Timestamp]
) -> tuple[list[Any], list[float]]:
    """The steps of a line over some rows: each value from one edge of its period to the other."""
    x = [edge for row in rows for edge in (edges[row], edges[row + 1])]
    y = [float(values.iloc[row]) for row in rows for _ in range(2)]
    return x, y


def band(periods: pd.DataFrame, edges: Sequence[pd.Timestamp], name: str) -> list[Trace]:
    """The room between the limits, where there are any, as one closed shape for each stretch."""
    if periods["upper"].isna().all():
        return []
    x: list[Any] = []
    y: list[Any] = []
    for rows in _stretches(periods["upper"].notna()):
        along, upper = _outline(periods["upper"], rows, edges)
        _, lower = _outline(periods["lower"], rows, edges)
        x += [*along, *along[::-1], None]
        y += [*upper, *lower[::-1], None]
    shape = scatter(
        x=x,
        y=y,
        fill="toself",
        fillcolor=PALE,
        opacity=0.35,
        line={"width": 0},
        mode="lines",
        name=name,
        hoverinfo="skip",
    )
    return [shape]


def steps(
    values: "pd.Series[float]", edges: Sequence[pd.Timestamp], colour: str, dash: str
) -> Trace:
    """A line that keeps each value over the whole of its period, with gaps where it is missing."""
    x: list[Any] = []
    y: list[Any] = []
    for rows in _stretches(values.notna()):
        along, level = _outline(values, rows, edges)
        x += [*along, None]
        y += [*level, None]
    return scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": 1.5, "dash": dash},
        hoverinfo="skip",
        showlegend=False,
    )


def joined(periods: pd.DataFrame) -> Trace:
    """The thin line from each value to the next."""
    return scatter(
        x=list(periods["day"]),
        y=periods["value"].to_numpy(),
        mode="lines",
        line={"color": PALE, "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )


def marked_points(periods: pd.DataFrame) -> list[Trace]:
    """The values by their marks, each with its hover and its key; parts of a period are hollow.

    ``periods``: ``day``, ``value``, ``mark`` (a key of :data:`LOOKS`), ``part``, ``words`` and
    ``key``.
    """
    traces = []
    for mark, (name, colour, shape, size) in LOOKS.items():
        some = periods[(periods["mark"] == mark) & periods["value"].notna()]
        if some.empty:
            continue
        traces.append(
            scatter(
                x=list(some["day"]),
                y=some["value"].to_numpy(),
                mode="markers",
                marker={
                    "color": colour,
                    "size": size,
                    "symbol": [f"{shape}-open" if part else shape for part in some["part"]],
                },
                name=name,
                showlegend=bool(mark),
                cliponaxis=False,
                customdata=chosen_by(some["words"], some["key"]),
                hovertemplate="%{customdata[0]}<extra></extra>",
            )
        )
    return traces


def chosen_by(words: "pd.Series[str]", keys: "pd.Series[str]") -> list[list[str]]:
    """The ``customdata`` of points: the hover and the key of each."""
    return [list(pair) for pair in zip(words, keys, strict=True)]


def line_names(
    periods: pd.DataFrame, top: float, value_words: Callable[[float], str], centre: str
) -> list[dict[str, Any]]:
    """The names of centre and limits beside their right ends, as far as there is room.

    ``periods``: ``centre``, ``lower``, ``upper``, ``part``; ``top``: where the axis ends.
    """
    drawn = periods[periods["centre"].notna()]
    if drawn.empty:
        return []
    # The limits of a part are wider than those of the other periods.
    drawn = drawn if drawn["part"].all() else drawn[~drawn["part"]]
    last = drawn.iloc[-1]
    names = [(last["centre"], f"{centre} {value_words(last['centre'])}")]
    for limit in ("upper", "lower"):
        far = abs(last[limit] - last["centre"]) > _APART * top
        if far and 0 < last[limit] <= top:
            names.append((last[limit], f"limit {value_words(last[limit])}"))
    return [name_at(at, words) | BESIDE for at, words in names]
