"""The pictures of the Appointments page: their traces hold exactly the numbers."""

from datetime import date

import pandas as pd
import pytest

from charts.appointments import (
    chairs_chart,
    coming_chart,
    places_chart,
    rates_chart,
    week_grid_chart,
    weekday_chart,
)
from charts.palette import CONCERN, INK, PALE
from clinical.attendance import attendance_by
from clinical.codes import AppointmentKind
from clinical.codes import AppointmentStatus as Status

HOSTILE = "<b>Main</b> $x$"


def rates(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """A group, its attended and its missed appointments; nothing where both are 0."""
    counts = pd.DataFrame(
        [
            (group, status, count, 0)
            for group, attended, missed in rows
            for status, count in ((Status.FULFILLED, attended), (Status.NOSHOW, missed))
        ],
        columns=["weekday", "status", "appointments", "late_cancelled"],
    )
    return attendance_by(counts, ["weekday"])


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def volume(columns: list[int]) -> pd.DataFrame:
    table = pd.DataFrame(0, index=range(2), columns=columns)
    table[columns[0]] = [3, 2]
    table[columns[1]] = [1, 0]
    table["all"] = [4, 2]
    table["start"] = [date(2026, 3, 2), date(2026, 3, 9)]
    table["whole"] = [True, False]
    return table


def test_weekdays_against_the_rate_of_all():
    chart = weekday_chart(rates((1, 70, 30), (2, 95, 5)), 0.175, worst=0)
    (marks,) = chart.data
    assert list(marks.y) == [0.3, 0.05]
    # Wilson: 30 of 100 is 21.9 to 39.6 %.
    assert marks.error_y.array[0] == pytest.approx(0.0958, abs=5e-5)
    assert marks.error_y.arrayminus[0] == pytest.approx(0.0811, abs=5e-5)
    assert list(marks.marker.color) == [CONCERN, INK]
    assert list(chart.layout.xaxis.ticktext) == ["Mon<br><i>100</i>", "Tue<br><i>100</i>"]
    assert chart.layout.shapes[0].y0 == 0.175
    assert plain(marks.customdata[0]) == "<b>Mon</b><br>Missed: 30 of 100, 30 % (95 % CI 22–40)"


def test_no_rate_of_all_no_line():
    assert not weekday_chart(rates((1, 0, 0)), None, None).layout.shapes


def grid() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "weekday": [1, 3],
            "hour": [9, 11],
            "expected": [20, 4],
            "a_day": [2.0, 0.4],
            "missed": [5, 0],
            "due": [20, 4],
            "missed_rate": [0.25, 0.0],
        }
    )


def test_the_week_by_hour_tells_closed_from_empty():
    open_hours = frozenset({(1, 9), (1, 10), (3, 9)})
    (heat,) = week_grid_chart(grid(), open_hours).data
    assert list(heat.x) == ["Mon", "Wed"]
    assert list(heat.y) == ["09:00", "10:00", "11:00"]
    # Rows are hours: an open hour without appointments is 0, a closed one blank.
    assert [list(row) for row in heat.z] == [[2.0, 0.0], [0.0, None], [None, 0.4]]
    assert plain(heat.customdata[0][0]) == (
        "<b>Mon 09:00</b><br>20 appointments, 2.0 a day<br>missed: 5 of 20, 25 %"
    )
    assert heat.customdata[1][1] == "<b>Wed 10:00</b><br>no appointments"


def test_rates_over_time_with_a_gap():
    table = rates((1, 9, 1), (2, 0, 0), (3, 8, 2))
    table["start"] = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    chart = rates_chart(table, ["January", "February", "March"])
    missed, cancelled = chart.data
    assert missed.name == "Missed"
    assert missed.connectgaps is False
    assert missed.y[0] == 0.1
    assert pd.isna(missed.y[1])
    assert missed.y[2] == 0.2
    assert plain(missed.customdata[1]).startswith("<b>February</b><br>Missed: 0 of 0, no data")
    assert cancelled.name == "Cancelled"


def test_places_from_the_top_with_their_number_and_as_text():
    chart = places_chart(rates((1, 70, 30), (2, 95, 5)), [HOSTILE, "Infusions"])
    missed, cancelled = chart.data
    assert list(missed.x) == [0.3, 0.05]
    assert list(cancelled.x) == [0.0, 0.0]
    assert list(chart.layout.yaxis.ticktext) == [
        "&lt;b&gt;Main&lt;/b&gt; $x$ <i>(100)</i>",
        "Infusions <i>(100)</i>",
    ]
    first, last = chart.layout.yaxis.range
    assert first > last, "the first row is on top"


def test_what_is_booked_against_a_usual_week():
    table = volume([int(each) for each in AppointmentKind])
    chart = coming_chart(table, 5.5)
    assert {bar.name: list(bar.y) for bar in chart.data} == {
        "Infusion": [1, 0],
        "Consultation": [3, 2],
    }
    assert chart.layout.shapes[0].y0 == 5.5
    assert list(chart.layout.xaxis.ticktext) == ["2<br>Mar", "9<br>Mar"]
    assert not coming_chart(table, None).layout.shapes


def test_chairs_scheduled_and_used():
    chairs = pd.DataFrame(
        {
            "scheduled_share": [0.95, 0.4],
            "used_share": [0.8, 0.3],
            "appointments": [100, 40],
            "open": [6000, 6000],
            "bottleneck": [True, False],
        }
    )
    chart = chairs_chart(chairs, ["Chair A", HOSTILE])
    scheduled, used = chart.data
    assert list(scheduled.x) == [0.95, 0.4]
    assert list(scheduled.marker.color) == [CONCERN, PALE]
    assert list(used.x) == [0.8, 0.3]
    assert plain(scheduled.customdata[0]) == (
        "<b>Chair A</b><br>scheduled 95 %, used 80 % of 100 open hours<br>100 appointments"
    )
    assert chart.layout.yaxis.ticktext[1] == "&lt;b&gt;Main&lt;/b&gt; $x$"
    assert "<b>Main" not in str(chart.to_dict())


def test_empty_tables_do_not_crash():
    no_rates = rates().head(0)
    assert weekday_chart(no_rates, None, None)
    assert rates_chart(no_rates.assign(start=[]), [])
    assert places_chart(no_rates, [])
    assert week_grid_chart(grid().head(0), frozenset({(1, 9)}))
