"""Measures side by side: colours by the interval, one scale, and small numbers left out."""

import pandas as pd

from charts.outcome_more import courses_chart, effects_chart
from charts.palette import CONCERN, IMPROVEMENT, NEUTRAL
from clinical.instruments import GAD7, PHQ9, WHO5, Instrument
from clinical.measure_results import MeasureResult, measure_results
from clinical.measures import THOUGHTS


def result(measure: Instrument, *pairs: tuple[float, float], number: int = 2) -> MeasureResult:
    rows = [
        (at, 1, float(before), float(after), 1)
        for at in range(1, number + 1)
        for before, after in pairs[: None if at == number else 2]
    ]
    columns = ["number", "observed", "baseline", "total", "courses"]
    scores = pd.DataFrame(rows, columns=columns).assign(measure=measure.code)
    return measure_results(scores, {measure.code: len(pairs)}, (measure,), number)[0]


BETTER = result(PHQ9, (20, 10), (18, 9), (16, 8), (20, 12))
WORSE = result(WHO5, (40, 10), (38, 9), (36, 8), (40, 14))
UNCLEAR = result(GAD7, (10, 14), (14, 10), (12, 12))


def test_the_colour_of_a_measure_says_what_is_clear():
    chart = effects_chart([BETTER, UNCLEAR, WORSE])
    dots = [trace for trace in chart.data if trace.mode == "markers"]
    assert [dot.marker.color for dot in dots] == [IMPROVEMENT, NEUTRAL, CONCERN]
    assert [dot.x[0] > 0 for dot in dots] == [True, False, False]
    assert list(chart.layout.yaxis.ticktext) == ["PHQ-9<br>n 4", "GAD-7<br>n 3", "WHO-5<br>n 4"]
    low, high = chart.layout.xaxis.range
    assert low < WORSE.effect.low < 0 < BETTER.effect.high < high  # type: ignore[union-attr]


def test_a_dot_says_points_and_effect():
    dot = effects_chart([BETTER]).data[0]
    words, code = dot.customdata[0]
    assert code == PHQ9.code
    # Changes 10, 9, 8 and 8: mean 8.75, SD 0.957, Student's t with 3 degrees 3.182.
    assert "<b>PHQ-9</b>, n 4<br>8.8 points better (95 % CI 7.2 to 10.3)" in words


def test_panels_share_one_scale_and_leave_out_small_numbers():
    chart = courses_chart([BETTER, WORSE, UNCLEAR, result(THOUGHTS, (2, 0), (1, 1), (3, 1))], 3)
    assert [list(trace.x) for trace in chart.data] == [[2]] * 4, "two scores after infusion 1"
    ranges = [chart.layout[f"yaxis{place}"].range for place in ("", "2", "3", "4")]
    assert len(set(ranges)) == 1
    assert [note.text for note in chart.layout.annotations][-1] == (
        "<b>Suicidal thoughts<br>(PHQ-9 item 9)</b>"
    )


def test_a_fifth_panel_begins_a_second_row():
    chart = courses_chart([BETTER] * 5, 1)
    assert chart.layout.xaxis5.domain == chart.layout.xaxis.domain
    assert chart.layout.yaxis5.domain[1] < chart.layout.yaxis.domain[0]
    assert [list(trace.x) for trace in chart.data] == [[1, 2]] * 5
