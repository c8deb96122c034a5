"""Volume: how many appointments there are over time, and against a year ago.

*A year ago* is the same number of days 364 days earlier: 52 whole weeks, so that each weekday meets
the same weekday, and a part of a week or month the same part. A *demand* is an appointment that no
other one replaces: moved twice is one demand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from clinical.calendar import month_numbers, week_numbers
from clinical.incidence import CONFIDENCE
from clinical.schedule import Grain, unit_spans, volume

YEAR_AGO_DAYS = 364
"""52 weeks: the last day on which the weekday was the same, about a year before."""


def year_before(first: date, last: date) -> tuple[date, date]:
    """The first and the last day of a period a year ago."""
    back = timedelta(days=YEAR_AGO_DAYS)
    return first - back, last - back


def with_units(by_day: pd.DataFrame, later: int = 0) -> pd.DataFrame:
    """Counts by ``day`` with the ``week`` and the ``month`` of that day; the days moved on first.

    ``later``: by so many days, to lay counts of a year ago upon those of now.
    """
    days = by_day["day"].to_numpy(np.int64) + later
    return by_day.assign(day=days, week=week_numbers(days), month=month_numbers(days))


def volume_over_time(
    counts: pd.DataFrame,
    earlier: pd.DataFrame | None,
    grain: Grain,
    every: Sequence[int],
    first: date,
    last: date,
) -> pd.DataFrame:
    """How many appointments there are in each unit of a period, split into parts, and a year ago.

    ``counts``: the grain's column (``day``, ``week`` or ``month``), ``part`` (one of ``every``),
    ``appointments`` and ``demands``. ``earlier``: ``day``, ``week``, ``month`` (already those of
    now, see :func:`with_units`) and ``appointments``; ``None`` where there is nothing to compare.

    A row for each unit in the order of time: the columns of
    :func:`clinical.schedule.unit_spans`, a column for each of ``every``, ``all``, ``demands``, and
    ``before`` (a year ago; missing throughout without ``earlier``).
    """
    spans = unit_spans(grain, first, last)
    table = volume(counts, grain, "part", every, first, last).drop(columns=["start", "whole"])
    column = str(grain).lower()
    units = spans["unit"]
    demands = counts.groupby(column)["demands"].sum().reindex(units, fill_value=0)
    table["demands"] = demands.to_numpy(np.int64)
    if earlier is None:
        before = pd.Series(pd.NA, index=table.index, dtype="Int64")
    else:
        sums = earlier.groupby(column)["appointments"].sum().reindex(units, fill_value=0)
        before = pd.Series(sums.to_numpy(np.int64), index=table.index, dtype="Int64")
    table["before"] = before
    return pd.concat([spans, table], axis=1)


@dataclass(frozen=True, slots=True)
class Change:
    """How many there are now against a year ago: the ratio less one, with its 95 % interval."""

    now: int
    before: int
    estimate: float | None
    low: float | None
    high: float | None


def change(now: int, before: int) -> Change:
    """The relative change of a count; without any before there is none.

    The interval is exact given both together (Clopper-Pearson on the share of the later ones, its
    limits turned into odds), which takes both counts for Poisson: appointments that come in courses
    scatter more, so it is rather too narrow. Source: Przyborowski and Wilenski 1940, "Homogeneity
    of results in testing samples from Poisson series".
    """
    if before == 0:
        return Change(now, before, None, None, None)
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if now == 0 else float(betaincinv(now, before + 1, tail))
    high = float(betaincinv(now + 1, before, 1 - tail))
    return Change(now, before, now / before - 1, low / (1 - low) - 1, high / (1 - high) - 1)
