"""How far apart boosters are: what courses in maintenance are told apart by."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from clinical.survival import IntArray


class BoosterInterval(NamedTuple):
    """Whole days from the first booster to the second, both bounds included."""

    name: str
    first: int
    last: int | None


INTERVALS = (
    BoosterInterval("up to 10 days", 0, 10),
    BoosterInterval("11 to 21 days", 11, 21),
    BoosterInterval("22 to 35 days", 22, 35),
    BoosterInterval("36 days and more", 36, None),
)
"""About weekly, every two to three weeks, monthly, and rarer: our default.

Weekly in the trial of Phillips 2019; in practice from weekly to every four to six weeks.
"""

_LOWEST = np.array([interval.first for interval in INTERVALS])


def interval_of(days: ArrayLike) -> IntArray:
    """The index in :data:`INTERVALS` of each number of whole days."""
    return np.searchsorted(_LOWEST, np.asarray(days), side="right") - 1
