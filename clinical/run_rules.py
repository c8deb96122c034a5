"""Run rules: patterns in a series that chance alone seldom makes. One rule, one function.

Each rule takes the points of a series in their order and returns a bool for each: whether it
belongs to the pattern. A missing point (NaN) is left out: its neighbours count as neighbours of
each other, and it never belongs to a pattern. ``centre``, ``lower``, ``upper`` and ``sigma`` are
one number or one for each point.

Sources: Western Electric 1956 and Nelson 1984 for the rules; the lengths of seven and the wording
of two of three are those of NHS England, "Making data count". Each rule adds its own false alarms:
over 52 stable points the four together mark something in about 42 % of series
(:mod:`clinical.false_alarms`).
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clinical.codes import Code
from clinical.exact import Counts, Floats, binomial_limits

Bools = NDArray[np.bool_]
_Mark = TypeVar("_Mark", np.bool_, np.int64)

RUN = 7
"""Points that make a shift or a trend (NHS England)."""
LEAST_USEFUL = 10
"""Points off the centre line below which runs are not judged (Anhøj and Olesen 2014)."""

_SAME = 1e-9
"""Numbers that differ by less, relatively, are equal: a mean is seldom exact to the last bit."""


class NhsRule(Code):
    """The four rules, in the order of NHS England: of two that hold, the earlier is named."""

    NONE = 0, "no rule"
    OUTSIDE = 1, "beyond three sigma"
    TREND = 2, "seven or more in a row, each further than the one before"
    TWO_OF_THREE = 3, "two of three between two and three sigma"
    SHIFT = 4, "seven or more in a row on one side of the centre"


@dataclass(frozen=True, slots=True)
class NhsMarks:
    """For each point the rule that marks it (:class:`NhsRule`) and the direction.

    ``side``: 1 above, -1 below the centre; of a trend 1 rising, -1 falling; 0 without a rule.
    """

    rule: Counts
    side: Counts


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
    return np.asarray(trend_direction(values, run) != 0)


def trend_direction(values: ArrayLike, run: int = RUN) -> Counts:
    """Which way the trend of each point goes: 1 rising, -1 falling, 0 where it is in none.

    A point that ends one trend and begins the next belongs to the next.
    """
    points, _, present = _present(values, 0.0)
    steps = _sides(points[1:], points[:-1])
    way = np.where(_in_long_runs(steps, run - 1), steps, 0)
    found = np.zeros(points.shape, np.int64)
    found[1:] = way
    found[:-1] = np.where(way != 0, way, found[:-1])
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


def nhs_marks(
    values: ArrayLike, centre: ArrayLike, sigma: ArrayLike, lower: ArrayLike, upper: ArrayLike
) -> NhsMarks:
    """The four rules of NHS England together; ``lower`` and ``upper`` are the limits drawn."""
    points, middle = np.asarray(values, np.float64), np.asarray(centre, np.float64)
    way = trend_direction(points)
    holds = {
        NhsRule.OUTSIDE: outside(points, lower, upper),
        NhsRule.TREND: way != 0,
        NhsRule.TWO_OF_THREE: two_of_three(points, middle, sigma),
        NhsRule.SHIFT: shift(points, middle),
    }
    rule = np.select(list(holds.values()), [int(one) for one in holds], int(NhsRule.NONE))
    side = np.where(rule == NhsRule.TREND, way, np.sign(points - middle))
    return NhsMarks(rule, np.where(rule == NhsRule.NONE, 0, side).astype(np.int64))


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


def _back(found: NDArray[_Mark], present: Bools) -> NDArray[_Mark]:
    """What was found among the present points, put back among all points."""
    marked = np.zeros(present.shape, found.dtype)
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
