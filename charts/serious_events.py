"""The pictures of infusions that were stopped early, and of serious side effects.

Rates are fractions of all infusions; a missing rate (no infusion) is a gap.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import BACKGROUND, INK, NEUTRAL, PALE, severity
from charts.style import (
    Trace,
    bar,
    figure,
    interval,
    label,
    scatter,
    text,
)

_ROW_HEIGHT = 34
_FRAME_HEIGHT = 84
SEVERE = 3
"""The CTCAE grade from which a side effect is severe."""
BIN_MINUTES = 5
"""Stops are counted in so many minutes together."""


def reasons_chart(reasons: pd.DataFrame) -> go.Figure:
    """How often infusions were stopped for each reason.

    ``reasons``: a row for each, the one for the top first, with ``reason`` (its words),
    ``is_given`` (pale where none was given), ``affected`` of ``recorded`` infusions with ``share``,
    ``low`` and ``high``, and ``of_stopped`` (fraction of all stopped ones). A bar's ``customdata``
    is its row.
    """
    rows = list(range(len(reasons)))
    end = float(reasons["high"].max() * 1.5)
    return figure(
        max(150, _FRAME_HEIGHT + _ROW_HEIGHT * len(reasons)),
        [_reason_bars(reasons, rows), _beside_bars(reasons, rows)],
        showlegend=False,
        yaxis={
            "tickvals": rows,
            "ticktext": [label(reason) for reason in reasons["reason"]],
            "range": [len(reasons) - 0.4, -0.6],
        },
        xaxis={
            "range": [0, end],
            "tickformat": ".2~%",
            "showgrid": True,
            "title": {"text": "Of all infusions, with 95 % interval"},
        },
    )


def _reason_bars(reasons: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return bar(
        x=reasons["share"].to_numpy(),
        y=rows,
        orientation="h",
        width=0.55,
        marker={"color": [NEUTRAL if given else PALE for given in reasons["is_given"]]},
        error_x=interval(reasons["share"], reasons["low"], reasons["high"], INK),
        customdata=rows,
        hovertext=[
            f"<b>{text(row['reason'])}</b><br>{row['affected']:,} of {row['recorded']:,} "
            f"infusions: {percent(row['share'])} "
            f"(95 % CI {percent_range(row['low'], row['high'])})<br>"
            f"{percent(row['of_stopped'])} of those stopped"
            for row in reasons.to_dict("records")
        ],
        hoverinfo="text",
    )


def _beside_bars(reasons: pd.DataFrame, rows: Sequence[int]) -> Trace:
    return scatter(
        x=reasons["high"].to_numpy(),
        y=rows,
        mode="text",
        text=[
            f" {affected:,} <i>({percent(share)} of stops)</i>"
            for affected, share in zip(reasons["affected"], reasons["of_stopped"], strict=True)
        ],
        textposition="middle right",
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
        hoverinfo="skip",
    )


def minutes_chart(minutes: Sequence[int]) -> go.Figure:
    """How many infusions were stopped after so many minutes, in steps of 5.

    ``minutes``: of each stopped infusion, at least one.
    """
    steps = np.asarray(minutes, np.int64) // BIN_MINUTES
    first = int(steps.min())
    counts = np.bincount(steps - first)
    starts = [(first + step) * BIN_MINUTES for step in range(len(counts))]
    return figure(
        traces=[
            bar(
                x=[start + BIN_MINUTES / 2 for start in starts],
                y=counts.tolist(),
                width=BIN_MINUTES * 0.9,
                marker={"color": NEUTRAL},
                text=[f"{count:,}" if count else "" for count in counts.tolist()],
                textposition="outside",
                cliponaxis=False,
                hovertext=[
                    f"Minutes {start} to {start + BIN_MINUTES - 1}: {count:,} stopped"
                    for start, count in zip(starts, counts.tolist(), strict=True)
                ],
                hoverinfo="text",
            )
        ],
        margin={"t": 24},
        xaxis={
            "range": [starts[0] - 1, starts[-1] + BIN_MINUTES + 1],
            "title": {"text": "Minutes from the start to the stop"},
            **({"dtick": BIN_MINUTES} if len(starts) <= 24 else {}),
        },
        yaxis={"title": {"text": "Infusions"}, "showgrid": True},
    )


def quarters_chart(rates: pd.DataFrame, labels: Sequence[str], few: int) -> go.Figure:
    """The share of infusions stopped early in each quarter, with the number under each label.

    ``rates``: ``affected`` of ``recorded`` infusions, ``share``, ``low``, ``high`` (as
    :func:`clinical.side_effect_rates.with_rates`) and ``is_whole`` (False for a quarter of which
    the period holds only a part); a row for each of ``labels``. Parts of quarters, and quarters of
    under ``few`` infusions, are hollow.
    """
    positions = list(range(len(labels)))
    hollow = (rates["recorded"] < few) | ~rates["is_whole"]
    # The long interval of a quarter that rests on few would flatten all others.
    top = float(rates["high"].where(rates["recorded"] >= few, rates["share"]).max())
    return figure(
        traces=[
            scatter(
                x=positions,
                y=rates["share"].to_numpy(),
                mode="lines+markers",
                line={"color": PALE, "width": 1.5},
                marker={
                    "color": INK,
                    "size": 9,
                    "symbol": ["circle-open" if open_ else "circle" for open_ in hollow],
                },
                error_y=interval(rates["share"], rates["low"], rates["high"], NEUTRAL),
                hovertext=[
                    _quarter_words(name, row)
                    for name, row in zip(labels, rates.to_dict("records"), strict=True)
                ],
                hoverinfo="text",
            )
        ],
        showlegend=False,
        xaxis={
            "tickvals": positions,
            "ticktext": [
                f"{text(name).replace(' ', '<br>')}<br><i>{n:,}</i>"
                for name, n in zip(labels, rates["recorded"], strict=True)
            ],
            "range": [-0.5, len(labels) - 0.5],
        },
        yaxis={
            "range": [0, min(1.02, 1.1 * top) if top > 0 else 1],
            "tickformat": ".2~%",
            "showgrid": True,
        },
    )


def _quarter_words(name: str, row: dict[Any, Any]) -> str:
    part = "" if row["is_whole"] else " (a part of it)"
    return (
        f"<b>{text(name)}</b>{part}<br>{row['affected']:,} of {row['recorded']:,} infusions "
        f"stopped: {percent(row['share'])} (95 % CI {percent_range(row['low'], row['high'])})"
    )


def grade_words(grade: int) -> str:
    """A CTCAE grade as it is called where single events are told; 0 was not graded."""
    return {0: "Not graded", 5: "Grade 5, death"}.get(grade, f"Grade {grade}")


def timeline_chart(events: pd.DataFrame, start: date, end: date) -> go.Figure:
    """Serious events along the period, a mark each, higher with the grade.

    ``events``: ``date``, ``grade`` (0 = not graded), ``term``, ``site``, in time order.
    """
    grades = sorted({int(grade) for grade in events["grade"]} | {3, 4})
    heights = {grade: place for place, grade in enumerate(grades)}
    return figure(
        _FRAME_HEIGHT + 46 * len(grades),
        [
            scatter(
                x=list(events["date"]),
                y=[heights[int(grade)] for grade in events["grade"]],
                mode="markers",
                marker={
                    "size": 13,
                    "symbol": ["x" if grade == 5 else "circle" for grade in events["grade"]],
                    "color": [
                        severity(2 * int(grade) - 1, 10) if grade else PALE
                        for grade in events["grade"]
                    ],
                    "line": {"color": BACKGROUND, "width": 1},
                },
                hovertext=[
                    f"<b>{text(term)}</b>, {grade_words(int(grade)).lower()}<br>{day:%d %b %Y}, "
                    f"{text(site)}"
                    for day, grade, term, site in zip(
                        events["date"],
                        events["grade"],
                        events["term"],
                        events["site"],
                        strict=True,
                    )
                ],
                hoverinfo="text",
                cliponaxis=False,
            )
        ],
        showlegend=False,
        xaxis={"type": "date", "range": [start, end], "tickformat": "%b\n%Y"},
        yaxis={
            "tickvals": list(range(len(grades))),
            "ticktext": [grade_words(grade) for grade in grades],
            "range": [-0.6, len(grades) - 0.4],
            "showgrid": True,
        },
    )
