"""Side effects adjusted for infusion number and dose: observed against expected.

Some side effects are commonest after the first infusion and then fade (dissociation: Rodrigues
2022), and many rise with the dose. So a site with many new starters, or a week of them, has more
of them although nobody did anything else. *Indirect standardisation* (Breslow and Day 1987,
chapter 2) asks how many infusions with the side effect there would have been, had every infusion
carried the risk that infusions of its number and dose carry in the comparison; the observed count
over this expected one is the ratio, 1 where number and dose explain all.

Ratios of two groups are each against the comparison, and not meant to be divided by each other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clinical.codes import DoseBand
from clinical.incidence import Proportion, proportion
from clinical.side_effect_rates import NUMBER_BANDS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Integers = NDArray[np.integer[Any]]

STRATA = len(NUMBER_BANDS) * len(DoseBand)
"""How many strata there are: each place in the series with each dose band."""


def stratum_of(number_bands: Integers, dose_bands: Integers) -> IntArray:
    """The stratum of each row, from 0 to :data:`STRATA` - 1.

    ``number_bands``: indices in :data:`~clinical.side_effect_rates.NUMBER_BANDS`; ``dose_bands``:
    codes of :class:`~clinical.codes.DoseBand`; shape (rows,) each. "Weight not recorded" is a
    stratum of its own.
    """
    return np.asarray(number_bands, np.int64) * len(DoseBand) + np.asarray(dose_bands, np.int64)


def totals_by(ids: Integers, counts: Integers, size: int) -> IntArray:
    """The sum of ``counts`` for each of the ids 0 to ``size`` - 1; shape (size,)."""
    sums = np.bincount(np.asarray(ids, np.int64), weights=counts, minlength=size)
    return sums.astype(np.int64)


def stratum_rates(recorded: Integers, affected: Integers) -> FloatArray:
    """The share of recorded infusions with the side effect in each stratum of the comparison.

    ``recorded``, ``affected``: infusions, shape (strata,). A stratum in which nothing was recorded
    takes the rate of all strata together, because nothing better is known of it; where nothing was
    recorded at all, every rate is missing (NaN).

    Raises ``ValueError`` where a stratum has more infusions with it than recorded ones.
    """
    if np.any(affected < 0) or np.any(affected > recorded):
        raise ValueError("a stratum has more infusions with the side effect than recorded ones")
    n = int(recorded.sum())
    overall = affected.sum() / n if n else np.nan
    rates = np.full(len(recorded), overall, dtype=np.float64)
    np.divide(affected, recorded, out=rates, where=recorded > 0)
    return rates


def expected_by(
    groups: Integers, strata: Integers, recorded: Integers, rates: FloatArray, size: int = 0
) -> FloatArray:
    """How many infusions with the side effect are to be expected in each group.

    A row is a group and a stratum, in any number and order: ``groups`` (from 0; a site key, a band
    or the index of a week), ``strata`` and ``recorded`` infusions; ``rates``: of
    :func:`stratum_rates`. Returns shape (groups,), indexed by the group, at least ``size`` long; 0
    for a group without recorded infusions, NaN where a rate is missing.
    """
    # A stratum that nobody of the group was in adds nothing, whatever its rate.
    expected = np.where(recorded > 0, recorded * rates[strata], 0.0)
    sums = np.bincount(np.asarray(groups, np.int64), weights=expected, minlength=size)
    return sums.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The infusions with a side effect in one group, against those to be expected there.

    ``observed`` of ``n`` recorded infusions; ``expected``: by infusion number and dose. ``ratio``:
    observed over expected, with a 95 % interval from ``low`` to ``high``. ``share``,
    ``share_low`` and ``share_high``: the ratio times the share of the comparison, so that it reads
    like a rate; fractions of at most 1. All six are missing where nothing is to be expected.
    """

    observed: int
    n: int
    expected: float
    ratio: float | None
    low: float | None
    high: float | None
    share: float | None
    share_low: float | None
    share_high: float | None

    @property
    def crude(self) -> Proportion:
        """The share without any adjustment, with its 95 % interval."""
        return proportion(self.observed, self.n)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out "as expected"."""
        if self.low is None or self.high is None:
            return False
        return self.low > 1 or self.high < 1


def adjusted(observed: int, n: int, expected: float, overall: float) -> Adjusted:
    """One group's observed count against its ``expected`` one, of :func:`expected_by`.

    ``overall``: the share of the comparison as a whole. The interval is the Wilson interval of
    ``observed`` of ``n``, divided by the expected share; the expected count is taken as known,
    as is usual (Breslow and Day 1987, chapter 2). So the observed count is binomial, not Poisson
    as in tables of mortality, because side effects of a session are not rare.

    Raises ``ValueError`` unless ``0 <= observed <= n``.
    """
    crude = proportion(observed, n)
    if crude.estimate is None or crude.low is None or crude.high is None or not expected > 0:
        return Adjusted(observed, n, expected, None, None, None, None, None, None)
    scale = n / expected
    ratio, low, high = crude.estimate * scale, crude.low * scale, crude.high * scale
    shares = (min(1.0, one * overall) for one in (ratio, low, high))
    return Adjusted(observed, n, expected, ratio, low, high, *shares)
