"""Proportions and their differences, with their uncertainty."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
"""The confidence of every interval that is shown, unless it says otherwise."""
_TIE = 1e-7
"""Two tables that differ by less than this, relatively, are equally probable."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """``events`` of ``n`` with a 95 % Wilson interval; fractions, missing where ``n`` is 0."""

    events: int
    n: int
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One proportion minus another with its interval; fractions, missing where either has no n."""

    estimate: float | None
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out "no difference"."""
        if self.low is None or self.high is None:
            return False
        return self.low > 0 or self.high < 0


def proportion(events: int, n: int) -> Proportion:
    """A proportion with its 95 % Wilson score interval without continuity correction.

    Source: Wilson 1927; Newcombe 1998, method 3. The closed formula is used because a page needs
    hundreds of intervals; a test holds it equal to ``scipy.stats``. 0 of 0 has no estimate.

    Raises ``ValueError`` unless ``0 <= events <= n``.
    """
    if not 0 <= events <= n:
        raise ValueError(f"{events} of {n} is no proportion")
    if n == 0:
        return Proportion(events, n, None, None, None)
    return Proportion(events, n, events / n, *_wilson(events, n, CONFIDENCE))


def difference(
    later: Proportion, earlier: Proportion, confidence: float = CONFIDENCE
) -> Difference:
    """``later`` minus ``earlier`` with the Newcombe hybrid score interval.

    Source: Newcombe 1998, "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", method 10: the Wilson limits of both, put together as squares,
    without continuity correction.
    """
    if later.n == 0 or earlier.n == 0:
        return Difference(None, None, None)
    share, before = later.events / later.n, earlier.events / earlier.n
    low, high = _wilson(later.events, later.n, confidence)
    low_before, high_before = _wilson(earlier.events, earlier.n, confidence)
    estimate = share - before
    return Difference(
        estimate,
        estimate - sqrt((share - low) ** 2 + (high_before - before) ** 2),
        estimate + sqrt((high - share) ** 2 + (before - low_before) ** 2),
    )


def fisher_p(one: Proportion, other: Proportion) -> float | None:
    """Two-sided p of Fisher's exact test that two proportions are equal; ``None`` without an n.

    The sum of the probabilities of all tables with the same margins that are no more probable than
    the observed one, by a relative tolerance of 1e-7 (Fisher 1935; Agresti 2013, section 3.5; the
    tolerance is R's). Neighbouring tables differ by a simple ratio, so the probabilities come from
    adding up its logarithms; a test holds the result equal to ``scipy.stats.fisher_exact``.
    """
    if one.n == 0 or other.n == 0:
        return None
    events = one.events + other.events
    lowest, highest = max(0, events - other.n), min(one.n, events)
    x = np.arange(lowest, highest, dtype=np.float64)
    up = (one.n - x) * (events - x) / ((x + 1) * (other.n - events + x + 1))
    logs = np.concatenate(([0.0], np.cumsum(np.log(up))))
    weights = np.exp(logs - logs.max())
    observed = weights[one.events - lowest]
    as_extreme = weights[weights <= observed * (1 + _TIE)]
    return min(1.0, float(as_extreme.sum() / weights.sum()))


def _wilson(events: int, n: int, confidence: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = events / n
    weight = z**2 / n
    centre = (share + weight / 2) / (1 + weight)
    half = z * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    low = 0.0 if events == 0 else centre - half
    high = 1.0 if events == n else centre + half
    return low, high
