"""The shared look of figures."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from charts import style


def test_data_cannot_format_a_label():
    assert style.text("<b>x</b> & <a href='http://h'>y</a>") == (
        "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href='http://h'&gt;y&lt;/a&gt;"
    )


def test_a_line_across_the_plot_is_drawn_and_named():
    chart = style.figure(shapes=[style.across(5)], annotations=[style.name_at(5, "Remission < 5")])
    assert chart.layout.shapes[0].y0 == 5
    assert chart.layout.annotations[0].text == "Remission &lt; 5"


def test_a_label_is_short_and_only_text():
    assert style.label("Chair A, Lakeview") == "Chair A, Lakeview"
    assert style.label("A" * 34) == "A" * 34
    assert style.label("A" * 35) == "A" * 33 + "…"
    assert style.label("<b>Nausea</b>") == "&lt;b&gt;Nausea&lt;/b&gt;"


def drawn() -> Any:
    """A figure of everything that charts hand over, as it is sent to the browser."""
    rates = pd.DataFrame({"x": [1, 2], "share": [0.2, np.nan], "day": pd.to_datetime("2026-03-09")})
    line = style.scatter(
        x=rates["day"],
        y=rates["share"].to_numpy(),
        mode="lines+markers",
        line={"color": "#123456", "width": 1.5},
        marker={"color": ["#123456", "#654321"], "size": [7, 11]},
        error_x=None,
        error_y=style.interval(rates["share"], rates["share"], rates["share"], "#123456"),
        customdata=["a", "b"],
        hovertemplate="%{customdata}<extra></extra>",
    )
    bars = style.bar(x=rates["x"], y=rates.index, orientation="h", text=["a", ""])
    cells = style.heatmap(z=[[1, None]], x=[1, 2], y=["a"], colorscale=[(0, "#fff"), (1, "#000")])
    chart = style.figure(
        300,
        [line, bars, cells],
        shapes=[style.across(5)],
        annotations=[style.name_at(5, "five")],
        xaxis={"range": (0, 1), "tickvals": [0, 1]},
    )
    return json.loads(chart.to_json())


def test_the_browser_is_sent_the_same_whether_or_not_plotly_checks(
    monkeypatch: pytest.MonkeyPatch,
):
    checked = drawn()
    monkeypatch.setattr(style, "CHECKED", False)
    assert drawn() == checked


def test_in_the_tests_of_charts_plotly_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="widht"):
        style.figure(traces=[style.scatter(line={"widht": 2})])
