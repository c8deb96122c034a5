"""The pictures of what is coming: their traces hold exactly the numbers."""

from datetime import date

import pandas as pd
import pytest

from charts.appointment_coming import (
    Measure,
    StartsAhead,
    coming_chart,
    record_chart,
    sites_chart,
    starts_chart,
)
from charts.palette import CONCERN, INK
from clinical.demand import Layer

HOSTILE = "<b>Main</b> $x$"
MEASURE = Measure("Chair-hours a week", "chair-hours", "Open chair-hours")
STARTS = [date(2026, 3, 9), date(2026, 3, 16)]


def weeks(rooms=(20.0, 40.0)):
    return pd.DataFrame(
        {
            int(Layer.BOOKED): [10.0, 20.0],
            int(Layer.COURSES): [0.0, 4.0],
            int(Layer.BOOSTERS): [0.0, 0.0],
            int(Layer.NEW_STARTS): [0.0, 6.0],
            "low": [9.0, 25.0],
            "high": [11.0, 35.0],
            "total": [10.0, 30.0],
            "room": list(rooms),
            "share": [0.5, 0.75],
        }
    )


def plain(words):
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_weeks_in_layers_against_the_room():
    chart = coming_chart(weeks(), STARTS, date(2026, 3, 12), MEASURE)
    # Boosters are none, so they have no trace.
    assert [trace.name for trace in chart.data] == [
        "Booked, expected to attend",
        "Rest of inductions, not booked yet",
        "New starts, forecast",
        "All, 80 % band",
        "Open chair-hours",
    ]
    assert list(chart.data[0].y) == [10, 20]
    assert chart.data[0].opacity > chart.data[1].opacity > chart.data[2].opacity
    assert list(chart.data[3].error_y.array) == [1, 5]
    assert list(chart.data[3].error_y.arrayminus) == [1, 5]
    assert list(chart.data[4].y) == [20, 20, None, 40, 40, None]
    assert chart.layout.xaxis.ticktext == ("rest of<br>this week", "16<br>Mar")


def test_a_bar_says_what_it_is_and_carries_its_row():
    chart = coming_chart(weeks(), STARTS, date(2026, 3, 12), MEASURE)
    assert [list(carried) for carried in chart.data[0].customdata] == [
        [
            "<b>Thu 12 Mar to Sunday</b><br>Booked, expected to attend: 10 of 10 chair-hours",
            0,
        ],
        ["<b>Week of 16 Mar</b><br>Booked, expected to attend: 20 of 30 chair-hours", 1],
    ]
    assert plain(chart.data[3].text[1]) == (
        "<b>Week of 16 Mar</b><br>30 chair-hours expected (80 % band 25–35)<br>"
        "75 % of 40 open chair-hours"
    )


def test_a_week_that_is_over_is_a_whole_week():
    chart = coming_chart(weeks(), STARTS, None, MEASURE)
    assert chart.layout.xaxis.ticktext == ("9<br>Mar", "16<br>Mar")


def test_room_that_is_not_known_or_nothing_is_drawn_so():
    missing = float("nan")
    chart = coming_chart(weeks((missing, missing)), STARTS, None, MEASURE)
    assert "Open chair-hours" not in {trace.name for trace in chart.data}
    assert "not known" in chart.data[-1].text[0]
    closed = coming_chart(weeks((0.0, missing)), STARTS, None, MEASURE)
    assert list(closed.data[-1].y) == [0, 0, None, None, None, None]
    assert "closed" in closed.data[-2].text[0]


def test_new_starts_and_their_forecast():
    ahead = StartsAhead(STARTS, [3.0, 3.5], [1.0, 1.5], [5.0, 5.5])
    chart = starts_chart([date(2026, 2, 23), date(2026, 3, 2)], [2, 4], ahead)
    band, began, forecast = chart.data
    assert list(band.y) == [5, 5.5, 1.5, 1]
    assert list(began.y) == [2, 4]
    assert list(forecast.y) == [3, 3.5]
    assert forecast.customdata[0] == "Week of 9 Mar: 3.0 expected (80 % band 1.0–5.0)"


def test_how_the_books_have_held():
    record = pd.DataFrame(
        {"ahead": [0, 1], "expected": [50.0, 40.0], "attended": [45, 42], "reach": [0.2, 0.1]}
    )
    band, dots = record_chart(record).data
    assert list(band.error_y.array) == [0.2, 0.1]
    assert list(dots.y) == pytest.approx([0.9, 1.05])
    assert plain(dots.customdata[1]) == "1 week before<br>42 attended, 40 expected (105 %)"
    assert plain(dots.customdata[0]).startswith("In its own week<br>45 attended")


def test_sites_by_how_full_they_will_be():
    sites = pd.DataFrame(
        {
            "booked": [0.5, 0.2],
            "total": [0.95, 0.4],
            "low": [0.9, 0.3],
            "high": [1.0, 0.5],
            "full": [True, False],
        }
    )
    chart = sites_chart(sites, [HOSTILE, "West"])
    bars, dots = chart.data
    assert list(bars.x) == [0.5, 0.2]
    assert list(dots.x) == [0.95, 0.4]
    assert list(dots.marker.color) == [CONCERN, INK]
    assert "<b>Main" not in str(chart.layout.yaxis.ticktext) + bars.customdata[0]
