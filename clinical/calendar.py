"""Calendar units as small integers, the form in which the fact tables store and group them.

A *day* counts from 1970-01-01 (day 0), a *week* from the Monday of that week (week 0), a *month*
from January of year 0 (``year * 12 + month - 1``).
"""

from datetime import date

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_FROM_MONDAY = 3  # 1970-01-01 was a Thursday


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
