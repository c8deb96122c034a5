"""What the rules of the attention list look at, worked out from one patient's scores and visits.

Everything here is known when records come in; what also depends on today's date and on the
clinic's thresholds is judged later, in :mod:`clinical.attention`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median

from clinical.instruments import MADRS, PHQ9, QIDS_SR16, Instrument

DEPRESSION_SCALES = (PHQ9, MADRS, QIDS_SR16)
"""The scales of depression, in the order in which one is chosen to follow a series by."""


def leading(scores: Mapping[int, int], baselines: Iterable[int]) -> Instrument | None:
    """The depression scale by which a series is followed.

    The first of :data:`DEPRESSION_SCALES` with a baseline and a later score; without such a one,
    the first with a later score. ``scores``: how many later scores, by instrument code;
    ``baselines``: the codes of those that have a baseline.
    """
    with_baseline = set(baselines)
    scored = [scale for scale in DEPRESSION_SCALES if scores.get(scale.code, 0)]
    evaluable = [scale for scale in scored if scale.code in with_baseline]
    return next(iter([*evaluable, *scored]), None)


def lost_from(reached: Sequence[bool]) -> int | None:
    """The position from which something once reached is so no longer, up to the end.

    ``None`` where it was never reached, or holds at the end.
    """
    if True not in reached or reached[-1]:
        return None
    return len(reached) - list(reversed(reached)).index(True)


def usual_interval(days: Sequence[int]) -> float | None:
    """The median of the intervals between treatments on these days, in time order, in days."""
    intervals = [later - earlier for earlier, later in pairwise(days)]
    return float(median(intervals)) if intervals else None
