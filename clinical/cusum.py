"""Cumulative sums that gather small excesses over several periods, adjusted for expected risk."""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

RATIO = 2.0
"""The odds ratio that the sum is tuned to find: twice the odds, and half of them downwards."""
BEYOND_BOUND = 15.0
"""How many times longer than Lorden's bound the time between false alarms is taken to be."""


@dataclass(frozen=True, slots=True)
class Cusum:
    """The sums for a rise (``up``) and for a fall (``down``) after each period, and the signals.

    Both are 0 or more and are held at ``limit``; a signal is a period with which the sum reaches
    the limit. Arrays of the shape that was given, periods last.
    """

    up: NDArray[np.float64]
    down: NDArray[np.float64]
    limit: float
    signal_up: NDArray[np.bool_]
    signal_down: NDArray[np.bool_]


def risk_adjusted_cusum(
    observed: ArrayLike,
    recorded: ArrayLike,
    expected: ArrayLike,
    limit: float,
    ratio: float = RATIO,
    trust: ArrayLike = 1.0,
) -> Cusum:
    """The risk-adjusted CUSUM for odds of ``ratio`` times the expected ones, and of 1/``ratio``.

    ``observed`` of ``recorded`` infusions had the side effect where ``expected`` would have had it
    (same shapes, periods along the last axis). Source: Steiner 2000 (Biostatistics 1:441-452), with
    the infusions of a period put together at their mean expected risk. That makes the sum a little
    smaller than one infusion at a time would (the logarithm is concave), never larger.

    Steiner restarts the sum after a signal. Here it is held at the limit instead: while a change
    lasts the signal lasts, and when it is over the sum falls as from any other signal. A restarted
    sum would fall silent for weeks in the midst of a rise. A period without infusions changes
    nothing and is no signal.

    ``trust`` (0 to 1, broadcast) multiplies what each period adds: see :func:`trust_in`.
    """
    weights = np.stack(
        (
            log_likelihood_ratio(observed, recorded, expected, ratio),
            log_likelihood_ratio(observed, recorded, expected, 1 / ratio),
        )
    )
    sums, signals = _accumulate(weights * np.asarray(trust), limit)
    return Cusum(sums[0], sums[1], limit, signals[0], signals[1])


def log_likelihood_ratio(
    observed: ArrayLike, recorded: ArrayLike, expected: ArrayLike, ratio: float
) -> NDArray[np.float64]:
    """What each period adds to the sum: the evidence for odds of ``ratio`` times the expected.

    ``observed * ln(ratio) - recorded * ln(1 + (ratio - 1) * p)``, p the mean expected risk.
    """
    n = np.asarray(recorded, dtype=np.float64)
    risk = np.divide(expected, n, out=np.zeros_like(n), where=n > 0)
    risk = np.minimum(risk, 1.0)
    events = np.asarray(observed, dtype=np.float64)
    return events * log(ratio) - n * np.log1p((ratio - 1) * risk)


def trust_in(recorded: ArrayLike, reference: ArrayLike) -> NDArray[np.float64]:
    """How much the evidence of each period counts, because the expected risk is an estimate.

    With r infusions in the reference and m outside it, what lies outside counts r / (r + m): to
    that the log-likelihood ratio of two normal means shrinks when the first of them is known from r
    observations only and both are fitted (profile likelihood). Without it a level estimated a
    little too low adds up week by week: with 12 reference weeks the same limit gave eight times the
    false alarms that it gave with 40, with it as many. Of the same shape, periods last.
    """
    n, basis = np.asarray(recorded, np.float64), np.asarray(reference, np.bool_)
    known = (n * basis).sum(axis=-1, keepdims=True)
    total = n.sum(axis=-1, keepdims=True)
    share = np.divide(known, total, out=np.ones_like(total), where=total > 0)
    return np.asarray(np.where(basis, 1.0, share))


def _accumulate(
    weights: NDArray[np.float64], limit: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    sums = np.empty_like(weights)
    signals = np.empty(weights.shape, dtype=np.bool_)
    total = np.zeros(weights.shape[:-1])
    for period in range(weights.shape[-1]):
        added = weights[..., period]
        total = np.maximum(0.0, total + added)
        signals[..., period] = (total >= limit) & (added > 0)
        total = np.minimum(total, limit)
        sums[..., period] = total
    return sums, signals


def limit_for(periods: float) -> float:
    """The limit that a stable process reaches about once in ``periods`` periods, or less often.

    By Lorden 1971 (Annals of Mathematical Statistics 42:1897-1908) the mean time between false
    alarms at the limit h is at least e**h periods. In the simulation
    (``python -m benchmarks false-alarms``) it is over :data:`BEYOND_BOUND` times as long, because a
    sum overshoots its limit, is trusted in part only, and stays above it for some time.
    """
    return log(max(periods / BEYOND_BOUND, 2.0))


def weeks_to_see(p: float, n_per_week: float, limit: float, ratio: float = RATIO) -> float | None:
    """About how many weeks a sum that starts at 0 takes to its limit when the risk doubles.

    ``p`` is the expected share, doubled to at most 1. The limit over what a week adds on average
    (Wald's identity without the overshoot), and at least one week; ``None`` where nothing is
    recorded or the sum would not grow.
    """
    if n_per_week <= 0 or p <= 0:
        return None
    growth = n_per_week * (min(2 * p, 1.0) * log(ratio) - np.log1p((ratio - 1) * p))
    return max(1.0, float(limit / growth)) if growth > 0 else None
