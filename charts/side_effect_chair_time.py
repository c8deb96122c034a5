"""The chair time that goes with side effects."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import NEUTRAL, PALE
from charts.side_effect_groups import beside
from charts.style import Trace, bar, figure, label, text

_FRAME_HEIGHT, _ROW_HEIGHT = 84, 27


def chair_time_chart(terms: pd.DataFrame) -> go.Figure:
    """Chair-hours that went with each side effect beyond those of infusions without it.

    ``terms``: a row for each, the one for the top first: ``term``, ``hours``, ``hours_low``,
    ``hours_high`` (95 % interval, missing where not known), ``each`` (minutes), ``infusions``.
    """
    rows = list(range(len(terms)))
    ends = terms[["hours", "hours_low", "hours_high"]]
    lowest, highest = min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max()))
    room = 0.3 * max(highest - lowest, 0.1)
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(terms),
        [_hours(terms, rows)],
        annotations=_hours_words(terms, rows),
        yaxis={
            "tickvals": rows,
            "ticktext": [
                f"{label(term)} <i>{n:,}</i>"
                for term, n in zip(terms["term"], terms["infusions"], strict=True)
            ],
            "range": [len(terms) - 0.4, -0.6],
        },
        xaxis={
            "showgrid": True,
            "zeroline": True,
            "range": [lowest - (0.05 * room if lowest else 0), highest + room],
            "title": {"text": "Chair-hours over the period"},
        },
        showlegend=False,
    )


def _hours(terms: pd.DataFrame, rows: Sequence[int]) -> Trace:
    hours, low, high = terms["hours"], terms["hours_low"], terms["hours_high"]
    return bar(
        x=hours.to_numpy(),
        y=rows,
        orientation="h",
        width=0.6,
        marker={"color": PALE},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (high - hours).fillna(0).to_numpy(),
            "arrayminus": (hours - low).fillna(0).to_numpy(),
            "color": NEUTRAL,
            "thickness": 1.5,
            "width": 0,
        },
        customdata=[
            f"<b>{text(row['term'])}</b><br>{signed(row['hours'])} chair-hours in "
            f"{row['infusions']:,} infusions (95 % CI {signed(row['hours_low'])} to "
            f"{signed(row['hours_high'])})"
            for row in terms.to_dict("records")
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _hours_words(terms: pd.DataFrame, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Hours, and minutes of one infusion, beside the end of the interval."""
    ends = terms[["hours", "hours_high"]].max(axis=1).clip(lower=0)
    columns = (terms[name] for name in ("hours", "each"))
    return [
        beside(end, row, f"{signed(hours)} h <i>({signed(each)} min each)</i>")
        for end, row, hours, each in zip(ends, rows, *columns, strict=True)
    ]


def signed(value: float | None) -> str:
    """A number that may be negative: ``812``, ``−3.4``, ``no data``."""
    if value is None or pd.isna(value):
        return "no data"
    decimals = 0 if abs(value) >= 99.5 else 1
    shown = round(value, decimals) + 0.0  # no minus before a nought
    return f"{shown:,.{decimals}f}".replace("-", "−")
