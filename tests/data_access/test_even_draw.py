"""Drawing evenly, and always the same ones."""

import numpy as np
import pytest

from data_access.even_draw import draw_evenly


@pytest.mark.parametrize("at_most", [0, 1, 3, 5, 9])
def test_no_more_are_drawn_than_there_is_room(at_most: int):
    keys = np.array([7, 2, 9, 4, 5], dtype=np.int16)
    assert np.count_nonzero(draw_evenly(keys, at_most)) == min(at_most, 5)


def test_of_none_none_is_drawn():
    assert not draw_evenly(np.array([], dtype=np.int8), 3).any()


def test_whatever_the_order_and_the_width_the_same_are_drawn():
    keys = np.arange(1, 1_001, dtype=np.int16)
    shuffled = np.random.default_rng(1).permutation(keys).astype(np.int64)
    drawn = keys[draw_evenly(keys, 100)]
    assert sorted(shuffled[draw_evenly(shuffled, 100)]) == drawn.tolist()


def test_the_lowest_places_by_hand():
    # 2_654_435_761 times the key, less what goes beyond 2**32: 2_654_435_761, 1_013_904_226,
    # 3_668_339_987, 2_027_808_452 and, of 2**32 + 2, what 2 has.
    assert draw_evenly(np.array([1, 2, 3, 4]), 2).tolist() == [False, True, False, True]
    assert draw_evenly(np.array([1, 2**32 + 2, 3, 4]), 1).tolist() == [False, True, False, False]


@pytest.mark.parametrize("step", [1, 2, 10, 1_000])
def test_evenly_over_all_of_them(step: int):
    keys = np.arange(step, step * 10_001, step)
    tenths = draw_evenly(keys, 1_000).reshape(10, -1).sum(axis=1)
    # Were they drawn blindly, each would have 100, give or take 9.
    assert tenths == pytest.approx(100, abs=18)
