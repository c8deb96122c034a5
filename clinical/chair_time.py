"""Chair time lost to a side effect: how much longer infusions with it keep a chair.

A site has its own ways and a maintenance infusion may be shorter, so infusions are compared within
a *cell* of one site and phase: the mean chair time of those with the side effect minus that of the
recorded ones without it, times those with it. Cells are then added up. It is a comparison, not a
cause: an infusion with one side effect often has others, and one that was stopped early may take
less time (the result can be negative).
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.incidence import CONFIDENCE

FloatArray = NDArray[np.float64]

CELL = ["site_key", "phase"]
"""What makes a cell."""
_COUNTED = ("infusions", "minutes", "squares")
_OF_ALL = "_of_all"


@dataclass(frozen=True, slots=True)
class Sums:
    """Chair times by cell, added up: how many, their sum and the sum of their squares.

    Shape (cells,) each; minutes and square minutes.
    """

    infusions: FloatArray
    minutes: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True)
class LostTime:
    """Minutes of chair time that went with a side effect beyond those of infusions without it.

    ``infusions``: those with it that could be compared; ``left_out``: those in cells without a
    single infusion to compare with, in no figure here. ``total`` of all ``infusions`` and
    ``each``: of one of them, both in minutes with a 95 % interval. Missing where nothing could be
    compared; the limits alone where no cell has two infusions of a side.
    """

    infusions: int
    left_out: int
    total: float | None
    low: float | None
    high: float | None

    @property
    def each(self) -> float | None:
        """Minutes an infusion."""
        return self._an_infusion(self.total)

    @property
    def each_low(self) -> float | None:
        """The lower limit of the minutes an infusion."""
        return self._an_infusion(self.low)

    @property
    def each_high(self) -> float | None:
        """The upper limit of the minutes an infusion."""
        return self._an_infusion(self.high)

    def _an_infusion(self, minutes: float | None) -> float | None:
        return None if minutes is None else minutes / self.infusions


def lost_time(with_it: Sums, everyone: Sums) -> LostTime:
    """The chair time lost to one side effect.

    ``with_it``: infusions with the side effect, ``everyone``: all recorded infusions, those with it
    among them; of the same cells in the same order, only infusions whose chair time is known.

    In a cell with n infusions with it and m without, the excess is n (mean - mean without), and
    its variance n s² + n² t²/m, with the variances s² and t² of the two sides within the cell. The
    interval is the normal one of the sum over cells; with a handful of infusions it is too narrow.
    """
    without = Sums(
        everyone.infusions - with_it.infusions,
        everyone.minutes - with_it.minutes,
        everyone.squares - with_it.squares,
    )
    compared = (with_it.infusions > 0) & (without.infusions > 0)
    left_out = int(with_it.infusions[~compared].sum())
    if not compared.any():
        return LostTime(0, left_out, None, None, None)
    spread, spread_without = _variances(with_it)[compared], _variances(without)[compared]
    n, m = with_it.infusions[compared], without.infusions[compared]
    excess = with_it.minutes[compared] - n * without.minutes[compared] / m
    total = float(excess.sum())
    variance = float((n * spread + n**2 * spread_without / m).sum())
    infusions = int(n.sum())
    if np.isnan(variance):
        return LostTime(infusions, left_out, total, None, None)
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * sqrt(variance)
    return LostTime(infusions, left_out, total, total - half, total + half)


def _variances(sums: Sums) -> FloatArray:
    """The variance within each cell; of a cell with one infusion that of all cells pooled.

    NaN where no cell has two.
    """
    freedom = np.maximum(sums.infusions - 1, 0)
    # A rounding error would otherwise make the square of a spread negative.
    apart = np.maximum(sums.squares - sums.minutes**2 / np.maximum(sums.infusions, 1), 0)
    pooled = apart.sum() / freedom.sum() if freedom.any() else np.nan
    own = np.full(len(sums.infusions), pooled, dtype=np.float64)
    np.divide(apart, freedom, out=own, where=freedom > 0)
    return own


def lost_time_by(by: str, affected: pd.DataFrame, everyone: pd.DataFrame) -> dict[Any, LostTime]:
    """The chair time lost for each value of the column ``by``, as a rule ``term_key``.

    ``affected``: ``by``, ``site_key``, ``phase``, ``infusions``, ``minutes``, ``squares`` of the
    infusions with it; ``everyone``: the same without ``by`` of all recorded ones; a row a cell, in
    any order. A side effect is in the result where ``affected`` has a row of it.
    """
    table = affected.merge(everyone, on=CELL, how="left", suffixes=("", _OF_ALL)).fillna(0)
    with_it = {name: table[name].to_numpy(np.float64) for name in _COUNTED}
    of_all = {name: table[name + _OF_ALL].to_numpy(np.float64) for name in _COUNTED}
    found: dict[Any, LostTime] = {}
    for value, indices in table.groupby(by).indices.items():
        rows = np.asarray(indices, np.intp)
        found[value] = lost_time(_sums(with_it, rows), _sums(of_all, rows))
    return found


def _sums(columns: dict[str, FloatArray], rows: NDArray[np.intp]) -> Sums:
    return Sums(*(columns[name][rows] for name in _COUNTED))
