"""Capacity: how much of the time that the clinic is open its chairs are booked and in use.

*Open time* of a chair is its site's opening hours on the days in question, without closures, from
the site's first day with an appointment. *Scheduled utilisation* is what of it was booked, *actual
utilisation* what of it was used (:mod:`clinical.occupancy`). Where a site has no opening hours or
no chairs its open time is unknown, and where it was closed throughout there is none: neither has a
utilisation, and what was booked and used there is in no sum of shares.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clinical.calendar import day_number, weekday_numbers

PUBLISHED_SCHEDULED = 0.8
PUBLISHED_ACTUAL = 0.7
"""Of infusion centres' open time, about: scheduled and used (Advisory Board 2019, oncology)."""

FULL_SHARE = 0.9
"""From this share of open time a chair counts as full: the best centres reach 82 to 90 %, a
vendor's figure."""
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


def _by_site(frame: pd.DataFrame, columns: Sequence[str]) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of each site, as tuples of the columns."""
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for site, *row in zip(frame["site_key"], *(frame[name] for name in columns), strict=True):
        found[site].append(tuple(row))
    return found


_HOUR = 60


def open_hours(hours: pd.DataFrame) -> pd.DataFrame:
    """For how many minutes of each hour of the week each site is open.

    ``hours``: ``site_key``, ``weekday`` (1 = Monday), ``opens``, ``closes``; spans that overlap
    count once. Returns ``site_key``, ``weekday``, ``hour``, ``minutes`` (1 to 60).
    """
    rows = []
    for site, spans in _by_site(hours, ("weekday", "opens", "closes")).items():
        week = np.zeros((7, 24 * _HOUR), dtype=bool)
        for weekday, opens, closes in spans:
            begins = opens.hour * _HOUR + opens.minute
            week[weekday - 1, begins : begins + minutes_between(opens, closes)] = True
        minutes = week.reshape(7, 24, _HOUR).sum(axis=2)
        rows += [
            (site, day + 1, hour, minutes[day, hour]) for day, hour in np.argwhere(minutes).tolist()
        ]
    columns = ["site_key", "weekday", "hour", "minutes"]
    return pd.DataFrame(rows, columns=columns, dtype="int64")


def open_days(sites: pd.DataFrame, closures: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """On how many days of each weekday a site was there and not closed.

    ``sites``: ``site_key``, ``first_day`` (of its first appointment, missing without any).
    ``closures``: ``site_key``, ``date``. Returns ``site_key``, ``weekday`` (1 = Monday), ``days``.
    """
    begin, end = day_number(first), day_number(last)
    closed = _by_site(closures, ("date",))
    rows = []
    for site, opened in zip(sites["site_key"], sites["first_day"], strict=True):
        start = end + 1 if pd.isna(opened) else max(begin, int(opened))
        shut = [day_number(day) for (day,) in closed.get(site, [])]
        there = np.setdiff1d(np.arange(start, end + 1, dtype=np.int64), shut)
        days = np.bincount(weekday_numbers(there.astype(np.int64)), minlength=8)[1:]
        rows += [(site, weekday, count) for weekday, count in enumerate(days, 1)]
    return pd.DataFrame(rows, columns=["site_key", "weekday", "days"], dtype="int64")


def open_time(sites: pd.DataFrame, hours: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """The chair-minutes for which each site was open, by hour of the week.

    ``sites``: ``site_key``, ``chairs``. ``hours`` as from :func:`open_hours`, ``days`` as from
    :func:`open_days`. Returns ``site_key``, ``weekday``, ``hour``, ``days`` (on which it was open
    then), ``chairs``, ``open``; a row for each hour in which a site with chairs opens at all.
    """
    chairs = sites.loc[sites["chairs"] > 0, ["site_key", "chairs"]]
    table = hours.merge(chairs, on="site_key").merge(days, on=["site_key", "weekday"])
    table["open"] = table["minutes"] * table["days"] * table["chairs"]
    return table.drop(columns="minutes")


class OpenTime(StrEnum):
    """What is known of a site's open time."""

    KNOWN = "known"
    NO_HOURS = "no opening hours are recorded"
    NO_CHAIRS = "it has no chairs"
    NOT_YET = "it had no appointment yet"
    CLOSED = "closed throughout"


def site_use(
    sites: pd.DataFrame, open_by_hour: pd.DataFrame, used: pd.DataFrame, last: date
) -> pd.DataFrame:
    """How much of its open time each site had booked and used, up to the day ``last``.

    ``sites``: ``site_key``, ``chairs``, ``first_day``; ``open_by_hour`` as from :func:`open_time`;
    ``used``: ``site_key``, ``booked``, ``used`` (minutes), any number of rows a site. Returns
    ``site_key``, ``chairs``, ``open``, ``booked``, ``used``, ``state`` (:class:`OpenTime`),
    ``scheduled_share`` and ``used_share`` (missing unless the state is known).
    """
    table = sites[["site_key", "chairs", "first_day"]].copy()
    for name, source in (("open", open_by_hour), ("booked", used), ("used", used)):
        sums = source.groupby("site_key")[name].sum()
        table[name] = table["site_key"].map(sums).fillna(0).astype("int64")
    with_hours = set(open_by_hour["site_key"])
    table["state"] = [
        _state(chairs, site in with_hours, first_day <= day_number(last), minutes)
        for site, chairs, first_day, minutes in zip(
            table["site_key"],
            table["chairs"],
            table["first_day"].astype("float64"),  # missing: no day, before none
            table["open"],
            strict=True,
        )
    ]
    return with_shares(table.drop(columns="first_day"))


