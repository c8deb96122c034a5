"""The pictures of the vital signs of many infusions."""

import numpy as np
import plotly.graph_objects as go
import pytest

from charts.palette import CONCERN, INK, NEUTRAL, PALE_CONCERN
from charts.vital_signs import (
    Row,
    groups_chart,
    limits_chart,
    rise_chart,
    schedule_chart,
    sedation_chart,
    slot_words,
    vital_curves_chart,
)
from clinical.incidence import Proportion, proportion
from clinical.pressure_rises import binned_rises, summarise_rises
from clinical.thresholds import DEFAULTS, Thresholds
from clinical.vital_curves import VitalCurve, vital_curve
from clinical.vital_reached import VitalLimit
from clinical.vital_schedule import Slot, SlotKind

HOSTILE = "<b>High</b> <a href='http://host'>x</a>"
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


COUNTS = [(-3, 2), (17, 50), (20, 30), (29, 5), (30, 10), (44, 3)]


def test_large_rises_are_set_off_and_named():
    rises = summarise_rises(COUNTS)
    assert rises is not None
    drawn = rise_chart(binned_rises(COUNTS), rises)
    bars = drawn.data[0]
    colours = dict(zip((at - 2.5 for at in bars.x), bars.marker.color, strict=True))
    assert colours[15] == NEUTRAL
    assert colours[20] == colours[25] == PALE_CONCERN
    assert colours[30] == colours[40] == CONCERN
    said = [name.replace("\N{NO-BREAK SPACE}", " ") for name in words(drawn)]
    # 17 of them: -6 + 850 + 600 + 145 + 300 + 132 = 2021 of 100.
    assert said == ["mean 20.2", "20 or more: 48 %", "30 or more: 13 %"]
    assert bars.customdata[0][0].startswith("−5 to −1 mmHg: 2 of 100")
    assert [start for _, start in bars.customdata] == list(range(-5, 45, 5))
    assert sum(bars.y) == 100


def rates(*counts: tuple[int, int]) -> list[Proportion]:
    return [proportion(events, n) for events, n in counts]


def test_limits_show_infusions_and_patients_with_their_numbers():
    limits = {VitalLimit.HIGH_PRESSURE: HOSTILE, VitalLimit.LOW_OXYGEN: "Oxygen"}
    drawn = limits_chart(limits, rates((15, 100), (0, 0)), rates((9, 20), (1, 19)))
    infusions, patients = named(drawn, "Infusions")[0], named(drawn, "Patients, at least once")[0]
    assert infusions.x[0] == 0.15
    assert np.isnan(infusions.x[1]), "not measured is no zero"
    assert list(patients.marker.symbol) == ["diamond", "diamond-open"]
    # Wilson: 15 of 100 is 0.0931 to 0.2328.
    assert infusions.error_x.array[0] == pytest.approx(0.0828, abs=5e-5)
    values = [trace.text for trace in drawn.data if trace.mode == "text"]
    shown = [value.replace("\N{NO-BREAK SPACE}", " ").strip() for value in values[0]]
    assert shown == ["15 % <i>(15 of 100)</i>", "not measured"]
    said = [trace for trace in drawn.data if trace.mode == "text"]
    # While a dot is chosen the numbers beside the others stay as they are.
    assert all(trace.unselected.textfont.color == trace.textfont.color for trace in said)
    assert drawn.layout.yaxis.ticktext[0].startswith("&lt;b&gt;High")
    assert "<a " not in infusions.customdata[0][0]
    for dots in (infusions, patients):
        assert [chosen for _, chosen in dots.customdata] == ["high_pressure", "low_oxygen"]


def test_groups_have_headings_without_a_rate():
    rows = [
        Row("Age"),
        Row(HOSTILE, proportion(10, 40), ("age_band", 4)),
        Row("75 and over", proportion(9, 10), ("age_band", 6)),
        Row("Dose"),
    ]
    drawn = groups_chart(rows)
    dots = drawn.data[0]
    assert (list(dots.x), list(dots.y)) == ([0.25, 0.9], [1, 2])
    assert list(dots.marker.symbol) == ["circle", "circle-open"]
    assert [carried[1:] for carried in dots.customdata] == [["age_band", 4], ["age_band", 6]]
    assert "<a " not in dots.customdata[0][0]
    ticks = drawn.layout.yaxis.ticktext
    assert (ticks[0], ticks[2], ticks[3]) == ("<b>Age</b>", "75 and over", "<b>Dose</b>")
    assert ticks[1].startswith("&lt;b&gt;")
    assert drawn.layout.yaxis.range[0] > drawn.layout.yaxis.range[1], "the first is on top"
    # The long interval of nine in ten is cut off at its own dot.
    assert dots.error_x.array[1] == 0


def test_rates_of_nothing_still_draw_an_axis():
    drawn = groups_chart([Row("Age"), Row("18–29", proportion(0, 30))])
    assert drawn.layout.xaxis.range[1] > 0
    assert list(drawn.data[0].x) == [0]


def test_sedation_from_awake_to_unresponsive():
    levels = rates((50, 100), (40, 100), (10, 100), (0, 100), (0, 100), (0, 100))
    drawn = sedation_chart(levels, [str(level) for level in (5, 4, 3, 2, 1, 0)])
    bars = drawn.data[0]
    assert list(bars.x) == [0.5, 0.4, 0.1, 0, 0, 0]
    assert list(drawn.layout.yaxis.ticktext) == ["5", "4", "3", "2", "1", "0"]
    assert len(set(bars.marker.color)) == 6
    assert [level for _, level in bars.customdata] == [5, 4, 3, 2, 1, 0]


def test_the_schedule_tells_the_parts_of_an_infusion_apart():
    slots = [
        (Slot(SlotKind.BEFORE, 0), proportion(99, 100)),
        (Slot(SlotKind.DURING, 10), proportion(80, 100)),
        (Slot(SlotKind.AFTER, 15), proportion(3, 12)),
    ]
    drawn = schedule_chart(slots)
    assert list(drawn.layout.xaxis.ticktext) == [
        "Before<br><i>100</i>",
        "10<br><i>100</i>",
        "+15<br><i>12</i>",
    ]
    assert list(drawn.data[0].y) == [0.99, 0.8, 0.25]
    assert list(drawn.data[0].marker.symbol) == ["circle", "circle", "circle-open"]
    assert [shape.x0 for shape in drawn.layout.shapes] == [0.5, 1.5]
    assert [slot_words(slot) for slot, _ in slots] == [
        "before the start",
        "minute 10",
        "15 minutes after the end",
    ]


def test_no_chart_is_large():
    full = {name: curve(100, *range(0, 400, 10)) for name in CURVES}
    drawn = vital_curves_chart(full, DEFAULTS, 40)
    assert all(len(trace.x) < 1000 for trace in drawn.data)
