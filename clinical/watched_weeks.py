"""Which weeks the watch over side effects looks at, and how many events are to be expected in them.

Some side effects fade from infusion to infusion, so a week of new starters has more of them though
nothing has changed. The expected counts therefore follow the infusions' place in the series.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from clinical.calendar import day_number, week_number
from clinical.standardised import stratum_rates
from clinical.variation import LEAST_REFERENCE, PERIODS_A_YEAR

WEEKS = PERIODS_A_YEAR
"""So many whole weeks are looked at."""
JUDGED = 12
"""So many of them, the latest, are judged by those before."""

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]


def last_weeks(end: date, last_day: date | None, weeks: int = WEEKS) -> range:
    """The last whole weeks up to ``end``, or up to the one in which the data ends.

    Weeks as :mod:`clinical.calendar` counts them; ``last_day``: of the data. A week that has just
    begun would be looked at anew each day, and each look may err, while the budget of false marks
    is one for a look a week.
    """
    last = week_number(day_number(end) + 1) - 1
    if last_day is not None:
        last = min(last, week_number(day_number(last_day)))
    return range(last - weeks + 1, last + 1)


def reference_weeks(recorded: _Ints) -> _Bools:
    """Which weeks the others are judged by: all but the last 12, and at least the first 12.

    ``recorded`` infusions by week. Where the record has just begun (or begun anew, with a rebase)
    fewer than 12 are judged, and none while there are not 12 to judge them by.
    """
    present = np.flatnonzero(recorded)
    begin = int(present[0]) if len(present) else 0
    end = max(len(recorded) - JUDGED, begin + LEAST_REFERENCE)
    return np.asarray(np.arange(len(recorded)) < end)


def expected_counts(recorded: _Ints, reference_recorded: _Ints, affected: _Ints) -> _Floats:
    """How many infusions with each side effect are to be expected, by site and week.

    ``recorded`` infusions by site, week and number band; ``reference_recorded`` and ``affected``
    (by side effect) by number band, in the reference weeks of all sites. Returns side effects by
    sites by weeks. Indirect standardisation, as :mod:`clinical.standardised` says. Where the
    reference has no infusion nothing is to be expected.
    """
    if not reference_recorded.sum():
        return np.zeros((len(affected), *recorded.shape[:2]))
    rates = np.stack([stratum_rates(reference_recorded, of_term) for of_term in affected])
    expected: _Floats = np.einsum("swb,tb->tsw", recorded.astype(np.float64), rates)
    return expected
