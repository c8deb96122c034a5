"""The usual course of a vital sign over many infusions, by minute."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from clinical.incidence import CONFIDENCE

SLOT_MINUTES = 10
"""Readings are put together to the nearest ten minutes, the interval of published procedures
(Yale 2024)."""
FEWEST = 10
"""Infusions below which a slot is not shown: its percentiles would be single infusions."""
PERCENTILES = (5, 10, 50, 90, 95)

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VitalCurve:
    """One vital sign by slot; every array has one element for each slot, in time order.

    ``minute``: the middle of the slot, after the start of the infusion; ``n``: infusions with a
    reading there; ``low`` and ``high``: 95 % interval of the mean; ``percentiles``: for each of
    :data:`PERCENTILES` its values (type 7, as R and numpy have them).
    """

    minute: _Ints
    n: _Ints
    mean: _Floats
    low: _Floats
    high: _Floats
    percentiles: dict[int, _Floats]


def vital_curve(infusion: _Ints, minute: _Floats, value: _Floats) -> VitalCurve:
    """The course over infusions, from readings in any order.

    ``infusion``: whole numbers that tell the infusions apart; ``minute``: after the start;
    ``value``: NaN where it was not measured. Several readings of an infusion in one slot count as
    their mean, so that each infusion counts once. Slots of fewer than 10 infusions are left out.
    """
    known = ~np.isnan(value)
    slots, values = _one_each(infusion[known], _slot(minute[known]), value[known])
    shown = [slot for slot in np.unique(slots) if np.sum(slots == slot) >= FEWEST]
    groups = [values[slots == slot] for slot in shown]
    intervals = [mean_interval(float(g.mean()), float(g.std(ddof=1)), len(g)) for g in groups]
    quantiles = [np.quantile(group, np.array(PERCENTILES) / 100) for group in groups]
    return VitalCurve(
        minute=np.array(shown, dtype=np.int64),
        n=np.array([len(group) for group in groups], dtype=np.int64),
        mean=np.array([group.mean() for group in groups], dtype=np.float64),
        low=np.array([low for low, _ in intervals], dtype=np.float64),
        high=np.array([high for _, high in intervals], dtype=np.float64),
        percentiles={
            percentile: np.array([found[place] for found in quantiles], dtype=np.float64)
            for place, percentile in enumerate(PERCENTILES)
        },
    )


def _slot(minute: _Floats) -> _Ints:
    """The nearest multiple of ten; half-way the later one."""
    return (SLOT_MINUTES * np.floor(minute / SLOT_MINUTES + 0.5)).astype(np.int64)


def _one_each(infusion: _Ints, slot: _Ints, value: _Floats) -> tuple[_Ints, _Floats]:
    """The slot and the mean value of each infusion in each slot."""
    slots, place = np.unique(slot, return_inverse=True)
    # One number for each pair: to sort pairs takes several times as long.
    pairs, pair, sizes = np.unique(
        infusion * max(len(slots), 1) + place, return_inverse=True, return_counts=True
    )
    sums = np.bincount(pair, weights=value, minlength=len(pairs))
    return slots[pairs % max(len(slots), 1)], sums / sizes


def mean_interval(mean: float, sd: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a mean by Student's t; ``n`` is at least 2."""
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * sd / sqrt(n)
    return mean - half, mean + half