def _state(chairs: int, has_hours: bool, in_use: bool, minutes: int) -> OpenTime:
    if not chairs:
        return OpenTime.NO_CHAIRS
    if not has_hours:
        return OpenTime.NO_HOURS
    if not in_use:
        return OpenTime.NOT_YET
    return OpenTime.KNOWN if minutes else OpenTime.CLOSED


def with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """The table with ``scheduled_share`` and ``used_share`` of its open time.

    Missing where nothing is open. ``table`` has ``open``, ``booked`` and ``used``.
    """
    minutes = table["open"].where(table["open"] > 0).astype("float64")
    return table.assign(
        scheduled_share=table["booked"] / minutes, used_share=table["used"] / minutes
    )


def chair_shares(chairs: pd.DataFrame, by_site: pd.DataFrame) -> pd.DataFrame:
    """How much of its open time each chair had booked and used, the fullest first.

    ``chairs``: ``chair_key``, ``site_key`` (its own), ``booked``, ``used``; ``by_site`` as from
    :func:`site_use`. Only chairs of sites whose open time is known. Adds ``open``, the shares of
    :func:`with_shares`, ``others`` (the booked share of the site's other chairs together, missing
    without any), and ``bottleneck``: :data:`FULL_SHARE` of its time booked, or half of it and
    :data:`UNEVEN_RATIO` times as much as the others.
    """
    known = by_site[by_site["state"] == OpenTime.KNOWN].set_index("site_key")
    table = chairs[chairs["site_key"].isin(known.index)].copy()
    site = table["site_key"]
    table["open"] = site.map(known["open"]) / site.map(known["chairs"])
    table = with_shares(table)
    number = table.groupby("site_key")["booked"].transform("count")
    of_others = table.groupby("site_key")["booked"].transform("sum") - table["booked"]
    table["others"] = (of_others / (table["open"] * (number - 1))).where(number > 1)
    uneven = table["scheduled_share"] >= UNEVEN_RATIO * table["others"]
    table["bottleneck"] = (table["scheduled_share"] >= FULL_SHARE) | (
        uneven & (table["scheduled_share"] >= _HALF)
    )
    return table.sort_values(
        ["scheduled_share", "chair_key"], ascending=[False, True], ignore_index=True
    )


def hour_shares(open_by_hour: pd.DataFrame, used: pd.DataFrame) -> pd.DataFrame:
    """How much of the open time of each hour of the week was booked and used, all sites together.

    ``open_by_hour`` as from :func:`open_time`; ``used``: ``site_key``, ``weekday``, ``hour``,
    ``booked``, ``used``. What was booked and used counts where the site is open at some time of
    that hour. Returns ``weekday``, ``hour``, ``open``, ``booked``, ``used`` (chair-minutes) and the
    shares of :func:`with_shares`; hours in which none was open are left out.
    """
    hours = open_by_hour[open_by_hour["open"] > 0]
    table = hours.merge(used, on=["site_key", "weekday", "hour"], how="left")
    sums = table.groupby(["weekday", "hour"])[["open", "booked", "used"]].sum()
    return with_shares(sums.astype("int64").reset_index())


FEWEST_DAYS = 4
"""Of fewer days an hour of the week does not tell whether it is usually full."""


def full_hours(open_by_hour: pd.DataFrame, used: pd.DataFrame) -> pd.DataFrame:
    """The hours of the week in which a site's chairs are full: a bottleneck of time.

    :data:`FULL_SHARE` of their open time booked, over at least :data:`FEWEST_DAYS` days; the
    fullest first. ``used`` as for :func:`hour_shares`. Columns: ``site_key``, ``weekday``,
    ``hour``, ``days``, ``chairs``, ``open``, ``booked``, ``used``, and the shares.
    """
    hours = open_by_hour[(open_by_hour["open"] > 0) & (open_by_hour["days"] >= FEWEST_DAYS)]
    table = with_shares(hours.merge(used, on=["site_key", "weekday", "hour"]))
    full = table[table["scheduled_share"] >= FULL_SHARE]
    return full.sort_values(
        ["scheduled_share", "site_key", "weekday", "hour"],
        ascending=[False, True, True, True],
        ignore_index=True,
    )


def outside_open_time(
    sites: pd.DataFrame, hours: pd.DataFrame, used: pd.DataFrame, on_closures: pd.DataFrame
) -> int:
    """The minutes booked in hours in which the site never opens, or on a day of closure.

    ``hours`` as from :func:`open_hours`; ``used`` and ``on_closures`` (of the days of closure
    alone) have ``site_key``, ``weekday``, ``hour``, ``booked``. Sites without any opening hours are
    left out: there nothing is known to lie outside.
    """
    keys = ["site_key", "weekday", "hour"]
    with_hours = sites["site_key"][sites["site_key"].isin(hours["site_key"])]
    inside = pd.MultiIndex.from_frame(hours[keys])

    def booked(table: pd.DataFrame, within: bool) -> int:
        of_sites = table[table["site_key"].isin(with_hours)]
        lies_within: npt.NDArray[np.bool_] = pd.MultiIndex.from_frame(of_sites[keys]).isin(inside)
        return int(of_sites.loc[lies_within == within, "booked"].sum())

    return booked(used, within=False) + booked(on_closures, within=True)
