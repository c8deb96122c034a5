"""Pictures of access times, free slots, the funnel and the rhythm of courses."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from charts.appointment_access import Line, months_chart, sites_chart, slots_chart, waits_chart
from charts.appointment_funnel import (
    funnel_chart,
    rhythm_months_chart,
    rhythm_sites_chart,
    sources_chart,
)
from clinical.survival import Curve, kaplan_meier

HOSTILE = "<b>x</b>"
SAFE = "&lt;b&gt;x&lt;/b&gt;"


def curve(days: list[int], came: list[int], waiting: list[int]) -> Curve:
    return kaplan_meier(np.array(days), np.array(came), np.array(waiting))


SEEN = curve([20, 30, 40], [6, 3, 0], [0, 0, 1])
TREATED = curve([25, 35, 200], [4, 2, 0], [0, 0, 4])


def test_waits_are_steps_that_end_where_nobody_was_watched():
    made = waits_chart(
        [Line("Seen", "#000008", SEEN, 20), Line("Treated", "#000007", TREATED, 35)], "waiting", 40
    )
    lines = {trace.name: trace for trace in made.data if trace.name}
    assert list(lines["Seen"].x) == [0, 20, 30, 40]
    assert list(lines["Seen"].y) == pytest.approx([0, 0.6, 0.9, 0.9])
    # Somebody was watched for 200 days, beyond the axis of 42.
    assert list(lines["Treated"].x) == [0, 25, 35, 42]
    halves = [trace for trace in made.data if trace.mode == "markers+text"]
    # The first on its left; the second has no room on its right and is named at its end.
    assert [(trace.textposition, trace.text) for trace in halves] == [
        ("top left", (" Seen: 20 days ",)),
        (None, None),
    ]
    assert [each.text for each in made.layout.annotations] == ["half", "Treated"]
    # Under the axis: of ten people four had not been treated by day 42.
    assert made.layout.xaxis.ticktext[-1] == "42<br><i>4</i>"


def test_a_curve_without_a_half_is_named_at_its_end():
    made = waits_chart([Line("Seen", "#000008", curve([5], [1], [4]), None)], "waiting", 28)
    assert [each.text for each in made.layout.annotations] == ["half", "Seen"]


def medians(**more: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "way": ["Seen", "Seen", "Treated", "Treated"],
            "colour": ["#000008", "#000008", "#000007", "#000007"],
            "days": [12.0, 14.0, 30.0, np.nan],
            "low": [10.0, np.nan, 20.0, np.nan],
            "high": [15.0, np.nan, 90.0, np.nan],
            "n": [20, 4, 20, 4],
        }
    )
    for name, values in more.items():
        frame[name] = values
    return frame


def test_months():
    starts = [date(2026, 1, 1), date(2026, 2, 1)]
    made = months_chart(medians(start=starts * 2), 10)
    seen, treated = made.data
    assert list(seen.marker.symbol) == ["circle", "circle-open"]
    assert np.isnan(treated.y[1]), "half had not come: a gap"
    # An end that is not known is drawn at the dot.
    assert list(seen.error_y.array) == [3, 0]
    assert seen.customdata[1] == (
        "<b>February 2026</b><br>Seen: half within 14 days (95 % CI not known to not reached; "
        "4 people)"
    )
    assert "half had not come yet (4 people)" in treated.customdata[1]


def test_sites_stand_in_rows():
    made = sites_chart(medians(row=[0, 1, 0, 1]), [HOSTILE, "B"], 10)
    seen, treated = made.data
    assert list(seen.y) == pytest.approx([-0.13, 0.87])
    assert list(treated.y) == pytest.approx([0.13, 1.13])
    assert list(made.layout.yaxis.ticktext) == [SAFE, "B"]
    assert HOSTILE not in seen.customdata[0]


def test_slots():
    made = slots_chart([5, None], ["5 days", f"unknown: {HOSTILE}"], ["A", HOSTILE])
    (bars,) = made.data
    assert list(bars.x) == [5, 0]
    assert list(bars.text) == ["5 days", f"unknown: {SAFE}"]
    assert bars.customdata[1] == f"<b>{SAFE}</b><br>unknown: {SAFE}"


def test_the_funnel_carries_stage_and_part():
    stages = pd.DataFrame(
        {"stage": [0, 1, 2], "name": ["In", "On", "Out"], "people": [9, 9, 4], "before": [9, 9, 9]}
    )
    made = funnel_chart(stages, ["9", "9", "4"], ["all", "on", "out"], ["", "", "lost"])
    reached, lost, words = made.data
    assert list(reached.x) == [9, 9, 4]
    assert [list(each) for each in reached.customdata] == [
        ["all", 0, 0],
        ["on", 1, 0],
        ["out", 2, 0],
    ]
    # Where none was lost there is nothing to choose.
    assert (list(lost.x), list(lost.y)) == ([5], [2])
    assert [list(each) for each in lost.customdata] == [["lost", 2, 1]]
    assert list(words.x) == [9, 9, 9]


def rates(name: str, n: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            n: [20, 0],
            name: [10, 0],
            f"{name}_share": [0.5, np.nan],
            f"{name}_low": [0.3, np.nan],
            f"{name}_high": [0.7, np.nan],
        }
    )


def test_shares_without_data_are_gaps():
    kept = rates("kept", "judged")
    months = rhythm_months_chart(kept.assign(start=[date(2026, 1, 1), date(2026, 2, 1)]), 10)
    (line,) = months.data
    assert np.isnan(line.y[1])
    assert "no data" in line.customdata[1][0]
    sites = rhythm_sites_chart(kept, [HOSTILE, "B"], 10)
    assert list(sites.layout.yaxis.ticktext) == [f"{SAFE} <i>(20)</i>", "B <i>(0)</i>"]
    both = rates("treated", "people").join(rates("completed", "n"))
    made = sources_chart(both.assign(source=[HOSTILE, "B"]), 10)
    assert [trace.name for trace in made.data] == ["First infusion", "Course completed"]
    assert list(made.data[0].marker.symbol) == ["circle", "circle-open"]
    assert HOSTILE not in made.to_json()
