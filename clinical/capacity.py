"""Capacity: how much of the time that the clinic is open its chairs are in use.

*Open time* of a chair is its site's opening hours on the days in question, without closures.
*Scheduled* is the planned length of the appointments that were not cancelled, *used* of those that
were attended; both of open time. Published for infusion centres: scheduled about 80 %, actual
about 70 % (Advisory Board 2019, oncology); best 82 to 90 % (a vendor's figure).
"""

from collections.abc import Collection, Iterable
from datetime import date, time

import pandas as pd

from clinical.calendar import day_date, day_number

FULL_SHARE = 0.9
"""From this share of open time a chair counts as full: the best centres reach 82 to 90 %."""


UNEVEN_RATIO = 1.5
"""A chair so many times as full as the other chairs of its site holds work that they could do."""
_HALF = 0.5


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


def chair_use(
    chairs: pd.DataFrame, hours: pd.DataFrame, closures: pd.DataFrame, first: date, last: date
) -> pd.DataFrame:
    """How much of its open time each chair was scheduled and used, the fullest first.

    ``chairs``: ``chair``, ``site_key``, ``scheduled`` and ``used`` (minutes), ``appointments``,
    ``first_day`` (day number of the first appointment, 0 without any). ``hours``: ``site_key``,
    ``weekday``, ``opens``, ``closes``. ``closures``: ``site_key``, ``date``. A site's time counts
    from its first appointment in the period, because it may have opened then.

    Adds ``open`` (minutes), ``scheduled_share`` and ``used_share`` (missing without open time), and
    ``bottleneck``: :data:`FULL_SHARE` of its time scheduled, or half of it and
    :data:`UNEVEN_RATIO` times as much as the site's other chairs together.
    """
    table = chairs.copy()
    opened = {
        site: _open_from(site, chairs, hours, closures, first, last)
        for site in table["site_key"].unique()
    }
    table["open"] = table["site_key"].map(opened).astype("int64")
    open_time = table["open"].where(table["open"] > 0)
    table["scheduled_share"] = table["scheduled"] / open_time
    table["used_share"] = table["used"] / open_time
    table["bottleneck"] = _bottlenecks(table)
    return table.sort_values(
        ["scheduled_share", "chair_key"], ascending=[False, True], ignore_index=True
    )


def _open_from(
    site: int,
    chairs: pd.DataFrame,
    hours: pd.DataFrame,
    closures: pd.DataFrame,
    first: date,
    last: date,
) -> int:
    busy = chairs.loc[(chairs["site_key"] == site) & (chairs["first_day"] > 0), "first_day"]
    begins = max(first, day_date(int(busy.min()))) if len(busy) else first
    spans = hours.loc[hours["site_key"] == site, ["weekday", "opens", "closes"]]
    closed = set(closures.loc[closures["site_key"] == site, "date"])
    return open_minutes(spans.itertuples(index=False, name=None), closed, begins, last)


def _bottlenecks(table: pd.DataFrame) -> "pd.Series[bool]":
    site = table.groupby("site_key")["scheduled"]
    others = (site.transform("sum") - table["scheduled"]) / (site.transform("count") - 1)
    uneven = (table["scheduled"] >= UNEVEN_RATIO * others) & (table["scheduled_share"] >= _HALF)
    return (table["scheduled_share"] >= FULL_SHARE) | uneven
