"""The pictures of the Appointments page."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from charts.attendance import KIND_COLOURS, STACKED, level, stacks
from charts.palette import INK
from charts.style import (
    figure,
)

_ROW_HEIGHT = 26
_FRAME_HEIGHT = 84
_LONGEST_BY_TICKS_OF_DAYS = 100
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _tick_format(starts: Sequence[date]) -> str:
    """Days on the axis of some weeks, months on that of some months."""
    days = (starts[-1] - starts[0]).days if starts else 0
    return "%b\n%Y" if days > _LONGEST_BY_TICKS_OF_DAYS else "%-d %b"


def coming_chart(coming: pd.DataFrame, usual: float | None) -> go.Figure:
    """What is booked in the coming weeks by kind, against the usual number of a week.

    ``coming`` as from :func:`clinical.schedule.volume` by week and kind.
    """
    rows = list(range(len(coming)))
    starts = list(coming["start"])
    names = [f"Week of {start.day} {start:%b}" for start in starts]
    return figure(
        traces=stacks(coming, KIND_COLOURS, rows, names, faded=list(~coming["whole"])),
        **STACKED,
        **({} if usual is None else level(usual, f"usual week {usual:,.0f}", INK)),
        xaxis={"tickvals": rows, "ticktext": [_week_label(start) for start in starts]},
        yaxis={"range": [0, max(coming["all"].max(), usual or 0, 1) * 1.12]},
    )


def _week_label(start: date) -> str:
    return f"{start.day}<br>{start:%b}"
