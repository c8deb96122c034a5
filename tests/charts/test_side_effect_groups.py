"""The pictures of groups of infusions."""

import pandas as pd
import pytest

from charts.palette import CONCERN, IMPROVEMENT, INK
from charts.side_effect_groups import band_chart, groups_chart
from clinical.side_effect_rates import with_rates

HOSTILE = "<b>North</b> <a href='http://host'>x</a>"


def rates(*counts: tuple[int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(counts, columns=["affected", "recorded"])
    return with_rates(frame, "affected", "recorded")


def groups(*rows: tuple[str, str, int, int, float, int]) -> pd.DataFrame:
    """Rows of kind, label, affected, recorded, ratio and differs; the intervals are ± 0.25."""
    names = ["kind", "label", "affected", "recorded", "ratio", "differs"]
    frame = pd.DataFrame(rows, columns=names)
    frame = with_rates(frame, "affected", "recorded")
    return frame.assign(
        by=frame["kind"].map({"Site": "site_key", "Chair": "chair_key"}),
        key=range(1, len(frame) + 1),
        expected=frame["affected"] / frame["ratio"],
        ratio_low=frame["ratio"] - 0.25,
        ratio_high=frame["ratio"] + 0.25,
        adjusted=0.2 * frame["ratio"],
        adjusted_low=0.2 * (frame["ratio"] - 0.25),
        adjusted_high=0.2 * (frame["ratio"] + 0.25),
    )


def test_a_band_shows_its_number_and_carries_what_it_stands_for():
    table = rates((10, 40), (3, 9)).assign(number_band=[0, 7])
    chart = band_chart(table, "number_band", ["1", "<2"], "Infusion", few=20)
    assert list(chart.layout.xaxis.ticktext) == ["1<br><i>40</i>", "&lt;2<br><i>9</i>"]
    dots = chart.data[0]
    assert list(dots.marker.symbol) == ["circle", "circle-open"]
    words, by, key = dots.customdata[1]
    assert (by, key) == ("number_band", 7)
    # Wilson: 3 of 9 is 0.1206 to 0.6458.
    assert words.replace("\N{NO-BREAK SPACE}", " ") == (
        "<b>&lt;2</b><br>3 of 9: 33 % (95 % CI 12–65)"
    )


def test_groups_stand_under_the_heading_of_their_kind():
    chart = groups_chart(
        groups(
            ("Site", "North", 30, 100, 1.0, 0),
            ("Site", "South", 20, 90, 1.0, 0),
            ("Chair", "Chair A", 10, 50, 1.0, 0),
        ),
        few=20,
    )
    labels = dict(zip(chart.layout.yaxis.tickvals, chart.layout.yaxis.ticktext, strict=True))
    assert labels == {
        0: "<b>Site</b>",
        1: "North <i>100</i>",
        2: "South <i>90</i>",
        3: "<b>Chair</b>",
        4: "Chair A <i>50</i>",
    }
    assert list(chart.data[0].y) == [1, 2, 4]
    top, bottom = chart.layout.yaxis.range[1], chart.layout.yaxis.range[0]
    assert top < 0 < 4 < bottom, "the first group is on top, and all fit"


def test_one_kind_alone_needs_no_heading():
    chart = groups_chart(groups(("Site", "North", 30, 100, 1.0, 0)), few=20)
    assert list(chart.layout.yaxis.ticktext) == ["North <i>100</i>"]


def test_only_what_differs_is_coloured_and_it_is_said_in_words_too():
    chart = groups_chart(
        groups(
            ("Site", "North", 30, 100, 1.5, 1),
            ("Site", "South", 20, 90, 0.6, -1),
            ("Site", "West", 20, 90, 1.1, 0),
        ),
        few=20,
    )
    ratios = chart.data[1]
    assert ratios.xaxis == "x2"
    assert list(ratios.marker.color) == [CONCERN, IMPROVEMENT, INK]
    assert [(note.text, note.font.color) for note in chart.layout.annotations] == [
        ("more (1.50)", CONCERN),
        ("fewer (0.60)", IMPROVEMENT),
    ]
    assert [line.x0 for line in chart.layout.shapes] == [1]


def test_a_dot_carries_which_group_it_is_on_both_sides():
    chart = groups_chart(
        groups(("Site", "North", 30, 100, 1.5, 1), ("Chair", "Chair A", 10, 19, 1.0, 0)), few=20
    )
    for trace in chart.data:
        assert [tuple(carried[1:]) for carried in trace.customdata] == [
            ("site_key", 1),
            ("chair_key", 2),
        ]
        assert list(trace.marker.symbol) == ["circle", "circle-open"]
    assert chart.data[1].customdata[0][0].replace("\N{NO-BREAK SPACE}", " ") == (
        "<b>North</b><br>30 observed, 20.0 expected by infusion number and dose:<br>1.50 times as "
        "many (95 % CI 1.25–1.75)<br>adjusted, as a share: 30 % (95 % CI 25–35)"
    )


def test_a_group_of_which_nothing_is_expected_says_so():
    table = groups(("Site", "North", 0, 30, 1.0, 0), ("Site", "South", 0, 30, 1.0, 0)).assign(
        expected=0.0, ratio=float("nan"), ratio_low=float("nan"), ratio_high=float("nan")
    )
    chart = groups_chart(table, few=20)
    assert chart.data[1].customdata[0][0] == "<b>North</b><br>Nothing to be expected: no data"
    assert list(chart.layout.xaxis2.range) == [-0.06, 2]


def test_a_long_interval_of_few_does_not_stretch_the_axes():
    table = groups(("Site", "North", 30, 100, 1.0, 0), ("Site", "South", 1, 2, 1.0, 0))
    table.loc[1, ["share", "high", "ratio_high"]] = [0.2, 0.95, 9.0]
    chart = groups_chart(table, few=20)
    # Wilson: 30 of 100 up to 0.3958.
    assert chart.layout.xaxis.range[1] == pytest.approx(1.25 * 1.1 * 0.3958, abs=1e-3)
    assert list(chart.layout.xaxis2.range) == [-0.06, 2]


def test_a_name_is_only_text():
    chart = groups_chart(groups(("Site", HOSTILE, 30, 100, 1.5, 1)), few=20)
    assert chart.layout.yaxis.ticktext[0].startswith("&lt;b&gt;North&lt;/b&gt;")
    for trace in chart.data:
        assert "<a " not in trace.customdata[0][0]
