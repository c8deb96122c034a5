"""Whether groups differ in how soon something happens to them: the log-rank test (Mantel 1966).

At each time at which anything happened the events of each group are set against those that it
would have had, had all who were at risk just before shared one risk. The test asks for nothing but
counts at risk and of events, so it holds as well where people come under watch late (left
truncation): who is at risk is for the caller to say. It is at its best where the curves part in
proportion, and blind where they cross.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from clinical.survival import Curve, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class LogRank:
    """The test over groups: what happened in each, and what one common risk would have given.

    ``observed``, ``expected``: events, shape (groups,). ``statistic``: chi-squared on ``freedom``
    degrees; it and ``p`` are missing where there is nothing to compare: no event, or fewer than two
    groups in which one could have been.
    """

    observed: IntArray
    expected: FloatArray
    statistic: float | None
    freedom: int
    p: float | None


def log_rank(at_risk: ArrayLike, events: ArrayLike) -> LogRank:
    """The test from counts; ``at_risk`` just before, and ``events`` at, each time.

    Shape (groups, times) each. Variance: hypergeometric, which allows for events at one time
    (Peto and Peto 1972; Kalbfleisch and Prentice 2002, section 1.5). A group that was at risk at no
    event is left out of the test, as R's ``survdiff`` has it.

    Raises ``ValueError`` where a count is negative, or more happened than were at risk.
    """
    risk, happened = np.asarray(at_risk, np.float64), np.asarray(events, np.float64)
    if np.any(happened < 0) or np.any(happened > risk):
        raise ValueError("events are those of people at risk")
    kept = happened.sum(axis=0) > 0
    risk, happened = risk[:, kept], happened[:, kept]
    n, d = risk.sum(axis=0), happened.sum(axis=0)
    share = risk / n
    observed, expected = happened.sum(axis=1), (share * d).sum(axis=1)
    # The last one at risk has no variance: whoever is left, it happens to them.
    weight = d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T
    return _tested(observed, expected, variance)


def _tested(observed: FloatArray, expected: FloatArray, variance: FloatArray) -> LogRank:
    counts = observed.astype(np.int64)
    # The differences add up to nothing, so the last group says no more than the others.
    free = np.flatnonzero(expected > 0)[:-1]
    if not len(free):
        return LogRank(counts, expected, None, 0, None)
    parted, spread = (observed - expected)[free], variance[np.ix_(free, free)]
    if np.linalg.matrix_rank(spread) < len(free):
        return LogRank(counts, expected, None, 0, None)
    statistic = float(parted @ np.linalg.solve(spread, parted))
    return LogRank(counts, expected, statistic, len(free), float(chdtrc(len(free), statistic)))


def log_rank_of(curves: Sequence[Curve]) -> LogRank:
    """The test over Kaplan-Meier curves whose people were all watched from the start."""
    times = np.unique(np.concatenate([[], *(curve.times for curve in curves)]))
    risk = np.zeros((len(curves), len(times)), np.int64)
    events = np.zeros_like(risk)
    for row, curve in enumerate(curves):
        at = np.searchsorted(times, curve.times)
        events[row, at] = curve.events
        gone = np.zeros(len(times), np.int64)
        gone[at] = curve.events + curve.censored
        risk[row] = np.cumsum(gone[::-1])[::-1]
    return log_rank(risk, events)
