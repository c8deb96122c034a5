"""The pictures of stopped infusions and serious side effects."""

from datetime import date

import pandas as pd
import pytest

from charts.palette import NEUTRAL, PALE, severity
from charts.serious_events import (
    grade_words,
    minutes_chart,
    quarters_chart,
    reasons_chart,
    timeline_chart,
)
from clinical.side_effect_rates import with_rates

HOSTILE = "<b>Distress</b> <a href='http://host'>x</a>"


def reasons(*rows: tuple[str, bool, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["reason", "is_given", "affected"])
    frame["recorded"] = 1_000
    frame["of_stopped"] = frame["affected"] / frame["affected"].sum()
    return with_rates(frame, "affected", "recorded")


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_each_reason_is_a_bar_of_its_rate_that_can_be_chosen():
    chart = reasons_chart(reasons(("Distress", True, 6), ("No reason recorded", False, 2)))
    bars, beside = chart.data
    assert list(bars.x) == [0.006, 0.002]
    assert list(bars.customdata) == [0, 1]
    assert list(bars.marker.color) == [NEUTRAL, PALE]
    # Wilson, 6 of 1,000: 0.0028 to 0.0130.
    assert bars.error_x.arrayminus[0] == pytest.approx(0.006 - 0.002754, abs=1e-5)
    assert [spaced(words) for words in beside.text] == [
        " 6 <i>(75 % of stops)</i>",
        " 2 <i>(25 % of stops)</i>",
    ]
    assert "75 % of those stopped" in spaced(bars.hovertext[0])


def test_a_reason_is_only_text():
    chart = reasons_chart(reasons((HOSTILE, True, 6)))
    assert "<a" not in chart.layout.yaxis.ticktext[0]
    assert "<a" not in chart.data[0].hovertext[0]


def test_minutes_are_counted_in_steps_of_five():
    bars = minutes_chart([12, 13, 14, 15, 27]).data[0]
    # 10 to 14: three; 15 to 19: one; 20 to 24: none; 25 to 29: one. A bar stands in its middle.
    assert list(bars.x) == [12.5, 17.5, 22.5, 27.5]
    assert list(bars.y) == [3, 1, 0, 1]
    assert list(bars.text) == ["3", "1", "", "1"]
    assert bars.hovertext[0] == "Minutes 10 to 14: 3 stopped"


def test_a_stop_at_the_start_has_its_bar():
    assert list(minutes_chart([0]).data[0].x) == [2.5]


def test_parts_of_quarters_and_quarters_of_few_are_hollow_and_empty_ones_gaps():
    rates = with_rates(
        pd.DataFrame(
            {
                "affected": [1, 2, 0, 1],
                "recorded": [100, 200, 0, 10],
                "is_whole": [False, True, True, True],
            }
        ),
        "affected",
        "recorded",
    )
    chart = quarters_chart(rates, ["Q4 2025", "Q1 2026", "Q2 2026", "Q3 2026"], few=20)
    dots = chart.data[0]
    assert list(dots.marker.symbol) == ["circle-open", "circle", "circle-open", "circle-open"]
    assert pd.isna(dots.y[2])
    assert chart.layout.xaxis.ticktext[1] == "Q1<br>2026<br><i>200</i>"
    assert "a part of it" in dots.hovertext[0]
    # Not stretched by the interval of the quarter of ten: 1.1 × its rate of 10 %.
    assert chart.layout.yaxis.range[1] == pytest.approx(0.11)


def test_grade_five_is_called_what_it_is():
    assert grade_words(5) == "Grade 5, death"
    assert grade_words(0) == "Not graded"
    assert grade_words(3) == "Grade 3"


def test_serious_events_stand_at_their_day_and_grade():
    events = pd.DataFrame(
        {
            "date": [date(2026, 1, 5), date(2026, 2, 6), date(2026, 3, 7)],
            "grade": [0, 3, 5],
            "term": ["Syncope", HOSTILE, "Cardiac arrest"],
            "site": ["North", HOSTILE, "South"],
        }
    )
    chart = timeline_chart(events, date(2026, 1, 1), date(2026, 3, 31))
    marks = chart.data[0]
    assert list(chart.layout.yaxis.ticktext) == [
        "Not graded",
        "Grade 3",
        "Grade 4",
        "Grade 5, death",
    ]
    assert list(marks.y) == [0, 1, 3]
    assert list(marks.marker.color) == [PALE, severity(5, 10), severity(9, 10)]
    assert list(marks.marker.symbol) == ["circle", "circle", "x"]
    assert "<a" not in marks.hovertext[1]
    assert "07 Mar 2026" in marks.hovertext[2]
