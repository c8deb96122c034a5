"""Whether serious events come at an even risk."""

import pytest

from clinical.serious_gaps import Gaps, judge_gaps


def judged(days: list[int], infusions: list[int], open_days: int, open_infusions: int) -> Gaps:
    found = judge_gaps(days, infusions, open_days, open_infusions)
    assert found is not None
    return found


def test_three_events_have_too_few_gaps():
    assert judge_gaps([10, 20], [100, 200], 5, 50) is None


def test_the_limits_share_one_in_twenty_among_all_gaps():
    found = judged([10, 20, 30, 40], [100, 200, 300, 400], 5, 50)
    # By numpy and scipy.stats.norm: the 3.6th roots, z of 0.05 / 5, moving range / 1.128.
    assert found.days.centre == pytest.approx(22.961367867)
    assert found.days.lower == pytest.approx(6.903200559)
    assert found.days.upper == pytest.approx(56.445300904)
    assert found.short == 0
    assert not found.is_open_long
    assert found.can_show_short


def test_a_gap_far_shorter_than_the_others_is_told():
    # The limits are 8.9 and 28.2 days, worked out as above.
    days = [20, 20, 20, 20, 20, 21, 20, 20, 20, 20, 1]
    found = judged(days, [200] * 11, 5, 50)
    assert found.short == 1
    assert list(found.days.flag) == [0] * 10 + [-1]


def test_a_gap_far_longer_than_the_others_is_told():
    # The limits are 15.8 and 31.2 days, worked out as above.
    found = judged([20, 20, 20, 20, 20, 21, 20, 20, 20, 20, 60], [200] * 11, 5, 50)
    assert (found.short, found.long) == (0, 1)
    assert list(found.days.flag) == [0] * 10 + [1]
    assert not found.is_open_long


def test_the_time_since_the_last_event_can_only_be_too_long():
    days = [20, 20, 20, 20, 20, 21, 20, 20, 20, 20, 20]
    assert not judged(days, [200] * 11, 1, 1).is_open_long
    assert judged(days, [200] * 11, 60, 1).is_open_long
