"""Freed slots: which share of cancelled chair time was given to somebody else, by the notice."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clinical.incidence import Proportion, proportion
from clinical.side_effect_rates import with_rates

NOTICE_STARTS = (4, 24, 48, 168)
"""Hours of notice with which the second and each later band of known notice begins."""
NOTICE_BANDS = (
    "Under 4 hours",
    "4–24 hours",
    "24–48 hours",
    "2–7 days",
    "7 days and more",
    "Time not recorded",
)
"""Bands of notice, shortest first. The lower bound belongs to a band; the first holds what was
cancelled after the start, too."""
UNKNOWN_NOTICE = len(NOTICE_BANDS) - 1
SHORT_NOTICE = 2
"""The bands before this one have under 24 hours."""


def refill_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """The share of freed slots that was refilled, for every band of notice.

    ``counts``: ``notice`` (an index in :data:`NOTICE_BANDS`), ``slots``, ``refilled``, in any
    number of rows. Columns: ``notice``, ``slots``, ``refilled``, ``share``, ``low``, ``high`` (95 %
    Wilson; missing where no slot was freed).
    """
    bands = range(len(NOTICE_BANDS))
    sums = counts.groupby("notice")[["slots", "refilled"]].sum().reindex(bands, fill_value=0)
    return with_rates(sums.astype(np.int64).reset_index(names="notice"), "refilled", "slots")


def refilled(
    rates: pd.DataFrame, bands: Sequence[int] = tuple(range(len(NOTICE_BANDS)))
) -> Proportion:
    """Refilled of freed slots in some bands together, by default in all."""
    some = rates[rates["notice"].isin(bands)]
    return proportion(int(some["refilled"].sum()), int(some["slots"].sum()))
