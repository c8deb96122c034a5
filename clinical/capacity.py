"""Capacity: how much of the time that the clinic is open its chairs are in use.

*Open time* of a chair is its site's opening hours on the days in question, without closures.
*Scheduled* is the planned length of the appointments that were not cancelled, *used* of those that
were attended; both of open time. Published for infusion centres: scheduled about 80 %, actual
about 70 % (Advisory Board 2019, oncology); best 82 to 90 % (a vendor's figure).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, time
from typing import Any

import pandas as pd

from clinical.calendar import day_date

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
    minutes = [0] * 7
    for weekday, opens, closes in spans:
        minutes[weekday - 1] += minutes_between(opens, closes)
    days = max((last - first).days + 1, 0)
    # The weekdays of the days that fill no whole week follow that of the first day.
    rest = sum(minutes[(first.weekday() + offset) % 7] for offset in range(days % 7))
    lost = sum(minutes[day.weekday()] for day in closed if first <= day <= last)
    return days // 7 * sum(minutes) + rest - lost


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
    begun = chairs.loc[chairs["first_day"] > 0].groupby("site_key")["first_day"].min()
    spans = _by_site(hours, ("weekday", "opens", "closes"))
    closed = _by_site(closures, ("date",))
    opened = {
        site: open_minutes(
            spans.get(site, []),
            {day for (day,) in closed.get(site, [])},
            max(first, day_date(int(begun[site]))) if site in begun.index else first,
            last,
        )
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


def _by_site(frame: pd.DataFrame, columns: Sequence[str]) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of each site, as tuples of the columns."""
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for site, *row in zip(frame["site_key"], *(frame[name] for name in columns), strict=True):
        found[site].append(tuple(row))
    return found


def _bottlenecks(table: pd.DataFrame) -> "pd.Series[bool]":
    site = table.groupby("site_key")["scheduled"]
    others = (site.transform("sum") - table["scheduled"]) / (site.transform("count") - 1)
    uneven = (table["scheduled"] >= UNEVEN_RATIO * others) & (table["scheduled_share"] >= _HALF)
    return (table["scheduled_share"] >= FULL_SHARE) | uneven
