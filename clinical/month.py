"""One month of the calendar: what each day holds, and which day is the fullest."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clinical.attendance import attendance_by
from clinical.calendar import day_number, month_date
from clinical.codes import AppointmentKind, AppointmentStatus


def month_span(month: int) -> tuple[date, date]:
    """The first and the last day of a month (:func:`clinical.calendar.month_number`)."""
    return month_date(month), month_date(month + 1) - timedelta(days=1)


def month_days(
    counts: pd.DataFrame, use: pd.DataFrame, first: date, last: date, today: date
) -> pd.DataFrame:
    """What each day from ``first`` to ``last`` holds, with the index ``day``.

    ``counts``: ``day``, ``kind``, ``status``, ``appointments``, ``late_cancelled``; ``use`` as from
    :func:`clinical.open_days.use_by_day`.

    Returns a column for each :class:`~clinical.codes.AppointmentKind` and their sum
    ``appointments`` (without the cancelled ones), ``cancelled``; ``passed`` (before today) and, of
    the days that have passed, ``due``, ``missed``, ``lost`` and ``lost_of`` (0 on others); the
    columns of ``use``; ``share``: booked of open time, NaN where nothing is open or nothing known.
    """
    days = pd.RangeIndex(day_number(first), day_number(last) + 1, name="day")
    kept = counts[counts["status"] != AppointmentStatus.CANCELLED]
    kinds = [int(kind) for kind in AppointmentKind]
    table = (
        kept.groupby(["day", "kind"])["appointments"].sum().unstack("kind").reindex(columns=kinds)
    )
    table = table.reindex(days).fillna(0).astype("int64")
    table["appointments"] = table[kinds].sum(axis=1)
    gone = counts[counts["status"] == AppointmentStatus.CANCELLED]
    table["cancelled"] = _of_days(gone.groupby("day")["appointments"].sum(), days)
    table["passed"] = days < day_number(today)
    judged = attendance_by(counts[counts["day"] < day_number(today)], ["day"]).set_index("day")
    for name in ("due", "missed", "lost", "lost_of"):
        table[name] = _of_days(judged[name], days)
    table = table.join(use.reindex(days))
    return table.assign(share=(table["booked"] / table["open"].where(table["open"] > 0)))


def _of_days(sums: "pd.Series[int]", days: pd.RangeIndex) -> "pd.Series[int]":
    return sums.reindex(days).fillna(0).astype("int64")


def fullest_day(days: pd.DataFrame) -> int | None:
    """The day with the highest share of its open time booked; the first of several.

    ``days`` as from :func:`month_days`. ``None`` where no day has a share above 0.
    """
    shares = days["share"].to_numpy(np.float64)
    if not np.any(shares > 0):
        return None
    return int(days.index[int(np.nanargmax(shares))])


def weeks_of(first: date, last: date) -> list[date]:
    """The Mondays of the weeks that have a day from ``first`` to ``last``."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=7 * week) for week in range((last - monday).days // 7 + 1)]


def lengths(parts: Sequence[int], most: int) -> list[tuple[float, float]]:
    """Where each part of a bar begins and how long it is, of a bar that is 1 long at ``most``."""
    begins = np.concatenate(([0], np.cumsum(parts)[:-1])) / max(most, 1)
    return [(float(begin), part / max(most, 1)) for begin, part in zip(begins, parts, strict=True)]
