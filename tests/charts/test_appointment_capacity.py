"""The pictures of the view Capacity: their traces hold exactly the numbers."""

import pandas as pd
import pytest

from charts.appointment_capacity import (
    LOST_COLOURS,
    at_once_chart,
    lost_chart,
    shares_chart,
    use_chart,
    week_chart,
)
from charts.palette import CONCERN, INK, PALE

HOSTILE = "<b>Main</b> $x$"


def cells(*rows: tuple[int, int, float]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["weekday", "hour", "share"])
    return table.assign(words=[f"{weekday} {hour}" for weekday, hour, _ in rows])


def test_each_cell_says_which_hour_it_is_and_full_ones_are_framed():
    chart = week_chart(cells((1, 9, 0.95), (1, 10, 0.4), (3, 9, 1.2)))
    squares, words = chart.data
    assert [list(custom) for custom in squares.customdata] == [
        ["1 9", 1, 9],
        ["1 10", 1, 10],
        ["3 9", 3, 9],
    ]
    assert list(words.y) == [0, 0, 1]  # Monday, Wednesday
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in words.text] == [
        "<b>95 %</b>",
        "40 %",
        "<b>120 %</b>",
    ]
    assert squares.marker.opacity[1] < squares.marker.opacity[0] < squares.marker.opacity[2]
    assert squares.marker.opacity[2] <= 1
    assert [(shape.x0 + shape.x1) / 2 for shape in chart.layout.shapes] == [9, 9]
    assert list(chart.layout.yaxis.ticktext) == ["Mon", "Wed"]


def test_what_was_scheduled_and_used():
    rows = pd.DataFrame(
        {
            "chair_key": [7, 8],
            "scheduled_share": [0.95, 0.4],
            "used_share": [0.8, 0.3],
            "words": ["a", "b"],
            "bottleneck": [True, False],
        }
    )
    chart = use_chart(rows, ["Chair A", HOSTILE], {"full": 0.9}, "chair_key")
    scheduled, used = chart.data
    assert list(scheduled.x) == [0.95, 0.4]
    assert list(scheduled.marker.color) == [CONCERN, PALE]
    assert list(used.x) == [0.8, 0.3]
    assert [list(custom) for custom in used.customdata] == [
        ["a", "chair_key", 7],
        ["b", "chair_key", 8],
    ]
    assert chart.layout.shapes[0].x0 == 0.9
    assert "<b>Main" not in str(chart.to_dict())


def test_chairs_in_use_at_once_against_those_there_are():
    hours = pd.DataFrame(
        {
            "weekday": [1, 1, 2],
            "hour": [9, 10, 9],
            "mean": [2.8, 1.0, 0.0],
            "most": [3, 2, 0],
            "words": ["a", "b", "c"],
        }
    )
    chart = at_once_chart(hours, 3)
    mean, most = chart.data
    assert list(mean.y) == [2.8, 1.0, 0.0]
    assert list(most.y) == [3, 2, 0]
    assert list(mean.marker.color) == [CONCERN, PALE, PALE]  # 2.8 is over nine tenths of three
    assert chart.layout.shapes[0].y0 == 3
    assert dict(zip(chart.layout.xaxis.ticktext, chart.layout.xaxis.tickvals, strict=True)) == {
        "Mon": 0,
        "Tue": 2,
    }


def test_what_became_of_open_time_adds_up():
    shares = dict(zip(LOST_COLOURS, (0.5, 0.1, 0.05, 0.05, 0.3), strict=True))
    rows = pd.DataFrame([{**shares, **{f"{name}_hours": 10 for name in shares}}])
    chart = lost_chart(rows, [HOSTILE], {name: name.title() for name in shares})
    assert {trace.name: trace.x[0] for trace in chart.data} == {
        name.title(): share for name, share in shares.items()
    }
    assert "<b>Main" not in str(chart.to_dict())


def test_shares_with_intervals_and_what_stands_out():
    rows = pd.DataFrame(
        {
            "site_key": [1, 2],
            "share": [0.5, 0.25],
            "low": [0.4, 0.2],
            "high": [0.6, 0.3],
            "words": ["a", "b"],
            "stands_out": [True, False],
        }
    )
    (dots,) = shares_chart(rows, ["North", HOSTILE], "site_key", 0.3).data
    assert list(dots.x) == [0.5, 0.25]
    assert list(dots.error_x.array) == pytest.approx([0.1, 0.05])
    assert list(dots.marker.color) == [CONCERN, INK]
    assert [list(custom) for custom in dots.customdata] == [
        ["a", "site_key", 1],
        ["b", "site_key", 2],
    ]
    assert not shares_chart(rows, ["North", HOSTILE], "site_key").layout.shapes


def test_empty_tables_do_not_crash():
    assert week_chart(cells())
    empty = pd.DataFrame(columns=["scheduled_share", "used_share", "words", "bottleneck", "key"])
    assert use_chart(empty, [], {}, "key")
