"""Marks of attendance that Today and Appointments share: bars by outcome or kind, rates as dots."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from charts.palette import CATEGORIES, CONCERN, INK, NEUTRAL, PALE, PALE_CONCERN
from charts.style import (
    Trace,
    bar,
    scatter,
    text,
)
from clinical.attendance import Outcome
from clinical.codes import AppointmentKind

OUTCOME_COLOURS: dict[Outcome, str] = {
    Outcome.ATTENDED: CATEGORIES[0],
    Outcome.UNDER_WAY: INK,
    Outcome.TO_COME: PALE,
    Outcome.NOT_CLOSED: NEUTRAL,
    Outcome.MISSED: CONCERN,
    Outcome.CANCELLED: PALE_CONCERN,
}
KIND_COLOURS: dict[AppointmentKind, str] = {
    AppointmentKind.INFUSION: CATEGORIES[0],
    AppointmentKind.CONSULTATION: CATEGORIES[1],
    AppointmentKind.FOLLOW_UP: CATEGORIES[2],
}

STACKED: dict[str, Any] = {"barmode": "stack", "legend": {"traceorder": "normal"}}
"""Layout of a figure with stacks: the legend in the order of the stack."""


def level(at: float, words: str, colour: str) -> dict[str, Any]:
    """Layout that draws a horizontal line and names it at its right end."""
    return {
        "shapes": [
            {
                "type": "line",
                "xref": "x domain",
                "x0": 0,
                "x1": 1,
                "y0": at,
                "y1": at,
                "line": {"color": colour, "width": 1, "dash": "dot"},
            }
        ],
        "annotations": [
            {
                "xref": "x domain",
                "x": 1,
                "y": at,
                "text": words,
                "font": {"size": 11, "color": colour},
                "xanchor": "right",
                "yanchor": "bottom",
                "showarrow": False,
            }
        ],
    }


def stacks(
    table: pd.DataFrame,
    colours: Mapping[Any, str],
    x: Sequence[Any],
    names: Sequence[str],
    faded: Sequence[bool] = (),
) -> list[Trace]:
    """A stacked bar for each row of ``table``: a trace for each category that occurs at all.

    ``table`` has a column for each key of ``colours``; ``names`` says in the hover what each row
    is; rows that are ``faded`` are incomplete. The figure has the layout :data:`STACKED`.
    """
    opacity = [0.45 if pale else 1.0 for pale in faded] or 1.0
    return [
        bar(
            x=list(x),
            y=counts.to_numpy(),
            name=category.label,
            marker={"color": colour, "opacity": opacity},
            customdata=[
                f"<b>{text(name)}</b><br>{category.label}: {count:,} of {of:,}"
                for name, count, of in zip(names, counts, table["all"], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for category, colour in colours.items()
        if (counts := table[int(category)]).any()
    ]


def totals(table: pd.DataFrame, x: Sequence[Any], heights: Sequence[float]) -> Trace:
    """Words over each bar, at its height or higher: how many ``appointments`` it counts."""
    return scatter(
        x=list(x),
        y=list(heights),
        mode="text",
        text=[f"{count:,}" if count else "" for count in table["appointments"]],
        textposition="top center",
        textfont={"color": INK, "size": 13},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
