"""The picture of a month."""

from datetime import date, timedelta
from typing import Any

import pytest

from charts.appointment_calendar import DayCell, month_chart
from charts.palette import NEUTRAL
from clinical.calendar import day_number
from clinical.codes import AppointmentKind as Kind

NAN = float("nan")
FIRST = date(2026, 11, 1)  # a Sunday: six weeks


def cell(number: int, **changes: Any) -> DayCell:
    usual: dict[str, Any] = {
        "day": FIRST + timedelta(days=number - 1),
        "kinds": {int(Kind.INFUSION): 6, int(Kind.CONSULTATION): 2, int(Kind.FOLLOW_UP): 0},
        "share": 0.5,
        "is_unknown": False,
        "missed": 0,
        "note": "",
        "passed": number < 25,
        "is_today": number == 25,
        "hover": f"day {number}",
    }
    return DayCell(**{**usual, **changes})


NOTHING = {"kinds": {}, "share": NAN}


def drawn(*cells: DayCell) -> dict[str, Any]:
    found = month_chart(cells).to_plotly_json()
    assert isinstance(found, dict)
    return found


def month(**changes: dict[str, Any]) -> dict[str, Any]:
    """November with some days otherwise: ``d4={...}``."""
    return drawn(*(cell(number, **changes.get(f"d{number}", {})) for number in range(1, 31)))


def written(made: dict[str, Any]) -> list[str]:
    return [words for trace in made["data"] for words in trace.get("text", []) if words]


def doors(made: dict[str, Any]) -> dict[str, Any]:
    trace = made["data"][-1]
    assert isinstance(trace, dict)
    return trace


def test_each_day_is_a_cell_that_carries_its_words_and_its_number():
    trace = doors(month())
    assert len(trace["x"]) == 30
    assert list(trace["customdata"][3]) == ["day 4", day_number(date(2026, 11, 4))]
    # Sunday the first stands in the last column of the first row; Monday the second below, first.
    assert (trace["x"][0], trace["base"][0]) == (6, 0)
    assert (trace["x"][1], trace["base"][1]) == (0, 1)
    assert (trace["x"][29], trace["base"][29]) == (0, 5)


def test_weeks_are_numbered_and_begin_on_monday():
    made = month()
    assert list(made["layout"]["yaxis"]["ticktext"]) == ["W44", "W45", "W46", "W47", "W48", "W49"]
    assert made["layout"]["xaxis"]["ticktext"][0] == "Mon"
    february = drawn(*(cell(1, day=date(2027, 2, 1) + timedelta(days=day)) for day in range(28)))
    assert len(february["layout"]["yaxis"]["ticktext"]) == 4


def test_the_shade_says_how_much_is_booked_and_words_stay_readable():
    shades = [
        shape["opacity"]
        for shape in month(d1={"share": 1.3}, d2={"share": 0.2}, d3=NOTHING)["layout"]["shapes"]
        if shape.get("fillcolor") == NEUTRAL
    ]
    assert len(shades) == 29
    assert shades[:2] == pytest.approx([0.5, 0.1])


def test_unknown_days_are_hatched():
    made = month(d2={"share": NAN, "is_unknown": True})
    hatched = made["data"][0]
    assert hatched["marker"]["pattern"]["shape"] == "/"
    assert list(hatched["x"]) == [0]
    assert "Open time not known" not in [trace.get("name") for trace in month()["data"]]


def test_small_bars_divide_the_day_by_kind_to_one_scale():
    twice = {int(Kind.INFUSION): 12, int(Kind.CONSULTATION): 4}
    bars = {trace["name"]: trace for trace in month(d2={"kinds": twice})["data"] if "name" in trace}
    assert set(bars) == {"Infusion", "Consultation"}, "nobody came for a follow-up"
    infusions, consultations = bars["Infusion"], bars["Consultation"]
    assert infusions["x"][1] == pytest.approx(2 * infusions["x"][0])
    assert consultations["base"][1] == pytest.approx(infusions["base"][1] + infusions["x"][1])
    assert list(infusions["marker"]["opacity"])[23:25] == [1.0, 0.5], "what is to come is pale"


def test_words_of_a_day():
    made = month(
        d5={"missed": 3, "note": "Half a holiday"},
        d26={"note": "Closed: Thanksgiving", **NOTHING},
        d27={"note": "A holiday with a long name"},
        d28={**NOTHING, "share": 0.0},
    )
    said = written(made)
    assert "3 missed" in said
    assert "Half a holiday" not in said, "what was missed stands in its place"
    assert "Closed:<br>Thanksgiving" in said
    assert "A holiday with a…" in said
    assert said.count("<b>8</b>") == 24, "days that have passed are bold"
    assert said.count("8") == 1 + 4, "the eighth, and the days to come that have eight"
    assert "0" in said, "an open day without appointments is 0"
    assert "50\N{NO-BREAK SPACE}%" in said


def test_a_note_is_never_markup():
    hostile = {"note": "<b>x</b> & y", **NOTHING}
    assert not any("<b>x" in words for words in written(month(d4=hostile)))


def test_every_trace_keeps_its_look_while_a_day_is_chosen():
    for trace in month(d2={"is_unknown": True})["data"]:
        assert "unselected" in trace
    assert doors(month())["unselected"]["marker"]["opacity"] == 0
