"""The pictures of the Today page: their traces hold exactly the numbers."""

from datetime import date

import pandas as pd
import pytest

from charts.attendance import OUTCOME_COLOURS
from charts.palette import CONCERN, IMPROVEMENT, INK
from charts.today import Compared, change_chart, hours_chart, week_chart
from clinical.attendance import Outcome
from clinical.calendar import day_number

MONDAY = date(2026, 3, 9)
WEDNESDAY = date(2026, 3, 11)
HOSTILE = "<b>Itch</b>"


def outcomes(index: list[int], **counts: list[int]) -> pd.DataFrame:
    """A table by outcome as :mod:`clinical.schedule` makes it; outcomes not named are 0."""
    table = pd.DataFrame(0, index=index, columns=[int(each) for each in Outcome])
    for name, values in counts.items():
        table[int(Outcome[name])] = values
    table["all"] = table.sum(axis=1)
    table["appointments"] = table["all"] - table[int(Outcome.CANCELLED)]
    return table


def week() -> pd.DataFrame:
    monday = day_number(MONDAY)
    table = outcomes(
        list(range(monday, monday + 7)),
        ATTENDED=[5, 4, 1, 0, 0, 0, 0],
        TO_COME=[0, 0, 2, 3, 0, 0, 0],
        CANCELLED=[1, 0, 0, 0, 0, 0, 0],
    )
    table["usual"] = [4.0, 4.0, 6.25, 3.0, 0.0, 0.0, 0.0]
    return table


def test_the_week_is_stacked_by_outcome_in_its_colours():
    chart = week_chart(week(), WEDNESDAY, {})
    bars = {bar.name: bar for bar in chart.data if bar.type == "bar"}
    assert list(bars) == ["Done", "To come", "Cancelled"]
    assert list(bars["Done"].y) == [5, 4, 1, 0, 0, 0, 0]
    assert list(bars["To come"].y) == [0, 0, 2, 3, 0, 0, 0]
    assert list(bars["Cancelled"].y) == [1, 0, 0, 0, 0, 0, 0]
    assert bars["Done"].marker.color == OUTCOME_COLOURS[Outcome.ATTENDED]
    assert chart.layout.barmode == "stack"
    assert bars["Done"].customdata[0] == "<b>Monday 9 Mar</b><br>Done: 5 of 6"


def test_numbers_over_the_bars_leave_cancelled_ones_out():
    chart = week_chart(week(), WEDNESDAY, {})
    (totals,) = [trace for trace in chart.data if trace.name is None]
    assert list(totals.text) == ["5", "4", "3", "3", "", "", ""]
    # On the bars; where the usual line lies just above a bar, on that line.
    assert list(totals.y) == [6, 4, 3, 3, 0, 0, 0]


def test_the_usual_number_of_each_weekday_is_marked():
    chart = week_chart(week(), WEDNESDAY, {})
    (usual,) = [trace for trace in chart.data if trace.name == "Usual for the weekday"]
    assert list(usual.y[:4]) == [4.0, 4.0, 6.25, 3.0]
    assert pd.isna(usual.y[4:]).all()
    unknown = week_chart(week().assign(usual=float("nan")), WEDNESDAY, {})
    assert "Usual for the weekday" not in [trace.name for trace in unknown.data]


def test_today_is_emphasised_and_closures_are_named():
    closed = {date(2026, 3, 12): "closed: <i>Training</i>"}
    chart = week_chart(week(), WEDNESDAY, closed)
    assert chart.layout.xaxis.ticktext[2] == "<b>Wed 11 Mar<br>today</b>"
    assert chart.layout.xaxis.ticktext[3] == "Thu 12 Mar"
    (shade,) = chart.layout.shapes
    assert (shade.x0, shade.x1) == (1.5, 2.5)
    (note,) = chart.layout.annotations
    assert note.x == 3
    assert note.text == "closed:<br>&lt;i&gt;Training&lt;/i&gt;"


def test_a_week_without_appointments_is_still_a_week():
    empty = outcomes(list(week().index)).assign(usual=float("nan"))
    chart = week_chart(empty, WEDNESDAY, {})
    assert [trace.type for trace in chart.data] == ["scatter"]
    assert len(chart.layout.xaxis.tickvals) == 7


def test_hours_with_the_moment_of_the_data():
    hours = outcomes([8, 9, 10], ATTENDED=[2, 1, 0], NOT_CLOSED=[0, 0, 1])
    chart = hours_chart(hours, 9.5)
    bars = {bar.name: list(bar.y) for bar in chart.data if bar.type == "bar"}
    assert bars == {"Done": [2, 1, 0], "Past its time, still booked": [0, 0, 1]}
    assert list(chart.layout.xaxis.ticktext) == ["08:00", "09:00", "10:00"]
    # 09:30 is the middle of the bar of nine o'clock.
    assert chart.layout.shapes[0].x0 == 9.0


def test_no_moment_where_clocks_differ_or_the_hours_are_over():
    hours = outcomes([8, 9], ATTENDED=[2, 1])
    assert not hours_chart(hours, None).layout.shapes
    assert not hours_chart(hours, 15.0).layout.shapes
    assert len(hours_chart(hours.head(0), 9.0).data) == 1


SIDE_EFFECTS = Compared("Last 30 days", "90 days before", better=-1)


def rates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Nausea", HOSTILE, "Headache"],
            "recent": [30, 5, 10],
            "n_recent": [100, 100, 100],
            "share": [0.3, 0.05, 0.1],
            "low": [0.219, 0.022, 0.055],
            "high": [0.396, 0.112, 0.174],
            "before": [0.1, 0.2, 0.11],
            "n_before": [300, 300, 300],
            "p": [0.0000021, 0.0004, 0.85],
            "direction": [1, -1, 0],
        }
    )


def test_rates_recently_against_before():
    chart = change_chart(rates(), SIDE_EFFECTS)
    traces = {trace.name: trace for trace in chart.data}
    assert list(traces["90 days before"].x) == [0.1, 0.2, 0.11]
    risen = traces["Last 30 days: risen"]
    assert list(risen.x) == [0.3]
    assert list(risen.y) == [0]
    assert list(risen.error_x.array) == [pytest.approx(0.096)]
    assert list(risen.error_x.arrayminus) == [pytest.approx(0.081)]
    assert risen.marker.color == CONCERN
    assert traces["Last 30 days: fallen"].marker.color == IMPROVEMENT
    assert list(traces["Last 30 days: fallen"].x) == [0.05]
    assert traces["Last 30 days"].marker.color == INK
    said = risen.customdata[0].replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "<b>Nausea</b><br>Last 30 days: 30 of 100, 30 % (95 % CI 22–40)<br>90 days before: 10 %; "
        "p &lt; 0.001"
    )


def test_where_more_is_better_a_fall_is_the_concern():
    chart = change_chart(rates(), Compared("Last 7 days", "8 weeks before", better=1))
    traces = {trace.name: trace for trace in chart.data}
    assert traces["Last 7 days: risen"].marker.color == IMPROVEMENT
    assert traces["Last 7 days: fallen"].marker.color == CONCERN


def test_a_name_is_only_text():
    chart = change_chart(rates(), SIDE_EFFECTS)
    assert chart.layout.yaxis.ticktext[1] == "&lt;b&gt;Itch&lt;/b&gt;"
    everything = str(chart.to_dict())
    assert "<b>Itch" not in everything


def test_no_rates():
    chart = change_chart(rates().head(0), SIDE_EFFECTS)
    assert [trace.name for trace in chart.data] == ["90 days before"]
