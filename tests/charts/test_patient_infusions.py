"""Each infusion of a patient, side by side."""

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CONCERN, INK, NEUTRAL, severity
from charts.patient_infusions import (
    first_pressure,
    grade_colour,
    pressure_chart,
    side_effect_chart,
)
from clinical.thresholds import DEFAULTS, Thresholds

INFUSIONS = pd.DataFrame(
    {
        "infusion_key": [11, 12, 13],
        "number": [1, 2, 3],
        "peak_systolic": pd.array([135, None, 170], "Int64"),
        "systolic_rise": pd.array([15, None, -4], "Int64"),
        "peak_diastolic": pd.array([88, None, 101], "Int64"),
        "diastolic_rise": pd.array([8, None, None], "Int64"),
        "recorded": [1, 0, 1],
    }
)
HOSTILE = "<b>Itch</b>"


def traces(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data if trace.name}


def test_the_first_pressure_is_the_peak_less_the_rise():
    measured = INFUSIONS.dropna(subset="peak_systolic")
    # Where the pressure only fell, the first value is the peak; so it is where there is one value.
    assert list(first_pressure(measured, "systolic")) == [120, 170]
    assert list(first_pressure(measured, "diastolic")) == [80, 101]


def test_a_peak_at_the_limit_is_a_concern():
    found = traces(pressure_chart(INFUSIONS, DEFAULTS))
    assert list(found["Highest systolic"].y) == [135, 170]
    assert list(found["Highest systolic"].marker.color) == [INK, CONCERN]
    assert list(found["Highest diastolic"].marker.color) == [INK, CONCERN]
    assert list(found["Highest systolic"].x) == [0, 2], "the second infusion was not measured"


def test_the_limits_are_the_clinics_own():
    chart = pressure_chart(INFUSIONS, Thresholds(amber_systolic=135, amber_diastolic=102))
    found = traces(chart)
    assert list(found["Highest systolic"].marker.color) == [CONCERN, CONCERN]
    assert list(found["Highest diastolic"].marker.color) == [INK, INK]
    assert [line.y0 for line in chart.layout.shapes] == [135, 102]
    assert [note.text for note in chart.layout.annotations] == ["135 systolic", "102 diastolic"]


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


def test_a_side_effect_without_a_grade_is_grey():
    assert grade_colour(0) == NEUTRAL
    assert grade_colour(5) == severity(9, 10)
