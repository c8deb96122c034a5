"""The pictures of How soon."""

import pandas as pd
import pytest

from charts.outcome_how_soon import (
    Line,
    Share,
    curves_chart,
    first_day_chart,
    median_words,
    medians_chart,
    share_words,
)
from charts.palette import CONCERN, IMPROVEMENT, INK
from clinical.incidence import proportion
from clinical.time_to import Median, TimeTo, Unit, time_to


def found(*of: tuple[int, int, int], unit: Unit = Unit.DAYS) -> TimeTo:
    """From time, whether it was reached then, and courses."""
    rows = pd.DataFrame(list(of), columns=["time", "reached", "courses"]).assign(room=1)
    return time_to(rows, unit, 5)


# 20 courses: 4 on day 3, 2 last watched then, 7 on day 10, 3 watched to day 14, 4 to day 40.
TWENTY = found((3, 1, 4), (3, 0, 2), (10, 1, 7), (14, 0, 3), (40, 0, 4))


def test_steps_end_where_too_few_are_at_risk_and_carry_what_they_stand_for():
    chart = curves_chart([Line("<i>A</i>", INK, TWENTY, ("Response", 3))], Unit.DAYS)
    steps, last_watched, at_risk = chart.data[2], chart.data[3], chart.data[4]
    # 4 at risk on day 40 are not shown. Shares: 4/20, then 1 - 16/20 × 7/14.
    assert list(steps.x) == [0, 3, 10, 14]
    assert list(steps.y) == pytest.approx([0, 0.2, 0.6, 0.6])
    assert [list(each[1:]) for each in steps.customdata] == [
        ["Response", 3, 0],
        ["Response", 3, 3],
        ["Response", 3, 10],
        ["Response", 3, 14],
    ]
    assert list(steps.marker.size) == [0, 5, 5, 0]
    assert list(last_watched.x) == [3, 14]
    assert "<i>" not in steps.name
    # Ticks two days apart; 20 until day 3, then 14, and 7 after day 10.
    assert list(at_risk.text) == ["20", "20", "14", "14", "14", "14", "7", "7"]
    assert list(at_risk.x) == [0, 2, 4, 6, 8, 10, 12, 14]


def test_bands_are_drawn_for_two_curves_and_not_for_more():
    two = curves_chart([Line(name, INK, TWENTY, (name, 0)) for name in "AB"], Unit.DAYS)
    three = curves_chart([Line(name, INK, TWENTY, (name, 0)) for name in "ABC"], Unit.DAYS)
    assert [trace.fill for trace in two.data].count("tonexty") == 2
    assert [trace.fill for trace in three.data].count("tonexty") == 0
    # Names of equal curves are moved apart.
    heights = [note.y for note in three.layout.annotations if note.text in {"A", "B", "C"}]
    assert len(set(heights)) == 3


def test_the_axis_of_shares_is_the_whole_unless_all_is_far_below():
    few = found((50, 1, 1), (168, 0, 300), unit=Unit.HOURS)
    chart = curves_chart([Line("A", INK, few, ("Response", 0))], Unit.HOURS)
    assert list(chart.layout.yaxis.tickvals) == pytest.approx([0, 0.05, 0.1, 0.15, 0.2])
    assert not chart.layout.shapes
    whole = curves_chart([Line("A", INK, TWENTY, ("Response", 0))], Unit.DAYS)
    assert whole.layout.yaxis.tickvals[-1] == 1


def test_a_curve_goes_on_as_far_as_all_were_watched():
    # Two respond in hour 30, the others later than the axis goes; and nobody at all.
    for rows, shares in (([(30, 1, 2), (169, 1, 8)], [0, 0.2, 0.2]), ([(169, 0, 8)], [0, 0])):
        lines = [Line("A", INK, found(*rows, unit=Unit.HOURS), ("Response", 0))]
        steps = next(
            trace for trace in curves_chart(lines, Unit.HOURS).data if trace.mode == "lines+markers"
        )
        assert steps.x[-1] == 168
        assert list(steps.y) == pytest.approx(shares)
        assert len(steps.customdata) == len(steps.x) == len(steps.marker.size)


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize(
    "rows", [(), ((3, 1, 7),), ((9, 0, 7),), ((1, 1, 1),)], ids=["none", "at once", "never", "one"]
)
def test_extreme_clinics_draw(unit, rows):
    lines = [Line("A", INK, found(*rows, unit=unit), ("Response", 0))]
    curves_chart(lines, unit)
    medians_chart(["A"], [found(*rows, unit=unit)], unit)
    curves_chart([], unit)


def test_a_median_that_was_not_reached_has_no_dot():
    never = found((9, 0, 7))
    chart = medians_chart(["Never", "Ten"], [never, TWENTY], Unit.DAYS)
    dots = chart.data[0]
    assert (list(dots.x), list(dots.y)) == ([10], [1])
    assert [note.text for note in chart.layout.annotations] == ["not reached", "10 days"]
    assert list(chart.layout.yaxis.ticktext) == ["Never <i>7</i>", "Ten <i>20</i>"]


@pytest.mark.parametrize(
    ("median", "said"),
    [
        (Median(9, 8, 11), "9 days, 95 % CI 8–11"),
        (Median(1, None, 3), "1 day, 95 % CI not known to 3"),
        (Median(9, 8, None), "9 days, 95 % CI 8 to not reached"),
        (Median(9, None, None), "9 days, without an interval"),
        (Median(None, 8, None), "not reached"),
    ],
)
def test_a_median_in_words(median, said):
    assert median_words(median, Unit.DAYS) == said


def test_a_share_in_words():
    # 16 of 20 are left after day 3: log-log band by hand, 0.8^(e^±0.982) is 0.551 and 0.920.
    said = share_words(TWENTY, 3).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "20 %, 95 % CI 8–45"
    assert share_words(TWENTY, 30) == "not known"


def test_the_first_day_has_its_shares_and_what_is_worse_is_orange():
    shares = [
        Share("Responded", proportion(17, 80), "responded"),
        Share("Worse by 6 points", proportion(0, 80), "worse", is_worse=True),
        Share("No data", proportion(0, 0), "remitted"),
    ]
    chart = first_day_chart(shares)
    assert [trace.marker.color for trace in chart.data[:2]] == [IMPROVEMENT, CONCERN]
    assert list(chart.data[0].x) == [0.2125]
    assert list(chart.data[2].x) == []
    assert chart.layout.annotations[2].text == "no data"
