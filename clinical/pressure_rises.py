"""How far the systolic pressure rose in infusions: its distribution, and the share of large rises.

A rise is the highest later reading minus the first one (:class:`clinical.vitals.VitalSummary`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from clinical.incidence import Proportion, proportion
from clinical.vital_curves import mean_interval

MARKED_RISES = (20, 30)
"""mmHg above the start that are told apart: 30 is our default of a rise over the own baseline that
calls for a second reading, 20 stands beside it for comparison with what is published."""
BIN_MMHG = 5
"""The width of a bar of the distribution; the marked rises begin a bar."""


@dataclass(frozen=True, slots=True)
class Rises:
    """The rises of ``n`` infusions, mmHg: mean with its 95 % interval, standard deviation.

    ``low``, ``high`` and ``sd`` are missing for a single infusion. ``reached``: for each of
    :data:`MARKED_RISES` the share of infusions with at least that rise.
    """

    n: int
    mean: float
    low: float | None
    high: float | None
    sd: float | None
    reached: dict[int, Proportion]


def summarise_rises(counts: Iterable[tuple[int, int]]) -> Rises | None:
    """From pairs of a rise and the infusions that had it; ``None`` where there are none."""
    known = [(rise, infusions) for rise, infusions in counts if infusions]
    n = sum(infusions for _, infusions in known)
    if n == 0:
        return None
    mean = sum(rise * infusions for rise, infusions in known) / n
    reached = {
        least: proportion(sum(infusions for rise, infusions in known if rise >= least), n)
        for least in MARKED_RISES
    }
    if n == 1:
        return Rises(n, mean, None, None, None, reached)
    sd = sqrt(sum(infusions * (rise - mean) ** 2 for rise, infusions in known) / (n - 1))
    return Rises(n, mean, *mean_interval(mean, sd, n), sd, reached)


def binned_rises(counts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The infusions in each span of 5 mmHg: its lower bound, which belongs to it, and how many.

    In order, without a gap: a span without an infusion is 0.
    """
    found: dict[int, int] = {}
    for rise, infusions in counts:
        lower = rise // BIN_MMHG * BIN_MMHG
        found[lower] = found.get(lower, 0) + infusions
    if not found:
        return []
    return [
        (lower, found.get(lower, 0)) for lower in range(min(found), max(found) + BIN_MMHG, BIN_MMHG)
    ]
