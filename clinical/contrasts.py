"""What was different about some infusions: the largest standardised differences first.

A standardised difference is a difference in units of spread, so a dose and a share of infusions by
one nurse can stand in one list whatever their units and however many infusions there are. Source:
Austin 2009, "Balance diagnostics for comparing the distribution of baseline covariates between
treatment groups in propensity-score matched samples", Statistics in Medicine 28, 3083-3107.

It shows what to look at, not what caused anything: few infusions differ by chance, and a list of
many differences always has a largest one.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import inf, isclose, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.incidence import CONFIDENCE

FloatArray = NDArray[np.float64]

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Contrast:
    """One thing that may differ between the infusions with a side effect and those without.

    ``name``: the column; ``level``: the category, missing for a number. ``value_with`` and
    ``value_without``: the mean of the number, or the share of the category (a fraction), of the
    ``n_with`` and ``n_without`` infusions for which it is known; missing where there is none.
    ``difference``: with minus without, in standard deviations; missing where a side has fewer than
    two, or nothing varies on either side.
    """

    name: str
    level: Hashable | None
    value_with: float | None
    value_without: float | None
    n_with: int
    n_without: int
    difference: float | None

    @property
    def is_complete(self) -> bool:
        """Whether the sides differ and nothing varies within them: a difference beyond measure."""
        if self.difference is not None or min(self.n_with, self.n_without) < _FEWEST:
            return False
        if self.value_with is None or self.value_without is None:
            return False
        return not isclose(self.value_with, self.value_without)

    @property
    def by_chance(self) -> float | None:
        """The size that one difference between so many infusions exceeds by chance in 1 of 20.

        The standard error without a true difference is about sqrt(1/n + 1/m) (Hedges and Olkin
        1985, chapter 5); missing where a side has none.
        """
        if not self.n_with or not self.n_without:
            return None
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        return z * sqrt(1 / self.n_with + 1 / self.n_without)


def difference_of_means(with_it: FloatArray, without: FloatArray) -> float | None:
    """The standardised difference of two means: d = (m1 - m2) / sqrt((s1² + s2²) / 2).

    The values of each side, none missing; variances by n - 1. ``None`` where a side has fewer than
    two values or neither varies.
    """
    if min(len(with_it), len(without)) < _FEWEST:
        return None
    variance = (_variance(with_it) + _variance(without)) / 2
    return _in_spreads(float(with_it.mean() - without.mean()), variance)


def _variance(values: FloatArray) -> float:
    # The mean of equal fractions can miss them by a hair, which is no spread.
    return float(values.var(ddof=1)) if values.max() > values.min() else 0.0


def difference_of_shares(with_it: int, n_with: int, without: int, n_without: int) -> float | None:
    """The standardised difference of two shares: variance p (1 - p) in the formula for means.

    ``with_it`` of ``n_with`` infusions on one side are of the category, ``without`` of
    ``n_without`` on the other. ``None`` as for means.
    """
    if min(n_with, n_without) < _FEWEST:
        return None
    p, q = with_it / n_with, without / n_without
    return _in_spreads(p - q, (p * (1 - p) + q * (1 - q)) / 2)


def _in_spreads(difference: float, variance: float) -> float | None:
    return difference / sqrt(variance) if variance > 0 else None


def contrasts(
    frame: pd.DataFrame, affected: str, numeric: Sequence[str], categories: Sequence[str]
) -> list[Contrast]:
    """How the affected infusions differ from the others, the largest difference first.

    ``frame``: a row an infusion; ``affected``: its column that says (bool) on which side it is;
    ``numeric``: columns of numbers, compared by their means; ``categories``: columns of which each
    value is compared with the rest of them. Of a column with two values only that which is
    commoner among the affected is told, because the other one says the same. Missing values are
    left out. Complete differences come first, those that cannot be told last.
    """
    side = frame[affected].to_numpy(dtype=bool)
    found = [_of_numbers(frame[name], side) for name in numeric]
    for name in categories:
        found += _of_categories(frame[name], side)
    return sorted(found, key=_size, reverse=True)


def _size(contrast: Contrast) -> float:
    if contrast.difference is None:
        return inf if contrast.is_complete else -1.0
    return abs(contrast.difference)


def _of_numbers(column: "pd.Series[float]", side: NDArray[np.bool_]) -> Contrast:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float64)
    known = ~np.isnan(values)
    with_it, without = values[known & side], values[known & ~side]
    return Contrast(
        name=str(column.name),
        level=None,
        value_with=float(with_it.mean()) if len(with_it) else None,
        value_without=float(without.mean()) if len(without) else None,
        n_with=len(with_it),
        n_without=len(without),
        difference=difference_of_means(with_it, without),
    )


def _of_categories(column: "pd.Series[int]", side: NDArray[np.bool_]) -> list[Contrast]:
    codes, levels = pd.factorize(column, sort=True)  # a missing value has the code -1
    size = len(levels)
    with_it = np.bincount(codes[side & (codes >= 0)], minlength=size).tolist()
    without = np.bincount(codes[~side & (codes >= 0)], minlength=size).tolist()
    n, m = sum(with_it), sum(without)
    found = [
        Contrast(
            name=str(column.name),
            level=level,
            value_with=x / n if n else None,
            value_without=y / m if m else None,
            n_with=n,
            n_without=m,
            difference=difference_of_shares(x, n, y, m),
        )
        for level, x, y in zip(levels.tolist(), with_it, without, strict=True)
    ]
    return found if size != 2 else [max(found, key=_excess)]


def _excess(contrast: Contrast) -> float:
    """How much commoner the category is among the affected, as a difference of fractions."""
    return (contrast.value_with or 0.0) - (contrast.value_without or 0.0)
