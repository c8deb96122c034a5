"""How many courses began, and whom an outcome can be told of; the lost ones pale beside."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from charts.palette import CATEGORIES, INK, PALE
from charts.style import Trace, bar, figure, scatter, text, unfaded

_ROW_HEIGHT, _FRAME_HEIGHT = 46, 50
_HOVER = "%{customdata[0]}<extra></extra>"


class LostPart(NamedTuple):
    """Those lost at a step for one reason, in words."""

    part: str
    words: str
    courses: int


class Step(NamedTuple):
    """A step of the funnel: what it is called, how many are left, and why the others are not."""

    part: str
    name: str
    courses: int
    lost: tuple[LostPart, ...] = ()


def outcome_funnel_chart(steps: Sequence[Step]) -> go.Figure:
    """A bar for each step, the first on top, and pale beside it those lost since the one before.

    Each part carries its words and its name, for what lies behind it.
    """
    rows = list(range(len(steps)))
    most = max(1, steps[0].courses) if steps else 1
    lost = [
        (row, left, each)
        for row, step in enumerate(steps)
        for left, each in _side_by_side(step)
        if each.courses
    ]
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(steps),
        [
            bar(
                x=[step.courses for step in steps],
                y=rows,
                orientation="h",
                marker={"color": CATEGORIES[0]},
                customdata=[
                    [f"<b>{text(step.name)}</b><br>{step.courses:,}", step.part] for step in steps
                ],
                hovertemplate=_HOVER,
            ),
            bar(
                x=[each.courses for _, _, each in lost],
                base=[left for _, left, _ in lost],
                y=[row for row, _, _ in lost],
                orientation="h",
                marker={"color": PALE, "line": {"color": INK, "width": 0.5}},
                customdata=[
                    [f"<b>{text(each.words)}</b><br>{each.courses:,}", each.part]
                    for _, _, each in lost
                ],
                hovertemplate=_HOVER,
            ),
            _reasons(steps),
        ],
        barmode="overlay",
        showlegend=False,
        xaxis={"range": [0, 1.9 * most], "visible": False},
        yaxis={
            "tickvals": rows,
            "ticktext": [f"{text(step.name)} <b>{step.courses:,}</b>" for step in steps],
            "range": [len(steps) - 0.4, -0.6],
            "showgrid": False,
        },
    )


def _side_by_side(step: Step) -> list[tuple[int, LostPart]]:
    """The parts of those lost, each with where it begins."""
    found, left = [], step.courses
    for each in step.lost:
        found.append((left, each))
        left += each.courses
    return found


def _reasons(steps: Sequence[Step]) -> Trace:
    """Why those lost are lost, in words right of the bars."""
    told: list[tuple[int, int, str]] = [
        (
            row,
            step.courses + sum(each.courses for each in step.lost),
            "<br>".join(
                f" {each.courses:,} {text(each.words)}" for each in step.lost if each.courses
            ),
        )
        for row, step in enumerate(steps)
    ]
    settings: dict[str, Any] = {"color": INK, "size": 12}
    return scatter(
        x=[end for _, end, _ in told],
        y=[row for row, _, _ in told],
        mode="text",
        text=[words for _, _, words in told],
        textposition="middle right",
        textfont=settings,
        unselected=unfaded(INK),
        cliponaxis=False,
        hoverinfo="skip",
    )
