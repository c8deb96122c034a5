"""Suicidal thoughts: two rows, and orange only for what rose and what is still open."""

from datetime import datetime, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.palette import CONCERN, INK
from charts.thoughts import concerning, thoughts_chart

START = datetime(2026, 2, 2, 13)  # noqa: DTZ001 - the clinic's own clock


def answers(*levels: int) -> pd.DataFrame:
    days = pd.Series([START + timedelta(days=4 * place) for place in range(len(levels))])
    return pd.DataFrame({"completed": days, "level": pd.Series(levels, dtype=int)})


INFUSIONS = pd.DataFrame({"number": [1, 2], "started": [START, START + timedelta(days=4)]})


def traces(chart: go.Figure, name: str) -> list[go.Scatter]:
    return [trace for trace in chart.data if trace.name == name]


@pytest.mark.parametrize(
    ("levels", "orange"),
    [
        ([], []),
        ([2], [False]),
        ([2, 1, 0], [False, False, False]),
        ([0, 1, 1], [False, True, True]),  # open
        ([0, 2, 1], [False, True, True]),  # a little lower, still above 0
        ([0, 1, 0], [False, True, False]),  # closed
        ([1, 0, 1], [False, False, True]),
    ],
)
def test_orange_is_a_rise_and_what_is_open_since(levels, orange):
    assert concerning(levels) == orange


def test_two_rows_over_one_axis_with_the_infusions():
    chart = thoughts_chart(answers(0, 1), answers(1, 0), INFUSIONS)
    (item,), (screener,), (ticks,) = (
        traces(chart, name) for name in ("Item 9", "C-SSRS", "Infusion")
    )
    assert (list(item.y), list(screener.y)) == ([0, 1], [1, 0])
    assert (item.yaxis, screener.yaxis) == ("y", "y2")
    assert list(item.marker.color) == [INK, CONCERN]
    assert list(screener.marker.color) == [INK, INK]
    assert list(screener.customdata) == [
        "02 Feb 2026<br>C-SSRS: 1, low",
        "06 Feb 2026<br>C-SSRS: 0, none",
    ]
    assert list(ticks.x) == list(INFUSIONS["started"])
    assert list(chart.layout.yaxis2.ticktext) == ["None 0", "Low 1", "Moderate 2", "High 3"]
    assert list(chart.layout.yaxis.range) == [-0.4, 3.4]


def test_the_step_up_is_drawn_in_orange():
    chart = thoughts_chart(answers(0, 1, 0), answers(), INFUSIONS)
    (step,) = [trace for trace in chart.data if trace.line.color == CONCERN]
    assert list(step.y) == [0, 1, None]


def test_no_answer_is_said_in_words():
    chart = thoughts_chart(answers(0), answers(), INFUSIONS)
    assert [note.text for note in chart.layout.annotations] == ["No C-SSRS recorded"]
    chart = thoughts_chart(answers(), answers(0), INFUSIONS)
    assert [note.text for note in chart.layout.annotations] == ["No answer to item 9 recorded"]
