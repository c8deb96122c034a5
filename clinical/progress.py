"""How a patient is doing, in one word, from the latest score of a series and its baseline.

The rules, in this order; the first that holds gives the word:

1. Without a baseline or without a later score nothing can be said: *not evaluable*.
2. *Worse*: at least ``worse_points`` over the baseline. PHQ-9: 5 points, our default (any rise at
   all: 8.4 % in McInnes 2022). Others: the change beyond measurement error that their source gives
   (GAD-7 4, Toussaint 2020; MADRS 10, PMID 33261932; PCL-5 15, Marx 2022; WHO-5 10, WHO).
   QIDS-SR16 has no agreed figure and takes the PHQ-9's, whose range it shares. C-SSRS: any level.
3. *Remission* and *responding*: by the instrument's own rule (:mod:`clinical.instruments`).
4. *Partial response*: 25 to 49 % better, our default.
5. Less than that is *no response* in induction, but *steady* in maintenance, whose baseline is the
   score with which maintenance began: there, an unchanged score is what is hoped for.

Instruments without a response rule are *improved* where they are better by as much as counts as
worse in the other direction, else *steady*. CADSS measures the infusion and not its effect
(its relation to outcome was not confirmed), so it has no rule here.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from clinical.codes import Code, Phase
from clinical.instruments import (
    CSSRS,
    GAD7,
    MADRS,
    PCL5,
    PHQ9,
    QIDS_SR16,
    WHO5,
    Instrument,
)

PARTIAL_PERCENT = 25
"""Improvement in % of the baseline from which a response is partial; our default."""
WORSE_POINTS: dict[int, float] = {
    PHQ9.code: 5,
    GAD7.code: 4,
    MADRS.code: 10,
    QIDS_SR16.code: 5,
    PCL5.code: 15,
    WHO5.code: 10,
    CSSRS.code: 1,
}
"""Points in the wrong direction, from the baseline, that count as worse; by instrument code."""

FOLLOWED = (PHQ9, MADRS, QIDS_SR16, GAD7, PCL5, WHO5, CSSRS)
"""The instruments by which progress is followed, in the order in which they are offered."""


class Status(Code):
    """How a patient is doing. The number is the order of concern: 1 needs a look first."""

    WORSE = 1, "Worse"
    NO_RESPONSE = 2, "No response"
    PARTIAL = 3, "Partial response"
    STEADY = 4, "Steady"
    IMPROVED = 5, "Improved"
    RESPONDING = 6, "Responding"
    REMISSION = 7, "Remission"
    NOT_EVALUABLE = 8, "Not evaluable"


def points_worse(instrument: Instrument, change: float) -> float:
    """Points in the wrong direction; negative = better. ``change``: score minus baseline."""
    return -change if instrument.higher_is_better else change


def status(instrument: Instrument, phase: Phase, baseline: float | None, total: float) -> Status:
    """How a patient is doing at a score of a series, by the rules of this module."""
    worse_points = WORSE_POINTS.get(instrument.code)
    if baseline is None or worse_points is None:
        return Status.NOT_EVALUABLE
    worse_by = points_worse(instrument, total - baseline)
    if worse_by >= worse_points:
        return Status.WORSE
    if instrument.response_percent is None:
        return Status.IMPROVED if -worse_by >= worse_points else Status.STEADY
    if instrument.remitted(total):
        return Status.REMISSION
    if instrument.responded(baseline, total):
        return Status.RESPONDING
    percent = instrument.improvement_percent(baseline, total)
    if percent is not None and percent >= PARTIAL_PERCENT:
        return Status.PARTIAL
    return Status.STEADY if phase is Phase.MAINTENANCE else Status.NO_RESPONSE


def response_total(instrument: Instrument, baseline: float) -> float | None:
    """The total at which a response begins; ``None`` where there is no rule or no room."""
    if instrument.response_percent is None or baseline == 0:
        return None
    change = baseline * instrument.response_percent / 100
    return baseline + change if instrument.higher_is_better else baseline - change


def held_from(reached: Sequence[bool]) -> int | None:
    """The position from which something holds without a break up to the end.

    ``None`` where it does not hold at the end.
    """
    position = len(reached)
    while position > 0 and reached[position - 1]:
        position -= 1
    return position if position < len(reached) else None


MEAN_NEEDS = 10
"""The fewest scores for which the interval of a mean is given."""
_Z_95 = NormalDist().inv_cdf(0.975)


def mean_interval(n: int, mean: float, mean_square: float) -> tuple[float, float] | None:
    """The 95 % interval of a mean, normal approximation; ``None`` under 10 scores.

    ``mean_square``: the mean of the squared scores, which a database adds up in one pass.
    """
    if n < MEAN_NEEDS:
        return None
    variance = max(mean_square - mean**2, 0.0) * n / (n - 1)
    half = _Z_95 * sqrt(variance / n)
    return mean - half, mean + half
