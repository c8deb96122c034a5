"""Marks of attendance that Today and Appointments share: bars by outcome or kind."""

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


def stacks(
    table: pd.DataFrame, colours: Mapping[Any, str], x: Sequence[Any], names: Sequence[str]
) -> list[Trace]:
    """A stacked bar for each row of ``table``: a trace for each category that occurs at all.

    ``table`` has a column for each key of ``colours``; ``names`` says in the hover what each row
    is. The figure has the layout :data:`STACKED`.
    """
    return [
        bar(
            x=list(x),
            y=counts.to_numpy(),
            name=category.label,
            marker={"color": colour},
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
