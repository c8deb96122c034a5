"""Attendance: what became of bookings, by how long ahead they were made."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.attendance import STACKED
from charts.numbers import percent
from charts.palette import BACKGROUND, CATEGORIES, CONCERN, NEUTRAL, PALE, PALE_CONCERN
from charts.style import Trace, bar, figure, label, text

PARTS = {
    "attended": ("Attended", CATEGORIES[0]),
    "missed": ("Missed", CONCERN),
    "late_cancelled": ("Cancelled late", PALE_CONCERN),
    "early_cancelled": ("Cancelled earlier", PALE),
    "not_closed": ("Not closed", NEUTRAL),
}
"""What can have become of a booking, in the order of the stack: its name and its colour."""
_ROW_HEIGHT = 30
_FRAME_HEIGHT = 110
_SHARES = (0, 0.2, 0.4, 0.6, 0.8, 1)
_NARROW = 0.12
"""A narrower part has no room for its share."""


def bookings_chart(bookings: pd.DataFrame, names: Sequence[str]) -> go.Figure:
    """A bar of equal length for each row, split by what became of its bookings.

    ``bookings``: ``key``, ``appointments`` (above 0) and a count for each of :data:`PARTS`, the row
    for the top first; ``names``: what each row is called. A part carries its words, its name in
    :data:`PARTS` and the row's ``key``. What there is none of has no place in the legend.
    """
    rows = list(range(len(bookings)))
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
        [_part(bookings, names, rows, part) for part in PARTS if bookings[part].any()],
        **STACKED,
        xaxis={"range": [0, 1], "tickformat": ".0%", "tickvals": _SHARES, "showgrid": True},
        yaxis={
            "tickvals": rows,
            "ticktext": [
                f"{label(name)} <i>{of:,}</i>"
                for name, of in zip(names, bookings["appointments"], strict=True)
            ],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
    )


def _part(bookings: pd.DataFrame, names: Sequence[str], rows: Sequence[int], part: str) -> Trace:
    name, colour = PARTS[part]
    shares = bookings[part] / bookings["appointments"]
    is_told = part == "attended"
    custom: list[list[Any]] = [
        [f"<b>{text(of)}</b><br>{name}: {count:,} of {n:,}, {percent(share)}", part, key]
        for of, count, n, share, key in zip(
            names,
            bookings[part],
            bookings["appointments"],
            shares,
            bookings["key"].to_list(),
            strict=True,
        )
    ]
    return bar(
        orientation="h",
        x=shares.to_numpy(),
        y=list(rows),
        name=name,
        marker={"color": colour},
        text=[percent(share) if share >= _NARROW else "" for share in shares] if is_told else None,
        textposition="inside" if is_told else None,
        insidetextanchor="start" if is_told else None,
        insidetextfont={"color": BACKGROUND, "size": 12} if is_told else None,
        customdata=custom,
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
