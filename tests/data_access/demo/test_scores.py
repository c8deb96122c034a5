"""Items that add up to a total."""

import numpy as np

from data_access.demo.scores import distribute


def test_items_add_up() -> None:
    totals = np.arange(25)
    items = distribute(np.random.default_rng(1), totals, 8)
    assert items.shape == (25, 8)
    assert items.sum(axis=1).tolist() == totals.tolist()
    assert items.min() == 0
    assert items.max() == 3


def test_items_differ_between_people() -> None:
    items = distribute(np.random.default_rng(1), np.full(500, 10), 9)
    assert len(np.unique(items, axis=0)) > 200
    assert np.allclose(items.mean(axis=0), 10 / 9, atol=0.2)
