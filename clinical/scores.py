"""Which infusion a score belongs to, when it was taken, and how it compares with the baseline.

The rules are the data contract's ("Baseline", "A score belongs to infusion k"). Windows are elapsed
time between instants, so that a change of the clocks changes nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from clinical.codes import Timepoint
from clinical.instruments import Instrument

BASELINE_WINDOW = timedelta(days=14)
"""How old a baseline may be at the start of the first infusion (data contract, "Baseline")."""
LAST_INFUSION_WINDOW = timedelta(days=28)
"""How long scores belong to the last infusion of a series (data contract, "A score belongs")."""
BEFORE_WINDOW = timedelta(hours=24)
"""How long before the next infusion a score still counts as taken before it; our default."""
AFTER_WINDOW = timedelta(hours=72)
"""How long after an infusion its acute effect is measured; our default (0 to 72 hours)."""


def baseline_position(completed: Sequence[datetime], first_start: datetime) -> int | None:
    """Which of one instrument's scores is the baseline of a series; ``None`` where none is.

    ``completed``: when the patient's scores were completed, in time order; ``first_start``: the
    start of the first infusion of the series. The last score in the 14 days up to and including
    that start is the baseline.
    """
    position = bisect_right(completed, first_start) - 1
    if position < 0 or first_start - completed[position] > BASELINE_WINDOW:
        return None
    return position


def infusion_position(
    completed_at: datetime, starts: Sequence[datetime], last_of_series: Sequence[bool]
) -> int | None:
    """Which of a patient's infusions a score belongs to; ``None`` where it belongs to none.

    ``starts``: of all the patient's infusions, in time order; ``last_of_series``: for each of
    them, whether it is the last of its series. The latest infusion that started before the score
    decides; where it is the last of its series, only for 28 days.
    """
    position = bisect_left(starts, completed_at) - 1
    if position < 0:
        return None
    if last_of_series[position] and completed_at - starts[position] > LAST_INFUSION_WINDOW:
        return None
    return position


def linked_timepoint(
    completed_at: datetime, started_at: datetime, next_started_at: datetime | None
) -> Timepoint:
    """When a score was taken that belongs to the infusion which began at ``started_at``.

    ``next_started_at``: the start of the patient's next infusion, of whatever series. Nearness to
    the next infusion comes first: a score an hour before an infusion is the trough before it, also
    where treatment is given on consecutive days.
    """
    if next_started_at is not None and next_started_at - completed_at <= BEFORE_WINDOW:
        return Timepoint.BEFORE_INFUSION
    if completed_at - started_at <= AFTER_WINDOW:
        return Timepoint.AFTER_INFUSION
    return Timepoint.FOLLOW_UP


class Progress(NamedTuple):
    """A score against the baseline of its series.

    ``change``: points, score minus baseline; ``percent``: improvement in % of the baseline,
    positive = better; ``response``, ``remission``: by the instrument's rules. Each is ``None``
    where there is no baseline, no rule, or (``percent``, ``response``) the baseline is 0.
    """

    change: float | None
    percent: float | None
    response: bool | None
    remission: bool | None


NOT_EVALUABLE = Progress(None, None, None, None)
"""Without a baseline nothing can be said, not even remission (data contract, "Baseline")."""


def progress(instrument: Instrument, baseline: float | None, total: float) -> Progress:
    """How a score compares with the baseline of its series."""
    if baseline is None:
        return NOT_EVALUABLE
    return Progress(
        change=total - baseline,
        percent=instrument.improvement_percent(baseline, total),
        response=instrument.responded(baseline, total),
        remission=instrument.remitted(total),
    )


def total_from_items(instrument: Instrument, items: Sequence[int | None]) -> float | None:
    """The total by the instrument's scoring rule; ``None`` unless every item is given.

    ``items``: in order from the first; what lies beyond the instrument's own items is ignored.
    Instruments without a scoring rule (C-SSRS) have only the total that was recorded.
    """
    given = [item for item in items[: instrument.items] if item is not None]
    if instrument.score is None or len(given) < instrument.items:
        return None
    return instrument.score(given)
