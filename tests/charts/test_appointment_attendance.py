"""The pictures of the view Attendance."""

from datetime import date, timedelta
from math import nan
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.appointment_attendance import control_chart, groups_chart, week_chart
from charts.palette import CONCERN, IMPROVEMENT, INK, PALE_CONCERN

HOSTILE = "<b>x</b> <a href='http://host'>y</a>"


def groups(**columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "heading": ["Weekday", "Weekday"],
            "label": ["Mondays", "Tuesdays"],
            "by": "weekday",
            "key": [1, 2],
            "due": [100, 200],
            "missed": [20, 10],
            "missed_rate": [0.2, 0.05],
            "missed_low": [0.13, 0.03],
            "missed_high": [0.29, 0.09],
            "lost": [30, 15],
            "lost_of": [110, 205],
            "lost_rate": [0.27, 0.07],
            "lost_low": [0.2, 0.04],
            "lost_high": [0.36, 0.12],
            "expected": [10.0, 20.0],
            "differs": [1, -1],
        }
    )
    return frame.assign(**columns)


def named(chart: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in chart.data if trace.name == name)


def test_both_rates_of_a_group_stand_side_by_side_and_a_dot_says_which_it_is():
    chart = groups_chart(groups())
    missed, lost = named(chart, "Missed"), named(chart, "Missed or cancelled late")
    assert list(missed.x) == [0.2, 0.05]
    assert list(lost.x) == [0.27, 0.07]
    assert list(missed.marker.color) == [CONCERN, IMPROVEMENT]
    assert [list(custom)[1:] for custom in missed.customdata] == [
        ["missed", "weekday", 1],
        ["missed", "weekday", 2],
    ]
    assert list(lost.customdata[0])[1:] == ["lost", "weekday", 1]
    assert "Missed: 20 of 100" in missed.customdata[0][0]
    assert "Missed or cancelled late: 30 of 110" in missed.customdata[0][0]


def test_what_differs_is_named_beside_its_dot():
    words = [
        note.text.replace("\N{NO-BREAK SPACE}", " ")
        for note in groups_chart(groups()).layout.annotations
    ]
    assert words == ["more (20 %)", "less (5.0 %)"]
    same = groups_chart(groups(differs=[0, 0]))
    assert not same.layout.annotations
    assert list(named(same, "Missed").marker.color) == [INK, INK]


def test_several_ways_of_grouping_have_headings():
    chart = groups_chart(groups(heading=["Kind", "Site"], label=["Infusion", HOSTILE]))
    assert list(chart.layout.yaxis.tickvals) == [0, 2, 1, 3]
    assert list(chart.layout.yaxis.ticktext)[:2] == ["<b>Kind</b>", "<b>Site</b>"]
    assert "<a" not in chart.layout.yaxis.ticktext[3]
    assert "<a" not in named(chart, "Missed").customdata[1][0]


def test_a_group_of_which_nothing_was_due_has_no_missed_rate():
    none = {name: [0.2, nan] for name in ("missed_rate", "missed_low", "missed_high")}
    chart = groups_chart(groups(due=[100, 0], missed=[20, 0], differs=[0, 0], **none))
    said = named(chart, "Missed").customdata[1][0]
    assert "Missed: 0 of 0, no data<br>" in said


def test_the_interval_of_a_tiny_group_does_not_stretch_the_axis():
    tiny = groups(due=[300, 2], missed_high=[0.25, 0.9], lost_high=[0.3, 0.95], differs=[1, 0])
    chart = groups_chart(tiny)
    assert chart.layout.xaxis.range[1] < 0.4


def test_squares_are_darker_for_higher_rates_and_framed_where_beyond_chance():
    cells = groups(differs=[1, 0]).assign(
        row=0, weekday=[1, 3], site_key=7, site=HOSTILE, name=[f"Mondays at {HOSTILE}", "other"]
    )
    chart = week_chart(cells, [HOSTILE])
    squares, frames, words = chart.data
    assert squares.marker.opacity[0] > squares.marker.opacity[1]
    assert [list(custom)[1:] for custom in squares.customdata] == [[7, 1], [7, 3]]
    assert list(frames.x) == [0]
    assert words.text[0].startswith("<b>20")
    assert list(chart.layout.xaxis.ticktext) == ["Mon", "Wed"]
    assert "<a" not in squares.customdata[0][0] + chart.layout.yaxis.ticktext[0]


def test_a_cell_of_which_nothing_was_due_is_no_zero():
    cells = groups(missed_rate=[0.2, nan], differs=[0, 0]).assign(
        row=0, weekday=[1, 2], site_key=7, site="North", name=["a", "b"]
    )
    assert week_chart(cells, ["North"]).data[-1].text[1] == "–"


def periods(*values: float, **columns: Any) -> pd.DataFrame:
    count = len(values)
    frame = pd.DataFrame(
        {
            "day": [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(count)],
            "value": values,
            "centre": 0.1,
            "lower": 0.02,
            "upper": 0.3,
            "other": [value * 2 for value in values],
            "mark": "",
            "part": False,
            "words": [f"week {week}" for week in range(count)],
            "key": [f"week:{week}" for week in range(count)],
        }
    )
    return frame.assign(**columns)


def test_the_other_rate_is_drawn_beside_the_judged_one():
    chart = control_chart(periods(0.1, 0.4, nan, mark=["", "concern", ""]), "Missed or cancelled")
    other = named(chart, "Missed or cancelled")
    assert other.line.color == PALE_CONCERN
    assert list(other.y)[:2] == [0.2, 0.8]
    marked = named(chart, "Marked: above")
    assert (list(marked.y), list(marked.customdata[0])) == ([0.4], ["week 1", "week:1"])
    assert chart.layout.yaxis.range[1] > 0.8  # the other rate fits, too


def test_one_period_alone_can_be_drawn():
    assert control_chart(periods(nan, centre=nan, lower=nan, upper=nan), "other").data
