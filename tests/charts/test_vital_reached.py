"""The pictures of limits that vital signs reached."""

import numpy as np
import plotly.graph_objects as go
import pytest

from charts.vital_reached import Row, groups_chart, limits_chart, sedation_chart
from clinical.incidence import Proportion, proportion
from clinical.vital_reached import VitalLimit

HOSTILE = "<b>High</b> <a href='http://host'>x</a>"


def named(drawn: go.Figure, name: str) -> list[go.Scatter]:
    return [trace for trace in drawn.data if trace.name == name]


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
