"""The pictures of the Appointments page: their traces hold exactly the numbers."""

from datetime import date

import pandas as pd

from charts.appointments import (
    coming_chart,
)
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
