"""Exact limits of counts: how many events chance alone would give, and the interval of a rate.

Everything here follows from sums of binomial or Poisson probabilities; nothing is approximated by
the normal distribution, which is wrong where events are few (a p chart at three sigma with a risk
of 5 % and 10 infusions a week gives a false alarm in 45 % of stable years).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrc, gammainc, gammaincc, gammainccinv, gammaincinv

from clinical.incidence import CONFIDENCE

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rate:
    """``events`` per unit of ``exposure`` with a 95 % interval; missing where exposure is 0."""

    events: int
    exposure: float
    estimate: float | None
    low: float | None
    high: float | None


def poisson_rate(events: int, exposure: float) -> Rate:
    """A rate with its exact 95 % interval.

    Source: Garwood 1936, "Fiducial limits for the Poisson distribution": the quantiles of half a
    chi-squared with 2x and 2x + 2 degrees of freedom, which are those of a gamma distribution with
    shape x and x + 1. Of no events the lower limit is 0. No exposure has no rate, not the rate 0.

    Raises ``ValueError`` where ``events`` or ``exposure`` is negative or not a number.
    """
    if not (events >= 0 and exposure >= 0):
        raise ValueError(f"{events} events in an exposure of {exposure} are no rate")
    if exposure == 0:
        return Rate(events, exposure, None, None, None)
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if events == 0 else float(gammaincinv(events, tail))
    high = float(gammainccinv(events + 1, tail))
    return Rate(events, exposure, events / exposure, low / exposure, high / exposure)


def binomial_limits(n: ArrayLike, p: ArrayLike, alpha: float) -> tuple[Counts, Counts]:
    """The lowest and the highest of ``n`` trials with risk ``p`` that are put down to chance.

    A count x is flagged where P(X >= x) < alpha / 2 or P(X <= x) < alpha / 2; the limits are the
    outermost counts that are not. A lowest of 0 means that no count can be flagged as low, a
    highest of ``n`` that none can be flagged as high. ``n`` and ``p`` (0 to 1, not missing) are
    broadcast.
    """
    trials, risk = np.broadcast_arrays(np.asarray(n, np.int64), np.asarray(p, np.float64))
    mean = trials * risk

    def at_most(x: Counts) -> Floats:
        return np.asarray(bdtr(x.astype(np.float64), trials, risk))

    def at_least(x: Counts) -> Floats:
        return np.asarray(bdtrc(x - 1.0, trials, risk))

    lowest = _lowest(at_most, np.minimum(trials, _ceiling(mean)), alpha / 2)
    return lowest, _highest(at_least, np.minimum(trials, _ceiling(_beyond(mean, alpha))), alpha / 2)


def poisson_limits(mean: ArrayLike, alpha: float) -> tuple[Counts, Counts]:
    """The lowest and the highest count of a Poisson ``mean`` that are put down to chance.

    Flagged as in :func:`binomial_limits`. A lowest of 0 means that no count can be flagged as low.
    """
    expected = np.asarray(mean, np.float64)

    def at_most(x: Counts) -> Floats:
        return np.asarray(gammaincc(x + 1.0, expected))

    def at_least(x: Counts) -> Floats:
        # Of no event at all the probability to see 0 or more is 1, which the gamma function with
        # shape 0 does not say.
        return np.where(x <= 0, 1.0, gammainc(np.maximum(x, 1), expected))

    lowest = _lowest(at_most, _ceiling(expected), alpha / 2)
    return lowest, _highest(at_least, _ceiling(_beyond(expected, alpha)), alpha / 2)


def _ceiling(values: Floats) -> Counts:
    return np.asarray(np.ceil(values), np.int64)


def _beyond(mean: Floats, alpha: float) -> Floats:
    """A count that is surely improbable, as an end for the search.

    Bernstein's inequality: P(X >= mean + t) <= exp(-t² / (2 (mean + t / 3))), for a Poisson and for
    a binomial count; solved for t where the right side is alpha / 2.
    """
    depth = np.log(2 / alpha)
    return np.asarray(mean + depth / 3 + np.sqrt(depth**2 / 9 + 2 * depth * mean) + 1)


def _lowest(at_most: Callable[[Counts], Floats], end: Counts, tail: float) -> Counts:
    """The smallest count whose lower tail is at least ``tail``, by halving 0 to ``end``."""
    low, high = np.zeros_like(end), end.copy()
    while np.any(low < high):
        middle = (low + high) // 2
        enough = at_most(middle) >= tail
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.minimum(middle + 1, high))
    return high


def _highest(at_least: Callable[[Counts], Floats], end: Counts, tail: float) -> Counts:
    """The largest count whose upper tail is at least ``tail``, by halving 0 to ``end``."""
    low, high = np.zeros_like(end), end.copy()
    while np.any(low < high):
        middle = (low + high + 1) // 2
        enough = at_least(middle) >= tail
        low = np.where(enough, middle, low)
        high = np.where(enough, high, np.maximum(middle - 1, low))
    return low
