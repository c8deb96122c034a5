"""How long side effects lasted after the end of an infusion."""

from math import nan

import pytest

from clinical.recovery import Passed, passed


@pytest.mark.parametrize(
    ("resolved", "end", "found"),
    [
        ([60, 95, 70], 40, Passed(55, 0)),
        ([20, 40], 40, Passed(0, 0)),  # before the end, or at it
        ([60, nan], 40, Passed(20, 1)),
        ([nan, nan], 40, Passed(None, 2)),
        ([60], nan, Passed(None, 0)),
        ([], 40, Passed(None, 0)),
    ],
)
def test_minutes_until_the_last_had_passed(resolved, end, found):
    assert passed(resolved, end) == found
