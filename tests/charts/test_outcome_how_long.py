"""The pictures of how long responses last."""

import numpy as np
import pytest

from charts.outcome_how_long import (
    WITH_COLOUR,
    WITHOUT_COLOUR,
    Line,
    kept_words,
    last_week,
    lasting_chart,
    weeks_chart,
)
from clinical.durability import Kept, Lasting, Spells, lasting


def found(*each: tuple[int, int, int, int], least: int = 1) -> Lasting:
    entered, left, lost, courses = np.array(each, np.int64).reshape(-1, 4).T
    curve = lasting(Spells(entered, left, lost, courses), least)
    assert curve is not None
    return curve


# Ten from day 7 on: 2 lost on day 28, 1 on day 56, 7 watched until day 126.
TEN = found((7, 28, 1, 2), (7, 56, 1, 1), (7, 126, 0, 7), least=5)
SIX = found((14, 35, 1, 1), (14, 300, 0, 5), least=5)


def line(name: str = "without", curve: Lasting = TEN, *, choosable: bool = True) -> Line:
    colour = WITHOUT_COLOUR if curve is TEN else WITH_COLOUR
    return Line(name, colour, curve, choosable)


def trace(chart, name):
    (one,) = [one for one in chart.data if one.name == name]
    return one


def test_the_steps_run_from_where_the_curve_begins_to_where_it_ends():
    steps = trace(lasting_chart([line()], "the last infusion"), "without")
    assert list(steps.x) == [1, 4, 8, 18, 18]
    assert list(steps.y) == pytest.approx([1, 0.8, 0.7, 0.7, 0.7])
    assert steps.line.shape == "hv"


def test_the_weeks_that_are_told_have_a_dot_that_can_be_chosen():
    dots = trace(lasting_chart([line()], "x"), "without, weeks")
    assert list(dots.x) == [4, 8, 12]
    assert list(dots.y) == pytest.approx([0.8, 0.7, 0.7])
    assert [carried[1] for carried in dots.customdata] == ["4", "8", "12"]
    assert "10 at risk" in dots.customdata[0][0]
    dots = trace(lasting_chart([line(choosable=False)], "x"), "without, weeks")
    assert all(len(carried) == 1 for carried in dots.customdata)


def test_those_at_risk_stand_under_the_ticks_as_far_as_the_curve_goes():
    chart = lasting_chart([line(), line("with", SIX)], "x")
    first, second = trace(chart, "without, at risk"), trace(chart, "with, at risk")
    assert list(zip(first.x, first.text, strict=True)) == [(4, "10"), (8, "8"), (12, "7")]
    assert second.x[0] == 4, "nobody is at risk before day 15"
    assert list(second.text) == ["6", "5", "5", "5", "5"]
    assert len(set(first.y)) == 1
    assert first.y[0] != second.y[0]


def test_where_the_curve_begins_stand_those_at_risk_from_then_on():
    late = found((28, 56, 1, 1), (28, 126, 0, 7), least=5)
    chart = lasting_chart([line("late", late)], "x")
    risk = trace(chart, "late, at risk")
    assert list(zip(risk.x, risk.text, strict=True)) == [(4, "8"), (8, "8"), (12, "7")]
    assert list(trace(chart, "late, weeks").x) == [8, 12], "no dot where all are there"


def test_the_axis_is_as_long_as_the_curves_and_no_longer_than_two_years():
    assert last_week([line()]) == 26
    assert last_week([line("year", found((0, 300, 0, 6)))]) == 52
    longer = line("longer", found((0, 800, 0, 6)))
    assert last_week([longer]) == 104
    assert last_week([]) == 12
    steps = trace(lasting_chart([longer], "x"), "longer")
    assert max(steps.x) == 104


def test_of_two_curves_each_has_a_band_and_of_more_none_has():
    two = lasting_chart([line(), line("with", SIX)], "x")
    assert sum(one.fill == "tonexty" for one in two.data) == 2
    four = lasting_chart([line(str(place)) for place in range(4)], "x", small=True)
    assert not any(one.fill for one in four.data)


def test_names_at_the_ends_do_not_touch():
    chart = lasting_chart([line(str(place)) for place in range(4)], "x")
    heights = sorted(word.y for word in chart.layout.annotations)
    assert all(np.diff(heights) > 0.05)


def test_names_are_text():
    chart = lasting_chart([line("<b>x</b>")], "x")
    assert chart.layout.annotations[0].text == "&lt;b&gt;x&lt;/b&gt;"


def test_a_curve_on_which_nothing_was_lost_is_drawn():
    chart = lasting_chart([line("without", found((0, 40, 0, 5)))], "x")
    assert set(trace(chart, "without").y) == {1.0}


def test_the_curves_stand_beside_each_other_at_each_week():
    chart = weeks_chart([line(), line("with", SIX)])
    without, boosted = chart.data
    assert list(without.y) == pytest.approx([0.8, 0.7, 0.7])
    assert list(boosted.y) == pytest.approx([1, 5 / 6, 5 / 6, 5 / 6])
    for at in (0, 1):
        assert at - 0.3 < without.x[at] < at < boosted.x[at] < at + 0.3


def test_a_share_has_its_interval_where_there_is_one():
    space = "\N{NO-BREAK SPACE}"
    assert kept_words(Kept(0.7, 0.33, 0.89, 7)) == f"70{space}%, 95 % CI 33–89"
    assert kept_words(Kept(0.0, None, None, 7)) == f"0{space}%"
