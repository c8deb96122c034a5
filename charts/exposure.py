"""The intervals between a patient's boosters."""

import pandas as pd
import plotly.graph_objects as go

from charts.palette import INK, NEUTRAL
from charts.style import (
    HEIGHT_SMALL,
    bar,
    figure,
)
from clinical.exposure import Trend

_SHOWN_AT_MOST = 36


def interval_chart(intervals: pd.DataFrame, trend: Trend) -> go.Figure:
    """A bar for each interval between boosters, with the medians that the finding compares.

    ``intervals``: ``day`` (the booster's date) and ``days`` (since the one before), in time order;
    of many the latest 36 are drawn.
    """
    drawn = intervals.tail(_SHOWN_AT_MOST).reset_index(drop=True)
    recent_from = max(0, len(drawn) - trend.recent_count)
    levels = [(trend.recent, recent_from, len(drawn) - 1, f"median {trend.recent:g}")]
    if trend.earlier is not None and recent_from:
        levels.append((trend.earlier, 0, recent_from - 1, f"median {trend.earlier:g}"))
    step, highest = -(-len(drawn) // 8) or 1, max(drawn["days"])
    return figure(
        HEIGHT_SMALL,
        [
            bar(
                x=drawn.index,
                y=drawn["days"],
                marker={"color": NEUTRAL, "opacity": 0.75},
                customdata=[f"{day.day} {day:%b %Y}" for day in drawn["day"]],
                hovertemplate="Booster of %{customdata}: %{y} days after the one before"
                "<extra></extra>",
                showlegend=False,
            )
        ],
        shapes=[
            {
                "type": "line",
                "x0": first - 0.45,
                "x1": last + 0.45,
                "y0": level,
                "y1": level,
                "line": {"color": INK, "width": 2, "dash": "dash"},
            }
            for level, first, last, _ in levels
        ],
        annotations=[
            {
                "x": (first + last) / 2,
                "y": 1.03 * highest,
                "yanchor": "bottom",
                "text": words,
                "showarrow": False,
                "font": {"size": 12, "color": INK},
            }
            for _, first, last, words in levels
        ],
        xaxis={
            "tickvals": list(range(0, len(drawn), step)),
            "ticktext": [f"{day.day} {day:%b %y}" for day in drawn["day"].iloc[::step]],
            "range": [-0.6, max(len(drawn), 6) - 0.4],
        },
        yaxis={
            "title": {"text": "Days since the one before"},
            "range": [0, 1.18 * highest],
        },
    )
