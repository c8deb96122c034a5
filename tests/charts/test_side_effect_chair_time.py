"""The picture of the chair time that goes with side effects."""

import pandas as pd
import pytest

from charts.side_effect_chair_time import chair_time_chart, signed

HOSTILE = "<b>Nausea</b> <a href='http://host'>x</a>"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (812.4, "812"),
        (1234.0, "1,234"),
        (99.4, "99.4"),
        (-3.44, "−3.4"),
        (-0.04, "0.0"),
        (0.0, "0.0"),
        (None, "no data"),
        (float("nan"), "no data"),
    ],
)
def test_numbers_may_be_negative(value: float | None, words: str):
    assert signed(value) == words


def test_hours_have_their_interval_and_the_minutes_of_one_infusion():
    terms = pd.DataFrame(
        [("Nausea", 120, 6.0, 2.0, 10.0, 3.0), (HOSTILE, 2, -1.0, None, None, -30.0)],
        columns=["term", "infusions", "hours", "hours_low", "hours_high", "each"],
    )
    chart = chair_time_chart(terms)
    bars = chart.data[0]
    assert list(bars.x) == [6, -1]
    assert list(bars.error_x.array) == [4, 0]
    assert list(bars.error_x.arrayminus) == [4, 0]
    assert [note.text for note in chart.layout.annotations] == [
        "6.0 h <i>(3.0 min each)</i>",
        "−1.0 h <i>(−30.0 min each)</i>",
    ]
    assert [note.x for note in chart.layout.annotations] == [10, 0]
    assert bars.customdata[0] == (
        "<b>Nausea</b><br>6.0 chair-hours in 120 infusions (95 % CI 2.0 to 10.0)"
    )
    assert "no data to no data" in bars.customdata[1]
    assert "<a " not in bars.customdata[1]
    assert "<a " not in chart.layout.yaxis.ticktext[1]
    assert chart.layout.xaxis.range[0] < -1
