"""Run rules: patterns in a series that chance alone seldom makes. One rule, one function.

Each rule takes the points of a series in their order and returns a bool for each: whether it
belongs to the pattern. A missing point (NaN) is left out: its neighbours count as neighbours of
each other, and it never belongs to a pattern. ``centre``, ``lower``, ``upper`` and ``sigma`` are
one number or one for each point.

Sources: Western Electric 1956 and Nelson 1984 for the rules; the lengths of seven and the wording
of two of three are those of NHS England, "Making data count". Each rule adds its own false alarms:
over 52 stable points the four together mark something in about 42 % of series.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clinical.exact import Floats, binomial_limits

Bools = NDArray[np.bool_]

RUN = 7
"""Points that make a shift or a trend (NHS England)."""
LEAST_USEFUL = 10
"""Points off the centre line below which runs are not judged (Anhøj and Olesen 2014)."""

_SAME = 1e-9
"""Numbers that differ by less, relatively, are equal: a mean is seldom exact to the last bit."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a series about its centre line.

    ``useful``: points that are not on the line. ``longest``: points of the longest run on one side,
    unusual above ``longest_usual``. ``crossings``: how often neighbours lie on different sides,
    unusual below ``fewest_usual``. ``signal``: whether either is unusual.
    """

    useful: int
    longest: int
    longest_usual: int
    crossings: int
    fewest_usual: int
    signal: bool


def outside(values: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Bools:
    """Points beyond a limit; a point on a limit is inside."""
    points = np.asarray(values, np.float64)
    return (points > np.asarray(upper, np.float64)) | (points < np.asarray(lower, np.float64))


def shift(values: ArrayLike, centre: ArrayLike, run: int = RUN) -> Bools:
    """Points in ``run`` or more in a row on one side of the centre.

    A point on the centre is on neither side, so it breaks the run.
    """
    points, middle, present = _present(values, centre)
    return _back(_in_long_runs(_sides(points, middle), run), present)


def trend(values: ArrayLike, run: int = RUN) -> Bools:
    """Points in ``run`` or more in a row of which each is above, or each below, the one before.

    Seven points are six steps. Two equal points end a trend.
    """
    points, _, present = _present(values, 0.0)
    steps = _sides(points[1:], points[:-1])
    rising = _in_long_runs(steps, run - 1)
    found = np.zeros(points.shape, np.bool_)
    found[1:] |= rising
    found[:-1] |= rising
    return _back(found, present)


def two_of_three(values: ArrayLike, centre: ArrayLike, sigma: ArrayLike) -> Bools:
    """Points between two and three sigma, two or more of three in a row that lie on one side.

    A point beyond three sigma belongs to another rule and does not count as one of the two, but may
    be the third. The third itself is not marked. Exactly three sigma is between, exactly two not.
    """
    points, middle, present = _present(values, centre)
    spread = np.broadcast_to(np.asarray(sigma, np.float64), np.shape(values))[present]
    sides = _sides(points, middle)
    distance = np.abs(points - middle)
    between = _greater(distance, 2 * spread) & ~_greater(distance, 3 * spread)
    pattern = (np.abs(_sums_of_three(sides)) == 3) & (_sums_of_three(between.astype(int)) >= 2)
    found = np.zeros(points.shape, np.bool_)
    found[:-2] |= pattern
    found[1:-1] |= pattern
    found[2:] |= pattern
    return _back(found & between, present)


def unusual_runs(values: ArrayLike, centre: ArrayLike) -> Runs:
    """Whether a series has too long a run or too few crossings for its length.

    Source: Anhøj and Olesen 2014, PLoS ONE 9(11): e113825. Of n points that are not on the line, a
    run is unusually long above round(log2 n) + 3, and crossings are unusually few below the 5 %
    quantile of a binomial of n - 1 trials with probability a half. Points on the line are left out,
    as missing ones are. Fewer than 10 points give no signal.
    """
    points, middle, _ = _present(values, centre)
    sides = _sides(points, middle)
    sides = sides[sides != 0]
    useful = len(sides)
    longest = int(_run_lengths(sides).max(initial=0))
    crossings = int(np.count_nonzero(sides[1:] != sides[:-1]))
    longest_usual = round(float(np.log2(useful))) + 3 if useful else 0
    fewest_usual = int(binomial_limits(max(useful - 1, 0), 0.5, 0.10)[0])
    unusual = longest > longest_usual or crossings < fewest_usual
    return Runs(
        useful,
        longest,
        longest_usual,
        crossings,
        fewest_usual,
        signal=unusual and useful >= LEAST_USEFUL,
    )


def _present(values: ArrayLike, centre: ArrayLike) -> tuple[Floats, Floats, Bools]:
    """The points that can be judged, their centres, and which of all points they are."""
    points = np.asarray(values, np.float64)
    middle = np.broadcast_to(np.asarray(centre, np.float64), points.shape)
    present = ~(np.isnan(points) | np.isnan(middle))
    return points[present], middle[present], present


def _back(found: Bools, present: Bools) -> Bools:
    """What was found among the present points, put back among all points."""
    marked = np.zeros(present.shape, np.bool_)
    marked[present] = found
    return marked


def _greater(one: Floats, other: Floats) -> Bools:
    """Whether ``one`` is greater, by more than rounding."""
    return np.asarray(one - other > _SAME * np.maximum(np.abs(one), np.abs(other)))


def _sides(points: Floats, middle: Floats) -> NDArray[np.int64]:
    """1 above, -1 below, 0 on the line."""
    return _greater(points, middle).astype(np.int64) - _greater(middle, points)


def _run_lengths(sides: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each element, how many equal ones in a row it belongs to."""
    starts = np.flatnonzero(np.diff(sides, prepend=sides[:1] + 1))
    lengths = np.diff(starts, append=len(sides))
    return np.repeat(lengths, lengths)


def _sums_of_three(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum of each three in a row; two fewer than there are values."""
    return values[:-2] + values[1:-1] + values[2:]


def _in_long_runs(sides: NDArray[np.int64], run: int) -> Bools:
    return np.asarray((_run_lengths(sides) >= run) & (sides != 0))
