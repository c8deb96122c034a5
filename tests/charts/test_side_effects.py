"""The pictures of the Side effects page."""

from datetime import date
from math import isnan

import pandas as pd
import pytest

from charts.palette import CONCERN, IMPROVEMENT, INK, PALE, severity
from charts.side_effects import category_chart, incidence_chart, month_chart, site_chart
from clinical.side_effect_rates import with_rates

HOSTILE = "<b>Nausea</b> <a href='http://host'>x</a>"


def rates(*counts: tuple[int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(counts, columns=["affected", "recorded"])
    return with_rates(frame, "affected", "recorded")


def terms(*names: str) -> pd.DataFrame:
    """The first term in 40 of 100 infusions, the next in 39, and so on; one of each not graded."""
    frame = rates(*[(40 - index, 100) for index in range(len(names))]).assign(term=names)
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
        assert all("<a " not in words for words in trace.customdata)
        assert long in trace.customdata[1]


def test_a_category_shows_its_number_and_few_are_hollow():
    chart = category_chart(rates((10, 40), (3, 9)), ["1", "<2"], "Infusion", few=20)
    assert list(chart.layout.xaxis.ticktext) == ["1<br><i>40</i>", "&lt;2<br><i>9</i>"]
    assert list(chart.data[0].marker.symbol) == ["circle", "circle-open"]
    assert "10 of 40: 25" in chart.data[0].customdata[0]


def test_a_month_with_nothing_recorded_is_a_gap():
    months = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    chart = month_chart(rates((10, 40), (0, 0), (1, 10)), months, few=20)
    line = chart.data[0]
    assert isnan(line.y[1])
    assert list(line.marker.symbol) == ["circle", "circle-open", "circle-open"]
    assert line.connectgaps is None, "plotly leaves gaps unless told otherwise"
    assert "no data" in line.customdata[1]


def test_nothing_recorded_at_all_still_draws_an_axis():
    chart = month_chart(rates((0, 0)), [date(2026, 1, 1)], few=20)
    assert list(chart.layout.yaxis.range) == [0, 1]


def test_only_a_clear_change_is_coloured():
    sites = rates((30, 100), (12, 100), (2, 100)).assign(
        site=["North", "<i>South</i>", "West"],
        before=[0.12, 0.12, 0.12],
        n_before=[700, 700, 700],
        judgement=["worse", "", "better"],
    )
    chart = site_chart(sites)
    assert [(trace.name, trace.marker.color) for trace in chart.data[1:]] == [
        ("Risen", CONCERN),
        ("Fallen", IMPROVEMENT),
        ("Recent, no clear change", INK),
    ]
    assert list(chart.data[0].x) == [0.12, 0.12, 0.12]
    assert list(chart.layout.yaxis.ticktext)[1] == "&lt;i&gt;South&lt;/i&gt;"
