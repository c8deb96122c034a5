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


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_the_curve_shows_what_had_passed_and_who_was_still_watched():
    chart = passed_chart(curve(), "Nausea", {}, {0.5: 20.0, 0.95: 50.0}, {})
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
    assert [spaced(words) for words in marks.text] == [
        " 50 % by 20 min",
        " 95 % by 50 min",
    ]
    assert (list(marks.x), list(marks.y)) == ([20, 50], [0.5, 0.95])


def test_a_curve_ends_where_the_last_was_watched():
    chart = passed_chart(curve(last_is_open=True), "Nausea", {}, {}, {})
    line = next(trace for trace in chart.data if trace.name == "Nausea")
    assert list(line.x) == [0, 0, 20, 50]
    assert line.y[-1] == pytest.approx(0.8)
    assert "2 still had it just before" in line.customdata[-1]


def test_the_band_lies_about_the_curve_and_is_missing_where_all_have_passed():
    chart = passed_chart(curve(), "Nausea", {}, {}, {})
    lower, upper = chart.data[0], chart.data[1]
    assert list(lower.x) == [0, 20]
    assert all(lower.y < [0.4, 0.8])
    assert all(upper.y > [0.4, 0.8])


def test_a_curve_of_one_has_no_band():
    one = kaplan_meier(np.array([12]), np.array([1]), np.array([0]))
    chart = passed_chart(one, "Nausea", {}, {}, {})
    assert chart.data[0].name == "Nausea"
    # 1 of 1: Wilson from 1 / (1 + 1.96²) on.
    assert spaced(chart.data[0].customdata[1]).startswith(
        "12 min: 100 % had passed (95 % CI 21–100)"
    )


def test_what_was_seen_to_pass_is_dashed_where_some_left_with_it():
    # Four passed at 10, 20, 30 and 40 minutes; one had it still when it left after 15.
    found = kaplan_meier(
        np.array([10, 15, 20, 30, 40]), np.array([1, 0, 1, 1, 1]), np.array([0, 1, 0, 0, 0])
    )
    chart = passed_chart(found, HOSTILE, {}, {0.5: 30.0}, {0.95: 40.0})
    dashed = next(trace for trace in chart.data if trace.line.dash == "dash")
    assert dashed.line.shape == "hv"
    assert list(dashed.x) == [0, 10, 15, 20, 30, 40, 120]
    assert list(dashed.y) == pytest.approx([0, 0.2, 0.2, 0.4, 0.6, 0.8, 0.8])
    # 4 of 5, scipy.stats.binomtest: 37.6 to 96.4 %.
    assert spaced(dashed.customdata[5]) == "40 min: 4 of 5 seen to pass (80 %, 95 % CI 38–96)"
    assert "<b>Nausea" not in dashed.hovertemplate
    named = chart.layout.annotations[-1]
    assert (named.text, named.y) == ("dashed: 4 of 5 seen to pass", 0.8)
    seen, estimated = chart.data[-2], chart.data[-1]
    assert spaced(seen.text[0]) == " 50 % by 30 min"
    assert (list(estimated.x), list(estimated.y)) == ([40], [0.95])
    words = chart.layout.annotations[1]
    assert (spaced(words.text), words.x) == ("Kaplan-Meier: 95 % by 40 min", 40)
    assert words.y == 0.95, "the dashed line ends well below"
    assert estimated.marker.symbol == "circle-open"
    line = next(
        trace for trace in chart.data if trace.line.dash is None and trace.line.width == 2.5
    )
    assert "100 % had passed by Kaplan-Meier (95 % CI no data)" in spaced(line.customdata[5])


def test_words_give_way_to_a_dashed_line_that_ends_close_to_them():
    # 18 of 20 pass at 30 minutes, one leaves, and the last passes at 50.
    found = kaplan_meier(np.array([30, 40, 50]), np.array([18, 0, 1]), np.array([0, 1, 0]))
    chart = passed_chart(found, "Nausea", {}, {}, {0.98: 50.0})
    assert chart.layout.annotations[1].y == pytest.approx(0.86)
    assert chart.layout.annotations[-1].y == 0.95


