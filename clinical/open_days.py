"""The chair-minutes for which each site is open, day by day, and what is booked and used of them.

*Open*: the opening minutes of the weekday times the chairs of the site; 0 on closures, and before
the site's first day with an appointment. Without any opening hours, or without a chair, open time
is unknown (NaN), never 0: a share of it would be a number that nobody has measured.
"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.calendar import day_date, day_number
from clinical.capacity import minutes_between

Floats = NDArray[np.float64]


def open_by_day(
    sites: pd.DataFrame, hours: pd.DataFrame, closures: pd.DataFrame, first: date, last: date
) -> pd.DataFrame:
    """The open chair-minutes of each site on each day from ``first`` to ``last``, both included.

    ``sites``: ``site_key``, ``chairs`` (how many), ``first_day`` (day number of its first
    appointment, missing without any). ``hours``: ``site_key``, ``weekday`` (1 = Monday), ``opens``,
    ``closes``; any number of spans a weekday. ``closures``: ``site_key``, ``date``.

    Returns ``site_key``, ``day`` (:mod:`clinical.calendar`), ``open`` (NaN: unknown) and ``closed``
    (whether a closure lies on that day).
    """
    days = np.arange(day_number(first), day_number(last) + 1)
    keys = sites["site_key"].to_numpy(np.int64)
    weekdays = np.array([day_date(int(day)).weekday() for day in days], dtype=np.int64)
    week = _week_minutes(keys, hours) * sites["chairs"].to_numpy(np.float64)[:, np.newaxis]
    known = (week.sum(axis=1) > 0)[:, np.newaxis]
    closed = _closed(keys, days, closures)
    begun = days >= sites["first_day"].to_numpy(np.float64, na_value=np.inf)[:, np.newaxis]
    minutes = np.where(closed | ~begun, 0.0, week[:, weekdays])
    return pd.DataFrame(
        {
            "site_key": np.repeat(keys, len(days)),
            "day": np.tile(days, len(keys)),
            "open": np.where(known, minutes, np.nan).ravel(),
            "closed": closed.ravel(),
        }
    )


def _week_minutes(keys: NDArray[np.int64], hours: pd.DataFrame) -> Floats:
    """For each site the opening minutes of each weekday, Monday first."""
    rows = {int(key): row for row, key in enumerate(keys)}
    minutes = np.zeros((len(keys), 7))
    for site, weekday, opens, closes in zip(
        hours["site_key"], hours["weekday"], hours["opens"], hours["closes"], strict=True
    ):
        if site in rows:
            minutes[rows[site], weekday - 1] += minutes_between(opens, closes)
    return minutes


def _closed(
    keys: NDArray[np.int64], days: NDArray[np.int64], closures: pd.DataFrame
) -> NDArray[np.bool_]:
    rows = {int(key): row for row, key in enumerate(keys)}
    closed = np.zeros((len(keys), len(days)), np.bool_)
    for site, day in zip(closures["site_key"], closures["date"], strict=True):
        place = day_number(day) - int(days[0]) if len(days) else -1
        if site in rows and 0 <= place < len(days):
            closed[rows[site], place] = True
    return closed


def use_by_day(open_days: pd.DataFrame, chair_minutes: pd.DataFrame) -> pd.DataFrame:
    """All sites together on each day: what of their open time is booked and used.

    ``open_days`` as from :func:`open_by_day`; ``chair_minutes``: ``site_key``, ``day``, ``booked``,
    ``used``. What is booked and used counts only at sites whose open time is known, so that each
    share has the minutes of the same sites above and below the line.

    Returns for each day, with the index ``day``: ``open``, ``booked``, ``used`` (minutes; NaN where
    no site's open time is known), ``unknown_sites`` and ``closed_sites`` (how many).
    """
    merged = open_days.merge(chair_minutes, on=["site_key", "day"], how="left")
    known = merged["open"].notna()
    table = pd.DataFrame(
        {
            "day": merged["day"],
            "open": merged["open"],
            "booked": merged["booked"].fillna(0).where(known),
            "used": merged["used"].fillna(0).where(known),
            "unknown_sites": (~known).astype("int64"),
            "closed_sites": merged["closed"].astype("int64"),
        }
    )
    grouped = table.groupby("day")
    sums = grouped[["open", "booked", "used"]].sum(min_count=1)
    return sums.join(grouped[["unknown_sites", "closed_sites"]].sum()).astype(
        {"open": "float64", "booked": "float64", "used": "float64"}
    )
