"""Calendar units as small integers, the form in which the fact tables store and group them.

A *day* counts from 1970-01-01 (day 0), a *week* from the Monday of that week (week 0), a *month*
from January of year 0 (``year * 12 + month - 1``).
"""

from datetime import date

import numpy as np
import numpy.typing as npt

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_FROM_MONDAY = 3  # 1970-01-01 was a Thursday

MONTHS_A_QUARTER = 3


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_date(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + _EPOCH_ORDINAL)


def week_number(day: int) -> int:
    """The week (Monday to Sunday) in which a day number lies."""
    return (day + _DAYS_FROM_MONDAY) // 7


def week_date(number: int) -> date:
    """The Monday with which a week begins."""
    return day_date(number * 7 - _DAYS_FROM_MONDAY)


def month_number(day: date) -> int:
    """The month in which a date lies."""
    return day.year * 12 + day.month - 1


def month_date(number: int) -> date:
    """The first day of a month."""
    return date(number // 12, number % 12 + 1, 1)


def week_numbers(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The week in which each day number lies, as :func:`week_number`."""
    return (days + _DAYS_FROM_MONDAY) // 7


def weekday_numbers(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The ISO weekday (1 = Monday) of each day number."""
    return (days + _DAYS_FROM_MONDAY) % 7 + 1


def month_numbers(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The month in which each day number lies, as :func:`month_number`."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months + month_number(date(1970, 1, 1))
