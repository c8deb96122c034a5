"""The pictures of one patient."""

from datetime import datetime, timedelta
from math import nan

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.one_patient import (
    first_pressure,
    improvement,
    item_9_chart,
    position,
    pressure_chart,
    side_effect_chart,
    taken,
    trajectory_chart,
)
from charts.palette import CONCERN, IMPROVEMENT, INK, severity
from clinical.codes import Phase, Timepoint
from clinical.instruments import PHQ9

START = datetime(2026, 2, 2, 13)  # noqa: DTZ001 - the clinic's own clock
HOSTILE = "<b>Itch</b>"


def day(number: int) -> datetime:
    return START + timedelta(days=number)


INFUSIONS = pd.DataFrame(
    {
        "infusion_key": [11, 12, 13],
        "series_key": 1,
        "phase": int(Phase.INDUCTION),
        "number": [1, 2, 3],
        "started": [day(0), day(4), day(8)],
        "dose_mg": [40.0, 40.0, 56.0],
        "mg_per_kg": [0.50, 0.51, 0.70],
        "peak_systolic": pd.array([135, None, 170], "Int64"),
        "systolic_rise": pd.array([15, None, -4], "Int64"),
        "peak_diastolic": pd.array([88, None, 101], "Int64"),
        "diastolic_rise": pd.array([8, None, None], "Int64"),
        "recorded": [1, 0, 1],
    }
)
BASELINES = pd.DataFrame(
    {
        "series_key": [1],
        "baseline": [20.0],
        "completed": [day(-1)],
        "induction_baseline": [nan],
    }
)
SCORES = pd.DataFrame(
    [
        (1, 0, Timepoint.BASELINE, day(-1), nan, 20.0, 0.0),
        (1, 1, Timepoint.BEFORE_INFUSION, day(4), 92.0, 14.0, 30.0),
        (1, 1, Timepoint.AFTER_INFUSION, day(1), 36.0, 9.0, 55.0),
        (1, 3, Timepoint.FOLLOW_UP, day(22), 336.0, 12.0, 40.0),
        (None, 0, Timepoint.UNLINKED, day(60), nan, 13.0, nan),
    ],
    columns=["series_key", "number", "timepoint", "completed", "hours_after", "total", "percent"],
)


def traces(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data if trace.name}


def trajectory(*, by_number: bool = False) -> go.Figure:
    return trajectory_chart(SCORES, INFUSIONS, BASELINES, PHQ9, by_number=by_number)


def test_each_timepoint_has_its_mark_and_only_one_kind_a_line():
    found = traces(trajectory())
    joined = found.pop("Baseline, and before an infusion")
    found.pop("Infusion, with mg/kg where it changes")
    assert (joined.mode, list(joined.y)) == ("lines+markers", [20, 14])
    assert {name: (trace.mode, list(trace.y)) for name, trace in found.items()} == {
        Timepoint.AFTER_INFUSION.label: ("markers", [9]),
        Timepoint.FOLLOW_UP.label: ("markers", [12]),
        Timepoint.UNLINKED.label: ("markers", [13]),
    }
    assert len({trace.marker.symbol for trace in (joined, *found.values())}) == 4


def test_two_series_are_not_joined():
    second = BASELINES.assign(series_key=2, completed=day(100))
    chart = trajectory_chart(
        SCORES, INFUSIONS, pd.concat([BASELINES, second]), PHQ9, by_number=False
    )
    lines = [trace for trace in chart.data if trace.legendgroup == "before"]
    assert [list(line.y) for line in lines] == [[20, 14], [20]]
    assert [line.showlegend for line in lines] == [True, False]


def test_infusions_show_their_dose_where_it_changes():
    marks = traces(trajectory())["Infusion, with mg/kg where it changes"]
    assert list(marks.text) == ["0.50", "", "0.70"], "0.51 is rounding"
    assert marks.customdata[2] == "Infusion 3, 10 Feb 2026<br>56 mg (0.70 mg/kg)"
    unweighed = INFUSIONS.assign(mg_per_kg=nan)
    chart = trajectory_chart(SCORES, unweighed, BASELINES, PHQ9, by_number=False)
    marks = traces(chart)["Infusion, with mg/kg where it changes"]
    assert list(marks.text) == ["", "", ""]
    assert marks.customdata[0] == "Infusion 1, 02 Feb 2026<br>40 mg"


def test_the_levels_are_named():
    named = [note.text for note in trajectory().layout.annotations]
    assert "Moderately severe" in named
    assert "Remission: 4" in named
    assert "Baseline 20" in named
    assert "Response: 10" in named


