"""The pictures of response and remission by infusion, and by the rule for missing scores."""

from dataclasses import replace

import pytest

from charts.outcome_response import RESULT_LOOKS, response_chart, rules_chart
from charts.palette import IMPROVEMENT, INK
from clinical.course_scores import Missing
from clinical.incidence import proportion
from clinical.responses import Rates, Result

NAMES = {Result.RESPONSE: "Response", Result.REMISSION: "Remission"}


def rates(number: int, responded: int, remitted: int, n: int, due: int = 40) -> Rates:
    return Rates(
        number=number,
        missing=Missing.OBSERVED,
        due=due,
        seen=n,
        n=n,
        no_room=0,
        responded=proportion(responded, n),
        remitted=proportion(remitted, n),
        improved=None,
        response_bounds=(responded / due, (responded + due - n) / due) if n else None,
        remission_bounds=(remitted / due, (remitted + due - n) / due) if n else None,
        improvement_bounds=None,
    )


SIX = [rates(1, 6, 2, 30), rates(2, 9, 3, 24), rates(3, 2, 1, 4), rates(4, 0, 0, 0)]


def test_each_infusion_has_its_n_and_those_of_few_are_not_drawn():
    chart = response_chart(SIX, NAMES, chosen=2, least=5)
    assert list(chart.layout.xaxis.ticktext) == ["1<br><i>30</i>", "<b>2<br><i>24</i></b>"]
    response, remission = chart.data[1], chart.data[3]
    assert list(response.y) == pytest.approx([0.2, 0.375])
    assert list(remission.y) == pytest.approx([2 / 30, 0.125])
    # Both stand beside their infusion, response on the left.
    assert list(response.x) == pytest.approx([0.87, 1.87])
    assert list(remission.x) == pytest.approx([1.13, 2.13])


def test_the_interval_is_wilsons_and_the_pale_bar_reaches_from_worst_to_best():
    chart = response_chart(SIX, NAMES, chosen=2, least=5)
    pale, dots = chart.data[0], chart.data[1]
    # Wilson: 6 of 30 is 0.0951 to 0.3731 (Newcombe's formula, by hand).
    assert dots.y[0] - dots.error_y.arrayminus[0] == pytest.approx(0.0951, abs=5e-5)
    assert dots.y[0] + dots.error_y.array[0] == pytest.approx(0.3731, abs=5e-5)
    # None or all of the ten that are missing of forty.
    assert (pale.base[0], pale.base[0] + pale.y[0]) == pytest.approx((6 / 40, 16 / 40))


def test_a_dot_carries_its_words_its_result_and_its_infusion():
    dot = response_chart(SIX, NAMES, chosen=2, least=5).data[3].customdata[1]
    assert list(dot[1:]) == ["remission", 2]
    assert dot[0].replace("\N{NO-BREAK SPACE}", " ") == (
        "<b>Remission, infusion 2</b><br>Observed: 3 of 24: 12 % (95 % CI 4–31)"
    )


def test_results_are_told_apart_by_shade_by_shape_and_by_name():
    assert RESULT_LOOKS[Result.RESPONSE] == (IMPROVEMENT, "circle")
    assert RESULT_LOOKS[Result.REMISSION] == (INK, "square")
    chart = response_chart(SIX, NAMES, chosen=2, least=5)
    assert [(each.text, each.yshift) for each in chart.layout.annotations] == [
        ("Response", 0),
        ("Remission", 0),
    ]


def test_names_of_lines_that_end_close_together_are_set_apart():
    chart = response_chart([rates(1, 10, 9, 30)], NAMES, chosen=1, least=5)
    assert [(each.text, each.yshift) for each in chart.layout.annotations] == [
        ("Response", 9),
        ("Remission", -9),
    ]


def test_one_result_alone_stands_at_its_infusion():
    one = replace(SIX[0], improved=proportion(3, 30), improvement_bounds=(0.1, 0.3), responded=None)
    chart = response_chart([one], {Result.IMPROVEMENT: "Better by <10"}, chosen=1, least=5)
    assert list(chart.data[1].x) == [1]
    assert chart.layout.annotations[0].text == "Better by &lt;10"


def test_nothing_to_draw_is_an_empty_picture():
    chart = response_chart([], NAMES, chosen=6, least=5)
    assert [len(trace.x) for trace in chart.data] == [0, 0, 0, 0]


RULES = [
    SIX[0],
    replace(SIX[0], missing=Missing.CARRIED, n=36, responded=proportion(8, 36)),
    replace(SIX[0], missing=Missing.ALL, n=40, responded=proportion(6, 40)),
]


def test_each_rule_has_a_row_with_its_n_and_the_bounds_the_last():
    chart = rules_chart(RULES, NAMES, {}, "")
    assert list(chart.layout.yaxis.ticktext) == [
        "Observed <i>30</i>",
        "Last score carried forward <i>36</i>",
        "All starters <i>40</i>",
        "Worst to best <i>40</i>",
    ]
    pale, dots = chart.data[0], chart.data[1]
    assert list(dots.x) == pytest.approx([0.2, 8 / 36, 0.15])
    assert list(dots.y) == pytest.approx([-0.13, 0.87, 1.87])
    assert (pale.base[0], pale.x[0], pale.y[0]) == pytest.approx((0.15, 0.25, 2.87))
    words = [each.text.replace("\N{NO-BREAK SPACE}", " ") for each in chart.layout.annotations]
    assert words[:4] == ["20 % Response", "6.7 % Remission", "22 %", "6.7 %"]
    assert words[-2:] == ["15–40 %", "5–30 %"]


def test_a_rule_that_is_not_shown_says_why():
    chart = rules_chart(RULES, NAMES, {Missing.CARRIED: "Fewer than <5"}, "No data")
    assert list(chart.data[0].x) == pytest.approx([0.2, 0.15])
    reasons = {each.y: each.text for each in chart.layout.annotations[:2]}
    assert reasons == {1: "Fewer than &lt;5", 3: "No data"}
