"""The pictures of What if."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from charts.appointment_what_if import (
    apart,
    site_blocks_chart,
    stays_chart,
    utilisation_chart,
)
from clinical.block_length import Lengths
from clinical.what_if import Projection

MONDAY = date(2026, 11, 23)
OBSERVED = pd.DataFrame(
    {
        "start": [MONDAY - timedelta(weeks=2), MONDAY - timedelta(weeks=1)],
        "scheduled": [0.5, np.nan],
        "actual": [0.4, np.nan],
    }
)
STAYS = Lengths(np.array([100, 110, 130]), np.array([5, 4, 1]))


def ahead(scheduled: list[float], *, band: bool = True) -> Projection:
    shares = np.array(scheduled)
    edge = 0.1 if band else np.nan
    used = np.where(shares <= 1, 0.8 * shares, np.nan)
    return Projection(np.arange(len(shares)), shares, shares - edge, shares + edge, used)


def test_weeks_ahead_are_dashed_and_named_at_their_end():
    chart = utilisation_chart(OBSERVED, MONDAY, ahead([0.5, 0.6]), ahead([0.4, 0.45]))
    names = [trace.name for trace in chart.data if trace.name]
    assert names == ["Used", "Scheduled", "as now", "used, as now", "what if", "used, what if"]
    assert list(chart.data[4].x) == [MONDAY, MONDAY + timedelta(weeks=1)]
    assert chart.data[4].line.dash == "dash"
    said = [note.text.replace("\N{NO-BREAK SPACE}", " ") for note in chart.layout.annotations]
    assert said == [
        "full: 90 % scheduled",
        "as now 60 %",
        "used, as now 48 %",
        "what if 45 %",
        "used, what if 36 %",
    ]


def test_as_it_is_there_are_two_lines_ahead():
    chart = utilisation_chart(OBSERVED, MONDAY, ahead([0.5, 0.6]), None)
    names = [trace.name for trace in chart.data if trace.name]
    assert names == ["Used", "Scheduled", "scheduled", "used"]
    assert np.isnan(chart.data[-3].y[1])  # a closed week is a gap and not 0


def test_without_a_trend_there_is_no_band():
    chart = utilisation_chart(OBSERVED, MONDAY, ahead([0.5, 0.5], band=False), None)
    assert all(trace.fill is None for trace in chart.data)


def test_beyond_full_the_axis_ends_and_the_used_line_too():
    chart = utilisation_chart(OBSERVED, MONDAY, ahead([0.9, 4.0]), None)
    assert chart.layout.yaxis.range[1] == 1.6
    used = next(note for note in chart.layout.annotations if note.text.startswith("used"))
    assert used.x == MONDAY


def test_no_chair_left_and_nothing_observed():
    none = np.full(2, np.nan)
    closed = Projection(np.arange(2), none, none, none, none)
    empty = OBSERVED.iloc[:0]
    chart = utilisation_chart(empty, MONDAY, closed, closed)
    assert [note.text for note in chart.layout.annotations] == [
        "full: 90\N{NO-BREAK SPACE}% scheduled"
    ]


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([0.5, 0.52, 0.9], [0.5, 0.6, 0.9]),
        ([0.52, 0.5, 0.55], [0.6, 0.5, 0.7]),
        ([], []),
    ],
)
def test_names_are_moved_apart(heights, expected):
    assert apart(heights, 0.1) == pytest.approx(expected)


def test_the_share_of_stays_that_are_over():
    chart = stays_chart(STAYS, 105, 120)
    assert list(chart.data[0].y) == [0.5, 0.9, 1]
    said = [note.text.replace("\N{NO-BREAK SPACE}", " ") for note in chart.layout.annotations]
    assert said == ["now 105 min:<br>50 % stay longer", "suggested 120 min:<br>10 % stay longer"]
    assert [shape.x0 for shape in chart.layout.shapes] == [105, 120]
    assert not stays_chart(STAYS, None, None).layout.shapes


def test_blocks_by_site():
    sites = pd.DataFrame(
        {
            "site": ["<b>North</b>", "West"],
            "block": [120.0, np.nan],
            "suggested": [135.0, 125.0],
            "stays": [1200, 30],
            "over": [0.3, np.nan],
        }
    )
    chart = site_blocks_chart(sites)
    assert list(chart.data[1].x) == [135, 125]
    assert list(chart.layout.yaxis.ticktext) == ["&lt;b&gt;North&lt;/b&gt;", "West"]
    assert "<b>North" not in str(chart.data[0].customdata)
    assert chart.data[0].customdata[0].endswith("30\N{NO-BREAK SPACE}% longer than the block")
    assert chart.data[0].customdata[1] == "<b>West</b><br>30 stays"
