"""What each infusion of one patient did, and words about scores."""

from datetime import datetime, timedelta
from math import nan

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.one_patient import (
    first_pressure,
    improvement,
    pressure_chart,
    side_effect_chart,
    taken,
)
from charts.palette import CONCERN, INK, severity
from clinical.codes import Phase, Timepoint

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


def traces(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data if trace.name}


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
