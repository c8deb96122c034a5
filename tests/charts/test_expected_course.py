"""The expected course: two bands, a median with its n, and one's own line over them."""

from math import nan

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.expected_course import expected_course_chart, step_words
from charts.palette import CONCERN, INK, NEUTRAL, PALE
from clinical.expected import Track
from clinical.instruments import PHQ9, WHO5

COURSE = pd.DataFrame(
    {
        "number": [0, 1, 2],
        "n": [1200, 40, 7],
        "p10": [20, 10, nan],
        "p25": [21, 12, nan],
        "p50": [22, 15.5, nan],
        "p75": [24, 18, nan],
        "p90": [26, 21, nan],
    }
)
OWN = pd.DataFrame({"number": [0, 1, 2, 3], "total": [23.0, 20, 19, 18]})


def drawn(verdict: Track = Track.ON_TRACK, own: pd.DataFrame = OWN) -> go.Figure:
    return expected_course_chart(COURSE, own, PHQ9, verdict)


def trace(chart: go.Figure, name: str) -> go.Scatter:
    (found,) = [trace for trace in chart.data if trace.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "upper", "lower"),
    [("Middle 80 %", [26, 21], [10, 20]), ("Middle half", [24, 18], [12, 21])],
)
def test_each_band_is_a_closed_shape_over_the_steps_that_are_known(name, upper, lower):
    band = trace(drawn(), name)
    assert list(band.x) == [0, 1, 1, 0]
    assert list(band.y) == [*upper, *lower]
    assert (band.fill, band.fillcolor) == ("toself", PALE)


def test_the_median_says_its_band_and_its_n():
    median = trace(drawn(), "Median of comparable patients")
    assert (list(median.x), list(median.y)) == ([0, 1], [22, 15.5])
    assert list(median.customdata) == [
        "median 22, half between 21 and 24, four in five between 20 and 26; n 1,200",
        "median 15.5, half between 12 and 18, four in five between 10 and 21; n 40",
    ]
    assert median.line.color == NEUTRAL


def test_ones_own_scores_go_on_where_others_are_too_few():
    own = trace(drawn(), "This patient")
    assert (list(own.x), list(own.y)) == ([0, 1, 2, 3], [23, 20, 19, 18])
    assert list(own.customdata) == ["Baseline", "Before 2", "Before 3", "Before 4"]


@pytest.mark.parametrize(
    ("verdict", "last"),
    [
        (Track.ON_TRACK, INK),
        (Track.UNKNOWN, INK),
        (Track.SLOW, CONCERN),
        (Track.BEHIND, CONCERN),
    ],
)
def test_only_the_latest_score_is_orange_and_only_where_it_is_behind(verdict, last):
    own = trace(drawn(verdict), "This patient")
    assert list(own.marker.color) == [INK, INK, INK, last]
    assert own.line.color == INK


def test_each_step_says_its_n_or_that_there_are_too_few():
    axis = drawn().layout.xaxis
    assert list(axis.tickvals) == [0, 1, 2, 3]
    assert list(axis.ticktext) == [
        "Baseline<br>n 1,200",
        "Before 2<br>n 40",
        "Before 3<br>n under 10",
        "Before 4<br>n under 10",
    ]
    assert list(axis.range) == [-0.4, 3.4]


def test_of_many_steps_every_other_one_is_named():
    own = pd.DataFrame({"number": list(range(9)), "total": [20.0] * 9})
    assert list(drawn(own=own).layout.xaxis.tickvals) == [0, 2, 4, 6, 8]
    own = own.head(8)
    assert list(drawn(own=own).layout.xaxis.tickvals) == list(range(8))


def test_the_axis_has_the_whole_range_of_the_instrument():
    assert list(drawn().layout.yaxis.range) == [0, 27]
    chart = expected_course_chart(COURSE, OWN, WHO5, Track.ON_TRACK)
    assert list(chart.layout.yaxis.range) == [0, 100]
    assert chart.layout.yaxis.title.text == "WHO-5"


def test_a_step_is_named_by_the_infusion_that_follows():
    assert [step_words(number) for number in (0, 1, 23)] == ["Baseline", "Before 2", "Before 24"]
