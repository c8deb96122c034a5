"""Small groups are put together so that none can be found by subtraction."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.suppression import Merged, merged_small, withheld


@pytest.mark.parametrize(
    ("sizes", "alone", "together"),
    [
        # All large enough.
        ({1: 9, 2: 5, 3: 30}, (1, 2, 3), ()),
        # Two small ones are enough together: 3 + 4 = 7.
        ({1: 20, 2: 3, 3: 4, 4: 9}, (1, 4), (2, 3)),
        # One small one would be the total less the rest, so the next smallest joins it.
        ({1: 20, 2: 3, 3: 9}, (1,), (2, 3)),
        # 2 + 2 = 4 are still too few.
        ({1: 20, 2: 2, 3: 2, 4: 6}, (1,), (2, 3, 4)),
        # Of two equal ones the one with the lower key.
        ({4: 9, 3: 9, 2: 1}, (4,), (3, 2)),
        # A small one beside a large one: nothing is left to compare.
        ({1: 100, 2: 1}, (), (1, 2)),
        # All together are too few.
        ({1: 1, 2: 2}, (), (1, 2)),
        # Exactly the limit is enough, also of those put together.
        ({1: 5, 2: 1, 3: 4}, (1,), (2, 3)),
        ({}, (), ()),
    ],
)
def test_groups_under_five_stand_together(sizes, alone, together):
    assert merged_small(sizes, 5) == Merged(alone, together)


def test_a_group_without_anybody_hides_nothing_and_pulls_nobody_in():
    found = merged_small({1: 12, 2: 0, 3: 8}, 5)
    assert found == Merged(alone=(1, 3), together=(), empty=(2,))
    assert found.compares


def test_there_is_nothing_to_compare_with_one_group():
    assert not merged_small({1: 12}, 5).compares
    assert not merged_small({1: 12, 2: 3}, 5).compares
    assert not merged_small({}, 5).compares
    assert merged_small({1: 12, 2: 3, 3: 2}, 5).compares


def test_a_limit_of_one_hides_nothing():
    assert merged_small({1: 1, 2: 1}, 1) == Merged((1, 2), ())


def test_points_of_panels_are_left_out_by_the_same_rule_in_their_places():
    assert withheld([20, 3, 9], 5) == [False, True, True]
    assert withheld([20, 0, 9], 5) == [False, True, False]
    assert withheld([20, 3, 4, 9], 5) == [False, True, True, False]
    assert withheld([], 5) == []
    # Two of the total are nobody's point: the smallest point would leave them to be found.
    assert withheld([20, 9, 12], 5, left_out=2) == [False, True, False]
    assert withheld([20, 9, 12], 5, left_out=6) == [False, False, False]


SIZES = st.dictionaries(st.integers(0, 40), st.integers(0, 30), max_size=9)


@given(SIZES, st.integers(1, 12))
def test_nothing_is_lost_and_nothing_small_is_seen_or_follows_by_subtraction(sizes, least):
    found = merged_small(sizes, least)
    assert sorted((*found.alone, *found.together, *found.empty)) == sorted(sizes)
    shown = [sizes[key] for key in found.alone]
    if found.together:
        shown.append(sum(sizes[key] for key in found.together))
    total = sum(sizes.values())
    assert sum(shown) == total
    if total < least:
        assert not found.compares, "too few in all: never more than one group"
        return
    some = chain.from_iterable(combinations(shown, size) for size in range(len(shown) + 1))
    # Any of the groups added up, and the total less them.
    for part in map(sum, some):
        assert part == 0 or part >= least
        assert total - part == 0 or total - part >= least


@given(st.lists(st.integers(0, 30), max_size=9), st.integers(1, 12), st.integers(0, 15))
def test_no_point_that_is_left_out_follows_from_the_total(sizes, least, left_out):
    hidden = withheld(sizes, least, left_out)
    seen = [size for size, left_out in zip(sizes, hidden, strict=True) if not left_out]
    assert all(size >= least for size in seen)
    rest = left_out + sum(sizes) - sum(seen)
    assert rest == 0 or rest >= least or not seen
