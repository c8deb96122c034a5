"""The pictures of scores by infusion, and the waterfall."""

import numpy as np
import pytest

from charts.outcome_scores import (
    Start,
    bands_chart,
    between,
    changes_chart,
    effects_chart,
    means_chart,
    reliable_chart,
)
from charts.outcome_scores_waterfall import bar_words, cut_off, waterfall_chart
from charts.palette import CONCERN, IMPROVEMENT, NEUTRAL, PALE
from clinical.codes import ScoreKind
from clinical.instruments import PHQ9, WHO5
from clinical.mean_scores import means_by_number
from clinical.measures import THOUGHTS
from clinical.score_shares import bands_by_number, changes_by_number
from clinical.waterfall import waterfall
from tests.clinical.test_mean_scores import scores
from tests.clinical.test_waterfall import MIXED

SETTLED = scores((1, 1, 20, 14, 3), (1, 1, 16, 12, 3), (3, 1, 20, 10, 2), (3, 1, 16, 4, 3))
MEANS = {
    ScoreKind.SETTLED: means_by_number(SETTLED, PHQ9),
    ScoreKind.ACUTE: means_by_number(scores((1, 1, 20, 8, 1)), PHQ9),
}
NONE = {kind: means_by_number(scores(), PHQ9) for kind in ScoreKind}


@pytest.mark.parametrize(
    ("low", "high", "places", "words"),
    [
        (7.04, 9.76, 1, "7.0–9.8"),
        (-0.44, 1.2, 1, "−0.4 to 1.2"),
        (-3, -1, 1, "−3.0 to −1.0"),
        (-0.04, 1, 1, "0.0–1.0"),
        (np.nan, 1, 1, "not known"),
    ],
)
def test_intervals_in_words(low, high, places, words):
    assert between(low, high, places) == words


def test_settled_scores_are_joined_from_the_baseline_and_the_others_never():
    start = Start(3, 5, 17.6, 15.0, 20.2)
    chart = means_chart(MEANS, start, PHQ9, 3, "inductions")
    baselines, settled, acute = chart.data
    assert list(settled.x) == [0, 1, 3]
    assert list(settled.y) == pytest.approx([17.6, 13, 6.4])
    assert settled.mode == "lines+markers"
    assert (acute.mode, list(acute.y)) == ("markers", [8])
    assert acute.x[0] > 1, "beside the settled one"
    assert list(acute.error_y.array) == [0], "one course has no interval"
    assert list(baselines.y) == pytest.approx([18, 17.6])
    assert list(chart.layout.xaxis.ticktext) == [
        "Baseline<br>n 5",
        "1<br>n 6<br>◇ 1",
        "3<br>n 5",
    ]
    words = [note.text for note in chart.layout.annotations]
    assert "<b>17.6</b>" in words
    assert "<b>6.4</b>" in words
    assert "Moderately severe" in words
    assert "Remission: 4" in words


def test_to_be_free_of_an_item_is_no_remission():
    chart = means_chart(NONE, None, THOUGHTS, 3, "inductions")
    words = [note.text for note in chart.layout.annotations]
    assert "Free of it: 0" in words
    assert not any("Remission" in each for each in words)


def test_changes_stand_against_what_is_reliable_in_one_person():
    chart = changes_chart(MEANS, PHQ9, 6, "inductions")
    assert list(chart.data[0].y) == pytest.approx([5, 11.2])
    assert chart.layout.shapes[0].y0 == 6
    assert chart.layout.annotations[0].text == "Reliable<br>change: 6"
    assert not changes_chart(NONE, PHQ9, None, "inductions").layout.shapes


def test_effects_are_drawn_where_there_are_any():
    chart = effects_chart(MEANS, "inductions")
    assert len(chart.data[0].y) == 2
    # One course has none.
    assert len(chart.data[1].y) == 0
    assert "n 6 inductions" in chart.data[0].customdata[0]


def test_the_least_severe_lies_at_the_foot_whatever_the_direction():
    chart = bands_chart(bands_by_number(SETTLED, PHQ9, 3), PHQ9, "inductions")
    assert chart.data[0].name == "Minimal"
    assert list(chart.data[0].y) == pytest.approx([0, 0, 0.6])
    assert list(chart.layout.xaxis.ticktext) == ["Base<br>n 5", "1<br>n 6", "3<br>n 5"]
    rows = scores((1, 1, 20, 80, 1), (1, 1, 20, 30, 1))
    turned = bands_chart(bands_by_number(rows, WHO5), WHO5, "inductions")
    assert [bar.name for bar in turned.data] == [
        "Good well-being",
        "Poor well-being",
        "Likely depression",
    ]
    assert turned.data[0].marker.color == chart.data[0].marker.color


def test_reliable_change_is_blue_grey_and_orange():
    chart = reliable_chart(changes_by_number(SETTLED, PHQ9), "inductions")
    assert [bar.marker.color for bar in chart.data] == [IMPROVEMENT, PALE, CONCERN]
    assert list(chart.data[0].y) == pytest.approx([0.5, 1.0])
    assert (
        chart.data[0]
        .customdata[0]
        .replace("\N{NO-BREAK SPACE}", " ")
        .startswith("Better: 3 of 6 inductions, 50 % (95 % CI")
    )


def test_the_waterfall_is_coloured_by_what_a_change_is_and_says_how_many():
    chart = waterfall_chart(waterfall(MIXED, PHQ9, 6), PHQ9, "inductions")
    assert [bar.name.replace("\N{NO-BREAK SPACE}", " ") for bar in chart.data] == [
        "Response: 2 (40 %)",
        "Better, no response: 1 (20 %)",
        "No change: 1 (20 %)",
        "Worse: 1 (20 %)",
    ]
    assert [bar.marker.color for bar in chart.data] == [IMPROVEMENT, PALE, NEUTRAL, CONCERN]
    assert [list(bar.x) for bar in chart.data] == [
        pytest.approx([0.1, 0.3]),
        pytest.approx([0.5]),
        pytest.approx([0.7]),
        pytest.approx([0.9]),
    ]
    assert [place for bar in chart.data for _, place in bar.customdata] == [0, 1, 2, 3, 4]
    assert chart.layout.shapes[0].y0 == 50


def test_without_a_response_rule_better_is_blue_and_no_line_is_drawn():
    fall = waterfall(scores((1, 1, 4, 80, 1), (1, 1, 20, 40, 1)), WHO5, 1)
    chart = waterfall_chart(fall, WHO5, "inductions")
    assert chart.data[0].marker.color == IMPROVEMENT
    assert not chart.layout.shapes
    # 4 to 80 is 1900 % better, and the picture ends at 200 %.
    assert cut_off(fall) == (1, 0)
    assert chart.layout.yaxis.range[1] < 220


def test_shares_of_courses_stay_few_bars_and_say_what_they_stand_for():
    rows = scores(*((1, 1, 100, float(total), 10) for total in range(101)))
    chart = waterfall_chart(waterfall(rows, PHQ9, 1), PHQ9, "inductions")
    assert sum(len(bar.x) for bar in chart.data) == 100
    assert chart.data[0].customdata[0][0].replace("\N{NO-BREAK SPACE}", " ") == (
        "10 of 1,010 inductions:<br>100 % better"
    )
    assert bar_words(52, 48.2).replace("\N{NO-BREAK SPACE}", " ") == "52 % better to 48 % better"
