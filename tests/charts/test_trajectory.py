"""The trajectory: marks, gaps, axes, and labels that do not lie over each other."""

from datetime import datetime, timedelta
from itertools import combinations
from math import nan

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.along import Along, Extent, between_infusions
from charts.placed_scores import Panel, without_score_before
from charts.score_marks import NARROW, Box, box_above, set_apart, width_of
from charts.trajectory import (
    INFUSION,
    JOINED,
    MISSING,
    trajectory_chart,
)
from clinical.codes import Phase, Timepoint
from clinical.instruments import CADSS, GAD7, PHQ9, WHO5

START = datetime(2026, 2, 2, 13)  # noqa: DTZ001 - the clinic's own clock


def day(number: float) -> datetime:
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
COLUMNS = ["series_key", "number", "timepoint", "completed", "hours_after", "total", "percent"]
SCORES = pd.DataFrame(
    [
        (1, 0, Timepoint.BASELINE, day(-1), nan, 20.0, 0.0),
        (1, 1, Timepoint.AFTER_INFUSION, day(1), 24.0, 9.0, 55.0),
        (1, 1, Timepoint.BEFORE_INFUSION, day(3.9), 92.0, 14.0, 30.0),
        (1, 2, Timepoint.BEFORE_INFUSION, day(7.9), 92.0, 12.0, 40.0),
        (1, 3, Timepoint.FOLLOW_UP, day(22), 336.0, 13.0, 35.0),
        (None, 0, Timepoint.UNLINKED, day(60), nan, 13.0, nan),
    ],
    columns=COLUMNS,
).astype({"series_key": "Int64"})
WITHOUT_THE_SECOND = SCORES.drop(index=2)
MAINTENANCE = INFUSIONS.assign(
    infusion_key=[21, 22, 23],
    series_key=2,
    phase=int(Phase.MAINTENANCE),
    started=[day(36), day(66), day(96)],
)
BOTH = pd.concat([INFUSIONS, MAINTENANCE], ignore_index=True)
BOTH_BASELINES = pd.concat(
    [
        BASELINES,
        BASELINES.assign(series_key=2, baseline=10.0, completed=day(35), induction_baseline=20.0),
    ]
)


def panel(scores: pd.DataFrame = SCORES, baselines: pd.DataFrame = BASELINES) -> Panel:
    return Panel(PHQ9, scores, baselines)


def named(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data}


def words(chart: go.Figure) -> list[str]:
    return [note.text for note in chart.layout.annotations]


def test_each_timepoint_has_its_mark_and_only_one_kind_a_line():
    found = named(trajectory_chart([panel()], INFUSIONS))
    joined = found.pop(JOINED)
    found.pop(INFUSION)
    assert (joined.mode, list(joined.y)) == ("lines+markers", [20, 14, 12])
    assert {name: (trace.mode, list(trace.y)) for name, trace in found.items()} == {
        Timepoint.AFTER_INFUSION.label: ("markers", [9]),
        Timepoint.FOLLOW_UP.label: ("markers", [13]),
        Timepoint.UNLINKED.label: ("markers", [13]),
    }
    assert len({trace.marker.symbol for trace in (joined, *found.values())}) == 4


def test_a_missing_score_breaks_the_line_and_is_told_at_the_foot():
    found = named(trajectory_chart([panel(WITHOUT_THE_SECOND)], INFUSIONS))
    assert list(found[JOINED].y) == [20, None, 12]
    assert list(found[JOINED].x) == [day(-1), None, day(7.9)]
    missing = found[MISSING]
    assert list(missing.x) == [day(4)]
    assert missing.marker.symbol == "circle-open"
    assert list(missing.customdata) == ["PHQ-9: no score before infusion 2"]
    assert missing.y[0] < PHQ9.lowest


def test_a_missing_baseline_is_a_score_missing_before_the_first_infusion():
    lone = panel(SCORES.drop(index=0), BASELINES.iloc[:0])
    assert list(without_score_before(lone, INFUSIONS)["number"]) == [1]
    assert without_score_before(panel(), INFUSIONS).empty


def test_scores_of_another_time_do_not_stand_in_for_the_one_before():
    only_after = panel(SCORES.iloc[[0, 1, 4]])
    assert list(without_score_before(only_after, INFUSIONS)["number"]) == [2, 3]


def test_each_series_misses_its_own_scores():
    assert list(without_score_before(panel(baselines=BOTH_BASELINES), BOTH)["infusion_key"]) == [
        22,
        23,
    ]


