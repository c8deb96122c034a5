"""Some of very many infusions, drawn evenly and always the same ones."""

import numpy as np

from data_access.columns import Mask
from data_access.packed import Values

_SPREAD = np.uint64(2_654_435_761)
_PLACES = np.uint64(2**32)
"""Knuth's multiplicative hash gives each key one of so many places: whatever the order in which
keys were given, their places are spread evenly. The multiplier is a prime near the number of places
by the golden ratio."""


def draw_evenly(keys: Values, at_most: int) -> Mask:
    """Which of the keys, no two of them alike, are drawn: those with the lowest places."""
    drawn = np.ones(len(keys), dtype=bool)
    if len(keys) > at_most:
        places = keys.astype(np.uint64) * _SPREAD % _PLACES
        drawn[np.argpartition(places, at_most)[at_most:]] = False
    return drawn
