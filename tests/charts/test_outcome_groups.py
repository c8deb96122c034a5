"""The pictures of groups side by side: rates, small multiples, and the funnel of sites."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.outcome_group_curves import curves_chart
from charts.outcome_groups import Group, compared_chart
from charts.outcome_site_funnel import site_funnel_chart
from charts.palette import CONCERN, IMPROVEMENT, INK
from clinical.group_rates import ALL_TOGETHER
from clinical.responses import Result
from clinical.side_effect_rates import with_rates

HOSTILE = "<b>North</b> & <script>"


def rows(*counts: tuple[int, int], ratio: bool = True, differs: tuple[int, ...] = ()) -> Any:
    frame = pd.DataFrame(list(counts), columns=["reached", "n"])
    size = len(frame)
    known = np.linspace(0.8, 1.2, size) if ratio else np.full(size, np.nan)
    return with_rates(frame, "reached", "n").assign(
        size=frame["n"],
        due=frame["n"] + 3,
        difference=0.1,
        difference_low=-0.2,
        difference_high=0.4,
        differs=list(differs) or [0] * size,
        expected=10.0,
        ratio=known,
        ratio_low=known - 0.2,
        ratio_high=known + 0.2,
        of_all=0.5,
    )


GROUPS = [
    Group(HOSTILE, ("site_key", 1)),
    Group("South", ("site_key", 2)),
    Group("Others together", ("site_key", -1), is_merged=True),
]
COUNTS = ((30, 40), (12, 40), (3, 6))


def plainly(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_what_differs_is_coloured_and_named_and_what_is_put_together_hollow():
    chart = compared_chart(rows(*COUNTS, differs=(1, -1, 0)), GROUPS, 6)
    dots, ratios = chart.data
    assert list(dots.marker.color) == [IMPROVEMENT, CONCERN, INK]
    assert list(dots.marker.symbol) == ["circle", "circle", "circle-open"]
    assert list(dots.x) == pytest.approx([0.75, 0.3, 0.5])
    assert list(ratios.x) == pytest.approx([0.8, 1.0, 1.2])
    said = [plainly(each.text) for each in chart.layout.annotations]
    assert said == ["All: 50 %", "As expected", "more", "fewer"]
    assert list(chart.layout.yaxis.ticktext) == [
        "&lt;b&gt;North&lt;/b&gt; &amp; &lt;script&gt; <i>40</i>",
        "South <i>40</i>",
        "Others together <i>6</i>",
    ]


def test_a_dot_says_its_numbers_and_carries_its_group_and_infusion():
    chart = compared_chart(rows(*COUNTS), GROUPS, 4)
    words, *carried = chart.data[0].customdata[1]
    assert carried == ["site_key", 2, 4]
    assert plainly(words) == (
        # Wilson of 12 of 40: 0.1807 to 0.4543.
        "<b>South</b><br>12 of 40: 30 % (95 % CI 18–45)<br>40 of 43 that are due have a score<br>"
        "To all others +10 points (simultaneous 95 % CI −20 points to +40 points)"
    )
    assert "To all others" not in chart.data[0].customdata[2][0], "no group of its own"
    assert chart.data[0].customdata[0][0].startswith("<b>&lt;b&gt;North&lt;/b&gt; &amp;")


def test_without_anything_expected_the_rates_have_the_whole_width():
    chart = compared_chart(rows(*COUNTS, ratio=False), GROUPS, 6)
    assert len(chart.data) == 1
    assert list(chart.layout.xaxis.domain) == [0, 1]


def points(*counts: tuple[int, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(list(counts), columns=["row", "number", "reached", "n"])
    return with_rates(frame, "reached", "n")


CURVES = points(
    *((ALL_TOGETHER, number, 10 * number, 90) for number in range(1, 7)),
    (0, 1, 4, 40),
    (0, 2, 8, 40),
    (0, 5, 20, 38),
    (1, 6, 9, 30),
)


def panels(count: int) -> go.Figure:
    groups = [Group(f"Group {place}", ("site_key", place)) for place in range(count)]
    return curves_chart(CURVES, groups, Result.RESPONSE, 6)


def test_a_panel_for_each_group_with_the_line_of_all_and_gaps_where_a_point_is_left_out():
    chart = curves_chart(CURVES, GROUPS, Result.RESPONSE, 6)
    of_all, own = chart.data[0], chart.data[1]
    assert list(of_all.x) == [1, 2, 3, 4, 5, 6]
    assert list(own.x) == [1, 2, 3, 4, 5]
    assert list(own.y)[:2] == pytest.approx([0.1, 0.2])
    assert np.isnan(list(own.y)[2:4]).all()
    assert own.connectgaps is False
    assert (of_all.xaxis, own.xaxis, chart.data[3].xaxis) == ("x", "x", "x2")
    assert list(own.customdata[4][1:]) == ["site_key", 1, 5]
    assert plainly(own.customdata[4][0]).endswith("infusion 5<br>20 of 38: 53 % (95 % CI 37–68)")
    assert [each.text for each in chart.layout.annotations] == [
        "&lt;b&gt;North&lt;/b&gt; &amp; &lt;script&gt;<br><i>n 40 … 38</i>",
        "South<br><i>n 30</i>",
        "Others together<br><i>too few</i>",
    ]


def test_remission_has_its_own_look():
    chart = curves_chart(CURVES, GROUPS, Result.REMISSION, 6)
    assert (chart.data[1].marker.symbol, chart.data[1].marker.color) == ("square", INK)
    assert chart.data[5].marker.symbol == "square-open"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 9, 12])
def test_panels_lie_within_the_picture_and_over_no_other(count: int):
    layout = panels(count).layout.to_plotly_json()
    boxes = []
    for place in range(count):
        suffix = "" if place == 0 else str(place + 1)
        across, down = (layout[f"{axis}axis{suffix}"]["domain"] for axis in "xy")
        assert 0 <= across[0] < across[1] <= 1
        assert 0 <= down[0] < down[1] <= 1
        boxes.append((*across, *down))
    for place, (left, right, low, high) in enumerate(boxes):
        for other in boxes[:place]:
            apart = other[1] <= left or right <= other[0] or other[3] <= low or high <= other[2]
            assert apart


def test_sites_stand_by_their_number_within_the_limits_of_chance():
    table = rows((30, 40), (12, 40), (20, 40))
    groups = [Group(name, ("site_key", key)) for key, name in enumerate(("A", "B", HOSTILE))]
    chart = site_funnel_chart(table, groups, [2, -1, 0], 6)
    sites = chart.data[4]
    assert list(sites.x) == [40, 40, 40]
    assert list(sites.marker.color) == [IMPROVEMENT, CONCERN, INK]
    assert list(sites.marker.symbol) == ["diamond", "circle", "circle"]
    assert list(sites.text) == ["A", "B", "&lt;b&gt;North&lt;/b&gt; &amp; &lt;script&gt;"]
    lower, upper = chart.data[0], chart.data[1]
    assert lower.y[-1] < 0.5 < upper.y[-1]
    assert lower.x[-1] >= 40
    heights = [each.y for each in chart.layout.annotations]
    assert heights == sorted(heights, reverse=True)
    assert min(-np.diff(heights)) > 0.049, "no name over another"


def test_of_two_sites_near_each_other_the_lower_is_named_below():
    table = rows((27, 50), (26, 50), (26, 50), (10, 50), (10, 20))
    groups = [Group(f"Site {place}", ("site_key", place)) for place in range(5)]
    named = site_funnel_chart(table, groups, [0] * 5, 6).data[4].textposition
    above, below = "top center", "bottom center"
    assert list(named) == [above, below, below, above, above]


def test_of_many_sites_those_outside_are_named():
    table = rows(*[(20, 40)] * 40)
    groups = [Group(f"Site {place}", ("site_key", place)) for place in range(40)]
    chart = site_funnel_chart(table, groups, [*[0] * 39, 1], 6)
    assert [each for each in chart.data[4].text if each] == ["Site 39"]


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_funnel_where_all_or_none_reached_it(target: float):
    table = rows(*[(round(target * n), n) for n in (5, 9, 30)]).assign(of_all=target)
    groups = [Group(f"Site {place}", ("site_key", place)) for place in range(3)]
    chart = site_funnel_chart(table, groups, [0, 0, 0], 6)
    assert set(chart.data[0].y) == {target}
