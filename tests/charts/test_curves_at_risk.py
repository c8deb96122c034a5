"""What curves of Kaplan and Meier's kind share."""

import pytest

from charts.curves_at_risk import End, Room, at_risk_row, band, names_at_ends
from charts.palette import INK


def test_curves_and_their_rows_share_the_height():
    room = Room(380, 2)
    # 380 pixels of curves, 62 for the axis, and two rows of 19.
    assert room.height == 480
    assert room.curves == [pytest.approx(100 / 480), 1]
    axis = room.rows_axis(["one", "two"])
    assert axis["domain"] == [0, pytest.approx(38 / 480)]
    assert axis["ticktext"] == ["one", "two"]


def test_a_row_has_the_courses_at_risk_in_words():
    row = at_risk_row(1, [0, 7], [1234, 5], INK, "one")
    assert list(row["x"]) == [0, 7]
    assert list(row["y"]) == [1, 1]
    assert list(row["text"]) == ["1,234", "5"]


def test_a_band_reaches_from_the_lower_to_the_upper_limit():
    upper, lower = band([0, 1], [0.2, 0.1], [0.8, 0.7])
    assert list(upper["y"]) == [0.8, 0.7]
    assert list(lower["y"]) == [0.2, 0.1]
    assert lower["fill"] == "tonexty"
    assert band([], [], []) == []


@pytest.mark.parametrize(
    ("ends", "top", "expected"),
    [
        ([0.2, 0.8], 1.0, [0.2, 0.8]),
        # A line of words has 6 % of the height.
        ([0.5, 0.5], 1.0, [0.5, 0.56]),
        ([0.52, 0.5], 1.0, [0.56, 0.5]),
        # At the upper end there is no room: both move down.
        ([1.0, 1.0], 1.0, [0.94, 1.0]),
        ([0.1, 0.1], 0.2, [0.1, 0.112]),
    ],
)
def test_names_are_moved_apart_where_they_would_touch(ends, top, expected):
    names = names_at_ends([End("one", INK, height) for height in ends], top)
    assert [name["y"] for name in names] == pytest.approx(expected)
