"""Whether serious events come at an even risk, by the gaps between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from clinical.incidence import CONFIDENCE
from clinical.rare_events import GapChart, g_chart, t_chart

FEWEST_EVENTS = 4
"""Fewer events have too few gaps to be judged."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps between events in days and in infusions; ``open_…``: since the last event."""

    days: GapChart
    infusions: GapChart
    open_days: float
    open_infusions: float

    @property
    def short(self) -> int:
        """How many gaps are shorter than chance gives, in days, in infusions or in both."""
        return int(np.sum((self.days.flag < 0) | (self.infusions.flag < 0)))

    @property
    def long(self) -> int:
        """How many ended gaps are longer than chance gives, in days, in infusions or in both."""
        return int(np.sum((self.days.flag > 0) | (self.infusions.flag > 0)))

    @property
    def is_open_long(self) -> bool:
        """Whether the gap since the last event is already longer than chance gives."""
        return self.days.is_long(self.open_days) or self.infusions.is_long(self.open_infusions)

    @property
    def can_show_short(self) -> bool:
        """Whether a single gap can be so short that it is more than chance."""
        return self.days.can_show_short or self.infusions.can_show_short


def judge_gaps(
    days: ArrayLike, infusions: ArrayLike, open_days: float, open_infusions: float
) -> Gaps | None:
    """Judge the gaps by each other, so that stable ones show a mark in about 1 of 20 looks.

    ``days``, ``infusions``: from event to event, of at least 3 gaps, else ``None``. The probability
    of 1 in 20 is shared by the gaps and the open one (Bonferroni's inequality), on each chart.
    """
    between_days = np.asarray(days, np.float64)
    if len(between_days) + 1 < FEWEST_EVENTS:
        return None
    alpha = (1 - CONFIDENCE) / (len(between_days) + 1)
    judged_by = np.ones(len(between_days), np.bool_)
    return Gaps(
        days=t_chart(between_days, judged_by, alpha),
        infusions=g_chart(infusions, judged_by, alpha),
        open_days=open_days,
        open_infusions=open_infusions,
    )
