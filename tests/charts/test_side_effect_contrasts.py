"""The picture of what was different about some infusions."""

from charts.palette import INK, NEUTRAL
from charts.side_effect_contrasts import contrast_chart
from clinical.contrasts import Contrast

HOSTILE = "<b>Lot</b> <a href='http://host'>x</a>"


def contrast(
    difference: float | None, value_with: float = 0.5, value_without: float = 0.4, n: int = 200
) -> Contrast:
    return Contrast("lot_number", "L", value_with, value_without, n, n, difference)


def test_a_difference_is_a_dot_with_its_two_values_beside():
    # Chance alone exceeds 1.96 × sqrt(2/200) = 0.196 one time in twenty.
    chart = contrast_chart(
        [contrast(-1.5), contrast(0.19)], ["Dose", "Lot L"], [("0.50", "0.76"), ("50 %", "40 %")]
    )
    band, _, dots, with_it, others = chart.data
    assert list(dots.x) == [-1.5, 0.19]
    assert list(dots.marker.color) == [INK, NEUTRAL]
    assert list(dots.marker.symbol) == ["circle", "circle"]
    assert list(with_it.text) == ["0.50", "50 %"]
    assert list(others.text) == ["0.76", "40 %"]
    assert [round(x, 3) for x in band.x if x is not None] == [-0.196, 0.196, -0.196, 0.196]
    assert "Standardised difference −1.50" in dots.customdata[0]
    assert "n = 200" in dots.customdata[0]
    low, high = chart.layout.yaxis.range
    assert low > high, "the largest difference is on top"


def test_a_complete_difference_stands_at_the_edge_of_its_side():
    chart = contrast_chart(
        [contrast(None, 0.0, 1.0), contrast(None, 1.0, 0.0)],
        ["Lot L", "Lot M"],
        [("0 %", "100 %"), ("100 %", "0 %")],
    )
    dots = chart.data[2]
    left, right = dots.x
    assert left == -right
    assert chart.layout.xaxis.range[0] < left < -0.5
    assert list(dots.marker.symbol) == ["triangle-left", "triangle-right"]
    assert list(dots.marker.color) == [INK, INK]
    assert "complete difference" in dots.customdata[0]


def test_small_differences_do_not_fill_the_picture():
    chart = contrast_chart([contrast(0.02, n=100_000)], ["Dose"], [("1", "2")])
    assert chart.layout.xaxis.range[1] >= 0.5


def test_names_and_values_are_only_text():
    chart = contrast_chart([contrast(0.5)], [HOSTILE], [("<i>1</i>", "<i>2</i>")])
    assert "<a" not in chart.layout.yaxis.ticktext[0]
    assert "<i>" not in chart.data[3].text[0]
    assert "<a" not in chart.data[2].customdata[0]
    assert "<i>1" not in chart.data[2].customdata[0]
