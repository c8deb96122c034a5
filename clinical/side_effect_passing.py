"""How soon side effects come and pass, from counts of infusions by minute.

What the times are is told in :mod:`clinical.side_effect_times`; how a curve comes of them in
:mod:`clinical.survival`. Here every infusion with the side effect is accounted for: those on the
curve, those whose times are not known, and those whose times contradict each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from clinical.chair_time import LostTime
from clinical.incidence import CONFIDENCE
from clinical.side_effect_rates import FEW, largest_discovery
from clinical.side_effect_times import Odd
from clinical.survival import Curve, curve_of

CONTRADICTORY = (Odd.PASSED_BEFORE_ONSET, Odd.BEGAN_BEFORE_INFUSION)
"""What leaves an infusion out: times of which one must be wrong."""


@dataclass(frozen=True, slots=True)
class Passing:
    """How soon one side effect passed, after the end of the infusion.

    ``curve``: of the infusions whose times are known; those that had not passed when recorded are
    censored in it. ``unknown``: infusions whose times are not recorded; ``contradictory``: whose
    times contradict each other. ``late``: those in which it is said to have begun after the
    discharge; they are among the others.
    """

    curve: Curve
    unknown: int
    contradictory: int
    late: int

    @property
    def not_passed(self) -> int:
        """Infusions on the curve in which it had not passed when it was recorded."""
        return int(self.curve.censored.sum())

    @property
    def infusions(self) -> int:
        """All infusions with the side effect."""
        return self.curve.n + self.unknown + self.contradictory


def passing_of(passed: pd.DataFrame, odd: pd.DataFrame) -> Passing:
    """How soon it passed in the rows of one side effect (or of several, taken together).

    ``passed``: ``open``, ``minutes`` (missing where not known), ``infusions``; ``odd``: ``odd``
    (:class:`~clinical.side_effect_times.Odd`), ``infusions``; in any number of rows.
    """
    known = passed[passed["minutes"].notna()]
    wrong = {kind: int(odd.loc[odd["odd"] == kind, "infusions"].sum()) for kind in Odd}
    contradictory = sum(wrong[kind] for kind in CONTRADICTORY)
    missing = int(passed["infusions"].sum() - known["infusions"].sum())
    return Passing(
        curve=curve_of(
            known["minutes"].to_numpy(np.int64),
            known["open"].to_numpy(np.int64),
            known["infusions"].to_numpy(np.int64),
        ),
        # Contradictory times are missing, too, so that nothing can be reckoned from them.
        unknown=max(0, missing - contradictory),
        contradictory=contradictory,
        late=wrong[Odd.BEGAN_AFTER_DISCHARGE],
    )


def passing_by_term(passed: pd.DataFrame, odd: pd.DataFrame) -> dict[int, Passing]:
    """How soon each side effect passed, by its ``term_key``, which both frames have."""
    return {
        int(str(key)): passing_of(rows, odd[odd["term_key"] == key])
        for key, rows in passed.groupby("term_key")
    }


@dataclass(frozen=True, slots=True)
class Onset:
    """When a side effect began, in minutes from the start of the infusion.

    ``n`` infusions of which it is known, ``unknown`` others; the ``median`` and the quartiles
    ``low`` and ``high`` (type 7, as R and numpy have them by default); missing where ``n`` is 0.
    """

    n: int
    unknown: int
    low: float | None
    median: float | None
    high: float | None


def onset_of(minutes: "pd.Series[int]", infusions: "pd.Series[int]") -> Onset:
    """When it began, from infusions by minute; the minute is missing where it is not known."""
    known = minutes.notna()
    each = np.repeat(minutes[known].to_numpy(np.float64), infusions[known].to_numpy(np.int64))
    unknown = int(infusions[~known].sum())
    if not len(each):
        return Onset(0, unknown, None, None, None)
    low, median, high = (float(value) for value in np.quantile(each, [0.25, 0.5, 0.75]))
    return Onset(len(each), unknown, low, median, high)


def lasted_curve(times: pd.DataFrame) -> Curve:
    """How long it lasted, from its onset; what had not passed counts as long as it was watched.

    ``times``: ``open``, ``lasted`` (minutes, missing where not known), ``infusions``.
    """
    known = times[times["lasted"].notna()]
    return curve_of(
        known["lasted"].to_numpy(np.int64),
        known["open"].to_numpy(np.int64),
        known["infusions"].to_numpy(np.int64),
    )


def beyond_chance(lost: Sequence[LostTime]) -> list[bool]:
    """Which side effects go with more or less chair time than chance gives.

    Normal test of the total against none; judged over all together, so that at most 5 % of what is
    named is expected to be chance (Benjamini and Hochberg 1995). Under 20 infusions nothing is
    judged, because the interval is too narrow there.
    """
    p_values = [_no_time_lost_p(one) for one in lost]
    limit = largest_discovery(p for p in p_values if p is not None)
    return [p is not None and p <= limit for p in p_values]


def _no_time_lost_p(lost: LostTime) -> float | None:
    """Two-sided p that no time is lost, from the interval; ``None`` where that cannot be told."""
    if lost.infusions < FEW or lost.total is None or lost.low is None or lost.high is None:
        return None
    error = (lost.high - lost.low) / (2 * NormalDist().inv_cdf((1 + CONFIDENCE) / 2))
    return erfc(abs(lost.total) / error / sqrt(2)) if error > 0 else None
