"""Proportions with their uncertainty."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

_Z_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Proportion:
    """``events`` of ``n`` with a 95 % Wilson interval; fractions, missing where ``n`` is 0."""

    events: int
    n: int
    estimate: float | None
    low: float | None
    high: float | None


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
    share = events / n
    weight = _Z_95**2 / n
    centre = (share + weight / 2) / (1 + weight)
    half = _Z_95 * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    low = 0.0 if events == 0 else centre - half
    high = 1.0 if events == n else centre + half
    return Proportion(events, n, share, low, high)
