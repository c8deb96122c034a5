"""The pictures of the Trend view."""

from datetime import date, timedelta
from math import nan
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.control import LineNames, percent_value
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE
from charts.side_effect_gaps import GapLines, gap_chart
from charts.side_effect_trend import (
    Rebased,
    control_chart,
    rate_value,
    ratio_chart,
    ratio_value,
    sums_chart,
)

MONDAY = date(2026, 1, 5)
HOSTILE = "<b>x</b> <a href='http://host'>y</a>"


def weeks(*values: float, **columns: Any) -> pd.DataFrame:
    count = len(values)
    frame = pd.DataFrame(
        {
            "day": [MONDAY + timedelta(days=7 * week) for week in range(count)],
            "value": values,
            "centre": 0.1,
            "lower": 0.02,
            "upper": 0.3,
            "ghost_centre": nan,
            "ghost_lower": nan,
            "ghost_upper": nan,
            "mark": "",
            "part": False,
            "filled": 0.9,
            "fewer_forms": False,
            "words": [f"week {week}" for week in range(count)],
            "forms_words": [f"forms {week}" for week in range(count)],
            "key": [f"week:{week}" for week in range(count)],
        }
    )
    return frame.assign(**columns)


def draw(frame: pd.DataFrame, *rebased: Rebased) -> go.Figure:
    return control_chart(frame, rebased, percent_value, "Share")


def named(chart: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in chart.data if trace.name == name)


def test_points_have_their_colour_their_shape_and_their_key():
    marks = ["", "concern", "improvement", "forms"]
    chart = draw(weeks(0.1, 0.4, 0.01, 0.01, mark=marks, part=[True, False, False, False]))
    looks = {
        trace.name: (trace.marker.color, list(trace.marker.symbol))
        for trace in chart.data
        if trace.type == "scatter" and trace.mode == "markers"
    }
    assert looks == {
        "Within the limits": (INK, ["circle-open"]),
        "Marked: above": (CONCERN, ["triangle-up"]),
        "Marked: below": (IMPROVEMENT, ["triangle-down"]),
        "Below, but fewer forms filled in": (NEUTRAL, ["triangle-down"]),
    }
    assert [list(pair) for pair in named(chart, "Marked: above").customdata] == [
        ["week 1", "week:1"]
    ]


def test_a_trend_has_the_colour_of_its_way_wherever_its_points_lie():
    chart = draw(weeks(0.05, 0.2, mark=["rising", "falling"]))
    rising, falling = named(chart, "Marked: rising"), named(chart, "Marked: falling")
    assert (rising.marker.color, list(rising.marker.symbol)) == (CONCERN, ["triangle-up"])
    assert (falling.marker.color, list(falling.marker.symbol)) == (IMPROVEMENT, ["triangle-down"])


def test_a_chart_without_limits_has_its_centre_by_its_own_name_and_no_band():
    frame = weeks(0.1, 0.2, upper=nan, lower=nan)
    chart = control_chart(frame, (), percent_value, "Share", LineNames("median", "none"))
    names = [note.text.replace("\N{NO-BREAK SPACE}", " ") for note in chart.layout.annotations]
    assert "median 10 %" in names
    assert not any(name.startswith("limit") for name in names)
    assert not any(trace.fill == "toself" for trace in chart.data if trace.type == "scatter")
    limited = control_chart(
        weeks(0.1, 0.2), (), percent_value, "Share", LineNames(band="Within three sigma")
    )
    assert named(limited, "Within three sigma").fill == "toself"


