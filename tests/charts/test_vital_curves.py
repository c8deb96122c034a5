"""The course of the vital signs of many infusions."""

import numpy as np
import plotly.graph_objects as go
import pytest

from charts.palette import INK
from charts.vital_curves import vital_curves_chart
from clinical.thresholds import DEFAULTS, Thresholds
from clinical.vital_curves import VitalCurve, vital_curve

EMPTY = vital_curve(np.array([], dtype=np.int64), np.array([]), np.array([]))


def curve(level: float, *minutes: int, spread: float = 1.0, n: int = 20) -> VitalCurve:
    """``n`` infusions at ``level`` and one unit of spread higher each, at each of the minutes."""
    infusion = np.tile(np.arange(n), len(minutes))
    minute = np.repeat(np.array(minutes, dtype=np.float64), n)
    return vital_curve(infusion, minute, (level + spread * infusion).astype(np.float64))


CURVES = {
    "systolic": curve(120, 0, 10, 40),
    "diastolic": curve(70, 0, 10, 40),
    "heart_rate": curve(60, 0, 40),
    "spo2": curve(96, 0, 10, 40, spread=0.1),
}


def words(drawn: go.Figure) -> list[str]:
    return [note.text for note in drawn.layout.annotations]


def named(drawn: go.Figure, name: str) -> list[go.Scatter]:
    return [trace for trace in drawn.data if trace.name == name]


def test_each_vital_sign_has_its_mean_median_and_band():
    drawn = vital_curves_chart(CURVES, DEFAULTS, 41)
    assert [len(named(drawn, name)) for name in ("Mean", "Median", "Middle 80 %")] == [4, 4, 4]
    mean, median, band = (named(drawn, name)[0] for name in ("Mean", "Median", "Middle 80 %"))
    # 120 to 139: mean and median 129.5; type 7 at 1.9 and 17.1 of the values counted from 0.
    assert (list(mean.x), list(mean.y)) == ([0, 10, 40], [129.5] * 3)
    assert list(median.y) == [129.5] * 3
    assert list(band.x) == [0, 10, 40, 40, 10, 0]
    assert list(band.y) == pytest.approx([137.1] * 3 + [121.9] * 3)
    assert "mean 129.5 (95 % CI 126.7 to 132.3)" in mean.customdata[0]
    assert "20 infusions" in mean.customdata[0]
    assert [trace.showlegend for trace in named(drawn, "Mean")] == [True, False, False, False]
    assert {trace.line.color for trace in named(drawn, "Mean")} == {INK}


def test_the_infusions_stand_under_each_minute():
    drawn = vital_curves_chart(CURVES | {"spo2": curve(96, 60)}, DEFAULTS, None)
    axis = drawn.layout.xaxis
    assert list(axis.tickvals) == [0, 10, 40, 60]
    assert axis.ticktext[0] == "0<br><i>20</i>"
    assert axis.ticktext[3] == "60<br><i>&lt;10</i>", "too few blood pressures were measured then"
    many = {"systolic": curve(120, *range(-20, 300, 10))}
    shown = vital_curves_chart(many, DEFAULTS, None).layout.xaxis
    assert len(shown.tickvals) <= 13
    assert shown.ticktext[0] == "−20<br><i>20</i>"


def test_only_the_limits_near_the_values_are_drawn_and_they_are_the_clinics_own():
    said = words(vital_curves_chart(CURVES, DEFAULTS, None))
    assert {"165 high", "100 high", "under 50 low", "under 94 low"} <= set(said)
    assert not {"180 red if twice", "200 red at once", "over 120 high"} & set(said)
    at = Thresholds(amber_systolic=150)
    assert "150 high" in words(vital_curves_chart(CURVES, at, None))
    high = CURVES | {"systolic": curve(170, 0, 40)}
    assert "180 red if twice" in words(vital_curves_chart(high, DEFAULTS, None))


def test_the_usual_end_is_shaded_and_named_where_it_is_known():
    drawn = vital_curves_chart(CURVES, DEFAULTS, 41)
    shade = drawn.layout.shapes[0]
    assert (shade.type, shade.x0, shade.x1) == ("rect", 0, 41)
    assert "usual end, minute 41" in words(drawn)
    assert all(
        shape.type == "line" for shape in vital_curves_chart(CURVES, DEFAULTS, None).layout.shapes
    )


def test_what_was_never_measured_has_no_panel():
    drawn = vital_curves_chart({"systolic": EMPTY, "spo2": curve(96, 0)}, DEFAULTS, None)
    assert len(named(drawn, "Mean")) == 1
    assert "SpO₂, %" in words(drawn)
    assert "Systolic, mmHg" not in words(drawn)


def test_no_chart_is_large():
    full = {name: curve(100, *range(0, 400, 10)) for name in CURVES}
    drawn = vital_curves_chart(full, DEFAULTS, 40)
    assert all(len(trace.x) < 1000 for trace in drawn.data)
