"""Funnel plots: the rates of sites against their numbers, with what chance alone would give.

Rates of small sites scatter more, so a ranking puts them first and last. A funnel plot
(Spiegelhalter 2005, "Funnel plots for comparing institutional performance") sets each rate against
its number, with limits around the rate of all: of sites that do not differ at most 1 in 20 lies
outside those of 95 %, and 1 in 500 outside those of 99.8 %. The limits do not allow for how many
sites there are.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

INNER, OUTER = 0.95, 0.998
"""The two pairs of limits, by the share of sites that lie within them by chance."""
_POINTS = 120
"""So many points draw a limit."""


def funnel_limits(n: ArrayLike, target: float, confidence: float) -> tuple[Floats, Floats]:
    """The lower and the upper limit of the rate of each ``n``, as fractions.

    Source: Spiegelhalter 2005, appendix A.1.1. The lower limit for a tail p is (r - a) / n, where r
    is the smallest count with P(R <= r) >= p under the target, and a = (P(R <= r) - p) /
    (P(R <= r) - P(R <= r - 1)) interpolates between r - 1 and r: exact binomial probabilities
    without the steps of whole counts. Kept to 0 and 1.

    The upper limit is the lower one of those without the event. The appendix takes the formula
    itself at 1 - p, which lies up to one count lower: at a target of a half it puts 5 of 5, which
    chance gives 3 times in 100, outside the limits of 1 in 500, and judges a rate of response
    otherwise than one of no response. So here a rate lies outside just where its exact tail is less
    than p. ``n``: whole numbers of at least 1; ``target``: from 0 to 1.
    """
    trials = np.asarray(n, np.int64)
    tail = (1 - confidence) / 2
    if target in (0.0, 1.0):
        # All or none: there is nothing that chance could change.
        same = np.full(trials.shape, target)
        return same, same.copy()
    return _lower(trials, target, tail), 1.0 - _lower(trials, 1.0 - target, tail)


def _lower(trials: Counts, target: float, tail: float) -> Floats:
    counts = _quantile(trials, target, tail)
    at_most, below = _at_most(counts, trials, target), _at_most(counts - 1, trials, target)
    share = (at_most - tail) / (at_most - below)
    return np.asarray(np.clip((counts - share) / trials, 0.0, 1.0), np.float64)


def _at_most(counts: Floats, trials: Counts, target: float) -> Floats:
    """P(R <= r); 0 for a count below 0."""
    found = bdtr(np.maximum(counts, 0.0), trials, target)
    return np.asarray(np.where(counts < 0, 0.0, found), np.float64)


def _quantile(trials: Counts, target: float, tail: float) -> Floats:
    """The smallest count r with P(R <= r) >= tail."""
    near = np.ceil(bdtrik(tail, trials, target))
    # Where 0 is likely enough already, the inverse has no answer, or one below 0.
    counts = np.clip(np.nan_to_num(near, nan=0.0), 0.0, trials)
    # The inverse is continuous, and rounding may put it beside a whole count.
    counts = np.where(_at_most(counts, trials, target) < tail, counts + 1, counts)
    lower = (counts > 0) & (_at_most(counts - 1, trials, target) >= tail)
    return np.asarray(np.where(lower, counts - 1, counts), np.float64)


def limit_points(largest: int) -> Counts:
    """The numbers at which to draw the limits, up to ``largest``; closest where limits bend."""
    roots = np.linspace(1.0, sqrt(max(largest, 1)), _POINTS)
    return np.unique(np.rint(roots**2).astype(np.int64))


def outside(events: Sequence[int], n: Sequence[int], target: float) -> Counts:
    """Where each site lies: 0 within the limits of 95 %, 1 above them, 2 above those of 99.8 %.

    -1 and -2 below them. A rate on a limit lies within; so does a site without anybody.
    """
    found = np.zeros(len(n), np.int64)
    counted = np.asarray(n, np.int64) > 0
    trials = np.asarray(n, np.int64)[counted]
    rates = np.asarray(events, np.float64)[counted] / trials
    marks = np.zeros(len(trials), np.int64)
    for confidence in (INNER, OUTER):
        low, high = funnel_limits(trials, target, confidence)
        marks += (rates > high).astype(np.int64) - (rates < low).astype(np.int64)
    found[counted] = marks
    return found


def spread(events: Sequence[int], n: Sequence[int]) -> float | None:
    """How much more the rates of sites vary than chance gives: 1 is as chance.

    Pearson's chi-square of all sites over its degrees of freedom (McCullagh and Nelder 1989,
    section 4.5; the phi of Spiegelhalter 2005, section 2.5, without trimming). ``None`` for fewer
    than two sites, and where all or none have the event.
    """
    x, trials = np.asarray(events, np.float64), np.asarray(n, np.float64)
    x, trials = x[trials > 0], trials[trials > 0]
    if len(trials) < 2 or x.sum() in (0, trials.sum()):
        return None
    target = x.sum() / trials.sum()
    squares = (x - trials * target) ** 2 / (trials * target * (1 - target))
    return float(squares.sum() / (len(trials) - 1))