def test_a_few_missing_scores_are_named_and_many_only_on_hover():
    one = named(trajectory_chart([panel(WITHOUT_THE_SECOND)], INFUSIONS, Along.INFUSION))[MISSING]
    assert list(one.text) == ["no score before infusion 2"]
    many = named(trajectory_chart([panel(SCORES.head(1))], BOTH))[MISSING]
    assert list(many.text)[:2] == ["", ""]
    assert len(many.customdata) == 5


def test_two_series_are_not_joined():
    chart = trajectory_chart([panel(baselines=BOTH_BASELINES)], BOTH)
    lines = [trace for trace in chart.data if trace.name == JOINED]
    assert [list(line.y) for line in lines] == [[20, 14, 12], [10]]
    assert [line.showlegend for line in lines] == [True, False]


def test_several_instruments_are_panels_on_one_axis():
    panels = [panel(), Panel(GAD7, SCORES.head(1), BASELINES.assign(baseline=12.0))]
    panels.append(Panel(WHO5, SCORES.iloc[:0], BASELINES.iloc[:0]))
    chart = trajectory_chart(panels, INFUSIONS)
    layout = chart.layout
    assert [axis.title.text for axis in (layout.yaxis2, layout.yaxis3, layout.yaxis4)] == [
        "PHQ-9",
        "GAD-7",
        "WHO-5",
    ]
    tops = [axis.domain[1] for axis in (layout.yaxis2, layout.yaxis3, layout.yaxis4)]
    feet = [axis.domain[0] for axis in (layout.yaxis2, layout.yaxis3, layout.yaxis4)]
    assert tops[0] == pytest.approx(1)
    assert all(foot > top for foot, top in zip(feet, tops[1:], strict=False))
    assert feet[2] > layout.yaxis.domain[1]
    assert {trace.xaxis for trace in chart.data} == {None}, "one axis for all"
    levels = {note.text: note.yref for note in layout.annotations}
    assert (levels["Baseline 20"], levels["Baseline 12"]) == ("y2", "y3")
    assert (levels["Response: 10"], levels["Response: 6"]) == ("y2", "y3")
    assert levels["Good well-being"] == "y4"
    shown = [trace.name for trace in chart.data if trace.showlegend]
    assert len(shown) == len(set(shown))


def test_an_instrument_without_bands_can_be_drawn():
    chart = trajectory_chart([Panel(CADSS, SCORES, BASELINES.iloc[:0])], INFUSIONS)
    assert words(chart) == []


def test_infusions_show_their_dose_where_it_changes():
    marks = named(trajectory_chart([panel()], INFUSIONS))[INFUSION]
    assert list(marks.text) == ["0.50", "", "0.70"], "0.51 is rounding"
    assert marks.customdata[2] == "Infusion 3, 10 Feb 2026<br>56 mg (0.70 mg/kg)"
    unweighed = INFUSIONS.assign(mg_per_kg=nan, dose_mg=[40.0, nan, 40.0])
    marks = named(trajectory_chart([panel()], unweighed))[INFUSION]
    assert list(marks.text) == ["", "", ""]
    assert list(marks.customdata[:2]) == [
        "Infusion 1, 02 Feb 2026<br>40 mg",
        "Infusion 2, 06 Feb 2026<br>dose not recorded",
    ]


def test_a_change_of_phase_is_a_named_line_through_all_panels():
    chart = trajectory_chart([panel(baselines=BOTH_BASELINES)], BOTH)
    assert "Maintenance from 10 Mar" in words(chart)
    (line,) = [shape for shape in chart.layout.shapes if shape.yref == "paper"]
    assert (line.x0, line.x1, line.y0, line.y1) == (day(36), day(36), 0, 1)
    alone = trajectory_chart([panel()], INFUSIONS)
    assert not [shape for shape in alone.layout.shapes if shape.yref == "paper"]


def test_the_levels_are_named():
    found = words(trajectory_chart([panel()], INFUSIONS))
    assert {"Moderately severe", "Remission: 4", "Baseline 20", "Response: 10"} <= set(found)


def test_in_maintenance_a_response_is_counted_from_before_induction():
    maintenance = BASELINES.assign(baseline=6.0, induction_baseline=22.0)
    found = words(trajectory_chart([panel(baselines=maintenance)], INFUSIONS))
    assert "Response, from 22 before induction: 11" in found
    assert "Response: 3" not in found


