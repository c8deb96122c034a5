"""The pictures of the Appointments page: their traces hold exactly the numbers."""

from datetime import date

import pandas as pd

from charts.appointments import (
    chairs_chart,
    coming_chart,
    week_grid_chart,
)
from charts.palette import CONCERN, PALE
from clinical.codes import AppointmentKind

HOSTILE = "<b>Main</b> $x$"


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
    assert week_grid_chart(grid().head(0), frozenset({(1, 9)}))
