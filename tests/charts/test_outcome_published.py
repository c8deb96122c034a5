"""The picture of the clinic's shares beside published ones."""

import pandas as pd

from charts.outcome_published import side_by_side_chart
from charts.palette import CONCERN, IMPROVEMENT, NEUTRAL

MISSING = float("nan")


def pairs() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "label": "Response",
                "study": "Study <b>A</b>, day 14",
                "events": 44,
                "n": 82,
                "share": 0.54,
                "low": 0.43,
                "high": 0.64,
                "said": "53.6 %",
                "published": 0.536,
                "published_n": 537.0,
                "published_low": 0.49,
                "published_high": 0.58,
                "gap": "under 1 point\n(−14 to +14)",
                "worse": False,
            },
            {
                "label": "Any worse",
                "study": "Study B",
                "events": 9,
                "n": 82,
                "share": 0.11,
                "low": 0.06,
                "high": 0.20,
                "said": "about 8 %",
                "published": 0.08,
                "published_n": MISSING,
                "published_low": MISSING,
                "published_high": MISSING,
                "gap": "",
                "worse": True,
            },
        ]
    )


def test_ours_is_filled_and_coloured_and_theirs_hollow_and_grey_below_it():
    ours, theirs = side_by_side_chart(pairs()).data
    assert list(ours.x) == [0.54, 0.11]
    assert list(theirs.x) == [0.536, 0.08]
    assert list(ours.marker.color) == [IMPROVEMENT, CONCERN]
    assert theirs.marker.color == NEUTRAL
    assert theirs.marker.symbol == "circle-open"
    # The first pair is on top, and ours above theirs: the axis runs downwards.
    chart = side_by_side_chart(pairs())
    assert list(chart.layout.yaxis.range) == [1.5, -0.5]
    assert all(above < below for above, below in zip(ours.y, theirs.y, strict=True))


def test_each_mark_says_its_share_and_its_n():
    words = [note.text for note in side_by_side_chart(pairs()).layout.annotations]
    assert [said.replace("\N{NO-BREAK SPACE}", " ") for said in words] == [
        "here 54 % of 82",
        "here 11 % of 82",
        "published 53.6 % of 537",
        "published about 8 %, n not told",
        "under 1 point<br>(−14 to +14)",
        "",
    ]


def test_without_an_n_no_interval_is_drawn():
    _, theirs = side_by_side_chart(pairs()).data
    assert list(theirs.error_x.array) == [0.58 - 0.536, 0.0]
    assert theirs.customdata[1].endswith("the n is not told, so there is no interval")


def test_words_stand_where_there_is_room():
    ours, _, theirs, *_ = side_by_side_chart(pairs()).layout.annotations
    assert (ours.xanchor, ours.x) == ("right", 0.43)
    assert (theirs.xanchor, theirs.x) == ("right", 0.49)
    worse = side_by_side_chart(pairs()).layout.annotations[1]
    assert (worse.xanchor, worse.x) == ("left", 0.20)


def test_names_are_only_text():
    chart = side_by_side_chart(pairs())
    assert chart.layout.yaxis.ticktext[0] == "<b>Response</b><br>Study &lt;b&gt;A&lt;/b&gt;, day 14"
    assert "<b>A" not in chart.data[1].customdata[0]


def test_one_pair_alone():
    chart = side_by_side_chart(pairs()[:1])
    assert list(chart.layout.yaxis.range) == [0.5, -0.5]
