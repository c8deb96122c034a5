"""Capacity: how much of the time that the clinic is open its chairs are in use.

*Open time* of a chair is its site's opening hours on the days in question, without closures.
*Scheduled* is the planned length of the appointments that were not cancelled, *used* of those that
were attended; both of open time. Published for infusion centres: scheduled about 80 %, actual
about 70 % (Advisory Board 2019, oncology); best 82 to 90 % (a vendor's figure).
"""

from collections.abc import Collection, Iterable
from datetime import date, time

from clinical.calendar import day_date, day_number

FULL_SHARE = 0.9
"""From this share of open time a chair counts as full: the best centres reach 82 to 90 %."""


def minutes_between(opens: time, closes: time) -> int:
    """The length of an opening span in minutes."""
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def open_minutes(
    spans: Iterable[tuple[int, time, time]], closed: Collection[date], first: date, last: date
) -> int:
    """The minutes for which a site is open from ``first`` to ``last``, both included.

    ``spans``: ISO weekday, opening and closing time, any number a weekday; ``closed``: the days
    on which it stays closed.
    """
    minutes = [0] * 8
    for weekday, opens, closes in spans:
        minutes[weekday] += minutes_between(opens, closes)
    days = (day_date(number) for number in range(day_number(first), day_number(last) + 1))
    return sum(minutes[day.isoweekday()] for day in days if day not in closed)
