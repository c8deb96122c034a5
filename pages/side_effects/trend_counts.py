"""What the Trend view counts: one side effect by week and by month, within the filters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.standardised import STRATA, stratum_of
from clinical.trend_segments import TrendCounts
from clinical.trend_unit import Periods, Unit, is_rare, periods_between, suitable_unit
from data_access import side_effect_trends as queries
from data_access.filters import Filters
from data_access.side_effect_records import records_by_week
from pages.shared.context import PageContext

MOST_WEEKS = 240
"""Of a longer time months are drawn: so many weeks can still be told apart."""

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrendData:
    """One side effect by week and by month, as far as the data goes."""

    weeks: Periods
    weekly: TrendCounts
    months: Periods
    monthly: TrendCounts

    @property
    def unit(self) -> Unit:
        """The unit that suits how many infusions there are."""
        if self.weeks.count > MOST_WEEKS:
            return Unit.MONTH
        return suitable_unit(self.weekly.recorded, self.weekly.affected)

    @property
    def infusions(self) -> int:
        """All infusions, with and without a filled-in form."""
        return int(self.weekly.infusions.sum())

    @property
    def recorded(self) -> int:
        """Infusions with a filled-in form."""
        return int(self.weekly.recorded.sum())

    @property
    def affected(self) -> int:
        """Those with the side effect."""
        return int(self.weekly.affected.sum())

    @property
    def is_rare(self) -> bool:
        """Whether less than one infusion a month has it."""
        return is_rare(self.affected, self.weeks.start, self.weeks.end)

    def by(self, unit: Unit) -> tuple[Periods, TrendCounts]:
        """The periods of a unit and what was counted in them."""
        if unit is Unit.WEEK:
            return self.weeks, self.weekly
        return self.months, self.monthly


def data_period(context: PageContext) -> tuple[date, date] | None:
    """The reader's period as far as there is data; ``None`` where it lies outside.

    Beyond the last infusion of the database nothing has happened yet: such weeks are no gap.
    """
    status, filters = context.status, context.filters
    if status.first_day is None or status.last_day is None:
        return None
    start, end = max(filters.start, status.first_day), min(filters.end, status.last_day)
    return (start, end) if start <= end else None


def count_trend(context: PageContext, term_key: int | None, start: date, end: date) -> TrendData:
    """Ask for one side effect (``None``: any) from ``start`` to ``end``."""
    filters = replace(context.filters, start=start, end=end)
    infusions = queries.infusions_by_week(context.connection, context.viewer, filters)
    affected, events = _with_it(context, filters, term_key, infusions)

    def counted(unit: Unit) -> tuple[Periods, TrendCounts]:
        periods = periods_between(unit, start, end)
        return periods, _by_period(periods, infusions, affected, events)

    return TrendData(*counted(Unit.WEEK), *counted(Unit.MONTH))


def _with_it(
    context: PageContext, filters: Filters, term_key: int | None, infusions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The infusions with the side effect, and its records, which may stand in the same frame."""
    asked = context.connection, context.viewer, filters
    if term_key is None:
        return infusions, records_by_week(*asked)
    of_term = queries.term_by_week(*asked, term_key)
    return of_term, of_term


def _by_period(
    periods: Periods, infusions: pd.DataFrame, affected: pd.DataFrame, events: pd.DataFrame
) -> TrendCounts:
    total = _totals(periods)
    by_stratum = _totals(periods, by_stratum=True)
    return TrendCounts(
        infusions=total(infusions, "infusions"),
        recorded=total(infusions, "recorded"),
        affected=total(affected, "affected"),
        events=total(events, "events"),
        recorded_by=by_stratum(infusions, "recorded"),
        affected_by=by_stratum(affected, "affected"),
    )


def _totals(periods: Periods, *, by_stratum: bool = False) -> Callable[[pd.DataFrame, str], _Ints]:
    """A function that adds up a column of a frame by period, and by stratum where asked."""

    def add(frame: pd.DataFrame, name: str) -> _Ints:
        places = frame[periods.unit.value].to_numpy() - periods.first
        if not by_stratum:
            found = np.bincount(places, frame[name], periods.count)
            return found.astype(np.int64)
        strata = stratum_of(frame["number_band"].to_numpy(), frame["dose_band"].to_numpy())
        cells = np.bincount(places * STRATA + strata, frame[name], periods.count * STRATA)
        return cells.astype(np.int64).reshape(periods.count, STRATA)

    return add