def test_a_gap_breaks_the_line_and_the_band():
    chart = draw(weeks(0.1, nan, 0.2, upper=[0.3, nan, 0.3], centre=[0.1, nan, 0.1]))
    joined = next(trace for trace in chart.data if trace.mode == "lines" and len(trace.x) == 3)
    assert joined.connectgaps is not True
    # Two closed shapes of four corners, each ended by a break.
    band = named(chart, "What chance gives")
    assert [x is None for x in band.x] == [False] * 4 + [True] + [False] * 4 + [True]
    assert list(band.y[:4]) == [0.3, 0.3, 0.02, 0.02]
    # From half a week before the Monday to half a week after it.
    assert (band.x[0], band.x[1]) == (
        pd.Timestamp("2026-01-01 12:00"),
        pd.Timestamp("2026-01-08 12:00"),
    )


def test_the_strip_shares_the_axis_and_shows_where_forms_are_fewer():
    chart = draw(weeks(0.1, 0.1, 0.1, filled=[0.9, nan, 0.4], fewer_forms=[False, False, True]))
    strip = next(trace for trace in chart.data if trace.type == "bar")
    assert list(strip.y) == [0.9, 0.4]
    assert list(strip.marker.color) == [PALE, NEUTRAL]
    assert strip.yaxis == "y2"
    assert strip.xaxis is None
    assert [pair[1] for pair in strip.customdata] == ["week:0", "week:2"]


def test_a_rebase_is_a_named_line_and_old_limits_are_dotted():
    day = MONDAY + timedelta(days=7)
    ghost = [nan, 0.1, 0.1]
    frame = weeks(0.1, 0.2, 0.2, ghost_centre=ghost, ghost_upper=ghost, ghost_lower=ghost)
    chart = draw(frame, Rebased(day, HOSTILE))
    assert chart.layout.shapes[0].x0 == day
    names = [note.text for note in chart.layout.annotations]
    assert any(name.startswith("&lt;b&gt;x&lt;/b&gt;") for name in names)
    assert named(chart, "Limits before").line.dash == "dot"
    assert not any(trace.name == "Limits before" for trace in draw(weeks(0.1)).data)


def test_lines_are_named_as_far_as_there_is_room():
    def names(frame: pd.DataFrame) -> list[str]:
        said = [
            note.text.replace("\N{NO-BREAK SPACE}", " ") for note in draw(frame).layout.annotations
        ]
        return [words for words in said if words.startswith(("expected", "limit"))]

    assert names(weeks(0.1, 0.2)) == ["expected 10 %", "limit 30 %", "limit 2.0 %"]
    assert names(weeks(0.1, 0.2, lower=0.0)) == ["expected 10 %", "limit 30 %"]
    assert names(weeks(0.1, 0.2, upper=0.11, lower=0.0)) == ["expected 10 %"]
    # A part has limits of its own.
    assert names(weeks(0.1, 0.2, upper=[0.3, 0.9], part=[False, True]))[1] == "limit 30 %"


def test_a_chart_without_any_value_is_drawn():
    empty = weeks(nan, nan, upper=nan, lower=nan, centre=nan, filled=nan)
    chart = draw(empty)
    assert list(chart.layout.yaxis.range) == [0, 1]
    assert draw(weeks(0.1)).data


def test_the_axis_does_not_end_with_the_limit_of_a_tiny_week():
    chart = draw(weeks(0.1, 0.1, 0.1, upper=[0.3, 0.3, 1.0]))
    assert chart.layout.yaxis.range[1] == pytest.approx(1.12 * 0.3)


def test_records_have_round_ticks_per_100():
    chart = control_chart(weeks(0.1, 0.2), (), rate_value, "Records per 100")
    # Up to 33.6: steps of ten.
    assert list(chart.layout.yaxis.ticktext) == ["0", "10", "20", "30"]
    assert list(chart.layout.yaxis.tickvals) == pytest.approx([0, 0.1, 0.2, 0.3])
    assert [rate_value(0.126), ratio_value(1.234)] == ["12.6", "1.23"]


