"""The pictures of how soon side effects pass."""

import numpy as np
import pandas as pd
import pytest

from charts.side_effect_passing import lasted_chart, milestones_chart, onset_chart, passed_chart
from clinical.survival import Curve, kaplan_meier

HOSTILE = "<b>Nausea</b> <a href='http://host'>x</a>"


def curve(last_is_open: bool = False) -> Curve:
    """Of 10: 4 pass at 0, 4 at 20 and the last 2 at 50 minutes, or they were watched until then."""
    return kaplan_meier(
        np.array([0, 20, 50]),
        np.array([4, 4, 0 if last_is_open else 2]),
        np.array([0, 0, 2 if last_is_open else 0]),
    )


def test_the_curve_shows_what_had_passed_and_who_was_still_watched():
    chart = passed_chart(curve(), "Nausea", {}, {0.5: 20.0, 0.95: 50.0})
    line = next(trace for trace in chart.data if trace.name == "Nausea")
    assert line.line.shape == "hv"
    # It begins at none, and once all have passed goes on to the end of the axis.
    assert list(line.x) == [0, 0, 20, 50, 120]
    assert list(line.y) == pytest.approx([0, 0.4, 0.8, 1, 1])
    assert list(chart.layout.xaxis.ticktext) == [
        "0<br><i>10</i>",
        "15<br><i>6</i>",
        "30<br><i>2</i>",
        "60<br><i>0</i>",
        "90<br><i>0</i>",
        "120<br><i>0</i>",
    ]
    marks = chart.data[-1]
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in marks.text] == [
        " 50 % by 20 min",
        " 95 % by 50 min",
    ]
    assert (list(marks.x), list(marks.y)) == ([20, 50], [0.5, 0.95])


def test_a_curve_ends_where_the_last_was_watched():
    line = passed_chart(curve(last_is_open=True), "Nausea", {}, {}).data[-2]
    assert list(line.x) == [0, 0, 20, 50]
    assert line.y[-1] == pytest.approx(0.8)
    assert "2 still had it just before" in line.customdata[-1]


def test_the_band_lies_about_the_curve_and_is_missing_where_all_have_passed():
    chart = passed_chart(curve(), "Nausea", {}, {})
    lower, upper = chart.data[0], chart.data[1]
    assert list(lower.x) == [0, 20]
    assert all(lower.y < [0.4, 0.8])
    assert all(upper.y > [0.4, 0.8])


def test_a_curve_of_one_has_no_band():
    one = kaplan_meier(np.array([12]), np.array([1]), np.array([0]))
    chart = passed_chart(one, "Nausea", {}, {})
    assert chart.data[0].name == "Nausea"
    assert "95 % CI no data" in chart.data[0].customdata[1]


def test_somebody_watched_for_hours_widens_the_axis():
    long = kaplan_meier(np.array([10, 200]), np.array([3, 0]), np.array([0, 1]))
    assert list(passed_chart(long, "Nausea", {}, {}).layout.xaxis.tickvals) == [
        0, 15, 30, 60, 90, 120, 180, 240,
    ]  # fmt: skip


def test_other_side_effects_lie_pale_behind_and_are_only_text():
    chart = passed_chart(curve(), HOSTILE, {HOSTILE: curve()}, {})
    assert chart.data[0].name.startswith("&lt;b&gt;")
    for trace in chart.data:
        assert "<a " not in f"{trace.name}{trace.hovertemplate}"


def test_each_side_effect_has_its_minutes():
    terms = pd.DataFrame(
        [("Nausea", 40, 20.0, 50.0, 45.0, np.nan), (HOSTILE, 30, 15.0, np.nan, np.nan, np.nan)],
        columns=["term", "n", "half", "most", "most_low", "most_high"],
    )
    chart = milestones_chart(terms)
    assert chart.layout.yaxis.ticktext[0] == "Nausea <i>40</i>"
    assert "<a " not in chart.layout.yaxis.ticktext[1]
    assert [note.text for note in chart.layout.annotations] == ["50 min", "95 % not reached"]
    most = next(trace for trace in chart.data if str(trace.name).startswith("95 %"))
    assert list(most.error_x.arrayminus) == [5, 0]
    assert "45 min to later than any was watched" in most.customdata[0]
    assert "not known" in most.customdata[1]
    assert "<a " not in most.customdata[1]


def test_onsets_stand_in_steps_of_five_minutes():
    onsets = pd.DataFrame({"onset": [0, 4, 5, 12], "infusions": [1, 2, 3, 4]}).astype("Int64")
    chart = onset_chart(onsets, 5.0)
    assert list(chart.data[0].x) == [2.5, 7.5, 12.5]
    assert list(chart.data[0].y) == [3, 3, 4]
    assert chart.data[0].customdata[2].replace("\N{NO-BREAK SPACE}", " ") == (
        "10 to 14 min: 4 of 10 infusions (40 %)"
    )
    assert chart.layout.shapes[0].x0 == 5


def test_a_late_onset_makes_no_thousand_bars():
    onsets = pd.DataFrame({"onset": [10, 100_000], "infusions": [5, 1]}).astype("Int64")
    assert len(onset_chart(onsets, 10.0).data[0].y) <= 61


def test_how_long_it_lasted_marks_the_median():
    chart = lasted_chart(curve(), 20.0)
    assert list(chart.data[-1].x) == [20]
    assert list(lasted_chart(curve(), None).data[-1].x) == [0, 0, 20, 50]
