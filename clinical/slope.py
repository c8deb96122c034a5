"""The slope of a series: how much more or less there is from one unit of time to the next."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from clinical.incidence import CONFIDENCE

LEAST_UNITS = 8
"""Of fewer units no slope is told: our rule."""


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope per unit with its interval, from ``n`` units."""

    estimate: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def theil_sen(values: ArrayLike, confidence: float = CONFIDENCE) -> Slope | None:
    """The Theil-Sen slope of equally spaced values; ``None`` of fewer than :data:`LEAST_UNITS`.

    The median of the slopes between all pairs; a few odd units (a week of closure) hardly move it.
    The interval is Sen's, from the normal approximation to Kendall's statistic with ties. Source:
    Sen 1968, "Estimates of the regression coefficient based on Kendall's tau"; a test holds both
    equal to ``scipy.stats.theilslopes``. It takes the units for independent of each other.
    """
    y = np.asarray(values, dtype=np.float64)
    n = len(y)
    if n < LEAST_UNITS:
        return None
    earlier, later = np.triu_indices(n, k=1)
    slopes = np.sort((y[later] - y[earlier]) / (later - earlier))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * _kendall_spread(y)
    lowest = max(round((len(slopes) - half) / 2) - 1, 0)
    highest = min(round((len(slopes) + half) / 2), len(slopes) - 1)
    return Slope(float(np.median(slopes)), float(slopes[lowest]), float(slopes[highest]), n)


def _kendall_spread(y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The standard deviation of Kendall's S without a trend, allowing for equal values."""
    n = len(y)
    ties = np.unique(y, return_counts=True)[1]
    tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    return sqrt((n * (n - 1) * (2 * n + 5) - tied) / 18)
