"""Charts of rare events: the gap from one event to the next, in infusions or in days.

Where a side effect is seen less than about once in two periods, a chart by period shows noughts
with a one now and then; the gaps say more. A long gap is good, a short one is not. The gap that is
still open, since the last event, can only show that it is already longer than usual.

With a small ``alpha`` even two events at once may be put down to chance; then the charts cannot
show a rise by a single gap (``can_show_short``), only runs or a cumulated sum can.
"""

from dataclasses import dataclass
from math import ceil, floor, log, log1p
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from clinical.control_charts import spread_of_neighbours
from clinical.exact import Counts, Floats

NORMALISING = 3.6
"""The root that makes exponential waiting times nearly normal (Nelson 1994)."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class GapChart:
    """Gaps between events, the oldest first, and what they are held against.

    ``centre``: about half of the gaps are longer. ``lower``, ``upper``: a gap on a limit is inside.
    All three are missing where the reference is too small. ``flag``: 1 longer than chance gives, -1
    shorter, else 0.
    """

    gaps: Floats
    centre: float | None
    lower: float | None
    upper: float | None
    flag: Counts

    @property
    def can_show_short(self) -> bool:
        """Whether a gap can be so short that it is flagged."""
        return self.lower is not None and self.lower > 0

    def is_long(self, open_gap: float) -> bool:
        """Whether the gap since the last event, not ended yet, is already longer than chance gives.

        It may be judged before it ends, because it can only grow.
        """
        return self.upper is not None and open_gap > self.upper * (1 + _ROUNDING)


def g_chart(gaps: ArrayLike, reference: ArrayLike, alpha: float) -> GapChart:
    """A chart of ``gaps`` in infusions: how many without the event lie between two with it.

    Source: Kaminsky and others 1992; Benneyan 2001 (number-between g chart), with exact limits of
    the geometric distribution. The risk of an infusion is p = m / (m + sum of the m reference
    gaps), and P(X >= x) = (1 - p)^x. A gap is flagged where P(X >= x) or P(X <= x) is below
    ``alpha`` / 2; three sigma would flag nearly one in 50 stable gaps as long, and none as short.
    The centre is the median. If all reference gaps are 0, their sum counts as a half: events in a
    row do not prove that there is one at each infusion. Missing gaps (NaN) are not flagged. Limits
    need one gap in the reference.

    Raises ``ValueError`` where a gap is below 0.
    """
    between = _gaps(gaps)
    judged_by = between[np.asarray(reference, np.bool_) & ~np.isnan(between)]
    if len(judged_by) == 0:
        return _without_limits(between)
    without = max(float(judged_by.sum()), 0.5)
    log_free = log(without / (len(judged_by) + without))
    return _with_limits(
        between,
        centre=_quantile(log_free, 0.5),
        lower=_quantile(log_free, alpha / 2),
        upper=float(floor(log(alpha / 2) / log_free + _ROUNDING)),
    )


def t_chart(gaps: ArrayLike, reference: ArrayLike, alpha: float) -> GapChart:
    """A chart of ``gaps`` in days, from event to event.

    Source: Nelson 1994, "A control chart for parts-per-million nonconforming items"; Montgomery
    2013, section 7.3.5. The 3.6th roots of the gaps are judged on a chart of individual values
    (mean ± z times mean moving range / 1.128, of the reference) and its lines transformed back. A
    lower limit below 0 is 0. Missing gaps (NaN) are not flagged and not bridged. Limits need two
    neighbouring gaps in the reference.

    Raises ``ValueError`` where a gap is below 0.
    """
    between = _gaps(gaps)
    roots = np.where(np.asarray(reference, np.bool_), between ** (1 / NORMALISING), np.nan)
    spread = spread_of_neighbours(roots)
    if spread is None:
        return _without_limits(between)
    middle = float(np.nanmean(roots))
    reach = NormalDist().inv_cdf(1 - alpha / 2) * spread
    return _with_limits(
        between,
        centre=middle**NORMALISING,
        lower=max(middle - reach, 0.0) ** NORMALISING,
        upper=(middle + reach) ** NORMALISING,
    )


def _gaps(gaps: ArrayLike) -> Floats:
    between = np.asarray(gaps, np.float64)
    if np.any(between < 0):
        raise ValueError("a gap below 0")
    return between


def _quantile(log_free: float, share: float) -> float:
    """The smallest gap x with P(X <= x) of at least ``share``; ``log_free`` is log(1 - p)."""
    return float(max(ceil(log1p(-share) / log_free - _ROUNDING) - 1, 0))


def _without_limits(gaps: Floats) -> GapChart:
    return GapChart(gaps, None, None, None, np.zeros(gaps.shape, np.int64))


def _with_limits(gaps: Floats, centre: float, lower: float, upper: float) -> GapChart:
    # Roots and powers are rounded: a gap that is the limit to nine digits is on it.
    above, below = gaps > upper * (1 + _ROUNDING), gaps < lower * (1 - _ROUNDING)
    return GapChart(gaps, centre, lower, upper, above.astype(np.int64) - below)
