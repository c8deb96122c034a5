"""Which groups of infusions have more or fewer side effects than chance explains.

A group is what the infusions have in common: the age band of the patient, the site, the nurse. Each
is held against what its infusion numbers and doses let expect (:mod:`clinical.standardised`); the
comparison is all recorded infusions, the group's own among them, so a large group is drawn towards
"as expected". Infusions count as independent although patients have several: a side effect that
runs in a few people can make their group look different.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrc

from clinical.codes import DoseBand
from clinical.side_effect_rates import NUMBER_BANDS, largest_discovery, with_rates
from clinical.standardised import (
    STRATA,
    FloatArray,
    IntArray,
    adjusted,
    expected_by,
    stratum_of,
    stratum_rates,
    totals_by,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All infusions that groups are compared with, by infusion number and dose.

    ``recorded``, ``affected``: shape (strata,), as :func:`clinical.standardised.stratum_of` numbers
    them; ``rates``: the share with the side effect in each.
    """

    recorded: IntArray
    affected: IntArray
    rates: FloatArray

    @property
    def n(self) -> int:
        """All recorded infusions."""
        return int(self.recorded.sum())

    @property
    def overall(self) -> float:
        """The share of all together; NaN where nothing was recorded."""
        return float(self.affected.sum()) / self.n if self.n else float("nan")

    def by_number(self) -> pd.DataFrame:
        """The rate at each place in the series.

        Columns: ``number_band``, ``affected``, ``recorded``, ``share``, ``low``, ``high``.
        """
        return self._along("number_band", axis=1)

    def by_dose(self) -> pd.DataFrame:
        """The same for each dose band, in the column ``dose_band``."""
        return self._along("dose_band", axis=0)

    def _along(self, by: str, axis: int) -> pd.DataFrame:
        shape = (len(NUMBER_BANDS), len(DoseBand))
        affected = self.affected.reshape(shape).sum(axis=axis)
        counts = pd.DataFrame(
            {
                by: np.arange(len(affected)),
                "affected": affected,
                "recorded": self.recorded.reshape(shape).sum(axis=axis),
            }
        )
        return with_rates(counts, "affected", "recorded")


def comparison(recorded: pd.DataFrame, affected: pd.DataFrame) -> Comparison:
    """The comparison from counts by infusion number and dose.

    Both have ``number_band`` and ``dose_band``, and the counts in the column of their name, in any
    number of rows.
    """
    of_all, with_it = (
        totals_by(stratum_of(*_bands(frame)), frame[name].to_numpy(), STRATA)
        for name, frame in (("recorded", recorded), ("affected", affected))
    )
    return Comparison(of_all, with_it, stratum_rates(of_all, with_it))


def _bands(frame: pd.DataFrame) -> tuple[IntArray, IntArray]:
    return frame["number_band"].to_numpy(), frame["dose_band"].to_numpy()


def group_rates(
    by: str, recorded: pd.DataFrame, affected: pd.DataFrame, against: Comparison
) -> pd.DataFrame:
    """Each group's rate, crude and adjusted for infusion number and dose; most infusions first.

    ``recorded``: the column ``by`` (whole numbers from 0), ``number_band``, ``dose_band``,
    ``recorded``; ``affected``: ``by`` and ``affected``; in any number of rows. Columns: ``key`` (of
    the group), ``affected``, ``recorded``, ``share``, ``low``, ``high`` (95 % Wilson), ``expected``
    (infusions), ``ratio``, ``ratio_low``, ``ratio_high`` (observed over expected with its 95 %
    interval; missing where nothing is to be expected), ``adjusted``, ``adjusted_low``,
    ``adjusted_high`` (the ratio as a share: times that of all), ``p`` (:func:`binomial_p`; missing
    too where the group is all there is).
    """
    keys = recorded[by].to_numpy()
    size = int(max(keys.max(initial=-1), affected[by].max() if len(affected) else -1)) + 1
    n = totals_by(keys, recorded["recorded"].to_numpy(), size)
    observed = totals_by(affected[by].to_numpy(), affected["affected"].to_numpy(), size)
    strata = stratum_of(*_bands(recorded))
    expected = expected_by(keys, strata, recorded["recorded"].to_numpy(), against.rates, size)
    some = np.flatnonzero(n)
    table = pd.DataFrame(
        {"key": some, "affected": observed[some], "recorded": n[some], "expected": expected[some]}
    ).sort_values(["recorded", "key"], ascending=[False, True], ignore_index=True)
    columns = [table[name].to_list() for name in ("affected", "recorded", "expected")]
    counts = list(zip(*columns, strict=True))
    rows = [adjusted(x, m, usual, against.overall) for x, m, usual in counts]
    return with_rates(table, "affected", "recorded").assign(
        ratio=_floats([row.ratio for row in rows]),
        ratio_low=_floats([row.low for row in rows]),
        ratio_high=_floats([row.high for row in rows]),
        adjusted=_floats([row.share for row in rows]),
        adjusted_low=_floats([row.share_low for row in rows]),
        adjusted_high=_floats([row.share_high for row in rows]),
        p=_floats([_group_p(x, m, usual, against.n) for x, m, usual in counts]),
    )


def _floats(values: Sequence[float | None]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _group_p(observed: int, n: int, expected: float, of_all: int) -> float | None:
    if n == of_all or not expected > 0:
        return None
    return binomial_p(observed, n, expected / n)


def binomial_p(observed: int, n: int, risk: float) -> float:
    """Two-sided exact p that ``observed`` of ``n`` came about with this risk.

    Twice the smaller tail, at most 1: the test whose limits are the exact ones of Clopper and
    Pearson 1934. Where risks differ within the group counts spread less than binomially, so this
    errs towards chance.
    """
    share = min(1.0, max(0.0, risk))
    at_most = float(bdtr(float(observed), n, share))
    at_least = float(bdtrc(observed - 1.0, n, share)) if observed else 1.0
    return min(1.0, 2 * min(at_most, at_least))


def judged(tables: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Several tables of :func:`group_rates` with ``differs``, judged all together.

    1: more than expected beyond chance, -1: fewer, 0: neither. Among all groups so named at most
    5 % are expected to be chance (Benjamini and Hochberg 1995), however many were compared.
    """
    p_values = [p for table in tables for p in table["p"].dropna()]
    limit = largest_discovery(p_values)
    return [
        table.assign(
            differs=np.where(
                table["p"].to_numpy() <= limit,
                np.sign(table["affected"] - table["expected"]).astype(np.int64),
                0,
            )
        )
        for table in tables
    ]
