"""The periods of a trend: weeks, or months where weeks hold too few infusions to say anything."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from clinical.calendar import day_number, month_date, month_number, week_date, week_number


class Unit(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"


LEAST_RECORDED = 10
"""Recorded infusions that the median week must have."""
LEAST_EXPECTED = 1.0
"""Infusions with the side effect that the median week must lead to expect."""
_DAYS_A_MONTH = 365.25 / 12
_DIGITS = 9

_A_YEAR = {Unit.WEEK: 52, Unit.MONTH: 12}
_JUDGED = {Unit.WEEK: 12, Unit.MONTH: 3}
_LEAST_REFERENCE = {Unit.WEEK: 12, Unit.MONTH: 6}


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods in a row: the ``count`` of them from number ``first`` on (:mod:`clinical.calendar`).

    ``start`` and ``end`` (both included) cut the first and the last, which then are parts.
    """

    unit: Unit
    first: int
    count: int
    start: date
    end: date

    @property
    def a_year(self) -> int:
        """How many such periods a year has."""
        return _A_YEAR[self.unit]

    @property
    def judged(self) -> int:
        """So many periods, the latest, are judged by those before."""
        return _JUDGED[self.unit]

    @property
    def least_reference(self) -> int:
        """At least so many periods at the beginning are what the others are judged by."""
        return _LEAST_REFERENCE[self.unit]

    def first_day(self, period: int) -> date:
        """The day with which a whole period begins, cut or not."""
        number = self.first + period
        return week_date(number) if self.unit is Unit.WEEK else month_date(number)

    def last_day(self, period: int) -> date:
        """The day with which a whole period ends, cut or not."""
        return self.first_day(period + 1) - timedelta(days=1)

    def is_part(self, period: int) -> bool:
        """Whether some days of a period lie outside."""
        return self.first_day(period) < self.start or self.last_day(period) > self.end

    def place(self, day: date) -> int:
        """The period in which a day lies; below 0 or from ``count`` on where it lies outside."""
        return _number(self.unit, day) - self.first

    def key(self, period: int) -> str:
        """What stands for a period wherever the others begin: ``week:2968``."""
        return f"{self.unit}:{self.first + period}"

    def of_key(self, key: str) -> int | None:
        """The period of a key; ``None`` for another unit, outside, and for what is no key."""
        unit, _, number = key.partition(":")
        if unit != self.unit or not number.isdecimal() or len(number) > _DIGITS:
            return None
        period = int(number) - self.first
        return period if 0 <= period < self.count else None


def periods_between(unit: Unit, start: date, end: date) -> Periods:
    """The periods that have a day from ``start`` to ``end``, both included."""
    first = _number(unit, start)
    return Periods(unit, first, _number(unit, end) - first + 1, start, end)


def _number(unit: Unit, day: date) -> int:
    return week_number(day_number(day)) if unit is Unit.WEEK else month_number(day)


def suitable_unit(recorded: ArrayLike, affected: ArrayLike) -> Unit:
    """Weeks where a usual one has enough infusions, else months.

    ``recorded`` infusions and those ``affected``, by week, empty weeks too. Our rule: the median
    week has 10 or more recorded infusions, and by the share of all weeks 1 or more with the side
    effect is to be expected in it. With fewer, most weeks are noughts and ones, of which no picture
    shows a level.
    """
    n, x = np.asarray(recorded, np.float64), np.asarray(affected, np.float64)
    total = n.sum()
    usual = float(np.median(n)) if len(n) else 0.0
    expected = usual * x.sum() / total if total else 0.0
    return Unit.WEEK if usual >= LEAST_RECORDED and expected >= LEAST_EXPECTED else Unit.MONTH


def is_rare(affected: int, start: date, end: date) -> bool:
    """Whether less than one infusion a month has the side effect: then the gaps say more."""
    months = ((end - start).days + 1) / _DAYS_A_MONTH
    return affected < months