def test_where_all_were_seen_to_pass_nothing_is_dashed():
    chart = passed_chart(curve(), "Nausea", {}, {0.5: 20.0}, {})
    assert all(trace.line.dash is None for trace in chart.data)
    assert [note.text for note in chart.layout.annotations] == ["95 %"]


def test_where_none_was_seen_to_pass_the_dashed_line_stays_at_none():
    none = kaplan_meier(np.array([30, 60]), np.array([0, 0]), np.array([2, 3]))
    chart = passed_chart(none, "Nausea", {}, {}, {})
    dashed = next(trace for trace in chart.data if trace.line.dash == "dash")
    assert set(dashed.y) == {0}
    assert chart.layout.annotations[-1].text == "dashed: 0 of 5 seen to pass"


def test_somebody_watched_for_hours_widens_the_axis():
    long = kaplan_meier(np.array([10, 200]), np.array([3, 0]), np.array([0, 1]))
    assert list(passed_chart(long, "Nausea", {}, {}, {}).layout.xaxis.tickvals) == [
        0, 15, 30, 60, 90, 120, 180, 240,
    ]  # fmt: skip


def test_other_side_effects_lie_pale_behind_and_are_only_text():
    chart = passed_chart(curve(), HOSTILE, {HOSTILE: curve(last_is_open=True)}, {}, {})
    assert chart.data[0].name.startswith("&lt;b&gt;")
    for trace in chart.data:
        assert "<a " not in f"{trace.name}{trace.hovertemplate}"


def test_each_side_effect_has_its_minutes():
    terms = pd.DataFrame(
        [
            ("Nausea", 40, 20.0, 50.0, 45.0, np.nan, 0.025),
            (HOSTILE, 30, 60.0, np.nan, np.nan, np.nan, 0.2),
        ],
        columns=["term", "n", "half", "most", "most_low", "most_high", "open"],
    )
    chart = milestones_chart(terms)
    assert chart.layout.yaxis.ticktext[0] == "Nausea <i>40</i>"
    assert "<a " not in chart.layout.yaxis.ticktext[1]
    assert [spaced(note.text) for note in chart.layout.annotations] == [
        "50 min",
        "20 % not passed at discharge",
    ]
    # Twice as far as the mark that has these words beside it.
    assert chart.layout.xaxis.range[1] == 120
    most = next(trace for trace in chart.data if str(trace.name).startswith("95 %"))
    assert list(most.error_x.arrayminus) == [5, 0]
    assert "45 min to not reached" in most.customdata[0]
    assert "not known" in most.customdata[1]
    assert "<a " not in most.customdata[1]


def test_onsets_stand_in_steps_of_five_minutes():
    onsets = pd.DataFrame({"onset": [0, 4, 5, 12], "infusions": [1, 2, 3, 4]}).astype("Int64")
    chart = onset_chart(onsets, 5.0)
    assert list(chart.data[0].x) == [2.5, 7.5, 12.5]
    assert list(chart.data[0].y) == [3, 3, 4]
    assert spaced(chart.data[0].customdata[2]) == ("10 to 14 min: 4 of 10 infusions (40 %)")
    assert chart.layout.shapes[0].x0 == 5


def test_a_late_onset_makes_no_thousand_bars():
    onsets = pd.DataFrame({"onset": [10, 100_000], "infusions": [5, 1]}).astype("Int64")
    assert len(onset_chart(onsets, 10.0).data[0].y) <= 61


def test_how_long_it_lasted_marks_the_median():
    chart = lasted_chart(curve(), 20.0)
    assert list(chart.data[-1].x) == [20]
    assert list(lasted_chart(curve(), None).data[-1].x) == [0, 0, 20, 50]
    open_ones = lasted_chart(curve(last_is_open=True), 20.0)
    dashed = next(trace for trace in open_ones.data if trace.line.dash == "dash")
    assert list(dashed.y) == pytest.approx([0, 0.4, 0.8, 0.8, 0.8])
    assert open_ones.layout.annotations[0].text == "dashed: 8 of 10 seen to pass"


def test_the_axis_of_minutes_has_an_end_without_any_minute():
    terms = pd.DataFrame(
        [("Nausea", 40, np.nan, np.nan, np.nan, np.nan, 1.0)],
        columns=["term", "n", "half", "most", "most_low", "most_high", "open"],
    )
    assert milestones_chart(terms).layout.xaxis.range[1] == 10
