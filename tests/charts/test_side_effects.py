"""The large picture of the Overview."""

import pandas as pd
import pytest

from charts.palette import INK, PALE, severity
from charts.side_effects import incidence_chart
from clinical.side_effect_rates import with_rates

HOSTILE = "<b>Nausea</b> <a href='http://host'>x</a>"


def rates(*counts: tuple[int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(counts, columns=["affected", "recorded"])
    return with_rates(frame, "affected", "recorded")


def terms(*names: str) -> pd.DataFrame:
    """The first term in 40 of 100 infusions, the next in 39, and so on; one of each not graded.

    Their keys count from 7.
    """
    frame = rates(*[(40 - index, 100) for index in range(len(names))]).assign(
        term_key=range(7, 7 + len(names)), term=names
    )
    frame["grade_0"] = 1
    frame["grade_1"] = frame["affected"] - 4
    for grade, infusions in ((2, 2), (3, 1), (4, 0), (5, 0)):
        frame[f"grade_{grade}"] = infusions
    return frame


def test_each_term_has_its_rate_interval_and_number():
    chart = incidence_chart(terms("Dissociation", "Nausea"))
    dots, values = chart.data[0], chart.data[1]
    assert list(dots.x) == [0.40, 0.39]
    # Wilson: 40 of 100 is 0.3094 to 0.4980.
    assert dots.error_x.array[0] == pytest.approx(0.0980, abs=5e-5)
    assert dots.error_x.arrayminus[0] == pytest.approx(0.0906, abs=5e-5)
    assert [value.replace("\N{NO-BREAK SPACE}", " ") for value in values.text] == [
        " 40 % <i>(40)</i>",
        " 39 % <i>(39)</i>",
    ]
    assert list(chart.layout.yaxis.ticktext) == ["Dissociation", "Nausea"]
    low, high = chart.layout.yaxis.range
    assert low > high, "the first term is on top"


def test_grades_are_shares_of_the_infusions_with_the_term():
    chart = incidence_chart(terms("Dissociation"))
    bars = {bar.name: bar for bar in chart.data[2:]}
    assert list(bars) == ["Grade 1", "Grade 2", "Grade 3", "Grade 4", "Grade 5", "Not graded"]
    assert [float(bar.x[0]) for bar in bars.values()] == [0.9, 0.05, 0.025, 0, 0, 0.025]
    assert bars["Not graded"].marker.color == PALE
    assert bars["Grade 5"].marker.color == severity(9, 10)


def test_a_term_is_only_text_and_never_too_long_for_the_axis():
    long = "A" * 80
    chart = incidence_chart(terms(HOSTILE, long))
    shown = list(chart.layout.yaxis.ticktext)
    assert shown[0].startswith("&lt;b&gt;Nausea&lt;/b&gt;")
    assert shown[1] == "A" * 33 + "…"
    for trace in (chart.data[0], *chart.data[2:]):
        assert all("<a " not in carried[0] for carried in trace.customdata)
        assert long in trace.customdata[1][0]


def test_a_dot_stands_for_a_term_and_a_bar_for_a_grade_of_it():
    chart = incidence_chart(terms("Dissociation", "Nausea"))
    assert [carried[1:] for carried in chart.data[0].customdata] == [[7], [8]]
    assert chart.data[1].unselected.textfont.color == INK, "the numbers do not fade"
    assert chart.data[1].customdata is None, "the numbers beside the dots stand for nothing"
    chosen = {bar.name: [carried[1:] for carried in bar.customdata] for bar in chart.data[2:]}
    assert chosen["Grade 2"] == [[7, 2], [8, 2]]
    assert chosen["Not graded"] == [[7, 0], [8, 0]]
