"""What the first infusion has done within a day, of those who have a score then.

Such a score is taken while the infusion still acts, and is not compared with settled ones.
"""

from dataclasses import dataclass
from math import isnan

import pandas as pd

from clinical.incidence import Proportion
from clinical.instruments import Instrument
from clinical.mean_scores import means_by_number
from clinical.responses import rates_of


@dataclass(frozen=True, slots=True)
class FirstDay:
    """The first day of ``n`` courses with a score then.

    ``responded``: of those whose baseline is not 0; ``remitted``: of those not in remission at
    their baseline; ``improved`` and ``worse``: by at least
    :func:`clinical.responses.reliable_points`, of all. Each is missing where the measure has no
    such rule. ``better_by``: mean improvement in points, positive = better, with its 95 % interval
    by Student's t; missing where it cannot be told: of one, and where all changes are the same.
    """

    n: int
    responded: Proportion | None
    remitted: Proportion | None
    improved: Proportion | None
    worse: Proportion | None
    better_by: float | None
    better_low: float | None
    better_high: float | None


def first_day(rows: pd.DataFrame, measure: Instrument) -> FirstDay:
    """Judge ``rows``: ``baseline``, ``total`` (of the first day), ``courses``."""
    rates = rates_of(rows, measure)
    mean, low, high = _mean(rows, measure)
    return FirstDay(
        n=int(rows["courses"].sum()),
        responded=rates["responded"],
        remitted=_remitted(rows, measure),
        improved=rates["improved"],
        worse=rates["worse"],
        better_by=mean,
        better_low=low,
        better_high=high,
    )


def _remitted(rows: pd.DataFrame, measure: Instrument) -> Proportion | None:
    if measure.remission_at_most is None:
        return None
    return rates_of(rows[rows["baseline"] > measure.remission_at_most], measure)["remitted"]


def _mean(
    rows: pd.DataFrame, measure: Instrument
) -> tuple[float | None, float | None, float | None]:
    """The mean improvement with its interval: all rows as the scores of one infusion."""
    means = means_by_number(rows.assign(number=1, observed=1), measure)
    if means.empty:
        return None, None, None
    mean, low, high = (
        float(means[name].iloc[0]) for name in ("change", "change_low", "change_high")
    )
    return mean, _known(low), _known(high)


def _known(limit: float) -> float | None:
    return None if isnan(limit) else limit
