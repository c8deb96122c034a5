"""Growth: by how much a weekly amount rises from week to week, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from clinical.incidence import CONFIDENCE

LEAST_WEEKS = 8
"""From fewer weeks no growth is told."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What comes on top each week: the slope of a straight line, with its standard error.

    ``freedom``: the degrees of freedom of the error.
    """

    a_week: float
    error: float
    freedom: int

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval of ``a_week``."""
        return self.a_week - self._half_width

    @property
    def high(self) -> float:
        """Its upper end."""
        return self.a_week + self._half_width

    @property
    def _half_width(self) -> float:
        return float(stdtrit(self.freedom, (1 + CONFIDENCE) / 2)) * self.error

    def times(self, factor: float) -> "Growth":
        """The same growth in another unit."""
        return Growth(self.a_week * factor, self.error * abs(factor), self.freedom)


def weekly_growth(amounts: ArrayLike) -> Growth | None:
    """The slope of a least-squares line through weekly amounts, one a week, NaN where not known.

    Its standard error is that of ordinary least squares (Montgomery, Peck and Vining 2012, section
    2.3), with n - 2 degrees of freedom. ``None`` with fewer than :data:`LEAST_WEEKS` known weeks.
    """
    values = np.asarray(amounts, np.float64)
    known = np.isfinite(values)
    count = int(known.sum())
    if count < LEAST_WEEKS:
        return None
    weeks, values = np.flatnonzero(known).astype(np.float64), values[known]
    off = weeks - weeks.mean()
    spread = float((off**2).sum())
    slope = float((off * values).sum()) / spread
    left = values - values.mean() - slope * off
    return Growth(slope, sqrt(float((left**2).sum()) / (count - 2) / spread), count - 2)


def total_growth(parts: Iterable[Growth | None]) -> Growth | None:
    """The growth of several amounts together; what is not known of one counts as no growth.

    The errors are taken as independent and the degrees of freedom are added, which is exact for
    one part and a little too narrow for several. ``None`` where none is known.
    """
    known: Sequence[Growth] = [part for part in parts if part is not None]
    if not known:
        return None
    return Growth(
        sum(part.a_week for part in known),
        sqrt(sum(part.error**2 for part in known)),
        sum(part.freedom for part in known),
    )
