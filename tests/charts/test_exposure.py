"""The intervals between boosters."""

from datetime import date, timedelta

import pandas as pd

from charts.exposure import interval_chart
from clinical.exposure import Trend


def intervals(*days: int) -> pd.DataFrame:
    boosters = [date(2026, 1, 1) + timedelta(days=30 * place) for place in range(len(days))]
    return pd.DataFrame({"day": boosters, "days": days})


def test_the_medians_lie_over_the_intervals_that_they_are_of():
    chart = interval_chart(intervals(28, 30, 26, 35, 40), Trend(35, 3, 29, 2))
    recent, earlier = chart.layout.shapes
    assert (recent.x0, recent.x1, recent.y0) == (1.55, 4.45, 35)
    assert (earlier.x0, earlier.x1, earlier.y0) == (-0.45, 1.45, 29)
    assert [note.text for note in chart.layout.annotations] == ["median 35", "median 29"]
    assert list(chart.data[0].y) == [28, 30, 26, 35, 40]


def test_few_intervals_have_one_median():
    chart = interval_chart(intervals(28, 30), Trend(29, 2, None, 0))
    assert [note.text for note in chart.layout.annotations] == ["median 29"]


def test_of_many_the_latest_are_drawn():
    chart = interval_chart(intervals(*range(1, 61)), Trend(59, 3, 29, 57))
    assert list(chart.data[0].y) == list(range(25, 61))
