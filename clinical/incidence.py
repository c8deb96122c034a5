"""Proportions and their differences, with their uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
"""The confidence of every interval that is shown, unless it says otherwise."""


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


def directions(pairs: Sequence[tuple[Proportion, Proportion]]) -> list[int]:
    """For each pair (later, earlier): 1 where it has clearly risen, -1 where fallen, 0 else.

    Clear means that the interval of the difference leaves out zero at a confidence raised for the
    number of pairs (Bonferroni): where nothing has changed, at most one look in twenty at all of
    the pairs together shows a change.
    """
    confidence = 1 - (1 - CONFIDENCE) / max(len(pairs), 1)
    found = [difference(later, earlier, confidence) for later, earlier in pairs]
    return [(1 if (each.estimate or 0) > 0 else -1) if each.is_clear else 0 for each in found]


def _wilson(events: int, n: int, confidence: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = events / n
    weight = z**2 / n
    centre = (share + weight / 2) / (1 + weight)
    half = z * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    low = 0.0 if events == 0 else centre - half
    high = 1.0 if events == n else centre + half
    return low, high
