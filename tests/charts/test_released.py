"""The pictures of what is told of large groups alone."""

import pandas as pd

from charts.released import told_results_chart, told_terms_chart


def test_terms_from_the_top_with_their_intervals_beside_them():
    terms = pd.DataFrame(
        {
            "term": ["Nausea", "<b>x</b>"],
            "infusions": [50, 2],
            "recorded": [100, 100],
            "share": [0.5, 0.02],
            "low": [0.4, 0.005],
            "high": [0.6, 0.07],
        }
    )
    chart = told_terms_chart(terms)
    dots, words = chart.data
    assert list(dots.x) == [0.5, 0.02]
    assert list(dots.error_x.array) == [0.6 - 0.5, 0.07 - 0.02]
    assert list(chart.layout.yaxis.ticktext) == ["Nausea", "&lt;b&gt;x&lt;/b&gt;"]
    assert chart.layout.yaxis.range[0] > chart.layout.yaxis.range[1]
    assert "50 of 100" in dots.customdata[0][0]
    assert "50" in words.text[0]


def test_results_by_period_with_a_gap_where_nobody_has_a_score():
    rows = pd.DataFrame(
        {
            "events": [10, 0],
            "n": [20, 0],
            "share": [0.5, float("nan")],
            "low": [0.3, float("nan")],
            "high": [0.7, float("nan")],
        }
    )
    chart = told_results_chart(["Jan–Mar 2026", "Apr–Jun 2026"], [rows, rows.assign(share=0.25)])
    response, name = chart.data[:2]
    assert response.y[0] == 0.5
    assert pd.isna(response.y[1])
    # Its name stands at the last rate that there is.
    assert list(name.y) == [0.5]
    assert name.text[0].strip() == "Response"
    assert list(chart.layout.xaxis.ticktext) == ["Jan–Mar 2026<br>n = 20", "Apr–Jun 2026<br>n = 0"]
    assert "no data" in response.customdata[1][0]
