"""Which rates have changed by more than chance, by an exact test."""

import pytest
from scipy.stats import false_discovery_control, fisher_exact

from clinical.incidence import proportion
from clinical.signals import discovery_limit, exact_changes

RISEN = (proportion(56, 70), proportion(48, 80))
FALLEN = (proportion(48, 80), proportion(56, 70))
SAME = (proportion(5, 56), proportion(0, 29))
UNKNOWN = (proportion(0, 0), proportion(1, 2))


def test_a_change_has_its_p_and_its_direction():
    (risen,) = exact_changes([RISEN])
    assert risen.p == pytest.approx(fisher_exact([[56, 14], [48, 32]]).pvalue)
    assert (risen.recent, risen.before, risen.direction) == (*RISEN, 1)
    (fallen,) = exact_changes([FALLEN])
    assert fallen.p == pytest.approx(risen.p)
    assert fallen.direction == -1


def test_nothing_is_said_of_what_cannot_be_compared_or_may_be_chance():
    same, unknown = exact_changes([SAME, UNKNOWN])
    assert same.direction == 0
    assert (unknown.p, unknown.direction) == (None, 0)
    assert exact_changes([]) == []


def test_the_more_are_compared_the_smaller_p_must_be():
    # p of 80 against 60 % is about 0.013: enough alone, not among ten that have not changed.
    assert exact_changes([RISEN])[0].direction == 1
    assert exact_changes([RISEN, *[SAME] * 9])[0].direction == 0


def test_what_cannot_be_compared_does_not_count_as_compared():
    assert exact_changes([RISEN, *[UNKNOWN] * 9])[0].direction == 1


def test_the_limit_is_that_of_benjamini_and_hochberg():
    p_values = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    adjusted = false_discovery_control(p_values)
    limit = discovery_limit([*p_values, None])
    assert [p <= limit for p in p_values] == [bool(each <= 0.05) for each in adjusted]
    assert limit == 0.008  # of rank 2 of 10: 0.05 * 2 / 10 = 0.01