def test_in_maintenance_a_response_is_counted_from_before_induction():
    maintenance = BASELINES.assign(baseline=6.0, induction_baseline=22.0)
    chart = trajectory_chart(SCORES, INFUSIONS, maintenance, PHQ9, by_number=False)
    named = [note.text for note in chart.layout.annotations]
    assert "Response, from 22 before induction: 11" in named
    assert "Response: 3" not in named


def test_hover_tells_when_and_how_much():
    found = traces(trajectory())
    told = found[Timepoint.AFTER_INFUSION.label].customdata[0]
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "03 Feb 2026: 9<br>36 hours after infusion 1<br>55 % better"
    )


def test_along_infusion_numbers_scores_stand_in_the_order_of_time():
    assert position(Timepoint.BASELINE, 0, nan) < 1
    assert 1 < position(Timepoint.AFTER_INFUSION, 1, 72) < position(Timepoint.FOLLOW_UP, 1, 73)
    assert position(Timepoint.FOLLOW_UP, 1, 28 * 24) < position(Timepoint.BEFORE_INFUSION, 1, 90)
    assert position(Timepoint.BEFORE_INFUSION, 1, 90) < 2
    marks = traces(trajectory(by_number=True))["Infusion, with mg/kg where it changes"]
    assert list(marks.x) == [1, 2, 3]


@pytest.mark.parametrize(
    ("timepoint", "number", "hours", "words"),
    [
        (Timepoint.BASELINE, 0, nan, "baseline"),
        (Timepoint.UNLINKED, 0, nan, "outside a series"),
        (Timepoint.BEFORE_INFUSION, 3, 90.0, "before infusion 4"),
        (Timepoint.AFTER_INFUSION, 3, 20.0, "20 hours after infusion 3"),
        (Timepoint.AFTER_INFUSION, 3, None, "within 72 hours after infusion 3"),
        (Timepoint.FOLLOW_UP, 6, 336.0, "14 days after infusion 6"),
        (Timepoint.FOLLOW_UP, 6, None, "over 72 hours after infusion 6"),
    ],
)
def test_when_a_score_was_taken(timepoint, number, hours, words):
    assert taken(timepoint, number, hours) == words


@pytest.mark.parametrize(
    ("percent", "words"),
    [(61.9, "62 % better"), (-10.0, "10 % worse"), (0.2, "no change from the baseline")],
)
def test_improvement_in_words(percent, words):
    assert improvement(percent).replace("\N{NO-BREAK SPACE}", " ") == words


def test_item_9_from_1_on_is_a_concern():
    scores = SCORES.head(3).assign(item_9=pd.array([0, 2, None], "Int64"))
    (line,) = item_9_chart(scores).data
    assert list(line.y) == [0, 2]
    assert list(line.marker.color) == [IMPROVEMENT, CONCERN]


def test_the_first_pressure_is_the_peak_less_the_rise():
    measured = INFUSIONS.dropna(subset="peak_systolic")
    # Where the pressure only fell, the first value is the peak; so it is where there is one value.
    assert list(first_pressure(measured, "systolic")) == [120, 170]
    assert list(first_pressure(measured, "diastolic")) == [80, 101]


def test_a_peak_at_the_limit_is_a_concern():
    found = traces(pressure_chart(INFUSIONS))
    assert list(found["Highest systolic"].y) == [135, 170]
    assert list(found["Highest systolic"].marker.color) == [INK, CONCERN]
    assert list(found["Highest diastolic"].marker.color) == [INK, CONCERN]
    assert list(found["Highest systolic"].x) == [0, 2], "the second infusion was not measured"


def test_side_effects_by_grade_and_missing_forms():
    side_effects = pd.DataFrame(
        {
            "infusion_key": [11, 13, 13, 99],
            "term": ["Nausea", "Nausea", HOSTILE, "Headache"],
            "worst_grade": [1, 3, 0, 1],
            "serious": 0,
        }
    )
    chart = side_effect_chart(INFUSIONS, side_effects)
    found = traces(chart)
    assert list(found["Grade 1"].x) == [0], "another series' infusion is left out"
    assert list(found["Grade 3"].x) == [2]
    assert list(found["Not graded"].y) == ["&lt;b&gt;Itch&lt;/b&gt;"]
    assert found["Grade 3"].marker.color == severity(5, 10)
    assert list(found["Form not filled in"].x) == [1]
    assert list(chart.layout.yaxis.categoryarray) == [
        "Form not filled in",
        "&lt;b&gt;Itch&lt;/b&gt;",
        "Nausea",
    ]
