"""Some of very many infusions, drawn evenly and always the same ones."""

import numpy as np

from data_access.columns import Mask
from data_access.packed import Values

_SPREAD = np.uint32(2_654_435_761)
"""Knuth's multiplicative hash gives each key one of 2**32 places: whatever the order in which keys
were given, their places are spread evenly. The multiplier is a prime near 2**32 by the golden
ratio; what goes beyond 32 bits is cut off."""


def draw_evenly(keys: Values, at_most: int) -> Mask:
    """Which of the keys, no two of them alike, are drawn: those with the lowest places."""
    if len(keys) <= at_most:
        return np.ones(len(keys), dtype=bool)
    places = keys.astype(np.uint32) * _SPREAD
    drawn: Mask = places < np.partition(places, at_most)[at_most]
    return drawn
