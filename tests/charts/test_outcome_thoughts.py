"""Thoughts over a course: bars that add up to everyone, and what a part of a bar carries."""

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.outcome_thoughts import (
    changes_chart,
    level_name,
    levels_chart,
    mood_chart,
    newly_chart,
)
from charts.palette import CONCERN, IMPROVEMENT
from clinical.course_scores import Missing
from clinical.incidence import proportion
from clinical.thought_changes import LevelChange, ThoughtChanges, changes_at

SCORES = pd.DataFrame(
    [
        (6, 1, 2.0, 0.0, 4),
        (6, 1, 2.0, 1.0, 2),
        (6, 1, 2.0, 2.0, 3),
        (6, 1, 2.0, 3.0, 1),
        (6, 1, 0.0, 0.0, 9),
        (6, 1, 0.0, 2.0, 1),
    ],
    columns=["number", "observed", "baseline", "total", "courses"],
)
BASELINES = pd.DataFrame({"baseline": [0.0, 2.0], "length": [6, 6], "courses": [12, 16]})


def changes(missing: Missing = Missing.OBSERVED) -> list[ThoughtChanges]:
    return [changes_at(SCORES, BASELINES, 6, missing)]


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def bars(chart: go.Figure) -> dict[str, go.Bar]:
    return {trace.name: trace for trace in chart.data if trace.type == "bar"}


def test_the_parts_of_a_bar_add_up_to_all_who_began_with_thoughts():
    chart = changes_chart(changes())
    parts = bars(chart)
    assert {name: trace.y[0] for name, trace in parts.items()} == {
        "Free of them": 0.4,
        "Lower, not free": 0.2,
        "Unchanged": 0.3,
        "Higher": 0.1,
    }
    assert parts["Free of them"].marker.color == IMPROVEMENT
    assert parts["Higher"].marker.color == CONCERN
    assert list(chart.layout.xaxis.ticktext) == ["6<br>n 10"]
    assert [spaced(parts["Free of them"].text[0])] == ["40 %"]
    words, code, number = parts["Free of them"].customdata[0]
    assert (code, number) == ("free", 6)
    # Wilson, 4 of 10.
    assert spaced(words) == (
        "<b>Free of them after infusion 6</b><br>4 of 10 who began with thoughts: 40 % "
        "(95 % CI 17–69)"
    )


def test_who_has_no_answer_is_a_part_of_its_own_among_all_starters():
    parts = bars(changes_chart(changes(Missing.ALL)))
    assert [trace.y[0] for trace in parts.values()] == [4 / 16, 2 / 16, 3 / 16, 1 / 16, 6 / 16]
    assert list(parts)[-1] == "No answer"
    # A rise is told of those with an answer, whatever the bar is of.
    assert "1 of 10" in parts["Higher"].customdata[0][0]
    assert len(parts["No answer"].customdata[0]) == 1, "not to be chosen"


def test_the_range_stands_beside_its_bar():
    ranges = changes_chart(changes()).data[-1]
    assert list(ranges.y) == [4 / 16, 10 / 16, None]
    assert ranges.x[0] > 6


def test_levels_before_and_after():
    chart = levels_chart([LevelChange(0, 0, (9, 0, 1, 0)), LevelChange(2, 3, (4, 2, 3, 1))], 3)
    parts = bars(chart)
    assert list(parts) == [level_name(level, level) for level in range(4)]
    assert list(parts["0 Not at all"].x) == [0.9, 0.4]
    assert list(parts["0 Not at all"].y) == ["0 Not at all<br>n 10", "2–3<br>n 10"]
    words, *carried = parts["2 Over half the days"].customdata[1]
    assert carried == [2, 3, 2]
    assert spaced(words) == "From <b>2–3</b> to <b>2 Over half the days</b><br>3 of 10: 30 %"
    few = parts["1 Several days"].customdata[1][0]
    assert few.endswith("2 of 10"), "a part under the smallest group has no share"


def test_no_answer_is_a_part_of_a_level_where_it_counts():
    chart = levels_chart([LevelChange(1, 1, (4, 2, 3, 1), 5)], 1)
    assert list(bars(chart)["No answer"].x) == [5 / 15]


def test_new_thoughts_have_their_own_n():
    chart = newly_chart(changes())
    assert list(chart.data[0].y) == [0.1]
    assert list(chart.layout.xaxis.ticktext) == ["6<br>n 10"]
    assert chart.data[0].customdata[0][1] == 6
    assert chart.layout.yaxis.range[1] == pytest.approx(1.1 * 0.404150), "Wilson"


def test_an_empty_chart_is_no_fault():
    assert len(newly_chart([]).data) == 1


def test_groups_by_mood_stand_one_above_the_other():
    chart = mood_chart([("Response", proportion(4, 5)), ("None", proportion(0, 5))])
    assert list(chart.data[0].x) == [0.8, 0.0]
    assert list(chart.layout.yaxis.ticktext) == ["Response<br>n 5", "None<br>n 5"]
