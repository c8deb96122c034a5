"""What one person did by day or by week, as the audit trail has it."""

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CATEGORIES, CONCERN, NEUTRAL, PALE
from charts.style import HEIGHT_SMALL, Trace, bar, figure

PARTS = {
    "records": ("Records opened", CATEGORIES[0]),
    "lists": ("Lists of patients", PALE),
    "files": ("Files and prints", CATEGORIES[1]),
    "other": ("Other", NEUTRAL),
    "not_done": ("Refused or failed", CONCERN),
}
"""The parts of a bar, from below: their names and colours."""


def audit_days_chart(days: pd.DataFrame, start: object, end: object) -> go.Figure:
    """A bar for each day (or week) on which something was done, split by what.

    ``days``: ``day`` (date) and a count for each of :data:`PARTS`; ``start``, ``end``: the days
    where the axis begins and ends. A part that there is none of has no place in the legend.
    """
    return figure(
        HEIGHT_SMALL,
        [_part(days, part) for part in PARTS if days[part].any()],
        barmode="stack",
        xaxis={"type": "date", "range": [str(start), str(end)], "tickformat": "%-d %b %y"},
        yaxis={"title": {"text": "Entries"}, "showgrid": True},
    )


def _part(days: pd.DataFrame, part: str) -> Trace:
    name, colour = PARTS[part]
    some = days[days[part] > 0]
    return bar(
        x=[str(day) for day in some["day"]],
        y=some[part].to_numpy(),
        name=name,
        marker={"color": colour},
        customdata=[
            f"{day.day} {day:%b %Y}: {count:,} × {name.lower()}"
            for day, count in zip(some["day"], some[part], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
