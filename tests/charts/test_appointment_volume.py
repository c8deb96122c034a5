"""The picture of the view Volume."""

from datetime import date

import pandas as pd

from charts.appointment_volume import DayMark, VolumePart, volume_chart
from charts.palette import CATEGORIES, CONCERN

PARTS = [VolumePart(1, "Done", CATEGORIES[0]), VolumePart(5, "<b>Missed</b>", CONCERN)]
NAMES = ["Week of Mon 2 Mar 2026", "Week of Mon 9 Mar 2026"]


def volume(before: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": [2931, 2932],
            "start": [date(2026, 3, 2), date(2026, 3, 9)],
            "whole": [True, False],
            1: [4, 1],
            5: [2, 0],
            "all": [6, 1],
            "before": pd.Series(before, dtype="Int64"),
        }
    )


def test_bars_are_stacked_and_can_be_chosen():
    made = volume_chart(volume([None, None]), PARTS, NAMES, [])
    done, missed = made.data
    assert made.layout.barmode == "stack"
    assert list(done.y) == [4, 1]
    assert list(missed.y) == [2, 0]
    assert list(done.customdata[0]) == ["<b>Week of Mon 2 Mar 2026</b><br>Done: 4 of 6", 2931, 1]
    assert list(done.marker.opacity) == [1.0, 0.45]  # the second is only a part


def test_names_are_only_text():
    missed = volume_chart(volume([None, None]), PARTS, NAMES, []).data[1]
    assert missed.name == "&lt;b&gt;Missed&lt;/b&gt;"
    assert "<b>Missed" not in missed.customdata[0][0]


def test_a_year_ago_is_a_faint_line_that_cannot_be_chosen():
    line = volume_chart(volume([5, 3]), PARTS, NAMES, []).data[2]
    assert (line.name, list(line.y)) == ("A year ago", [5, 3])
    assert list(line.customdata[0]) == ["<b>Week of Mon 2 Mar 2026</b><br>6; a year ago 5"]


def test_holidays_and_closures_stand_over_the_bars():
    marks = [
        DayMark(date(2026, 3, 2), ("Mon 2 Mar 2026: closed (<i>x</i>)",), closed=True),
        DayMark(date(2026, 3, 9), ("a", "b"), closed=False),
    ]
    trace = volume_chart(volume([8, 3]), PARTS, NAMES, marks).data[-1]
    assert min(trace.y) > 8
    assert list(trace.marker.symbol) == ["diamond", "diamond-open"]
    assert [words for (words,) in trace.customdata] == [
        "Mon 2 Mar 2026: closed (&lt;i&gt;x&lt;/i&gt;)",
        "a<br>b",
    ]


def test_what_never_occurred_is_left_out():
    made = volume_chart(volume([None, None]).assign(**{"5": 0}), PARTS[:1], NAMES, [])
    assert len(made.data) == 1
