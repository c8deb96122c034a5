"""The timeline of the chairs: its bars lie exactly where the minutes say."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from charts.day import ChairDay, day_chart, length_words
from charts.palette import CATEGORIES, CONCERN, INK
from clinical.codes import AppointmentKind, Phase
from clinical.day import ChairState, UsualTime

HOSTILE = "<b>Bed</b>"
USUAL = UsualTime(105, 40, Phase.INDUCTION)
INFUSION = int(AppointmentKind.INFUSION)


def stay(chair: int, state: ChairState, begins: float, ends: float, **more: Any) -> dict[str, Any]:
    usual = {
        "chair_key": chair,
        "state": int(state),
        "kind": INFUSION,
        "begins": begins,
        "known_until": ends,
        "ends": ends,
        "usual": None,
        "who": "",
        "lane": 0,
        "lanes": 1,
    }
    return {**usual, **more}


def day(*stays: dict[str, Any], sites: int = 1, **more: Any) -> ChairDay:
    chairs = pd.DataFrame(
        {
            "site_key": [1, 1, 2],
            "site": ["North", "North", "West"],
            "chair_key": [11, 12, 21],
            "chair": ["Chair 1", HOSTILE, "Chair 1"],
        }
    )
    parts: dict[str, Any] = {
        "chairs": chairs[chairs["site_key"] <= sites],
        "stays": pd.DataFrame(list(stays) or [stay(11, ChairState.DONE, 0, 1)]).head(len(stays)),
        "free": pd.DataFrame(columns=["chair_key", "begins", "ends"]),
        "hours": pd.DataFrame({"site_key": [1], "opens": [480.0], "closes": [1020.0]}),
        "now": {1: 660.0, 2: 480.0},
        "remarks": {1: "08:00–17:00", 2: "closed on Wednesdays"},
    }
    return ChairDay(**{**parts, **more})


def bars(chart: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in chart.data}


def test_a_bar_lies_from_its_begin_to_its_end_in_the_row_of_its_chair():
    chart = day_chart(day(stay(12, ChairState.DONE, 490, 600)))
    done = bars(chart)["Done"]
    assert list(done.base) == [490]
    assert list(done.x) == [110]
    assert list(done.y) == [pytest.approx(1)]
    assert done.marker.color == CATEGORIES[0]
    assert list(chart.layout.yaxis.ticktext) == ["Chair 1", "&lt;b&gt;Bed&lt;/b&gt;"]
    assert chart.layout.barmode == "overlay"


def test_what_is_expected_of_a_running_infusion_is_paler():
    running = stay(11, ChairState.RUNNING, 615, 720, known_until=660, usual=USUAL, who="Lee, <Ann>")
    chart = day_chart(day(running))
    known, expected = bars(chart)["Running"], bars(chart)["Expected"]
    assert (list(known.base), list(known.x)) == ([615], [45])
    assert (list(expected.base), list(expected.x)) == ([660], [60])
    assert known.marker.color == expected.marker.color == INK
    assert expected.marker.opacity < 0.5
    assert list(expected.text) == ["to 12:00"]
    assert known.customdata[0] == (
        "<b>Chair 1</b>, North<br>Infusion: running, since 10:15, expected to leave at 12:00<br>"
        "Usual chair time: 105 minutes (median of 40 infusions in induction, 90 days)<br>"
        "Lee, &lt;Ann&gt;"
    )


def test_an_infusion_beyond_its_expected_end_has_nothing_pale():
    overdue = stay(11, ChairState.RECOVERING, 500, 660)
    assert "Expected" not in bars(day_chart(day(overdue)))


def test_stays_that_overlap_share_the_row():
    first = stay(11, ChairState.DONE, 480, 600, lane=0, lanes=2)
    second = stay(11, ChairState.DONE, 540, 660, lane=1, lanes=2)
    done = bars(day_chart(day(first, second)))["Done"]
    assert list(done.width) == [pytest.approx(0.37)] * 2
    assert list(done.y) == [pytest.approx(-0.185), pytest.approx(0.185)]


def test_a_missed_appointment_is_a_thin_line_that_leaves_room_for_the_free_slot():
    free = pd.DataFrame({"chair_key": [11], "begins": [660.0], "ends": [735.0]})
    chart = day_chart(day(stay(11, ChairState.MISSED, 600, 720), free=free))
    missed, slot = bars(chart)["Missed"], bars(chart)["Free, 60 minutes or more"]
    assert missed.marker.color == CONCERN
    assert missed.width[0] < 0.2
    assert missed.y[0] + missed.width[0] / 2 == pytest.approx(0.37)
    assert (list(slot.base), list(slot.x), list(slot.text)) == ([660], [75], ["1 h 15"])
    assert slot.customdata[0] == "<b>Chair 1</b>, North<br>Free 11:00–12:15 (1 h 15)"


def test_another_kind_than_an_infusion_is_named():
    visit = stay(11, ChairState.BOOKED, 700, 760, kind=int(AppointmentKind.CONSULTATION))
    other = stay(11, ChairState.BOOKED, 800, 900)
    booked = bars(day_chart(day(visit, other)))["Booked"]
    assert list(booked.text) == ["Consultation", ""]


def test_the_hours_reach_from_opening_to_closing_and_as_far_as_the_stays():
    chart = day_chart(day(stay(11, ChairState.DONE, 470, 1030)))
    assert list(chart.layout.xaxis.range) == [420, 1080]
    assert chart.layout.xaxis.ticktext[0] == "07:00"
    open_only = day_chart(day())
    assert list(open_only.layout.xaxis.range) == [480, 1020]
    nothing = day_chart(day(hours=day().hours.head(0)))
    assert list(nothing.layout.xaxis.range) == [480, 1080]


def test_the_datas_last_change_is_a_dotted_line_by_each_sites_clock():
    traces = bars(day_chart(day(sites=2, now={1: 780, 2: 600})))
    line = traces["Data's last change"]
    assert list(line.x) == [780, 780, None, 600, 600, None]
    assert list(line.y) == [-0.5, 2.5, None, 2.5, 4.5, None]
    assert [words.strip() for words in traces["Opening hours"].text] == [
        "08:00–17:00",
        "closed on Wednesdays",
        "as of 13:00",
        "as of 10:00",
    ]
    # North's hours stand at the left, because its line is in the afternoon; West's at the right.
    assert list(traces["Opening hours"].textposition[:2]) == ["middle right", "middle left"]
    assert not bars(day_chart(day(now={})))["Data's last change"].x


def test_without_rows_for_sites_the_moment_stands_above_the_first_chair():
    chart = day_chart(day())
    words = bars(chart)["Opening hours"]
    assert list(words.text) == [" as of 11:00"]
    assert chart.layout.yaxis.range[1] < words.y[0] < -0.5


def test_several_sites_have_a_row_with_their_name():
    chart = day_chart(day(stay(21, ChairState.DONE, 480, 600), sites=2))
    assert list(chart.layout.yaxis.ticktext) == [
        "<b>North</b>",
        "Chair 1",
        "&lt;b&gt;Bed&lt;/b&gt;",
        "<b>West</b>",
        "Chair 1",
    ]
    assert list(bars(chart)["Done"].y) == [pytest.approx(4)]


def test_closed_hours_are_shaded():
    hours = pd.DataFrame({"site_key": [1, 1], "opens": [480, 780], "closes": [720, 1020]})
    closed = bars(day_chart(day(stay(11, ChairState.DONE, 440, 500), hours=hours)))["Closed"]
    assert list(zip(closed.base, closed.x, strict=True)) == [(420, 60), (720, 60)]
    assert (closed.y[0], closed.width[0]) == (0.5, 2.0)
    assert not bars(day_chart(day(hours=hours.head(0))))["Closed"].x


def test_data_is_only_text():
    chart = day_chart(day(stay(12, ChairState.DONE, 490, 600, who=HOSTILE)))
    assert HOSTILE not in str(chart.to_dict())


@pytest.mark.parametrize(
    ("minutes", "words"), [(45, "45 min"), (60, "1 h"), (75.5, "1 h 15"), (125, "2 h 05")]
)
def test_lengths_in_words(minutes, words):
    assert length_words(minutes) == words
