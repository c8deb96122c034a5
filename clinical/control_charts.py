"""Control charts of shares (p) and of rates (u), with exact limits or with those of Laney.

All arrays have one element a period, in the order of time. Centre and spread come from the periods
of ``reference`` alone; every period is judged by them, those of the reference too.

Our decisions, where tools differ:

* A period without a denominator is a gap: NaN everywhere, no flag, and no moving range across it.
* A reference without a single event (or with nothing but events) does not prove that there is no
  risk (or no other outcome): its limits are those of half an event. The centre stays what was seen.
* Laney's sigma z below 1 would narrow the limits; it counts as 1, because fewer false alarms are
  wanted and less spread than chance gives has no clinical cause.
* Moving ranges are not screened for outliers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from clinical.exact import Counts, Floats, binomial_limits, poisson_limits
from clinical.run_rules import Bools

MOVING_RANGE = 1.128
"""Mean of the moving range of two neighbours from a normal distribution with spread 1 (d2)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart: for each period its value and what it is held against.

    ``values``, ``centre``, ``lower``, ``upper``: shares, or events per unit of exposure; NaN where
    a period has no denominator, and all but the values where the reference has none. A value on a
    limit is inside. ``sigma``: one standard deviation of a value (for rules between the limits).
    ``flag``: 1 above the upper limit, -1 below the lower, else 0.
    ``sigma_z``: by how much Laney's limits are wider than chance alone; missing on exact charts.
    """

    values: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    flag: Counts
    sigma_z: float | None = None

    @property
    def can_show_fall(self) -> bool:
        """Whether a single point can lie below the lower limit in any period."""
        return bool(np.any(self.lower > 0))


@dataclass(frozen=True, slots=True)
class _Base:
    """What both charts are drawn from: ``level`` is seen in the reference, ``risk`` assumed.

    ``sigma``: the spread of a value by chance; NaN where ``size`` is 0.
    """

    events: Floats
    size: Floats
    values: Floats
    reference: Bools
    level: float
    risk: float
    sigma: Floats


def p_chart(
    events: ArrayLike, n: ArrayLike, reference: ArrayLike, alpha: float, laney: bool = False
) -> Chart:
    """A chart of shares: ``events`` of ``n``, as whole numbers, with limits at ``alpha``.

    Exact: a period is flagged where chance gives so many or more (so few or fewer) events with a
    probability below ``alpha`` / 2 (:func:`clinical.exact.binomial_limits`). With ``laney`` the
    limits are centre ± z sigma sigma_z (Laney 2002, "Improved control charts for attributes"), for
    large denominators whose spread is more than chance.

    Raises ``ValueError`` where there are more events than trials.
    """
    base = _shares(events, n, reference)
    if laney:
        return _laney_chart(base, alpha, 1.0)
    return _exact_chart(base, lambda size: binomial_limits(size, base.risk, alpha))


def u_chart(
    events: ArrayLike, exposure: ArrayLike, reference: ArrayLike, alpha: float, laney: bool = False
) -> Chart:
    """A chart of rates: ``events`` per unit of ``exposure``, with limits at ``alpha``.

    As :func:`p_chart`, with the Poisson distribution: an infusion may have several events. Events
    of a period without exposure are left out with it.
    """
    base = _rates(events, exposure, reference)
    if laney:
        return _laney_chart(base, alpha, np.inf)
    return _exact_chart(base, lambda size: poisson_limits(size * base.risk, alpha))


def at_three_sigma(chart: Chart, most: float = np.inf) -> Chart:
    """The chart with limits three sigma from its centre, within 0 and ``most``.

    The textbook's limits, for rules that presuppose them (:mod:`clinical.run_rules`); sigma is by
    chance alone, or wider by Laney's sigma z where the chart has it.
    """
    lower = np.maximum(chart.centre - 3 * chart.sigma, 0.0)
    upper = np.minimum(chart.centre + 3 * chart.sigma, most)
    flag = (chart.values > upper).astype(np.int64) - (chart.values < lower)
    return replace(chart, lower=lower, upper=upper, flag=flag)


def overdispersion(events: ArrayLike, n: ArrayLike, reference: ArrayLike) -> float | None:
    """How many times the spread of shares from period to period is what chance gives (sigma z).

    Mean moving range of z = (share - centre) / sigma over neighbouring reference periods, divided
    by 1.128 (Laney 2002). Not floored. Missing without two neighbours, or where the reference has
    no events or nothing else.
    """
    return _sigma_z(_shares(events, n, reference))


def spread_of_neighbours(values: Floats) -> float | None:
    """The standard deviation of a series, from the mean moving range of neighbours; NaN is a gap.

    Missing where no two neighbours are known.
    """
    ranges = np.abs(np.diff(values))
    known = ranges[~np.isnan(ranges)]
    return float(known.mean()) / MOVING_RANGE if len(known) else None


def _shares(events: ArrayLike, n: ArrayLike, reference: ArrayLike) -> _Base:
    if np.any(np.asarray(events) > np.asarray(n)):
        raise ValueError("more events than trials in a period")
    return _base(events, n, reference, _share_risk, lambda risk: risk * (1 - risk))


def _rates(events: ArrayLike, exposure: ArrayLike, reference: ArrayLike) -> _Base:
    return _base(events, exposure, reference, _rate_risk, lambda risk: risk)


def _share_risk(events: float, n: float) -> float:
    """The risk behind the limits: what was seen, but never certainly none or certainly all."""
    return events / n if 0 < events < n else (events + 0.5) / (n + 1)


def _rate_risk(events: float, exposure: float) -> float:
    """The rate behind the limits: what was seen, but never certainly none."""
    return max(events, 0.5) / exposure


def _base(
    events: ArrayLike,
    size: ArrayLike,
    reference: ArrayLike,
    risk_of: Callable[[float, float], float],
    variance_of: Callable[[float], float],
) -> _Base:
    counts, sizes = np.asarray(events, np.float64), np.asarray(size, np.float64)
    known = (sizes > 0) & ~np.isnan(counts)
    judged_by = np.asarray(reference, np.bool_) & known
    seen, of = float(counts[judged_by].sum()), float(sizes[judged_by].sum())
    risk = risk_of(seen, of) if of else np.nan
    usable = np.where(known, sizes, np.nan)
    return _Base(
        events=counts,
        size=sizes,
        values=counts / usable,
        reference=judged_by,
        level=seen / of if of else np.nan,
        risk=risk,
        sigma=np.sqrt(variance_of(risk) / usable),
    )


def _exact_chart(base: _Base, limits: Callable[[Floats], tuple[Counts, Counts]]) -> Chart:
    """The chart whose limits are the outermost counts that are put down to chance."""
    lower, upper = np.full_like(base.values, np.nan), np.full_like(base.values, np.nan)
    drawn = _drawn(base)
    size = base.size[drawn]
    if len(size):
        lowest, highest = limits(size)
        lower[drawn], upper[drawn] = lowest / size, highest / size
    return _chart(base, lower, upper, base.sigma, None)


def _laney_chart(base: _Base, alpha: float, most: float) -> Chart:
    """The chart whose limits lie z times sigma, times the measured spread, from the centre."""
    sigma_z = max(1.0, _sigma_z(base) or 1.0)
    sigma = base.sigma * sigma_z
    reach = NormalDist().inv_cdf(1 - alpha / 2) * sigma
    lower, upper = np.maximum(base.level - reach, 0.0), np.minimum(base.level + reach, most)
    return _chart(base, lower, upper, sigma, sigma_z)


def _chart(
    base: _Base, lower: Floats, upper: Floats, sigma: Floats, sigma_z: float | None
) -> Chart:
    above, below = base.values > upper, base.values < lower
    return Chart(
        values=base.values,
        centre=np.where(_drawn(base), base.level, np.nan),
        lower=lower,
        upper=upper,
        sigma=sigma,
        flag=above.astype(np.int64) - below,
        sigma_z=sigma_z,
    )


def _drawn(base: _Base) -> Bools:
    """The periods that have a denominator and something to be held against."""
    return ~np.isnan(base.sigma)


def _sigma_z(base: _Base) -> float | None:
    if base.level != base.risk:  # nothing but events, or none: no spread to measure
        return None
    z = np.where(base.reference, (base.values - base.level) / base.sigma, np.nan)
    return spread_of_neighbours(z)
