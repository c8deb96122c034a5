"""One infusion's vital signs over the patient's earlier ones."""

from collections.abc import Iterable
from itertools import pairwise
from math import isnan, nan

import pandas as pd
import plotly.graph_objects as go

from charts.infusion_vitals import minute_range, vital_signs_chart
from charts.palette import CONCERN, INK
from clinical.thresholds import DEFAULTS, Thresholds

COLUMNS = ["infusion_key", "minute", "systolic", "diastolic", "heart_rate", "spo2", "sedation"]
OWN = pd.DataFrame(
    [
        (9, -5.0, 130.0, 80.0, 70.0, 98.0, 5.0),
        (9, 20.0, 165.0, 99.0, 130.0, 94.0, 4.0),
        (9, 40.0, nan, 90.0, 80.0, 93.0, 3.0),
        (9, 80.0, 140.0, 85.0, 75.0, 97.0, 5.0),
    ],
    columns=COLUMNS,
)
EARLIER = pd.DataFrame(
    [
        (key, minute, 120.0 + key + minute / 2, 80.0, 70.0, 97.0, 5.0)
        for key in (1, 2, 3)
        for minute in (0.0, 20.0, 60.0)
    ],
    columns=COLUMNS,
)
NO_EFFECTS = pd.DataFrame(columns=["term", "grade", "onset", "resolved", "end"])
EFFECTS = pd.DataFrame(
    {
        "term": ["Nausea", "<b>Itch</b>", "Headache", "Dizziness"],
        "grade": pd.array([2, None, 1, 1], "Int64"),
        "onset": [10.0, 30.0, 20.0, nan],
        "resolved": [60.0, nan, 600.0, nan],
        "end": 40.0,
    }
)


def chart(
    own: pd.DataFrame = OWN,
    earlier: pd.DataFrame = EARLIER,
    effects: pd.DataFrame = NO_EFFECTS,
    thresholds: Thresholds = DEFAULTS,
    end: float = 40,
) -> go.Figure:
    return vital_signs_chart(own, earlier, effects, thresholds, end=end, discharge=100)


def named(drawn: go.Figure, name: str) -> list[go.Scatter]:
    return [trace for trace in drawn.data if trace.name == name]


def values(drawn: Iterable[float]) -> list[float | None]:
    """A line's coordinates, ``None`` where it breaks."""
    return [None if isnan(value) else value for value in drawn]


def words(drawn: go.Figure) -> list[str]:
    return [note.text for note in drawn.layout.annotations]


def test_missing_readings_and_long_gaps_break_the_line():
    systolic, diastolic = named(chart(), "This infusion")[:2]
    assert values(systolic.x) == [-5, 20, 40, None, 80]
    assert values(systolic.y) == [130, 165, None, None, 140]
    # 40 to 80 minutes is more than half an hour.
    assert values(diastolic.y) == [80, 99, 90, None, 85]


def test_values_beyond_a_limit_have_another_mark_and_colour():
    systolic, diastolic, rate, oxygen, sedation = named(chart(), "This infusion")
    assert list(systolic.marker.symbol) == ["circle", "diamond", "circle", "circle", "circle"]
    assert systolic.marker.color[1] == CONCERN
    assert set(diastolic.marker.color) == {INK}, "99 is below 100"
    assert list(rate.marker.symbol).index("diamond") == 1  # 130 is over 120
    assert list(oxygen.marker.symbol) == ["circle", "circle", "diamond", "circle", "circle"]
    assert list(sedation.marker.symbol).count("diamond") == 1  # MOAA/S 3


def test_the_limits_are_the_clinics_own():
    said = words(chart(thresholds=Thresholds(amber_systolic=150, red_spo2=88)))
    assert {"150 high", "180 red if twice", "200 red at once", "under 88 red"} <= set(said)
    assert {"100 high", "under 50 low", "over 120 high", "3 or less red"} <= set(said)


def test_earlier_infusions_are_one_broken_line_and_their_median():
    drawn = chart()
    thin = named(drawn, "Earlier infusions")[0]
    assert values(thin.y)[:5] == [121, 131, None, 151, None]
    usual = named(drawn, "Their median")[0]
    assert (values(usual.x), values(usual.y)) == ([0, 20, None, 60], [122, 132, None, 152])


def test_two_earlier_infusions_have_no_median():
    drawn = chart(earlier=EARLIER[EARLIER["infusion_key"] < 3])
    assert named(drawn, "Their median") == []
    assert len(named(drawn, "Earlier infusions")) == 5


def test_a_first_infusion_stands_alone():
    drawn = chart(earlier=EARLIER.head(0))
    assert {trace.name for trace in drawn.data} == {"This infusion"}


def test_what_was_never_measured_has_no_panel():
    drawn = chart(own=OWN.assign(spo2=nan, sedation=nan, heart_rate=nan))
    assert len(named(drawn, "This infusion")) == 2
    assert "SpO₂, %" not in words(drawn)
    assert "Systolic, mmHg" in words(drawn)


def test_the_infusion_is_shaded_where_its_end_is_known():
    shade = chart().layout.shapes[0]
    assert (shade.type, shade.x0, shade.x1) == ("rect", 0, 40)
    assert all(shape.type == "line" for shape in chart(end=nan).layout.shapes)


def test_side_effects_as_bars_hatched_where_open():
    drawn = chart(effects=EFFECTS)
    (bars,) = [trace for trace in drawn.data if trace.type == "bar"]
    assert list(bars.base) == [10, 30, 20], "without an onset there is no bar"
    # To minute 60; to the edge of the picture (four minutes after four hours) where still open.
    assert list(bars.x) == [50, 214, 224]
    assert list(bars.marker.pattern.shape) == ["", "/", ""]
    said = words(drawn)
    assert "grade 2, 10 to 60" in said
    assert "not graded, 30, still open" in said
    assert "grade 1, 20 to 600" in said
    assert "grade 1, no times" in said
    rows = drawn.layout[f"yaxis{6}"]
    assert list(rows.ticktext)[1] == "&lt;b&gt;Itch&lt;/b&gt;"


def test_panels_do_not_overlap_and_share_the_minutes():
    drawn = chart(effects=EFFECTS)
    domains = [drawn.layout[f"yaxis{number or ''}"].domain for number in ("", 2, 3, 4, 5, 6)]
    assert domains[0][1] == 1
    assert all(above[0] > below[1] for above, below in pairwise(domains))
    assert drawn.layout.xaxis.anchor == "y6"


def test_minutes_before_the_start_are_drawn():
    assert minute_range(OWN, NO_EFFECTS.astype({"onset": float, "resolved": float}), 40, nan) == (
        -9,
        84,
    )


def test_a_crowd_of_earlier_readings_stays_small():
    crowd = pd.concat(
        [
            EARLIER.head(1).assign(infusion_key=key, minute=float(minute))
            for key in range(20)
            for minute in range(100)
        ]
    )
    thin = named(chart(earlier=crowd), "Earlier infusions")[0]
    assert 700 < len(thin.x) < 1000
