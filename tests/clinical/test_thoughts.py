"""When a concern about suicidal thoughts opens, and when it is closed: each sequence by hand."""

import pytest

from clinical.thoughts import OpenRise, open_rise


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([], None),
        ([2], None),  # no level before it, so no rise
        ([0, 0], None),
        ([1, 1, 1], None),
        ([3, 2, 1], None),
        ([0, 1], OpenRise(1, 0)),
        ([0, 0, 1], OpenRise(2, 0)),
    ],
)
def test_a_level_higher_than_the_one_before_opens_a_concern(
    levels: list[float], expected: OpenRise | None
) -> None:
    assert open_rise(levels) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([0, 1, 1], OpenRise(1, 0)),  # the same level
        ([0, 2, 1], OpenRise(1, 0)),  # a little lower
        ([0, 1, 2, 3], OpenRise(1, 0)),  # rising on: since the first rise
        ([0, 2, 1, 2], OpenRise(1, 0)),  # falling a little and rising again
        ([1, 3, 2, 2], OpenRise(1, 1)),
    ],
)
def test_it_stays_open_above_the_level_before_the_rise(
    levels: list[float], expected: OpenRise
) -> None:
    assert open_rise(levels) == expected


@pytest.mark.parametrize("levels", [[0, 1, 0], [1, 2, 1], [1, 3, 2, 0], [0, 1, 1, 0, 0]])
def test_the_level_before_the_rise_or_a_lower_one_closes_it(levels: list[float]) -> None:
    assert open_rise(levels) is None


def test_a_fall_and_then_a_rise_opens_one_also_below_the_first_level() -> None:
    assert open_rise([2, 1, 2]) == OpenRise(2, 1)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([0, 1, 0, 2], OpenRise(3, 0)),
        ([1, 2, 0, 1], OpenRise(3, 0)),  # closed below the old level: the new one counts
        ([0, 1, 0, 1, 0], None),
    ],
)
def test_a_rise_after_a_closed_one_is_a_new_one(
    levels: list[float], expected: OpenRise | None
) -> None:
    assert open_rise(levels) == expected
