"""How long an infusion's block should be, from how long patients really stay.

A *stay* lasts from the planned start to the discharge: preparation, infusion and recovery, and
coming late. A block must hold the stay and leave time to make the chair ready for the next patient.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.incidence import Proportion, proportion

LEAST_STAYS = 20
"""From fewer stays no length is suggested."""
BLOCK_STEP = 5
"""Suggested lengths are multiples of so many minutes."""
_HALF = 50

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lengths:
    """How often each length occurs: ``minutes`` ascending, each once, with its ``counts``."""

    minutes: _Ints
    counts: _Ints

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.counts.sum())


def lengths(frame: pd.DataFrame, counted: str) -> Lengths:
    """The lengths of a frame with ``minutes`` and a column that counts them, in any order."""
    minutes, place = np.unique(frame["minutes"].to_numpy(np.int64), return_inverse=True)
    sums = np.zeros(len(minutes), np.int64)
    np.add.at(sums, place, frame[counted].to_numpy(np.int64))
    return Lengths(minutes[sums > 0], sums[sums > 0])


def covered_by(of: Lengths, percent: float) -> int | None:
    """The shortest length that at least ``percent`` % do not exceed; ``None`` of none."""
    if not of.n:
        return None
    enough = 100 * np.cumsum(of.counts) >= percent * of.n
    return int(of.minutes[int(enough.argmax())])


def usual_length(of: Lengths) -> int | None:
    """The (lower) median; ``None`` of none."""
    return covered_by(of, _HALF)


def suggested_block(stays: Lengths, covers: float, turnover: float) -> int | None:
    """The shortest block, a multiple of five minutes, that holds ``covers`` % of the stays.

    ``turnover``: minutes to make the chair ready, which the block holds as well. ``None`` with
    fewer than :data:`LEAST_STAYS` stays.
    """
    longest = covered_by(stays, covers)
    if longest is None or stays.n < LEAST_STAYS:
        return None
    return int(-(-(longest + turnover) // BLOCK_STEP)) * BLOCK_STEP


def overrunning(stays: Lengths, block: float) -> Proportion:
    """The share of the stays that last longer than a block, with its Wilson interval."""
    return proportion(int(stays.counts[stays.minutes > block].sum()), stays.n)