def test_one_level_is_named_once_and_names_do_not_lie_over_each_other():
    chart = trajectory_chart([panel(baselines=BOTH_BASELINES)], BOTH)
    found = words(chart)
    assert "Response: 10" in found
    assert "Response, from 20 before induction: 10" not in found, "the same level"
    assert "Baseline 10" in found
    at_the_same = trajectory_chart(
        [panel(baselines=BASELINES.assign(baseline=10.0, induction_baseline=20.0))], INFUSIONS
    )
    anchors = {
        note.text: note.yanchor for note in at_the_same.layout.annotations if note.xref == "x"
    }
    assert anchors == {
        "Remission: 4": "bottom",
        "Baseline 10": "bottom",
        "Response, from 20 before induction: 10": "top",
    }


def test_a_name_gives_way_to_the_scores():
    # The line falls steeply through the level of a response, where its name would begin.
    steep = pd.DataFrame(
        [
            (1, number, Timepoint.BEFORE_INFUSION, day(4 * number), 92.0, total, 0.0)
            for number, total in ((1, 10.0), (2, 5.0))
        ],
        columns=COLUMNS,
    )
    many = INFUSIONS.assign(started=[day(0), day(4), day(90)])
    chart = trajectory_chart([panel(steep)], many)
    (name,) = [note for note in chart.layout.annotations if note.text == "Response: 10"]
    assert (name.xanchor, name.x) == ("right", day(90))
    (flat,) = [
        note
        for note in trajectory_chart([panel(SCORES.head(1))], many).layout.annotations
        if note.text == "Response: 10"
    ]
    assert (flat.xanchor, flat.x) == ("left", day(-1))


def test_hover_tells_when_and_how_much():
    told = named(trajectory_chart([panel()], INFUSIONS))[Timepoint.AFTER_INFUSION.label]
    assert told.customdata[0].replace("\N{NO-BREAK SPACE}", " ") == (
        "03 Feb 2026: 9<br>24 hours after infusion 1<br>55 % better"
    )


def test_along_the_days_the_first_infusion_is_day_0():
    linked = panel(SCORES.head(5))
    chart = trajectory_chart([linked], INFUSIONS, Along.DAY)
    found = named(chart)
    assert list(found[INFUSION].x) == [0, 4, 8]
    assert list(found[JOINED].x) == pytest.approx([-1, 3.9, 7.9])
    assert list(chart.layout.xaxis.ticktext) == [
        "Day 0<br>Infusion 1",
        "Day 4<br>Infusion 2",
        "Day 8<br>Infusion 3",
    ]


def test_along_infusion_numbers_scores_stand_in_the_order_of_time():
    after, later, before = (
        Timepoint.AFTER_INFUSION,
        Timepoint.FOLLOW_UP,
        Timepoint.BEFORE_INFUSION,
    )
    assert between_infusions(Timepoint.BASELINE, 0) < 1
    assert 1 < between_infusions(after, 1, 72) < between_infusions(later, 1, 73)
    assert between_infusions(later, 1, 28 * 24) < between_infusions(before, 1, 90)
    assert between_infusions(before, 1, 90) < 2
    chart = trajectory_chart([panel(SCORES.head(5))], INFUSIONS, Along.INFUSION)
    assert list(named(chart)[INFUSION].x) == [1, 2, 3]
    assert list(chart.layout.xaxis.ticktext) == ["Infusion 1", "Infusion 2", "Infusion 3"]


def test_labels_along_a_line_take_a_second_row_or_none():
    assert set_apart([0, 10, 20, 35], [30, 30, 30, 30], rows=2) == [0, 1, None, 0]
    assert set_apart([0, 10], [0, 30], rows=1) == [None, 0]


def test_boxes_overlap_only_where_they_share_ground():
    first = box_above(0, 0, "Baseline 20")
    assert first.overlaps(box_above(10, 5, "Response"))
    assert not first.overlaps(box_above(10, 20, "Response"))
    assert not first.overlaps(box_above(width_of("Baseline 20"), 0, "Response"))


@pytest.mark.parametrize("many", [6, 24, 60])
def test_tick_labels_keep_apart_however_many_infusions(many):
    rows = pd.DataFrame(
        {
            "infusion_key": range(many),
            "series_key": 1,
            "phase": int(Phase.INDUCTION),
            "number": range(1, many + 1),
            "started": [day(3 * number) for number in range(many)],
            "dose_mg": 40.0,
            "mg_per_kg": [0.5 + 0.1 * (number % 2) for number in range(many)],
        }
    )
    chart = trajectory_chart([panel(SCORES.head(1))], rows, Along.DAY)
    ticks = chart.layout.xaxis.tickvals
    extent = Extent([*ticks, -1.0, 3.0 * (many - 1)])
    boxes = [Box(extent.pixels(tick), extent.pixels(tick) + 66, 0, 1) for tick in ticks]
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))
    assert boxes[-1].left <= NARROW