def test_sums_go_up_and_down_to_their_limits():
    sums = pd.DataFrame(
        {
            "day": [MONDAY, MONDAY + timedelta(days=7)],
            "up": [1.0, 3.0],
            "down": [0.5, 0.0],
            "signal_up": [False, True],
            "signal_down": False,
            "words": ["a", "b"],
        }
    )
    chart = sums_chart(sums, 3.0)
    assert [list(trace.y) for trace in chart.data] == [[1.0, 3.0], [-0.5, 0.0]]
    assert list(chart.data[0].marker.color) == [INK, CONCERN]
    assert sorted(shape.y0 for shape in chart.layout.shapes) == [-3.0, 0, 3.0]


def test_ratios_have_intervals_about_as_expected():
    ratios = pd.DataFrame(
        {
            "day": [MONDAY, MONDAY + timedelta(days=7), MONDAY + timedelta(days=14)],
            "share": [1.5, nan, 4.0],
            "low": [1.0, nan, 0.5],
            "high": [2.0, nan, 9.0],
            "recorded": [30, 0, 3],
            "words": ["a", "b", "c"],
        }
    )
    chart = ratio_chart(ratios, few=20)
    assert list(chart.data[0].y) == [1.5, 4.0]
    assert list(chart.data[0].error_y.array) == [0.5, 5.0]
    assert list(chart.data[0].marker.symbol) == ["circle", "circle-open"]
    assert chart.layout.yaxis.range[1] == pytest.approx(4.4)
    assert chart.layout.shapes[0].y0 == 1


def gaps(*values: float, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "day": [MONDAY + timedelta(days=30 * event) for event in range(len(values))],
            "gap": values,
            "mark": "",
            "open": [*[False] * (len(values) - 1), True],
            "words": "w",
            "key": [f"day:{event}" for event in range(len(values))],
        }
    )
    return frame.assign(**columns)


UNTIL = date(2026, 12, 31)


def test_gaps_say_which_are_long_and_which_is_open():
    frame = gaps(nan, 5, 200, 120, mark=["", "concern", "improvement", "forms"])
    chart = gap_chart(frame, GapLines(MONDAY, 50.0, 2.0, 180.0), "Infusions between", UNTIL)
    looks = {
        trace.name: (trace.marker.color, np.atleast_1d(trace.marker.symbol).tolist())
        for trace in chart.data
        if trace.mode == "markers"
    }
    assert looks == {
        "First in the period": (NEUTRAL, ["line-ns"]),
        "Shorter than chance gives": (CONCERN, ["triangle-down"]),
        "Longer than chance gives": (IMPROVEMENT, ["triangle-up"]),
        "Longer, but fewer forms are filled in": (NEUTRAL, ["triangle-up-open"]),
    }
    assert sorted(shape.y0 for shape in chart.layout.shapes) == [2.0, 50.0, 180.0]
    assert {shape.x1 for shape in chart.layout.shapes} == {UNTIL}


def test_a_limit_far_beyond_all_gaps_is_named_but_leaves_them_their_room():
    chart = gap_chart(gaps(10, 20, 30), GapLines(MONDAY, 15.0, None, 2696.0), "Days", UNTIL)
    assert chart.layout.yaxis.range[1] == pytest.approx(1.12 * 30)
    assert [shape.y0 for shape in chart.layout.shapes] == [15.0]
    assert "limit 2,696 ↑" in [note.text for note in chart.layout.annotations]


def test_lines_that_lie_close_together_are_not_both_named():
    chart = gap_chart(gaps(10, 20, 90), GapLines(MONDAY, 20.0, 15.0, 80.0), "Days", UNTIL)
    # The axis ends at 1.12 times 90; 20 and 15 are a 20th of that apart.
    assert [note.text for note in chart.layout.annotations] == ["limit 80", "half are longer 20"]
    assert len(chart.layout.shapes) == 3


def test_gaps_without_limits_or_events_are_drawn():
    none = GapLines(MONDAY, None, None, None)
    assert not gap_chart(gaps(10, 20), none, "Days", UNTIL).layout.shapes
    assert gap_chart(gaps(10).iloc[:0], none, "Days", UNTIL, weeks(0.1, 0.1)).layout.yaxis2.domain
